"""``fireside run`` that cannot start: one plain sentence, never a traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("environment", "code", "message"),
    [
        ({"FIRESIDE_DISCORD_TOKEN": ""}, 2, "discord.com/developers/applications"),
        ({"FIRESIDE_DATABASE_URL": "garbage:secret"}, 2, "FIRESIDE_DATABASE_URL is no database's address"),
        ({"FIRESIDE_DATABASE_URL": "mysql://user:secret@host/name"}, 2, "cannot keep its data in mysql"),
        ({"FIRESIDE_IMAGE_BACKEND": "webui"}, 2, "names no host"),
        ({"FIRESIDE_IMAGE_BACKEND": "webui", "FIRESIDE_WEBUI_HOSTS": "ftp://secret@host"}, 2, "FIRESIDE_WEBUI_HOSTS"),
        ({}, 1, "Discord cannot be reached"),
    ],
)
def test_a_bot_that_cannot_start_says_why(
    environment: dict[str, str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    port = closed_port()
    here = {
        "FIRESIDE_DISCORD_TOKEN": "a-token",
        "FIRESIDE_DISCORD_API": f"http://127.0.0.1:{port}/api/v10",
        "FIRESIDE_DISCORD_GATEWAY": f"ws://127.0.0.1:{port}/",
    }
    for name, value in {**here, **environment}.items():
        monkeypatch.setenv(name, value)
    for holder, name in (("discord.http.Route", "BASE"), ("discord.gateway.DiscordWebSocket", "DEFAULT_GATEWAY")):
        monkeypatch.setattr(f"{holder}.{name}", "")  # put back afterwards: the bot points both elsewhere
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output and "secret" not in result.output
