"""Putting a prompt together: what was written from the scene, and the looks of the server's characters in it.

The looks stand first, each once: whatever a painter's text encoder reads behind its seventy-fifth token counts less.
Two or more characters get a block each (``BREAK``: the encoder reads every block for itself, so that one's hair does
not become the other's); where a host can paint regions, each block is given a region of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from storycore.cast.facts import folded
from storycore.characters.model import Character
from storycore.keys import derived_seed
from storycore.prompts.escape import escape
from storycore.prompts.tagged import fitting, tag, tags_of
from storycore.prompts.written import Written, joined_names, sentence, sentences
from storycore.styles.model import Style

STORY, STYLE = "story", "style"
#: What a part comes from that a style of the server's says: its name follows.
_NAMED_STYLE = f"{STYLE}: "
_NO_STYLE = Style()
_BREAK = " BREAK "
_MIX = re.compile(r"\[[^\[\]|:]+\|[^\[\]|:]+\],?\s*")
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_TAG = re.compile(r"<\w+:[^>]*>")
_EMPHASIS = re.compile(r"(?<!\\)[()\[\]]|(?<=\S):[\d.]+(?=\s*[)\]])")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a prompt and where it comes from: ``story``, ``style`` (``style: Ink`` for one with a name), or the
    name of a character."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A prompt, its parts, and what else decides its pictures (``extras``, as a round keeps them).

    ``extras``: ``negative`` (joined), ``embeddings`` (those in either prompt), ``characters`` (name, look, portrait's
    hash, LoRA tag: as far as there is any), ``common`` (the block that belongs to none of them), ``style`` (how it is
    painted, :attr:`Style.painting`). ``same_seed``: whether a character asks for the same noise. ``dropped``: the words
    that the server's rules took out.
    """

    text: str
    parts: tuple[Part, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)
    same_seed: bool = False
    dropped: tuple[str, ...] = ()

    @property
    def looks(self) -> dict[str, str]:
        """The looks in it, by the characters' names."""
        return {str(one["name"]): str(one["look"]) for one in self.extras.get("characters", ())}

    def to_json(self) -> dict[str, Any]:
        """As a scene's row keeps it, without the text."""
        parts = [[part.text, part.source] for part in self.parts]
        kept = {"parts": parts, "extras": dict(self.extras), "same_seed": self.same_seed}
        return kept | ({"dropped": list(self.dropped)} if self.dropped else {})


def as_it_is(text: str) -> str:
    """Takes nothing out of a prompt's text."""
    return text


def compose(
    written: Written,
    linked: Mapping[str, Character],
    outfits: Mapping[int, str] | None = None,
    scene_text: str = "",
    clean: Callable[[str], str] = as_it_is,
    style: Style | None = None,
    checkpoint: str = "",
) -> Composed:
    """The prompt of a scene. ``linked`` gives for a cast name the character that it is.

    ``outfits`` are those chosen for this scene, by the characters' ids; else one is worn that ``scene_text`` names.
    ``clean`` takes out of a text what may not stand in it. ``style`` says what stands around the prompt, and with
    ``checkpoint`` (what paints where the style names none) whether it is written in tags or in sentences.
    """
    written = replace(
        written,
        people=tuple((name, clean(words)) for name, words in written.people),
        where=tuple(filter(None, map(clean, written.where))),
        seen=clean(written.seen),
    )
    chosen = outfits or {}
    manner = style or _NO_STYLE
    tags = manner.takes_tags(checkpoint)
    shown = list({c.id: c for name, _ in written.people if (c := linked.get(name)) is not None}.values())
    blocks: list[tuple[Character, str]] = []
    for character in shown:
        outfit = chosen.get(character.id) or _worn(character, scene_text)
        look = clean(character.sheet.described(outfit))
        if look:
            blocks.append((character, look))
    same_seed = any(c.sheet.same_seed for c in shown)
    extras: dict[str, Any] = {"style": painting} if (painting := manner.painting) else {}
    before, after = (clean_around(part, clean) for part in _around(written, manner, tags=tags))
    named = {character.id for character, _ in blocks}
    rest = [words for name, words in written.people if (linked[name].id if name in linked else None) not in named]
    texts = [clean(f"{character.sheet.name}, {look}") for character, look in blocks]
    several = len(blocks) > 1
    names = [c.sheet.name for c, _ in blocks] if several else []
    first = "" if several else "".join(texts)
    told = clean(_in_tags(written, names, rest, first, before, after) if tags else _in_sentences(written, names, rest))
    parts = _parts([(c.sheet.name, t) for (c, _), t in zip(blocks, texts, strict=True)], written, told, style, clean)
    common = _put_around(told, before, after)
    if not blocks:
        return Composed(common, parts, extras, same_seed)
    text = _BREAK.join([*texts, common]) if several else _put_around(_joined(first, told, tags=tags), before, after)
    loras = list(dict.fromkeys(lora for character, _ in blocks if (lora := character.sheet.lora_tag)))
    negatives = list(dict.fromkeys(c.sheet.unwanted for c, _ in blocks if c.sheet.unwanted))
    embeddings = [n for c, _ in blocks for n in (*c.sheet.embeddings, *c.sheet.negative_embeddings)]
    characters = [_kept(character, look) for character, look in blocks]
    extras |= {"characters": characters, "common": common}
    if negatives:
        extras["negative"] = ", ".join(negatives)
    if embeddings:
        extras["embeddings"] = list(dict.fromkeys(embeddings))
    return Composed(" ".join([text, *loras]), parts, extras, same_seed)


def named_style(name: str) -> str:
    """What a part comes from that the style of this name says."""
    return f"{_NAMED_STYLE}{name}"


def style_name(source: str) -> str | None:
    """The name of the style that a part comes from; "" for the house's own, None for a part of no style."""
    if source == STYLE:
        return ""
    return source.removeprefix(_NAMED_STYLE) if source.startswith(_NAMED_STYLE) else None


def merged(prompt: str, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """A prompt that a person wrote, with the looks as they are now: replaced where they stand, else put in front."""
    missing: list[str] = []
    for name, look in after.items():
        old = before.get(name, "")
        if look in prompt:
            continue
        if old and old in prompt:
            prompt = prompt.replace(old, look, 1)
        else:
            missing.append(f"{name}, {look}")
    for name, old in before.items():
        if name not in after and old:
            prompt = prompt.replace(old, "", 1)
    return _after(_BREAK.join(missing), prompt) if missing else prompt


def without_name_mixes(prompt: str) -> str:
    """A prompt for those who know no alternation: of ``[Ada Berg|Cora Dahl]`` one name alone would be a real face."""

    def left(found: re.Match[str]) -> str:
        names = found[0].strip(" ,[]").split("|")
        return "" if all(name.strip()[:1].isupper() for name in names) else found[0]

    return _MIX.sub(left, prompt)


def plain_words(prompt: str) -> str:
    """A prompt for those who read no grammar: tags and name mixes out, blocks as sentences, emphasis as words."""
    text = _EMPHASIS.sub("", _MIX.sub("", _TAG.sub("", prompt)))
    return " ".join(re.sub(r"\s*\bBREAK\b\s*", ". ", text).split()) if text != prompt or "BREAK" in prompt else prompt


def kept_seed(title: str, place: int, extras: Mapping[str, Any]) -> int:
    """The seed of a scene whose characters ask for the same noise at every painting; ``place`` is where it begins."""
    names = sorted(str(one["name"]) for one in extras.get("characters", ()))
    return derived_seed("kept", title, place, *names)


def _kept(character: Character, look: str) -> dict[str, Any]:
    kept: dict[str, Any] = {"name": character.sheet.name, "look": look}
    if character.portrait:
        kept["portrait"] = character.portrait
    if character.sheet.lora_tag:
        kept["lora"] = character.sheet.lora_tag
    return kept


def _worn(character: Character, text: str) -> str:
    """The outfit that the scene names, if it names one."""
    words = f" {folded(' '.join(_WORD.findall(text)))} "
    return next((name for name in character.sheet.outfits if f" {folded(name)} " in words), "")


def _in_sentences(written: Written, names: Sequence[str], rest: Sequence[str]) -> str:
    people = joined_names([*names, *rest])
    lead = ", ".join(filter(None, (people, *written.where)))
    return sentences([escape(lead), written.seen], "")


def _in_tags(written: Written, names: Sequence[str], rest: Sequence[str], first: str, before: str, after: str) -> str:
    """What the story says as tags, as many as there is room for beside what stands around them."""
    lead = [joined_names(names), *(tag(words) for words in rest), *(tag(place) for place in written.where)]
    around = ", ".join(filter(None, (before, first, after)))
    return ", ".join(fitting([escape(one) for one in lead if one], tags_of(written.seen), around, one_chunk=not first))


def _around(written: Written, style: Style, *, tags: bool) -> tuple[str, str]:
    """What stands before and behind what the story says: the style's template, else what the house says."""
    if style.template:
        return style.before, style.after
    if not written.style:
        return "", ""
    return "", f", {written.style[:1].lower()}{written.style[1:]}" if tags else f". {written.style}"


def _joined(first: str, told: str, *, tags: bool) -> str:
    """The one look, and what the story says behind it."""
    if not told:
        return first.rstrip(" .,;")
    if not tags:
        return _after(first, told)
    return f"{first} {told}" if first.endswith((".", "!", "?")) else f"{first}, {told}"


def _put_around(told: str, before: str, after: str) -> str:
    return f"{before}{told}{after}" if told else f"{before}{after.lstrip(' .,;')}"


def _after(block: str, rest: str) -> str:
    """One sentence after another; the first as it is."""
    return f"{block} {rest}" if block.endswith((".", "!", "?")) else f"{block}. {sentence(rest)}"


def clean_around(text: str, clean: Callable[[str], str]) -> str:
    """What a style says around a prompt, cleaned; the tags in it, which name files, stay as they are."""
    words, tags = _TAG.split(text), _TAG.findall(text)
    return "".join(clean(part) + tag for part, tag in zip(words, [*tags, ""], strict=True))


def _parts(
    blocks: Sequence[tuple[str, str]], written: Written, told: str, style: Style | None, clean: Callable[[str], str]
) -> tuple[Part, ...]:
    parts = [Part(text, name) for name, text in blocks]
    parts += [Part(told, STORY)] if told else []
    if style is None or not style.name:
        return (*parts, Part(clean(written.style), STYLE)) if written.style else tuple(parts)
    around = (style.before, style.after) if style.template else ("", written.style)
    said = " … ".join(filter(None, (clean_around(part, clean).strip(" ,.;") for part in around)))
    return (*parts, Part(said or style.brief, named_style(style.name)))
