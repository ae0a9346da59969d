"""Words for the chat: everything a person wrote is escaped, everything long is cut."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from storycore.errors import FiresideError

KEYCAPS = tuple(f"{number}\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}" for number in range(1, 10))

# Everything that Discord's client could read as markup, mention, link, time or emoji; a backslash before
# punctuation is never shown.
_MARKUP = re.compile(r"([\\*_~|`\[\]()<>#@:])|^([-+>])|^(\d+)([.)])")


#: Characters that turn the direction of what follows them: one in a name could flip a whole line of ours.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])


def escape(text: str) -> str:
    """A person's words as plain text on one line: no Markdown, no mention, no masked link, no turned direction."""
    folded = " ".join(text.translate(_TURNS).split())
    return _MARKUP.sub(lambda match: f"{match[3]}\\{match[4]}" if match[3] else f"\\{match[0]}", folded)


def escape_within(text: str, length: int) -> str:
    """A person's words, cut so that they are at most ``length`` characters once escaped."""
    kept = length
    while len(escaped := escape(cut(text, kept))) > length:
        kept -= max(1, (len(escaped) - length) // 2)
    return escaped


def cut(text: str, length: int) -> str:
    """At most ``length`` characters, cut at a word where one is near, with an ellipsis."""
    folded = " ".join(text.split())
    if len(folded) <= length:
        return folded
    kept = folded[: length - 1]
    space = kept.rfind(" ")
    return (kept[:space] if space > length * 2 // 3 else kept).rstrip(" ,;:-") + "…"


def quote(text: str, length: int) -> str:
    """A person's words as a block quote, at most ``length`` characters once escaped."""
    return f"> {escape_within(text, length)}"


def without_heading(text: str) -> str:
    """A scene's words without the Markdown headings before them, which its title shows already."""
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), 0)
    return "\n".join(lines[first:])


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


def moment(at: datetime) -> str:
    """A moment as the chat shows it to each reader in their own time: ``in 2 hours``."""
    return f"<t:{round(at.timestamp())}:R>"


def roughly(seconds: float) -> str:
    """``20 s``, ``3 min``, ``2 h 10 min``: rounded up, so that it changes seldom while it runs down."""
    if seconds <= 50:
        return f"{max(10, -(-round(seconds) // 10) * 10)} s"
    minutes = -(-round(seconds) // 60)
    if minutes > 10:
        minutes = -(-minutes // 5) * 5
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def count(number: int, one: str, many: str = "") -> str:
    """``1 vote``, ``3 votes``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def sentence(error: FiresideError) -> str:
    """An error as a reply: what is wrong, then what to do."""
    return f"{error.message}\n{error.hint}".strip()


def key_of(name: str) -> str:
    """A name as custom_ids and options carry it: twelve hexadecimal digits, whatever the name holds."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]
