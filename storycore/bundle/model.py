"""What ``story.json`` in a story's file holds. Every text and list is bounded: it comes from strangers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from storycore.cast.corrections import CorrectionKind
from storycore.prompts.check import MAX_PROMPT
from storycore.script.model import LineKind
from storycore.script.reading import MAX_BYTES
from storycore.store.models import BallotSource, RoundReason, StoryState, WorkState

MOST_SCENES = 300
MOST_ROUNDS = 60
_MOST_LINES = 2000
_MOST_BALLOTS = 20_000
_MOST_JSON = 20_000


def _whole(text: str) -> str:
    """Half a surrogate pair and NUL are nobody's words, and no database keeps them."""
    text.encode()
    if "\x00" in text:
        raise ValueError("holds a NUL")
    return text


def _small(data: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(data, ensure_ascii=False)
    if len(text) > _MOST_JSON:
        raise ValueError("is too large")
    _whole(text)
    return data


Short = Annotated[str, Field(max_length=40), AfterValidator(_whole)]
Name = Annotated[str, Field(max_length=100), AfterValidator(_whole)]
Sentence = Annotated[str, Field(max_length=2000), AfterValidator(_whole)]
Prompt = Annotated[str, Field(max_length=MAX_PROMPT), AfterValidator(_whole)]
Long = Annotated[str, Field(max_length=20_000), AfterValidator(_whole)]
Script = Annotated[str, Field(max_length=MAX_BYTES), AfterValidator(_whole)]
Offset = Annotated[int, Field(ge=0, le=MAX_BYTES)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Data = Annotated[dict[str, Any], AfterValidator(_small)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _each_once(numbers: Iterable[object]) -> None:
    listed = list(numbers)
    if len(set(listed)) != len(listed):
        raise ValueError("names something twice")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(_Part):
    """A line of a scene, as it is told; offsets (code points) as in the script."""

    kind: LineKind
    text: Long
    speaker: Name | None = None
    start: Offset | None = None
    end: Offset | None = None
    rewritten: bool = False
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    reason: Sentence = ""


class Picture(_Part):
    """A candidate: its number in its round, and the file ``pictures/<sha256>.<suffix>``."""

    number: Annotated[int, Field(ge=1, le=9)]
    file: Hash
    seed: Annotated[int, Field(ge=0, le=2**62)]
    width: Annotated[int, Field(ge=16, le=8192)]
    height: Annotated[int, Field(ge=16, le=8192)]
    parameters: Data = {}


class Round(_Part):
    """One asking for pictures that is over."""

    number: Annotated[int, Field(ge=1, le=100_000)]
    prompt: Prompt
    seed: Annotated[int, Field(ge=0, le=2**62)]
    count: Annotated[int, Field(ge=1, le=9)]
    reason: RoundReason
    state: Literal[WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED]
    problem: Sentence = ""
    pictures: Annotated[tuple[Picture, ...], Field(max_length=9)] = ()

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        _each_once(picture.number for picture in self.pictures)
        return self


class Ballot(_Part):
    """A vote, as a number: whose it was is not told."""

    round: Annotated[int, Field(ge=1, le=100_000)]
    choice: Annotated[int, Field(ge=1, le=9)]
    source: BallotSource


class Scene(_Part):
    """A scene: its words, its prompt, its pictures and what was chosen."""

    title: Name
    prompt: Prompt
    by_hand: bool = False
    start: Offset | None = None
    end: Offset | None = None
    round: Annotated[int, Field(ge=0, le=100_000)] = 0
    pick: Annotated[int, Field(ge=1, le=9)] | None = None
    second_pick: Annotated[int, Field(ge=1, le=9)] | None = None
    lines: Annotated[tuple[Line, ...], Field(max_length=_MOST_LINES)] = ()
    rounds: Annotated[tuple[Round, ...], Field(max_length=MOST_ROUNDS)] = ()
    ballots: Annotated[tuple[Ballot, ...], Field(max_length=_MOST_BALLOTS)] = ()

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        _each_once(round_.number for round_ in self.rounds)
        return self


class Member(_Part):
    """Somebody of the cast."""

    name: Name
    aliases: Annotated[tuple[Name, ...], Field(max_length=60)] = ()
    scenes: Annotated[tuple[Count, ...], Field(max_length=MOST_SCENES)] = ()
    lines: Count = 0
    pronouns: Annotated[str, Field(max_length=16), AfterValidator(_whole)] | None = None
    known_as: Name | None = None


class Corrected(_Part):
    """What somebody corrected, in order; links to a server's characters stay behind."""

    kind: CorrectionKind
    data: Data
    fits: bool = True


class VoiceOf(_Part):
    """The voice that was chosen for a speaker ("": the narrator)."""

    speaker: Name
    voice: Name


class Bundle(_Part):
    """A whole story."""

    format: Literal["fireside-story"]
    version: Literal[1]
    title: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_whole)]
    author: Name
    script: Script
    language: Annotated[str, Field(max_length=16), AfterValidator(_whole)]
    state: Literal[StoryState.OPEN, StoryState.CANCELLED]
    notes: Annotated[tuple[Sentence, ...], Field(max_length=50)] = ()
    candidates: Annotated[int, Field(ge=1, le=9)]
    width: Annotated[int, Field(ge=64, le=2048, multiple_of=8)]
    height: Annotated[int, Field(ge=64, le=2048, multiple_of=8)]
    style: Short = ""
    film_options: Data = {}
    scenes: Annotated[tuple[Scene, ...], Field(max_length=MOST_SCENES)] = ()
    cast: Annotated[tuple[Member, ...], Field(max_length=500)] = ()
    corrections: Annotated[tuple[Corrected, ...], Field(max_length=2000)] = ()
    voices: Annotated[tuple[VoiceOf, ...], Field(max_length=500)] = ()

    @model_validator(mode="after")
    def _spoken_once(self) -> Self:
        _each_once(voice.speaker for voice in self.voices)
        return self

    @property
    def files(self) -> dict[str, Picture]:
        """The pictures that it refers to, by their hashes."""
        return {p.file: p for scene in self.scenes for round_ in scene.rounds for p in round_.pictures}
