"""The cast sheet and its cards stay within Discord's limits, whatever the story, and show nobody's markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.finding import called_choices, line_choices, name_choices, scene_choices
from bot.ui.cast import cast_page, cast_sheet, done_card, has_cast_sheet, member_card
from bot.ui.desk import line_card, scene_desk
from bot.ui.sheet import Sheet
from storycore.cast.corrections import CorrectionKind
from storycore.cast.model import QuestionKind
from storycore.script.model import LineKind
from storycore.store.models import StoryState
from storycore.studio.cast_views import CorrectionView, QuestionView
from storycore.studio.views import CastView, LineView, StoryView
from tests.bot.test_sheets import HOSTILE, check_harmless, check_limits, components, scene, story

NAMES = tuple(
    CastView(f"{n} {HOSTILE}"[:100], tuple(f"{k} {HOSTILE}"[:90] for k in range(30)), tuple(range(1, 90)), 9)
    for n in range(400)
)


def question(number: int, kind: QuestionKind) -> QuestionView:
    options = tuple(member.name for member in NAMES[:40])
    return QuestionView(10**17 + number, kind, HOSTILE[:500], HOSTILE[:100], options, HOSTILE[:300], HOSTILE, 0.4)


def correction(kind: CorrectionKind) -> CorrectionView:
    data = {"names": [HOSTILE, HOSTILE], "speaker": None, "text": HOSTILE, "nth": 0, "after": HOSTILE, "title": HOSTILE}
    return CorrectionView(
        1, kind, {**data, "from": 1, "to": 2, "number": 3}, HOSTILE[:100], datetime(2026, 1, 1, tzinfo=UTC), False
    )


def crowded(**changes: object) -> StoryView:
    fields: dict[str, object] = {
        "cast": NAMES,
        "questions": tuple(question(n, kind) for n in range(20) for kind in QuestionKind),
        "corrections": tuple(correction(kind) for kind in CorrectionKind),
        "notes": (HOSTILE, HOSTILE, HOSTILE),
        "language": "de",
        "correction_problem": HOSTILE,
    }
    return story(3, **{**fields, **changes})


def sound(sheet: Sheet) -> str:
    text = check_limits(sheet)
    check_harmless(text)
    for item in components(sheet):
        if item["type"] == 3:
            values = [option["value"] for option in item["options"]]
            assert 1 <= len(values) <= 25 and len(set(values)) == len(values)
            assert all(len(option["label"]) <= 100 for option in item["options"])
        if item["type"] == 2:
            assert len(item.get("label") or "") <= 80
    return text


@pytest.mark.parametrize("state", list(StoryState))
def test_a_cast_of_four_hundred_fits_and_is_harmless(state: StoryState) -> None:
    text = sound(cast_sheet(crowded(state=state), 10**17))
    assert "and 390 more" in text
    assert ("more questions" in text) is (state is StoryState.OPEN)
    assert len(text.splitlines()) < 40, "it is understood without scrolling far"


def test_a_cast_of_nobody_and_one_asked_about_only() -> None:
    assert not has_cast_sheet(story(1, cast=()))
    asked = story(1, cast=(), questions=(question(1, QuestionKind.CHARACTER),))
    assert has_cast_sheet(asked) and "Nobody that I know of" in sound(cast_sheet(asked))
    assert "I am reading it again" in sound(cast_sheet(crowded(correcting=True)))


def test_every_page_and_card_fits_and_is_harmless() -> None:
    told = crowded()
    shown = "".join(sound(Sheet(cast_page(told, page))) for page in (-1, 0, 7, 19, 400))
    assert "399 " in shown and "0 " in shown
    for member in (NAMES[0], NAMES[399], CastView("x", (), (), 0)):
        sound(Sheet(member_card(told, member)))
    assert components(Sheet(done_card("Done.")))


def test_a_desk_with_many_long_lines_fits_and_is_harmless() -> None:
    lines = tuple(
        LineView(n, LineKind.SPEECH if n % 2 else LineKind.NARRATION, HOSTILE, HOSTILE[:100], n, 0.3, HOSTILE)
        for n in range(1, 60)
    )
    told = crowded()
    desk = scene(2, lines=lines)
    for page in (0, 1, 4, 9):
        assert "❓" in sound(Sheet(scene_desk(told, desk, page)))
    for line in lines[:2]:
        sound(Sheet(line_card(told, desk, line)))
    assert "Spoken by **the narrator**, until you say who" in sound(
        Sheet(line_card(told, desk, LineView(1, LineKind.SPEECH, "Hm", None, 5)))
    )


def test_choices_while_typing_are_at_most_25_and_match() -> None:
    scenes = tuple(scene(n, lines=(LineView(1, LineKind.NARRATION, HOSTILE, None, n),)) for n in (1, 2))
    told = replace(crowded(), scenes=scenes)
    assert len(name_choices(told, "")) == 25
    assert [choice.name[:4] for choice in name_choices(told, "399 ")][:1] == ["399 "]
    assert len(called_choices(told, NAMES[0].name, "")) == 25 and called_choices(told, "nobody", "") == []
    assert [choice.value for choice in scene_choices(told, "2.")] == [f"scene:{told.scenes[1].id}"]
    assert len(line_choices(told, "2", "", before=True)) == 2 and line_choices(told, "9", "") == []
