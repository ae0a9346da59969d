"""Prompts that people type: taken as they are, grammar and all, once nothing invisible is in them."""

from __future__ import annotations

from storycore.errors import FiresideError
from storycore.script.words import fold, has_words

#: The longest prompt, in code points.
MAX_PROMPT = 3_000


class PromptError(FiresideError):
    """A prompt that cannot be painted."""


def clean_prompt(text: str) -> str:
    """A typed prompt without control, bidirectional and zero-width characters, every white space one blank.

    The WebUI's grammar in it (``(word:1.2)``, ``[a|b]``, ``BREAK``) is the person's own and stays. Raises
    ``PromptError`` for one that is empty, has no words, or is longer than ``MAX_PROMPT`` code points.
    """
    prompt = fold(text)
    if not prompt:
        raise PromptError("This prompt is empty.", "Describe in a few words what is to be seen in the picture.")
    if not has_words(prompt):
        raise PromptError("There are no words in this prompt.", "Describe in a few words what is to be seen.")
    if len(prompt) > MAX_PROMPT:
        raise PromptError(
            f"This prompt has {len(prompt):,} characters; at most {MAX_PROMPT:,} are possible.",
            "Painters heed the first 50 words or so: keep what matters most.",
        )
    return prompt
