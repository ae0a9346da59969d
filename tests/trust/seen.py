"""What a life left behind, in a form in which two lives can be compared: rows, messages, film, engine, files.

Nothing here depends on time, and nothing on ids that a second try may have used up.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.model import Attachment, Message
from storycore.film.program import probe
from tests.trust.people import People

_MARK = re.compile(r"@\d+$")
#: A voice that goes on after a restart is not the same to the sample (espeak-ng keeps some state between lines), so
#: the film is not the same to the byte: its length and size are compared with some room, and its size in words not.
_SAME_RUNG = 0.02
_FILM_SIZE = re.compile(r"\d+(\.\d+)? [KM]iB")
#: Characters of a difference that are shown.
_SAID = 600
_ROWS: dict[str, str] = {
    "story": "SELECT id, title, state, problem, place_problem, candidates, script FROM story ORDER BY id",
    "scene": "SELECT id, number, title, prompt, prompt_by, round, pick FROM scene ORDER BY id",
    "round": (
        "SELECT scene_id, number, prompt, seed, count, reason, asked_by_name, state, problem FROM round "
        "ORDER BY scene_id, number"
    ),
    "candidate": (
        "SELECT r.scene_id, r.number, c.number, c.media, c.seed, c.width, c.height "
        "FROM candidate c JOIN round r ON r.id = c.round_id ORDER BY 1, 2, 3"
    ),
    "ballot": "SELECT scene_id, round, member_id, choice, source FROM ballot ORDER BY 1, 2, 3",
    "reaction": "SELECT scene_id, member_id, choice FROM reaction ORDER BY 1, 2, 3",
    "film": "SELECT id, asked_by_name, state, problem, attempt, width, height, fps FROM film ORDER BY id",
    "post": "SELECT story_id, subject, offered_round, offered_all, message_id IS NOT NULL FROM post ORDER BY 1, 2",
    "cast": "SELECT story_id, number, name, lines FROM cast_member ORDER BY 1, 2",
    "line": "SELECT scene_id, number, kind, text, speaker FROM line ORDER BY 1, 2",
}


@dataclass(slots=True)
class Seen:
    """One life's end. ``wrong``: what must not be, whatever another life looked like."""

    rows: dict[str, list[tuple[Any, ...]]]
    channel: list[dict[str, Any]]
    thread: list[dict[str, Any]]
    film: dict[str, Any]
    wrong: list[str] = field(default_factory=list)


def database(folder: Path) -> sqlite3.Connection:
    """The bot's database, for looking only."""
    return sqlite3.connect(f"file:{folder / 'fireside.db'}?mode=ro", uri=True, timeout=10)


def versions(folder: Path) -> tuple[int, int]:
    """The story's version, and the one that the chat shows in full; zeros while there is no story."""
    try:
        with closing(database(folder)) as connection:
            found = connection.execute("SELECT version, shown_version FROM story ORDER BY id DESC LIMIT 1").fetchone()
    except sqlite3.OperationalError:  # no database yet
        return 0, 0
    return (0, 0) if found is None else (int(found[0]), int(found[1]))


def unfinished_jobs(folder: Path) -> list[str]:
    """Workflows that are not done: after a story's end there is none."""
    with closing(database(folder)) as connection:
        rows = connection.execute(
            "SELECT workflow_uuid, status FROM workflow_status WHERE status NOT IN ('SUCCESS', 'CANCELLED')"
        )
        return [f"{name}: {status}" for name, status in rows]


async def look(people: People, folder: Path) -> Seen:
    """What a life left behind, once all is quiet."""
    board, film = people.board, people.film()
    attachment = None if film is None else film.gallery[0].attachment
    names = {user.id: user.name for user in people.sandbox.world.users.values()}
    seen = Seen(
        rows=await asyncio.to_thread(_rows, folder, names),
        channel=[_message(message, names) for message in people.channel.messages],
        thread=[_message(message, names) for message in people.thread_messages],
        film=await _film(attachment, folder),
    )
    seen.wrong += [
        f"a message stands twice: {mark}" for mark in _twice([*people.channel.messages, *people.thread_messages])
    ]
    seen.wrong += [f"a job is left: {job}" for job in await asyncio.to_thread(unfinished_jobs, folder)]
    seen.wrong += await asyncio.to_thread(_bad_media, folder)
    seen.wrong += [f"Discord's contract: {violation}" for violation in people.sandbox.violations]
    if board is None:
        seen.wrong.append("there is no storyboard")
    return seen


def _rows(folder: Path, names: Mapping[int, str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows, people by their names."""
    with closing(database(folder)) as connection:
        return {
            name: sorted((tuple(names.get(v, v) for v in row) for row in connection.execute(query)), key=str)
            for name, query in _ROWS.items()
        }


def _message(message: Message, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "author": message.author.name,
        "type": message.type,
        "text": _FILM_SIZE.sub("…", message.text),
        "buttons": [(b.label, b.emoji, _MARK.sub("", b.custom_id or ""), b.disabled) for b in message.buttons],
        "menus": [
            (_MARK.sub("", menu.custom_id), [(o["label"], bool(o.get("default"))) for o in menu.options])
            for menu in message.selects
        ],
        "pictures": [_file(item.attachment) for item in message.gallery],
        "reactions": sorted((r.emoji, sorted(names[i] for i in r.user_ids)) for r in message.reactions if r.user_ids),
    }


def _file(attachment: Attachment | None) -> tuple[str, str | None, str]:
    if attachment is None:
        return "", None, ""
    film = attachment.filename.endswith(".mp4")  # compared by what it is, below
    return attachment.filename, attachment.description, "" if film else hashlib.sha256(attachment.data).hexdigest()


async def _film(attachment: Attachment | None, folder: Path) -> dict[str, Any]:
    if attachment is None:
        return {}
    path = folder / "seen.mp4"
    await asyncio.to_thread(path.write_bytes, attachment.data)
    found = await probe(path)
    return {"seconds": found.seconds, "size": (found.width, found.height), "fps": found.fps, "bytes": attachment.size}


def _twice(messages: list[Message]) -> Iterator[str]:
    """Marks (a custom_id with the id of the message's row) that stand under more than one message."""
    counted = Counter(
        button.custom_id for message in messages for button in message.buttons if "@" in (button.custom_id or "")
    )
    return (str(mark) for mark, count in counted.items() if count > 1)


def _bad_media(folder: Path) -> list[str]:
    """Every file that a row names is there, whole, and what its name says."""
    wrong = []
    with closing(database(folder)) as connection:
        for name, suffix, size in connection.execute("SELECT hash, suffix, bytes FROM media"):
            path = folder / "media" / name[:2] / f"{name}{suffix}"
            data = path.read_bytes() if path.is_file() else b""
            if len(data) != size or hashlib.sha256(data).hexdigest() != name:
                wrong.append(f"media file {name[:10]}{suffix} is not whole")
    return wrong


def differences(reference: Seen, seen: Seen) -> list[str]:
    """Everything in which a life ended otherwise than the reference, in words; none is as it should be."""
    found = list(seen.wrong)
    for name, rows in reference.rows.items():
        found += _unlike(f"rows of {name}", rows, seen.rows[name])
    found += _unlike("the channel", reference.channel, seen.channel)
    found += _unlike("the thread", reference.thread, seen.thread)
    if not seen.film:
        return [*found, "there is no film"]
    if abs(seen.film["seconds"] - reference.film["seconds"]) > 0.1:
        found.append(f"the film is {seen.film['seconds']} s long, not {reference.film['seconds']} s")
    found += [
        f"the film's {fact} is {seen.film[fact]}, not {reference.film[fact]}"
        for fact in ("size", "fps")
        if seen.film[fact] != reference.film[fact]
    ]
    if abs(seen.film["bytes"] / reference.film["bytes"] - 1) > _SAME_RUNG:
        found.append(f"the film has {seen.film['bytes']} bytes, not {reference.film['bytes']}")
    return found


def _unlike(what: str, wanted: list[Any], found: list[Any]) -> list[str]:
    if len(wanted) != len(found):
        return [f"{what}: {len(found)} instead of {len(wanted)}: {_only(found, wanted)} / {_only(wanted, found)}"]
    return [f"{what}: {_said(a, b)}" for a, b in zip(wanted, found, strict=True) if a != b]


def _only(some: list[Any], others: list[Any]) -> str:
    return str([item for item in some if item not in others])[:_SAID]


def _said(wanted: Any, found: Any) -> str:
    if isinstance(wanted, dict) and isinstance(found, dict):  # of a message only what differs
        different = [name for name in wanted if wanted[name] != found[name]]
        wanted, found = {name: wanted[name] for name in different}, {name: found[name] for name in different}
    return f"{str(found)[:_SAID]} instead of {str(wanted)[:_SAID]}"
