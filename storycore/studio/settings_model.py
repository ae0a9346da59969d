"""What a server can set: every key with its kind, its bounds and its default, and how values are kept and shown."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from storycore.errors import NotFoundError
from storycore.hosts.model import plain_name
from storycore.prompts.words import MOST_WORDS

_MOST_ROLES = 10
_MOST_NAMES = 100
#: In a list of names: all of them.
EVERY = "all"
#: The longest list of words as it is typed, and the longest negative prompt, in code points.
WORDS_LENGTH = 3000
NEGATIVE_LENGTH = 400
#: What goes into age-restricted channels only, and what painters are told elsewhere, unless a server says otherwise.
NSFW_WORDS = (
    "nsfw",
    "nude",
    "nudes",
    "nudist*",
    "nudity",
    "naked",
    "topless",
    "sex",
    "sexy",
    "sexual*",
    "erotic*",
    "porn*",
    "hentai",
    "nipple*",
    "genital*",
    "penis",
    "penises",
    "vagina*",
    "orgasm*",
    "masturbat*",
)
NSFW_NEGATIVE = "nsfw, nudity"


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
    SHARE = "share"
    CHOICE = "choice"


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
    roles_moderate: tuple[int, ...] = ()
    candidates: int | None = None
    max_scenes: int | None = None
    voting: str = "vote"
    ballots: str = "open"
    waiting_member: int | None = 400
    waiting_server: int | None = None
    day_member: int | None = 1000
    day_server: int | None = None
    paused: bool = False
    quiet_hours: QuietHours | None = None
    time_zone: str = "UTC"
    notices: int | None = None
    loras: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    negative: str = ""
    nsfw_words: tuple[str, ...] = NSFW_WORDS
    nsfw_negative: str = NSFW_NEGATIVE
    variation: float = 0.25
    checkpoints: tuple[str, ...] = ()
    style_side: int | None = None
    style_steps: int | None = None
    #: Where reported pictures are shown to moderators.
    reports: int | None = None
    #: The members who are blocked here: no setting, but what every permission depends on.
    blocked_members: frozenset[int] = frozenset()

    def allows_checkpoint(self, name: str) -> bool:
        """Whether everybody here may paint with this checkpoint ("": a painter's own)."""
        if not name or not self.checkpoints or EVERY in self.checkpoints:
            return True
        return plain_name(name) in map(plain_name, self.checkpoints)

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
    #: What can be chosen, and how it is said, for a choice.
    choices: tuple[tuple[str, str], ...] = ()


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
    _roles("moderate", "Who moderates", "admins", "Roles that hide and delete pictures, warn, and block members."),
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
        "story.variation",
        "variation",
        Kind.SHARE,
        "How far “More like this” goes",
        "How much other noise is mixed in: 0.1 changes little, 0.5 much.",
    ),
    Setting(
        "voting.mode",
        "voting",
        Kind.CHOICE,
        "Who chooses the pictures",
        "Unless a story's author says otherwise.",
        choices=(("vote", "whoever votes"), ("solo", "the author and co-authors")),
    ),
    Setting(
        "voting.ballots",
        "ballots",
        Kind.CHOICE,
        "Who voted for what",
        "What the button under a scene's pictures shows.",
        choices=(("open", "for everyone to see"), ("anonymous", "anonymous")),
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
        "prompts.embeddings",
        "embeddings",
        Kind.NAMES,
        "Embeddings that members may name",
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
    Setting(
        "moderation.channel",
        "reports",
        Kind.CHANNEL,
        "Where reports go",
        "A channel that moderators alone can see: reported pictures are shown there.",
        "to /moderation list",
    ),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}


def setting_of(key: str) -> Setting:
    """The setting of a key. Raises ``NotFoundError`` that names the nearest ones."""
    tidy = key.strip().lower()
    if tidy in BY_KEY:
        return BY_KEY[tidy]
    near = get_close_matches(tidy, BY_KEY, 3, 0.4) or [k for k in BY_KEY if tidy and tidy in k][:3]
    hint = f"Did you mean {either([f'`{k}`' for k in near])}?" if near else "`/settings show` lists them all."
    raise NotFoundError("There is no setting of that name.", hint)


def either(words: Sequence[str]) -> str:
    """ "a, b or c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def from_stored(setting: Setting, stored: Any) -> Any:
    """The value of :class:`ServerSettings` that was stored (as :func:`read_typed` gave it)."""
    if setting.kind in (Kind.ROLES, Kind.NAMES, Kind.WORDS):
        return tuple(stored)
    if setting.kind is Kind.HOURS:
        start, _, end = stored.partition("-")
        return QuietHours(time.fromisoformat(start), time.fromisoformat(end))
    if setting.kind is Kind.NUMBER and stored == 0:
        return None
    if setting.kind is Kind.CHOICE and stored not in dict(setting.choices):  # of another version
        return setting.choices[0][0]
    return stored


def shown(setting: Setting, settings: ServerSettings) -> str:
    """A setting's value as people read it: mentions of roles and channels are the chat's own."""
    value = getattr(settings, setting.field)
    if setting.kind is Kind.SWITCH:
        return "on" if value else "off"
    if setting.kind is Kind.SHARE:
        return f"{value:g}"
    if setting.kind is Kind.CHOICE:
        return dict(setting.choices).get(value, str(value))
    if value is None or value in ((), ""):
        return setting.empty
    if setting.kind is Kind.ROLES:
        return ", ".join(f"<@&{role}>" for role in value)
    if setting.kind is Kind.CHANNEL:
        return f"<#{value}>"
    if setting.kind in (Kind.NAMES, Kind.WORDS):
        return ", ".join(value)
    return f"{value:,}" if setting.kind is Kind.NUMBER else str(value)
