"""What can be seen of a story: one frozen snapshot, read in one transaction, from which every message is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from storycore.errors import NotFoundError
from storycore.keys import recipe_key
from storycore.script.model import LineKind
from storycore.store.characters import CharacterRow
from storycore.store.media import MediaFolder
from storycore.store.models import (
    UNFINISHED,
    BallotRow,
    CastRow,
    LineRow,
    MediaRow,
    RoundReason,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    WorkState,
)
from storycore.studio.batch_views import BatchView, read_batch
from storycore.studio.cases import CaseView, cases_of_story
from storycore.studio.cast_views import CorrectionView, QuestionView, read_corrections, read_questions
from storycore.studio.film_views import FilmView, film_view
from storycore.studio.how import means_of, restyled
from storycore.studio.line import Standing, standings
from storycore.studio.together_views import AuthorView, named, read_co_authors
from storycore.studio.voting_views import Decision, VotingView, decision_of, read_voting
from storycore.voting.rules import Mode, tally

__all__ = [
    "CandidateView",
    "CastView",
    "FilmView",
    "LineView",
    "RoundView",
    "SceneView",
    "Stage",
    "StoryView",
    "read_story",
    "shown_key",
]


class Stage(StrEnum):
    """Where a story is on its way, as people say it."""

    READING = "reading"
    TOO_LONG = "too_long"
    SPLIT = "split"
    PAINTING = "painting"
    VOTING = "voting"
    FILMING = "filming"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One picture offered; ``media`` is the hash of its file."""

    number: int
    media: str
    path: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RoundView:
    """One round of painting; ``progress`` 0 … 1."""

    id: int
    number: int
    prompt: str
    state: WorkState
    reason: RoundReason
    progress: float
    problem: str
    asked_by_name: str
    candidates: tuple[CandidateView, ...]
    #: Its place in the queue, while it is on its way.
    standing: Standing | None = None
    #: The picture, of the round shown when it was asked for, that these are variations of.
    like: int | None = None
    #: How many of its pictures moderators took away; ``candidates`` has those that are left.
    hidden: int = 0

    @property
    def unfinished(self) -> bool:
        """Whether pictures are still on their way."""
        return self.state in UNFINISHED

    def candidate(self, number: int | None) -> CandidateView | None:
        """The candidate of this number, if it is offered."""
        return next((candidate for candidate in self.candidates if candidate.number == number), None)


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as it will be spoken; ``speaker`` None is the narrator (or nobody we know)."""

    number: int
    kind: LineKind
    text: str
    speaker: str | None
    id: int = 0
    confidence: float = 1.0
    reason: str = ""
    rewritten: bool = False


@dataclass(frozen=True, slots=True)
class SceneView:
    """A scene: ``shown`` is the round whose pictures stand for voting, ``coming`` one that is being painted,
    ``failed`` the latest round if it failed. ``votes`` has every candidate of ``shown``, zeros included."""

    id: int
    number: int
    title: str
    text: str
    prompt: str
    edited: bool
    lines: tuple[LineView, ...]
    shown: RoundView | None
    coming: RoundView | None
    failed: RoundView | None
    pick: int | None
    votes: Mapping[int, int]
    second_pick: int | None = None
    #: Its prompt's parts and where each comes from: ``story``, ``style``, or a character's name. Empty when rewritten.
    parts: tuple[tuple[str, str], ...] = ()
    #: The words that the server's rules took out of it.
    dropped: tuple[str, ...] = ()
    #: The characters whose looks changed since a person wrote the prompt.
    offered: tuple[str, ...] = ()
    #: How the characters in the pictures that are shown were kept recognisable, in a few words.
    means: str = ""
    #: The style that it is painted in, by its name ("": none), and whether the pictures shown were painted otherwise.
    style: str = ""
    restyled: bool = False
    #: What decides about its picture beside the votes shown.
    decision: Decision = field(default_factory=Decision)

    @property
    def changed(self) -> bool:
        """Whether the pictures shown are from another prompt than the scene has now, and no others are coming."""
        return self.shown is not None and self.coming is None and self.shown.prompt != self.prompt

    @property
    def choice(self) -> int | None:
        """The candidate number the film would use now."""
        return self.decision.choice(self.votes, self.pick)

    @property
    def chosen(self) -> CandidateView | None:
        """The candidate the film would use now."""
        return None if self.shown is None else self.shown.candidate(self.choice)

    @property
    def second(self) -> CandidateView | None:
        """The candidate that takes over half-way through the scene."""
        return None if self.shown is None else self.shown.candidate(self.second_pick)


@dataclass(frozen=True, slots=True)
class CastView:
    """A cast member; ``scenes`` are scene numbers."""

    name: str
    aliases: tuple[str, ...]
    scenes: tuple[int, ...]
    lines: int
    pronouns: str | None = None
    #: The server's character that it is.
    character: str | None = None
    character_id: int | None = None


@dataclass(frozen=True, slots=True)
class StoryView:
    """A whole story at one moment."""

    id: int
    title: str
    author_id: int | None
    author_name: str
    server_id: int | None
    channel_id: int | None
    thread_id: int | None
    state: StoryState
    problem: str
    place_problem: str
    parts: int
    candidates: int
    version: int
    words: int
    created_at: datetime
    scenes: tuple[SceneView, ...] = ()
    cast: tuple[CastView, ...] = ()
    films: tuple[FilmView, ...] = field(default=())
    film_options: Mapping[str, Any] = field(default_factory=dict)
    #: The batch it belongs to; its first story (``leads``) has the messages about the whole batch.
    batch: BatchView | None = None
    language: str = "en"
    notes: tuple[str, ...] = ()
    questions: tuple[QuestionView, ...] = ()
    corrections: tuple[CorrectionView, ...] = ()
    #: The character whose portraits these are; no story at all then.
    preview_of: int | None = None
    #: Whether a correction is still being taken in, and why the last one could not be ("").
    correcting: bool = False
    correction_problem: str = ""
    #: Its pictures that members reported, for moderators.
    cases: tuple[CaseView, ...] = ()
    #: Who makes it with its author, in the order they were invited.
    co_authors: tuple[AuthorView, ...] = ()
    #: How its pictures are chosen.
    voting: VotingView = field(default_factory=VotingView)

    @property
    def by(self) -> str:
        """Who makes it, as it is said: ``Ada with Bo and Cy``; "" where nobody is named."""
        return named(self.author_name, [one.name for one in self.co_authors])

    @property
    def leads(self) -> bool:
        """Whether the messages about its whole batch belong to this story."""
        return self.batch is not None and self.batch.entries[0].story_id == self.id

    @property
    def kept_back(self) -> bool:
        """Whether its storyboard waits until its pictures are there: a batch is shown when it is done."""
        return self.batch is not None and not any(e.ready for e in self.batch.entries if e.story_id == self.id)

    @property
    def painted(self) -> int:
        """How many scenes have pictures."""
        return sum(scene.shown is not None for scene in self.scenes)

    @property
    def stage(self) -> Stage:
        """Where the story is on its way."""
        if self.state is not StoryState.OPEN:
            return Stage(self.state.value)
        if any(film.unfinished and not film.waits_for_pictures for film in self.films):
            return Stage.FILMING
        if any(scene.coming is not None and scene.shown is None for scene in self.scenes):
            return Stage.PAINTING
        if any(film.state is WorkState.DONE for film in self.films):
            return Stage.DONE
        return Stage.VOTING


def shown_key(story: StoryView) -> str:
    """The key of what a film of the story would show and say now, as people see it: equal keys, no need for another.

    How it is to be shown (the options, the limit of a place) is no part of it.
    """
    scenes = [
        [
            scene.title,
            None if scene.chosen is None else scene.chosen.media,
            None if scene.second is None else scene.second.media,
            [[line.text, line.speaker] for line in scene.lines],
        ]
        for scene in story.scenes
    ]
    # A film's credits name them all. (Without co-authors the key is what it was before there could be any.)
    return recipe_key("film-shows", title=story.title, author=story.by, scenes=scenes)


async def read_story(session: AsyncSession, folder: MediaFolder, story_id: int) -> StoryView:
    """The snapshot of one story. Raises ``NotFoundError``."""
    story = await session.get(
        StoryRow,
        story_id,
        options=[
            selectinload(StoryRow.scenes).selectinload(SceneRow.lines),
            selectinload(StoryRow.scenes).selectinload(SceneRow.rounds).selectinload(RoundRow.candidates),
            selectinload(StoryRow.cast),
            selectinload(StoryRow.films),
        ],
    )
    if story is None or story.state is StoryState.DELETED:
        raise NotFoundError("That story is not here.", "`/story list` shows the stories of this server.")
    ballots = list(
        await session.scalars(
            select(BallotRow).join(SceneRow, SceneRow.id == BallotRow.scene_id).where(SceneRow.story_id == story_id)
        )
    )
    hidden = {c.media for scene in story.scenes for r in scene.rounds for c in r.candidates if c.hidden}
    hashes = {c.media for scene in story.scenes for r in scene.rounds for c in r.candidates}
    hashes |= {part for film in story.films for part in (film.media, *film.more, *film.captions) if part}
    media = {row.hash: row for row in await session.scalars(select(MediaRow).where(MediaRow.hash.in_(hashes)))}
    waits = any(r.state in UNFINISHED for scene in story.scenes for r in scene.rounds)
    places = await standings(session, story.server_id) if waits else {}
    linked = {c.character_id for c in story.cast if c.character_id is not None}
    known = await session.execute(select(CharacterRow.id, CharacterRow.name).where(CharacterRow.id.in_(linked)))
    names = {int(number): str(name) for number, name in known} if linked else {}
    co_authors, voting = await read_co_authors(session, story_id), await read_voting(session, story)
    cast_for = _Ballots(ballots, voting.mode, [one.id for one in co_authors])
    return StoryView(
        id=story.id,
        title=story.title,
        author_id=story.author_id,
        author_name=story.author_name,
        server_id=story.server_id,
        channel_id=story.channel_id,
        thread_id=story.thread_id,
        state=story.state,
        problem=story.problem,
        place_problem=story.place_problem,
        parts=story.parts,
        candidates=story.candidates,
        version=story.version,
        words=len(story.script.split()),
        created_at=story.created_at,
        scenes=tuple(_scene(story, scene, media, folder, cast_for, places) for scene in story.scenes),
        cast=tuple(_member(c, names) for c in story.cast),
        films=tuple(film_view(film, media, folder, hidden) for film in story.films),
        batch=None if story.batch_id is None else await read_batch(session, story.batch_id),
        film_options=dict(story.film_options),
        language=story.language,
        notes=tuple(story.notes),
        questions=await read_questions(session, story),
        corrections=await read_corrections(session, story_id),
        preview_of=story.preview_of,
        correcting=story.corrected_read < story.corrected,
        correction_problem=story.correction_problem,
        cases=await cases_of_story(session, folder, story_id),
        co_authors=co_authors,
        voting=voting,
    )


@dataclass(frozen=True, slots=True)
class _Ballots:
    """A story's ballots, and what says which of them decide."""

    rows: Sequence[BallotRow]
    mode: Mode
    co_authors: Sequence[int]


def _scene(
    story: StoryRow,
    scene: SceneRow,
    media: Mapping[str, MediaRow],
    folder: MediaFolder,
    ballots: _Ballots,
    places: Mapping[int, Standing],
) -> SceneView:
    rounds = [_round(round_, media, folder, places.get(round_.id)) for round_ in scene.rounds]
    shown = next((r for r in rounds if r.number == scene.round), None)
    coming = next((r for r in reversed(rounds) if r.unfinished), None)
    latest = rounds[-1] if rounds else None
    cast = [b for b in ballots.rows if b.scene_id == scene.id and b.round == scene.round]
    offered = [] if shown is None else [c.number for c in shown.candidates]
    written = "" if scene.start is None or scene.end is None else story.script[scene.start : scene.end]
    return SceneView(
        id=scene.id,
        number=scene.number,
        title=scene.title,
        text=written or " ".join(line.text for line in scene.lines),
        prompt=scene.prompt,
        edited=scene.prompt_by is not None,
        lines=tuple(_line(line) for line in scene.lines),
        shown=shown,
        coming=coming,
        failed=latest if latest is not None and _came_to_nothing(latest, shown) else None,
        pick=scene.pick,
        second_pick=scene.second_pick,
        votes=tally([b.choice for b in cast], offered),
        decision=decision_of(story, scene, cast, offered, ballots.mode, ballots.co_authors),
        parts=() if scene.prompt_by is not None else tuple((t, s) for t, s in scene.composed.get("parts", ())),
        dropped=() if scene.prompt_by is not None else tuple(map(str, scene.composed.get("dropped", ()))),
        offered=tuple(scene.offer.get("after", ())),
        means=means_of(scene),
        style=str(story.style.get("name", "")),
        restyled=shown is not None and coming is None and restyled(scene),
    )


def _member(row: CastRow, names: Mapping[int, str]) -> CastView:
    character = None if row.character_id is None else names.get(row.character_id)
    return CastView(
        row.name, tuple(row.aliases), tuple(row.scenes), row.lines, row.pronouns, character, row.character_id
    )


def _line(row: LineRow) -> LineView:
    return LineView(row.number, row.kind, row.text, row.speaker, row.id, row.confidence, row.reason, row.rewritten)


def _came_to_nothing(latest: RoundView, shown: RoundView | None) -> bool:
    """Whether the latest round failed, or somebody took it back and there is nothing else to show."""
    return latest.state is WorkState.FAILED or (latest.state is WorkState.CANCELLED and shown is None)


def _round(
    row: RoundRow, media: Mapping[str, MediaRow], folder: MediaFolder, standing: Standing | None = None
) -> RoundView:
    return RoundView(
        id=row.id,
        number=row.number,
        prompt=row.prompt,
        state=row.state,
        reason=row.reason,
        progress=row.progress,
        problem=row.problem,
        asked_by_name=row.asked_by_name,
        standing=standing,
        like=row.extras.get("like"),
        candidates=tuple(
            CandidateView(c.number, c.media, folder.path(c.media, media[c.media].suffix), c.width, c.height)
            for c in row.candidates
            if not c.hidden
        ),
        hidden=row.taken + sum(c.hidden for c in row.candidates),
    )
