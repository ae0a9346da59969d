"""A project's style: ``style:`` in ``story.yaml``, said there or in a file of its own beside the script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from storycore.cast.model import CastMember
from storycore.errors import ScriptError
from storycore.project.dialect import dialect
from storycore.project.folder import disk
from storycore.prompts.compose import compose
from storycore.prompts.write import write_scene
from storycore.script.model import Scene
from storycore.styles.model import NAME_LENGTH, Style, StyleError, in_words, key_of, tidy, with_words

#: What a style without a name is called.
UNNAMED = "of this project"
_MAX_FILE = 1 << 16
_ENDINGS = ("", ".yaml", ".yml")


def style_of(node: Mapping[str, Any], name: str = UNNAMED) -> Style:
    """A style as YAML has it: every value is text. Raises ``StyleError``."""
    said: dict[str, str] = {}
    for key, value in node.items():
        if not isinstance(value, str):
            raise StyleError(f"“{str(key)[:40]}” is a word or a number.", "Write it behind the colon.", str(key)[:40])
        if key == "name":
            name = value
        else:
            said[str(key)] = value
    return tidy(with_words(Style(name), said))


def listed(style: Style) -> dict[str, str]:
    """A style as YAML writes it."""
    name = {} if style.name == UNNAMED else {"name": style.name}
    return name | in_words(style)


def place_of(node: Mapping[Any, Any], field: str) -> str:
    """The key of a node that an error's field means, as it stands there."""
    for key in node:
        try:
            if key == field or key_of(str(key)) == field:
                return str(key)
        except StyleError:
            continue
    return field


def read_style_file(folder: Path, name: str) -> str | None:
    """A style's file beside the script (``ink`` finds ``ink.yaml``); None where there is none. Blocking.

    Raises ``StorageError`` for one that cannot be read, ``ScriptError`` for what is far too large or not UTF-8.
    """
    tried = (folder / f"{name}{ending}" for ending in _ENDINGS) if "\0" not in name and len(name) < 200 else ()
    with disk(f"Reading the style {name[:60]}"):
        path = next((path for path in tried if path.is_file()), None)
        if path is None:
            return None
        if path.stat().st_size > _MAX_FILE:
            raise ScriptError(f"{path.name} is far too large for a style.", "A style has a few lines.")
        data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScriptError(f"{path.name} is not UTF-8.", "Save the file as UTF-8.") from None


def style_in_file(file: str, text: str) -> Style:
    """What a style's file says; without a name it is called as the file is. Raises ``ScriptError`` with the line."""
    try:
        document = dialect().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = file if mark is None else f"{file}, line {mark.line + 1}"
        raise ScriptError(f"{where}: this is not YAML.", 'Put a template into quotes: “"{prompt}, ink"”.') from None
    except (YAMLError, RecursionError):
        raise ScriptError(f"{file}: this is not YAML.", "A style has a key and a value in each line.") from None
    if not isinstance(document, CommentedMap):
        raise ScriptError(f"{file}: there is no style in it.", "Write `sampler: Euler a`, a line each.")
    try:
        return style_of(document, Path(file).stem[:NAME_LENGTH])
    except StyleError as error:
        key = place_of(document, error.field)
        line = document.lc.key(key)[0] + 1 if key in document else 1
        raise ScriptError(f"{file}, line {line}: {error.message}", error.hint) from None


def bare_prompt(scene: Scene, cast: list[CastMember], style: Style | None) -> str:
    """The prompt of a scene that a person left without one. CPU-bound."""
    return compose(write_scene(scene, cast), {}, style=style).text
