"""Who asks, and what every story asks of them; what they may do is in ``storycore.studio.permissions``."""

from __future__ import annotations

from dataclasses import dataclass

from storycore.errors import NotFoundError, StateError
from storycore.store.models import StoryRow, StoryState


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the front end knows them: ``id`` None stands for the person at the command line.

    ``moderator`` (of the place), ``admin`` (of the server) and ``roles`` (ids), and whether the place is
    ``age_restricted``, are told by the front end at the moment of asking, never remembered.
    """

    id: int | None
    name: str
    moderator: bool = False
    server_id: int | None = None
    admin: bool = False
    roles: frozenset[int] = frozenset()
    age_restricted: bool = False


def require_here(story: StoryRow, person: Person) -> None:
    """A story is seen and touched only in its own server. Raises ``NotFoundError``: elsewhere it does not exist."""
    if story.server_id != person.server_id or story.state is StoryState.DELETED:
        raise NotFoundError("That story is not here.", "`/story list` shows the stories of this server.")


def require_open(story: StoryRow) -> None:
    """Only a story that is being made goes on. Raises ``StateError``."""
    if story.state is StoryState.OPEN:
        return
    reasons = {
        StoryState.READING: ("I am still reading this story.", "Its scenes will be here in a moment."),
        StoryState.TOO_LONG: ("This story is too long to be made in one piece.", "Make it in parts first."),
        StoryState.SPLIT: ("This story goes on in its parts.", "Look for them with `/story list`."),
        StoryState.CANCELLED: ("This story was cancelled.", "Hand it in again with `/story new`."),
        StoryState.FAILED: ("This story could not be read.", "Hand it in again with `/story new`."),
    }
    if story.state is StoryState.DELETED:
        raise NotFoundError("That story is not here any more.", "`/story list` shows the stories of this server.")
    raise StateError(*reasons[story.state])
