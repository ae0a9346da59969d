"""Files of names: LFW's attributes, CelebA's attributes with an operator's list of names, and a plain list.

LFW: ``lfw_attributes.txt`` of Kumar et al. (Attribute and Simile Classifiers for Face Verification, ICCV 2009): a line
a picture, tabs, a real number an attribute, above 0 where it holds. CelebA: ``list_attr_celeba.txt`` (also as CSV) and
``identity_CelebA.txt`` of Liu et al. (Deep Learning Face Attributes in the Wild, ICCV 2015): 1 or -1 an attribute, and
a number a person, so that names come from a CSV of ``identity,name``.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from storycore.names.model import KnownName, NamesError, Sex

#: Larger files are none of these: LFW's has 15 MB, CelebA's 25 MB.
_LARGEST_BYTES = 256 << 20
_LONGEST_NAME = 60
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?")
_ODD_IN_NAMES = re.compile(r"[_\s]+")


def bundled() -> list[KnownName]:
    """The names that come with Fireside."""
    text = files("storycore.names").joinpath("bundled.txt").read_text("utf-8")
    return list(_plain(text.splitlines(), "bundled"))


def read_lfw(path: Path) -> list[KnownName]:
    """Names from LFW's attribute file: a person is what most of their pictures are. Raises ``NamesError``."""
    lines = _lines(path)
    heading = next((line for line in lines if line.startswith("#") and "person" in line.split("\t")), None)
    if heading is None:
        raise NamesError(
            f"{path.name} is no attribute file of LFW: no line names its columns.",
            "Take lfw_attributes.txt, whose second line begins with “#”, “person”, “imagenum”, “Male”.",
        )
    columns = heading.removeprefix("#").strip("\t ").rstrip("\n").split("\t")
    if "Male" not in columns:
        raise NamesError(f"{path.name} has no column “Male”.", "Take the whole attribute file.")
    person, male = columns.index("person"), columns.index("Male")
    seen: dict[str, list[float]] = defaultdict(list)
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.rstrip("\r\n").split("\t")
        try:
            seen[cells[person]].append(float(cells[male]))
        except (IndexError, ValueError):
            raise NamesError(f"Line {number} of {path.name} is not whole.", "Get the file again.") from None
    return _named(((name, sum(values)) for name, values in seen.items()), "lfw")


def read_celeba(attributes: Path, identities: Path, names: Path) -> list[KnownName]:
    """Names from CelebA's attributes, its identities, and a CSV ``identity,name``. Raises ``NamesError``."""
    called = dict(_pairs(names))
    person_of = dict(_identities(identities))
    seen: dict[str, list[float]] = defaultdict(list)
    for picture, male in _males(attributes):
        identity = person_of.get(picture)
        if identity in called:
            seen[called[identity]].append(male)
    if not seen:
        raise NamesError(
            "None of these pictures belongs to a person with a name.",
            f"The first column of {names.name} has the numbers that {identities.name} gives.",
        )
    return _named(((name, sum(values)) for name, values in seen.items()), "celeba")


def read_plain(path: Path) -> list[KnownName]:
    """Names from a list: ``female`` or ``male``, a tab or comma, the name. Raises ``NamesError``."""
    return list(_plain(_lines(path), "list"))


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise NamesError(f"{path.name} is too large to be a list of names.", "Take the attribute file alone.")
        return path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise NamesError(f"{path.name} is not there.", "Name a file on this machine.") from None
    except (OSError, UnicodeDecodeError):
        raise NamesError(f"{path.name} cannot be read as text.", "It has to be a text file in UTF-8.") from None


def _plain(lines: Iterable[str], source: str) -> Iterator[KnownName]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        sex, _, name = line.replace("\t", ",", 1).partition(",")
        try:
            yield KnownName(_clean(name), Sex(sex.strip().lower()), source)
        except ValueError:
            raise NamesError(
                f"Line {number} is not a sex and a name.", "Write “female, Ada Lovelace”: a line a name."
            ) from None


def _named(judged: Iterable[tuple[str, float]], source: str) -> list[KnownName]:
    """A name nobody could have, and one whose pictures do not agree, is left out."""
    found: list[KnownName] = []
    for name, male in judged:
        try:
            cleaned = _clean(name)
        except ValueError:
            continue
        if male:
            found.append(KnownName(cleaned, Sex.MALE if male > 0 else Sex.FEMALE, source))
    return sorted(found)


def _clean(name: str) -> str:
    cleaned = _ODD_IN_NAMES.sub(" ", name).strip()
    if len(cleaned) > _LONGEST_NAME or not _NAME.fullmatch(cleaned):
        raise ValueError(f"not a name: {cleaned[:_LONGEST_NAME]!r}")
    return cleaned


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    rows = csv.reader(_lines(path))
    for number, row in enumerate(rows, 1):
        if not row or (number == 1 and not row[0].strip().isdecimal()):
            continue  # a heading
        if len(row) < 2 or not row[0].strip().isdecimal():
            raise NamesError(f"Line {number} of {path.name} is not a number and a name.", "Write “2880,Jane Doe”.")
        yield row[0].strip(), row[1]


def _identities(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(_lines(path), 1):
        cells = line.split()
        if not cells:
            continue
        if len(cells) != 2 or not cells[1].isdecimal():
            raise NamesError(
                f"Line {number} of {path.name} is not a picture and a number.", "Take identity_CelebA.txt."
            )
        yield cells[0], cells[1]


def _males(path: Path) -> Iterator[tuple[str, float]]:
    lines = _lines(path)
    comma = bool(lines) and lines[0].startswith("image_id,")
    heading = next((n for n, line in enumerate(lines[:3]) if "Male" in line.replace(",", " ").split()), None)
    if heading is None:
        raise NamesError(f"{path.name} has no column “Male”.", "Take list_attr_celeba.txt.")
    columns = lines[heading].split(",")[1:] if comma else lines[heading].split()
    male = columns.index("Male")
    for number, line in enumerate(lines[heading + 1 :], heading + 2):
        cells = line.split(",") if comma else line.split()
        if not cells:
            continue
        try:
            yield cells[0], float(cells[male + 1])
        except (IndexError, ValueError):
            raise NamesError(f"Line {number} of {path.name} is not whole.", "Get the file again.") from None
