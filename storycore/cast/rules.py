"""Understanding by simple rules: capitals, a list of possible somebodies, tags and turns."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from storycore.cast.base import register
from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.members import Person, find_people
from storycore.cast.mentions import find_descriptions, find_names
from storycore.cast.model import CastMember, Understanding
from storycore.cast.speakers import Attribution
from storycore.cast.tokens import find_tokens
from storycore.script.blocks import find_blocks
from storycore.script.language import language_note, language_of
from storycore.script.model import Line, LineKind, Scene, Script
from storycore.script.scenes import split_script

_VERSION = "2"


class RulesUnderstander:
    """The understander ``rules``. Knows English; of other languages it finds names, labels and turns."""

    @property
    def name(self) -> str:
        return "rules"

    def fingerprint(self) -> str:
        return f"rules-{_VERSION}"

    def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        """Of facts only the borders of scenes and the language are heeded: these rules are the plain reference that the
        model is measured against.
        """
        language = facts.language or language_of(text)
        note = language_note(language)
        script = split_script(text, facts)
        labels = {line.speaker.lower(): line.speaker for scene in script.scenes for line in scene.lines if line.speaker}
        tokens = find_tokens(script)
        names = find_names(tokens, set(labels))
        taken = {k for mention in names for k in range(mention.first, mention.last + 1)}
        mentions = sorted([*names, *find_descriptions(tokens, taken)], key=lambda m: m.start)
        people = find_people(tokens, mentions, labels)
        script = _with_speakers(script, Attribution(tokens, people), people)
        notes = (note,) if note else ()
        return Understanding(script, _cast(script, people), language=language, notes=notes)


def _with_speakers(script: Script, attribution: Attribution, people: list[Person]) -> Script:
    starts = [block.start for block in find_blocks(script.text)]
    by_label = {label: who for who, person in enumerate(people) for label in person.labels}
    speakers: dict[int, str | None] = {}
    waiting: list[Line] = []
    number = -1

    def settle() -> None:
        found = attribution.paragraph(number, waiting)
        for line, who in zip(waiting, found, strict=True):
            speakers[line.start] = people[who].name if who is not None else None
        waiting.clear()

    for scene in script.scenes:
        for line in scene.lines:
            paragraph = bisect_right(starts, line.start)
            if paragraph != number:
                settle()
                number = paragraph
            if line.kind is LineKind.SPEECH and line.speaker:
                who = by_label[line.speaker.lower()]
                attribution.note(paragraph, who)
                speakers[line.start] = people[who].name
            else:
                waiting.append(line)
    settle()
    return replace(script, scenes=tuple(_speaking(scene, speakers) for scene in script.scenes))


def _speaking(scene: Scene, speakers: dict[int, str | None]) -> Scene:
    return replace(
        scene, lines=tuple(replace(line, speaker=speakers.get(line.start, line.speaker)) for line in scene.lines)
    )


def _cast(script: Script, people: list[Person]) -> tuple[CastMember, ...]:
    starts = [scene.start for scene in script.scenes]
    members: list[tuple[int, CastMember]] = []
    for person in people:
        spoken = [
            (line.start, n)
            for n, scene in enumerate(script.scenes)
            for line in scene.lines
            if line.speaker == person.name and line.kind is LineKind.SPEECH
        ]
        places = [m.start for m in person.mentions] + [start for start, _ in spoken]
        scenes = sorted({bisect_right(starts, m.start) - 1 for m in person.mentions} | {n for _, n in spoken})
        members.append((min(places), CastMember(person.name, person.aliases, tuple(scenes), len(spoken))))
    return tuple(member for _, member in sorted(members, key=lambda item: item[0]))


register("rules", RulesUnderstander)
