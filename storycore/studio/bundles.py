"""A whole story given out as a file, taken in from one, or made a second time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from storycore.bundle.files import BundleError, pack, unpack
from storycore.bundle.model import (
    Ballot,
    Bundle,
    Corrected,
    Line,
    Member,
    Picture,
    Round,
    Scene,
    VoiceOf,
)
from storycore.cast.corrections import Correction, CorrectionKind, facts_of
from storycore.errors import FilmError, NotFoundError, StateError, StorageError
from storycore.film import options as film_options
from storycore.script.reading import check_text
from storycore.store.corrections import CorrectionRow
from storycore.store.media import record_media
from storycore.store.models import (
    UNFINISHED,
    BallotRow,
    CandidateRow,
    CastRow,
    LineRow,
    MediaRow,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    now,
)
from storycore.store.voices import VoiceRow
from storycore.studio import audit
from storycore.studio.networks import check_networks
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require
from storycore.studio.rules import read_prompt, rules_of
from storycore.studio.stories import HAND_IN, tidy_title
from storycore.work.jobs.speaking import speech_keys
from storycore.work.workshop import Workshop

#: Votes that came with a file belong to nobody: their numbers are below those of erased members' votes.
_NOBODY = 10**15


@dataclass(frozen=True, slots=True)
class Place:
    """Where a story that is taken in shall live."""

    channel_id: int | None
    request_key: str | None = None


async def export(workshop: Workshop, story_id: int, person: Person, *, chosen_only: bool = False) -> tuple[str, bytes]:
    """A story's title and its file (zip); ``chosen_only`` leaves out the pictures that nobody chose.

    What moderators hid is never in it. Whoever may steer the story may. Raises ``NotFoundError``,
    ``NotAllowedError``, ``StateError`` where it is not made yet.
    """
    bundle, media = await _read(workshop, story_id, person, "export it")
    if chosen_only:
        bundle = _only_chosen(bundle)
    pictures = {key: path for key, path in media.items() if key in bundle.files}
    keys = await speech_keys(workshop, story_id)
    clips = {f"line-{keys[key]}": made.path for key, made in (await workshop.made.find_all(keys)).items()}
    try:
        return bundle.title, await asyncio.to_thread(pack, bundle, pictures, clips)
    except OSError as error:
        raise StorageError("A picture of this story is not here any more.", "Press Again, then export it.") from error


async def _read(workshop: Workshop, story_id: int, person: Person, what: str) -> tuple[Bundle, dict[str, Path]]:
    async with workshop.database.read() as session:
        story = await session.get(
            StoryRow,
            story_id,
            options=[
                selectinload(StoryRow.scenes).selectinload(SceneRow.lines),
                selectinload(StoryRow.scenes).selectinload(SceneRow.rounds).selectinload(RoundRow.candidates),
                selectinload(StoryRow.cast),
            ],
        )
        if story is None:
            raise NotFoundError("That story is not here.", "`/story list` shows the stories of this server.")
        await require(session, person, Act.STEER, story, what=what)
        if story.state not in (StoryState.OPEN, StoryState.CANCELLED) or story.preview_of is not None:
            raise StateError("This story is not made yet.", "Its scenes are there in a moment.")
        bundle = await _bundle(session, story)
        rows = await session.scalars(select(MediaRow).where(MediaRow.hash.in_(list(bundle.files))))
        return bundle, {row.hash: workshop.folder.path(row.hash, row.suffix) for row in rows}


async def _bundle(session: AsyncSession, story: StoryRow) -> Bundle:
    ids = [scene.id for scene in story.scenes]
    ballots = list(await session.scalars(select(BallotRow).where(BallotRow.scene_id.in_(ids)).order_by(BallotRow.id)))
    corrections = await session.scalars(
        select(CorrectionRow)
        .where(CorrectionRow.story_id == story.id, CorrectionRow.kind != CorrectionKind.LINKED)
        .order_by(CorrectionRow.id)
    )
    voices = await session.scalars(select(VoiceRow).where(VoiceRow.story_id == story.id).order_by(VoiceRow.speaker))
    options = {key: value for key, value in story.film_options.items() if key != "music" or value in ("auto", "off")}
    return Bundle(
        format="fireside-story",
        version=1,
        title=story.title,
        author=story.author_name,
        script=story.script,
        language=story.language,
        state=StoryState.OPEN if story.state is StoryState.OPEN else StoryState.CANCELLED,
        notes=tuple(story.notes),
        candidates=story.candidates,
        width=story.width,
        height=story.height,
        style=str(story.style.get("name", ""))[:40],
        film_options=options,
        scenes=tuple(_scene(scene, [b for b in ballots if b.scene_id == scene.id]) for scene in story.scenes),
        cast=tuple(
            Member(
                name=c.name, aliases=tuple(c.aliases), scenes=tuple(c.scenes), lines=c.lines, pronouns=c.pronouns,
                known_as=c.known_as,
            )
            for c in story.cast
        ),
        corrections=tuple(Corrected(kind=c.kind, data=c.data, fits=c.fits) for c in corrections),
        voices=tuple(VoiceOf(speaker=v.speaker, voice=v.voice) for v in voices),
    )  # fmt: skip


def _scene(row: SceneRow, ballots: list[BallotRow]) -> Scene:
    return Scene(
        title=row.title, prompt=row.prompt, by_hand=row.prompt_by is not None, start=row.start, end=row.end,
        round=row.round, pick=row.pick, second_pick=row.second_pick,
        lines=tuple(
            Line(
                kind=x.kind, text=x.text, speaker=x.speaker, start=x.start, end=x.end, rewritten=x.rewritten,
                confidence=x.confidence, reason=x.reason,
            )
            for x in row.lines
        ),
        rounds=tuple(_round(x) for x in row.rounds if x.state not in UNFINISHED),
        ballots=tuple(Ballot(round=b.round, choice=b.choice, source=b.source) for b in ballots),
    )  # fmt: skip


def _round(row: RoundRow) -> Round:
    return Round(
        number=row.number, prompt=row.prompt, seed=row.seed, count=row.count, reason=row.reason, state=row.state,  # type: ignore[arg-type]
        problem=row.problem[:2000],
        pictures=tuple(
            Picture(
                number=c.number, file=c.media, seed=c.seed, width=c.width, height=c.height, parameters=c.parameters
            )
            for c in row.candidates
            if not c.hidden
        ),
    )  # fmt: skip


def _only_chosen(bundle: Bundle) -> Bundle:
    """The story with the pictures of the rounds that are shown alone."""
    scenes = []
    for scene in bundle.scenes:
        rounds = [
            round_ if round_.number == scene.round else round_.model_copy(update={"pictures": ()})
            for round_ in scene.rounds
        ]
        scenes.append(scene.model_copy(update={"rounds": tuple(rounds)}))
    return bundle.model_copy(update={"scenes": tuple(scenes)})


async def take_in(workshop: Workshop, person: Person, data: bytes, place: Place) -> int:
    """Take a story in from its file, whole or not at all; gives its id. It is the person's from then on.

    Whoever may hand in stories may. Raises ``BundleError``, ``NotAllowedError``, ``ScriptError``.
    """
    async with workshop.database.read() as session:
        await require(session, person, Act.CREATE, what=HAND_IN)
    bundle, pictures = await asyncio.to_thread(unpack, data)
    kept: dict[str, tuple[str, int]] = {}
    for content_hash, (content, suffix) in pictures.items():
        await workshop.folder.add_bytes(content, suffix)
        kept[content_hash] = (suffix, len(content))
    return await _write(workshop, person, bundle, place, kept, "story.import", bundle.title)


async def duplicate(workshop: Workshop, story_id: int, person: Person, place: Place) -> int:
    """Make a story a second time, with all that is in it; gives the new one's id. Raises as both others do."""
    bundle, _ = await _read(workshop, story_id, person, "duplicate it")
    title = bundle.title
    bundle = bundle.model_copy(update={"title": tidy_title(f"{title[:70]} (copy)")})
    return await _write(workshop, person, bundle, place, {}, "story.duplicate", title)


async def _write(
    workshop: Workshop,
    person: Person,
    bundle: Bundle,
    place: Place,
    kept: dict[str, tuple[str, int]],
    act: str,
    subject: str,
) -> int:
    await asyncio.to_thread(check_text, bundle.script)
    _check_corrections(bundle)
    prompts = dict.fromkeys([s.prompt for s in bundle.scenes] + [r.prompt for s in bundle.scenes for r in s.rounds])
    readings = [await read_prompt(workshop, prompt) for prompt in prompts]
    async with workshop.database.write() as session:
        if place.request_key is not None:
            same = await session.scalar(select(StoryRow.id).where(StoryRow.request_key == place.request_key))
            if same is not None:
                return same
        settings = await require(session, person, Act.CREATE, what=HAND_IN)
        story = StoryRow(
            request_key=place.request_key,
            server_id=person.server_id,
            channel_id=place.channel_id,
            author_id=person.id,
            author_name=bundle.author or person.name[:100],
            title=tidy_title(bundle.title),
            script=bundle.script,
            state=bundle.state,
            language=bundle.language,
            notes=list(bundle.notes),
            candidates=bundle.candidates,
            width=bundle.width,
            height=bundle.height,
            film_options=_film_options(bundle),
            age_restricted=person.age_restricted,
        )
        session.add(story)
        await session.flush()
        rules = await rules_of(session, story)
        for prompt, reading in zip(prompts, readings, strict=True):
            rules.check(reading)
            await check_networks(session, person, settings, prompt)
        for content_hash, (suffix, size) in kept.items():
            await record_media(session, content_hash, suffix, size)
        await _add_rows(workshop, session, story, bundle, person)
        audit.note(session, person, act, subject, "", story.title)
        story_id = story.id
    workshop.changes.publish(story_id)
    return story_id


def _check_corrections(bundle: Bundle) -> None:
    """Corrections are read by the reader at the next correction: what it could not read is refused here."""
    try:
        facts_of([Correction(one.kind, one.data) for one in bundle.corrections])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise BundleError("The corrections in that file do not fit.", "Only files of this version fit.") from None


def _film_options(bundle: Bundle) -> dict[str, object]:
    try:
        return dict(film_options.from_json(bundle.film_options).to_json())
    except (FilmError, AttributeError, TypeError, ValueError):
        return {}


async def _add_rows(workshop: Workshop, session: AsyncSession, story: StoryRow, bundle: Bundle, person: Person) -> None:
    for number, scene in enumerate(bundle.scenes, start=1):
        row = SceneRow(
            story_id=story.id, number=number, title=scene.title, prompt=scene.prompt, start=scene.start, end=scene.end,
            prompt_by=person.id if scene.by_hand else None, round=scene.round, pick=scene.pick,
            second_pick=scene.second_pick,
        )  # fmt: skip
        row.lines = [LineRow(number=at, **line.model_dump()) for at, line in enumerate(scene.lines, start=1)]
        row.rounds = [_round_row(round_) for round_ in scene.rounds]
        session.add(row)
        await session.flush()
        for at, ballot in enumerate(scene.ballots, start=1):
            session.add(BallotRow(scene_id=row.id, member_id=-(_NOBODY + at), **ballot.model_dump()))
    for number, member in enumerate(bundle.cast, start=1):
        values = member.model_dump() | {"aliases": list(member.aliases), "scenes": list(member.scenes)}
        session.add(CastRow(story_id=story.id, number=number, **values))
    for one in bundle.corrections:
        session.add(CorrectionRow(story_id=story.id, kind=one.kind, data=one.data, fits=one.fits, made_by=person.id))
    for voice in bundle.voices:
        if workshop.voices.find(voice.voice) is not None:
            session.add(VoiceRow(story_id=story.id, speaker=voice.speaker, voice=voice.voice, chosen_at=now()))


def _round_row(round_: Round) -> RoundRow:
    values = round_.model_dump(exclude={"pictures"})
    row = RoundRow(**values, progress=1.0, finished_at=now())
    row.candidates = [
        CandidateRow(**picture.model_dump(exclude={"file"}), media=picture.file) for picture in round_.pictures
    ]
    return row
