"""What a checkpoint was trained as, told by its name, and whether it is asked in tags or in sentences.

Stable Diffusion 1.5 reads 75 tokens at a time and was trained on short captions: it heeds tags with commas between
them. SD 2.1 and SDXL read sentences. Hosts list checkpoints by name only; a name without any mark is taken for the
oldest and by far most common family, as painters' own tools do.
"""

from __future__ import annotations

import re
from enum import StrEnum

from storycore.hosts.model import plain_name


class Family(StrEnum):
    """What a model was trained as. Each is asked in its own way."""

    SD15 = "sd15"
    SD21 = "sd21"
    SDXL = "sdxl"
    IF = "if"
    #: Something newer, which reads sentences.
    OTHER = "other"

    @property
    def label(self) -> str:
        """Its name as people write it."""
        return {
            "sd15": "Stable Diffusion 1.5",
            "sd21": "Stable Diffusion 2.1",
            "sdxl": "SDXL",
            "if": "DeepFloyd IF",
            "other": "another family",
        }[self.value]

    @property
    def takes_tags(self) -> bool:
        """Whether its prompts are tags with commas between them, and not sentences."""
        return self is Family.SD15


_MARKS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    (Family.IF, re.compile(r"deepfloyd|^if[-_]i{1,3}\b|/if-")),
    (
        Family.OTHER,
        re.compile(
            r"flux|sd[-_ ]?3|stable[-_ ]diffusion[-_ ]3|chroma|qwen|hidream|hunyuan|lumina|aura[-_ ]?flow|kolors|pixart"
            r"|cascade|z[-_ ]?image|sana|anima(?![a-z])|klein"
        ),
    ),
    (Family.SDXL, re.compile(r"xl|pony|illustrious|noob[-_ ]?ai|animagine")),
    (
        Family.SD21,
        re.compile(r"sd[-_ ]?v?2(?:[-_. ]?[01])?(?!\d)|stable[-_ ]diffusion[-_ ]v?2|^v2[-_.][01]|768[-_ ]?v"),
    ),
)


def family_of(checkpoint: str) -> Family:
    """The family of a checkpoint by its name, as a host or a settings file gives it."""
    folder, plain = checkpoint.replace("\\", "/").lower(), plain_name(checkpoint)
    for family, mark in _MARKS:
        if mark.search(plain) or (family in (Family.IF, Family.SD21) and mark.search(folder)):
            return family
    return Family.SD15
