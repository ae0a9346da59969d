"""A server's rules for prompts: what people write is refused with the word, what a script says goes on without it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from storycore.characters.files import exported
from storycore.characters.model import CharacterError, Sheet
from storycore.errors import NotAllowedError, StateError
from storycore.store.models import RoundRow
from storycore.studio import characters, cutting, exchange, places, portraits, proposals, scenes, settings
from storycore.studio.people import Person
from storycore.studio.rules import rules_from
from storycore.studio.settings_model import NSFW_WORDS
from storycore.studio.views import StoryView
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, HOME, painted, painter, ready
from tests.support.workshops import small_workshop, until

OLU = Person(9, "Olu", server_id=HOME, admin=True)
WELL = """# The well

The old miller stood at the dark well at dawn. A gruesome skull lay naked in the wet grass beside the golden bucket.

# The crown

The miller held up the golden crown in the morning light. A frog sat beside him on the stone.
"""


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def again(workshop: Workshop, view: StoryView, person: Person = BO) -> StoryView:
    """The first scene's pictures, asked for again."""
    asked = await scenes.paint_again(workshop, view.scenes[0].id, person)
    return await until(
        workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == asked.round_number
    )


async def test_a_scripts_blocked_words_are_left_out_and_the_author_is_told(workshop: Workshop) -> None:
    await settings.put(workshop, OLU, "prompts.blocked", "Gruesome, secret word")
    view = await ready(workshop, script=WELL)
    first, second = view.scenes
    assert "skull" in first.prompt and "golden" in first.prompt
    assert "gruesome" not in first.prompt.lower() and "naked" not in first.prompt.lower()
    assert first.dropped == ("gruesome", "naked") and second.dropped == ()
    assert not any("gruesome" in text.lower() for text, _ in first.parts)
    assert "gruesome" in first.text, "the story itself stays as it was told"
    assert {request.negative_prompt for request in painter(workshop).requests} == {"nsfw, nudity"}


async def test_what_people_write_is_refused_with_the_word(workshop: Workshop) -> None:
    await settings.put(workshop, OLU, "prompts.blocked", "gruesome")
    view = await ready(workshop, script=WELL)
    scene = view.scenes[0].id
    for prompt in ("a GRUES0ME well", "a g r u e s o m e well", "a (grue:1.2)(some:1.2) well", "[grue:x:5]some"):
        with pytest.raises(NotAllowedError, match="into no prompt"):
            await scenes.edit_prompt(workshop, scene, OLU, prompt)
    with pytest.raises(NotAllowedError, match="“naked” is for age-restricted channels"):
        await scenes.edit_prompt(workshop, scene, BO, "a naked well")
    with pytest.raises(NotAllowedError, match="gruesome"):
        await cutting.add(workshop, view.id, ADA, "The end.", prompt="a gruesome end")
    painter(workshop).requests.clear()
    await scenes.edit_prompt(workshop, scene, BO, "a mossy well")
    await until(workshop, view.id, lambda v: v.scenes[0].prompt == "a mossy well" and painted(v))


async def test_where_the_channel_is_age_restricted_the_second_list_does_not_hold(workshop: Workshop) -> None:
    grown = replace(ADA, age_restricted=True)
    view = await ready(workshop, script=WELL, author=grown, channel_id=77)
    assert "naked" in view.scenes[0].prompt and view.scenes[0].dropped == ()
    assert {request.negative_prompt for request in painter(workshop).requests} == {""}
    await scenes.edit_prompt(workshop, view.scenes[1].id, BO, "a naked crown")
    view = await until(workshop, view.id, lambda v: painted(v) and v.scenes[1].coming is None)

    await places.note_channels(workshop, HOME, {77: False, 78: True})
    view = await again(workshop, view)
    assert "naked" not in view.scenes[0].prompt and view.scenes[0].dropped == ("naked",)
    assert painter(workshop).requests[-1].negative_prompt == "nsfw, nudity"
    with pytest.raises(NotAllowedError, match="“naked” is for age-restricted"):
        await scenes.paint_again(workshop, view.scenes[1].id, BO)
    await places.note_channels(workshop, HOME, {77: True})
    await scenes.paint_again(workshop, view.scenes[1].id, BO)


async def test_the_servers_negative_prompt_is_in_every_round_and_nothing_is_painted_twice(workshop: Workshop) -> None:
    miller = Sheet("Miller", ("the miller",), "he", "a man in white", negative="hat, Blurry")
    tom = (await characters.add(workshop, OLU, miller)).character
    assert (await settings.put(workshop, OLU, "prompts.negative", "blurry, (text:1.2)")).after == "blurry, (text:1.2)"
    view = await ready(workshop, script=WELL)
    everywhere = {request.negative_prompt for request in painter(workshop).requests}
    assert everywhere == {"hat, Blurry, (text:1.2), nsfw, nudity"}
    count = len(painter(workshop).requests)
    await ready(workshop, script=WELL)
    assert len(painter(workshop).requests) == count
    await settings.put(workshop, OLU, "prompts.nsfw.negative", "none")
    await settings.put(workshop, OLU, "prompts.negative", "fog")
    other = await ready(workshop, script=WELL)
    assert len(painter(workshop).requests) == 2 * count
    assert {r.negative_prompt for r in painter(workshop).requests[count:]} == {"hat, Blurry, fog"}
    # A change of rules paints nothing by itself, also when characters change.
    async with workshop.database.read() as session:
        rounds = len(list(await session.scalars(select(RoundRow))))
    await settings.put(workshop, OLU, "prompts.negative", "mist")
    await characters.edit(workshop, OLU, tom.id, lambda sheet: replace(sheet, aliases=("the miller", "Tom")))
    await until(workshop, other.id, lambda v: painted(v) and not v.correcting)
    async with workshop.database.read() as session:
        assert len(list(await session.scalars(select(RoundRow)))) == rounds
    await again(workshop, view)
    assert painter(workshop).requests[-1].negative_prompt == "hat, Blurry, mist"


async def test_characters_hold_no_such_words_wherever_they_come_from(workshop: Workshop) -> None:
    await settings.put(workshop, OLU, "prompts.blocked", "gruesome")
    for sheet, where in (
        (Sheet("Gruesome Tom"), "name"),
        (Sheet("Tom", ("the gruesome",)), "aliases"),
        (Sheet("Tom", look="a (gruesome:1.2) man"), "look"),
        (Sheet("Tom", outfits={"feast": "gruesome robes"}), "outfits"),
        (Sheet("Tom", negative="gruesome"), "negative"),
        (Sheet("Tom", look="a naked man"), "look"),
    ):
        for way in (characters.add, proposals.propose):
            with pytest.raises(CharacterError) as refused:
                await way(workshop, OLU, sheet)
            assert refused.value.field == where and (
                "gruesome" in str(refused.value).lower() or "naked" in str(refused.value)
            )
        with pytest.raises(CharacterError, match=f"Character 1 .*“{where}”"):
            await exchange.import_file(workshop, OLU, exported([sheet]).encode())
    tom = (await characters.add(workshop, OLU, Sheet("Tom", look="a tall man", negative="nude"))).character
    with pytest.raises(CharacterError, match="gruesome"):
        await characters.edit(workshop, OLU, tom.id, lambda sheet: replace(sheet, look="a gruesome man"))
    await settings.put(workshop, OLU, "prompts.blocked", "tall")
    await characters.edit(workshop, OLU, tom.id, lambda sheet: replace(sheet, same_seed=True))  # the look is not new
    rules = rules_from(await settings.show(workshop, HOME), age_restricted=False)
    assert all("tall" not in prompt for prompt in portraits.variants(tom, rules))


async def test_a_look_from_before_the_rule_is_drawn_without_the_word(workshop: Workshop) -> None:
    await characters.add(workshop, OLU, Sheet("Miller", ("the miller",), "he", "a gruesome man in white"))
    view = await ready(workshop, script=WELL)
    assert "gruesome man" in view.scenes[0].prompt
    await settings.put(workshop, OLU, "prompts.blocked", "gruesome")
    view = await again(workshop, view)
    assert "a man in white" in view.scenes[0].prompt and "gruesome" not in view.scenes[0].prompt.lower()
    async with workshop.database.read() as session:
        last = (await session.scalars(select(RoundRow).order_by(RoundRow.id.desc()))).first()
    assert last is not None and "gruesome" not in str(last.extras).lower()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Gore, dead  body,gore", ("gore", "dead body")),
        ("none", ()),
        ("default", NSFW_WORDS),
        ("nud*; 裸体", ("nud*", "裸体")),
    ],
)
async def test_word_lists_are_typed(workshop: Workshop, typed: str, words: tuple[str, ...]) -> None:
    await settings.put(workshop, OLU, "prompts.nsfw.words", typed)
    assert (await settings.show(workshop, HOME)).nsfw_words == words


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("prompts.blocked", "a*"),
        ("prompts.blocked", "!!"),
        ("prompts.blocked", "x" * 61),
        ("prompts.blocked", ",".join(f"word{n}" for n in range(301))),
        ("prompts.negative", "<lora:x:1>"),
        ("prompts.negative", "fog BREAK mist"),
        ("prompts.negative", "x" * 401),
    ],
)
async def test_what_cannot_be_a_rule_is_refused(workshop: Workshop, key: str, typed: str) -> None:
    with pytest.raises(StateError):
        await settings.put(workshop, OLU, key, typed)
