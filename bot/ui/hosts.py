"""GPU hosts as those who manage them see them. Users and passwords go into a pop-up and never come out."""

from __future__ import annotations

from typing import Any

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.forms import Form
from bot.ui.text import count, escape_within, moment
from storycore.store.hosts import HostHealth
from storycore.studio import hosts
from storycore.studio.hosts import HostView, NewHost

_ACCENT = discord.Colour(0x7C6BB0)
_SHOWN = 8
_NAMES_SHOWN = 4
_MARKS = {
    HostHealth.WELL: "🟢",
    HostHealth.UNKNOWN: "⚪",
    HostHealth.AWAY: "🔴",
    HostHealth.REFUSING: "🟠",
}


class HostForm(Form):
    """A new host: its address, and what it asks for."""

    def __init__(self) -> None:
        super().__init__("A GPU host", "fs:host")
        self.url: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="url", max_length=300, placeholder="https://gpu.example.org:7860"
        )
        self.name: discord.ui.TextInput[Any] = discord.ui.TextInput(custom_id="name", max_length=60, required=False)
        self.user: discord.ui.TextInput[Any] = discord.ui.TextInput(custom_id="user", max_length=200, required=False)
        self.password: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="password", max_length=200, required=False
        )
        for text, description, item in (
            ("Address", "AUTOMATIC1111, Forge or SD.Next, started with --api.", self.url),
            ("Name", "How it is called here.", self.name),
            ("User", "Where it asks for one (--api-auth).", self.user),
            ("Password", "Kept on the bot's machine; nobody is shown it again.", self.password),
        ):
            self.add_item(discord.ui.Label(text=text, description=description, component=item))

    async def act(self, interaction: Asked) -> None:
        """Add it, ask it how it is, and say so."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        new = NewHost(
            url=self.url.value.strip(),
            user=self.user.value.strip(),
            password=self.password.value,
            name=self.name.value.strip(),
        )
        view = await hosts.add(workshop_of(interaction), person_of(interaction), new)
        await show_hosts(interaction, [view], "Added.")


def hosts_page(views: list[HostView], said: str = "") -> discord.ui.LayoutView:
    """Hosts, one under the other; ``said`` is what was just done."""
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    heading = "## 🖥️ Painters" if len(views) != 1 else ""
    if said or heading:
        container.add_item(discord.ui.TextDisplay("\n".join(part for part in (heading, said) if part)))
    if not views:
        container.add_item(
            discord.ui.TextDisplay("No GPU host is set up; pictures are sketched. Add one with `/host add`.")
        )
    for view in views[:_SHOWN]:
        container.add_item(discord.ui.TextDisplay(host_text(view, whole=len(views) == 1)))
    if len(views) > _SHOWN:
        container.add_item(discord.ui.TextDisplay(f"-# and {len(views) - _SHOWN} more; `/host test` shows one"))
    page = discord.ui.LayoutView(timeout=None)
    page.add_item(container)
    return page


def host_text(view: HostView, *, whole: bool) -> str:
    """A host in a few lines; ``whole`` names what it has."""
    mark = "⏸️" if view.draining else _MARKS[view.health]
    kind = view.flavour.label if view.flavour is not None else "not known yet"
    lines = [f"### {mark} {escape_within(view.name, 60)}", f"-# {kind} · {_origin(view)}"]
    lines.append(_doing(view))
    if view.checkpoint:
        lines.append(f"-# Loaded: {escape_within(view.checkpoint, 100)}")
    has = view.abilities
    if whole:
        named = (
            ("checkpoints", has.checkpoints),
            ("LoRAs", has.loras),
            ("Embeddings", has.embeddings),
            ("samplers", has.samplers),
            ("upscalers", has.upscalers),
        )
        lines += [f"-# **{len(names)} {what}**: {_some(names)}" for what, names in named if names]
        units = [f"{has.controlnet_units} ControlNet" if has.controlnet_units else ""]
        units.append(f"{has.adetailer_units} ADetailer" if has.adetailer_units else "")
        if any(units):
            lines.append(f"-# Units: {' and '.join(unit for unit in units if unit)}")
    elif view.flavour is not None:
        parts = [count(len(has.checkpoints), "checkpoint"), count(len(has.loras), "LoRA")]
        parts += ["ControlNet"] if has.controlnet_units else []
        parts += ["ADetailer"] if has.adetailer_units else []
        lines.append("-# " + " · ".join(parts))
    return "\n".join(line for line in lines if line)


def _origin(view: HostView) -> str:
    if not view.changeable:
        return "set up by whoever runs me"
    by = f" · added by {escape_within(view.added_by_name, 60)}" if view.added_by_name else ""
    return f"{escape_within(view.url, 200)}{by}"


def _doing(view: HostView) -> str:
    pace = f"{view.pace:.1f} s a megapixel" if view.pace is not None else ""
    painted = f"{view.painted:,} painted" if view.painted else ""
    failed = f"{view.failed:,} failed" if view.failed else ""
    facts = " · ".join(fact for fact in (pace, painted, failed) if fact)
    if view.draining:
        state = "Draining: it finishes what it has and gets nothing new."
    elif view.health in (HostHealth.AWAY, HostHealth.REFUSING):
        again = f" Next try {moment(view.next_try_at)}." if view.next_try_at is not None else ""
        state = f"{escape_within(view.detail, 300)}{again}"
    elif view.current is not None:
        state = f"Paints **{escape_within(view.current.story_title, 60)}**, scene {view.current.scene_number}."
    else:
        state = "Is painting for another server." if view.busy else "Is free."
    return state + (f"\n-# {facts}" if facts else "")


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(escape_within(name, 50) for name in names[:_NAMES_SHOWN])
    return shown + (f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else "")


async def show_hosts(interaction: Asked, views: list[HostView], said: str = "") -> None:
    """Show hosts to the person who asked, whether or not they were answered before."""
    page = hosts_page(views, said)
    if interaction.response.is_done():
        await interaction.followup.send(view=page, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())
    else:
        await interaction.response.send_message(
            view=page, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
        )
