"""Filming: the chosen pictures and the voice clips of a story become a film."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import select

from storycore.errors import FiresideError
from storycore.film import emoji
from storycore.film.letters import has_emoji
from storycore.film.make import make_film
from storycore.film.model import FilmLine, FilmPlan, FilmProgress, FilmReport, FilmScene
from storycore.film.options import FilmOptions, from_json
from storycore.images import storyboard
from storycore.narration.captions import caption_seconds
from storycore.store.media import record_media
from storycore.store.models import (
    UNFINISHED,
    CandidateRow,
    FilmRow,
    LineRow,
    SceneRow,
    StoryRow,
    StoryState,
    WorkState,
    now,
)
from storycore.studio.music import music_named
from storycore.studio.together_views import named, read_co_authors
from storycore.studio.views import read_story, shown_key
from storycore.work.jobs.patience import patiently
from storycore.work.jobs.progress import reporting
from storycore.work.jobs.speaking import (
    VOICE_CREDITS,
    SpokenLine,
    fail,
    find_or_speak,
    note_problem,
    story_lines,
    story_voices,
    voice_notes,
)
from storycore.work.workshop import Workshop

_WORK = ".work"
#: What subtitles beside a film end with.
CAPTIONS = ".vtt"


async def film(workshop: Workshop, film_id: int) -> None:
    """Make one film, or record why not. A film that is finished, or whose story was cancelled, is left alone."""
    async with workshop.database.read() as session:
        row = await session.get(FilmRow, film_id)
        story = None if row is None else await session.get(StoryRow, row.story_id)
    if row is None or story is None or row.state not in UNFINISHED or story.state is not StoryState.OPEN:
        return
    try:
        await patiently(
            lambda: _once(workshop, story, row),
            lambda words: note_problem(workshop, story.id, film_id, words),
            tries=workshop.options.painting_tries,
        )
    except FiresideError as error:
        await fail(workshop, story.id, film_id, error)


async def _once(workshop: Workshop, story: StoryRow, asked: FilmRow) -> None:
    """Try it: whatever cannot be done is raised, and what was made until then is kept."""
    film_id = asked.id
    async with workshop.database.read() as session:  # before the plan: what changes in between makes it out of date
        shows = shown_key(await read_story(session, workshop.folder, story.id))
    plan = await film_plan(workshop, story, asked.max_bytes, from_json(asked.options))
    # Beside the media, so that a film moves there in one step; what a killed process left is swept up by the next.
    folder = workshop.options.work_dir or workshop.folder.root / _WORK
    made = folder / f"film-{film_id}-{uuid.uuid4().hex[:8]}.mp4"
    try:
        report = await _make(workshop, story.id, film_id, plan, made)
        stored = [await _stored(workshop, path) for path in [part.path for part in report.parts] or [report.path]]
        captions = [await _written(workshop, part.captions) for part in report.parts if part.captions]
    finally:
        await asyncio.shield(asyncio.to_thread(_remove, made))
    async with workshop.changing(story.id) as (session, _):
        done = await session.get_one(FilmRow, film_id)
        if done.state not in UNFINISHED or done.attempt != asked.attempt:  # stopped, or begun anew meanwhile
            return
        for content_hash, size in stored:
            await record_media(session, content_hash, ".mp4", size)
        for content_hash, size in captions:
            await record_media(session, content_hash, CAPTIONS, size)
        (content_hash, _), *more = stored
        done.pictures = [path.stem for scene in plan.scenes for path in (scene.picture, scene.second) if path]
        done.more, done.shows, done.left_s = [part for part, _ in more], shows, None
        done.captions = [part for part, _ in captions] if len(captions) == len(stored) else []
        done.state, done.progress, done.problem, done.finished_at = WorkState.DONE, 1.0, "", now()
        done.media, done.seconds = content_hash, report.seconds
        done.width, done.height, done.fps = report.width, report.height, report.fps
        done.made, done.reused, done.notes = report.made, report.reused, list(report.notes)


async def _stored(workshop: Workshop, made: Path) -> tuple[str, int]:
    content_hash, path = await workshop.folder.add_file(made, ".mp4")
    return content_hash, (await asyncio.to_thread(path.stat)).st_size


async def _written(workshop: Workshop, text: str) -> tuple[str, int]:
    data = text.encode()
    content_hash, _ = await workshop.folder.add_bytes(data, CAPTIONS)
    return content_hash, len(data)


def _remove(made: Path) -> None:
    """Nothing of a film stays beside the media, however many parts it has."""
    for part in (made, *made.parent.glob(f"{made.stem}-*{made.suffix}")):
        part.unlink(missing_ok=True)


async def _make(workshop: Workshop, story_id: int, film_id: int, plan: FilmPlan, out: Path) -> FilmReport:
    left: list[float | None] = [None]

    async def write(fraction: float) -> None:
        async with workshop.changing(story_id) as (session, _):
            row = await session.get_one(FilmRow, film_id)
            if row.state in UNFINISHED:  # stopped a moment ago, it must not seem to go on
                row.state, row.progress, row.problem, row.left_s = WorkState.WORKING, fraction, "", left[0]

    async with reporting(write) as reporter:

        def report(progress: FilmProgress) -> None:
            left[0] = progress.left
            reporter.report(progress.done / progress.total if progress.total > 0 else 0.0)

        return await make_film(plan, out, cache=workshop.made, work_dir=out.parent, on_progress=report)


async def film_plan(workshop: Workshop, story: StoryRow, max_bytes: int | None, options: FilmOptions) -> FilmPlan:
    """What a story's film is made of now: each scene's choice, its lines, and their clips (spoken here if missing)."""
    limits = [limit for limit in (max_bytes, options.max_bytes) if limit is not None]
    pictures = await chosen_pictures(workshop, story.id)
    lines = await story_lines(workshop, story.id)
    voices = await story_voices(workshop, story.id, lines, options.voice)
    heard = [(line, await find_or_speak(workshop, line, voices[line.speaker])) for line in lines]
    spoken: dict[int, list[FilmLine]] = {}
    for line, result in heard:
        spoken.setdefault(line.scene_id, []).append(_film_line(line, result))
    async with workshop.database.read() as session:
        scenes = list(
            await session.scalars(select(SceneRow).where(SceneRow.story_id == story.id).order_by(SceneRow.number))
        )
        with_them = [one.name for one in await read_co_authors(session, story.id)]
    written = " ".join(
        [story.title, *(scene.title for scene in scenes), *(f"{line.text} {line.speaker}" for line in lines)]
    )
    art = [storyboard.CREDIT] if await sketched(workshop, pictures.values()) else []
    if not art and await asyncio.to_thread(has_emoji, written):
        art = [emoji.CREDIT]
    return FilmPlan(
        title=story.title,
        scenes=tuple(
            _film_scene(scene, pictures.get(scene.id, ()), tuple(spoken.get(scene.id, ()))) for scene in scenes
        ),
        credits=tuple(_credits(named(story.author_name, with_them), [result for _, result in heard], art)),
        max_bytes=min(limits, default=None),
        options=options,
        music=await music_named(workshop, options.music),
        authors=tuple(filter(None, (story.author_name, *with_them))),
        notes=tuple(voice_notes([(result, voices[line.speaker]) for line, result in heard])),
        quality=workshop.options.film_quality,
    )


def _film_scene(scene: SceneRow, pictures: Sequence[Path], lines: tuple[FilmLine, ...]) -> FilmScene:
    first, second = (*pictures, None, None)[:2]
    return FilmScene(scene.number, scene.title, first, lines, second)


def _film_line(line: LineRow, result: SpokenLine) -> FilmLine:
    if result.clip is None:
        return FilmLine(line.text, line.speaker, None, caption_seconds(line.text))
    return FilmLine(line.text, line.speaker, result.clip.path, result.clip.details["seconds"], result.words)


async def chosen_pictures(workshop: Workshop, story_id: int) -> dict[int, tuple[Path, ...]]:
    """Each scene's picture for the film, as the story shows it: the pick, else what leads; by scene id.

    A second one follows where two were picked.
    """
    async with workshop.database.read() as session:
        story = await read_story(session, workshop.folder, story_id)
    return {
        scene.id: (scene.chosen.path, *([scene.second.path] if scene.second is not None else []))
        for scene in story.scenes
        if scene.chosen is not None
    }


async def sketched(workshop: Workshop, pictures: Iterable[Sequence[Path]]) -> bool:
    """Whether any of these scenes' pictures is a sketch of this machine's, which asks for a credit."""
    hashes = [path.stem for paths in pictures for path in paths]
    async with workshop.database.read() as session:
        found = await session.scalars(select(CandidateRow.parameters).where(CandidateRow.media.in_(hashes)))
        return any(parameters.get("painter") == "storyboard" for parameters in found)


def _credits(by: str, heard: Sequence[SpokenLine], art: Sequence[str]) -> list[str]:
    lines = [f"A story by {by}"] if by else []
    lines += art
    engines = sorted({result.voice.engine for result in heard if result.voice is not None})
    voices = [f"Voices: {', '.join(VOICE_CREDITS[engine] for engine in engines)}"] if engines else []
    return [*lines, " · ".join((*voices, "Made with Fireside"))]
