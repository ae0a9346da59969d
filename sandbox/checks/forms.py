"""Discord's limits on modals, application commands and autocomplete choices.

Source: Discord developer documentation, interactions/application-commands and components/reference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox import look
from sandbox.checks.limits import between, check_options, check_select, count, length
from sandbox.errors import FormErrors
from sandbox.look import Path

MODAL_COMPONENTS = 5
TITLE = 45
LABEL = 45
CHOICES = 25
COMMAND_TEXT = 8000
CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
COMMANDS = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2

_NAME = re.compile(r"[-_'\w]{1,32}")
IN_LABEL = (
    frozenset({look.TEXT_INPUT, look.FILE_UPLOAD, look.RADIO_GROUP, look.CHECKBOX_GROUP, look.CHECKBOX}) | look.SELECTS
)


def check_modal(body: Mapping[str, Any], base: Path = ("data",)) -> FormErrors:
    """What is wrong with a modal."""
    errors = FormErrors()
    length(errors, (*base, "title"), body.get("title"), TITLE, 1)
    length(errors, (*base, "custom_id"), body.get("custom_id"), 100, 1)
    path = (*base, "components")
    components = count(errors, path, body.get("components"), 1, MODAL_COMPONENTS)
    for index, component in enumerate(components):
        _modal_component(errors, component, (*path, index))
    everything = list(look.walk([item for item in components if isinstance(item, dict)], path))
    seen = Counter(item["custom_id"] for _, item in everything if item.get("custom_id"))
    for where, item in everything:
        if item.get("custom_id") and seen[item["custom_id"]] > 1:
            errors.add(
                (*where, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
    return errors


def _modal_component(errors: FormErrors, component: Mapping[str, Any], path: Path) -> None:
    match component.get("type"):
        case look.LABEL:
            length(errors, (*path, "label"), component.get("label"), LABEL, 1)
            length(errors, (*path, "description"), component.get("description"), 100)
            child = component.get("component")
            if not isinstance(child, dict) or child.get("type") not in IN_LABEL:
                errors.add((*path, "component"), "UNION_TYPE_CHOICES", "A label holds one input, menu or upload")
                return
            _field(errors, child, (*path, "component"), labelled=True)
        case look.ACTION_ROW:
            children = count(errors, (*path, "components"), component.get("components"), 1, 1)
            for index, child in enumerate(children):
                _field(errors, child, (*path, "components", index), labelled=False)
        case look.TEXT_DISPLAY:
            length(errors, (*path, "content"), component.get("content"), 4000, 1)
        case _:
            errors.add((*path, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).')


def _field(errors: FormErrors, field: Mapping[str, Any], path: Path, *, labelled: bool) -> None:
    kind = field.get("type")
    if kind in look.SELECTS:
        check_select(errors, field, path)
        return
    length(errors, (*path, "custom_id"), field.get("custom_id"), 100, 1)
    if kind == look.TEXT_INPUT:
        _text_input(errors, field, path, labelled=labelled)
    elif kind == look.FILE_UPLOAD:
        between(errors, (*path, "min_values"), field.get("min_values"), 0, 10)
        between(errors, (*path, "max_values"), field.get("max_values"), 1, 10)
    elif kind == look.RADIO_GROUP:
        check_options(errors, field, path, 10, least=2)
    elif kind == look.CHECKBOX_GROUP:
        check_options(errors, field, path, 10)
    elif kind != look.CHECKBOX:
        errors.add((*path, "type"), "UNION_TYPE_CHOICES", "A modal cannot hold this component")


def _text_input(errors: FormErrors, field: Mapping[str, Any], path: Path, *, labelled: bool) -> None:
    if labelled and field.get("label"):
        errors.add((*path, "label"), "BASE_TYPE_UNWANTED", "A text input in a label has no label of its own")
    if not labelled:
        length(errors, (*path, "label"), field.get("label"), LABEL, 1)
    between(errors, (*path, "style"), field.get("style"), 1, 2)
    between(errors, (*path, "min_length"), field.get("min_length"), 0, 4000)
    between(errors, (*path, "max_length"), field.get("max_length"), 1, 4000)
    length(errors, (*path, "placeholder"), field.get("placeholder"), 100)
    length(errors, (*path, "value"), field.get("value"), field.get("max_length") or 4000)


def check_choices(choices: object, base: Path = ("data", "choices")) -> FormErrors:
    """What is wrong with the choices of an autocomplete answer or an option."""
    errors = FormErrors()
    for index, choice in enumerate(count(errors, base, choices, 0, CHOICES)):
        length(errors, (*base, index, "name"), choice.get("name"), 100, 1)
        if isinstance(choice.get("value"), str):
            length(errors, (*base, index, "value"), choice["value"], 100)
    return errors


def check_commands(commands: object) -> FormErrors:
    """What is wrong with a list of application commands to be registered at once."""
    errors = FormErrors()
    items = commands if isinstance(commands, list) else []
    if not isinstance(commands, list):
        errors.add((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    for kind, most in COMMANDS.items():
        if sum((item.get("type") or CHAT_INPUT) == kind for item in items) > most:
            errors.add((), "APPLICATION_COMMAND_TOO_MANY", f"Maximum number of commands of type {kind}: {most}")
    seen = Counter((item.get("type") or CHAT_INPUT, item.get("name")) for item in items)
    for index, item in enumerate(items):
        if seen[item.get("type") or CHAT_INPUT, item.get("name")] > 1:
            errors.add(
                (index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        _command(errors, item, (index,))
    return errors


def _command(errors: FormErrors, command: Mapping[str, Any], path: Path) -> None:
    if (command.get("type") or CHAT_INPUT) == CHAT_INPUT:
        _name(errors, (*path, "name"), command.get("name"))
        length(errors, (*path, "description"), command.get("description"), 100, 1)
        _options(errors, command.get("options"), (*path, "options"))
        if _text_size(command) > COMMAND_TEXT:
            errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({COMMAND_TEXT})")
        return
    length(errors, (*path, "name"), command.get("name"), 32, 1)
    if command.get("description"):
        errors.add(
            (*path, "description"),
            "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID",
            "Context menu commands cannot have description",
        )
    if command.get("options"):
        errors.add(
            (*path, "options"),
            "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID",
            "Context menu commands cannot have options",
        )


def _name(errors: FormErrors, path: Path, name: object) -> None:
    length(errors, path, name, 32, 1)
    if isinstance(name, str) and (not _NAME.fullmatch(name) or name != name.lower()):
        errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _options(errors: FormErrors, options: object, path: Path) -> None:
    items = count(errors, path, options, 0, 25)
    seen = Counter(item.get("name") for item in items)
    optional = False
    for index, item in enumerate(items):
        here = (*path, index)
        _name(errors, (*here, "name"), item.get("name"))
        length(errors, (*here, "description"), item.get("description"), 100, 1)
        if seen[item.get("name")] > 1:
            errors.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "Option names must be unique")
        if item.get("type") in (SUBCOMMAND, SUBCOMMAND_GROUP):
            _options(errors, item.get("options"), (*here, "options"))
            continue
        if item.get("required") and optional:
            errors.add(
                (*here, "required"),
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional = optional or not item.get("required")
        if item.get("choices") and item.get("autocomplete"):
            errors.add((*here, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", "Choices, or this")
        for number, choice in enumerate(count(errors, (*here, "choices"), item.get("choices"), 0, CHOICES)):
            length(errors, (*here, "choices", number, "name"), choice.get("name"), 100, 1)


def _text_size(node: Mapping[str, Any]) -> int:
    size = len(node.get("name") or "") + len(node.get("description") or "")
    size += sum(len(str(choice.get("value", ""))) + len(choice.get("name", "")) for choice in node.get("choices") or [])
    return size + sum(_text_size(option) for option in node.get("options") or [])
