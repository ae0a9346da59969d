"""Characters in chat, over the real wire: described, proposed, linked, previewed, taken in and handed out."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from sandbox.world import File
from storycore.characters.model import Sheet
from storycore.hosts.model import Abilities
from storycore.store.hosts import HostRow
from storycore.studio import characters
from storycore.studio.people import Person
from tests.support.wire import Wire, wire_to

STORY = """# The well

The old miller walked to the well at dawn and looked down into the dark water. "Who is there?" he asked.

# The crown

"I am the king of this well," said Gunther. A golden crown lay in the wet moss, and Gunther took it.
"""
LOOK = "a tall man with white hair and a long blue coat"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


def picture(side: int = 128) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), (90, 60, 30)).save(file, "PNG")
    return file.getvalue()


async def test_a_member_proposes_an_admin_accepts_and_the_story_follows(wire: Wire) -> None:
    bo, olu, ada = wire.member("Bo"), wire.member("Olu"), wire.member("Ada")
    await wire.new_story(script=STORY)
    first, second = await wire.painted()
    thread = wire.thread
    cast = next(m for m in thread.messages if "🎭 The cast" in m.text)
    assert "describe them once" in cast.text
    # A member fills in the pop-up: it becomes a proposal for all to see.
    form = (await bo.slash(wire.channel, "character add", name="Gunther")).modal
    assert form is not None and form.fields[0].value == "Gunther"
    wrong = await bo.submit(form, {"names": "Gunther", "look": "a man (with a hat"})
    assert "never closed" in (await wrong.response()).text
    form = (await bo.slash(wire.channel, "character add", name="Gunther")).modal
    assert form is not None
    values = {"names": "Gunther, King @everyone", "look": LOOK, "pronouns": "he", "outfits": "crown: a golden crown"}
    card = await (await bo.submit(form, values)).response()
    assert "**Bo** proposes a character" in card.text and LOOK in card.text
    assert not card.mention_everyone
    refused = await ada.click(card, label="Accept")
    assert (await refused.response()).text.startswith("Only admins")
    assert (await olu.click(card, label="Accept")).failed is None
    assert "Accepted by **Olu**" in card.text and "scene 2 of **The well**" in card.text
    late = await olu.slash(wire.channel, "character list")
    assert "Gunther" in (await late.response()).text and "proposes" not in (await late.response()).text
    # What is said of the scene follows, with its sources, and the cast sheet says who is who.
    await wire.wait(lambda: "Gunther's look" in second.text and LOOK in second.text, 120, "the look in the prompt")
    assert "From the story" in second.text and "Style" in second.text
    await wire.wait(lambda: "🎨 Gunther" in cast.text, 60)
    await wire.wait(lambda: "Not in this server's library: " in cast.text, 60)
    # Ada, whose story it is, says that somebody else is Gunther too: on his card.
    (menu,) = (s for s in cast.selects if s.placeholder == "Correct somebody…")
    miller = next(option for option in menu.options if option["label"] != "Gunther")
    card = await (await ada.select(cast, placeholder="Correct somebody…", values=[miller["value"]])).response()
    assert any(button.label == "Describe" for button in card.buttons)
    linked = await ada.select(card, placeholder="Which of the server's characters?", values=["Gunther"])
    assert linked.failed is None
    await wire.wait(lambda: LOOK in first.text, 120, "the look in the first scene")
    undone = await ada.slash(thread, "cast link", character=miller["label"])
    assert "none of the server's characters" in (await undone.response()).text
    await wire.wait(lambda: LOOK not in first.text, 120, "the look gone")


async def test_commands_of_those_who_manage(wire: Wire) -> None:
    olu, bo = wire.member("Olu"), wire.member("Bo")
    added = await olu.slash(wire.channel, "character add", name="Gunther", look=LOOK, aliases="Gunnar, the king")
    assert "**Gunther** is in the library now" in (await added.response()).text
    await olu.slash(wire.channel, "character add", name="Gunnlaug", look="a woman in red")
    found = await bo.autocomplete(wire.channel, "character show", option="character", value="gunn")
    assert [choice["value"] for choice in found] == ["Gunnlaug", "Gunther"]
    shown = await (await bo.slash(wire.channel, "character show", character="gunnar")).response()
    assert LOOK in shown.text and not shown.buttons
    shown = await (await olu.slash(wire.channel, "character show", character="Gunther")).response()
    form = (await olu.click(shown, label="Edit")).modal
    assert form is not None and form.fields[1].value == LOOK
    changed = await olu.submit(form, {"names": "Gunther, Gunnar", "look": "a bald man"})
    assert "**Gunther** is changed" in (await changed.response()).text
    alias = await olu.slash(wire.channel, "character alias", character="Gunther", add="Gun", remove="Gunnar")
    assert "also called Gun" in (await alias.response()).text
    # A face of two names, the same whenever it is asked for.
    unsaid = await olu.slash(wire.channel, "character mix", character="Gunther")
    assert "woman or a man" in (await unsaid.response()).text
    mix = await (await olu.slash(wire.channel, "character mix", character="Gunther", looks_like="male")).response()
    assert "A face for Gunther" in mix.text
    taken = await olu.click(mix, label="Take this face")
    assert "**Gunther** is mixed" in (await taken.response()).text
    known = (await characters.listing(wire.workshop, wire.sandbox.default_guild.id))[1].sheet
    assert known.mix is not None and known.look == "man, a bald man" and all(name in mix.text for name in known.mix)
    # Out and in again.
    out = await (await olu.slash(wire.channel, "character export")).response()
    data = json.loads(out.attachments[0].data)
    assert [one["name"] for one in data["characters"]] == ["Gunnlaug", "Gunther"]
    data["characters"][0]["look"] = "a woman in green"
    file = File("characters.json", json.dumps(data).encode())
    done = await olu.slash(wire.channel, "character import", file=file)
    assert "1 character changed, 1 character as before" in (await done.response()).text
    broken = await olu.slash(wire.channel, "character import", file=File("x.json", b'{"characters": [\n{]}'))
    assert "Line 2: this is not JSON" in (await broken.response()).text
    merged = await olu.slash(wire.channel, "character merge", character="Gunnlaug", into="Gunther")
    assert "**Gunther** is Gunnlaug as well" in (await merged.response()).text
    removed = await olu.slash(wire.channel, "character remove", character="Gun")
    assert "**Gunther** is removed" in (await removed.response()).text
    assert "None yet" in (await (await bo.slash(wire.channel, "character list")).response()).text
    for command, values in (
        ("edit", {"character": "x"}),
        ("remove", {"character": "x"}),
        ("merge", {"character": "x", "into": "y"}),
        ("alias", {"character": "x"}),
        ("preview", {"character": "x"}),
        ("mix", {"character": "x"}),
        ("import", {"file": file}),
    ):
        refused = await bo.slash(wire.channel, f"character {command}", **values)
        assert refused.modal is None and (await refused.response()).text.startswith("Only admins"), command


async def test_embeddings_are_offered_while_typing_and_shown_on_the_card(wire: Wire) -> None:
    olu, bo = wire.member("Olu"), wire.member("Bo")
    has = Abilities(embeddings=("mara-face", "bad_hands", "ink"), knows_embeddings=True)
    async with wire.workshop.database.write() as session:
        session.add(HostRow(name="attic", url="http://192.0.2.1:7860", abilities=has.to_json()))
    typed = {"option": "embeddings", "name": "Gunther"}
    offered = await olu.autocomplete(wire.channel, "character add", value="mara-face, I", **typed)
    assert [choice["value"] for choice in offered] == ["mara-face, ink"]
    assert await bo.autocomplete(wire.channel, "character add", value="", **typed) == []
    refused = await bo.slash(wire.channel, "character add", name="Gunther", embeddings="ink")
    assert "do not allow the embedding “ink”" in (await refused.response()).text
    told = {"embeddings": "mara-face, INK", "never": "bad_hands"}
    added = await olu.slash(wire.channel, "character add", name="Gunther", **told)
    assert "**Gunther** is in the library now" in (await added.response()).text
    shown = await (await bo.slash(wire.channel, "character show", character="Gunther")).response()
    assert "embedding mara-face, ink" in shown.text and r"never bad\_hands" in shown.text
    await olu.slash(wire.channel, "character edit", character="Gunther", embeddings="-")
    shown = await (await bo.slash(wire.channel, "character show", character="Gunther")).response()
    assert "mara-face" not in shown.text and r"never bad\_hands" in shown.text


async def test_portraits_are_voted_on_and_the_pick_becomes_the_reference(wire: Wire) -> None:
    olu, bo, mo = wire.member("Olu"), wire.member("Bo"), wire.member("Mo")
    guild = wire.sandbox.default_guild.id
    await olu.slash(wire.channel, "character add", name="Gunther")
    gunther = (
        await characters.add(
            wire.workshop,
            admin(wire),
            Sheet("Gunther", look=LOOK),
        )
    ).character
    asked = await olu.slash(wire.channel, "character preview", character="Gunther")
    assert "are being painted" in (await asked.response()).text
    await wire.wait(lambda: "Portraits of Gunther" in wire.board.text and wire.board.thread is not None, 60)
    await wire.wait(lambda: any(len(m.reactions) == 6 for m in wire.thread.messages), 120, "six portraits")
    board = next(m for m in wire.thread.messages if len(m.reactions) == 6)
    assert len(board.gallery) == 6 and "Portraits of Gunther" in board.text
    assert {button.label for button in board.buttons} >= {"1", "6", "Again", "Pick"}
    assert not any(button.label in ("Edit prompt", "Lines") for button in board.buttons)
    assert len({request.prompt for request in wire.painter.requests}) == 6
    assert all(LOOK in request.prompt for request in wire.painter.requests)
    await bo.react(board, "3️⃣")
    await wire.wait(lambda: "3️⃣ **1**" in board.text, 60, "the vote")
    pick = await (await mo.click(board, label="Pick")).response()
    refused = await mo.select(pick, placeholder="Pick for the film (author)", values=["3"])
    assert "Only admins" in (await refused.response()).text
    pick = await (await olu.click(board, label="Pick")).response()
    assert (await olu.select(pick, placeholder="Pick for the film (author)", values=["3"])).failed is None
    await wire.wait(lambda: "Portrait **3** is the reference now" in wire.board.text, 60, "the reference")
    known = (await characters.listing(wire.workshop, guild))[0]
    assert known.id == gunther.id and known.portrait is not None
    shown = await (await bo.click(wire.board, label="The character")).response()
    assert len(shown.gallery) == 1
    # One's own picture takes its place, and goes again.
    handed = await olu.slash(wire.channel, "character reference", character="Gunther", image=File("me.png", picture()))
    assert "drawn after this portrait" in (await handed.response()).text
    assert (await characters.listing(wire.workshop, guild))[0].portrait != known.portrait
    odd = await olu.slash(wire.channel, "character reference", character="Gunther", image=File("a.png", b"GIF89a"))
    assert "no picture that I can read" in (await odd.response()).text
    gone = await olu.slash(wire.channel, "character reference", character="Gunther", remove=True)
    assert "without a portrait" in (await gone.response()).text
    listed = await (await bo.slash(wire.channel, "story list")).response()
    assert "Portraits of Gunther" not in listed.text


def admin(wire: Wire) -> Person:
    guild = wire.sandbox.default_guild
    return Person(guild.member("Olu").id, "Olu", server_id=guild.id, admin=True)
