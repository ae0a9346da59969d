"""Making a story together: the author invites others, who then may do what they may, but for ending it and inviting."""

from __future__ import annotations

from sqlalchemy import delete

from storycore.errors import NotFoundError, StateError
from storycore.store.media import insert_new
from storycore.store.together import CoAuthorRow
from storycore.studio import audit
from storycore.studio.people import Person, require_here
from storycore.studio.permissions import Act, require
from storycore.studio.together_views import read_co_authors
from storycore.work.workshop import Workshop

MOST_CO_AUTHORS = 10
_NAME_LENGTH = 100


async def invite(workshop: Workshop, story_id: int, person: Person, member_id: int, name: str) -> None:
    """Let a member make the story with its author. The author and moderators may.

    Raises ``StateError`` for the author, for somebody who is one already, and when there are too many.
    """
    async with workshop.changing(story_id) as (session, story):
        await require(session, person, Act.OWN, story, what="invite co-authors")
        if story.preview_of is not None:
            raise StateError("Portraits have no authors.", "Invite somebody in a story's thread.")
        if member_id == story.author_id:
            raise StateError("That is the story's author already.", "Invite somebody else.")
        there = await read_co_authors(session, story_id)
        if member_id in [one.id for one in there]:
            raise StateError("They make this story with you already.", "`/story uninvite` takes them out again.")
        if len(there) >= MOST_CO_AUTHORS:
            raise StateError(
                f"A story has at most {MOST_CO_AUTHORS} co-authors.", "`/story uninvite` makes room for another."
            )
        values = {"member_id": member_id, "name": name[:_NAME_LENGTH], "invited_by": person.id}
        await insert_new(session, CoAuthorRow, story_id=story_id, **values)
        audit.note(session, person, "story.invite", story.title, "", name)


async def uninvite(workshop: Workshop, story_id: int, person: Person, member_id: int) -> str:
    """Take a co-author out; gives their name. The author and moderators may, and whoever wants to leave.

    Raises ``NotFoundError`` for somebody who is none.
    """
    async with workshop.changing(story_id) as (session, story):
        require_here(story, person)
        if person.id is None or person.id != member_id:
            await require(session, person, Act.OWN, story, what="take co-authors out")
        gone = delete(CoAuthorRow).where(CoAuthorRow.story_id == story_id, CoAuthorRow.member_id == member_id)
        name: str | None = await session.scalar(gone.returning(CoAuthorRow.name))
        if name is None:
            raise NotFoundError("They are no co-author of this story.", "The storyboard names those who are.")
        audit.note(session, person, "story.uninvite", story.title, name, "")
        return name
