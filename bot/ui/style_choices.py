"""What is offered while somebody types a style's name."""

from __future__ import annotations

from collections.abc import Sequence

from discord import app_commands

from bot.ui.text import cut
from storycore.studio.styles import StyleView
from storycore.studio.styling import NO_STYLE

_MOST = 25
Choice = app_commands.Choice[str]


def matching(choices: Sequence[tuple[str, str]], typed: str) -> list[Choice]:
    """Those (shown, meant) that hold what was typed."""
    wanted = typed.casefold().strip()
    found = [(name, value) for name, value in choices if wanted in name.casefold()]
    return [Choice(name=cut(name, 100), value=value) for name, value in found[:_MOST]]


def style_choices(found: Sequence[StyleView], typed: str, *, none: bool) -> list[Choice]:
    """Styles by name and template; ``none``: also the way back to none."""
    chosen = [(f"{v.style.name} — {v.style.template or v.style.brief or 'as by itself'}", v.style.name) for v in found]
    return matching([*chosen, *([("none — as Fireside paints by itself", NO_STYLE)] if none else [])], typed)
