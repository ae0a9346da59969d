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
from storycore.prompts.written import Written, joined_names, sentence, sentences

STORY, STYLE = "story", "style"
_BREAK = " BREAK "
_MIX = re.compile(r"\[[^\[\]|:]+\|[^\[\]|:]+\],?\s*")
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_TAG = re.compile(r"<\w+:[^>]*>")
_EMPHASIS = re.compile(r"(?<!\\)[()\[\]]|(?<=\S):[\d.]+(?=\s*[)\]])")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a prompt and where it comes from: ``story``, ``style``, or the name of a character."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A prompt, its parts, and what else decides its pictures (``extras``, as a round keeps them).

    ``extras``: ``negative`` (joined), ``characters`` (name, look, portrait's hash, LoRA tag: as far as there is any),
    ``common`` (the block that belongs to none of them). ``same_seed``: whether a character asks for the same noise.
    ``dropped``: the words that the server's rules took out.
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
) -> Composed:
    """The prompt of a scene. ``linked`` gives for a cast name the character that it is.

    ``outfits`` are those chosen for this scene, by the characters' ids; else one is worn that ``scene_text`` names.
    ``clean`` takes out of a text what may not stand in it.
    """
    written = replace(
        written,
        people=tuple((name, clean(words)) for name, words in written.people),
        where=tuple(filter(None, map(clean, written.where))),
        seen=clean(written.seen),
    )
    chosen = outfits or {}
    shown = list({c.id: c for name, _ in written.people if (c := linked.get(name)) is not None}.values())
    blocks: list[tuple[Character, str]] = []
    for character in shown:
        outfit = chosen.get(character.id) or _worn(character, scene_text)
        look = clean(character.sheet.described(outfit))
        if look:
            blocks.append((character, look))
    if not blocks:
        return Composed(clean(written.text), _parts([], written), {}, any(c.sheet.same_seed for c in shown))
    named = {character.id for character, _ in blocks}
    rest = [words for name, words in written.people if (linked[name].id if name in linked else None) not in named]
    tags = list(dict.fromkeys(tag for character, _ in blocks if (tag := character.sheet.lora_tag)))
    texts = [clean(f"{character.sheet.name}, {look}") for character, look in blocks]
    common = clean(_common(written, [c.sheet.name for c, _ in blocks] if len(blocks) > 1 else [], rest))
    text = _after(texts[0], common) if len(blocks) == 1 else _BREAK.join([*texts, common])
    negatives = list(dict.fromkeys(c.sheet.negative for c, _ in blocks if c.sheet.negative))
    characters = [_kept(character, look) for character, look in blocks]
    extras: dict[str, Any] = {"characters": characters, "common": common}
    if negatives:
        extras["negative"] = ", ".join(negatives)
    parts = _parts([(c.sheet.name, t) for (c, _), t in zip(blocks, texts, strict=True)], written, common)
    return Composed(" ".join([text, *tags]), parts, extras, any(c.sheet.same_seed for c, _ in blocks))


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


def _common(written: Written, names: Sequence[str], rest: Sequence[str]) -> str:
    people = joined_names([*names, *rest])
    lead = ", ".join(filter(None, (people, *written.where)))
    return sentences([escape(lead), written.seen], written.style)


def _after(block: str, rest: str) -> str:
    """One sentence after another; the first as it is."""
    return f"{block} {rest}" if block.endswith((".", "!", "?")) else f"{block}. {sentence(rest)}"


def _parts(blocks: Sequence[tuple[str, str]], written: Written, common: str = "") -> tuple[Part, ...]:
    told = (common or written.text).removesuffix(written.style).rstrip(" .") if written.style else common
    parts = [Part(text, name) for name, text in blocks]
    parts += [Part(told, STORY)] if told else []
    return (*parts, Part(written.style, STYLE)) if written.style else tuple(parts)
