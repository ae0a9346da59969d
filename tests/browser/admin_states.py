"""What moderators and admins see, as views made by hand; drawn by the bot's own sheets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.ui.audit import audit_card
from bot.ui.help import help_card
from bot.ui.moderation import case_sheet, moderation_page
from bot.ui.privacy import erase_card
from bot.ui.scene import scene_sheet
from bot.ui.sheet import Sheet
from bot.ui.story_list import delete_card, list_card
from storycore.studio.audit import AuditEntry, AuditPage
from storycore.studio.cases import CaseView, ReportView
from storycore.studio.deleting import Doomed
from storycore.studio.moderation import Blocked
from storycore.studio.people import Person
from storycore.studio.permissions import Act
from storycore.studio.privacy import Kept
from storycore.studio.rights import Rights
from storycore.studio.story_list import ListedStory, StoryPage
from tests.browser.states import PROMPT, Painted, State, a_round, a_scene, a_story

AT = datetime(2026, 1, 1, tzinfo=UTC)

AUDIT = AuditPage(
    (
        AuditEntry(2, "Mo", "moderation.hide", "The well, scene 2, picture 2", "shown", "hidden", AT),
        AuditEntry(2, "Mo", "moderation.warn", "<@4>", "", "Please no pictures of people we know.", AT),
        AuditEntry(3, "Olu", "settings.set", "roles.vote", "everyone", "<@&5>", AT),
        AuditEntry(3, "Olu", "host.add", "attic", "", "enabled", AT),
    ),
    0,
    3,
    24,
    ("host", "moderation", "settings"),
)

STORIES = StoryPage(
    (
        ListedStory(4, "Siegfried and the dragon", "Ada", "filming", 3),
        ListedStory(3, "The well", "Bo", "done", 3),
        ListedStory(2, "A night in the museum", "Cy", "open", 3),
        ListedStory(1, "Unfinished", "Dan", "over", 3),
    ),
    0,
    3,
    24,
)


def admin_states(painted: Painted) -> list[State]:
    """Everything for moderators and admins, in the order in which they meet it."""
    picture = painted.pictures[1]
    reports = (ReportView("Bo", "That is somebody I know, and they would not like it.", AT), ReportView("Cy", "", AT))
    waiting = CaseView(
        7, 1, "Siegfried and the dragon", 3, 2, 5, 2, PROMPT, 4, "Dan", reports, media=picture.media, path=picture.path
    )
    hidden = replace(waiting, decision="hidden", decided_by_name="Mo", hidden=True, warned=1)
    deleted = replace(waiting, decision="deleted", decided_by_name="Mo", media="", path=None, blocked=True)
    four = painted.pictures[:4]
    left = [one for one in four if one.number != 2]
    scene = a_scene(1, left, votes={1: 2, 3: 0, 4: 1}, shown=a_round(left, hidden=1))
    none = a_scene(1, [], votes={}, shown=a_round([], hidden=4))
    story = a_story((scene,))
    may = Rights(frozenset({Act.CREATE, Act.VOTE, Act.EDIT, Act.STEER, Act.OWN}), "The well", author=True)
    return [
        State("help", "What one member may do here", Sheet(help_card(may, Person(1, "Ada"), str))),
        State("case-waiting", "A member reported a picture", case_sheet(waiting, 1)),
        State("case-hidden", "Hidden", case_sheet(hidden, 1)),
        State("case-deleted", "Deleted, and who made it is blocked", case_sheet(deleted, 1)),
        State("scene-hidden", "What everybody sees then", scene_sheet(story, scene, 1)),
        State("scene-all-hidden", "No picture is left", scene_sheet(story, none, 1)),
        State("story-list", "The stories of a server", Sheet(list_card(STORIES))),
        State("story-delete", "Before a story is deleted", Sheet(delete_card(Doomed(1, "The well", 4, 16, 1)))),
        State("privacy-erase", "Before somebody is erased", Sheet(erase_card(Kept(4, 2, 31, 88)))),
        State("audit", "The audit", Sheet(audit_card(AUDIT))),
        State(
            "moderation-list",
            "The list of a moderator",
            Sheet(moderation_page((waiting, replace(hidden, id=8)), (Blocked(4, "Dan", "again and again", "Mo"),))),
        ),
    ]
