"""A prompt in the WebUI's grammar, as plain words for a model that does not know it."""

from __future__ import annotations

import re

from storycore.prompts.compose import without_name_mixes
from storycore.prompts.grammar import attention, multicond, networks, schedule

_SPACES = re.compile(r"\s+")


def plain_words(prompt: str) -> str:
    """What ``prompt`` says at its last step: no weights, no networks, no name mixes, its ``AND`` and ``BREAK`` parts in
    a row.

    A text that the grammar refuses is taken as it stands. Raises nothing.
    """
    prompt = without_name_mixes(prompt)
    try:
        parts = multicond([networks(prompt).remaining]).flat
        last = [schedule(part, 2)[-1][1] for part in parts]
        said = [", ".join(_texts(part)) for part in last]
    except ValueError:  # refused, or a weight that is no number
        said = [prompt]
    return _SPACES.sub(" ", ", ".join(part.strip(" ,") for part in said if part.strip(" ,"))).strip()


def _texts(part: str) -> list[str]:
    """The stretches between ``BREAK``\\ s, without brackets and weights."""
    stretches, current = [], ""
    for text, weight in attention(part):
        if (text, weight) == ("BREAK", -1):
            stretches.append(current.strip(" ,"))
            current = ""
        else:
            current += text
    return [stretch for stretch in (*stretches, current.strip(" ,")) if stretch]
