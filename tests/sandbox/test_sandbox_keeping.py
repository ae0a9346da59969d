"""A world that is kept, and a bot that is a process."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from pathlib import Path

import pytest

from sandbox import File, Sandbox, SandboxError
from sandbox.keeping import keep, restore
from sandbox.strangers import add_stranger
from sandbox.web import BotProcess


async def test_what_was_said_outlasts_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "world.pickle"
    first = Sandbox(bot_name="Ember")
    async with first:
        add_stranger(first.world, first.default_guild.guild)
        stories, ada = first.default_guild.channel("stories"), first.default_guild.member("Ada")
        message = await ada.send(stories, "hello", [File("a.txt", b"words")])
        first.world.post(stories, first.world.bot, reference=message, content="an answer")
        first.world.start_thread(stories, ada.member, "A thread", message, 1440)
        await ada.react(message, "🔥")
        await keep(first, path)
    second = Sandbox()
    assert await restore(second, path)
    async with second:
        guild = second.default_guild
        kept = guild.channel("stories").messages[0]
        assert (kept.id, kept.content, kept.author.name) == (message.id, "hello", "Ada")
        assert second.world.attachments[kept.attachments[0].id].data == b"words"
        assert kept.thread is guild.channel("A thread")
        assert kept.reactions[0].user_ids == [ada.id]
        assert second.world.bot.name == "Ember"
        fresh = await guild.member("Bo").send(guild.channel("stories"), "later")
        assert fresh.id > max(item.id for item in guild.channel("stories").messages[:-1])
        with pytest.raises(SandboxError, match="SEND_MESSAGES"):
            await guild.member("Zed").send(guild.channel("stories"), "me too")


async def test_a_file_from_elsewhere_runs_nothing(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {tmp_path / 'owned'}",)

    path = tmp_path / "world.pickle"
    for data in (pickle.dumps(Evil()), b"", b"nonsense", pickle.dumps({"version": 99}), pickle.dumps([1])):
        path.write_bytes(data)
        with pytest.raises(SandboxError, match=r"world\.pickle"):
            await restore(Sandbox(), path)
    assert not (tmp_path / "owned").exists()


async def test_nothing_kept_is_no_fault(tmp_path: Path) -> None:
    assert not await restore(Sandbox(), tmp_path / "none.pickle")


def state(bot: BotProcess) -> tuple[bool, int | None, bool, int]:
    return bot.running, bot.ended, bot.killed, bot.starts


async def test_a_process_is_started_killed_and_started_again(tmp_path: Path) -> None:
    bot = BotProcess([sys.executable, "-c", "print('here', flush=True); import time; time.sleep(60)"], tmp_path)
    assert state(bot) == (False, None, False, 0)
    await asyncio.gather(bot.start(), bot.start())
    assert state(bot) == (True, None, False, 1)
    while "here" not in await bot.tail():
        await asyncio.sleep(0.05)
    await bot.kill()
    assert state(bot) == (False, -9, True, 1)
    await bot.restart()
    assert state(bot) == (True, None, False, 2)
    await bot.stop()
    assert state(bot) == (False, -15, False, 2)
    await bot.stop()
    assert state(bot) == (False, -15, False, 2)


async def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no-such-program"):
        await BotProcess(["no-such-program"], tmp_path).start()
