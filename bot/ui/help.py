"""The help as one person sees it in one place: what they may do, with which commands, and who may the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import discord

from bot.rights import ACTS, COMMANDS, who
from bot.ui.layout import card
from bot.ui.text import escape_within
from storycore.studio.people import Person
from storycore.studio.permissions import BLOCKED, RULES, Act
from storycore.studio.rights import Rights

_ACCENT = discord.Colour(0xF2B134)
_MARKS = {
    Act.CREATE: "📖",
    Act.VOTE: "🗳️",
    Act.EDIT: "✏️",
    Act.STEER: "🎬",
    Act.OWN: "🗑️",
    Act.CHARACTERS: "🧍",
    Act.HOSTS: "🖥️",
    Act.QUEUE: "⏸️",
    Act.SETTINGS: "⚙️",
    Act.MODERATE: "🛡️",
}


def help_card(rights: Rights, person: Person, linked: Callable[[str], str]) -> discord.ui.LayoutView:
    """The page; ``linked`` makes commands of it that can be pressed."""
    items: list[discord.ui.Item[Any]] = [
        discord.ui.TextDisplay(f"## 🔥 What you may do here\n{_standing(rights, person)}")
    ]
    allowed = [act for act in Act if act in rights.acts]
    lines = [linked(_line(act, rights)) for act in allowed]
    look = [name for name, act in COMMANDS.items() if act is None]
    lines.append(linked(f"👀 **Look, and more**: {_names(look)}"))
    items.append(discord.ui.TextDisplay("\n".join(lines)))
    others = [f"-# {_MARKS[act]} {ACTS[act]}: {who(RULES[act])}" for act in Act if act not in rights.acts]
    if others:
        items += [discord.ui.Separator(), discord.ui.TextDisplay("\n".join(["-# **What others may**", *others]))]
    return card(*items, colour=_ACCENT)


def _standing(rights: Rights, person: Person) -> str:
    if rights.blocked:
        return f"🚫 {BLOCKED}"
    what = "an admin of this server" if person.admin else "a moderator here" if person.moderator else "a member here"
    if not rights.story:
        return f"-# You are {what}. A story begins with a script; everything about one happens in its thread."
    if rights.author or rights.co_author:
        what += ", and " + ("the author of" if rights.author else "a co-author of") + " this story"
    return f"-# You are {what}. This is the thread of **{escape_within(rights.story, 120)}**."


def _line(act: Act, rights: Rights) -> str:
    own = " of yours" if act in (Act.STEER, Act.OWN) and not rights.story else ""
    commands = [name for name, needed in COMMANDS.items() if needed is act]
    listed = f": {_names(commands)}" if commands else ", under every scene"
    return f"{_MARKS[act]} **{(ACTS[act] + own).replace('a story of yours', 'stories of yours').capitalize()}**{listed}"


def _names(commands: list[str]) -> str:
    return " ".join(f"`/{name}`" for name in commands)
