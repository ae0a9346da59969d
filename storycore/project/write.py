"""Writing ``story.yaml``: whole the first time, afterwards only what changed, with a person's comments kept."""

from __future__ import annotations

from collections.abc import Sequence

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from storycore.cast.corrections import CorrectionKind
from storycore.project.characters import listed
from storycore.project.dialect import dialect, dumped
from storycore.project.people import People, Said
from storycore.project.styles import listed as listed_style
from storycore.project.wanted import Wanted, WantedLine, WantedScene
from storycore.script.model import LineKind

_HEAD = """\
# The story as Fireside understood it, to be edited. What you change here is taken up by the next
# `fireside paint` or `fireside film` of the same script, and only that is made again.
#
#   cast      who is in it, and what else they are called: written for you; correct it under `corrections`
#   questions what the reader is unsure of: write yes, no or a name after `answer`
#   prompt    what is painted; change it and the scene gets new pictures (leave it empty: it is written for you)
#   film      what the film shall be like: shape 16:9, 9:16 or 1:1; motion auto, still, push, pull or pan; transition
#             auto, cut, fade or dip; subtitles words, lines or off; voice auto, or one for all; music auto, off, or a
#             file beside the script; title, credits and draft on or off; max-mib the most it may have
#   style     how it is painted, to be added above `scenes`, here or in a file beside the script that is named here
#             (docs/styles.md has all keys):   style: {template: "{prompt}, ink drawing", sampler: Euler a, steps: 28}
#   characters who looks how, in every scene, to be added above `scenes` (docs/characters.md has all keys):
#             characters: [{name: Siegfried, aliases: [Sigurd], look: a young knight with a red beard}]
#   voices    who speaks with which voice, to be added above `scenes`; `fireside voices` shows them all, and whoever
#             is not named gets one that fits:      voices: {Narrator: woman-soft, Siegfried: man-deep}
#   pick      the picture that the film uses; contact.jpg shows them all, scenes/01 holds those of the first scene …
#             `picks: [2, 4]` instead: the second takes over half-way through the scene
#   lines     what is heard and read: `- text: …` is the narrator, with `speaker: …` somebody else; every name has
#             a voice of its own, so a new name is a new voice. `speaker:` without a name: nobody knows yet who it is.
#
# corrections, to be added above `scenes`, one or more of:
#   corrections:
#     - {merge: the stranger, into: Siegfried}       # two are one
#     - {split: the old man, from: the father}       # one of a character's names is somebody else
#     - {rename: the knight, to: Siegfried}          # another name, in the pictures and the film too
#     - {nobody: Thunder}                            # no character (somebody: …, one that was not found)
#     - {speaker: Siegfried, says: Who are you?}     # who says a line, wherever it goes (which: 2, the second such)
#
# Scenes and lines can be moved, taken out and added. `id` ties a scene to its pictures: leave it as it is, and leave
# it out of a new scene. A text that holds “: ” or “ #” goes into quotes.

"""


def written(wanted: Wanted) -> str:
    """A whole new ``story.yaml``."""
    scenes = "\n".join(dumped([_node(scene)]) for scene in wanted.scenes)
    film = CommentedMap((name, text or _UNSAID.get(name, "")) for name, text in wanted.film.words().items())
    if not film["max-mib"]:
        del film["max-mib"]
    head = dumped({"title": wanted.title, "film": film})
    looks = [CommentedMap(listed(sheet)) for sheet in wanted.characters]
    style = {} if wanted.style is None else {"style": CommentedMap(listed_style(wanted.style))}
    named = {**style, "characters": looks, **_sections(wanted.people)}
    sections = "".join(f"\n{dumped({key: node})}" for key, node in named.items() if node)
    return f"{_HEAD}{head}{sections}\nscenes:\n{scenes}"


#: What an option without a value is called.
_UNSAID = {"voice": "auto"}


def rewritten(document: CommentedMap, said: Wanted, wanted: Wanted) -> str | None:
    """``document``, which says ``said``, changed to say ``wanted``; None when it does so already.

    A scene of ``wanted`` finds its node by its ``place``; those without one get a node of their own.
    """
    if said == wanted:
        return None
    if said.title != wanted.title:
        document["title"] = wanted.title
    _change_people(document, said.people, wanted.people)
    nodes: CommentedSeq = document["scenes"]
    for scene in wanted.scenes:
        if scene.place is not None:
            _change(nodes[scene.place], said.scenes[scene.place], scene)
    text = dumped(document)
    return text if _places(wanted) == list(range(len(nodes))) else _arranged(text, wanted.scenes)


def _sections(people: People) -> dict[str, CommentedSeq]:
    """The sections of the cast, in their order; an empty one is left out of the file."""
    return {
        "cast": CommentedSeq(
            CommentedMap(name=name, also=_flow(also)) if also else CommentedMap(name=name) for name, also in people.cast
        ),
        "corrections": CommentedSeq(_correction(said) for said in people.corrections),
        "questions": CommentedSeq(CommentedMap(ask=asked.ask, answer=asked.answer) for asked in people.questions),
    }


def _flow(names: Sequence[str]) -> CommentedSeq:
    sequence = CommentedSeq(names)
    sequence.fa.set_flow_style()
    return sequence


def _correction(said: Said) -> CommentedMap:
    match said.kind:
        case CorrectionKind.SAME:
            return CommentedMap(merge=said.names[1], into=said.names[0])
        case CorrectionKind.APART:
            return CommentedMap([("split", said.names[1]), ("from", said.names[0])])
        case CorrectionKind.RENAMED:
            return CommentedMap(rename=said.names[0], to=said.names[1])
        case CorrectionKind.SPEAKER:
            which = {"which": str(said.nth + 1)} if said.nth else {}
            return CommentedMap(speaker=said.names[0], says=said.text, **which)
        case _:
            return CommentedMap({said.kind.value: said.names[0]})


def _change_people(document: CommentedMap, said: People, wanted: People) -> None:
    for key, node in _sections(wanted).items():
        if getattr(said, key) == getattr(wanted, key):
            continue
        if key in document and not node:
            del document[key]
        elif key in document:
            document[key] = node
        elif node:
            document.insert(list(document).index("scenes"), key, node)


def _places(wanted: Wanted) -> list[int | None]:
    return [scene.place for scene in wanted.scenes]


def _change(node: CommentedMap, said: WantedScene, wanted: WantedScene) -> None:
    if said.id != wanted.id:
        node.insert(0, "id", str(wanted.id))
    for position, key in enumerate(("title", "prompt"), start=1):
        value = getattr(wanted, key)
        if getattr(said, key) == value:
            continue
        if key in node:
            node[key] = value
        else:
            node.insert(position, key, value)
    if (said.pick, said.second) != (wanted.pick, wanted.second):
        _pick(node, wanted)
    if said.lines != wanted.lines:
        node["lines"] = _lines(wanted.lines)


def _pick(node: CommentedMap, wanted: WantedScene) -> None:
    old, new = ("pick", "picks") if wanted.second is not None else ("picks", "pick")
    value = str(wanted.pick) if wanted.second is None else _two(wanted)
    if new in node or old not in node:
        node[new] = value
    else:
        node.insert(list(node).index(old), new, value)
        del node[old]


def _two(wanted: WantedScene) -> CommentedSeq:
    both = CommentedSeq([str(wanted.pick), str(wanted.second)])
    both.fa.set_flow_style()
    return both


def _arranged(text: str, scenes: Sequence[WantedScene]) -> str:
    """Scenes came or went: the scenes' stretches of text in their new order, each with the comments above it."""
    nodes: CommentedSeq = dialect().load(text)["scenes"]
    lines = text.splitlines(keepends=True)
    starts = [nodes.lc.item(index)[0] for index in range(len(nodes))]
    if not all(lines[start].lstrip().startswith("- ") for start in starts):
        return _arranged_plainly(text, scenes)  # written as [{…}, {…}]: there are no lines to move
    begins = [_above(lines, start) for start in starts]
    stop = _end(lines, starts[-1])
    pieces = ["".join(lines[a:b]).strip("\n") for a, b in zip(begins, [*begins[1:], stop], strict=True)]
    told = "\n\n".join(
        dumped([_node(scene)]).strip("\n") if scene.place is None else pieces[scene.place] for scene in scenes
    )
    return f"{''.join(lines[: begins[0]])}{told}\n{''.join(lines[stop:])}"


def _above(lines: Sequence[str], start: int) -> int:
    """Where the comments above a scene begin, as far as they are indented like one."""
    indent = len(lines[start]) - len(lines[start].lstrip())
    begin = start
    while begin and lines[begin - 1][:indent].isspace() and lines[begin - 1].lstrip().startswith("#"):
        begin -= 1
    return begin


def _end(lines: Sequence[str], start: int) -> int:
    """Where the last scene ends: what follows and is not indented more than it is something else."""
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    for index in range(end, len(lines)):
        text = lines[index].strip()
        if text and not lines[index][: indent + 1].isspace():
            break
        end = index + 1 if text else end
    return end


def _arranged_plainly(text: str, scenes: Sequence[WantedScene]) -> str:
    document = dialect().load(text)
    old = list(document["scenes"])
    document["scenes"] = CommentedSeq(_node(scene) if scene.place is None else old[scene.place] for scene in scenes)
    return dumped(document)


def _node(scene: WantedScene) -> CommentedMap:
    node = CommentedMap(id=str(scene.id), title=scene.title, prompt=scene.prompt)
    _pick(node, scene)
    node["lines"] = _lines(scene.lines)
    return node


def _lines(lines: Sequence[WantedLine]) -> CommentedSeq:
    return CommentedSeq(
        CommentedMap(text=line.text)
        if line.kind is LineKind.NARRATION
        else CommentedMap(speaker=line.speaker or "", text=line.text)
        for line in lines
    )
