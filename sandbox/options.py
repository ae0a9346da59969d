"""What a member fills into commands and menus, as Discord's client would send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox import look, payloads
from sandbox.errors import SandboxError
from sandbox.model import Channel, Member, Role
from sandbox.state import State
from sandbox.world import File

if TYPE_CHECKING:
    from sandbox.actors import Actor

Value: TypeAlias = "str | int | float | bool | File | Channel | Role | Member | Actor"

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11
Resolved = dict[str, dict[str, Any]]


def check_upload(state: State, file: File) -> None:
    """Raise `SandboxError` for a file that the client would not upload."""
    if len(file.data) > state.upload_limit:
        raise SandboxError(f"{file.filename}: your files are too powerful (at most {state.upload_limit} bytes)")


def fill(
    state: State,
    channel: Channel,
    command: Mapping[str, Any],
    values: Mapping[str, Value],
    resolved: Resolved,
    *,
    partial: bool = False,
) -> list[dict[str, Any]]:
    """The options of a command with these values; raises `SandboxError` for what the client would not send.

    `partial`: the command is still being typed, required options may be missing.
    """
    described = {item["name"]: item for item in command.get("options") or []}
    unknown = values.keys() - described.keys()
    if unknown:
        raise SandboxError(
            f"there is no option {', '.join(sorted(unknown))} (there are: {', '.join(described) or 'none'})"
        )
    missing = [name for name, item in described.items() if item.get("required") and name not in values]
    if missing and not partial:
        raise SandboxError(f"the option {missing[0]!r} is required")
    return [
        {"name": name, "type": item["type"], "value": _value(state, channel, item, values[name], resolved)}
        for name, item in described.items()
        if name in values
    ]


def _value(state: State, channel: Channel, option: Mapping[str, Any], value: Value, resolved: Resolved) -> object:
    kind, name = option["type"], option["name"]
    if kind == ATTACHMENT:
        if not isinstance(value, File):
            raise SandboxError(f"{name} wants a File")
        return upload(state, channel, value, resolved)
    if kind in (USER, CHANNEL, ROLE, MENTIONABLE):
        return thing(value, resolved, _KINDS[kind], name)
    if kind == STRING:
        value = _string(option, value)
    elif kind == BOOLEAN:
        if not isinstance(value, bool):
            raise SandboxError(f"{name} is true or false")
    else:
        value = _number(option, value)
    choices = option.get("choices")
    if choices:
        for choice in choices:
            if value in (choice["value"], choice["name"]):
                return choice["value"]
        raise SandboxError(f"{value!r} is no choice of {name}")
    return value


def _string(option: Mapping[str, Any], value: Value) -> str:
    if not isinstance(value, str):
        raise SandboxError(f"{option['name']} is a text")
    least, most = option.get("min_length") or 0, option.get("max_length") or 6000
    if not least <= len(value) <= most:
        raise SandboxError(f"{option['name']} is {least} to {most} characters")
    if not value and option.get("required"):
        raise SandboxError(f"the option {option['name']!r} is required")
    return value


def _number(option: Mapping[str, Any], value: Value) -> int | float:
    whole = option["type"] == INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise SandboxError(f"{option['name']} is a {'whole ' if whole else ''}number")
    number: int | float = value
    least, most = option.get("min_value"), option.get("max_value")
    if (least is not None and number < least) or (most is not None and number > most):
        raise SandboxError(f"{option['name']} is from {least} to {most}")
    return number


def upload(state: State, channel: Channel, file: File, resolved: Resolved) -> str:
    """Upload a file for an interaction; gives its id and notes it in `resolved`."""
    check_upload(state, file)
    attachment = state.world.attach(channel, file, ephemeral=True)
    resolved.setdefault("attachments", {})[str(attachment.id)] = payloads.attachment(attachment)
    return str(attachment.id)


_KINDS: dict[int, tuple[str, ...]] = {
    USER: ("user",),
    CHANNEL: ("channel",),
    ROLE: ("role",),
    MENTIONABLE: ("user", "role"),
}
_MENUS: dict[int, tuple[str, ...]] = {
    look.USER_SELECT: ("user",),
    look.ROLE_SELECT: ("role",),
    look.MENTIONABLE_SELECT: ("user", "role"),
    look.CHANNEL_SELECT: ("channel",),
}


def thing(value: object, resolved: Resolved, kinds: tuple[str, ...], name: str) -> str:
    """The id of a member, role or channel, noted in `resolved` as Discord does."""
    value = getattr(value, "member", value)
    if isinstance(value, Member) and "user" in kinds:
        resolved.setdefault("users", {})[str(value.id)] = payloads.user(value.user)
        resolved.setdefault("members", {})[str(value.id)] = payloads.member(value, with_user=False) | {
            "permissions": "0"
        }
        return str(value.id)
    if isinstance(value, Role) and "role" in kinds:
        resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
        return str(value.id)
    if isinstance(value, Channel) and "channel" in kinds:
        resolved.setdefault("channels", {})[str(value.id)] = payloads.channel(value) | {"permissions": "0"}
        return str(value.id)
    raise SandboxError(f"{name} wants a {' or '.join(kinds)}")


def choose(
    state: State,
    channel: Channel,
    menu: look.Select,
    values: Sequence[Value],
    resolved: Resolved,
    *,
    least: int | None = None,
) -> list[str]:
    """The values of a menu with these chosen; raises `SandboxError` for too many, too few or none of its options."""
    fewest = menu.min_values if least is None else least
    if not fewest <= len(values) <= menu.max_values:
        raise SandboxError(f"{menu.placeholder or menu.custom_id}: choose {fewest} to {menu.max_values}")
    if menu.type != look.STRING_SELECT:
        return [thing(value, resolved, _MENUS[menu.type], menu.custom_id) for value in values]
    chosen = []
    for value in values:
        found = [option for option in menu.options if value in (option["value"], option["label"])]
        if not found:
            offered = ", ".join(repr(option["label"]) for option in menu.options)
            raise SandboxError(f"{value!r} is no option (there are: {offered})")
        chosen.append(str(found[0]["value"]))
    return chosen
