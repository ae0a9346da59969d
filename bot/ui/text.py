"""Words for the chat: everything a person wrote is escaped, everything long is cut."""

from __future__ import annotations

import re

import discord

from storycore.errors import FiresideError

KEYCAPS = tuple(f"{number}\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}" for number in range(1, 10))

# What escape_markdown leaves: masked links' brackets, subtext, headings after white space, times, slash mentions.
_ALSO_MARKUP = re.compile(r"[\[\]<>#@]|^\s*-#", re.MULTILINE)


def escape(text: str) -> str:
    """A person's words as plain text: no Markdown, no mention, no link, one line."""
    folded = " ".join(text.split())
    escaped = discord.utils.escape_markdown(folded)
    return _ALSO_MARKUP.sub(lambda match: "".join(f"\\{c}" if not c.isspace() else c for c in match[0]), escaped)


def cut(text: str, length: int) -> str:
    """At most ``length`` characters, cut at a word where one is near, with an ellipsis."""
    folded = " ".join(text.split())
    if len(folded) <= length:
        return folded
    kept = folded[: length - 1]
    space = kept.rfind(" ")
    return (kept[:space] if space > length * 2 // 3 else kept).rstrip(" ,;:-") + "…"


def quote(text: str, length: int) -> str:
    """A person's words, cut and escaped, as a block quote."""
    return f"> {escape(cut(text, length))}"


def duration(seconds: float) -> str:
    """``1:05`` for 65 seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def size(count: int) -> str:
    """``6.1 MiB``, ``312 KiB``."""
    return f"{count / 2**20:.1f} MiB" if count >= 2**20 else f"{max(1, round(count / 2**10))} KiB"


def bar(fraction: float, width: int = 10) -> str:
    """A bar of blocks, and percents: ``▰▰▰▱▱▱▱▱▱▱ 30 %``."""
    full = round(min(max(fraction, 0.0), 1.0) * width)
    return "▰" * full + "▱" * (width - full) + f" {round(fraction * 100)} %"


def count(number: int, one: str, many: str = "") -> str:
    """``1 vote``, ``3 votes``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def sentence(error: FiresideError) -> str:
    """An error as a reply: what is wrong, then what to do."""
    return f"{error.message}\n{error.hint}".strip()
