"""The queue as a person sees it: what is painted where, what waits, whose, how long; own jobs first, ten to a page."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.items import Answering
from bot.ui.text import bar, count, cut, escape_within, moment, roughly
from storycore.studio import queue
from storycore.studio.people import Person
from storycore.studio.queue import HoldView, JobView, QueueView

_ACCENT = discord.Colour(0x4E8F6B)
_PAUSED = discord.Colour(0x8A8A8A)
_PER_PAGE = 10
_RUNNING_SHOWN = 8
_KINDS = {0: "🎲", 1: "🎞️", 2: "🌙"}


class QueueButton(
    Answering, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"fs:queue:(?P<page>\d{1,4})(?P<fresh>:now)?"
):
    """Shows a page of the queue as it is now."""

    def __init__(self, page: int, emoji: str, *, fresh: bool = False, disabled: bool = False) -> None:
        self.page = page
        super().__init__(
            discord.ui.Button(emoji=emoji, custom_id=f"fs:queue:{page}" + (":now" if fresh else ""), disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["page"]), "🔄", fresh=match["fresh"] is not None)

    async def act(self, interaction: Asked) -> None:
        """The page takes the place of the one before."""
        view = await page_for(interaction, self.page)
        await interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none())


class CancelSelect(Answering, discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"fs:dequeue:(?P<page>\d{1,4})"):
    """Takes one of the jobs on the page back."""

    def __init__(self, page: int, jobs: list[JobView] | None = None) -> None:
        self.page = page
        options = [
            discord.SelectOption(
                label=cut(f"{job.story_title} · scene {job.scene_number}", 100),
                value=str(job.id),
                description=cut("being painted" if job.running else f"place {job.place}", 100),
            )
            for job in jobs or []
        ] or [discord.SelectOption(label="-", value="0")]
        super().__init__(
            discord.ui.Select(custom_id=f"fs:dequeue:{page}", placeholder="Cancel pictures…", options=options)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["page"]))

    async def act(self, interaction: Asked) -> None:
        """Cancel, and show the page without it."""
        chosen = self.item.values[0] if self.item.values else "0"
        was = await queue.cancel(workshop_of(interaction), int(chosen), person_of(interaction))
        said = f"🛑 Cancelled: **{escape_within(was.story_title, 80)}**, scene {was.scene_number}."
        view = await page_for(interaction, self.page, said)
        await interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none())


class CancelButton(
    Answering, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"fs:cancel:(?P<round>\d{1,18})"
):
    """Takes the pictures back that a scene waits for: who asked for them, the story's author, moderators."""

    def __init__(self, round_id: int, *, disabled: bool = False) -> None:
        self.round = round_id
        super().__init__(
            discord.ui.Button(label="Cancel", emoji="✖️", custom_id=f"fs:cancel:{round_id}", disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["round"]))

    async def act(self, interaction: Asked) -> None:
        """Cancel; the message shows it."""
        await queue.cancel_round(workshop_of(interaction), self.round, person_of(interaction))
        await interaction.response.defer()


QUEUE_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (QueueButton, CancelSelect, CancelButton)


async def page_for(interaction: Asked, page: int, said: str = "") -> discord.ui.LayoutView:
    """A page of the queue for the person who asks, as it is now."""
    person = person_of(interaction)
    return queue_page(await queue.show(workshop_of(interaction), person), person, page, said)


def queue_page(seen: QueueView, person: Person, page: int = 0, said: str = "") -> discord.ui.LayoutView:
    """The queue on one page (from 0; one that is not there is the last); ``said`` is what was just done."""
    pages = max(1, -(-len(seen.waiting) // _PER_PAGE))
    page = min(page, pages - 1)
    shown = list(seen.waiting[page * _PER_PAGE : (page + 1) * _PER_PAGE])
    running = list(seen.running[:_RUNNING_SHOWN])
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_PAUSED if seen.hold else _ACCENT)
    container.add_item(discord.ui.TextDisplay("\n".join(["## 🖼️ The queue", _summary(seen), *([said] if said else [])])))
    if seen.hold is not None:
        container.add_item(discord.ui.TextDisplay(_hold(seen.hold)))
    if running:
        more = len(seen.running) - len(running)
        lines = [_running(job) for job in running] + ([f"-# and {more} more"] if more else [])
        container.add_item(discord.ui.TextDisplay("\n".join(["### Being painted", *lines])))
    if shown:
        container.add_item(discord.ui.TextDisplay("\n".join(["### Waiting", *(_waiting(job) for job in shown)])))
    if not running and not shown:
        container.add_item(discord.ui.TextDisplay("Nothing waits here. Hand in a story with `/story new`."))
    container.add_item(discord.ui.Separator())
    own = [job for job in (*running, *shown) if job.mine or person.moderator or person.id is None]
    if own:
        menu: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        menu.add_item(CancelSelect(page, own))
        container.add_item(menu)
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    if pages > 1:
        row.add_item(QueueButton(max(0, page - 1), "◀️", disabled=page == 0))
    row.add_item(QueueButton(page, "🔄", fresh=True))
    if pages > 1:
        row.add_item(QueueButton(page + 1, "▶️", disabled=page == pages - 1))
    container.add_item(row)
    if pages > 1:
        container.add_item(discord.ui.TextDisplay(f"-# Page {page + 1} of {pages}, yours first"))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def _summary(seen: QueueView) -> str:
    painters = "no painter can be reached" if seen.unreachable else count(seen.hosts, "painter") if seen.hosts else ""
    here = len(seen.waiting)
    others = seen.waiting_total - here
    waiting = f"{count(here, 'scene')} waiting" + (f", {others} of other servers" if others > 0 else "")
    return "-# " + " · ".join(part for part in (painters, waiting) if part)


def _hold(hold: HoldView) -> str:
    who = f" by {escape_within(hold.by_name, 80)}" if hold.by_name else ""
    until = f" until {moment(hold.until)}" if hold.until is not None else ""
    reason = f": {escape_within(hold.reason, 200)}" if hold.reason else ""
    return f"⏸️ **Painting is paused**{who}{until}{reason}"


def _running(job: JobView) -> str:
    where = f" on {escape_within(job.host_name, 40)}" if job.host_name else ""
    left = f" · {roughly(job.seconds_left)} left" if job.seconds_left is not None else ""
    return f"🎨 {_what(job)}{where}\n-# {bar(job.progress)}{left}"


def _waiting(job: JobView) -> str:
    if job.not_before is not None:
        when = f"starts {moment(job.not_before)}"
    elif job.held:
        when = "paused"
    elif job.seconds_left is None:
        when = "waits for a painter"
    else:
        when = f"ready in {roughly(job.seconds_left)}"
    return f"**{job.place}.** {_KINDS.get(job.rank, '')} {_what(job)} · {when}"


def _what(job: JobView) -> str:
    whose = "you" if job.mine else escape_within(job.member_name, 40)
    return f"**{escape_within(job.story_title, 60)}**, scene {job.scene_number}" + (f" · {whose}" if whose else "")
