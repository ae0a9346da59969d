"""What a film shall be like is remembered; what it shows is known; two picks, parts, and what the place refuses."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from storycore.errors import FilmError, NotAllowedError, NotFoundError, StorageError
from storycore.film.model import FilmPart
from storycore.film.options import DEFAULTS, FilmOptions, Transition
from storycore.store.models import FilmRow, StoryRow, WorkState
from storycore.studio import films, scenes, stories
from storycore.studio.music import keep_music, music_named
from storycore.studio.views import StoryView, shown_key
from storycore.work.jobs import filming
from storycore.work.jobs.filming import chosen_pictures, film_plan
from storycore.work.workshop import Workshop
from tests.machine.doubles import QuickStudio
from tests.support.studio import ADA, BO, STRANGER, ready
from tests.support.workshops import until


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> QuickStudio:
    quick = QuickStudio()
    monkeypatch.setattr(filming, "make_film", quick.make_film)
    return quick


async def filmed(workshop: Workshop, story_id: int, count: int = 1) -> StoryView:
    return await until(workshop, story_id, lambda v: len(v.films) == count and not v.films[-1].unfinished)


async def row_of(workshop: Workshop, film_id: int) -> FilmRow:
    async with workshop.database.read() as session:
        return await session.get_one(FilmRow, film_id)


async def test_options_are_remembered_for_the_next_film(workshop: Workshop, studio: QuickStudio) -> None:
    view = await ready(workshop)
    assert await films.remembered(workshop, view.id, ADA) == DEFAULTS
    tall = FilmOptions(shape="9:16", transition=Transition.CUT, draft=True)
    await films.request(workshop, view.id, ADA, None, tall)
    await filmed(workshop, view.id)
    assert await films.remembered(workshop, view.id, ADA) == tall
    await films.request(workshop, view.id, ADA, None)
    after = await filmed(workshop, view.id, 2)
    assert (await row_of(workshop, after.films[1].id)).options == tall.to_json()
    await films.request(workshop, view.id, ADA, None, DEFAULTS, remember=False)
    await filmed(workshop, view.id, 3)
    assert await films.remembered(workshop, view.id, ADA) == tall
    with pytest.raises(NotAllowedError):
        await films.remembered(workshop, view.id, BO)
    with pytest.raises(NotFoundError):
        await films.remembered(workshop, view.id, STRANGER)


async def test_the_smaller_of_both_limits_holds(workshop: Workshop) -> None:
    view = await ready(workshop)
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, view.id)
    for wished, place, limit in (
        (5.0, 10 << 20, 5 << 20),
        (20.0, 10 << 20, 10 << 20),
        (None, 7, 7),
        (None, None, None),
    ):
        plan = await film_plan(workshop, story, place, FilmOptions(max_mib=wished))
        assert plan.max_bytes == limit
        assert plan.authors == ("Ada",)


async def test_a_film_is_out_of_date_when_what_it_shows_changes(workshop: Workshop, studio: QuickStudio) -> None:
    view = await ready(workshop)
    await films.request(workshop, view.id, ADA, None)
    view = await filmed(workshop, view.id)
    assert view.films[0].shows == shown_key(view)
    await scenes.pick(workshop, view.scenes[0].id, ADA, 2)
    changed = await stories.show(workshop, view.id)
    assert changed.films[0].shows != shown_key(changed)
    await scenes.pick(workshop, view.scenes[0].id, ADA, 1)
    back = await stories.show(workshop, view.id)
    assert back.films[0].shows == shown_key(back)


async def test_two_picks(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    assert scene.shown is not None
    await scenes.pick(workshop, scene.id, ADA, 3, second=2)
    pictures = await chosen_pictures(workshop, view.id)
    assert pictures[scene.id] == tuple(scene.shown.candidates[n - 1].path for n in (3, 2))
    seen = (await stories.show(workshop, view.id)).scenes[0]
    assert (seen.pick, seen.second_pick) == (3, 2) and seen.second == scene.shown.candidates[1]
    for choice, second, kept in ((2, 2, (2, None)), (1, None, (1, None)), (None, 2, (None, None))):
        await scenes.pick(workshop, scene.id, ADA, choice, second=second)
        seen = (await stories.show(workshop, view.id)).scenes[0]
        assert (seen.pick, seen.second_pick) == kept
    with pytest.raises(NotFoundError, match="no picture 9"):
        await scenes.pick(workshop, scene.id, ADA, 1, second=9)
    await scenes.pick(workshop, scene.id, ADA, 3, second=2)
    await scenes.paint_again(workshop, scene.id, ADA, 1)
    after = await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2)
    assert (after.scenes[0].pick, after.scenes[0].second_pick) == (None, None)


async def test_a_film_in_parts_keeps_all_of_them(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = QuickStudio()

    async def in_parts(plan, path, **rest):  # type: ignore[no-untyped-def]
        report = await quick.make_film(plan, path, **rest)
        parts = [path.with_name(f"{path.stem}-{number}.mp4") for number in (1, 2)]
        for number, part in enumerate(parts):
            await asyncio.to_thread(part.write_bytes, b"part %d" % number)
        return dataclasses.replace(report, path=parts[0], parts=tuple(FilmPart(p, 2.0, 6) for p in parts))

    monkeypatch.setattr(filming, "make_film", in_parts)
    view = await ready(workshop)
    await films.request(workshop, view.id, ADA, None)
    film = (await filmed(workshop, view.id)).films[0]
    assert film.state is WorkState.DONE, film.problem
    assert film.path is not None and film.path.read_bytes() == b"part 0"
    assert [path.read_bytes() for path in film.more] == [b"part 1"]
    names = await films.files_of(workshop, film.id, BO)
    assert names == [film.path.name, film.more[0].name]
    assert not list((workshop.folder.root / ".work").glob("film-*"))
    with pytest.raises(NotFoundError):
        await films.files_of(workshop, film.id, STRANGER)


async def test_a_film_refused_twice_is_given_out_by_address(workshop: Workshop, studio: QuickStudio) -> None:
    view = await ready(workshop)
    await films.request(workshop, view.id, ADA, 10 << 20)
    first = (await filmed(workshop, view.id)).films[0]
    await films.make_smaller(workshop, first.id, 9 << 20, by_address=True)
    again = (await filmed(workshop, view.id)).films[0]
    assert (again.state, again.by_address) == (WorkState.DONE, False)
    assert (await row_of(workshop, first.id)).max_bytes == int((9 << 20) * 0.7)
    await films.make_smaller(workshop, first.id, 6 << 20, by_address=True)
    given = (await filmed(workshop, view.id)).films[0]
    assert (given.state, given.by_address, given.path) == (WorkState.DONE, True, again.path)
    await films.make_smaller(workshop, first.id, 6 << 20)
    await filmed(workshop, view.id)
    assert studio.made == 3, "without an address it is made smaller a third time"


async def test_music_is_kept_and_found_again(workshop: Workshop) -> None:
    name = await keep_music(workshop, b"ID3 notes", "My Song.MP3")
    path = await music_named(workshop, name)
    assert path is not None and path.read_bytes() == b"ID3 notes"
    assert await music_named(workshop, "off") is None and await music_named(workshop, "auto") is None
    for missing in ("song.mp3", "../../story.db", f"{'0' * 64}.mp3", "/etc/passwd"):
        with pytest.raises(StorageError, match="not here"):
            await music_named(workshop, missing)
    with pytest.raises(FilmError, match="no music"):
        await keep_music(workshop, b"MZ", "song.exe")
