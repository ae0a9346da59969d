"""A project's film: made when something that goes into it changed, found otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storycore.errors import FilmError
from storycore.film import picture, segment
from storycore.film.options import AUTO, OFF, FilmOptions
from storycore.keys import recipe_key
from storycore.project.folder import disk
from storycore.project.story import AUTHOR
from storycore.project.waiting import until_filmed
from storycore.store.media import insert_new
from storycore.store.models import MadeRow, SceneRow, StoryRow, WorkState, now
from storycore.studio import films, stories
from storycore.studio.music import MOST_BYTES, keep_music
from storycore.studio.views import FilmView
from storycore.work.jobs.filming import chosen_pictures, film_plan, sketched
from storycore.work.jobs.speaking import story_lines, story_voices
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class FilmMade:
    """A film, and how many of its segments were made for it now; ``fresh`` when it is no film found again.

    ``more`` are its further parts, where it comes in several; ``bytes`` is the size of all; ``captions`` are the
    subtitles of each, as far as they were written for it now.
    """

    path: Path
    seconds: float
    bytes: int
    made: int
    reused: int
    fresh: bool
    more: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    captions: tuple[Path, ...] = ()


async def film_key(workshop: Workshop, story_id: int, max_bytes: int | None, options: FilmOptions) -> str:
    """The key of everything that goes into a story's film as it is now: equal keys, equal films."""
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        scenes = list(
            await session.scalars(select(SceneRow).where(SceneRow.story_id == story_id).order_by(SceneRow.number))
        )
    pictures = await chosen_pictures(workshop, story_id)
    lines = await story_lines(workshop, story_id)
    voices = await story_voices(workshop, story_id, lines, options.voice)
    told: dict[int, list[list[str | None]]] = {scene.id: [] for scene in scenes}
    for line in lines:
        told[line.scene_id].append([line.text, line.speaker, workshop.narrator.fingerprint(voices[line.speaker][0])])
    return recipe_key(
        "project-film",
        drawing=[picture.VERSION, segment.VERSION],
        title=story.title,
        author=story.author_name,
        painter="storyboard" if await sketched(workshop, pictures.values()) else "webui",
        scenes=[
            [scene.number, scene.title, [path.stem for path in pictures.get(scene.id, ())], told[scene.id]]
            for scene in scenes
        ],
        max_bytes=max_bytes,
        options=options.to_json(),
        quality=workshop.options.film_quality,
    )


async def find_film(workshop: Workshop, story_id: int, max_bytes: int | None, options: FilmOptions) -> FilmMade | None:
    """The film that was made of exactly this before, or None."""
    kept = await workshop.made.find(await film_key(workshop, story_id, max_bytes, options))
    if kept is None:
        return None
    size = (await asyncio.to_thread(kept.path.stat)).st_size
    return FilmMade(kept.path, kept.details["seconds"], size, 0, kept.details["segments"], fresh=False)


async def make_project_film(
    workshop: Workshop,
    story_id: int,
    max_bytes: int | None,
    options: FilmOptions,
    tell: Callable[[float, float | None], None],
) -> FilmMade:
    """Ask for the film and wait for it; ``tell`` hears how far it is, 0 … 1, and the seconds left, if known.

    Raises ``FilmError``.
    """
    asked = await films.request(workshop, story_id, AUTHOR, max_bytes, options, remember=False)

    await until_filmed(workshop, story_id, asked.film_id, tell)
    view = await stories.show(workshop, story_id)
    film = next(film for film in view.films if film.id == asked.film_id)
    if film.state is not WorkState.DONE or film.path is None or film.seconds is None:
        raise FilmError(film.problem or "The film was not made.", "" if film.problem else "Run the command again.")
    made, reused = film.made or 0, film.reused or 0
    if not film.more and await _all_spoken(workshop, story_id, max_bytes, options):
        key = await film_key(workshop, story_id, max_bytes, options)
        await _record(workshop, key, film, {"seconds": film.seconds, "segments": made + reused})
    size = film.bytes or 0
    for part in film.more:
        size += (await asyncio.to_thread(part.stat)).st_size
    return FilmMade(
        film.path,
        film.seconds,
        size,
        made,
        reused,
        fresh=True,
        more=film.more,
        notes=film.notes,
        captions=film.captions,
    )


async def _all_spoken(workshop: Workshop, story_id: int, max_bytes: int | None, options: FilmOptions) -> bool:
    """Whether every line has the voice meant for it: a film where one failed is not kept as what was asked for."""
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
    plan = await film_plan(workshop, story, max_bytes, options)
    return not plan.notes and all(line.speech is not None for scene in plan.scenes for line in scene.lines)


async def _record(workshop: Workshop, key: str, film: FilmView, details: Mapping[str, Any]) -> None:
    async with workshop.database.write() as session:
        row = await session.get(MadeRow, key)
        if row is None:
            await insert_new(session, MadeRow, key=key, media=film.media, details=dict(details), created_at=now())
        elif film.media is not None:  # its file was gone: what was made now takes its place
            row.media, row.details = film.media, dict(details)


async def with_music(workshop: Workshop, options: FilmOptions, beside: Path) -> FilmOptions:
    """``options`` with the file of music that they name, looked for ``beside`` the script, kept among the media.

    Raises ``FilmError`` where there is no such file.
    """
    if options.music in (OFF, AUTO):
        return options
    path = beside / options.music
    if not await asyncio.to_thread(path.is_file):
        raise FilmError(f"The music {options.music} is not there.", "Name a file, or choose off or auto.")
    if (await asyncio.to_thread(path.stat)).st_size > MOST_BYTES:
        raise FilmError(f"The music {options.music} is too large.", f"A file may have {MOST_BYTES >> 20} MiB.")
    with disk(f"Reading {path.name}"):
        data = await asyncio.to_thread(path.read_bytes)
    return replace(options, music=await keep_music(workshop, data, path.name))
