"""From a scene to an image prompt: who is seen, where and when, what they do, in what style.

What is *said* stays out; the narrator's own clauses stay in, the ones that show most first. A scene of pronouns takes
over who and where from the scene before. Everything is deterministic.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storycore.cast.lexicon import ANIMATE
from storycore.cast.model import CastMember, Mention
from storycore.cast.pipeline import borrowed
from storycore.cast.reading.people_words import is_plural
from storycore.prompts.clauses import Clause, Told, told_clauses, told_sentences
from storycore.prompts.escape import escape
from storycore.prompts.looks import Look, find_looks, narration, pattern, present
from storycore.prompts.parsing import nouns, sentences
from storycore.prompts.pronouns import counted, resolved_lines
from storycore.prompts.where import Setting, set_scene
from storycore.prompts.written import MAX_WHO, Written, joined_names, sentence
from storycore.script.model import LineKind, Scene, Script
from storycore.script.words import word_set

if TYPE_CHECKING:
    from spacy.language import Language

#: What every prompt ends with until a server chooses a style of its own.
DEFAULT_STYLE = "Storybook illustration, painterly, richly detailed"
#: The most words of a prompt, style and all.
MAX_PROMPT_WORDS = 60
#: So many of a server's characters are shown in one picture, if they are all there.
MAX_KNOWN = 6
_MASS = word_set(
    """wool gold silver water fire blood bread milk meat sand snow rain ice grass yarn cloth smoke light honey hair fur
    dust food fog mist wind straw sugar soup wine wood armor armour moonlight sunlight paper ink powder fruit rice"""
)


@dataclass(slots=True)
class _Carried:
    """What a scene hands on to the next: who was seen last, and where; from a heading, also in what light."""

    who: tuple[CastMember, ...] = ()
    subject: CastMember | None = None
    setting: Setting = field(default_factory=Setting)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the whole story: how its cast looks, who is told of where (nothing by rules alone), and who is
    always shown."""

    looks: Mapping[str, Look]
    mentions: Sequence[Mention] = ()
    starts: Sequence[int] = ()
    wanted: Collection[str] = ()


def write_prompt(scene: Scene, cast: Sequence[CastMember], *, style: str = DEFAULT_STYLE) -> str:
    """The prompt of one scene on its own; ``cast`` is the story's. At most ``MAX_PROMPT_WORDS`` words beside a longer
    style. Story text in it is never prompt grammar; ``style`` is taken as it is. CPU-bound, as ``write_prompts``.
    """
    return write_scene(scene, cast, style=style).text


def write_scene(
    scene: Scene, cast: Sequence[CastMember], *, style: str = DEFAULT_STYLE, known: Collection[str] = ()
) -> Written:
    """As :func:`write_prompt`, in its parts. ``known`` as in :func:`write_scenes`."""
    with borrowed() as nlp:
        (told,) = told_sentences(nlp, [scene], {})
        return _write(nlp, scene, cast, told, _Known(find_looks([scene], cast), wanted=known), _Carried(), style)


def write_prompts(
    script: Script, cast: Sequence[CastMember], mentions: Sequence[Mention] = (), *, style: str = DEFAULT_STYLE
) -> list[str]:
    """The prompts of all scenes in order: who and where are carried on to scenes that only say "he" and "there".

    With ``mentions`` (in order) a pronoun is replaced by whom it stands for, else by whom the sentence before was
    about. CPU-bound, some seconds for the longest scripts: call it in a process pool.
    """
    return [written.text for written in write_scenes(script, cast, mentions, style=style)]


def write_scenes(
    script: Script,
    cast: Sequence[CastMember],
    mentions: Sequence[Mention] = (),
    *,
    style: str = DEFAULT_STYLE,
    known: Collection[str] = (),
) -> list[Written]:
    """As :func:`write_prompts`, each prompt in its parts. ``known`` are names of the cast who are characters of the
    server's: they are seen wherever they are, however many are there.
    """
    texts = resolved_lines(script, cast, mentions) if mentions else {}
    looks = find_looks(script.scenes, cast)
    story = _Known(looks, mentions, [mention.start for mention in mentions], known)
    carried = _Carried()
    with borrowed() as nlp:
        told = told_sentences(nlp, script.scenes, texts)
        return [
            _write(nlp, scene, cast, one, story, carried, style) for scene, one in zip(script.scenes, told, strict=True)
        ]


def _write(
    nlp: Language,
    scene: Scene,
    cast: Sequence[CastMember],
    told: Sequence[Told],
    known: _Known,
    carried: _Carried,
    style: str,
) -> Written:
    here = {member.name for member in (*present(scene, cast), *carried.who)}
    counts = counted(scene, known.mentions, known.starts)
    cast = [member for member in cast if member.name in here or member.cluster in counts]
    clauses, subject = told_clauses(
        told, cast, known.looks, carried.subject, carried.who, resolved=bool(known.mentions)
    )
    who = _who(scene, cast, clauses, counts, known.wanted)
    setting = set_scene(scene, carried.setting)
    shown = who or carried.who[:1]
    people = [(member.name, _called(member, known.looks)) for member in shown]
    lead = joined_names([words for _, words in people])
    kept = (setting.place, setting.light) if setting.headed else ()
    room = MAX_PROMPT_WORDS - sum(len(part.split()) for part in (lead, *kept, style))
    chosen = _choose(clauses, max(12, room))
    seen = ". ".join(sentence(clause.text) for clause in chosen) or _fallback(nlp, scene, room)
    carried.who = who or carried.who
    carried.subject = subject
    carried.setting = setting.handed_on()
    where: list[str] = []
    for part in setting.unseen(seen):
        if len(f"{lead} {' '.join(where)} {part} {seen} {style}".split()) <= MAX_PROMPT_WORDS:
            where.append(part)
    return Written(tuple(people), tuple(where), escape(_calm(seen, cast)), style)


def _who(
    scene: Scene,
    cast: Sequence[CastMember],
    clauses: Sequence[Clause],
    counts: Mapping[int, int],
    wanted: Collection[str] = (),
) -> tuple[CastMember, ...]:
    """Who is seen: told of by the narrator or speaking, the most present first, told in the cast's order."""
    told = narration([scene]) + " " + " ".join(clause.text for clause in clauses)
    presence: dict[str, int] = {}
    for member in cast:
        named = counts.get(member.cluster, 0) if counts and member.cluster is not None else None
        count = len(pattern(member).findall(told)) if named is None else named
        count += sum(line.speaker == member.name for line in scene.lines)
        if count:
            presence[member.name] = count
    most = sorted(presence, key=lambda name: (name not in wanted, -presence[name]))
    most = most[: max(MAX_WHO, min(MAX_KNOWN, sum(name in wanted for name in most)))]
    return tuple(member for member in cast if member.name in most)


def _called(member: CastMember, looks: Mapping[str, Look]) -> str:
    """ "Siegfried, a young man", "an old smith"."""
    look = looks[member.name].words
    several = member.name.startswith("the ") and is_plural(member.name.split()[-1].lower())
    name = re.sub(r"^the ", "" if several else "a ", member.name)
    if name.lower() in ANIMATE:  # a screenplay's GUARD has no other name
        name = f"a {name.lower()}"
    name = re.sub(r"^a (?=[aeiou])", "an ", name)
    return f"{name}, {look}" if look else name


def _choose(clauses: Sequence[Clause], room: int) -> list[Clause]:
    """The clauses that show most for their length, in the order they are told."""
    seen: set[str] = set()
    chosen: list[int] = []
    left = room
    candidates = set(range(len(clauses)))
    while candidates:

        def worth(i: int) -> tuple[float, int]:
            clause = clauses[i]
            fresh = len(set(clause.nouns) - seen) + 0.3 * min(clause.faint, 3)
            return ((fresh + 0.5 * clause.acted) * clause.clarity / (4 + clause.words), -i)

        best = max(candidates, key=worth)
        candidates.discard(best)
        clause = clauses[best]
        shown = not chosen or (clause.clarity >= 0.3 and (set(clause.nouns) - seen or (clause.acted and clause.faint)))
        if clause.words > left or not shown:
            continue
        chosen.append(best)
        left -= clause.words
        seen.update(clause.nouns)
    return [clauses[i] for i in sorted(chosen)]


def _calm(text: str, cast: Sequence[CastMember]) -> str:
    """Names that a screenplay shouts (TOMASZ) as the cast has them."""
    for member in cast:
        for form in (member.name, *member.aliases):
            if len(form) > 2 and not form.isupper():
                text = text.replace(form.upper(), form)
    return text


def _counted(word: str) -> str:
    return word if word in _MASS or is_plural(word) else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _fallback(nlp: Language, scene: Scene, room: int) -> str:
    """A scene of talk: the things that are spoken of. In words no list knows: its first words."""
    said = " ".join(line.text for line in scene.lines)
    spoken_words = sum(len(line.text.split()) for line in scene.lines if line.kind is LineKind.SPEECH)
    if 2 * spoken_words > len(said.split()):
        things: dict[str, None] = {}
        for spoken in sentences(nlp, [line.text for line in scene.lines if line.kind is LineKind.SPEECH]):
            for sentence in spoken:
                things.update(dict.fromkeys(nouns(sentence)[0]))
        if things:
            return joined_names([_counted(word) for word in list(things)[:6]])
    return " ".join(said.split()[: max(1, min(room, 30))])[:300]
