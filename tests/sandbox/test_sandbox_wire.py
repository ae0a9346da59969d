"""What a bot with commands, messages and threads does, over the real wire."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest
from PIL import Image

from sandbox import Actor, Channel, File, Sandbox, SandboxError
from tests.sandbox.bot import TestBot, VoteButton

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("faultless")]


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


async def test_autocomplete(bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    choices = await ada.autocomplete(channel, "story show", option="story", value="sig")
    assert choices == [{"name": "Sigurd", "value": "sigurd"}]
    assert len(await ada.autocomplete(channel, "story show", option="story")) == 3
    with pytest.raises(SandboxError, match="no autocompleted option"):
        await ada.autocomplete(channel, "story new", option="title", value="x")
    assert sandbox.violations == []


async def test_message_menu_carries_the_message_in_full(
    bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor, bo: Actor
) -> None:
    async def make(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        message = values["message"]
        data = await message.attachments[0].read()
        await interaction.response.send_message(f"{message.content} / {data.decode()}", ephemeral=True)

    bot.handlers["Make a story"] = make
    message = await bo.send(channel, "Long ago", files=[File("tale.txt", b"a dragon")])
    await sandbox.wait_for(lambda: any(seen.id == message.id for seen in bot.of("message")))
    seen = next(seen for seen in bot.of("message") if seen.id == message.id)
    assert (seen.content, seen.attachments) == ("", [])
    result = await ada.message_menu("Make a story", message)
    assert (await result.response()).content == "Long ago / a dragon"
    assert sandbox.violations == []


class Prompt(discord.ui.Modal, title="Edit prompt"):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.prompt = discord.ui.TextInput[Any](
            style=discord.TextStyle.paragraph, default="a red dragon", max_length=1000
        )
        self.add_item(discord.ui.Label(text="Prompt", component=self.prompt))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert interaction.message is not None
        await interaction.response.defer()
        await interaction.message.edit(
            view=Board(bot_of(interaction), self.prompt.value, [more()]), attachments=[more()]
        )


def bot_of(interaction: discord.Interaction) -> TestBot:
    assert isinstance(interaction.client, TestBot)
    return interaction.client


def more() -> discord.File:
    return upload("more.png", png())


async def test_modal_from_a_button(bot: TestBot, sandbox: Sandbox, channel: Channel, bo: Actor) -> None:
    async def edit(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        await interaction.response.send_modal(Prompt())

    bot.handlers["edit"] = edit
    sent = await bot.text(channel).send(view=Board(bot, "a red dragon", [more()]), files=[more()])
    message = channel.by_id[sent.id]
    opened = await bo.click(message, label="Edit prompt")
    assert opened.type == 9
    modal = opened.modal
    assert modal is not None
    assert (modal.title, modal.fields[0].value) == ("Edit prompt", "a red dragon")
    with pytest.raises(SandboxError, match="1 to 1000 characters"):
        await bo.submit(modal, {"Prompt": "x" * 1001})
    with pytest.raises(SandboxError, match="no input 'Title'"):
        await bo.submit(modal, {"Title": "x"})
    result = await bo.submit(modal, {"Prompt": "a green dragon"})
    assert result.type == 6
    await sandbox.wait_for(lambda: message.text == "a green dragon")
    assert sandbox.violations == []


async def test_options_of_other_kinds(bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor, bo: Actor) -> None:
    async def look(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        who = values["who"]
        allowed = interaction.permissions.send_messages and interaction.app_permissions.attach_files
        await interaction.response.send_message(
            f"{who.display_name} {values['number']} {allowed} {interaction.filesize_limit}"
        )

    bot.handlers["look"] = look
    result = await ada.slash(channel, "do", what="look", who=bo, number=3)
    assert (await result.response()).content == f"Bo 3 True {sandbox.state.upload_limit}"
    with pytest.raises(SandboxError, match="from 1 to 9"):
        await ada.slash(channel, "do", what="look", number=10)
    with pytest.raises(SandboxError, match="'what' is required"):
        await ada.slash(channel, "do")
    with pytest.raises(SandboxError, match="no option colour"):
        await ada.slash(channel, "do", what="look", colour="red")
    with pytest.raises(SandboxError, match="needs a subcommand"):
        await ada.slash(channel, "story")
    with pytest.raises(SandboxError, match="too powerful"):
        await ada.slash(channel, "story new", title="x", script=File("big.txt", b"x" * 200_001))


async def test_a_bot_that_answers_twice_or_badly(bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    caught: list[discord.HTTPException] = []

    async def wrong(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        try:
            await interaction.response.send_message("x" * 2001)
        except discord.HTTPException as error:
            caught.append(error)
        await interaction.response.send_message("fine")
        again = discord.Interaction(data=interaction_data(interaction), state=interaction._state)
        try:
            await again.response.send_message("again")
        except discord.HTTPException as error:
            caught.append(error)

    def interaction_data(interaction: discord.Interaction) -> Any:
        return {
            "id": interaction.id,
            "type": 2,
            "token": interaction.token,
            "version": 1,
            "application_id": interaction.application_id,
            "attachment_size_limit": 1,
        }

    bot.handlers["wrong"] = wrong
    result = await ada.slash(channel, "do", what="wrong")
    assert (await result.response()).content == "fine"
    await sandbox.wait_for(lambda: len(caught) == 2)
    assert [error.code for error in caught] == [50035, 40060]
    assert "2000" in str(caught[0])
    # Discord's document objects to the long message as well; the other tests want a clean slate.
    assert {item.kind for item in sandbox.violations} <= {"openapi"}
    sandbox.violations.clear()


async def test_edit_of_an_answer_with_view_and_files(
    bot: TestBot, sandbox: Sandbox, channel: Channel, ada: Actor
) -> None:
    async def show(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(view=Board(bot, "board", [more()]), attachments=[more()])

    bot.handlers["show"] = show
    result = await ada.slash(channel, "do", what="show")
    message = await result.response()
    assert message.text == "board"
    assert message in channel.messages
    assert [item.attachment is not None for item in message.gallery] == [True]
    answered = await ada.click(message, label="1")
    assert answered.message is not None
    assert answered.message.content == "7:1"
    assert sandbox.violations == []


async def test_history_finds_what_was_posted(bot: TestBot, sandbox: Sandbox, channel: Channel) -> None:
    place = bot.text(channel)
    sent = await place.send(view=Board(bot, "find me", [more()]), files=[more()])
    found = [item async for message in place.history(limit=10) if message.id == sent.id for item in message.components]
    assert len(found) == 1
    view = discord.ui.LayoutView.from_message(await place.fetch_message(sent.id))
    ids = [getattr(item, "custom_id", None) for item in view.walk_children()]
    assert "fs:vote:7:1" in ids
    assert sandbox.violations == []
