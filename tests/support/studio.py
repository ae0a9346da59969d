"""People and stories for tests of the studio."""

from __future__ import annotations

from storycore.studio import stories
from storycore.studio.people import Person
from storycore.studio.stories import NewStory
from storycore.studio.views import StoryView
from storycore.work.workshop import Workshop
from tests.support.workshops import STORY, QuickPainter, until

HOME, ELSEWHERE = 10, 11
ADA = Person(1, "Ada", server_id=HOME)
BO = Person(2, "Bo", server_id=HOME)
CY = Person(3, "Cy", server_id=HOME)
MO = Person(4, "Mo", moderator=True, server_id=HOME)
STRANGER = Person(1, "Ada", moderator=True, server_id=ELSEWHERE)


def new(script: str = STORY, **changes: object) -> NewStory:
    fields: dict[str, object] = {
        "title": "The well",
        "script": script,
        "author": ADA,
        "candidates": 3,
        "width": 128,
        "height": 72,
    }
    return NewStory(**{**fields, **changes})  # type: ignore[arg-type]


def painter(workshop: Workshop) -> QuickPainter:
    assert isinstance(workshop.painter, QuickPainter)
    return workshop.painter


def painted(view: StoryView) -> bool:
    return bool(view.scenes) and view.painted == len(view.scenes)


async def ready(workshop: Workshop, **changes: object) -> StoryView:
    story_id = await stories.create(workshop, new(**changes))  # type: ignore[arg-type]
    return await until(workshop, story_id, painted)
