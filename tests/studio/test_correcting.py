"""Corrections through the studio: they take effect, they last, and only what changed is painted or spoken again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from storycore.cast.corrections import CorrectionKind
from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import Understanding
from storycore.errors import FiresideError, NotAllowedError, NotFoundError, ScriptError, StateError
from storycore.store.corrections import CorrectionRow
from storycore.store.models import BallotSource, WorkState
from storycore.studio import ballots, cast, cutting, films, lines, scenes, stories
from storycore.studio.people import Person
from storycore.studio.views import SceneView, StoryView, shown_key
from storycore.work.workshop import Workshop
from tests.support.asking import ASKING, INN
from tests.support.studio import ADA, BO, CY, MO, STRANGER, painter, ready
from tests.support.workshops import QuickNarrator, ThreadReader, small_workshop, until


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        opened.reader = ThreadReader(ASKING)
        yield opened


def settled(view: StoryView) -> bool:
    """Nothing is being taken in or painted any more."""
    return not view.correcting and all(scene.coming is None and scene.shown for scene in view.scenes)


async def inn(workshop: Workshop) -> StoryView:
    view = await ready(workshop, script=INN, title="The inn")
    painter(workshop).requests.clear()
    return view


async def after(workshop: Workshop, story_id: int, holds: Callable[[StoryView], bool] = settled) -> StoryView:
    return await until(workshop, story_id, holds, timeout=180)


def prompts(workshop: Workshop) -> list[str]:
    return [request.prompt for request in painter(workshop).requests]


def line_of(view: StoryView, scene: int, text: str) -> int:
    return next(line.id for line in view.scenes[scene - 1].lines if line.text.startswith(text))


def speakers(scene: SceneView) -> list[str | None]:
    return [line.speaker for line in scene.lines if line.kind.value == "speech"]


async def test_the_cast_and_what_is_asked_are_there_from_the_start(workshop: Workshop) -> None:
    view = await inn(workshop)
    assert [(m.name, m.aliases, m.scenes, m.lines) for m in view.cast] == [
        ("Siegfried", (), (1, 2, 3), 1),
        ("the stranger", (), (1, 2), 2),
        ("the ferryman", ("the old ferryman",), (3,), 2),
    ]
    assert [(q.kind.value, q.about, q.other) for q in view.questions] == [
        ("same", "the stranger", "Siegfried"),
        ("speaker", "I am nobody,", None),
        ("character", "the ferryman", None),
    ]
    assert "I am nobody" in view.questions[1].excerpt and "moonlight" in view.questions[1].excerpt
    assert view.notes == ("I am not sure of the inn.",) and view.language == "en"


async def test_a_new_name_paints_only_the_scenes_that_show_it(workshop: Workshop) -> None:
    view = await inn(workshop)
    ids = [scene.id for scene in view.scenes]
    assert await cast.rename(workshop, view.id, ADA, "the ferryman", "  Old \u202eTom ") == "Old Tom"
    view = await after(workshop, view.id)
    assert [m.name for m in view.cast] == ["Siegfried", "the stranger", "Old Tom"]
    assert view.cast[2].aliases == ("the ferryman", "the old ferryman")
    assert [scene.id for scene in view.scenes] == ids
    assert [scene.shown.number for scene in view.scenes if scene.shown] == [1, 1, 2]
    assert len(prompts(workshop)) == 1 and "Old Tom" in prompts(workshop)[0]
    assert speakers(view.scenes[2]) == ["Old Tom", "Old Tom"]
    await cast.rename(workshop, view.id, MO, "old tom", "the ferryman")
    view = await after(workshop, view.id, lambda v: settled(v) and v.cast[2].name == "the ferryman")
    await cast.rename(workshop, view.id, MO, "the ferryman", "Tom")
    view = await after(workshop, view.id, lambda v: settled(v) and v.cast[2].name == "Tom")
    assert view.cast[2].aliases[0] == "the ferryman"


async def test_pictures_people_chose_stay_and_are_said_to_be_old(workshop: Workshop) -> None:
    view = await inn(workshop)
    river, road = view.scenes[2], view.scenes[1]
    await ballots.cast(workshop, river.id, 1, BO, 2, BallotSource.BUTTON)
    await scenes.edit_prompt(workshop, road.id, BO, "a road of my own")
    view = await after(workshop, view.id, lambda v: settled(v) and v.scenes[1].prompt == "a road of my own")
    painter(workshop).requests.clear()
    await cast.rename(workshop, view.id, ADA, "the ferryman", "Tom")
    await cast.rename(workshop, view.id, ADA, "the stranger", "Hagen")
    view = await after(workshop, view.id)
    assert "Tom" in view.scenes[2].prompt and view.scenes[2].changed
    assert view.scenes[2].votes == {1: 0, 2: 1, 3: 0} and view.scenes[2].choice == 2
    assert view.scenes[1].prompt == "a road of my own" and not view.scenes[1].changed
    assert all("Hagen" in prompt for prompt in prompts(workshop)) and len(prompts(workshop)) == 1
    await scenes.paint_again(workshop, river.id, BO, 1)
    view = await after(workshop, view.id, lambda v: settled(v) and v.scenes[2].shown.number == 2)  # type: ignore[union-attr]
    assert not view.scenes[2].changed and "Tom" in prompts(workshop)[-1]


async def test_merge_split_remove_and_taking_it_back(workshop: Workshop) -> None:
    view = await inn(workshop)
    assert await cast.merge(workshop, view.id, ADA, "the stranger", "siegfried") == ("Siegfried", "the stranger")
    view = await after(workshop, view.id)
    assert [m.name for m in view.cast] == ["Siegfried", "the ferryman"]
    assert view.cast[0].aliases == ("the stranger",) and view.cast[0].lines == 3
    assert [q.kind.value for q in view.questions] == ["speaker", "character"]
    assert await cast.split(workshop, view.id, ADA, "the ferryman", "The old ferryman") == (
        "the ferryman",
        "the old ferryman",
    )
    view = await after(workshop, view.id, lambda v: settled(v) and len(v.cast) == 3)
    assert await cast.remove(workshop, view.id, ADA, "old ferryman") == "the old ferryman"
    view = await after(workshop, view.id, lambda v: settled(v) and len(v.cast) == 2)
    assert view.cast[1].aliases == ()
    first = view.corrections[0]
    assert (first.kind, first.by_name, first.fits) == (CorrectionKind.SAME, "Ada", True)
    await cast.take_back(workshop, view.id, ADA, first.id)
    view = await after(workshop, view.id, lambda v: settled(v) and len(v.cast) == 3)
    assert [m.name for m in view.cast] == ["Siegfried", "the stranger", "the ferryman"]
    with pytest.raises(NotFoundError):
        await cast.take_back(workshop, view.id, ADA, first.id)


async def test_a_speaker_and_words_change_one_clip_and_no_picture(workshop: Workshop) -> None:
    view = await inn(workshop)
    assert isinstance(workshop.narrator, QuickNarrator)
    await films.request(workshop, view.id, ADA, None)
    view = await until(workshop, view.id, lambda v: bool(v.films) and not v.films[0].unfinished, 180)
    assert view.films[0].state is WorkState.DONE and view.films[0].shows == shown_key(view)
    workshop.narrator.spoken.clear()
    assert await lines.set_speaker(workshop, line_of(view, 3, "Who are you?"), ADA, "SIEGFRIED") == "Siegfried"
    view = await after(workshop, view.id)
    assert speakers(view.scenes[2]) == ["the ferryman", "Siegfried"] and speakers(view.scenes[0])[1] == "the stranger"
    assert view.films[0].shows != shown_key(view)
    await lines.set_words(workshop, line_of(view, 2, "I am nobody"), ADA, "I am  no one,")
    await cast.rename(workshop, view.id, ADA, "the stranger", "the Stranger")
    view = await after(workshop, view.id)
    told = [line for line in view.scenes[1].lines if line.rewritten]
    assert [(line.text, line.speaker) for line in told] == [("I am no one,", "the Stranger")]
    assert speakers(view.scenes[2])[1] == "Siegfried", "a later reading believes it"
    assert prompts(workshop) == [] or all("Stranger" in prompt for prompt in prompts(workshop))
    await films.request(workshop, view.id, ADA, None)
    view = await until(workshop, view.id, lambda v: len(v.films) == 2 and not v.films[1].unfinished, 180)
    assert sorted(workshop.narrator.spoken) == sorted({"I am no one,", "Who are you?"} & set(workshop.narrator.spoken))
    assert "I am no one," in workshop.narrator.spoken
    assert view.films[0].shows != shown_key(view) == view.films[1].shows


async def test_words_of_the_narrator_change_what_is_painted(workshop: Workshop) -> None:
    view = await inn(workshop)
    await lines.set_words(
        workshop, line_of(view, 3, "Siegfried swam"), ADA, "Siegfried rode a white horse over a bridge."
    )
    view = await after(workshop, view.id)
    assert len(prompts(workshop)) == 1 and "white horse" in prompts(workshop)[0]
    for bad in ("", "…!", "x" * 1001, "\u200b"):
        with pytest.raises(ScriptError):
            await lines.set_words(workshop, line_of(view, 1, "Siegfried"), ADA, bad)


async def test_answers_are_kept_and_asked_once(workshop: Workshop) -> None:
    view = await inn(workshop)
    same, speaker, somebody = view.questions
    await cast.answer(workshop, same.id, ADA, cast.NO)
    with pytest.raises(StateError, match="Ada answered"):
        await cast.answer(workshop, same.id, MO, cast.YES)
    with pytest.raises(NotFoundError):
        await cast.answer(workshop, speaker.id, ADA, "yes")
    await cast.answer(workshop, speaker.id, ADA, "Siegfried")
    await cast.answer(workshop, somebody.id, ADA, cast.UNKNOWN)
    view = await after(workshop, view.id)
    assert view.questions == () and speakers(view.scenes[1]) == ["Siegfried"]
    assert [c.kind.value for c in view.corrections] == ["apart", "speaker"]
    await cast.take_back(workshop, view.id, ADA, view.corrections[1].id)
    view = await after(workshop, view.id, lambda v: settled(v) and bool(v.questions))
    assert [q.about for q in view.questions] == ["I am nobody,"] and speakers(view.scenes[1]) == ["the stranger"]


async def test_split_join_and_border_keep_rows_and_last(workshop: Workshop) -> None:
    view = await inn(workshop)
    first, second, third = (scene.id for scene in view.scenes)
    await ballots.cast(workshop, second, 1, BO, 2, BallotSource.BUTTON)
    assert await cutting.split(workshop, line_of(view, 1, "Who are you"), ADA) == 2
    view = await after(workshop, view.id, lambda v: settled(v) and len(v.scenes) == 4)
    assert [s.id for s in view.scenes if s.id in (first, second, third)] == [first, second, third]
    assert view.scenes[1].text.startswith('"Who are you?"') and view.scenes[0].text.endswith("fire.")
    assert view.scenes[2].votes[2] == 1 and view.scenes[2].shown.number == 1  # type: ignore[union-attr]
    assert [m.scenes for m in view.cast] == [(1, 3, 4), (1, 2, 3), (4,)]
    await cutting.border(workshop, view.scenes[1].id, line_of(view, 1, "said Siegfried"), ADA)
    view = await after(workshop, view.id, lambda v: settled(v) and "fire." not in v.scenes[0].text)
    assert view.scenes[1].lines[0].text.startswith("said Siegfried")
    await cast.rename(workshop, view.id, ADA, "the ferryman", "Tom")
    view = await after(workshop, view.id, lambda v: settled(v) and v.cast[-1].name == "Tom")
    assert len(view.scenes) == 4 and len(view.scenes[0].lines) == 2, "borders outlive a later reading"
    await cutting.join(workshop, first, ADA)
    view = await after(workshop, view.id, lambda v: settled(v) and len(v.scenes) == 3)
    assert [s.id for s in view.scenes] == [first, second, third]
    assert view.scenes[0].text == "# The inn\n\n" + INN.split("\n\n")[1]
    with pytest.raises(StateError, match="last scene"):
        await cutting.join(workshop, third, ADA)
    with pytest.raises(StateError, match="begins with this line"):
        await cutting.split(workshop, line_of(view, 2, "I am nobody"), ADA)


async def test_move_add_and_delete_paint_nothing_else(workshop: Workshop) -> None:
    view = await inn(workshop)
    first, second, third = (scene.id for scene in view.scenes)
    assert await cutting.move(workshop, third, 1, ADA) == 1
    view = await after(workshop, view.id)
    assert [s.id for s in view.scenes] == [third, first, second] and [s.number for s in view.scenes] == [1, 2, 3]
    assert view.cast[2].scenes == (1,)
    with pytest.raises(StateError, match="do not follow each other"):
        await cutting.join(workshop, third, ADA)
    words = 'A stork flew by.\n\nsiegfried: "A stork!"\n'
    assert await cutting.add(workshop, view.id, ADA, words, after=first) == 3
    view = await after(workshop, view.id, lambda v: len(v.scenes) == 4 and settled(v))
    added = view.scenes[2]
    assert [(line.text, line.speaker) for line in added.lines] == [
        ("A stork flew by.", None),
        ("A stork!", "Siegfried"),
    ]
    assert prompts(workshop) == [added.prompt] and "stork" in added.prompt.casefold()
    assert view.cast[0].lines == 2 and 3 in view.cast[0].scenes
    painter(workshop).requests.clear()
    assert await cutting.remove(workshop, second, ADA) == 4
    await cast.rename(workshop, view.id, ADA, "Siegfried", "Sigurd")
    view = await after(workshop, view.id, lambda v: settled(v) and v.cast[0].name == "Sigurd")
    assert [s.id for s in view.scenes] == [third, first, added.id], "what was taken out stays out"
    assert view.scenes[2].lines[1].speaker == "Sigurd", "in a scene that was added too"
    for scene_id in (third, first):
        await cutting.remove(workshop, scene_id, ADA)
    with pytest.raises(StateError, match="at least one scene"):
        await cutting.remove(workshop, added.id, ADA)
    with pytest.raises(NotFoundError):
        await cutting.remove(workshop, first, ADA)


async def test_deleting_the_scene_a_film_waited_for_sends_it_off(workshop: Workshop) -> None:
    view = await inn(workshop)
    painter(workshop).gate = gate = asyncio.Event()
    await scenes.edit_prompt(workshop, view.scenes[2].id, BO, "a slow picture")
    assert (await films.request(workshop, view.id, ADA, None)).waits_for == 1
    await cutting.remove(workshop, view.scenes[2].id, ADA)
    gate.set()
    view = await until(workshop, view.id, lambda v: not v.films[0].unfinished, 180)
    assert view.films[0].state is WorkState.DONE, view.films[0].problem


async def test_only_the_author_and_moderators_correct(workshop: Workshop) -> None:
    view = await inn(workshop)
    scene, line = view.scenes[1].id, line_of(view, 2, "The stranger") if len(view.scenes[1].lines) > 2 else 0
    line = line or view.scenes[1].lines[1].id

    def all_of(person: Person) -> list[object]:
        return [
            cast.rename(workshop, view.id, person, "Siegfried", "Sigurd"),
            cast.merge(workshop, view.id, person, "Siegfried", "the stranger"),
            cast.split(workshop, view.id, person, "the ferryman", "the old ferryman"),
            cast.remove(workshop, view.id, person, "Siegfried"),
            cast.answer(workshop, view.questions[0].id, person, cast.YES),
            cast.take_back(workshop, view.id, person, 1),
            lines.set_speaker(workshop, line, person, None),
            lines.set_words(workshop, line, person, "He ran."),
            cutting.split(workshop, line, person),
            cutting.join(workshop, scene, person),
            cutting.border(workshop, scene, line, person),
            cutting.move(workshop, scene, 1, person),
            cutting.add(workshop, view.id, person, "Bo was here."),
            cutting.remove(workshop, scene, person),
        ]

    for refused in all_of(CY):
        with pytest.raises(NotAllowedError, match="Ada"):
            await refused  # type: ignore[misc]
    for nowhere in all_of(STRANGER):
        with pytest.raises(NotFoundError):
            await nowhere  # type: ignore[misc]
    now = await stories.show(workshop, view.id)
    assert now.corrections == () and not now.correcting and [s.id for s in now.scenes] == [s.id for s in view.scenes]
    await stories.cancel(workshop, view.id, ADA)
    for closed in all_of(ADA):
        with pytest.raises(StateError):
            await closed  # type: ignore[misc]


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 61, "…"])
async def test_names_that_are_none_are_refused(workshop: Workshop, name: str) -> None:
    view = await inn(workshop)
    with pytest.raises(ScriptError):
        await cast.rename(workshop, view.id, ADA, "Siegfried", name)
    with pytest.raises(StateError, match="merge"):
        await cast.rename(workshop, view.id, ADA, "Siegfried", "The Stranger")
    with pytest.raises(NotFoundError, match="no “@everyone”"):
        await cast.remove(workshop, view.id, ADA, "@everyone")


class SlowReader(ThreadReader):
    """Reads only once it may, and counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__(ASKING)
        self.asked: list[Facts] = []
        self.may = asyncio.Event()
        self.error: ScriptError | None = None

    async def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        self.asked.append(facts)
        await self.may.wait()
        if self.error is not None:
            raise self.error
        return await super().understand(text, facts)


async def test_two_people_at_once_are_both_heard(workshop: Workshop) -> None:
    view = await inn(workshop)
    workshop.reader = reader = SlowReader()
    await asyncio.gather(
        cast.rename(workshop, view.id, ADA, "the ferryman", "Tom"),
        cast.merge(workshop, view.id, MO, "the stranger", "Siegfried"),
        lines.set_speaker(workshop, line_of(view, 3, "You are wet"), MO, "Siegfried"),
        cutting.move(workshop, view.scenes[0].id, 3, ADA),
    )
    assert (await stories.show(workshop, view.id)).correcting
    reader.may.set()
    view = await after(workshop, view.id)
    assert [m.name for m in view.cast] == ["Siegfried", "Tom"]
    assert view.scenes[1].lines[1].speaker == "Siegfried" and [s.title for s in view.scenes][2] == "The inn"
    async with workshop.database.read() as session:
        by = [(row.kind.value, row.made_by_name) for row in await session.scalars(select(CorrectionRow))]
    assert sorted(by) == [("moved", "Ada"), ("renamed", "Ada"), ("same", "Mo"), ("speaker", "Mo")]


async def test_a_script_that_cannot_be_read_again_leaves_all_as_it_was_and_says_so(workshop: Workshop) -> None:
    view = await inn(workshop)
    workshop.reader = reader = SlowReader()
    reader.error = ScriptError("The reader broke down.")
    reader.may.set()
    await cast.rename(workshop, view.id, ADA, "the ferryman", "Tom")
    failed = await after(workshop, view.id)
    assert "broke down" in failed.correction_problem
    assert failed.cast == view.cast and len(failed.corrections) == 1
    reader.error = None
    await cast.rename(workshop, view.id, ADA, "the stranger", "Hagen")
    view = await after(workshop, view.id)
    assert view.correction_problem == "" and [m.name for m in view.cast] == ["Siegfried", "Hagen", "Tom"]


async def test_a_correction_made_before_a_kill_is_taken_in_after_it(tmp_path: Path) -> None:
    """The bot ends between the commit and the reading: the next one reads."""
    home = tmp_path / "house"
    home.mkdir()
    async with small_workshop(home) as opened:
        opened.reader = ThreadReader(ASKING)
        view = await inn(opened)
        opened.reader = SlowReader()
        await cast.rename(opened, view.id, ADA, "the ferryman", "Tom")
        await cutting.move(opened, view.scenes[2].id, 1, ADA)
    async with small_workshop(home) as opened:
        opened.reader = ThreadReader(ASKING)
        view = await after(opened, view.id)
        assert [m.name for m in view.cast] == ["Siegfried", "the stranger", "Tom"]
        assert "Tom" in view.scenes[0].prompt and view.cast[2].scenes == (1,)


async def test_hostile_words_are_only_words(workshop: Workshop) -> None:
    view = await inn(workshop)
    name = "@everyone (((x))) <lora:a:1>"
    await cast.rename(workshop, view.id, ADA, "the ferryman", name)
    await lines.set_words(workshop, line_of(view, 1, "Siegfried came"), ADA, "{\\an8} <@1> C:\\new ((inn)) at dusk.")
    view = await after(workshop, view.id)
    assert view.cast[2].name == name
    assert "<lora:a:1>" not in view.scenes[2].prompt.replace("\\", ""), view.scenes[2].prompt
    with pytest.raises(FiresideError):
        await cutting.add(workshop, view.id, ADA, "word " * 20_001)
