"""The library: names apart, bounds, who may, proposals, merging, files."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storycore.characters.files import exported, read_file
from storycore.characters.model import (
    LOOK_LENGTH,
    MAX_ALIASES,
    MAX_LOOK_TOKENS,
    CharacterError,
    Sheet,
    pair_key,
    tidy,
)
from storycore.errors import NotAllowedError, NotFoundError, StateError
from storycore.names.model import NamesError, Sex
from storycore.prompts.grammar import schedule
from storycore.studio import audit, characters, names, proposals, settings
from storycore.studio.people import Person
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, HOME, MO
from tests.support.workshops import small_workshop

OLU = Person(9, "Olu", server_id=HOME, admin=True)
WHOLE = Sheet(
    "Siegfried",
    ("Sigurd", "the dragon slayer"),
    "he",
    "a young knight with a (red beard:1.2)",
    {"armour": "silver mail", "feast": "a blue robe"},
    "clean shaven",
    "knights_v2",
    0.7,
    ("Ada Lovelace", "Agatha Christie"),
    "",
    True,
)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def test_a_name_is_one_characters_alone(workshop: Workshop) -> None:
    first = (await characters.add(workshop, OLU, Sheet("The Dragon", ("Fafnir",)))).character
    for taken in (Sheet("fafnir"), Sheet("Worm", ("a  dragon",)), Sheet("FAFNIR\u200b")):
        with pytest.raises(StateError, match="The Dragon is called"):
            await characters.add(workshop, OLU, taken)
    other = (await characters.add(workshop, OLU, Sheet("Worm"))).character
    with pytest.raises(StateError):
        await characters.set_aliases(workshop, OLU, other.id, add=["dragon"])
    assert (await characters.find(workshop, BO, "fafnir")).id == first.id
    await characters.set_aliases(workshop, OLU, first.id, remove=["Fafnir"])
    await characters.set_aliases(workshop, OLU, other.id, add=["Fafnir"])
    assert (await characters.find(workshop, BO, "Fafnir")).id == other.id
    with pytest.raises(NotFoundError):
        await characters.set_aliases(workshop, OLU, first.id, remove=["Fafnir"])


async def test_only_who_may_changes_it_and_the_audit_says_so(workshop: Workshop) -> None:
    for person in (ADA, MO):
        with pytest.raises(NotAllowedError, match="Only admins"):
            await characters.add(workshop, person, WHOLE)
    made = (await characters.add(workshop, OLU, replace(WHOLE, lora=""))).character
    for act in (
        characters.remove(workshop, BO, made.id),
        characters.edit(workshop, BO, made.id, lambda sheet: sheet),
        characters.set_aliases(workshop, BO, made.id, add=["x"]),
        characters.merge(workshop, BO, made.id, made.id + 1),
    ):
        with pytest.raises(NotAllowedError):
            await act
    await settings.put(workshop, OLU, "roles.characters", "<@&123456789012345678>")
    keeper = replace(BO, roles=frozenset({123456789012345678}))
    await characters.edit(workshop, keeper, made.id, lambda sheet: replace(sheet, look="bald"))
    assert await characters.may_manage(workshop, keeper) and not await characters.may_manage(workshop, BO)
    said = [(entry.act, entry.actor_name) for entry in await audit.entries(workshop, HOME)]
    assert said[:1] == [("character.edit", "Bo")] and said[-1] == ("character.add", "Olu")


async def test_a_member_proposes_and_somebody_accepts(workshop: Workshop) -> None:
    asked = await proposals.propose(workshop, BO, Sheet("Mime", look="a bald smith"), request_key="one")
    again = await proposals.propose(workshop, BO, Sheet("Mime", look="a bald smith"), request_key="one")
    assert asked.id == again.id and await characters.listing(workshop, HOME) == ()
    with pytest.raises(NotAllowedError):
        await proposals.accept(workshop, ADA, asked.id)
    with pytest.raises(NotAllowedError):
        await proposals.decline(workshop, ADA, asked.id)
    seen, changed = await proposals.accept(workshop, OLU, asked.id)
    assert seen.decided_by_name == "Olu" and changed.character.sheet.look == "a bald smith"
    view = await characters.show(workshop, BO, changed.character.id)
    assert view.made_by_name == "Bo"
    with pytest.raises(StateError, match="Olu has accepted"):
        await proposals.accept(workshop, OLU, asked.id)
    other = await proposals.propose(workshop, BO, Sheet("Mime", look="a tall smith"), changed.character.id)
    await proposals.accept(workshop, OLU, other.id)
    assert (await characters.find(workshop, BO, "Mime")).sheet.look == "a tall smith"
    mine = await proposals.propose(workshop, BO, Sheet("Alberich"))
    await proposals.decline(workshop, BO, mine.id)  # taken back by who made it
    for number in range(proposals.MOST_OF_ONE):
        await proposals.propose(workshop, BO, Sheet(f"Dwarf {'abcdefg'[number]}"))
    with pytest.raises(StateError, match="Too many"):
        await proposals.propose(workshop, BO, Sheet("One more"))
    assert len(await proposals.waiting(workshop, HOME)) == proposals.MOST_OF_ONE


async def test_two_become_one(workshop: Workshop) -> None:
    keep = (await characters.add(workshop, OLU, Sheet("Siegfried", look="a young knight"))).character
    gone = (
        await characters.add(workshop, OLU, Sheet("Sigurd", ("the slayer",), "he", "old", {"a": "b"}, voice=""))
    ).character
    merged = (await characters.merge(workshop, OLU, gone.id, keep.id)).character
    assert merged.sheet == Sheet("Siegfried", ("Sigurd", "the slayer"), "he", "a young knight", {"a": "b"})
    assert (await characters.find(workshop, BO, "the slayer")).id == keep.id
    with pytest.raises(StateError):
        await characters.merge(workshop, OLU, keep.id, keep.id)


@pytest.mark.parametrize(
    ("sheet", "where"),
    [
        (Sheet("!!!"), "name"),
        (Sheet("x" * 61), "name"),
        (Sheet("a <lora:x:1>"), "name"),
        (Sheet("Mime", tuple(f"alias {'abcdefghijklmnopqrstuvwxyz'[n]}" for n in range(MAX_ALIASES + 1))), "aliases"),
        (Sheet("Mime", pronouns="xe"), "pronouns"),
        (Sheet("Mime", look="x" * (LOOK_LENGTH + 1)), "look"),
        (Sheet("Mime", look="a smith <lora:evil:1>"), "look"),
        (Sheet("Mime", look="a smith AND a dog"), "look"),
        (Sheet("Mime", look="(a smith"), "look"),
        (Sheet("Mime", look="a smith:30"), "look"),
        (Sheet("Mime", look="(a:1..5)"), "look"),
        (Sheet("Mime", look="green hair, " * 25), "look"),
        (Sheet("Mime", outfits={"": "x"}), "outfits"),
        (Sheet("Mime", outfits={str(n): "x" for n in range(13)}), "outfits"),
        (Sheet("Mime", outfits={"A": "x", "a": "y"}), "outfits"),
        (Sheet("Mime", outfits={"A": "BREAK"}), "outfits"),
        (Sheet("Mime", negative="]"), "negative"),
        (Sheet("Mime", lora="x:9>"), "lora"),
        (Sheet("Mime", lora="x", lora_weight=2.0), "lora_weight"),
        (Sheet("Mime", mix=("Ada Lovelace", "ada lovelace")), "mix"),
        (Sheet("Mime", mix=("Ada|Bo", "Cy")), "mix"),
    ],
)
def test_what_cannot_be_kept_is_refused_where_it_stands(sheet: Sheet, where: str) -> None:
    with pytest.raises(CharacterError) as refused:
        tidy(sheet)
    assert refused.value.field == where and refused.value.message and refused.value.hint


@pytest.mark.parametrize("odd", ["\ud800", "\x00\x1b31m", "\u202eevil", "m\u0301" * 5, "👩‍🚀"])
def test_odd_letters_break_nothing(odd: str) -> None:
    kept = tidy(Sheet(f"Mime {odd}", (f"smith {odd}",), look=f"a smith {odd}"))
    assert kept.name.startswith("Mime") and "\x1b" not in kept.look and "\u202e" not in kept.look
    assert json.loads(exported([kept]))["characters"][0]["name"] == kept.name


def test_no_real_face_alone_and_the_mix_is_read_as_an_alternation() -> None:
    with pytest.raises(CharacterError, match="real person"):
        tidy(Sheet("Mime", look="like Jane Doe"), may_be_real=lambda text: ["Jane Doe"] if "Jane Doe" in text else [])
    kept = tidy(Sheet("Mime", pronouns="he", look="with a scar", mix=("Ada Lovelace", "Agatha Christie")))
    assert kept.described() == "[Ada Lovelace|Agatha Christie], man, with a scar"
    steps = [text for _, text in schedule(kept.described(), 4)]
    assert steps[0].startswith("Ada Lovelace, man") and steps[1].startswith("Agatha Christie, man")
    assert tidy(Sheet("M", look="an old woman", pronouns="she", mix=("A B", "C D"))).described().count("woman") == 1
    assert pair_key(("A", "b")) == pair_key(("B", "a"))
    assert MAX_LOOK_TOKENS < 75


async def test_a_mix_is_the_same_for_a_character_and_never_given_twice(workshop: Workshop) -> None:
    made = [
        (await characters.add(workshop, OLU, Sheet(f"Dwarf {letter}", pronouns="he"))).character for letter in "abcd"
    ]
    pairs = set()
    for one in made:
        mix = await names.propose_mix(workshop, OLU, one.id)
        assert mix == await names.propose_mix(workshop, OLU, one.id) and mix.sex is Sex.MALE
        pair = (mix.first, mix.second)
        await characters.edit(workshop, OLU, one.id, lambda sheet, pair=pair: replace(sheet, mix=pair))  # type: ignore[misc]
        pairs.add(mix.pair)
    assert len(pairs) == 4
    other = (await characters.add(workshop, OLU, Sheet("Thief", pronouns="he"))).character
    taken = (await characters.show(workshop, OLU, made[0].id)).character.sheet.mix
    assert taken is not None
    with pytest.raises(StateError, match="has the face"):
        await characters.edit(workshop, OLU, other.id, lambda sheet: replace(sheet, mix=(taken[1], taken[0])))
    # Also when its owner is gone: its pictures are still there.
    await characters.remove(workshop, OLU, made[0].id)
    with pytest.raises(StateError, match="has the face"):
        await characters.edit(workshop, OLU, other.id, lambda sheet: replace(sheet, mix=taken))
    nobody = (await characters.add(workshop, OLU, Sheet("Somebody"))).character
    with pytest.raises(StateError, match="woman or a man"):
        await names.propose_mix(workshop, OLU, nobody.id)
    assert (await names.propose_mix(workshop, OLU, nobody.id, Sex.FEMALE)).sex is Sex.FEMALE
    assert issubclass(NamesError, Exception)


async def test_loras_are_those_that_admins_allow(workshop: Workshop) -> None:
    await settings.put(workshop, OLU, "roles.characters", "<@&123456789012345678>")
    keeper = replace(BO, roles=frozenset({123456789012345678}))
    with pytest.raises(NotAllowedError, match="knights_v2"):
        await characters.add(workshop, keeper, WHOLE)
    await settings.put(workshop, OLU, "prompts.loras", "other, Knights_V2.safetensors")
    made = await characters.add(workshop, keeper, WHOLE)
    assert made.character.sheet == WHOLE
    assert (await settings.put(workshop, OLU, "prompts.loras", "ALL")).after == "all"
    with pytest.raises(StateError):
        await settings.put(workshop, OLU, "prompts.loras", "<lora:x:1>")


def test_what_is_exported_is_imported_as_it_was() -> None:
    sheets = [WHOLE, Sheet("Mime")]
    assert read_file(exported(sheets).encode()) == sheets
    assert read_file(b'[{"name": "Mime"}]') == [Sheet("Mime")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe", "Line 1: this is not UTF-8"),
        (b'{\n"characters": [\n{"name" "x"}]}', "Line 3: this is not JSON"),
        (b'"x"', "no characters"),
        (b'{"fireside": "story"}', "something else"),
        (b'{"version": 2, "characters": []}', "newer"),
        (b'{"characters": 1}', "no “characters”"),
        (b"[1]", "Character 1 is no character"),
        (b'[{"name": "A"}, {"look": "x"}]', "Character 2 has no name"),
        (b'[{"name": "A", "hair": "red"}]', "Character 1 (A): there is no field “hair”"),
        (b'[{"name": "A", "look": 1}]', "Character 1 (A): “look” is no text"),
        (b'[{"name": "A", "aliases": "B"}]', "“aliases” is no list"),
        (b'[{"name": "A", "outfits": {"a": 1}}]', "“outfits”"),
        (b'[{"name": "A", "mix": ["B"]}]', "“mix” is not two names"),
        (b'[{"name": "A", "lora_weight": "1"}]', "“lora_weight” is no number"),
        (b'[{"name": "A", "lora_weight": NaN}]', "numbers that are none"),
        (b'[{"name": "A", "same_seed": "no"}]', "“same_seed”"),
        (b'[{"name": "A"}, {"name": "B", "aliases": ["the a"]}]', "a name of two characters"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * (1 << 20) + b" ", "bytes"),
        (b"[" + b",".join(b'{"name": "x"}' for _ in range(501)) + b"]", "501 characters"),
    ],
)
def test_a_file_that_is_wrong_says_where(data: bytes, said: str) -> None:
    with pytest.raises(CharacterError) as refused:
        read_file(data)
    assert said in refused.value.message, refused.value.message
