"""What a tab can do: each is done by `sandbox.actors`, so the page has no rights that a test has not."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.errors import SandboxError
from sandbox.model import Message
from sandbox.results import InteractionResult
from sandbox.snowflake import parse
from sandbox.web import shown
from sandbox.world import File

if TYPE_CHECKING:
    from sandbox.web.visit import Visit

Body = Mapping[str, Any]
Act = Callable[["Visit", Body], Awaitable[Any]]

USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT = 6, 7, 8, 9, 11
OPTION_KINDS = {USER: ("user",), CHANNEL: ("channel",), ROLE: ("role",), MENTIONABLE: ("user", "role")}
SELECT_KINDS = {5: ("user",), 6: ("role",), 7: ("user", "role"), 8: ("channel",)}
FILE_UPLOAD = 19


async def act(visit: Visit, body: Body) -> Any:
    """Do what a message of the tab asks; raises `SandboxError` with a sentence for the person."""
    wanted = _ACTS.get(str(body.get("do")))
    if wanted is None:
        raise SandboxError("the page asked for something that the sandbox does not know")
    return await wanted(visit, body)


def _message(visit: Visit, body: Body) -> Message:
    wanted = parse(body.get("message")) or 0
    for channel in visit.sandbox.world.channels.values():
        found = channel.get(wanted)
        if found is not None:
            return found
    raise SandboxError("the message is gone")


def _files(visit: Visit, numbers: object) -> list[File]:
    return [visit.page.upload(number) for number in numbers] if isinstance(numbers, list) else []


def _thing(visit: Visit, kinds: tuple[str, ...], value: object) -> Any:
    """The member, role or channel with this id. Raises `SandboxError`."""
    guild, wanted = visit.person.member.guild, parse(value) or 0
    tables: dict[str, Mapping[int, Any]] = {"user": guild.members, "role": guild.roles, "channel": guild.channels}
    for kind in kinds:
        if wanted in tables[kind]:
            return tables[kind][wanted]
    raise SandboxError(f"there is no such {' or '.join(kinds)}")


# Looking


async def _be(visit: Visit, body: Body) -> None:
    visit.become(str(body.get("name")))


async def _open(visit: Visit, body: Body) -> None:
    visit.open(visit.page.find(body.get("channel")))


async def _more(visit: Visit, _: Body) -> None:
    visit.more()


async def _watch(visit: Visit, body: Body) -> None:
    visit.watch(body.get("on") is True)


async def _line(visit: Visit, body: Body) -> Any:
    """What stands behind a line of the log."""
    number = body.get("n")
    if body.get("kind") == "rest":
        entry = next((item for item in visit.sandbox.requests if item.number == number), None)
        found: Any = None if entry is None else {"request": entry.body, "files": entry.files, "answer": entry.answer}
    else:
        frame = next((item for item in visit.sandbox.gateway.frames if item.number == number), None)
        found = None if frame is None else frame.body
    if found is None:
        raise SandboxError("this line is forgotten already")
    text = json.dumps(found, indent=2, ensure_ascii=False)
    return text if len(text) <= shown.BODY_KEPT else text[: shown.BODY_KEPT] + "\n… (cut)"


# Writing and reacting


async def _send(visit: Visit, body: Body) -> None:
    channel, text = visit.page.find(body.get("channel")), str(body.get("text", ""))
    reply_to = None if body.get("reply_to") is None else _message(visit, {"message": body["reply_to"]})
    files, ping = _files(visit, body.get("files")), body.get("ping") is not False
    await visit.person.send(channel, text, files, reply_to=reply_to, ping=ping)


async def _edit(visit: Visit, body: Body) -> None:
    await visit.person.edit(_message(visit, body), str(body.get("text", "")))


async def _begin_thread(visit: Visit, body: Body) -> str:
    """A new thread, from a message or free; gives its id."""
    message = None if body.get("message") is None else _message(visit, body)
    channel = visit.page.find(body.get("channel")) if message is None else message.channel
    return str((await visit.person.start_thread(channel, str(body.get("name", "")), message)).id)


async def _delete(visit: Visit, body: Body) -> None:
    message = _message(visit, body)
    if message.visible_to == visit.person.id:
        # "Dismiss message": it goes for the person, and nobody is told.
        visit.sandbox.world.delete(message)
    else:
        await visit.person.delete(message)


async def _react(visit: Visit, body: Body) -> None:
    message, emoji = _message(visit, body), str(body.get("emoji", ""))
    reaction = message.reaction(emoji)
    if reaction is not None and visit.person.id in reaction.user_ids:
        await visit.person.unreact(message, emoji)
    else:
        await visit.person.react(message, emoji)


async def _clear(visit: Visit, body: Body) -> None:
    await visit.person.clear_reactions(_message(visit, body))


async def _thread(visit: Visit, body: Body) -> None:
    channel, how = visit.page.find(body.get("channel")), body.get("how")
    if how == "archive":
        await visit.person.archive(channel)
    elif how == "unarchive":
        await visit.person.unarchive(channel)
    elif how in ("lock", "unlock"):
        await visit.person.lock(channel, how == "lock")
    elif how == "delete":
        await visit.person.delete_channel(channel)
    else:
        raise SandboxError("a thread can be archived, locked or deleted")


async def _type(visit: Visit, body: Body) -> None:
    channel = visit.page.find(body.get("channel"))
    visit.person.messages(channel)
    visit.sandbox.world.type_in(channel, visit.person.member)


# Interactions


def _told(visit: Visit, result: InteractionResult) -> dict[str, Any]:
    told = shown.result(result)
    if result.modal is not None:
        told["modal"] = shown.modal(visit.keep(result.modal), result.modal)
    return told


def _values(visit: Visit, command: str, given: object) -> dict[str, Any]:
    """A command's options as the actor takes them: files by upload, things by id."""
    kinds = visit.person.options_of(command)
    values: dict[str, Any] = {}
    for name, value in (given if isinstance(given, dict) else {}).items():
        kind = kinds.get(name, 0)
        if kind == ATTACHMENT:
            values[name] = visit.page.upload(value)
        elif kind in OPTION_KINDS:
            values[name] = _thing(visit, OPTION_KINDS[kind], value)
        else:
            values[name] = value
    return values


async def _slash(visit: Visit, body: Body) -> Any:
    channel, command = visit.page.find(body.get("channel")), str(body.get("command", ""))
    values = _values(visit, command, body.get("options"))
    return _told(visit, await visit.person.slash(channel, command, **values))


async def _autocomplete(visit: Visit, body: Body) -> Any:
    channel, command = visit.page.find(body.get("channel")), str(body.get("command", ""))
    others = _values(visit, command, body.get("options"))
    option, value = str(body.get("option", "")), str(body.get("value", ""))
    others.pop(option, None)
    if others.keys() & {"option", "value"}:
        raise SandboxError("options named option or value cannot be completed here")
    return await visit.person.autocomplete(channel, command, option=option, value=value, **others)


async def _menu(visit: Visit, body: Body) -> Any:
    return _told(visit, await visit.person.message_menu(str(body.get("name", "")), _message(visit, body)))


async def _click(visit: Visit, body: Body) -> Any:
    return _told(visit, await visit.person.click(_message(visit, body), custom_id=str(body.get("custom_id"))))


async def _select(visit: Visit, body: Body) -> Any:
    message, custom_id = _message(visit, body), str(body.get("custom_id"))
    given = [str(value) for value in body.get("values") or []]
    kind = next((menu.type for menu in message.selects if menu.custom_id == custom_id), 0)
    values = [_thing(visit, SELECT_KINDS[kind], value) for value in given] if kind in SELECT_KINDS else given
    return _told(visit, await visit.person.select(message, custom_id=custom_id, values=values))


async def _submit(visit: Visit, body: Body) -> Any:
    modal = visit.modals.get(str(body.get("modal")))
    if modal is None:
        raise SandboxError("the form is not open any more")
    kinds = {field.custom_id: field.type for field in modal.fields}
    values: dict[str, Any] = {}
    for name, value in (body.get("values") or {}).items():
        kind = kinds.get(name, 0)
        if kind == FILE_UPLOAD:
            values[name] = _files(visit, value)
        elif kind in SELECT_KINDS:
            values[name] = [_thing(visit, SELECT_KINDS[kind], one) for one in value]
        else:
            values[name] = value
    return _told(visit, await visit.person.submit(modal, values))


# Trouble


async def _trouble(visit: Visit, body: Body) -> Any:
    arguments = body.get("with")
    return await visit.page.trouble.switch(str(body.get("name")), arguments if isinstance(arguments, dict) else {})


async def _bot(visit: Visit, body: Body) -> Any:
    bot, how = visit.page.bot, body.get("how")
    if bot is None:
        raise SandboxError("the sandbox did not start this bot, and cannot end it")
    if how == "log":
        return await bot.tail()
    try:
        if how == "kill":
            await bot.kill()
        elif how == "restart":
            await bot.restart()
        elif how == "start":
            await bot.start()
        else:
            raise SandboxError("a bot can be killed, started or restarted")
    except OSError as error:
        raise SandboxError(f"the bot cannot be started: {error.strerror}") from error
    visit.sandbox.world.changed()
    return None


_ACTS: dict[str, Act] = {
    "be": _be,
    "open": _open,
    "more": _more,
    "watch": _watch,
    "line": _line,
    "send": _send,
    "edit": _edit,
    "begin-thread": _begin_thread,
    "delete": _delete,
    "react": _react,
    "clear": _clear,
    "thread": _thread,
    "type": _type,
    "slash": _slash,
    "autocomplete": _autocomplete,
    "menu": _menu,
    "click": _click,
    "select": _select,
    "submit": _submit,
    "trouble": _trouble,
    "bot": _bot,
}
