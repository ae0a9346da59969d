"""Settings: documented, checked, and silent about secrets."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.invite import PERMISSIONS, invite_link
from bot.settings import Settings, read_settings, require_token
from storycore.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^FIRESIDE_([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert set(documented) == {name.upper() for name in Settings.model_fields}
    defaults = Settings()
    for name, written in documented.items():
        value = getattr(defaults, name.lower())
        assert written == ("" if value is None or value == () else str(value)), name


def test_hosts_are_split_and_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESIDE_WEBUI_HOSTS", "http://me:hunter2@one:7860, http://two:7860")
    monkeypatch.setenv("FIRESIDE_DISCORD_TOKEN", "very.secret.token")
    settings = read_settings()
    assert [host.get_secret_value() for host in settings.webui_hosts] == [
        "http://me:hunter2@one:7860",
        "http://two:7860",
    ]
    assert "hunter2" not in repr(settings)
    assert "very.secret" not in repr(settings)
    assert require_token(settings) == "very.secret.token"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANDIDATES", "0"),
        ("CANDIDATES", "10"),
        ("IMAGE_BACKEND", "crayons"),
        ("PICTURE_SIZE", "1000x577"),
        ("PICTURE_SIZE", "8x8"),
        ("SYNC_GUILD", "home"),
    ],
)
def test_a_wrong_setting_is_named_but_not_quoted(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"FIRESIDE_{name}", value)
    with pytest.raises(SettingsError, match=f"FIRESIDE_{name}"):
        read_settings()


@pytest.mark.parametrize("command", [["-m", "bot"], ["-c", "from bot.cli import main; main()", "run"]])
def test_a_missing_token_is_one_plain_sentence(tmp_path: Path, command: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "discord.com/developers/applications" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_readme_invites_with_exactly_the_permissions_needed() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert invite_link("APP") in text
    assert PERMISSIONS.value == sum(1 << bit for bit in (6, 10, 11, 13, 15, 16, 35, 38))
