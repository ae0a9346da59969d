"""What a bot with commands, messages and threads does, over the real wire."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest
from PIL import Image

from sandbox import Actor, Channel, File, Sandbox, SandboxError
from tests.sandbox.bot import TestBot, VoteButton

pytestmark = pytest.mark.asyncio(loop_scope="module")


def png(width: int = 8, height: int = 6, colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


def upload(name: str, data: bytes = b"x", description: str | None = None) -> discord.File:
    return discord.File(io.BytesIO(data), name, description=description)


async def test_slash_command_with_attachment(bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    async def new(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        script = values["script"]
        await interaction.response.defer(ephemeral=True, thinking=True)
        text = (await script.read()).decode()
        await interaction.followup.send(f"{values['title']}: {text} ({script.filename}, {script.content_type})")

    bot.handlers["story new"] = new
    result = await ada.slash(channel, "story new", title="Siegfried", script=File("my saga.txt", b"Once upon a time"))
    assert result.failed is None
    assert result.type == 5
    assert result.acknowledged_after is not None
    assert result.acknowledged_after < 3
    message = await result.response()
    assert message.content == "Siegfried: Once upon a time (my_saga.txt, text/plain; charset=utf-8)"
    assert result.is_ephemeral
    assert message not in channel.messages
    assert message in ada.messages(channel)
    assert bot.errors == []
    assert sandbox.violations == []


class Form(discord.ui.Modal, title="Your story"):
    name: discord.ui.Label[Form] = discord.ui.Label(text="Title", component=discord.ui.TextInput(default="Untitled"))
    kind: discord.ui.Label[Form] = discord.ui.Label(
        text="Kind",
        component=discord.ui.Select(options=[discord.SelectOption(label="Saga", value="s", default=True)]),
    )
    files: discord.ui.Label[Form] = discord.ui.Label(
        text="Script", component=discord.ui.FileUpload(required=False, min_values=0, max_values=2)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, kind, files = (item.component for item in (self.name, self.kind, self.files))
        assert isinstance(name, discord.ui.TextInput)
        assert isinstance(kind, discord.ui.Select)
        assert isinstance(files, discord.ui.FileUpload)
        texts = [(await item.read()).decode() for item in files.values]
        await interaction.response.send_message(f"{name.value} {kind.values} {texts}")


async def test_modal_with_text_select_and_upload(
    bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor, bo: Actor
) -> None:
    async def new(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        await interaction.response.send_modal(Form())

    bot.handlers["story new"] = new
    result = await ada.slash(channel, "story new", title="x")
    modal = result.modal
    assert modal is not None
    assert [field.label for field in modal.fields] == ["Title", "Kind", "Script"]
    assert modal.fields[0].value == "Untitled"
    answer = await ada.submit(modal, {"Title": "Saga", "Script": [File("a.txt", b"one"), File("b.txt", b"two")]})
    message = await answer.response()
    assert message.content == "Saga ['s'] ['one', 'two']"
    with pytest.raises(SandboxError, match="closed"):
        await ada.submit(modal)
    again = (await ada.slash(channel, "story new", title="x")).modal
    assert again is not None
    with pytest.raises(SandboxError, match="opened for Ada"):
        await bo.submit(again)
    answer = await ada.submit(again)
    assert (await answer.response()).content == "Untitled ['s'] []"
    assert sandbox.violations == []


class Board(discord.ui.LayoutView):
    def __init__(self, bot: TestBot, text: str, pictures: list[discord.File]) -> None:
        super().__init__(timeout=None)
        gallery = discord.ui.MediaGallery[Any]()
        for picture in pictures:
            gallery.add_item(media=picture)
        edit = discord.ui.Button[Any](label="Edit prompt", custom_id="edit", style=discord.ButtonStyle.primary)
        pick = discord.ui.Select[Any](
            custom_id="pick",
            placeholder="Pick",
            options=[discord.SelectOption(label=f"Picture {n}", value=str(n)) for n in (1, 2)],
        )

        async def edited(interaction: discord.Interaction) -> None:
            await bot.handlers["edit"](interaction, {})

        async def picked(interaction: discord.Interaction) -> None:
            await bot.handlers["pick"](interaction, {"values": pick.values})

        edit.callback = edited  # type: ignore[method-assign]
        pick.callback = picked  # type: ignore[method-assign]
        self.add_item(
            discord.ui.Container(
                discord.ui.TextDisplay(text),
                gallery,
                discord.ui.Separator(),
                discord.ui.ActionRow(VoteButton(7, 1), VoteButton(7, 2), edit),
                discord.ui.ActionRow(pick),
            )
        )


async def test_board_of_components_v2(bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    pictures = [upload("one.png", png(), "A red field"), upload("two.png", png(4, 4, "blue"), "A blue field")]
    place = bot.text(channel)
    sent = await place.send(
        view=Board(bot, "**Scene 1**", pictures),
        files=pictures,
        nonce="scene-1",
        allowed_mentions=discord.AllowedMentions.none(),
    )
    message = channel.by_id[sent.id]
    assert message.text == "**Scene 1**"
    assert [button.label for button in message.buttons] == ["1", "2", "Edit prompt"]
    assert [item.description for item in message.gallery] == ["A red field", "A blue field"]
    shown = message.gallery[0].attachment
    assert shown is not None
    assert shown.data == png()
    assert (shown.width, shown.height) == (8, 6)
    assert sent.attachments == []
    assert sent.flags.components_v2

    result = await ada.click(message, label="2")
    assert result.message is not None
    assert result.message.content == "7:2"
    assert result.is_ephemeral

    async def pick(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        await interaction.response.defer()
        assert interaction.message is not None
        new = [upload("three.png", png(2, 2))]
        await interaction.message.edit(view=Board(bot, f"picked {values['values']}", new), attachments=new)

    bot.handlers["pick"] = pick
    result = await ada.select(message, placeholder="Pick", values=["Picture 2"])
    assert result.type == 6
    await sandbox.wait_for(lambda: message.text == "picked ['2']")
    assert [item.filename for item in message.attachments] == ["three.png"]
    assert message.edited is not None
    assert sandbox.violations == []


async def test_thread_from_message(bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    place = bot.text(channel)
    sent = await place.send("storyboard")
    thread = await sent.create_thread(name="Siegfried", auto_archive_duration=1440)
    assert thread.id == sent.id
    with pytest.raises(discord.HTTPException) as caught:
        await sent.create_thread(name="again")
    assert caught.value.code == 160004
    posted = await thread.send("first scene", files=[upload("scene.png", png())])
    here = sandbox.world.channels[thread.id]
    assert here.messages[-1].content == "first scene"
    assert here.messages[-1].id == posted.id
    newest = [item.id async for item in thread.history(limit=5)]
    assert newest[:1] == [posted.id]
    await ada.send(here, "hello")
    async with thread.typing():
        pass
    assert here.typing[-1][0] == sandbox.world.bot.id
    await sandbox.wait_for(lambda: bool(bot.of("thread")))
    await thread.edit(archived=True)
    assert here.thread is not None
    assert here.thread.archived
    assert sandbox.violations == []


async def test_reactions(bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor, bo: Actor) -> None:
    sent = await bot.text(channel).send("vote")
    message = channel.by_id[sent.id]
    for emoji in ("1️⃣", "2️⃣"):
        await sent.add_reaction(emoji)
    await ada.react(message, "1️⃣")
    await bo.react(message, "1️⃣")
    await ada.unreact(message, "1️⃣")
    await sandbox.wait_for(lambda: bool(bot.of("unreaction")))
    mine = [payload for payload in bot.of("reaction") if payload.message_id == sent.id]
    assert [(str(payload.emoji), payload.user_id) for payload in mine] == [
        ("1️⃣", sandbox.world.bot.id),
        ("2️⃣", sandbox.world.bot.id),
        ("1️⃣", ada.id),
        ("1️⃣", bo.id),
    ]
    fetched = await bot.text(channel).fetch_message(sent.id)
    assert [(str(reaction.emoji), reaction.count, reaction.me) for reaction in fetched.reactions] == [
        ("1️⃣", 2, True),
        ("2️⃣", 1, True),
    ]
    users = sorted([user.id async for user in fetched.reactions[0].users()])
    assert users == sorted([bo.id, sandbox.world.bot.id])
    await sent.remove_reaction("2️⃣", discord.Object(sandbox.world.bot.id))
    assert message.reaction("2️⃣") is None
    assert sandbox.violations == []
