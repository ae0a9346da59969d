"""A bot with a form of every input and a command of every option, run by the tests as `--bot`."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import discord
import yarl
from discord import app_commands, ui

discord.http.Route.BASE = os.environ["DISCORD_API"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY"])
client = discord.Client(intents=discord.Intents.default())
tree = app_commands.CommandTree(client)
Asked = discord.Interaction[Any]


class Everything(ui.Modal, title="Everything"):
    """Words, a text, a menu, files and a person."""

    def __init__(self) -> None:
        super().__init__()
        self.short: ui.TextInput[Any] = ui.TextInput(max_length=20, min_length=2, custom_id="short")
        options = [discord.SelectOption(label=name, value=name) for name in "abc"]
        self.pick: ui.Select[Any] = ui.Select(options=options, custom_id="pick", max_values=2)
        self.files: ui.FileUpload[Any] = ui.FileUpload(custom_id="files", max_values=3)
        self.who: ui.UserSelect[Any] = ui.UserSelect(custom_id="who", required=False)
        self.add_item(ui.TextDisplay("Some **words** first"))
        self.add_item(ui.Label(text="Short", component=self.short))
        self.add_item(ui.Label(text="Pick", description="up to two", component=self.pick))
        self.add_item(ui.Label(text="Files", component=self.files))
        self.add_item(ui.Label(text="Who", component=self.who))

    async def on_submit(self, interaction: Asked) -> None:
        files, who = [file.filename for file in self.files.values], [one.display_name for one in self.who.values]
        await interaction.response.send_message(
            f"got {self.short.value} {self.pick.values} {files} {who}", ephemeral=True
        )


class Boxes(ui.Modal, title="Boxes"):
    """What is ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.one: ui.RadioGroup[Any] = ui.RadioGroup(custom_id="one")
        self.some: ui.CheckboxGroup[Any] = ui.CheckboxGroup(custom_id="some", max_values=2, required=False)
        self.agree: ui.Checkbox[Any] = ui.Checkbox(custom_id="agree")
        for name in ("First", "Second"):
            self.one.add_option(label=name, value=name)
        for name in ("Red", "Blue"):
            self.some.add_option(label=name, value=name)
        self.add_item(ui.Label(text="One", component=self.one))
        self.add_item(ui.Label(text="Some", component=self.some))
        self.add_item(ui.Label(text="Agree", description="to all of it", component=self.agree))

    async def on_submit(self, interaction: Asked) -> None:
        words = f"got {self.one.value} {self.some.values} {self.agree.value}"
        await interaction.response.send_message(words, ephemeral=True)


@tree.command(name="form", description="A form of everything")
async def form(interaction: Asked) -> None:
    await interaction.response.send_modal(Everything())


@tree.command(name="boxes", description="A form of boxes")
async def boxes(interaction: Asked) -> None:
    await interaction.response.send_modal(Boxes())


@tree.command(name="slow", description="Thinks first")
async def slow(interaction: Asked) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await asyncio.sleep(1)
    await interaction.followup.send("thought")


@tree.command(name="dead", description="Never answers")
async def dead(interaction: Asked) -> None:
    return


@tree.command(name="mods", description="For moderators")
@app_commands.default_permissions(manage_messages=True)
async def mods(interaction: Asked) -> None:
    await interaction.response.send_message("for you")


@tree.command(name="options", description="An option of each kind")
@app_commands.choices(size=[app_commands.Choice(name="Small", value=1), app_commands.Choice(name="Big", value=2)])
async def options(
    interaction: Asked,
    word: str,
    number: app_commands.Range[int, 1, 9],
    size: app_commands.Choice[int],
    who: discord.Member,
    sure: bool = False,
    file: discord.Attachment | None = None,
) -> None:
    name = file.filename if file else None
    await interaction.response.send_message(f"got {word} {number} {size.name} {who.display_name} {sure} {name}")


@options.autocomplete("word")
async def complete(interaction: Asked, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{current}-{end} {interaction.namespace.number}", value=end) for end in "xyz"]


@tree.context_menu(name="Shout")
async def shout(interaction: Asked, message: discord.Message) -> None:
    await interaction.response.send_message(f"{message.content.upper()}!")


@client.event
async def setup_hook() -> None:
    await tree.sync()


if __name__ == "__main__":
    client.run(os.environ["DISCORD_TOKEN"])
