"""The one predicate: what a person may do here, from their roles, their rights in the chat, and authorship.

Asked in the transaction of every act, so that it holds at that moment. The refusal says who may. Roles are named as
the chat names them in text (``<@&id>``); it is the only markup of the chat that the core writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotAllowedError
from storycore.store.models import StoryRow
from storycore.store.together import CoAuthorRow
from storycore.studio.people import Person, require_here
from storycore.studio.server import of_server
from storycore.studio.settings_model import ServerSettings


class Act(StrEnum):
    """What a person can be allowed to do."""

    CREATE = "create"  # hand in a story
    VOTE = "vote"
    EDIT = "edit"  # rewrite prompts, ask for pictures again
    STEER = "steer"  # pick, film, correct, move: what is the author's and their co-authors' to decide
    OWN = "own"  # cancel, delete, invite: what is the author's alone
    CHARACTERS = "characters"
    HOSTS = "hosts"
    QUEUE = "queue"  # pause, resume, quiet hours, anybody's jobs
    SETTINGS = "settings"
    MODERATE = "moderate"  # hide and delete pictures, warn and block members


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do something, beside admins: members of the roles set (``open``: everyone while none is set), the
    story's author, those invited to make it with them, those who manage stories, moderators."""

    roles: str = ""
    open: bool = False
    author: bool = False
    co_authors: bool = False
    managers: bool = False
    moderators: bool = False


RULES: dict[Act, Rule] = {
    Act.CREATE: Rule("roles_create", open=True, moderators=True),
    Act.VOTE: Rule("roles_vote", open=True),
    Act.EDIT: Rule("roles_edit", open=True, author=True, co_authors=True, managers=True, moderators=True),
    Act.STEER: Rule("roles_stories", author=True, co_authors=True, moderators=True),
    Act.OWN: Rule("roles_stories", author=True, moderators=True),
    Act.CHARACTERS: Rule("roles_characters"),
    Act.HOSTS: Rule("roles_hosts"),
    Act.QUEUE: Rule(),
    Act.SETTINGS: Rule(),
    Act.MODERATE: Rule("roles_moderate"),
}
#: What somebody who is blocked is told, whatever they wanted to do.
BLOCKED = "Moderators have blocked you here: you can look at stories, but not take part."
_ASK = "Ask a moderator if you think that is a mistake."


def _named(act: Act, settings: ServerSettings) -> tuple[int, ...]:
    rule = RULES[act]
    named: tuple[int, ...] = getattr(settings, rule.roles) if rule.roles else ()
    return tuple(dict.fromkeys(named + (settings.roles_stories if rule.managers else ())))


def is_open(act: Act, settings: ServerSettings) -> bool:
    """Whether everybody may, whatever their roles."""
    rule = RULES[act]
    return rule.open and not getattr(settings, rule.roles)


def may(
    person: Person, act: Act, settings: ServerSettings, author_id: int | None = None, co_author: bool = False
) -> bool:
    """Whether ``person`` may do ``act`` (for a story: the one that ``author_id`` wrote, and they with them if
    ``co_author``) under these settings."""
    rule = RULES[act]
    if person.id is None or person.admin:
        return True
    if person.id in settings.blocked_members:
        return False
    if is_open(act, settings):
        return True
    if (rule.moderators and person.moderator) or (rule.author and author_id == person.id):
        return True
    if rule.co_authors and co_author:
        return True
    return not person.roles.isdisjoint(_named(act, settings))


def refusal(
    act: Act,
    settings: ServerSettings,
    what: str,
    author_name: str = "",
    person: Person | None = None,
    co_authors: Sequence[str] = (),
) -> NotAllowedError:
    """The sentence for somebody who may not ``what``: it says who may, or that they are blocked."""
    if person is not None and person.id in settings.blocked_members:
        return NotAllowedError(BLOCKED, _ASK)
    rule = RULES[act]
    who = [f"the story's author ({author_name})"] if rule.author and author_name else []
    who += [f"their co-authors ({', '.join(co_authors)})"] if rule.co_authors and co_authors else []
    who += [f"members with the role <@&{role}>" for role in _named(act, settings)]
    who.append("moderators" if rule.moderators else "admins (who may manage the server)")
    listed = who[0] if len(who) == 1 else f"{', '.join(who[:-1])} and {who[-1]}"
    return NotAllowedError(f"Only {listed} can {what}.")


async def require(
    session: AsyncSession, person: Person, act: Act, story: StoryRow | None = None, *, what: str
) -> ServerSettings:
    """Go on only if ``person`` may ``act``; gives the server's settings.

    Raises ``NotFoundError`` for another server's story, ``NotAllowedError`` with a sentence that says who may.
    """
    if story is not None:
        require_here(story, person)
    settings = await of_server(session, person.server_id)
    co_author = story is not None and RULES[act].co_authors and await is_co_author(session, story.id, person)
    if may(person, act, settings, None if story is None else story.author_id, co_author):
        return settings
    if story is None:
        raise refusal(act, settings, what, person=person)
    invited = await session.scalars(select(CoAuthorRow.name).where(CoAuthorRow.story_id == story.id))
    raise refusal(act, settings, what, story.author_name, person, list(invited))


async def require_unblocked(session: AsyncSession, person: Person) -> None:
    """Go on only if ``person`` is not blocked: for what everybody else may do. Raises ``NotAllowedError``."""
    settings = await of_server(session, person.server_id)
    if person.id in settings.blocked_members and not person.admin:
        raise NotAllowedError(BLOCKED, _ASK)


async def is_co_author(session: AsyncSession, story_id: int, person: Person) -> bool:
    """Whether ``person`` was invited to make a story with its author."""
    if person.id is None:
        return False
    where = (CoAuthorRow.story_id == story_id, CoAuthorRow.member_id == person.id)
    return await session.scalar(select(CoAuthorRow.id).where(*where)) is not None
