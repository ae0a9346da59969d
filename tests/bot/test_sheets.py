"""What messages show stays within Discord's limits, whatever the story, and shows nobody's markup."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.ui.film import film_name, film_sheet, progress_sheet
from bot.ui.scene import scene_sheet
from bot.ui.sheet import Sheet
from bot.ui.storyboard import storyboard_sheet
from bot.ui.text import bar, cut, duration, escape, size
from storycore.store.models import RoundReason, StoryState, WorkState
from storycore.studio.views import CandidateView, CastView, FilmView, RoundView, SceneView, StoryView, shown_key

HOSTILE = "@everyone <@1> **bold** [x](http://evil.example) # big\n> quote `code` ||spoiler|| " * 40


def picture(number: int) -> CandidateView:
    return CandidateView(number, f"{number:064x}", Path(f"{number}.png"), 64, 64)


def painted(candidates: int, problem: str = "", state: WorkState = WorkState.DONE) -> RoundView:
    pictures = tuple(picture(number) for number in range(1, candidates + 1))
    return RoundView(1, 1, HOSTILE[:900], state, RoundReason.FIRST, 0.4, problem, HOSTILE[:90], pictures)


def scene(number: int, candidates: int = 9, **changes: Any) -> SceneView:
    fields: dict[str, Any] = {
        "id": 10**17 + number,
        "number": number,
        "title": HOSTILE[:100],
        "text": HOSTILE,
        "prompt": HOSTILE[:1000],
        "edited": True,
        "lines": (),
        "shown": painted(candidates),
        "coming": painted(0, state=WorkState.WORKING),
        "failed": None,
        "pick": None,
        "votes": dict.fromkeys(range(1, candidates + 1), 10**6),
    }
    return SceneView(**{**fields, **changes})


def film(**changes: Any) -> FilmView:
    fields: dict[str, Any] = {
        "id": 1,
        "state": WorkState.DONE,
        "waits_for_pictures": False,
        "progress": 1.0,
        "problem": "",
        "asked_by_id": 1,
        "asked_by_name": HOSTILE[:100],
        "seconds": 65.2,
        "media": "a" * 64,
        "path": Path("film.mp4"),
        "bytes": 6 * 2**20,
        "width": 1280,
        "height": 720,
        "fps": 24,
        "made": 3,
        "reused": 0,
    }
    return FilmView(**{**fields, **changes})


def story(scenes: int = 40, **changes: Any) -> StoryView:
    fields: dict[str, Any] = {
        "id": 10**17,
        "title": HOSTILE[:80],
        "author_id": 1,
        "author_name": HOSTILE[:100],
        "server_id": 1,
        "channel_id": 2,
        "thread_id": 3,
        "state": StoryState.OPEN,
        "problem": "",
        "place_problem": "",
        "parts": 0,
        "candidates": 9,
        "version": 1,
        "words": 20_000,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "scenes": tuple(scene(number) for number in range(1, scenes + 1)),
        "cast": tuple(CastView(HOSTILE[:100], (), (1,), 3) for _ in range(60)),
    }
    return StoryView(**{**fields, **changes})


def components(sheet: Sheet) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def walk(items: list[dict[str, Any]]) -> None:
        for item in items:
            found.append(item)
            walk(item.get("components") or [])

    walk(sheet.view.to_components())  # type: ignore[no-untyped-call]
    return found


def check_limits(sheet: Sheet) -> str:
    found = components(sheet)
    text = "\n".join(item["content"] for item in found if item["type"] == 10)
    assert len(found) <= 40
    assert len(text) <= 4000
    assert text
    ids = [item["custom_id"] for item in found if "custom_id" in item]
    assert ids
    assert len(set(ids)) == len(ids)
    assert all(len(i) <= 100 and i.startswith("fs:") for i in ids)
    assert all(len(media["description"]) <= 256 for item in found if item["type"] == 12 for media in item["items"])
    return text


def check_harmless(text: str) -> None:
    assert "<@1>" not in text
    assert "**bold**" not in text
    assert "](http" not in text
    assert "`code`" not in text
    assert "||spoiler||" not in text


@pytest.mark.parametrize("scenes", [0, 1, 40, 100])
def test_a_storyboard_fits_and_is_harmless(scenes: int) -> None:
    check_harmless(check_limits(storyboard_sheet(story(scenes), "A note.")))


@pytest.mark.parametrize("state", [state for state in StoryState if state is not StoryState.DELETED])
def test_every_state_of_a_story_can_be_shown(state: StoryState) -> None:
    check_limits(storyboard_sheet(story(3, state=state, problem="Why.", parts=3), ""))


@pytest.mark.parametrize("candidates", [1, 4, 9])
def test_a_scene_fits_and_is_harmless(candidates: int) -> None:
    board = story(1)
    check_harmless(check_limits(scene_sheet(board, scene(1, candidates))))
    failed = scene(1, candidates, shown=None, coming=None, votes={}, failed=painted(0, HOSTILE[:500], WorkState.FAILED))
    check_harmless(check_limits(scene_sheet(board, failed)))


@pytest.mark.parametrize("state", list(WorkState))
def test_every_state_of_a_film_can_be_shown(state: WorkState) -> None:
    board = story(1)
    check_harmless(check_limits(progress_sheet(board, film(state=state, problem=HOSTILE[:300]))))
    check_harmless(check_limits(film_sheet(board, film(), Path("film.mp4"))))


def test_the_digest_follows_what_is_shown() -> None:
    board = story(1)
    before = scene_sheet(board, scene(1, 4))
    same = scene_sheet(board, scene(1, 4))
    voted = scene_sheet(board, scene(1, 4, votes={1: 1, 2: 0, 3: 0, 4: 0}))
    assert before.shown == same.shown
    assert before.shown != voted.shown
    assert before.files_digest == voted.files_digest


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Siegfried & the Dragon", "siegfried-the-dragon.mp4"),
        ("../../etc/passwd", "etc-passwd.mp4"),
        ("Émile à Łódź", "emile-a-odz.mp4"),
        ("🐸", "story.mp4"),
        ("x" * 200, "x" * 50 + ".mp4"),
    ],
)
def test_film_names_are_plain(title: str, name: str) -> None:
    assert film_name(title) == name


def test_words() -> None:
    assert cut("one two three", 9) == "one two…"
    assert duration(65.4) == "1:05"
    assert size(300) == "1 KiB"
    assert size(6_400_000) == "6.1 MiB"
    assert bar(0.5) == "▰▰▰▰▰▱▱▱▱▱ 50 %"
    assert escape("a\n# b") == r"a \# b"
    assert escape("Ada\u202egnp.exe\u2069") == "Adagnp.exe"


def test_a_film_in_parts_and_one_given_out_by_address() -> None:
    parts = film(more=(Path("two.mp4"),))
    second = film_sheet(story(), parts, Path("two.mp4"), 7, 2)
    assert "part 2 of 2" in check_limits(second)
    assert [file.name.rpartition("-")[2] for file in second.files] == ["2.mp4"]
    told = (Path("one.vtt"), Path("two.vtt"))
    second = film_sheet(story(), dataclasses.replace(parts, captions=told), Path("two.mp4"), 7, 2)
    check_limits(second)
    assert [file.name.rpartition("-")[2] for file in second.files] == ["2.mp4", "2.vtt"]
    assert second.files[1].path == told[1]
    away = film_sheet(story(), film(by_address=True, captions=told[:1]), Path("film.mp4"), 7)
    check_limits(away)
    assert [file.path for file in away.files] == [told[0]], "the film itself is too large, its subtitles are not"
    away = film_sheet(story(), film(by_address=True), Path("film.mp4"), 7)
    check_limits(away)
    assert not away.files and not [item for item in components(away) if item["type"] == 12]
    assert any(item.get("custom_id") == "fs:watch:1@7" for item in components(away))


def test_a_film_says_how_long_it_takes_and_when_it_is_out_of_date() -> None:
    for left, said in (
        (None, ""),
        (20.0, "less than a minute left"),
        (61.0, "1 minute left"),
        (300.0, "5 minutes left"),
    ):
        text = check_limits(progress_sheet(story(), film(state=WorkState.WORKING, progress=0.4, left_s=left)))
        assert said in text and ("left" in text) is (left is not None)
    board = story(2)
    fresh = film(shows=shown_key(board))
    stale = film(shows="something else")
    for shown, changed in ((fresh, False), (stale, True), (film(), False)):
        text = check_limits(progress_sheet(dataclasses.replace(board, films=(shown,)), shown))
        assert ("has changed" in text) is changed
    older = dataclasses.replace(board, films=(stale, film(id=2, shows=shown_key(board))))
    assert "has changed" not in check_limits(progress_sheet(older, stale)), "a newer film is there"


def test_two_picks_are_named() -> None:
    board = story(1)
    assert "picked **2**, then **1**" in check_limits(scene_sheet(board, scene(1, pick=2, second_pick=1)))
