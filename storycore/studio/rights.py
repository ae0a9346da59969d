"""What one person may do in one place, all acts at once."""

from __future__ import annotations

from dataclasses import dataclass

from storycore.store.models import StoryRow, StoryState
from storycore.studio.people import Person
from storycore.studio.permissions import Act, is_co_author, may
from storycore.studio.server import of_server
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Rights:
    """The acts that are allowed here; ``story`` is the title of the place's story ("": there is none), ``author`` and
    ``co_author`` what the person is to it. Where there is none, what is theirs in their own stories counts."""

    acts: frozenset[Act]
    story: str = ""
    author: bool = False
    co_author: bool = False
    blocked: bool = False


async def rights_of(workshop: Workshop, person: Person, story_id: int | None = None) -> Rights:
    """What ``person`` may do, in a story's thread with that story."""
    async with workshop.database.read() as session:
        settings = await of_server(session, person.server_id)
        story = None if story_id is None else await session.get(StoryRow, story_id)
        if story is not None and (story.server_id != person.server_id or story.state is StoryState.DELETED):
            story = None
        co_author = story is not None and await is_co_author(session, story.id, person)
    author_id = person.id if story is None else story.author_id
    acts = frozenset(act for act in Act if may(person, act, settings, author_id, co_author))
    blocked = person.id in settings.blocked_members and not person.admin
    author = story is not None and story.author_id == person.id
    return Rights(acts, "" if story is None else story.title, author, co_author, blocked)
