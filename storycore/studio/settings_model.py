"""What a server can set: every key with its kind, its bounds and its default, and how its values are typed and read.

Typed values are text from chat: each kind reads its own and refuses the rest with a sentence that says what would do.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from storycore.characters.model import CharacterError, tidy_negative
from storycore.errors import NotFoundError, StateError
from storycore.hosts.model import names_of, plain_name
from storycore.prompts.words import MOST_WORDS, WORD_LENGTH
from storycore.script.words import fold, has_words

_MOST_ROLES = 10
_MOST_NAMES = 100
_SHORTEST_BEGINNING = 3
_NAMES_LENGTH = 2000
#: In a list of names: all of them.
EVERY = "all"
#: The longest list of words as it is typed, and the longest negative prompt, in code points.
WORDS_LENGTH = 3000
NEGATIVE_LENGTH = 400
#: What goes into age-restricted channels only, and what painters are told elsewhere, unless a server says otherwise.
NSFW_WORDS = (
    "nsfw",
    "nude*",
    "nudity",
    "naked",
    "topless",
    "bottomless",
    "undressed",
    "sex",
    "sexy",
    "sexual*",
    "erotic*",
    "porn*",
    "hentai",
    "nipple*",
    "genital*",
    "penis*",
    "vagina*",
    "orgasm*",
    "masturbat*",
)
NSFW_NEGATIVE = "nsfw, nudity"
_RESET = frozenset({"default", "reset", "none", "off", "no", "-", "everyone", "nobody"})
_BACK = frozenset({"default", "reset"})
_ON = frozenset({"on", "yes", "true", "1"})
_OFF = frozenset({"off", "no", "false", "0"})


class Kind(StrEnum):
    """What a setting holds."""

    ROLES = "roles"
    NUMBER = "number"
    HOURS = "hours"
    ZONE = "zone"
    CHANNEL = "channel"
    NAMES = "names"
    SWITCH = "switch"
    WORDS = "words"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A stretch of every day, in the server's time zone; ``end`` may lie on the next day."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def ends_after(self, moment: datetime) -> datetime | None:
        """When the stretch that ``moment`` (in the server's zone) lies in ends; None when it lies in none."""
        for back in (0, 1):
            day = (moment - timedelta(days=back)).date()
            start = datetime.combine(day, self.start, moment.tzinfo)
            end = datetime.combine(day + timedelta(days=self.end <= self.start), self.end, moment.tzinfo)
            if start <= moment < end:
                return end
        return None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """A server's settings. None means: no limit, or as whoever runs the bot has set it. Roles are role ids."""

    roles_create: tuple[int, ...] = ()
    roles_vote: tuple[int, ...] = ()
    roles_edit: tuple[int, ...] = ()
    roles_stories: tuple[int, ...] = ()
    roles_characters: tuple[int, ...] = ()
    roles_hosts: tuple[int, ...] = ()
    candidates: int | None = None
    max_scenes: int | None = None
    waiting_member: int | None = 400
    waiting_server: int | None = None
    day_member: int | None = 1000
    day_server: int | None = None
    paused: bool = False
    quiet_hours: QuietHours | None = None
    time_zone: str = "UTC"
    notices: int | None = None
    loras: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    negative: str = ""
    nsfw_words: tuple[str, ...] = NSFW_WORDS
    nsfw_negative: str = NSFW_NEGATIVE
    checkpoints: tuple[str, ...] = ()
    style_side: int | None = None
    style_steps: int | None = None

    def allows_checkpoint(self, name: str) -> bool:
        """Whether everybody here may paint with this checkpoint ("": a painter's own)."""
        if not name or not self.checkpoints or EVERY in self.checkpoints:
            return True
        return plain_name(name) in map(plain_name, self.checkpoints)

    def allows_lora(self, name: str) -> bool:
        """Whether everybody here may name this LoRA."""
        wanted = plain_name(name)
        return any(own == EVERY or plain_name(own) == wanted for own in self.loras)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The server's time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: ``field`` of :class:`ServerSettings`; ``empty`` says what it means when nothing is set."""

    key: str
    field: str
    kind: Kind
    title: str
    help: str
    empty: str = ""
    low: int = 0
    high: int = 0


def _roles(key: str, title: str, empty: str, help_: str) -> Setting:
    return Setting(f"roles.{key}", f"roles_{key}", Kind.ROLES, title, help_, empty, high=_MOST_ROLES)


def _quota(key: str, field: str, title: str, help_: str) -> Setting:
    return Setting(f"quota.{key}", field, Kind.NUMBER, title, help_, "no limit", low=1, high=1_000_000)


SETTINGS: tuple[Setting, ...] = (
    _roles("create", "Who may hand in stories", "everyone", "Roles whose members may hand in scripts."),
    _roles("vote", "Who may vote", "everyone", "Roles whose members' votes count, by button and by reaction."),
    _roles("edit", "Who may edit prompts", "everyone", "Roles that rewrite prompts and ask for pictures again."),
    _roles("stories", "Who manages stories", "moderators", "Roles that pick, film and cancel like a story's author."),
    _roles("characters", "Who manages characters", "admins", "Roles that keep the server's characters and styles."),
    _roles("hosts", "Who manages painters", "admins", "Roles that add, drain and remove GPU hosts."),
    Setting(
        "story.candidates",
        "candidates",
        Kind.NUMBER,
        "Pictures offered per scene",
        "How many pictures each scene offers.",
        "as the bot is set up",
        low=1,
        high=9,
    ),
    Setting(
        "story.scenes",
        "max_scenes",
        Kind.NUMBER,
        "Most scenes of a story",
        "Longer scripts are offered in parts. Never more than the bot is set up for.",
        "as the bot is set up",
        low=1,
        high=100,
    ),
    Setting(
        "prompts.loras",
        "loras",
        Kind.NAMES,
        "LoRAs that members may name",
        "Names with commas between, or all. Admins may use any that a painter has.",
        "none",
        high=_MOST_NAMES,
    ),
    Setting(
        "prompts.blocked",
        "blocked",
        Kind.WORDS,
        "Words that go into no prompt",
        "Words and phrases with commas between; walk* is walking, too.",
        "none",
        high=MOST_WORDS,
    ),
    Setting(
        "prompts.negative",
        "negative",
        Kind.NEGATIVE,
        "Negative prompt, always on",
        "What painters leave out of every picture here.",
        "none",
    ),
    Setting(
        "prompts.nsfw.words",
        "nsfw_words",
        Kind.WORDS,
        "Words for age-restricted channels only",
        "With commas between; default is a list of ours.",
        "none",
        high=MOST_WORDS,
    ),
    Setting(
        "prompts.nsfw.negative",
        "nsfw_negative",
        Kind.NEGATIVE,
        "Negative prompt where not age-restricted",
        "What painters leave out in all other channels.",
        "none",
    ),
    Setting(
        "styles.checkpoints",
        "checkpoints",
        Kind.NAMES,
        "Checkpoints that members may use",
        "Names with commas between, or all. Admins may use any that a painter has.",
        "all",
        high=_MOST_NAMES,
    ),
    Setting(
        "styles.size",
        "style_side",
        Kind.NUMBER,
        "Longest side of a picture",
        "In pixels, hires fix and all, for styles that members make and take.",
        "4,096",
        low=256,
        high=4096,
    ),
    Setting(
        "styles.steps",
        "style_steps",
        Kind.NUMBER,
        "Most steps of a picture",
        "Hires fix and all, for styles that members make and take.",
        "150",
        low=1,
        high=300,
    ),
    _quota("waiting.member", "waiting_member", "Waiting pictures per member", "How many may wait at once."),
    _quota("waiting.server", "waiting_server", "Waiting pictures in all", "How many may wait at once here."),
    _quota("day.member", "day_member", "Pictures a day per member", "Counted over the last 24 hours."),
    _quota("day.server", "day_server", "Pictures a day in all", "Counted over the last 24 hours."),
    Setting("queue.paused", "paused", Kind.SWITCH, "Painting paused", "While on, no new picture is begun.", "off"),
    Setting(
        "queue.quiet_hours",
        "quiet_hours",
        Kind.HOURS,
        "Quiet hours",
        "No new picture is begun then, such as 18:00-23:00.",
        "none",
    ),
    Setting("time_zone", "time_zone", Kind.ZONE, "Time zone", "For quiet hours and overnight batches.", "UTC"),
    Setting(
        "notices.channel",
        "notices",
        Kind.CHANNEL,
        "Where admins are told",
        "A channel for notices, such as a painter that is gone.",
        "nowhere",
    ),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}


def setting_of(key: str) -> Setting:
    """The setting of a key. Raises ``NotFoundError`` that names the nearest ones."""
    tidy = key.strip().lower()
    if tidy in BY_KEY:
        return BY_KEY[tidy]
    near = get_close_matches(tidy, BY_KEY, 3, 0.4) or [k for k in BY_KEY if tidy and tidy in k][:3]
    hint = f"Did you mean {_or([f'`{k}`' for k in near])}?" if near else "`/settings show` lists them all."
    raise NotFoundError("There is no setting of that name.", hint)


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def read_typed(setting: Setting, text: str) -> Any:
    """The value that ``text`` means (None: back to the default), as it is stored (JSON).

    Raises ``StateError`` that says what would do.
    """
    tidy = " ".join(text.split())
    if setting.kind is Kind.SWITCH:
        return _switch(setting, tidy)
    if tidy.lower() in _RESET or not tidy:
        return _emptied(setting, tidy.lower())
    return _READERS[setting.kind](setting, tidy)


def _emptied(setting: Setting, word: str) -> Any:
    """Nothing given: the default; but a quota that has a default is taken away by saying that there is none."""
    default = getattr(ServerSettings(), setting.field)
    if default and setting.kind in _EMPTIES and word not in _BACK:
        return _EMPTIES[setting.kind]
    if setting.kind is Kind.NUMBER and isinstance(default, int) and word in _RESET - _BACK:
        return 0
    return None


def _switch(setting: Setting, text: str) -> bool | None:
    word = text.lower()
    if word in _ON:
        return True
    if word in _OFF:
        return False
    if word in ("default", "reset", ""):
        return None
    raise StateError(f"**{setting.title}** is on or off.", "Write `on` or `off`.")


def _number(setting: Setting, text: str) -> int:
    plain = text.replace(",", "").replace("'", "")
    if re.fullmatch(r"\d{1,9}", plain, re.ASCII) and setting.low <= int(plain) <= setting.high:
        return int(plain)
    hint = "Write `none` for no limit." if setting.empty == "no limit" else "Write `default` to leave it open."
    raise StateError(f"**{setting.title}** is a whole number from {setting.low:,} to {setting.high:,}.", hint)


def _roles_typed(setting: Setting, text: str) -> list[int]:
    found = re.findall(r"<@&(\d{15,20})>|(?<![\w@])(\d{15,20})(?!\w)", text)
    rest = re.sub(r"<@&\d{15,20}>|\d{15,20}|[\s,;]+|\b(?:and|or)\b", "", text)
    ids = list(dict.fromkeys(int(mention or plain) for mention, plain in found))
    if rest or not ids:
        raise StateError(f"**{setting.title}** takes roles.", "Mention them: `@Role`, or choose them in the pop-up.")
    if len(ids) > setting.high:
        raise StateError(f"**{setting.title}** takes at most {setting.high} roles.")
    return ids


def _channel(setting: Setting, text: str) -> int:
    found = re.fullmatch(r"<#(\d{15,20})>|(\d{15,20})", text)
    if found is None:
        raise StateError(f"**{setting.title}** is a channel.", "Mention it: `#channel`, or choose it in the pop-up.")
    return int(found[1] or found[2])


def _clock(text: str) -> time | None:
    found = re.fullmatch(r"(\d{1,2})(?:[:.h](\d{2}))?", text.strip(), re.ASCII)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return time(int(found[1]), int(found[2] or 0))


def read_clock(text: str) -> time:
    """A time of day, such as ``01:00``. Raises ``StateError``."""
    found = _clock(text)
    if found is None:
        raise StateError("That is no time of day.", "Write it as `01:00` or `23:30`.")
    return found


def _hours(setting: Setting, text: str) -> str:
    pieces = re.split(r"\s*(?:-|–|—|to|until)\s*", text)
    times = [_clock(piece) for piece in pieces]
    if len(times) != 2 or times[0] is None or times[1] is None or times[0] == times[1]:
        raise StateError(f"**{setting.title}** go from one time of day to another.", "Write them as `18:00-23:00`.")
    return str(QuietHours(times[0], times[1]))


def _zone(setting: Setting, text: str) -> str:
    known = {name.lower(): name for name in zoneinfo.available_timezones()}
    tidy = text.lower().replace(" ", "_")
    if tidy in known:
        return known[tidy]
    cities = {name.rpartition("/")[2].lower(): name for name in sorted(known.values(), reverse=True)}
    if tidy in cities:
        return cities[tidy]
    near = get_close_matches(tidy, cities, 3, 0.6)
    hint = f"Did you mean {_or([f'`{cities[n]}`' for n in near])}?" if near else "Write it as `Europe/Berlin`."
    raise StateError("I do not know that time zone.", hint)


def _names(setting: Setting, text: str) -> list[str]:
    names = list(names_of([name for name in text.split(",") if len(name.strip()) <= 100]))
    if not names or any(letter in text for letter in "<>:|"):
        raise StateError(f"**{setting.title}** are names with commas between.", "Or write `all`, or `none`.")
    if len(names) > setting.high or len(text) > _NAMES_LENGTH:
        raise StateError(f"**{setting.title}** are at most {setting.high} names.")
    return [EVERY] if EVERY in map(str.lower, names) else names


def _words(setting: Setting, text: str) -> list[str]:
    words = list(dict.fromkeys(word for part in re.split(r"[,;\n]", text) if (word := fold(part).casefold())))
    if len(words) > setting.high or len(text) > WORDS_LENGTH:
        raise StateError(f"**{setting.title}** are at most {setting.high} words, {WORDS_LENGTH:,} characters in all.")
    bad = next((word for word in words if len(word) > WORD_LENGTH or not has_words(word)), None)
    if bad is not None or not words:
        told = f"“{(bad or text)[:40]}” is no word" if bad is None or len(bad) <= WORD_LENGTH else "One is too long"
        raise StateError(f"{told}.", "Write words and phrases with commas between.")
    short = next((word for word in words if word.endswith("*") and len(word.rstrip("* ")) < _SHORTEST_BEGINNING), None)
    if short is not None:
        raise StateError(f"“{short}” would be the beginning of too many words.", "Write three letters or more.")
    return words


def _negative(setting: Setting, text: str) -> str:
    try:
        return tidy_negative(text, NEGATIVE_LENGTH)
    except CharacterError as error:
        raise StateError(error.message, error.hint) from None


#: What "none" is stored as, where the default is something.
_EMPTIES: dict[Kind, Any] = {Kind.NAMES: [], Kind.WORDS: [], Kind.NEGATIVE: ""}
_READERS = {
    Kind.NAMES: _names,
    Kind.WORDS: _words,
    Kind.NEGATIVE: _negative,
    Kind.NUMBER: _number,
    Kind.ROLES: _roles_typed,
    Kind.CHANNEL: _channel,
    Kind.HOURS: _hours,
    Kind.ZONE: _zone,
}


def from_stored(setting: Setting, stored: Any) -> Any:
    """The value of :class:`ServerSettings` that was stored (as :func:`read_typed` gave it)."""
    if setting.kind in (Kind.ROLES, Kind.NAMES, Kind.WORDS):
        return tuple(stored)
    if setting.kind is Kind.HOURS:
        start, _, end = stored.partition("-")
        return QuietHours(time.fromisoformat(start), time.fromisoformat(end))
    if setting.kind is Kind.NUMBER and stored == 0:
        return None
    return stored


def shown(setting: Setting, settings: ServerSettings) -> str:
    """A setting's value as people read it: mentions of roles and channels are the chat's own."""
    value = getattr(settings, setting.field)
    if setting.kind is Kind.SWITCH:
        return "on" if value else "off"
    if value is None or value in ((), ""):
        return setting.empty
    if setting.kind is Kind.ROLES:
        return ", ".join(f"<@&{role}>" for role in value)
    if setting.kind is Kind.CHANNEL:
        return f"<#{value}>"
    if setting.kind in (Kind.NAMES, Kind.WORDS):
        return ", ".join(value)
    return f"{value:,}" if setting.kind is Kind.NUMBER else str(value)
