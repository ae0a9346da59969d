"""The one predicate: every act with every kind of member, before and after a server names roles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storycore.studio.people import Person
from storycore.studio.permissions import RULES, Act, may, refusal
from storycore.studio.settings_model import ServerSettings
from tests.support.studio import HOME

AUTHOR_ID = 1
CREW, STORYTELLERS = 501, 502
PEOPLE = {
    "author": Person(AUTHOR_ID, "Ada", server_id=HOME),
    "member": Person(2, "Bo", server_id=HOME),
    "crew": Person(3, "Cy", server_id=HOME, roles=frozenset({HOME, CREW})),
    "manager": Person(6, "Di", server_id=HOME, roles=frozenset({HOME, STORYTELLERS})),
    "moderator": Person(4, "Mo", moderator=True, server_id=HOME),
    "admin": Person(5, "Olu", moderator=True, admin=True, server_id=HOME),
    "command line": Person(None, ""),
}
ROLES_SET = ServerSettings(
    roles_create=(CREW,),
    roles_vote=(CREW,),
    roles_edit=(CREW,),
    roles_stories=(STORYTELLERS,),
    roles_characters=(CREW,),
    roles_hosts=(CREW,),
    roles_moderate=(CREW,),
)
EVERYBODY = set(PEOPLE)
ADMINS = {"admin", "command line"}
AS_IT_COMES = {
    Act.CREATE: EVERYBODY,
    Act.VOTE: EVERYBODY,
    Act.EDIT: EVERYBODY,
    Act.STEER: {"author", "moderator"} | ADMINS,
    Act.OWN: {"author", "moderator"} | ADMINS,
    Act.CHARACTERS: ADMINS,
    Act.HOSTS: ADMINS,
    Act.QUEUE: ADMINS,
    Act.SETTINGS: ADMINS,
    Act.MODERATE: ADMINS,
}
WITH_ROLES = {
    Act.CREATE: {"crew", "moderator"} | ADMINS,
    Act.VOTE: {"crew"} | ADMINS,
    Act.EDIT: {"crew", "author", "manager", "moderator"} | ADMINS,
    Act.STEER: {"author", "manager", "moderator"} | ADMINS,
    Act.OWN: {"author", "manager", "moderator"} | ADMINS,
    Act.CHARACTERS: {"crew"} | ADMINS,
    Act.HOSTS: {"crew"} | ADMINS,
    Act.QUEUE: ADMINS,
    Act.SETTINGS: ADMINS,
    Act.MODERATE: {"crew"} | ADMINS,
}


@pytest.mark.parametrize("act", list(Act))
def test_who_may_do_what(act: Act) -> None:
    assert set(RULES) == set(AS_IT_COMES) == set(WITH_ROLES) == set(Act)
    for settings, expected in ((ServerSettings(), AS_IT_COMES), (ROLES_SET, WITH_ROLES)):
        allowed = {name for name, person in PEOPLE.items() if may(person, act, settings, AUTHOR_ID)}
        assert allowed == expected[act], (act, settings)


@pytest.mark.parametrize("act", list(Act))
def test_who_is_blocked_may_nothing_and_is_told_so(act: Act) -> None:
    for settings in (ServerSettings(), ROLES_SET):
        blocked = replace(settings, blocked_members=frozenset(p.id for p in PEOPLE.values() if p.id is not None))
        assert {name for name, person in PEOPLE.items() if may(person, act, blocked, AUTHOR_ID)} == ADMINS
        told = refusal(act, blocked, "do that", person=PEOPLE["author"])
        assert "Moderators have blocked you" in told.message
        assert "blocked" not in refusal(act, settings, "do that", person=PEOPLE["author"]).message


def test_an_author_is_one_only_of_their_own_story() -> None:
    assert not may(PEOPLE["author"], Act.STEER, ServerSettings(), 2)
    assert not may(PEOPLE["author"], Act.EDIT, ROLES_SET, 2)
    # A story without an author (made at the command line) belongs to nobody in the chat.
    assert not may(PEOPLE["author"], Act.STEER, ServerSettings(), None)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act.CREATE, "Only members with the role <@&501> and moderators can do it."),
        (Act.VOTE, "Only members with the role <@&501> and admins (who may manage the server) can do it."),
        (Act.STEER, "Only the story's author (Ada), members with the role <@&502> and moderators can do it."),
        (Act.SETTINGS, "Only admins (who may manage the server) can do it."),
    ],
)
def test_the_refusal_says_who_may(act: Act, words: str) -> None:
    assert refusal(act, ROLES_SET, "do it", "Ada").message == words


def test_everyone_is_a_role_too() -> None:
    """Discord's @everyone has the server's own id; naming it opens an act to all."""
    opened = replace(ROLES_SET, roles_hosts=(HOME,))
    assert may(replace(PEOPLE["member"], roles=frozenset({HOME})), Act.HOSTS, opened)
