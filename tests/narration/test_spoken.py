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
        (
            "In 1984 he was 21 years old, not 2,100.",
            "In nineteen eighty-four he was twenty-one years old, not two thousand one hundred.",
        ),
        (
            "$5.50, £1, €3 million and 0.99$",
            "five dollars and fifty cents, one pound, three million euros and ninety-nine cents",
        ),
        ("On 12 May 2024, the 3rd time", "On the twelfth of May twenty twenty-four, the third time"),
        ("2024-05-12", "the twelfth of May twenty twenty-four"),
        ("At 7:05 p.m., 10:00 and 12:30", "At seven oh five p m, ten o'clock and twelve thirty"),
        ("Henry VIII, Chapter IV, I, World War II", "Henry the eighth, Chapter four, I, World War two"),
        ("Mr. and Mrs. Fox of Baker St. met Dr. No", "Mister and Missus Fox of Baker Street met Doctor No"),
        ("St. Paul's, e.g. No. 5, etc.", "Saint Paul's, for example number five, et cetera."),
        ("No. No! No.", "No. No! No."),
        ("20°C, 5 km, 50%, 3m", "twenty degrees Celsius, five kilometres, fifty percent, three metres"),
        ("3-5 apples, ½ a pie, 2½ and 3/4", "three to five apples, one half a pie, two and a half and three quarters"),
        ("1914–1918, the 1980s", "nineteen fourteen to nineteen eighteen, the nineteen eighties"),
        (
            "555-1234 and 1.2.3 and 007",
            "five five five, one two three four and one point two point three and zero zero seven",
        ),
        ("**1984** (3) “12”", "nineteen eighty-four (three) “twelve”"),
        ("-5 degrees", "minus five degrees"),
        ("I ❤️ the 🏰! Hello 👋 friends 🐉🐉", "I love the castle! Hello friends"),
        ("Nooooooo!!!!!!", "Nooo!!!"),
        ("U.S.A. and R2D2", "U S A and R2D2"),
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


@given(st.from_regex(r"[-+~$£#(]?[0-9½°%.,:/–-]{1,9}(st|nd|th|km|s|%|am)?[.!)]?", fullmatch=True))
def test_any_figure_is_read_without_a_hitch(figure: str) -> None:
    words = spoken_words(f"Take {figure} of them in May")
    assert words[-1].text == "May"
    assert len(words) >= 5


@given(st.text(max_size=200))
def test_places_are_in_order_and_inside(line: str) -> None:
    at = 0
    for word in spoken_words(line):
        assert at <= word.start < word.end <= len(line)
        assert word.text == " ".join(word.text.split())
        assert word.text
        assert not any(ord(char) < 32 for char in word.text)
        at = word.end
