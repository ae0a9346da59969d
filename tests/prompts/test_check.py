"""Prompts that people type."""

import pytest

from storycore.errors import FiresideError
from storycore.prompts.check import MAX_PROMPT, clean_prompt


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  a red\n\n dragon\t", "a red dragon"),
        ("a \u202ered\u202c dra\u200bgon\x07\x00", "a red dragon"),
        ("(a dragon:1.3) AND [cat|dog] BREAK <lora:x:1>", "(a dragon:1.3) AND [cat|dog] BREAK <lora:x:1>"),
        ("龍", "龍"),
        ("a" * MAX_PROMPT, "a" * MAX_PROMPT),
    ],
)
def test_typed_prompts_are_cleaned_and_keep_their_grammar(typed: str, clean: str) -> None:
    assert clean_prompt(typed) == clean


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "empty"), (" \n\u200b\u202e", "empty"), ("!!! 🎉", "no words"), ("a" * (MAX_PROMPT + 1), "3,001 characters")],
)
def test_prompts_that_cannot_be_painted_are_refused_kindly(typed: str, said: str) -> None:
    with pytest.raises(FiresideError) as caught:
        clean_prompt(typed)
    assert said in caught.value.message
    assert caught.value.hint
