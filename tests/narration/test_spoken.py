"""From what is written to what is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storycore.narration.spoken import LONGEST_WORD, spoken_words


def said(line: str) -> str:
    return " ".join(word.text for word in spoken_words(line))


@pytest.mark.parametrize(
    "line, heard",
    [
        ("Long ago, there was a king.", "Long ago, there was a king."),
        ("**Bold** and *thin* and __under__ and ~~gone~~ and `code`", "Bold and thin and under and gone and code"),
        ("See [the map](https://maps.example/x?y=1)!", "See the map !"),
        ("![a dragon](dragon.png)", "a dragon"),
        ("Go to https://www.example.com/a/b?c=d now", "Go to example dot com now"),
        ("<https://example.org>", "example dot org"),
        ("Hi <@123456> in <#987>, look <:dragon:42>", "Hi someone in a channel , look dragon"),
        ("A dragon 🐉 roars ❤️!", "A dragon roars !"),
        ("{\\an8}Hello\\Nthere", "an8Hello Nthere"),
        ("Jack & Jill", "Jack and Jill"),
        ("a snake_case word/thing", "a snake case word thing"),
        ("NU\0L and \u202ebidi\u202c", "NUL and bidi"),
        ("𝓕𝓪𝓷𝓬𝔂", "Fancy"),
        ("1,234 crowns", "one thousand two hundred and thirty-four crowns"),
    ],
)
def test_what_a_person_would_say(line: str, heard: str) -> None:
    assert said(line) == heard


@pytest.mark.parametrize(
    "line", ["", " \n\t", "🐉🐉", "...", "!!! ***", "\0\x01\x02", "\u202e\u200b", "{}", "---", "<t:123:R>"]
)
def test_nothing_to_say(line: str) -> None:
    assert spoken_words(line) == []


def test_each_word_knows_its_place() -> None:
    line = "  The **old** king — [Ada](http://x.y) — slept."
    places = {word.text: line[word.start : word.end] for word in spoken_words(line)}
    assert places["old"] == "**old**"
    assert places["Ada"] == "[Ada](http://x.y)"
    assert places["slept."] == "slept."


def test_an_endless_word_is_read_at_its_beginning_only() -> None:
    (word,) = spoken_words("ab" * 5_000)
    assert word.text == "ab" * (LONGEST_WORD // 2)
    assert (word.start, word.end) == (0, 10_000)


@given(st.text(max_size=200))
def test_places_are_in_order_and_inside(line: str) -> None:
    at = 0
    for word in spoken_words(line):
        assert at <= word.start < word.end <= len(line)
        assert word.text == " ".join(word.text.split())
        assert word.text
        assert not any(ord(char) < 32 for char in word.text)
        at = word.end
