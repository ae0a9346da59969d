"""A character in a story: the same look however it is called; what a change rewrites, and what it leaves alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from storycore.characters.model import Sheet
from storycore.errors import NotAllowedError, NotFoundError, StateError
from storycore.prompts.grammar import check, count_tokens, networks
from storycore.store.models import RoundRow
from storycore.store.voices import VoiceRow
from storycore.studio import cast, characters, scenes, stories
from storycore.studio.people import Person
from storycore.studio.views import StoryView
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, HOME, painted, painter, ready
from tests.support.workshops import small_workshop, until

OLU = Person(9, "Olu", server_id=HOME, admin=True)
LOOK = "a young knight with a red beard, one green eye, a dented silver helmet"
SIEGFRIED = Sheet("Siegfried", ("Sigurd",), "he", LOOK, negative="clean shaven")
FOUR = """# The gate

Siegfried rode to the iron gate at dawn. The cold wind blew over the grey stones, and the guards let down the bridge.

# The forest

Sigurd lit a torch between the black firs. Something moved in the dark, and the torch went out.

# The bridge

The knight crossed the old bridge on foot. Below him the river roared in the moonlight.

# The tower

He climbed the spiral stairs of the tower. At the top a golden bird sat in a silver cage.
"""
TWO = """# The smithy

Siegfried walked into the smithy and held up the broken sword. Gunther blew into the fire until the coals were white.

# The road

Gunther carried the heavy hammer up the stony road. The rain ran down over the old stones.
"""


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


def prompts(view: StoryView) -> list[str]:
    return [scene.prompt for scene in view.scenes]


async def settled(workshop: Workshop, story_id: int, look: str) -> StoryView:
    """Once every picture is painted from prompts with that look."""
    return await until(
        workshop, story_id, lambda v: painted(v) and all(look in s.shown.prompt for s in v.scenes if s.shown)
    )


@pytest.mark.parametrize("look", [LOOK, "red beard, one green eye, a dented silver helmet"])
async def test_by_name_by_alias_by_the_knight_and_by_he_it_is_the_same_look(workshop: Workshop, look: str) -> None:
    await characters.add(workshop, OLU, replace(SIEGFRIED, look=look))
    view = await ready(workshop, script=FOUR)
    assert [prompt.count(look) for prompt in prompts(view)] == [1, 1, 1, 1], prompts(view)
    for prompt in prompts(view):
        assert count_tokens(prompt[: prompt.index(look) + len(look)]).tokens < 75
        assert check(prompt).problems == () or len(prompt) > 200
    assert {request.prompt for request in painter(workshop).requests} == set(prompts(view))
    assert {request.negative_prompt for request in painter(workshop).requests} == {"clean shaven, nsfw, nudity"}
    assert {member.character for member in view.cast} == {"Siegfried"}
    assert view.scenes[0].parts[0] == (f"Siegfried, {look}", "Siegfried")
    assert [source for _, source in view.scenes[0].parts] == ["Siegfried", "story", "style"]


async def test_two_characters_keep_their_own_attributes_in_blocks_of_their_own(workshop: Workshop) -> None:
    await characters.add(workshop, OLU, SIEGFRIED)
    await characters.add(
        workshop, OLU, Sheet("Gunther", (), "he", "an old smith with a bald head", negative="hair", lora="", voice="")
    )
    view = await ready(workshop, script=TWO)
    both, alone = prompts(view)
    blocks = both.split(" BREAK ")
    assert len(blocks) == 3
    assert LOOK in blocks[0] and "bald" not in blocks[0]
    assert "bald head" in blocks[1] and "beard" not in blocks[1]
    assert "beard" not in blocks[2] and "bald" not in blocks[2] and "Siegfried and Gunther" in blocks[2]
    assert "BREAK" not in alone and "beard" not in alone and alone.count("an old smith with a bald head") == 1
    first = next(request for request in painter(workshop).requests if request.prompt == both)
    assert first.negative_prompt == "clean shaven, hair, nsfw, nudity"


async def test_a_change_rewrites_the_scenes_concerned_and_no_others(workshop: Workshop) -> None:
    siegfried = (await characters.add(workshop, OLU, SIEGFRIED)).character
    await characters.add(workshop, OLU, Sheet("Gunther", (), "he", "an old smith with a bald head"))
    view = await ready(workshop, script=TWO)
    painter(workshop).requests.clear()
    new_look = "a knight with white hair"
    changed = await characters.edit(workshop, OLU, siegfried.id, lambda sheet: replace(sheet, look=new_look))
    assert [(c.title, c.scenes, c.by_hand) for c in changed.concerned] == [("The well", (1,), ())]
    view = await until(workshop, view.id, lambda v: new_look in v.scenes[0].prompt and v.scenes[0].coming is None)
    assert view.scenes[0].shown is not None and view.scenes[0].shown.number == 2
    assert view.scenes[1].shown is not None and view.scenes[1].shown.number == 1
    assert {request.prompt for request in painter(workshop).requests} == {view.scenes[0].prompt}
    # Taken back, its pictures are there already.
    painter(workshop).requests.clear()
    await characters.edit(workshop, OLU, siegfried.id, lambda sheet: replace(sheet, look=LOOK))
    view = await until(workshop, view.id, lambda v: LOOK in v.scenes[0].prompt and v.scenes[0].coming is None)
    assert painter(workshop).requests == []
    # The same again changes nothing at all.
    same = await characters.edit(workshop, OLU, siegfried.id, lambda sheet: sheet)
    assert same.concerned == ()


async def test_what_a_person_wrote_stays_and_is_offered_to_be_merged(workshop: Workshop) -> None:
    siegfried = (await characters.add(workshop, OLU, SIEGFRIED)).character
    view = await ready(workshop, script=TWO)
    mine = f"Siegfried, {LOOK}, seen from behind, in the rain"
    await scenes.edit_prompt(workshop, view.scenes[0].id, BO, mine)
    await until(workshop, view.id, lambda v: painted(v) and v.scenes[0].coming is None)
    changed = await characters.edit(workshop, OLU, siegfried.id, lambda sheet: replace(sheet, look="a bald knight"))
    assert changed.concerned[0].by_hand == (1,)
    view = await until(workshop, view.id, lambda v: bool(v.scenes[0].offered))
    assert view.scenes[0].prompt == mine and view.scenes[0].offered == ("Siegfried",)
    number, merged = await scenes.offered_merge(workshop, view.scenes[0].id, BO)
    assert (number, merged) == (1, "Siegfried, a bald knight, seen from behind, in the rain")
    await scenes.edit_prompt(workshop, view.scenes[0].id, BO, merged)
    with pytest.raises(StateError):
        await scenes.offered_merge(workshop, view.scenes[0].id, BO)


async def test_who_voted_keeps_the_pictures_until_somebody_asks(workshop: Workshop) -> None:
    siegfried = (await characters.add(workshop, OLU, SIEGFRIED)).character
    view = await ready(workshop, script=TWO)
    await scenes.pick(workshop, view.scenes[0].id, ADA, 2)
    await characters.edit(workshop, OLU, siegfried.id, lambda sheet: replace(sheet, look="a bald knight"))
    view = await until(workshop, view.id, lambda v: "a bald knight" in v.scenes[0].prompt)
    assert view.scenes[0].coming is None and view.scenes[0].changed and view.scenes[0].pick == 2


async def test_removed_it_stays_in_the_stories_that_use_it_and_its_name_is_free(workshop: Workshop) -> None:
    siegfried = (await characters.add(workshop, OLU, SIEGFRIED)).character
    view = await ready(workshop, script=FOUR)
    assert await characters.remove(workshop, OLU, siegfried.id) == "Siegfried"
    await characters.add(workshop, OLU, Sheet("Siegfried", (), "he", "another one, in a yellow coat"))
    await cast.rename(workshop, view.id, ADA, "Siegfried", "Siggi")  # read again
    view = await until(workshop, view.id, lambda v: not v.correcting and painted(v) and v.cast[0].name == "Siggi")
    assert all(LOOK in prompt and "yellow" not in prompt for prompt in prompts(view)), prompts(view)
    with pytest.raises(NotFoundError):
        await characters.show(workshop, OLU, siegfried.id)


async def test_a_person_links_and_unlinks_a_cast_member(workshop: Workshop) -> None:
    hero = (await characters.add(workshop, OLU, Sheet("Parzival", (), "he", "a man in bright red armour"))).character
    view = await ready(workshop, script=TWO)
    assert not any("red armour" in prompt for prompt in prompts(view))
    assert await cast.link(workshop, view.id, ADA, "Gunther", hero.id) == "Parzival"
    view = await until(workshop, view.id, lambda v: not v.correcting and "red armour" in v.scenes[1].prompt)
    assert [prompt.count("a man in bright red armour") for prompt in prompts(view)] == [1, 1]
    assert {m.name: m.character for m in view.cast} == {"Siegfried": None, "Gunther": "Parzival"}
    with pytest.raises(NotAllowedError):
        await cast.link(workshop, view.id, BO, "Gunther", None)
    await cast.link(workshop, view.id, ADA, "Gunther", None)
    view = await until(workshop, view.id, lambda v: not v.correcting and "red armour" not in v.scenes[1].prompt)
    # Both corrections can be taken back, the last one first.
    await cast.take_back(workshop, view.id, ADA, view.corrections[-1].id)
    await until(workshop, view.id, lambda v: not v.correcting and "red armour" in v.scenes[1].prompt)


async def test_a_character_added_later_is_found_in_stories_that_are_being_made(workshop: Workshop) -> None:
    view = await ready(workshop, script=TWO)
    added = await characters.add(workshop, OLU, Sheet("Old Gunther", ("Gunther",), "he", "a bald smith", voice=""))
    assert [(c.story_id, c.scenes) for c in added.concerned] == [(view.id, (1, 2))]
    view = await until(workshop, view.id, lambda v: painted(v) and "a bald smith" in v.scenes[1].prompt)
    await settled(workshop, view.id, "a bald smith")


async def test_what_is_worn_is_chosen_by_the_scene_or_by_a_person(workshop: Workshop) -> None:
    await characters.add(
        workshop, OLU, Sheet("Gunther", (), "he", "a bald smith", {"hammer": "a leather apron", "feast": "a blue robe"})
    )
    view = await ready(workshop, script=TWO)
    smithy, road = prompts(view)
    assert "apron" not in smithy and "a bald smith, a leather apron" in road
    assert await cast.wear(workshop, view.scenes[0].id, ADA, "Gunther", "Feast") == "feast"
    view = await until(workshop, view.id, lambda v: "a bald smith, a blue robe" in v.scenes[0].prompt)
    with pytest.raises(NotFoundError, match="no outfit"):
        await cast.wear(workshop, view.scenes[0].id, ADA, "Gunther", "armour")
    with pytest.raises(NotFoundError, match="none of the server"):
        await cast.wear(workshop, view.scenes[0].id, ADA, "Siegfried", "feast")


async def test_the_same_noise_where_asked_and_the_characters_own_voice(workshop: Workshop) -> None:
    voice = workshop.voices.entries[0].name if workshop.voices.entries else ""
    gunther = (
        await characters.add(workshop, OLU, Sheet("Gunther", (), "he", "a bald smith", same_seed=True, voice=voice))
    ).character
    view = await ready(workshop, script=TWO)
    await characters.edit(workshop, OLU, gunther.id, lambda sheet: replace(sheet, look="a smith with one ear"))
    await settled(workshop, view.id, "a smith with one ear")
    async with workshop.database.read() as session:
        rows = list(await session.scalars(select(RoundRow).where(RoundRow.scene_id == view.scenes[1].id)))
        voices = list(await session.scalars(select(VoiceRow).where(VoiceRow.speaker == "gunther")))
    assert len(rows) == 2 and rows[0].seed == rows[1].seed and rows[0].prompt != rows[1].prompt
    assert [row.voice for row in voices] == ([voice] if voice else [])


async def test_story_text_is_no_grammar_and_members_load_what_admins_allow(workshop: Workshop) -> None:
    await characters.add(workshop, OLU, Sheet("Gunther", (), "he", "a bald smith", lora="bald_men", lora_weight=0.7))
    script = TWO.replace("broken sword", "[broken|whole] (sword:1.5) <lora:evil:1> BREAK at 12:30")
    view = await ready(workshop, script=script)
    assert networks(view.scenes[0].prompt).networks == {"lora": [["bald_men", "0.7"]]}
    assert "[" not in view.scenes[0].prompt and "BREAK" not in view.scenes[0].prompt
    scene = view.scenes[0].id
    with pytest.raises(NotAllowedError, match="evil"):
        await scenes.edit_prompt(workshop, scene, BO, "a smith <lora:evil:1>")
    await scenes.edit_prompt(workshop, scene, BO, "a smith <lora:bald_men:0.5>")
    await scenes.edit_prompt(workshop, scene, OLU, "a smith <lora:evil:1>")


async def test_characters_of_one_server_are_nothing_to_another(workshop: Workshop) -> None:
    elsewhere = Person(5, "Zoe", server_id=HOME + 1, admin=True)
    there = (await characters.add(workshop, elsewhere, SIEGFRIED)).character
    await characters.add(workshop, elsewhere, Sheet("Gunther", (), "he", "a bald smith"))
    view = await ready(workshop, script=TWO)
    assert not any("bald" in prompt or "beard" in prompt for prompt in prompts(view))
    with pytest.raises(NotFoundError):
        await cast.link(workshop, view.id, ADA, "Gunther", there.id)
    with pytest.raises(NotFoundError):
        await characters.remove(workshop, OLU, there.id)
    assert [c.sheet.name for c in await characters.listing(workshop, HOME)] == []
    assert (await stories.show(workshop, view.id)).cast[0].character is None
