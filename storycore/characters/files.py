"""Characters as JSON: what is exported can be imported, here or in another server.

    {"fireside": "characters", "version": 1, "characters": [{"name": "Siegfried", "aliases": ["Sigurd"], …}]}

The keys of a character are those of ``KEYS``; what is left out is empty. A file is taken whole or refused with the
place where it is wrong: the line for what is no JSON, else the character and the field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from storycore.cast.facts import folded
from storycore.characters.model import DEFAULT_WEIGHT, CharacterError, Sheet

#: The largest file, in bytes, and the most characters in one.
MAX_BYTES = 1 << 20
MAX_CHARACTERS = 500
KEYS = (
    "name", "aliases", "pronouns", "look", "outfits", "negative", "lora", "lora_weight", "mix", "voice", "same_seed",
    "embeddings", "negative_embeddings",
)  # fmt: skip
_KIND, _VERSION = "characters", 1
_SHAPE = 'A file of characters begins with {"fireside": "characters", "version": 1, "characters": […]}.'


def exported(sheets: Iterable[Sheet]) -> str:
    """Characters as a file, readable and diffable, ending in a line feed."""
    data = {"fireside": _KIND, "version": _VERSION, "characters": [to_json(sheet) for sheet in sheets]}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def to_json(sheet: Sheet) -> dict[str, Any]:
    """One character; what it does not have is left out."""
    data: dict[str, Any] = {
        "name": sheet.name,
        "aliases": list(sheet.aliases),
        "pronouns": sheet.pronouns,
        "look": sheet.look,
        "outfits": dict(sheet.outfits),
        "negative": sheet.negative,
        "lora": sheet.lora,
        "lora_weight": sheet.lora_weight if sheet.lora else None,
        "mix": list(sheet.mix or ()),
        "voice": sheet.voice,
        "same_seed": sheet.same_seed,
        "embeddings": list(sheet.embeddings),
        "negative_embeddings": list(sheet.negative_embeddings),
    }
    return {key: value for key, value in data.items() if value or key == "name"}


def read_file(data: bytes) -> list[Sheet]:
    """The characters of a file, not tidied yet. Raises ``CharacterError`` that says where it is wrong."""
    if len(data) > MAX_BYTES:
        raise CharacterError(
            f"This file has {len(data):,} bytes.", f"At most {MAX_BYTES:,} are possible: hand it in in parts."
        )
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CharacterError(f"Line {line}: this is not UTF-8.", "Save the file as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise CharacterError(f"Line {error.lineno}: this is not JSON ({error.msg}).", "Is a comma missing?") from None
    except (RecursionError, ValueError):
        raise CharacterError("This file is nested too deeply, or holds numbers that are none.", _SHAPE) from None
    rows = document if isinstance(document, list) else _rows(document)
    if len(rows) > MAX_CHARACTERS:
        raise CharacterError(f"These are {len(rows):,} characters.", f"At most {MAX_CHARACTERS} fit into one file.")
    sheets = [from_json(row, f"Character {number}") for number, row in enumerate(rows, start=1)]
    _check_names(sheets)
    return sheets


def _rows(document: object) -> list[Any]:
    if not isinstance(document, dict):
        raise CharacterError("There are no characters in this file.", _SHAPE)
    if document.get("fireside", _KIND) != _KIND or document.get("version", _VERSION) != _VERSION:
        raise CharacterError("This is a file of something else, or of a newer Fireside.", _SHAPE)
    rows = document.get("characters")
    if not isinstance(rows, list):
        raise CharacterError("There are no “characters” in this file.", _SHAPE)
    return rows


def _no_number(text: str) -> None:
    raise ValueError(text)


def from_json(row: object, where: str = "The character") -> Sheet:
    """One character. Raises ``CharacterError`` that names ``where`` and the field."""
    if not isinstance(row, dict):
        raise CharacterError(f"{where} is no character.", "A character is an object with “name” and “look”.")
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise CharacterError(f"{where} has no name.", "Give it a “name”.", "name")
    where = f"{where} ({' '.join(name.split())[:60]})"
    unknown = next((key for key in row if key not in KEYS), None)
    if unknown is not None:
        raise CharacterError(
            f"{where}: there is no field “{str(unknown)[:40]}”.", f"Known are {', '.join(KEYS)}.", str(unknown)[:40]
        )
    return Sheet(
        name=name,
        aliases=tuple(_texts(row, "aliases", where)),
        pronouns=_text(row, "pronouns", where).casefold() or None,
        look=_text(row, "look", where),
        outfits=_outfits(row, where),
        negative=_text(row, "negative", where),
        lora=_text(row, "lora", where),
        lora_weight=_weight(row, where),
        mix=_mix(row, where),
        voice=_text(row, "voice", where),
        same_seed=_switch(row, where),
        embeddings=tuple(_texts(row, "embeddings", where)),
        negative_embeddings=tuple(_texts(row, "negative_embeddings", where)),
    )


def _refused(where: str, key: str, what: str, hint: str) -> CharacterError:
    return CharacterError(f"{where}: “{key}” {what}.", hint, key)


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _refused(where, key, "is no text", "Write it in quotes.")
    return value


def _texts(row: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _refused(where, key, "is no list of texts", 'Write ["one", "two"].')
    return list(value)


def _outfits(row: Mapping[str, Any], where: str) -> dict[str, str]:
    value = row.get("outfits")
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise _refused(where, "outfits", "does not say what is worn", 'Write {"armour": "silver mail"}.')
    return dict(value)


def _weight(row: Mapping[str, Any], where: str) -> float:
    value = row.get("lora_weight")
    if value is None:
        return DEFAULT_WEIGHT
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 100:
        raise _refused(where, "lora_weight", "is no number", "Write 0.8.")
    return float(value)


def _mix(row: Mapping[str, Any], where: str) -> tuple[str, str] | None:
    names = _texts(row, "mix", where)
    if not names:
        return None
    if len(names) != 2:
        raise _refused(where, "mix", "is not two names", 'Write ["Ada B", "Cy D"].')
    return names[0], names[1]


def _switch(row: Mapping[str, Any], where: str) -> bool:
    value = row.get("same_seed", False)
    if not isinstance(value, bool):
        raise _refused(where, "same_seed", "is neither true nor false", "Write true or false.")
    return value


def _check_names(sheets: Iterable[Sheet]) -> None:
    owners: dict[str, str] = {}
    for sheet in sheets:
        for name in sheet.names:
            if name.strip() and owners.setdefault(folded(name), sheet.name) != sheet.name:
                raise CharacterError(
                    f"“{' '.join(name.split())[:60]}” is a name of two characters in this file.",
                    "Give each names of its own.",
                    "aliases",
                )
