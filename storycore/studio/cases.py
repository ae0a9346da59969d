"""Reported pictures as moderators see them: one case for each picture, with everybody who reported it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.media import MediaFolder
from storycore.store.models import CandidateRow, MediaRow, RoundRow, SceneRow, StoryRow
from storycore.store.moderation import BlockRow, ReportRow, WarningRow


@dataclass(frozen=True, slots=True)
class ReportView:
    """One member's report; ``reason`` is what they wrote."""

    by_name: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """A reported picture.

    ``id`` is the first report's. ``path`` is None once the picture was deleted. ``maker_id`` is who asked for it: the
    member who wrote its prompt or wanted it again, else the story's author. ``decision`` is "" while it waits.
    """

    id: int
    story_id: int
    story_title: str
    place_id: int | None
    scene_number: int
    round_id: int
    number: int
    prompt: str
    maker_id: int | None
    maker_name: str
    reports: tuple[ReportView, ...]
    decision: str = ""
    decided_by_name: str = ""
    hidden: bool = False
    media: str = ""
    path: Path | None = None
    warned: int = 0
    blocked: bool = False


async def read_cases(session: AsyncSession, folder: MediaFolder, reports: Sequence[ReportRow]) -> tuple[CaseView, ...]:
    """The cases that these reports make, in the order in which they were first reported."""
    groups: dict[tuple[int, int], list[ReportRow]] = {}
    for report in sorted(reports, key=lambda row: row.id):
        groups.setdefault((report.round_id, report.number), []).append(report)
    return tuple([await _case(session, folder, rows) for rows in groups.values()])


async def _case(session: AsyncSession, folder: MediaFolder, reports: Sequence[ReportRow]) -> CaseView:
    first = reports[0]
    round_, scene, story = (
        await session.execute(
            select(RoundRow, SceneRow, StoryRow)
            .join(RoundRow.scene)
            .join(SceneRow.story)
            .where(RoundRow.id == first.round_id)
        )
    ).one()
    picture = (
        await session.execute(
            select(CandidateRow, MediaRow)
            .join(MediaRow, MediaRow.hash == CandidateRow.media)
            .where(CandidateRow.round_id == first.round_id, CandidateRow.number == first.number)
        )
    ).first()
    asked = round_.asked_by is not None
    maker_id = round_.asked_by if asked else story.author_id
    warned = await session.scalar(
        select(func.count(WarningRow.id)).where(
            WarningRow.server_id == first.server_id, WarningRow.member_id == (maker_id or 0)
        )
    )
    waiting = any(not row.decision for row in reports)
    last = max(reports, key=lambda row: (row.decided_at is not None, row.decided_at or row.made_at))
    return CaseView(
        id=first.id,
        story_id=story.id,
        story_title=story.title,
        place_id=story.thread_id or story.channel_id,
        scene_number=scene.number,
        round_id=round_.id,
        number=first.number,
        prompt=round_.prompt,
        maker_id=maker_id,
        maker_name=round_.asked_by_name if asked else story.author_name,
        reports=tuple(ReportView(row.made_by_name, row.reason, row.made_at) for row in reports),
        decision="" if waiting else last.decision,
        decided_by_name="" if waiting else last.decided_by_name,
        hidden=picture is not None and picture[0].hidden,
        media="" if picture is None else picture[1].hash,
        path=None if picture is None else folder.path(picture[1].hash, picture[1].suffix),
        warned=warned or 0,
        blocked=await session.get(BlockRow, (first.server_id, maker_id or 0)) is not None,
    )


async def cases_of_story(session: AsyncSession, folder: MediaFolder, story_id: int) -> tuple[CaseView, ...]:
    """The reported pictures of a story."""
    rows = await session.scalars(select(ReportRow).where(ReportRow.story_id == story_id))
    return await read_cases(session, folder, list(rows))
