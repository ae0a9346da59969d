"""What the test believes: who holds which ballot by which source, and where everything stands. Knows no rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from storycore.store.models import BallotSource
from tests.machine.doubles import Mood

CANDIDATES = 3

Ballot = tuple[int, BallotSource]
Reaction = tuple[int, int]
"""A member's id and a candidate's number."""


@dataclass
class Scene:
    """One scene. ``seen``: the reactions the bot knows of; ``offered``: the round that reactions count for."""

    id: int
    number: int
    prompt: str
    round: int = 0
    last: int = 0
    coming: bool = False
    failed: bool = False
    pick: int | None = None
    edited_by: int | None = None
    ballots: dict[tuple[int, int], Ballot] = field(default_factory=dict)
    seen: set[Reaction] = field(default_factory=set)
    offered: int = 0

    def vote(self, member: int, choice: int, source: BallotSource) -> None:
        """A ballot for the round that is shown: the last choice stands."""
        self.ballots[self.round, member] = (choice, source)

    def may_react(self, choice: int) -> bool:
        """Whether a new reaction is a vote."""
        return self.offered == self.round > 0 and choice <= CANDIDATES

    def react(self, member: int, choice: int, is_open: bool) -> None:
        """A reaction was told. One that cannot be a vote is not kept."""
        if (member, choice) not in self.seen and is_open and self.may_react(choice):
            self.seen.add((member, choice))
            self.vote(member, choice, BallotSource.REACTION)

    def unreact(self, gone: Collection[Reaction]) -> None:
        """Reactions were taken away: each takes the ballot with it that it cast, if that still stands."""
        for member, choice in gone:
            if (member, choice) in self.seen:
                self.seen.discard((member, choice))
                if self.ballots.get((self.round, member)) == (choice, BallotSource.REACTION):
                    del self.ballots[self.round, member]

    def reconcile(self, standing: Collection[Reaction], is_open: bool) -> None:
        """What stands now, seen after a gap: of two new ones the ballot held stands, else the lowest number."""
        new = set(standing) - self.seen
        self.unreact(self.seen - set(standing))
        for member, choice in sorted(new):
            self.seen.add((member, choice))
            if is_open and self.may_react(choice) and (self.round, member) not in self.ballots:
                self.vote(member, choice, BallotSource.REACTION)

    def shows(self, prompt: str) -> bool:
        """Whether the latest pictures were painted from this prompt: handing it in again asks for nothing."""
        return self.prompt == prompt and not self.coming and not self.failed

    def ask(self) -> None:
        """New pictures were asked for."""
        self.last += 1
        self.coming, self.failed = True, False

    def painted(self) -> None:
        """They are there."""
        self.round, self.pick, self.coming = self.last, None, False

    def refused(self) -> None:
        """They will not come."""
        self.coming, self.failed = False, True

    def tally(self) -> list[int]:
        """Votes of the round shown, by candidate."""
        cast = [choice for (round_, _), (choice, _) in self.ballots.items() if round_ == self.round]
        return [cast.count(number) for number in range(1, CANDIDATES + 1)]


@dataclass
class Story:
    """The story. ``films``: "coming", "done" or "cancelled", oldest first."""

    id: int
    scenes: list[Scene]
    open: bool = True
    films: list[str] = field(default_factory=list)

    @property
    def filming(self) -> bool:
        """Whether a film is on its way."""
        return "coming" in self.films

    def worked(self, mood: Mood, door_open: bool) -> None:
        """All is quiet: what could be painted and filmed is."""
        for scene in self.scenes:
            if scene.coming and mood is not Mood.HOLDING:
                scene.refused() if mood is Mood.REFUSING else scene.painted()
        if self.filming and door_open and not any(scene.coming for scene in self.scenes):
            self.films[-1] = "done"

    def stop_film(self) -> None:
        """The film that is on its way is not made."""
        if self.filming:
            self.films[-1] = "cancelled"

    def cancel(self) -> None:
        """No more of it."""
        self.open = False
        self.stop_film()
        for scene in self.scenes:
            scene.coming = False
