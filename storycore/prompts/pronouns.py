"""Who "he" is: the narrator's lines with pronouns replaced by names, as far as the reader of the story knows."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from storycore.cast.model import CastMember, Mention, MentionKind
from storycore.script.markup import spoken
from storycore.script.model import LineKind, Scene, Script

_SUBJECTS = frozenset(("he", "she", "they", "it"))
_SENTENCE_END = re.compile(r"[.!?…][\"”’»)]*\s")


def resolved_lines(script: Script, cast: Sequence[CastMember], mentions: Sequence[Mention]) -> dict[int, str]:
    """The narrator's lines by their start, ready for a prompt: in every sentence the first "he", "she", "they" or "it"
    that stands for a member of the cast who was not named in it before becomes that member's name.
    """
    names = {member.cluster: member.name for member in cast}
    starts = [mention.start for mention in mentions]
    found: dict[int, str] = {}
    for scene in script.scenes:
        for line in scene.lines:
            if line.kind is LineKind.NARRATION:
                here = mentions[bisect_left(starts, line.start) : bisect_left(starts, line.end)]
                found[line.start] = _resolved(script.text, line.start, line.end, here, names)
    return found


def _resolved(text: str, start: int, end: int, mentions: Sequence[Mention], names: Mapping[int | None, str]) -> str:
    parts: list[str] = []
    at = start
    known: set[int] = set()
    for mention in mentions:
        if mention.start < at or mention.end > end:
            continue
        gap = text[at : mention.start]
        if _SENTENCE_END.search(text[max(start, at - 1) : mention.start]):
            known.clear()
        word = text[mention.start : mention.end]
        name = names.get(mention.cluster)
        if mention.kind is MentionKind.PRONOUN and word.lower() in _SUBJECTS and name and mention.cluster not in known:
            word = name if not word[0].isupper() else name[0].upper() + name[1:]
        known.add(mention.cluster)
        parts += [gap, word]
        at = mention.end
    return spoken("".join((*parts, text[at:end])))


def counted(scene: Scene, mentions: Sequence[Mention], starts: Sequence[int]) -> dict[int, int]:
    """How often the narrator tells of each cluster in a scene. ``starts`` are the mentions' own."""
    counts: dict[int, int] = {}
    for line in scene.lines:
        if line.kind is LineKind.NARRATION:
            for mention in mentions[bisect_left(starts, line.start) : bisect_left(starts, line.end)]:
                counts[mention.cluster] = counts.get(mention.cluster, 0) + 1
    return counts
