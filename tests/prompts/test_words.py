"""Words that do not go into prompts: found however they are spelled, and taken out without breaking the rest."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storycore.prompts.negatives import joined_negative
from storycore.prompts.words import readings, word_list

LIST = word_list(("gore", "dead body", "gruesome*", "God", "Krähe", "裸体"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a room of gore, lit", ["gore"]),
        ("GÓRE and Gore", ["GÓRE", "Gore"]),
        ("go\u200bre", ["go\u200bre"]),
        ("gоrе in Cyrillic", ["gоrе"]),
        ("g0re and g0r3 and gor€", ["g0re", "g0r3", "gor€"]),
        ("gooooore", ["gooooore"]),
        ("a g o r e night", ["g o r e"]),
        ("g.o.r.e", ["g.o.r.e"]),
        ("go(re and go-re and gore_art", ["go(re", "go-re", "gore"]),
        ("a DEAD  bödy, and dead\nbody", ["DEAD  bödy", "dead\nbody"]),
        ("gruesomely gruesome", ["gruesomely", "gruesome"]),
        ("oh g0d, good goood god", ["g0d", "goood", "god"]),
        ("eine Krahe", ["Krahe"]),
        ("很多裸体画", ["裸体"]),
    ],
)
def test_it_is_found_however_it_is_spelled(text: str, found: list[str]) -> None:
    assert list(dict.fromkeys(text[one.start : one.end] for one in LIST.find(text))) == found


@pytest.mark.parametrize("text", ["a gored bull", "category", "dead man, body", "good", "gor", "e r o g", "go, re", ""])
def test_other_words_are_left_alone(text: str) -> None:
    assert LIST.find(text) == []
    assert LIST.without(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("a knight, gore, a red cloak", "a knight, a red cloak", ("gore",)),
        ("gore", "", ("gore",)),
        ("(gore:1.3), a cat. GORE.", "a cat.", ("gore",)),
        ("A dead body of God in gore", "A of in", ("dead body", "God", "gore")),
    ],
)
def test_what_is_left_reads_on(text: str, kept: str, gone: tuple[str, ...]) -> None:
    assert LIST.without(text) == (kept, gone)


def test_a_prompt_is_read_as_the_painter_reads_it() -> None:
    assert readings("a cat") == ("a cat",)
    assert any(LIST.find(text) for text in readings("(go:1.1)(re:1.1), a cat"))
    assert any(LIST.find(text) for text in readings("[go:ga:0.5]re"))
    assert not any(LIST.find(text) for text in readings("a cat <lora:gore:1>")), "tags have a rule of their own"
    assert readings("[" * 400), "what no host reads is looked at as it stands"


@settings(deadline=None, max_examples=150)
@example("\ud800gore\u202e")
@example("@$€!" * 60)
@example("g\u0000ore (" * 20)
@given(st.text(max_size=300))
def test_odd_text_breaks_nothing_and_what_is_out_stays_out(text: str) -> None:
    kept, gone = LIST.without(text)
    if not gone:
        assert kept == text
    assert len(kept) <= len(text)
    for one in LIST.find(text):
        assert 0 <= one.start < one.end <= len(text)


def test_negatives_say_each_part_once() -> None:
    assert joined_negative("hat, Blurry", "", "blurry,  nsfw , hat") == "hat, Blurry, nsfw"
    assert joined_negative("(a, b:1.2), c", "(a, b:1.2), b") == "(a, b:1.2), c, b"
    assert joined_negative("", "") == ""
