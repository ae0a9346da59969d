"""Settings of a server: typed, bounded, written down with who changed them; each server has its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storycore.errors import NotAllowedError, NotFoundError, StateError
from storycore.studio import audit, settings
from storycore.studio.settings_model import (
    SETTINGS,
    QuietHours,
    ServerSettings,
    from_stored,
    setting_of,
    shown,
)
from storycore.studio.settings_typed import read_clock, read_typed
from storycore.work.workshop import Workshop
from tests.support.studio import BO, ELSEWHERE, HOME, MO
from tests.support.workshops import small_workshop

OLU = replace(MO, id=5, name="Olu", admin=True)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def test_only_admins_set_and_every_change_is_written_down(workshop: Workshop) -> None:
    for person in (BO, MO):
        with pytest.raises(NotAllowedError, match="Only admins"):
            await settings.put(workshop, person, "story.candidates", "6")
    changed = await settings.put(workshop, OLU, "story.candidates", "6")
    assert (changed.before, changed.after) == ("as the bot is set up", "6")
    await settings.put(workshop, OLU, "story.candidates", "6")
    await settings.put(workshop, OLU, "ROLES.VOTE ", "<@&123456789012345678>")
    assert (await settings.show(workshop, HOME)).candidates == 6
    assert (await settings.show(workshop, HOME)).roles_vote == (123456789012345678,)
    assert await settings.show(workshop, ELSEWHERE) == ServerSettings()
    await settings.put(workshop, OLU, "story.candidates", "default")
    assert (await settings.show(workshop, HOME)).candidates is None
    noted = [(e.actor_id, e.actor_name, e.subject, e.before, e.after) for e in await audit.entries(workshop, HOME)]
    assert noted == [
        (5, "Olu", "story.candidates", "6", "as the bot is set up"),
        (5, "Olu", "roles.vote", "everyone", "<@&123456789012345678>"),
        (5, "Olu", "story.candidates", "as the bot is set up", "6"),
    ]
    assert await audit.entries(workshop, ELSEWHERE) == []


@pytest.mark.parametrize(
    ("key", "typed", "value", "words"),
    [
        ("roles.vote", "<@&111111111111111111>, 222222222222222222", (111111111111111111, 222222222222222222), None),
        ("roles.vote", "everyone", (), "everyone"),
        ("roles.hosts", "none", (), "admins"),
        ("story.candidates", "9", 9, "9"),
        ("quota.day.member", "2,500", 2500, "2,500"),
        ("quota.day.member", "none", None, "no limit"),
        ("quota.day.member", "default", 1000, "1,000"),
        ("queue.paused", "ON", True, "on"),
        ("queue.paused", "off", False, "off"),
        ("queue.quiet_hours", "18 - 23:30", QuietHours(time(18), time(23, 30)), "18:00-23:30"),
        ("queue.quiet_hours", "22:00 to 6", QuietHours(time(22), time(6)), "22:00-06:00"),
        ("queue.quiet_hours", "none", None, "none"),
        ("time_zone", "berlin", "Europe/Berlin", "Europe/Berlin"),
        ("time_zone", "america/new york", "America/New_York", "America/New_York"),
        ("notices.channel", "<#333333333333333333>", 333333333333333333, "<#333333333333333333>"),
    ],
)
def test_what_is_typed_is_understood(key: str, typed: str, value: object, words: str | None) -> None:
    setting = setting_of(key)
    stored = read_typed(setting, typed)
    now = (
        ServerSettings()
        if stored is None
        else replace(ServerSettings(), **{setting.field: from_stored(setting, stored)})
    )
    assert getattr(now, setting.field) == value
    if words is not None:
        assert shown(setting, now) == words


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("roles.vote", "@everyone <@111111111111111111>", "takes roles"),
        ("roles.vote", " ".join(str(10**17 + n) for n in range(11)), "at most 10"),
        ("story.candidates", "10", "from 1 to 9"),
        ("story.candidates", "0", "from 1 to 9"),
        ("story.candidates", "-3", "from 1 to 9"),
        ("story.candidates", "٣", "from 1 to 9"),
        ("quota.day.member", "1e9", "whole number"),
        ("queue.paused", "perhaps", "on or off"),
        ("queue.quiet_hours", "25:00-26:00", "time of day"),
        ("queue.quiet_hours", "18:00-18:00", "time of day"),
        ("time_zone", "../../etc/passwd", "time zone"),
        ("time_zone", "Europe/Berln", "time zone"),
        ("notices.channel", "general", "is a channel"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(key: str, typed: str, words: str) -> None:
    with pytest.raises(StateError, match=words):
        read_typed(setting_of(key), typed)


def test_an_unknown_key_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match=r"roles\.vote"):
        setting_of("role.votes")
    with pytest.raises(NotFoundError, match="settings show"):
        setting_of("~~~~")


def test_every_default_fits_its_own_setting() -> None:
    assert len({s.key for s in SETTINGS}) == len(SETTINGS)
    assert {s.field for s in SETTINGS} == set(ServerSettings.__dataclass_fields__) - {"blocked_members"}
    for setting in SETTINGS:
        assert shown(setting, ServerSettings())
        assert len(setting.help) <= 100


def test_quiet_hours_end_on_the_next_day_and_over_a_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = QuietHours(time(22), time(6))
    assert night.ends_after(datetime(2026, 5, 1, 23, tzinfo=berlin)) == datetime(2026, 5, 2, 6, tzinfo=berlin)
    assert night.ends_after(datetime(2026, 5, 2, 5, 59, tzinfo=berlin)) == datetime(2026, 5, 2, 6, tzinfo=berlin)
    assert night.ends_after(datetime(2026, 5, 2, 6, tzinfo=berlin)) is None
    # The clocks go back in the night to 25 October: 23:00 is 22:00 UTC less an hour, and 6:00 is 5:00 UTC.
    end = night.ends_after(datetime(2026, 10, 24, 23, tzinfo=berlin))
    assert end is not None
    assert end.astimezone(UTC) == datetime(2026, 10, 25, 5, tzinfo=UTC)
    assert read_clock("1:05") == time(1, 5)
