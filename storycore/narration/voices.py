"""The voices there are: the bundled ones told apart by sex, age and kind, and those that the settings bring along."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storycore.errors import SettingsError
from storycore.narration.base import PIPER, SPEECH, Voice

#: The narrator: the engine's plain British voice, a little slower than its default.
NARRATOR = Voice(variant="en-gb", pitch=46, rate=160)


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a voice, or of somebody who needs one; "" where nothing is known.

    ``sex`` is m or f; ``age`` child, adult or old; ``kind`` big, small, machine or spirit.
    """

    sex: str = ""
    age: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class VoiceEntry:
    """A voice that can be chosen: its name for people (``old-man``, ``speech:nova``), and how it sounds."""

    name: str
    voice: Voice
    traits: Traits
    label: str


def _entry(
    name: str, label: str, variant: str, pitch: int, rate: int, sex: str = "", age: str = "adult", kind: str = ""
) -> VoiceEntry:
    return VoiceEntry(name, Voice(variant, pitch, rate), Traits(sex, age, kind), label)


# Variants that differ to the ear (median pitch and brightness measured over one sentence) and stay easy to understand;
# neighbours in the table are unlike each other.
BUNDLED = (
    VoiceEntry("narrator", NARRATOR, Traits(), "plain and calm, the narrator's"),
    _entry("man", "a man", "en-gb+m3", 50, 168, "m"),
    _entry("woman", "a woman", "en-gb+f2", 52, 166, "f"),
    _entry("man-deep", "a man, deep and slow", "en-us+m7", 38, 160, "m"),
    _entry("woman-bright", "a woman, bright", "en-gb+belinda", 55, 170, "f"),
    _entry("man-scottish", "a Scottish man, deep", "en-gb-scotland+m1", 34, 156, "m"),
    _entry("woman-low", "an American woman, low", "en-us+f4", 44, 164, "f"),
    _entry("man-light", "a man, light and quick", "en-gb+pablo", 60, 172, "m"),
    _entry("woman-soft", "a woman, soft", "en-gb+Annie", 50, 162, "f"),
    _entry("man-noble", "a man, noble", "en-gb-x-rp+Michael", 42, 158, "m"),
    _entry("woman-breathy", "a woman, breathy", "en-gb+f5", 66, 174, "f"),
    _entry("man-american", "an American man", "en-us+Alex", 54, 170, "m"),
    _entry("woman-american", "an American woman, high", "en-us+linda", 62, 168, "f"),
    _entry("man-warm", "a man, warm", "en-gb+ed", 46, 164, "m"),
    _entry("woman-scottish", "a Scottish woman", "en-gb-scotland+f1", 48, 160, "f"),
    _entry("man-gruff", "a man, gruff and very deep", "en-gb+Gene", 28, 154, "m"),
    _entry("old-man", "an old man", "en-gb+grandpa", 30, 142, "m", "old"),
    _entry("old-woman", "an old woman", "en-gb+grandma", 36, 148, "f", "old"),
    _entry("old-man-slow", "an old man, very slow", "en-gb+m1", 20, 138, "m", "old"),
    _entry("old-woman-low", "an old woman, low", "en-us+grandma", 12, 142, "f", "old"),
    _entry("old-man-american", "an old American man", "en-us+grandpa", 55, 138, "m", "old"),
    _entry("old-woman-stern", "an old woman, stern", "en-gb+aunty", 40, 150, "f", "old"),
    _entry("boy", "a boy", "en-us+Alex", 99, 178, "m", "child"),
    _entry("girl", "a girl", "en-gb+f2", 90, 180, "f", "child"),
    _entry("boy-bright", "a boy, bright", "en-gb+shelby", 80, 176, "m", "child"),
    _entry("girl-breathy", "a girl, breathy", "en-gb+f5", 85, 178, "f", "child"),
    _entry("boy-bold", "a boy, bold", "en-gb+pablo", 95, 178, "m", "child"),
    _entry("girl-high", "a girl, high", "en-gb+f3", 95, 182, "f", "child"),
    _entry("giant", "a giant", "en-gb+Gene", 2, 126, "m", "", "big"),
    _entry("beast", "a beast", "en-gb+Demonic", 40, 132, "", "", "big"),
    _entry("giant-hollow", "a giant, hollow", "en-gb+m7", 5, 128, "m", "", "big"),
    _entry("pixie", "something tiny", "en-gb+belinda", 95, 178, "f", "", "small"),
    _entry("imp", "something tiny and quick", "en-gb+f5", 99, 200, "", "", "small"),
    _entry("robot", "a machine", "en-us+UniRobot", 50, 150, "", "", "machine"),
    _entry("robot-deep", "a machine, deep", "en-us+robosoft", 50, 150, "", "", "machine"),
    _entry("ghost", "a whisper", "en-gb+whisper", 50, 145, "m", "", "spirit"),
    _entry("ghost-light", "a whisper, light", "en-gb+whisperf", 50, 145, "f", "", "spirit"),
)  # fmt: skip

# What OpenAI documents, as most compatible servers name theirs too.
_SPEECH_VOICES = "onyx=man deep,nova=woman,ash=man,shimmer=woman,echo=man,coral=woman,fable=man old,sage=woman,alloy"
_TRAIT_WORDS = {
    "man": ("sex", "m"), "male": ("sex", "m"), "woman": ("sex", "f"), "female": ("sex", "f"),
    "old": ("age", "old"), "child": ("age", "child"), "young": ("age", "adult"), "adult": ("age", "adult"),
    "giant": ("kind", "big"), "big": ("kind", "big"), "tiny": ("kind", "small"), "small": ("kind", "small"),
    "robot": ("kind", "machine"), "machine": ("kind", "machine"), "ghost": ("kind", "spirit"),
}  # fmt: skip
_BOTH = {"boy": ("m", "child"), "girl": ("f", "child")}
_NAME = re.compile(r"[\w.+#\-]{1,64}")
_LABELS = {SPEECH: "speech service", PIPER: "Piper"}


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """Which voices a house has beside the bundled ones, as the settings of the same names say (``.env.example``)."""

    speech_url: str = ""
    speech_key: str = field(default="", repr=False)
    speech_model: str = "tts-1"
    speech_voices: str = ""
    piper_dir: Path | None = None
    piper_voices: str = ""


def named_voices(engine: str, text: str) -> list[VoiceEntry]:
    """Voices as the settings name them: ``nova=woman, onyx=old man, alloy``. Raises ``SettingsError``."""
    entries: list[VoiceEntry] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, words = (piece.strip() for piece in part.partition("="))
        if not _NAME.fullmatch(name):
            raise SettingsError(
                f"“{name[:40]}” is no name of a voice.", "Write them as nova=woman, onyx=old man, alloy."
            )
        traits = _traits(words.split())
        known = words or "no more is known of it"
        entries.append(
            VoiceEntry(f"{engine}:{name}", Voice(name, engine=engine), traits, f"{_LABELS[engine]}, {known}")
        )
    return entries


def _traits(words: Sequence[str]) -> Traits:
    values = {"sex": "", "age": "", "kind": ""}
    for word in words:
        if word.casefold() in _BOTH:
            values["sex"], values["age"] = _BOTH[word.casefold()]
        elif word.casefold() in _TRAIT_WORDS:
            key, value = _TRAIT_WORDS[word.casefold()]
            values[key] = value
    if values["sex"] and not values["age"] and not values["kind"]:
        values["age"] = "adult"
    return Traits(**values)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All voices of a house, by engine; the first engine is asked first, the bundled one stands last."""

    entries: tuple[VoiceEntry, ...] = BUNDLED
    _by_name: dict[str, VoiceEntry] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update({entry.name.casefold(): entry for entry in self.entries})

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines, the preferred one first."""
        return tuple(dict.fromkeys(entry.voice.engine for entry in self.entries))

    def of(self, engine: str) -> tuple[VoiceEntry, ...]:
        """The voices of one engine."""
        return tuple(entry for entry in self.entries if entry.voice.engine == engine)

    def find(self, name: str) -> VoiceEntry | None:
        """The voice of that name, however it is capitalised."""
        return self._by_name.get(" ".join(name.split()).casefold())

    def matching(self, typed: str) -> list[VoiceEntry]:
        """The voices whose name or description holds what was typed."""
        wanted = typed.casefold().strip()
        return [e for e in self.entries if wanted in e.name.casefold() or wanted in e.label.casefold()]


EVERY_HOUSE_HAS = Catalogue()


def catalogue(speech: str | None = None, piper: Sequence[VoiceEntry] = ()) -> Catalogue:
    """All voices: those of the speech service (``speech`` as in the settings, "" for the usual names, None without
    one), Piper's, the bundled ones. Raises ``SettingsError``."""
    service = [] if speech is None else named_voices(SPEECH, speech or _SPEECH_VOICES)
    return Catalogue((*service, *piper, *BUNDLED))
