"""The audit as admins read it: who did what, when, with before and after; pages, by member and by kind."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.items import Answering
from bot.ui.layout import card, row
from bot.ui.text import count, escape_within, moment
from storycore.studio import audit
from storycore.studio.audit import AuditEntry, AuditPage

_ACCENT = discord.Colour(0x5B8DB8)
_VALUE = 110
#: A mention of a member, role or channel stays one: it is shown as a name and pings nobody.
_MENTION = re.compile(r"<(?:@&?|#)\d{1,20}>(?:, <(?:@&?|#)\d{1,20}>)*")


class AuditButton(
    Answering,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"fs:audit:(?P<page>\d{1,6}):(?P<member>\d{1,20}):(?P<kind>[a-z]{0,20})",
):
    """Turns the pages of the audit."""

    def __init__(self, page: int, member: int, kind: str, emoji: str = "🔄", *, disabled: bool = False) -> None:
        self.page, self.member, self.kind = page, member, kind
        custom_id = f"fs:audit:{page}:{member}:{kind}"
        super().__init__(discord.ui.Button(emoji=emoji, custom_id=custom_id, disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["page"]), int(match["member"]), match["kind"])

    async def act(self, interaction: Asked) -> None:
        """Another page in the place of this one."""
        view = await audit_view(interaction, self.page, self.member, self.kind)
        await interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none())


async def audit_view(interaction: Asked, page: int, member: int, kind: str) -> discord.ui.LayoutView:
    """A page of the audit, for somebody who may read it; ``member`` 0 is everybody, ``kind`` "" everything."""
    workshop, person = workshop_of(interaction), person_of(interaction)
    found = await audit.page(workshop, person, page, member_id=member or None, kind=kind)
    return audit_card(found, member, kind)


def audit_card(found: AuditPage, member: int = 0, kind: str = "") -> discord.ui.LayoutView:
    """The card of a page."""
    which = [f"by <@{member}>"] if member else []
    which += [f"of kind **{kind}**"] if kind else []
    heading = f"## 📜 Audit\n-# {count(found.total, 'entry', 'entries')} {' '.join(which)}".rstrip()
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(heading)]
    lines = [_line(entry) for entry in found.entries]
    items.append(discord.ui.TextDisplay("\n".join(lines) or "Nothing was changed yet."))
    if found.pages > 1:
        items += [
            discord.ui.TextDisplay(f"-# Page {found.page + 1} of {found.pages}, newest first"),
            row(
                AuditButton(max(0, found.page - 1), member, kind, "◀️", disabled=found.page == 0),
                AuditButton(found.page + 1, member, kind, "▶️", disabled=found.page == found.pages - 1),
            ),
        ]
    return card(*items, colour=_ACCENT)


def _line(entry: AuditEntry) -> str:
    who = f"<@{entry.actor_id}>" if entry.actor_id else escape_within(entry.actor_name, 60) or "somebody"
    before, after = _value(entry.before), _value(entry.after)
    change = f"{before} → {after}" if before and after else f"{before} → nothing" if before else after
    subject = f" · {_value(entry.subject)}" if entry.subject else ""
    return f"**{entry.act}**{subject} · {who} {moment(entry.at)}" + (f"\n> {change}" if change else "")


def _value(text: str) -> str:
    return text if _MENTION.fullmatch(text) and len(text) <= 400 else escape_within(text, _VALUE)
