"""A style: checkpoint, sampler, size and the rest under a name, as people write it, read and bounded.

A style is kept as the words that people type for it, key by key: in a server's rows, in the story that took it, in a
pop-up's lines and in ``story.yaml`` alike. :func:`with_words` reads them; :attr:`Style.painting` is what painters hear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from storycore.errors import FiresideError
from storycore.prompts.family import family_of
from storycore.prompts.grammar import check, count_tokens
from storycore.script.words import fold, has_words

NAME_LENGTH = 40
TEMPLATE_LENGTH = 500
NEGATIVE_LENGTH = 1000
#: The longest name of a checkpoint, a sampler and the like: what fits into an option of the chat.
ASSET_LENGTH = 100
PLACE = "{prompt}"
#: What stands before the prompt is so short that a character's look still ends before the seventy-fifth token.
MAX_HEAD_TOKENS = 15
MAX_TAIL_TOKENS = 70
MAX_STEPS = 150
SIDES = (64, 2048)
#: The longest side of a finished picture, after a hires fix, in pixels.
MAX_FINAL_SIDE = 4096
CFG = (1.0, 30.0)
CLIP_SKIP = (1, 12)
HIRES = (1.05, 4.0)
TAGS, PROSE = "tags", "prose"
#: How much a hires fix paints anew where a style does not say: latent upscalers need more, or they stay blurred.
_DENOISING, _LATENT_DENOISING = 0.4, 0.55
#: Typed instead of a value, these take it away.
_NOTHING = frozenset({"", "-", "none", "default", "auto", "automatic"})
_JOINERS = re.compile(r"\b(?:AND(?:_PERP|_SALT|_TOPK)?|BREAK|ADDBASE|ADDCOL|ADDROW|ADDCOMM)\b")


class StyleError(FiresideError):
    """Something said of a style cannot be kept; ``field`` is where it was said ("" for the whole)."""

    def __init__(self, message: str, hint: str = "", field_name: str = "") -> None:
        super().__init__(message, hint)
        self.field = field_name


@dataclass(frozen=True, slots=True)
class Style:
    """How pictures are painted. What is "" or None is as the painter does it by itself.

    ``template`` holds ``{prompt}`` once; ``steps`` 1 … 150, ``size`` in pixels, ``cfg`` 1 … 30, ``clip_skip`` 1 … 12
    (1: nothing is skipped); ``hires`` is how many times larger a picture is painted again, ``denoising`` 0 … 1 how much
    of it anew, in ``hires_steps`` (None: as many as before). ``words`` is ``tags``, ``prose``, or "" for what the
    checkpoint's family reads best.
    """

    name: str = ""
    template: str = ""
    negative: str = ""
    checkpoint: str = ""
    sampler: str = ""
    scheduler: str = ""
    steps: int | None = None
    size: tuple[int, int] | None = None
    cfg: float | None = None
    clip_skip: int | None = None
    vae: str = ""
    hires: float | None = None
    upscaler: str = ""
    denoising: float | None = None
    hires_steps: int | None = None
    words: str = ""

    @property
    def before(self) -> str:
        """What the template says before the prompt."""
        return self.template.partition(PLACE)[0]

    @property
    def after(self) -> str:
        """What it says behind it."""
        return self.template.partition(PLACE)[2]

    @property
    def painting(self) -> dict[str, Any]:
        """What decides the pictures beside the prompt, as a round keeps it: numbers as numbers, nothing empty."""
        kept: dict[str, Any] = {
            key: value
            for key in ("checkpoint", "sampler", "scheduler", "steps", "cfg", "clip_skip", "vae", "negative")
            if (value := getattr(self, key)) not in ("", None)
        }
        if self.size is not None:
            kept["width"], kept["height"] = self.size
        if self.hires is not None:
            latent = self.upscaler.lower().startswith("latent")
            usual = _LATENT_DENOISING if latent else _DENOISING
            kept["hires"] = {
                "scale": self.hires,
                "upscaler": self.upscaler,
                "denoising": usual if self.denoising is None else self.denoising,
                "steps": self.hires_steps or 0,
            }
        return kept

    @property
    def final_side(self) -> int:
        """The longest side of a finished picture in pixels, 0 where the style does not say."""
        return 0 if self.size is None else int(max(self.size) * (self.hires or 1.0))

    @property
    def brief(self) -> str:
        """What it is painted with, in a few words."""
        sampler = " ".join(filter(None, (self.sampler, self.scheduler)))
        facts = [
            self.checkpoint,
            sampler,
            f"{self.steps} steps" if self.steps else "",
            f"{self.size[0]} × {self.size[1]}" if self.size else "",
            f"CFG {self.cfg:g}" if self.cfg is not None else "",
            f"clip skip {self.clip_skip}" if self.clip_skip else "",
            f"VAE {self.vae}" if self.vae else "",
            f"hires fix {self.hires:g}×" + (f" by {self.upscaler}" if self.upscaler else "") if self.hires else "",
        ]
        return " · ".join(fact for fact in facts if fact)

    def takes_tags(self, checkpoint: str = "") -> bool:
        """Whether its prompts are tags; ``checkpoint`` is the one that paints where the style names none ("": which
        one is not known, and sentences are understood by all)."""
        if self.words:
            return self.words == TAGS
        known = self.checkpoint or checkpoint
        return bool(known) and family_of(known).takes_tags


def _text(length: int) -> Callable[[str, str], str]:
    def read(key: str, typed: str) -> str:
        kept = " ".join(fold(typed).split())
        if len(kept) > length:
            raise StyleError(f"“{label(key)}” has {len(kept):,} characters.", f"At most {length} are possible.", key)
        return kept

    return read


def _asset(key: str, typed: str) -> str:
    kept = _text(ASSET_LENGTH)(key, typed)
    if not kept.isprintable() or any(letter in kept for letter in "<>|"):
        raise StyleError(f"“{kept[:60]}” is no {label(key)}'s name.", "Choose one from the list while you type.", key)
    return "" if kept.casefold() in _NOTHING else kept


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def read(key: str, typed: str) -> int:
        plain = typed.strip()
        if not re.fullmatch(r"\d{1,4}", plain, re.ASCII) or not low <= int(plain) <= high:
            raise StyleError(f"“{label(key)}” is a whole number from {low} to {high}.", f"Such as {low + 1}.", key)
        return int(plain)

    return read


def _number(low: float, high: float) -> Callable[[str, str], float]:
    def read(key: str, typed: str) -> float:
        plain = typed.strip().rstrip("x×").strip().replace(",", ".")
        if not re.fullmatch(r"\d{1,3}(?:\.\d{1,6})?", plain, re.ASCII) or not low <= float(plain) <= high:
            raise StyleError(f"“{label(key)}” is a number from {low:g} to {high:g}.", "Such as 1.5.", key)
        return round(float(plain), 2)

    return read


def _size(key: str, typed: str) -> tuple[int, int]:
    found = re.fullmatch(r"\s*(\d{2,4})\s*(?:x|×|\*|by)\s*(\d{2,4})\s*(?:px)?\s*", typed.lower(), re.ASCII)
    if found is None:
        raise StyleError("A size is width x height in pixels.", "Such as 1216x832.", key)
    width, height = int(found[1]), int(found[2])
    low, high = SIDES
    if not all(low <= side <= high and side % 8 == 0 for side in (width, height)):
        raise StyleError(f"A side is a multiple of 8, from {low} to {high} pixels.", "Such as 1216x832.", key)
    return width, height


def _words(key: str, typed: str) -> str:
    word = typed.strip().casefold()
    if word not in (TAGS, PROSE):
        raise StyleError("Prompts are written as tags or as prose.", "Leave it out for what the checkpoint reads.", key)
    return word


#: How each key's typed words are read; in the order in which they are written.
_READERS: dict[str, Callable[[str, str], Any]] = {
    "template": _text(TEMPLATE_LENGTH),
    "negative": _text(NEGATIVE_LENGTH),
    "checkpoint": _asset,
    "sampler": _asset,
    "scheduler": _asset,
    "steps": _whole(1, MAX_STEPS),
    "size": _size,
    "cfg": _number(*CFG),
    "clip_skip": _whole(*CLIP_SKIP),
    "vae": _asset,
    "hires": _number(*HIRES),
    "upscaler": _asset,
    "denoising": _number(0.0, 1.0),
    "hires_steps": _whole(1, MAX_STEPS),
    "words": _words,
}
KEYS = tuple(_READERS)
#: How pictures are painted: all but the words around the prompt.
PAINTING_KEYS = tuple(key for key in KEYS if key not in ("template", "negative"))
_LABELS = {
    "cfg": "CFG scale",
    "clip_skip": "clip skip",
    "vae": "VAE",
    "hires": "hires fix",
    "hires_steps": "hires steps",
}
_TEXTS = ("template", "negative")
#: Other ways to write a key.
_ALIASES = {
    "cfg_scale": "cfg", "hires_fix": "hires", "hires_scale": "hires", "denoise": "denoising", "model": "checkpoint",
    "hires_upscaler": "upscaler", "negative_prompt": "negative", "never": "negative", "clipskip": "clip_skip",
    "denoising_strength": "denoising", "hires_denoising": "denoising", "sampling_steps": "steps", "form": "words",
}  # fmt: skip


def label(key: str) -> str:
    """A key as people read it."""
    return _LABELS.get(key, key)


def key_of(typed: str) -> str:
    """The key that is meant. Raises ``StyleError`` for one that is none."""
    plain = re.sub(r"[\s_-]+", "_", typed.strip().casefold())
    key = _ALIASES.get(plain, plain)
    if key not in _READERS:
        known = ", ".join(label(one) for one in KEYS)
        raise StyleError(f"A style has nothing called “{typed.strip()[:40]}”.", f"Known are {known}.", plain[:40])
    return key


def with_words(style: Style, said: Mapping[str, str]) -> Style:
    """``style`` with what is typed for some of its keys; "-" and "" take a value away.

    Raises ``StyleError`` for the first that cannot be read.
    """
    changes: dict[str, Any] = {}
    for typed_key, typed in said.items():
        key = key_of(typed_key)
        empty = typed.strip() in ("", "-") if key in _TEXTS else typed.strip().casefold() in _NOTHING
        changes[key] = _EMPTY[key] if empty else _READERS[key](key, typed)
    return replace(style, **changes)


_EMPTY: dict[str, Any] = {field.name: field.default for field in fields(Style)}


def in_words(style: Style) -> dict[str, str]:
    """What :func:`with_words` reads back: every key that says something, and not the name."""
    said: dict[str, str] = {}
    for key in KEYS:
        value = getattr(style, key)
        if value in ("", None):
            continue
        is_number = isinstance(value, float)
        said[key] = f"{value[0]}x{value[1]}" if key == "size" else f"{value:g}" if is_number else str(value)
    return said


def to_json(style: Style) -> dict[str, str]:
    """As rows keep it: its words, and its name."""
    return {"name": style.name, **in_words(style)}


def from_json(data: Mapping[str, Any]) -> Style | None:
    """A style from a row; None where there is none. What this version does not understand is left out."""
    if not data.get("name"):
        return None
    style = Style(str(data["name"]))
    for key in KEYS:
        if isinstance(data.get(key), str):
            try:
                style = with_words(style, {key: data[key]})
            except StyleError:  # a newer Fireside wrote it, with other bounds
                continue
    return style


def tidy(style: Style) -> Style:
    """``style`` as it is kept: what does not fit together is refused.

    Raises ``StyleError``. CPU-bound for texts made to be slow (some tenths of a second): call it off the event loop.
    """
    name = tidy_name(style.name)
    template = _template(style.template)
    _check_grammar("negative", style.negative, tags=False)
    if style.hires is None and (style.upscaler or style.denoising is not None or style.hires_steps is not None):
        raise StyleError(
            "An upscaler, denoising and hires steps belong to a hires fix.", "Say how many times larger: 1.5.", "hires"
        )
    if style.final_side > MAX_FINAL_SIDE:
        raise StyleError(
            f"With the hires fix a side has {style.final_side:,} pixels.", f"At most {MAX_FINAL_SIDE:,}.", "hires"
        )
    return replace(style, name=name, template=template)


def tidy_name(typed: str) -> str:
    """A style's name: printable, one line. Raises ``StyleError``."""
    name = " ".join(fold(typed).split())
    if len(name) > NAME_LENGTH:
        raise StyleError(f"This name has {len(name)} characters.", f"At most {NAME_LENGTH} are possible.", "name")
    if not has_words(name) or name.casefold() in _NOTHING:
        raise StyleError("That is no name for a style.", "A name has letters, such as Ink.", "name")
    return name


def _template(typed: str) -> str:
    """A template with its place for the prompt: behind it, where it was left out."""
    if not typed:
        return ""
    template = typed if PLACE in typed else f"{PLACE}, {typed}"
    if template.count(PLACE) > 1:
        raise StyleError(f"{PLACE} stands in the template twice.", "Keep one of them.", "template")
    before, _, after = template.partition(PLACE)
    for part in (before, after):
        _check_grammar("template", part, tags=True)
    if (tokens := count_tokens(before).tokens) > MAX_HEAD_TOKENS:
        raise StyleError(
            f"What stands before {PLACE} is {tokens} tokens long; characters' looks would come too late.",
            f"At most {MAX_HEAD_TOKENS} are possible there, about 10 words; put the rest behind {PLACE}.",
            "template",
        )
    if (tokens := count_tokens(after).tokens) > MAX_TAIL_TOKENS:
        raise StyleError(
            f"What stands behind {PLACE} is {tokens} tokens long.",
            f"At most {MAX_TAIL_TOKENS} are possible.",
            "template",
        )
    return template


def _check_grammar(key: str, text: str, *, tags: bool) -> None:
    """Nothing that joins, breaks, or is never closed: it stands beside a story's own words."""
    if _JOINERS.search(text):
        raise StyleError(f"AND and BREAK are no words for a {label(key)}.", "Write them small.", key)
    if not tags and ("<" in text or ">" in text):
        raise StyleError(f"A {label(key)} loads nothing.", "A LoRA stands in the template: <lora:ink:0.7>.", key)
    problems = check(text).problems if text.strip() else ()
    real = [problem for problem in problems if "chunks of" not in problem.what]
    if real:
        raise StyleError(f"In the {label(key)}: {real[0].what}", real[0].hint, key)
