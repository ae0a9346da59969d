"""How the pictures of a story are chosen, as it is shown and as it decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.models import BallotRow, SceneRow, StoryRow
from storycore.store.together import VotingRow
from storycore.studio.server import of_server
from storycore.studio.settings_model import ServerSettings
from storycore.voting.rules import How, Mode, choose, deciding, tally


@dataclass(frozen=True, slots=True)
class VotingView:
    """A story's rules. ``own`` says that the mode was chosen for this story; ``role_id`` None is everyone; ``named``
    whether it is shown who voted for what; ``closed_why`` is "" until the vote was closed once."""

    mode: Mode = Mode.VOTE
    own: bool = False
    role_id: int | None = None
    quorum: int | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    closed_why: str = ""
    named: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What decides about one scene, beside the votes that are shown.

    ``how`` and ``by`` (a name) say where its pick is from, ``earlier`` is the pick it had before it went back to the
    votes, ``author`` what the story's author voted for; ``deciding`` are the votes of those who decide, where that is
    not everybody.
    """

    how: How = How.PERSON
    by: str = ""
    earlier: int | None = None
    author: int | None = None
    deciding: Mapping[int, int] | None = None

    def choice(self, votes: Mapping[int, int], pick: int | None) -> int | None:
        """The candidate the film would use now."""
        counted = votes if self.deciding is None else self.deciding
        return choose(counted, pick, earlier=self.earlier, author=self.author)


def mode_of(story: StoryRow, row: VotingRow | None, settings: ServerSettings) -> Mode:
    """Who decides in a story. Portraits are always voted on: they have no author who could decide alone."""
    if story.preview_of is not None:
        return Mode.VOTE
    return row.mode if row is not None and row.mode is not None else Mode(settings.voting)


async def read_voting(session: AsyncSession, story: StoryRow) -> VotingView:
    """The rules of one story, as of now."""
    settings = await of_server(session, story.server_id)
    row = await session.get(VotingRow, story.id)
    named = settings.ballots == "open"
    if row is None:
        return VotingView(mode_of(story, None, settings), named=named)
    return VotingView(
        mode_of(story, row, settings),
        row.mode is not None,
        row.role_id,
        row.quorum,
        row.closes_at,
        row.closed_at,
        f"{row.closed_by_name} closed it" if row.closed_by_name else row.closed_why,
        named,
    )


def decision_of(
    story: StoryRow, scene: SceneRow, ballots: Collection[BallotRow], offered: Collection[int], mode: Mode,
    co_authors: Collection[int],
) -> Decision:  # fmt: skip
    """What decides about a scene; ``ballots`` are those for the pictures shown, ``offered`` their numbers."""
    cast = [(ballot.member_id, ballot.choice) for ballot in ballots]
    authors = {member for member in (story.author_id, *co_authors) if member is not None}
    counted = tally(deciding(cast, mode, authors), offered) if mode is Mode.SOLO else None
    author = next((choice for member, choice in cast if member == story.author_id), None)
    return Decision(scene.pick_how, scene.pick_by_name, scene.earlier_pick, author, counted)
