"""A script that changed: scenes whose text is the same stay as they are, the rest is new."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from storycore.project.wanted import Wanted, WantedLine, WantedScene, folded, from_script
from storycore.script.model import Scene, Script


@dataclass(frozen=True, slots=True)
class NewScript:
    """The script as it is now, understood anew; ``before`` are the scenes of the script as it was."""

    script: Script
    prompts: Sequence[str]
    before: tuple[Scene, ...]
    title: str | None  # None: the title stays
    #: After a correction: the prompts of ``before`` (one that nobody rewrote is written anew), and where names went.
    prompts_before: Sequence[str] = ()
    names: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merged:
    """What is wanted now, and how many of the script's scenes stayed, are new, or are gone."""

    wanted: Wanted
    kept: int
    new: int
    gone: int


def merge(wanted: Wanted, old_text: str, new: NewScript) -> Merged:
    """``wanted`` on top of a new script.

    Scenes come in the new script's order. One whose text did not change keeps title, prompt, pick and pictures, and
    its lines as a person changed them; lines nobody touched are taken anew, since who speaks may be clearer now. What
    a person took out stays out; scenes a person added stay behind the scene they stood behind.
    """
    by_text: dict[str, deque[WantedScene]] = defaultdict(deque)
    for known in wanted.scenes:
        if known.start is not None:
            by_text[old_text[known.start : known.end]].append(known)
    understood = {scene.text: scene for scene in new.before}
    written = {scene.text: folded(prompt) for scene, prompt in zip(new.before, new.prompts_before, strict=False)}
    taken_out = Counter(scene.text for scene in new.before)
    taken_out.subtract({text: len(scenes) for text, scenes in by_text.items()})

    told: list[WantedScene] = []
    kept = fresh = 0
    for scene, prompt in zip(new.script.scenes, new.prompts, strict=True):
        if by_text[scene.text]:
            known = _kept(by_text[scene.text].popleft(), scene, understood.get(scene.text), new.names)
            untouched = written.get(scene.text) == known.prompt
            told.append(replace(known, prompt=folded(prompt)) if untouched else known)
            kept += 1
        elif taken_out[scene.text] > 0:
            taken_out[scene.text] -= 1
        else:
            told.append(from_script(scene, prompt))
            fresh += 1
    gone = sum(len(scenes) for scenes in by_text.values())
    title = new.title if new.title is not None else wanted.title
    added = [
        replace(scene, lines=tuple(_renamed(line, new.names) for line in scene.lines)) if scene.start is None else scene
        for scene in wanted.scenes
    ]
    return Merged(replace(wanted, title=title, scenes=tuple(_with_added(told, added))), kept, fresh, gone)


def _renamed(line: WantedLine, names: Mapping[str, str | None]) -> WantedLine:
    return line if line.speaker is None else replace(line, speaker=names.get(line.speaker, line.speaker))


def _kept(scene: WantedScene, now: Scene, before: Scene | None, names: Mapping[str, str | None]) -> WantedScene:
    """The scene, on top of what was read now: lines that nobody touched are taken anew, the others stay."""
    read = {} if before is None else {line.start: line for line in from_script(before, "").lines}
    fresh = {line.start: line for line in from_script(now, "").lines}
    shift = now.start - (scene.start or 0)
    lines = tuple(
        fresh[line.start + shift]
        if line.start is not None and read.get(line.start) == line and line.start + shift in fresh
        else _shifted(_renamed(line, names), shift)
        for line in scene.lines
    )
    return replace(scene, lines=lines, start=now.start, end=now.end)


def _shifted(line: WantedLine, shift: int) -> WantedLine:
    if line.start is None or line.end is None:
        return line
    return replace(line, start=line.start + shift, end=line.end + shift)


def _with_added(told: list[WantedScene], before: Sequence[WantedScene]) -> list[WantedScene]:
    """``told`` with the scenes a person added, each behind the scene it stood behind (or the nearest before it)."""
    result = list(told)
    anchor: WantedScene | None = None
    for scene in before:
        if scene.start is None:
            index = 0 if anchor is None else 1 + next(i for i, other in enumerate(result) if _same(other, anchor))
            result.insert(index, scene)
            anchor = scene
        elif any(_same(other, scene) for other in told):
            anchor = scene
    return result


def _same(one: WantedScene, other: WantedScene) -> bool:
    if one.id is None or other.id is None:
        return one is other
    return one.id == other.id
