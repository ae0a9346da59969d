"""Moderation as moderators see it: a card for each reported picture, and the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.ui.layout import card, row
from bot.ui.moderation_items import CaseButton
from bot.ui.sheet import Sheet, SheetFile
from bot.ui.text import count, escape_within, moment
from storycore.studio.cases import CaseView
from storycore.studio.moderation import Blocked

_RED = discord.Colour(0xC0392B)
_GREY = discord.Colour(0x8A8A8A)
_REPORTS_SHOWN = 5
_CASES_SHOWN = 4
_BLOCKED_SHOWN = 12


def case_sheet(case: CaseView, mark: int | None = None) -> Sheet:
    """A reported picture with what moderators can do about it; the picture is blurred until it is clicked."""
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay("\n".join(_told(case)))]
    files: list[SheetFile] = []
    if case.path is not None:
        name = f"SPOILER_reported-{case.id}-{case.media[:10]}.jpg"
        files = [SheetFile(name, case.path, f"The reported picture {case.number}", light=True)]
        gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
        gallery.add_item(media=f"attachment://{name}", description=files[0].description, spoiler=True)
        items.append(gallery)
    items.append(discord.ui.TextDisplay(_maker(case)))
    items.append(_buttons(case, mark))
    return Sheet(card(*items, colour=_GREY if case.decision else _RED), files)


def _told(case: CaseView) -> list[str]:
    place = f" · <#{case.place_id}>" if case.place_id else ""
    lines = [
        f"### 🚩 Picture {case.number} of scene {case.scene_number} · {escape_within(case.story_title, 120)}{place}",
        f"-# Reported by {count(len(case.reports), 'member')}, first {moment(case.reports[0].at)}",
    ]
    for report in case.reports[:_REPORTS_SHOWN]:
        reason = escape_within(report.reason, 300) if report.reason else "*no reason given*"
        lines.append(f"> **{escape_within(report.by_name, 60)}**: {reason}")
    if len(case.reports) > _REPORTS_SHOWN:
        lines.append(f"-# and {len(case.reports) - _REPORTS_SHOWN} more")
    by = escape_within(case.decided_by_name, 60)
    told = {
        "hidden": f"🙈 **Hidden** by {by}: in neither chat nor film.",
        "deleted": f"🗑️ **Deleted** by {by}.",
        "kept": f"✅ **May stay**, says {by}.",
    }
    return [*lines, told.get(case.decision, "**Waits for a moderator.**")]


def _maker(case: CaseView) -> str:
    past = [f"warned {count(case.warned, 'time')}"] if case.warned else []
    past += ["blocked"] if case.blocked else []
    also = f" ({', '.join(past)})" if past else ""
    who = escape_within(case.maker_name, 60) or "somebody"
    return f"-# Made for **{who}**{also}, from: {escape_within(case.prompt, 400)}"


def _buttons(case: CaseView, mark: int | None) -> discord.ui.ActionRow[Any]:
    gone, nobody = case.path is None, case.maker_id is None
    return row(
        CaseButton(case.id, "show" if case.hidden else "hide", mark=mark, disabled=gone),
        CaseButton(case.id, "delete", disabled=gone),
        CaseButton(case.id, "warn", disabled=nobody),
        CaseButton(case.id, "unblock" if case.blocked else "block", disabled=nobody),
        CaseButton(case.id, "keep", disabled=gone or case.decision == "kept"),
    )


def moderation_page(cases: Sequence[CaseView], blocked: Sequence[Blocked]) -> discord.ui.LayoutView:
    """What waits for moderators, what is hidden, and who is blocked; for one moderator's eyes."""
    waiting = sum(not case.decision for case in cases)
    items: list[discord.ui.Item[Any]] = [
        discord.ui.TextDisplay(
            f"## 🛡️ Moderation\n-# {count(waiting, 'report')} waiting, {len(cases) - waiting} hidden, "
            f"{count(len(blocked), 'member')} blocked"
        )
    ]
    if not cases:
        items.append(discord.ui.TextDisplay("Nothing is reported, and nothing is hidden."))
    for case in cases[:_CASES_SHOWN]:
        items += [
            discord.ui.Separator(),
            discord.ui.TextDisplay("\n".join([*_told(case), _maker(case)])),
            _buttons(case, None),
        ]
    if len(cases) > _CASES_SHOWN:
        items.append(discord.ui.TextDisplay(f"-# and {len(cases) - _CASES_SHOWN} more after these"))
    if blocked:
        lines = [
            f"🚫 <@{one.member_id}> {escape_within(one.reason, 120)} · by {escape_within(one.by_name, 60)}"
            for one in blocked[:_BLOCKED_SHOWN]
        ]
        more = len(blocked) - _BLOCKED_SHOWN
        items += [
            discord.ui.Separator(),
            discord.ui.TextDisplay("\n".join([*lines, *([f"-# and {more} more"] if more > 0 else [])])),
        ]
    return card(*items, colour=_RED if waiting else _GREY)
