"""Filling in a modal, as Discord's client would send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox import look, options
from sandbox.errors import SandboxError
from sandbox.model import Channel
from sandbox.results import Modal, ModalField
from sandbox.state import State
from sandbox.world import File


def fill(state: State, channel: Channel, modal: Modal, values: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a submitted form; raises `SandboxError` for what the client would not send."""
    fields = {field.custom_id: field for field in modal.fields}
    given: dict[str, Any] = {}
    for key, value in values.items():
        found = [field for field in fields.values() if key in (field.custom_id, field.label)]
        if not found:
            names = ", ".join(repr(field.label) for field in fields.values())
            raise SandboxError(f"the form has no input {key!r} (there are: {names})")
        given[found[0].custom_id] = value
    resolved: dict[str, dict[str, Any]] = {}
    answers = {name: _answer(state, channel, field, given.get(name), resolved) for name, field in fields.items()}
    data: dict[str, Any] = {
        "custom_id": modal.custom_id,
        "components": [_component(item, index, answers) for index, item in enumerate(modal.raw["components"], 1)],
    }
    if resolved:
        data["resolved"] = resolved
    return data


def _component(component: Mapping[str, Any], number: int, answers: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    here: dict[str, Any] = {"type": component["type"], "id": component.get("id") or number}
    if component["type"] == look.LABEL:
        child = component["component"]
        here["component"] = _filled(child, 100 + number, answers)
    elif component["type"] == look.ACTION_ROW:
        here["components"] = [_filled(child, 100 + number, answers) for child in component["components"]]
    return here


def _filled(child: Mapping[str, Any], number: int, answers: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    name = child["custom_id"]
    return {"type": child["type"], "id": child.get("id") or number, "custom_id": name} | answers[name]


def _answer(
    state: State, channel: Channel, field: ModalField, given: Any, resolved: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    match field.type:
        case look.TEXT_INPUT:
            return {"value": _text(field, field.value if given is None else given)}
        case look.FILE_UPLOAD:
            files = [given] if isinstance(given, File) else list(given or [])
            _count(field, len(files))
            return {"values": [options.upload(state, channel, file, resolved) for file in files]}
        case look.CHECKBOX:
            return {"value": bool(given)}
        case look.RADIO_GROUP | look.CHECKBOX_GROUP:
            return _group(field, given)
        case _:
            return {"values": _menu(state, channel, field, given, resolved)}


def _text(field: ModalField, value: object) -> str:
    if not isinstance(value, str):
        raise SandboxError(f"{field.label} is a text")
    if not value and not field.required:
        return value
    least = max(field.least, 1 if field.required else 0)
    if not least <= len(value) <= field.most:
        raise SandboxError(f"{field.label}: {least} to {field.most} characters, not {len(value)}")
    return value


def _count(field: ModalField, number: int) -> None:
    if number == 0 and not field.required:
        return
    if not field.least <= number <= field.most:
        raise SandboxError(f"{field.label}: {field.least} to {field.most}, not {number}")


def _group(field: ModalField, given: Any) -> dict[str, Any]:
    wanted = [given] if isinstance(given, str) else list(given or [])
    if not all(isinstance(item, str) for item in wanted):
        raise SandboxError(f"{field.label}: options are named by text")
    chosen = [item["value"] for item in field.options if {item["value"], item["label"]} & set(wanted)]
    if len(chosen) != len(wanted) or (field.required and not chosen):
        raise SandboxError(f"{field.label}: choose among its options")
    if field.type == look.RADIO_GROUP:
        return {"value": chosen[0] if chosen else None}
    return {"values": chosen}


def _menu(
    state: State, channel: Channel, field: ModalField, given: Any, resolved: dict[str, dict[str, Any]]
) -> list[str]:
    if given is None:
        values: list[Any] = [item["value"] for item in field.options if item.get("default")]
    else:
        values = [given] if isinstance(given, str) else list(given)
    menu = look.Select(field.type, field.custom_id, field.label, False, field.options, field.least, field.most)
    return options.choose(state, channel, menu, values, resolved, least=field.least if field.required else 0)
