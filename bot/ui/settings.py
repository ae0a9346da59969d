"""A server's settings as people see and change them: one private page, a menu, and a pop-up for each kind."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.ui.forms import Form
from bot.ui.items import Answering
from bot.ui.layout import row
from bot.ui.text import escape_within
from storycore.studio import settings
from storycore.studio.settings import Changed
from storycore.studio.settings_model import (
    NEGATIVE_LENGTH,
    SETTINGS,
    WORDS_LENGTH,
    Kind,
    ServerSettings,
    Setting,
    setting_of,
    shown,
)

_ACCENT = discord.Colour(0x5B8DB8)
_GROUPS = (
    ("👥", "Permissions", ("roles.",)),
    ("🎬", "Stories", ("story.", "voting.")),
    ("🖌️", "Prompts", ("prompts.",)),
    ("🖼️", "Pictures", ("styles.", "quota.")),
    ("🕰️", "The server", ("queue.", "time_zone", "notices.", "moderation.")),
)
_EMOJI = {key: emoji for emoji, _, keys in _GROUPS for key in keys}
_TITLES = {key: title for _, title, keys in _GROUPS for key in keys}
_PLACEHOLDER = "Change a setting…"
_MOST_OPTIONS = 25
#: On the page and in answers lists are cut; the pop-up shows them whole.
_SHOWN = 120


def _emoji_of(setting: Setting) -> str:
    return next(emoji for prefix, emoji in _EMOJI.items() if setting.key.startswith(prefix))


def _title_of(setting: Setting) -> str:
    return next(title for prefix, title in _TITLES.items() if setting.key.startswith(prefix))


def _menus() -> list[list[Setting]]:
    """The settings by groups, as many to a menu as it holds."""
    menus: list[list[Setting]] = [[]]
    for _, _, prefixes in _GROUPS:
        mine = [s for s in SETTINGS if s.key.startswith(prefixes)]
        if len(menus[-1]) + len(mine) > _MOST_OPTIONS:
            menus.append([])
        menus[-1] += mine
    return menus


_MENUS = _menus()
_LENGTHS = {Kind.NAMES: 1000, Kind.WORDS: WORDS_LENGTH, Kind.NEGATIVE: NEGATIVE_LENGTH}


class SettingSelect(Answering, discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"fs:settings(:(?P<menu>\d))?"):
    """Chooses a setting and opens its pop-up; a menu holds 25, so there are as many (from 0) as it takes."""

    def __init__(self, menu: int = 0) -> None:
        listed = _MENUS[menu] if menu < len(_MENUS) else _MENUS[0]
        options = [
            discord.SelectOption(label=s.title, value=s.key, description=s.help[:100], emoji=_emoji_of(s))
            for s in listed
        ]
        custom_id, placeholder = f"fs:settings:{menu}" if menu else "fs:settings", _PLACEHOLDER
        if len(_MENUS) > 1:
            placeholder = f"Change: {', '.join(dict.fromkeys(_title_of(s) for s in listed))}…"
        super().__init__(discord.ui.Select(custom_id=custom_id, placeholder=placeholder[:150], options=options))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["menu"] or 0))

    async def act(self, interaction: Asked) -> None:
        """Show the setting as it is now, to be changed."""
        await open_form(interaction, setting_of(self.item.values[0]))


class SettingForm(Form):
    """One setting, to be changed; it holds the value as it is now."""

    def __init__(self, setting: Setting, now: ServerSettings) -> None:
        super().__init__(setting.title[:45], f"fs:setting:{setting.key}")
        self.setting = setting
        self.input = _input(setting, now)
        self.add_item(discord.ui.Label(text=setting.title[:45], description=_hint(setting), component=self.input))

    async def act(self, interaction: Asked) -> None:
        """Keep what was chosen."""
        await change(interaction, self.setting.key, typed(self.setting, self.input))


def _hint(setting: Setting) -> str:
    nothing = f" Leave it empty for: {setting.empty}." if setting.empty and setting.kind is not Kind.SWITCH else ""
    return f"{setting.help}{nothing}"[:100]


def _input(setting: Setting, now: ServerSettings) -> Any:
    value = getattr(now, setting.field)
    if setting.kind is Kind.ROLES:
        chosen = [discord.SelectDefaultValue(id=role, type=discord.SelectDefaultValueType.role) for role in value]
        return discord.ui.RoleSelect(
            custom_id="value", min_values=0, max_values=setting.high, required=False, default_values=chosen
        )
    if setting.kind is Kind.CHANNEL:
        kept = [discord.SelectDefaultValue(id=value, type=discord.SelectDefaultValueType.channel)] if value else []
        return discord.ui.ChannelSelect(
            custom_id="value",
            min_values=0,
            required=False,
            channel_types=[discord.ChannelType.text],
            default_values=kept,
        )
    if setting.kind is Kind.SWITCH:
        return discord.ui.RadioGroup(
            custom_id="value",
            options=[
                discord.RadioGroupOption(label=word.capitalize(), value=word, default=(word == "on") == value)
                for word in ("on", "off")
            ],
        )
    if setting.kind is Kind.CHOICE:
        options = [
            discord.RadioGroupOption(label=said[:1].upper() + said[1:], value=key, default=key == value)
            for key, said in setting.choices
        ]
        return discord.ui.RadioGroup(custom_id="value", options=options)
    if setting.kind in _LENGTHS:
        length = _LENGTHS[setting.kind]
        return discord.ui.TextInput(
            custom_id="value",
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=length,
            default=(value if isinstance(value, str) else ", ".join(value))[:length],
        )
    typed_now = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return discord.ui.TextInput(custom_id="value", required=False, max_length=60, default=typed_now)


def typed(setting: Setting, item: Any) -> str:
    """What was chosen in a pop-up, as it would be typed; nothing chosen is "none"."""
    if setting.kind in (Kind.ROLES, Kind.CHANNEL):
        return " ".join(str(chosen.id) for chosen in item.values) or "none"
    return str(item.value or "").strip() or "none"


async def open_form(interaction: Asked, setting: Setting) -> None:
    """Open a setting's pop-up for somebody who may change it."""
    now = await settings.check(workshop_of(interaction), person_of(interaction))
    await interaction.response.send_modal(SettingForm(setting, now))


async def change(interaction: Asked, key: str, text: str) -> None:
    """Set a key and say what changed."""
    changed = await settings.put(workshop_of(interaction), person_of(interaction), key, text)
    await say(interaction, words_of(changed))


def words_of(changed: Changed) -> str:
    """A change in one sentence."""
    title = changed.setting.title
    before, after = _told(changed.setting, changed.before), _told(changed.setting, changed.after)
    if changed.before == changed.after:
        return f"**{title}** stays as it is: {after}."
    return f"✅ **{title}**: {after} (before: {before})."


def _told(setting: Setting, value: str) -> str:
    """A value as it is said in a line; what people typed is no markup."""
    return escape_within(value, _SHOWN) if setting.kind in _LENGTHS else value


def settings_page(now: ServerSettings) -> discord.ui.LayoutView:
    """All settings on one page, with the menu to change them."""
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    container.add_item(discord.ui.TextDisplay("## ⚙️ Settings of this server"))
    for emoji, title, prefixes in _GROUPS:
        mine = [s for s in SETTINGS if s.key.startswith(prefixes)]
        lines = [f"{s.title} · **{_told(s, shown(s, now))}**" for s in mine]
        container.add_item(discord.ui.TextDisplay("\n".join([f"### {emoji} {title}", *lines])))
    container.add_item(discord.ui.Separator())
    for menu in range(len(_MENUS)):
        container.add_item(row(SettingSelect(menu)))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


async def show_page(interaction: Asked) -> None:
    """The page, to somebody who may change what is on it."""
    now = await settings.check(workshop_of(interaction), person_of(interaction))
    await interaction.response.send_message(
        view=settings_page(now), ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
    )
