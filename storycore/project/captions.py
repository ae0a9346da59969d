"""The film's subtitles as a file of their own beside it."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from storycore.film.model import FilmLine, FilmPlan, FilmScene
from storycore.film.options import DEFAULTS, FilmOptions, SubtitleMode
from storycore.film.timeline import Timeline, lay_out
from storycore.film.vtt import vtt_of
from storycore.narration.captions import caption_seconds
from storycore.project.folder import disk, write_whole
from storycore.store.models import SceneRow, StoryRow
from storycore.work.jobs.speaking import find_or_speak, story_lines, story_voices
from storycore.work.workshop import Workshop


async def write_captions(workshop: Workshop, story_id: int, film: Path, options: FilmOptions = DEFAULTS) -> Path | None:
    """Write the subtitles of the film at ``film`` beside it as WebVTT; None where the film was to have none.

    Raises ``StorageError``.
    """
    if options.subtitles is SubtitleMode.OFF:
        return None
    text = await asyncio.to_thread(vtt_of, await _timeline(workshop, story_id, options))
    out = film.with_suffix(".vtt")
    with disk(f"Writing {out.name}"):
        await asyncio.to_thread(write_whole, out, text.encode())
    return out


async def _timeline(workshop: Workshop, story_id: int, options: FilmOptions) -> Timeline:
    """When every line of the film is heard: its clips are kept, so that nothing is spoken for it."""
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        numbers = await session.execute(
            select(SceneRow.id, SceneRow.number).where(SceneRow.story_id == story_id).order_by(SceneRow.number)
        )
        scenes = [(scene_id, number) for scene_id, number in numbers]
    rows = await story_lines(workshop, story_id)
    voices = await story_voices(workshop, story_id, rows, options.voice)
    told: dict[int, tuple[FilmLine, ...]] = {}
    for scene_id, group in groupby(rows, key=lambda row: row.scene_id):
        lines: list[FilmLine] = []
        for row in group:
            spoken = await find_or_speak(workshop, row, voices[row.speaker])
            clip = None if spoken.clip is None else spoken.clip.path
            lines.append(FilmLine(row.text, row.speaker, clip, caption_seconds(row.text), spoken.words))
        told[scene_id] = tuple(lines)
    plan = FilmPlan(
        story.title,
        tuple(FilmScene(number, "", None, told.get(scene_id, ())) for scene_id, number in scenes),
        options=options,
    )
    return await asyncio.to_thread(lay_out, plan)
