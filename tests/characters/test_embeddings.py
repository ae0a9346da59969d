"""Embeddings: found at hosts, allowed by admins, named by characters, painted where they are, and said on the board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storycore.characters.files import exported, read_file
from storycore.characters.model import CharacterError, Sheet
from storycore.errors import NotAllowedError, NotFoundError
from storycore.hosts.model import names_in, without_names
from storycore.store.hosts import JobRow
from storycore.studio import characters, proposals, scenes, settings
from storycore.studio.people import Person
from storycore.work.workshop import Workshop
from tests.hosts.house import eventually, house, told
from tests.images.webui_stand_in import WebuiStandIn
from tests.support.studio import BO, HOME, painter, ready
from tests.support.workshops import small_workshop, until

OLU = Person(9, "Olu", server_id=HOME, admin=True)
MILLER = Sheet("The Miller", ("the miller", "the old miller"), "he", "a man with a white beard", negative="hat")
NAMED = replace(MILLER, embeddings=("mara-face",), negative_embeddings=("bad_hands.v4",))
KEEPER = replace(BO, roles=frozenset({123456789012345678}))


async def known(workshop: Workshop, hosts: int) -> None:
    """Once so many hosts have said what they have."""

    def looked() -> bool:
        found = [host for host in workshop.hosts.dispatcher.hosts.values() if not host.is_here]
        return len(found) == hosts and all(host.abilities.checkpoints for host in found)

    await eventually(looked)


@pytest.mark.parametrize("flavour", ["a1111", "sdnext"])
async def test_a_characters_embeddings_are_painted_where_they_are_and_the_board_says_so(
    tmp_path: Path, flavour: Any
) -> None:
    bare = WebuiStandIn(flavour=flavour, embeddings=("other",))
    rich = WebuiStandIn(flavour=flavour, embeddings=("Mara-Face",), skipped_embeddings=("bad_hands.v4", "other"))
    async with house(tmp_path, bare, rich) as workshop:
        await known(workshop, 2)
        await settings.put(workshop, OLU, "roles.characters", "<@&123456789012345678>")
        assert await characters.embeddings(workshop, OLU) == ["Mara-Face", "bad_hands.v4", "other"]
        for way in (characters.add, proposals.propose):
            with pytest.raises(NotAllowedError, match="embedding “mara-face”"):
                await way(workshop, KEEPER, NAMED)
        await settings.put(workshop, OLU, "prompts.embeddings", "MARA-face.safetensors, bad_hands.v4")
        assert await characters.embeddings(workshop, KEEPER) == ["Mara-Face", "bad_hands.v4"]
        made = (await characters.add(workshop, KEEPER, NAMED)).character
        assert made.sheet.embeddings == ("Mara-Face",)
        with pytest.raises(NotFoundError, match="No host has the embedding “nobody”"):
            await characters.edit(workshop, OLU, made.id, lambda sheet: replace(sheet, embeddings=("nobody",)))

        view = await told(workshop)
        asked = [request for request in rich.received if "white beard" in request["prompt"]]
        assert asked and all("Mara-Face, a man with a white beard" in request["prompt"] for request in asked)
        assert all("hat, bad_hands.v4" in request["negative_prompt"] for request in asked)
        assert not any("beard" in request["prompt"] for request in bare.received)
        assert "embeddings Mara-Face, bad_hands.v4" in view.scenes[0].means
        # The negative one alone needs that host, too.
        await characters.edit(workshop, OLU, made.id, lambda sheet: replace(sheet, embeddings=()))
        await until(workshop, view.id, lambda v: v.scenes[0].coming is None and "Mara-Face" not in v.scenes[0].prompt)
        assert not any("beard" in request["prompt"] for request in bare.received)


async def test_members_name_those_that_admins_allow_in_prompts_too(tmp_path: Path) -> None:
    host = WebuiStandIn(embeddings=("mara-face", "ink", "dark"), seconds=0.0)
    async with house(tmp_path, host) as workshop:
        await known(workshop, 1)
        view = await told(workshop)
        scene = view.scenes[0]
        assert "dark" in scene.prompt, "a story's own word is nobody's doing"
        for prompt in ("a frog, mara-face", "a frog in (INK:1.2)"):
            with pytest.raises(NotAllowedError, match="is an embedding of the painters"):
                await scenes.edit_prompt(workshop, scene.id, BO, prompt)
        with pytest.raises(NotAllowedError, match="“ink” is an embedding"):
            await proposals.propose(workshop, BO, replace(MILLER, look="a man in ink"))
        await settings.put(workshop, OLU, "prompts.embeddings", "mara-face")
        await scenes.edit_prompt(workshop, scene.id, BO, "a frog in a dark, inky well, mara-face")
        view = await until(workshop, view.id, lambda v: v.scenes[0].coming is None and v.scenes[0].means != "")
        assert view.scenes[0].means == "embeddings dark, mara-face"
        async with workshop.database.read() as session:
            jobs = [job.embeddings for job in await session.scalars(select(JobRow).order_by(JobRow.id))]
        assert jobs == [[], [], ["dark", "mara-face"]]


async def test_this_machines_painter_is_not_told_their_names(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        await characters.add(workshop, OLU, NAMED)
        view = await ready(workshop)
        asked = next(request for request in painter(workshop).requests if "white beard" in request.prompt)
        assert "mara" not in asked.prompt and asked.negative_prompt == "hat, nsfw, nudity"
        assert view.scenes[0].means == "embeddings are for GPU hosts: left out here"


def test_names_are_found_as_words_and_exported() -> None:
    assert names_in("An Ink pot, inky, mara-face-2, (MARA:1.2)", ["ink", "mara-face", "mara"]) == ["ink", "mara"]
    assert without_names("a man, Mara, in ink", ["mara", "ink"]) == "a man, in "
    assert read_file(exported([NAMED]).encode()) == [NAMED]


@pytest.mark.parametrize("names", [("<x>",), ("a:1",), ("…",), tuple(f"n{number}" for number in range(5))])
async def test_what_is_no_embedding_is_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    async with small_workshop(tmp_path) as workshop:
        with pytest.raises(CharacterError) as refused:
            await characters.add(workshop, OLU, replace(MILLER, negative_embeddings=names))
        assert refused.value.field == "negative_embeddings"
