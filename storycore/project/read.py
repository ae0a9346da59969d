"""Reading ``story.yaml``: taken in whole, or refused with one sentence that names the line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from storycore.cast.corrections import CorrectionKind
from storycore.cast.facts import folded as folded_name
from storycore.characters.files import KEYS
from storycore.characters.files import MAX_CHARACTERS as MAX_LISTED
from storycore.characters.model import CharacterError, Sheet
from storycore.errors import FilmError, FiresideError, ScriptError
from storycore.film.options import DEFAULTS, OPTION_NAMES, FilmOptions, with_words
from storycore.narration.voices import EVERY_HOUSE_HAS, Catalogue
from storycore.project.characters import sheet_of
from storycore.project.dialect import dialect
from storycore.project.people import Asked, People, Said
from storycore.project.speakers import AUTO, Speaks, speaks
from storycore.project.styles import place_of, style_in_file, style_of
from storycore.project.wanted import NAME_LENGTH, Wanted, WantedLine, WantedScene, folded, line_of
from storycore.prompts.check import clean_prompt
from storycore.script.model import LineKind
from storycore.script.reading import MAX_WORDS
from storycore.script.words import count_words
from storycore.studio.stories import TITLE_LENGTH, tidy_title
from storycore.styles.model import Style, StyleError

STORY_FILE = "story.yaml"
#: The largest ``story.yaml``, in characters: many times what the longest script needs.
MAX_CHARACTERS = 4 << 20
_NO_NUMBER = ("", "~", "null")
_STORY_KEYS = ("title", "film", "style", "voices", "characters", "cast", "corrections", "questions", "scenes")
_MEMBER_KEYS = ("name", "also")
_QUESTION_KEYS = ("ask", "answer")
#: How a correction is written: its first key, its second (""; there is none), and in which order the names are kept.
_CORRECTIONS = {
    "merge": (CorrectionKind.SAME, "into", (1, 0)),
    "split": (CorrectionKind.APART, "from", (1, 0)),
    "rename": (CorrectionKind.RENAMED, "to", (0, 1)),
    "nobody": (CorrectionKind.NOBODY, "", (0,)),
    "somebody": (CorrectionKind.SOMEBODY, "", (0,)),
    "speaker": (CorrectionKind.SPEAKER, "says", (0,)),
}
_SCENE_KEYS = ("id", "title", "prompt", "pick", "picks", "lines")
_LINE_KEYS = ("speaker", "text")


@dataclass(frozen=True, slots=True)
class Known:
    """What the file is checked against: what it said when it was last taken up, how many pictures each scene shows
    (by id; 0 before they are painted), how many a new scene will get, which voices there are, and what the style's file
    says that it names."""

    base: Wanted
    pictures: Mapping[int, int]
    candidates: int
    voices: Catalogue = EVERY_HOUSE_HAS
    style_file: str | None = None


def parse(text: str) -> CommentedMap:
    """The file as a document. Raises ``ScriptError`` that names the line."""
    if len(text) > MAX_CHARACTERS:
        raise _refused(None, f"it has {len(text):,} characters", f"It may have at most {MAX_CHARACTERS:,}.")
    try:
        document = dialect().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refused(None if mark is None else mark.line, f"this is not YAML ({_problem(error)})", _ADVICE) from None
    except YAMLError:
        raise _refused(None, "it holds characters that YAML does not allow", "Take them out and try again.") from None
    except RecursionError:
        raise _refused(None, "it is nested too deeply", _SHAPE) from None
    if not isinstance(document, CommentedMap):
        raise _refused(0, "there is no story in it", _SHAPE)
    return document


_ADVICE = "Put texts that hold “: ” or “ #” into quotes, and indent with spaces as the lines around do."
_SHAPE = "It begins with “title:” and “scenes:”; delete the file to have it written anew."


def _problem(error: MarkedYAMLError) -> str:
    problem = " ".join(str(error.problem or error.context or "it breaks off").split())
    duplicate = re.match(r'found duplicate key "(\w{1,40})', problem)
    return f"“{duplicate[1]}” stands there twice" if duplicate else problem[:120]


def _refused(line: int | None, what: str, advice: str) -> ScriptError:
    """``line`` is counted from 0, as YAML marks are."""
    place = STORY_FILE if line is None else f"{STORY_FILE}, line {line + 1}"
    return ScriptError(f"{place}: {what}.", advice)


def read_wanted(document: CommentedMap, known: Known) -> Wanted:
    """What the document asks for, all of it checked. Raises ``ScriptError`` that names the line."""
    _check_keys(document, _STORY_KEYS, "the story", document.lc.line)
    title = _title(document)
    film = _film(document)
    scenes = document.get("scenes")
    if not isinstance(scenes, CommentedSeq) or not scenes:
        raise _refused(_line_of(document, "scenes"), "there are no scenes", _SHAPE)
    wanted: list[WantedScene] = []
    seen: dict[int, int] = {}
    words = 0
    for place, node in enumerate(scenes):
        line = scenes.lc.item(place)[0]
        scene = _scene(node, place, line, known)
        if scene.id is not None:
            if scene.id in seen:
                raise _refused(
                    line,
                    f"scene {scene.id} stands here a second time (first in line {seen[scene.id] + 1})",
                    "A new scene has no “id”: leave that line out of the copy.",
                )
            seen[scene.id] = line
        words += sum(count_words(spoken.text) for spoken in scene.lines)
        wanted.append(scene)
    if words > MAX_WORDS:
        raise _refused(None, f"its lines have {words:,} words", f"At most {MAX_WORDS:,} are possible.")
    people, voices = _people(document), _voices(document, known.voices)
    return Wanted(title, tuple(wanted), film, people, voices, _characters(document), _style(document, known))


def named_style(document: CommentedMap) -> str:
    """The style's file that the document names, "" where it names none."""
    node = document.get("style", "")
    return node.strip() if isinstance(node, str) and node.strip() not in _NO_NUMBER else ""


def _style(document: CommentedMap, known: Known) -> Style | None:
    """How it is painted: said below, or in the file that is named; nothing leaves it to the painter."""
    node = document.get("style", "")
    if isinstance(node, str) and not named_style(document):
        return None
    line = _line_of(document, "style")
    if isinstance(node, str):
        if known.style_file is None:
            raise _refused(line, f"there is no style “{node.strip()[:60]}” beside the script", "Such as ink.yaml.")
        return style_in_file(node.strip(), known.style_file)
    if not isinstance(node, CommentedMap):
        raise _refused(line, "“style” has its keys below it, or names a file", "Such as “  sampler: Euler a”.")
    try:
        return style_of(node)
    except StyleError as error:
        at = _line_of(node, place_of(node, error.field), line) + 1
        raise ScriptError(f"{STORY_FILE}, line {at}: {error.message}", error.hint) from None


def _film(document: CommentedMap) -> FilmOptions:
    node = document.get("film", "")
    if isinstance(node, str) and node.strip() in _NO_NUMBER:
        return DEFAULTS
    if not isinstance(node, CommentedMap):
        raise _refused(_line_of(document, "film"), "“film” has its options below it", "For example “  shape: 9:16”.")
    _check_keys(node, OPTION_NAMES, "the film", _line_of(document, "film"))
    options = DEFAULTS
    for key in node:
        try:
            options = with_words(options, {key: _text(node, key, "an option")})
        except FilmError as error:
            raise ScriptError(f"{STORY_FILE}, line {_line_of(node, key) + 1}: {error.message}", error.hint) from None
    return options


def _voices(document: CommentedMap, there_are: Catalogue) -> tuple[Speaks, ...]:
    """Who speaks with which voice, by the speakers' names; "auto" and nothing leave it to Fireside."""
    node = document.get("voices", "")
    if isinstance(node, str) and node.strip() in _NO_NUMBER:
        return ()
    if not isinstance(node, CommentedMap):
        raise _refused(_line_of(document, "voices"), "“voices” has its speakers below it", "Such as “  Ada: woman”.")
    said: dict[str, Speaks] = {}
    for key in node:
        line = _line_of(node, key)
        wanted = _text(node, key, "a voice's name")
        if not isinstance(key, str) or not 1 <= len(folded(key)) <= NAME_LENGTH:
            raise _refused(line, "this is nobody's name", f"A name has at most {NAME_LENGTH} characters.")
        entry = there_are.find(wanted)
        if wanted and wanted.casefold() != AUTO and entry is None:
            near = [entry.name for entry in there_are.matching(wanted)[:3]]
            hint = f"Perhaps {', '.join(near)}?" if near else "`fireside voices` shows those that there are."
            raise _refused(line, f"there is no voice “{wanted[:40]}”", hint)
        one = speaks(key, "" if entry is None else entry.name)
        if one.speaker in said:
            raise _refused(line, f"“{folded(key)[:40]}” has a voice already", "Keep one of them.")
        said[one.speaker] = one
    return tuple(one for _, one in sorted(said.items()) if one.voice)


def _characters(document: CommentedMap) -> tuple[Sheet, ...]:
    """Who looks how; a name or alias is one character's alone."""
    found: list[Sheet] = []
    owners: dict[str, str] = {}
    for node, line in _items(document, "characters"):
        _check_keys(node, KEYS, "a character", line)
        try:
            sheet = sheet_of(node)
        except CharacterError as error:
            at = _line_of(node, error.field, line) + 1
            raise ScriptError(f"{STORY_FILE}, line {at}: {error.message}", error.hint) from None
        for name in sheet.names:
            if owners.setdefault(folded_name(name), sheet.name) != sheet.name:
                raise _refused(line, f"“{name[:40]}” is a name of two characters", "Give each names of its own.")
        found.append(sheet)
    if len(found) > MAX_LISTED:
        raise _refused(_line_of(document, "characters"), f"these are {len(found)} characters", f"At most {MAX_LISTED}.")
    return tuple(found)


def _people(document: CommentedMap) -> People:
    """Cast, corrections and answers; sections that are not there are empty."""
    return People(
        tuple(_member(node, line) for node, line in _items(document, "cast")),
        tuple(_correction(node, line) for node, line in _items(document, "corrections")),
        tuple(_asked(node, line) for node, line in _items(document, "questions")),
    )


def _items(document: CommentedMap, key: str) -> list[tuple[CommentedMap, int]]:
    found = document.get(key)
    if found is None or (isinstance(found, str) and found.strip() in _NO_NUMBER):
        return []
    if not isinstance(found, CommentedSeq):
        raise _refused(_line_of(document, key), f"“{key}” is a list", "Write each under it, after “- ”.")
    items: list[tuple[CommentedMap, int]] = []
    for index, node in enumerate(found):
        line = found.lc.item(index)[0]
        if not isinstance(node, CommentedMap):
            raise _refused(line, f"this is nothing that “{key}” has", _HOW[key])
        items.append((node, line))
    return items


_HOW = {
    "cast": "The cast is written for you; corrections go under “corrections:”.",
    "corrections": "Such as “- merge: the stranger” and, below it, “into: Siegfried”.",
    "questions": "Write after “answer:”, and leave the rest as it is.",
}


def _member(node: CommentedMap, line: int) -> tuple[str, tuple[str, ...]]:
    _check_keys(node, _MEMBER_KEYS, "somebody of the cast", line)
    also = node.get("also", [])
    names = also if isinstance(also, CommentedSeq) else []
    return _text(node, "name", "a name"), tuple(folded(str(name)) for name in names)


def _correction(node: CommentedMap, line: int) -> Said:
    how = next((key for key in node if key in _CORRECTIONS), None)
    if how is None:
        known = ", ".join(f"“{key}”" for key in _CORRECTIONS)
        raise _refused(line, "this is no correction", f"It begins with one of {known}.")
    kind, second, order = _CORRECTIONS[how]
    which = ("which",) if kind is CorrectionKind.SPEAKER else ()
    _check_keys(node, (how, *((second,) if second else ()), *which), "this correction", line)
    given = [_text(node, key, "a name") for key in (how, second) if key]
    if not all(given):
        missing = how if not given[0] else second
        raise _refused(line, f"“{missing}” says nothing", _HOW["corrections"])
    long = next((name for name in given[: len(order)] if len(name) > NAME_LENGTH), None)
    if long is not None:
        raise _refused(line, f"this name has {len(long)} characters", f"At most {NAME_LENGTH} are possible.")
    if kind is CorrectionKind.SPEAKER:
        return Said(kind, (given[0],), given[1], max(0, (_number(node, "which") or 1) - 1))
    return Said(kind, tuple(given[place] for place in order))


def _asked(node: CommentedMap, line: int) -> Asked:
    _check_keys(node, _QUESTION_KEYS, "a question", line)
    return Asked(_text(node, "ask", "a question"), _text(node, "answer", "an answer"))


def _title(document: CommentedMap) -> str:
    title = _text(document, "title", "the story's title")
    if len(title) > TITLE_LENGTH:
        raise _refused(
            _line_of(document, "title"),
            f"the title has {len(title)} characters",
            f"It may have at most {TITLE_LENGTH}.",
        )
    if not title:
        raise _refused(_line_of(document, "title"), "the story has no title", "Write one after “title:”.")
    return tidy_title(title)


def _scene(node: Any, place: int, line: int, known: Known) -> WantedScene:
    if not isinstance(node, CommentedMap):
        raise _refused(line, f"scene {place + 1} is not a scene", "A scene has “title”, “prompt”, “pick” and “lines”.")
    _check_keys(node, _SCENE_KEYS, f"scene {place + 1}", line)
    scene_id = _number(node, "id")
    if scene_id is not None and scene_id not in known.pictures:
        raise _refused(
            _line_of(node, "id"), f"there is no scene with the id {scene_id}", "A new scene has no “id”: leave it out."
        )
    title = _text(node, "title", "a scene's title")
    if len(title) > NAME_LENGTH:
        raise _refused(
            _line_of(node, "title"), f"this title has {len(title)} characters", f"It may have at most {NAME_LENGTH}."
        )
    lines = _lines(node, place, line)
    picks = _picks(node, scene_id, known)
    return WantedScene(
        id=scene_id,
        title=title,
        prompt=_prompt(node, "" if scene_id is None else known.base.scene(scene_id).prompt),
        pick=picks[0],
        lines=lines,
        place=place,
        second=picks[1],
    )


def _prompt(node: CommentedMap, before: str) -> str:
    prompt = _text(node, "prompt", "a prompt")
    if not prompt or prompt == before:
        return prompt
    try:
        return folded(clean_prompt(prompt))
    except FiresideError as error:
        raise ScriptError(f"{STORY_FILE}, line {_line_of(node, 'prompt') + 1}: {error.message}", error.hint) from None


def _picks(node: CommentedMap, scene_id: int | None, known: Known) -> tuple[int, int | None]:
    """The pick, and a second one where “picks” names two; without either the first picture."""
    if "picks" not in node:
        pick = _number(node, "pick")
        return (1 if pick is None else _offered(node, "pick", pick, scene_id, known)), None
    line = _line_of(node, "picks")
    if "pick" in node:
        raise _refused(line, "this scene has “pick” and “picks”", "Keep one of them.")
    said = node["picks"]
    if not isinstance(said, CommentedSeq) or not 1 <= len(said) <= 2:
        raise _refused(line, "“picks” names two pictures", "Write them as “picks: [2, 4]”.")
    numbers = [_whole("picks", value, line) for value in said]
    first, second = (_offered(node, "picks", number, scene_id, known) for number in (numbers[0], numbers[-1]))
    return first, None if second == first else second


def _offered(node: CommentedMap, key: str, pick: int, scene_id: int | None, known: Known) -> int:
    offered = (known.pictures[scene_id] if scene_id is not None else 0) or known.candidates
    if not 1 <= pick <= offered:
        there = "There is 1 picture" if offered == 1 else f"There are {offered} pictures"
        raise _refused(_line_of(node, key), f"there is no picture {pick} to pick", f"{there} for this scene.")
    return pick


def _lines(node: CommentedMap, place: int, line: int) -> tuple[WantedLine, ...]:
    lines = node.get("lines")
    if not isinstance(lines, CommentedSeq) or not lines:
        raise _refused(
            _line_of(node, "lines", line),
            f"scene {place + 1} has no lines",
            "Write at least one, “- text: …”, or take the whole scene out.",
        )
    return tuple(_line(item, lines.lc.item(index)[0]) for index, item in enumerate(lines))


def _line(node: Any, line: int) -> WantedLine:
    if isinstance(node, str):  # “- Once upon a time.” is plain enough
        return WantedLine(_spoken(node, line))
    if not isinstance(node, CommentedMap):
        raise _refused(line, "this is not a line", "A line is “- text: …”, with “speaker: …” where somebody speaks.")
    _check_keys(node, _LINE_KEYS, "a line", line)
    text = _spoken(_text(node, "text", "a line"), _line_of(node, "text", line))
    speaker = _text(node, "speaker", "a speaker")
    if len(speaker) > NAME_LENGTH:
        raise _refused(
            _line_of(node, "speaker"),
            f"this name has {len(speaker)} characters",
            f"At most {NAME_LENGTH} are possible.",
        )
    kind = LineKind.SPEECH if "speaker" in node else LineKind.NARRATION
    return line_of(text, kind, speaker, None, None)


def _spoken(text: str, line: int) -> str:
    if not text.strip():
        raise _refused(line, "this line says nothing", "Write what is spoken after “text:”, or take the line out.")
    return folded(text)


def _text(node: CommentedMap, key: str, what: str) -> str:
    """A value as text, white space folded; "" where there is none."""
    value = node.get(key, "")
    if not isinstance(value, str):
        raise _refused(_line_of(node, key), f"{what} is text", f"Write it after “{key}:”, in quotes if need be.")
    return folded(value)


def _number(node: CommentedMap, key: str) -> int | None:
    value = node.get(key, "")
    if isinstance(value, str) and value.strip() in _NO_NUMBER:
        return None
    return _whole(key, value, _line_of(node, key))


def _whole(key: str, value: Any, line: int) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,9}", value.strip()):
        shown = f"“{value}”" if isinstance(value, str) and len(value) < 40 else "what stands there"
        raise _refused(line, f"{shown} is not a number", f"“{key}” is a whole number, such as 1.")
    return int(value)


def _check_keys(node: CommentedMap, allowed: tuple[str, ...], what: str, line: int) -> None:
    for key in node:
        if key not in allowed:
            named = f"“{key}”" if isinstance(key, str) and len(key) < 40 else "this"
            known = ", ".join(f"“{name}”" for name in allowed)
            raise _refused(
                _line_of(node, key, line),
                f"{named} is nothing that {what} has",
                f"Known are {known}; a text that holds “: ” goes into quotes.",
            )


def _line_of(node: CommentedMap, key: Any, otherwise: int | None = None) -> int:
    """The line of a key, from 0; ``otherwise`` (or the node's own) where it is not there."""
    found = (node.lc.data or {}).get(key)
    if found:
        return int(found[0])
    return int(node.lc.line) if otherwise is None else otherwise
