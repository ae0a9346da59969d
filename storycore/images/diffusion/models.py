"""The models that paint on this machine: where they are, which family they belong to, how much memory they need."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storycore.errors import SettingsError
from storycore.hosts.model import plain_name
from storycore.prompts.family import Family, family_of

_HUB_ID = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}", re.ASCII)
_MOST_MODELS = 50
_GIB = 2**30
#: What a model works with beside its weights: the latents of one picture, the decoder's buffers, CUDA itself.
_BESIDE_GIB = 1.5
#: DeepFloyd IF's stages paint, enlarge and enlarge again; the last one is Stable Diffusion's upscaler.
IF_STAGES = 3
#: IF's first stage paints the square of this, in sides of multiples of 8; the two others make each 4 times longer.
_IF_SIDE = 64


#: GPU memory in GiB that the published models need in half precision, for one that is not here yet.
_USUAL_GIB = {Family.SD15: 4, Family.SD21: 5, Family.SDXL: 10, Family.IF: 24}


@dataclass(frozen=True, slots=True)
class Model:
    """A model by the name it has in Fireside; ``stages`` are folders, or ids of the model hub, in their order."""

    name: str
    stages: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}={'+'.join(self.stages)}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a model before it is loaded: ``gib`` of memory, ``measured`` on its own files or as usual."""

    family: Family
    gib: int
    measured: bool

    def told(self, name: str) -> str:
        """One sentence for whoever runs Fireside."""
        how = "" if self.measured else "about "
        return f"“{name}” ({self.family.label}) needs {how}{self.gib} GB of memory."


def read_models(text: str) -> tuple[Model, ...]:
    """Read ``NAME=PLACE, NAME=PLACE+PLACE+PLACE``; the first is the one that paints where no other is asked for.

    A PLACE is a folder as diffusers keeps it (with a ``model_index.json``), or an id of the model hub. Raises
    ``SettingsError``.
    """
    models: dict[str, Model] = {}
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        name, _, places = part.rpartition("=")
        stages = tuple(place.strip() for place in places.split("+"))
        name = name.strip() or stages[0].rstrip("/").rsplit("/", 1)[-1]
        if len(stages) not in (1, IF_STAGES) or not all(_is_place(stage) for stage in stages):
            raise SettingsError(
                f"FIRESIDE_DIFFUSERS_MODELS says “{part[:100]}”, which is no model.",
                "Write NAME=FOLDER, with a folder that holds a model_index.json, or NAME=owner/model; DeepFloyd IF "
                "takes its three stages, joined by “+”.",
            )
        if plain_name(name) in {plain_name(known) for known in models}:
            raise SettingsError(f"FIRESIDE_DIFFUSERS_MODELS names “{name[:60]}” twice.", "Give one another name.")
        models[name] = Model(name, stages)
    if len(models) > _MOST_MODELS:
        raise SettingsError(f"FIRESIDE_DIFFUSERS_MODELS names more than {_MOST_MODELS} models.", "Leave some out.")
    return tuple(models.values())


def _is_place(stage: str) -> bool:
    return Path(stage).expanduser().joinpath("model_index.json").is_file() or bool(_HUB_ID.fullmatch(stage))


def facts_of(stages: tuple[Path | None, ...], names: tuple[str, ...]) -> Facts:
    """What can be told of a model from its files (``stages``: its folders; None for one that is not here yet, which
    is told by its name). Raises ``SettingsError`` for what is none of the families."""
    indexes = [None if folder is None else _json(folder / "model_index.json") for folder in stages]
    family = _family(stages[0], indexes[0]) if len(stages) == 1 else Family.IF
    if family is None:
        family = _named(names[0])
    if (family is Family.IF) != (len(stages) == IF_STAGES):
        raise SettingsError(
            "DeepFloyd IF needs its three stages, and other models have one.",
            "Write NAME=STAGE1+STAGE2+STAGE3 in FIRESIDE_DIFFUSERS_MODELS.",
        )
    if any(folder is None for folder in stages):
        return Facts(family, _USUAL_GIB[family], measured=False)
    weights = sum(_half_bytes(folder, skip_text=i == 1) for i, folder in enumerate(stages) if folder is not None)
    return Facts(family, math.ceil(weights / _GIB + _BESIDE_GIB), measured=True)


def _family(folder: Path | None, index: Any) -> Family | None:
    if folder is None or not isinstance(index, dict):
        return None
    kind = str(index.get("_class_name", ""))
    if kind.startswith("IF"):
        return Family.IF
    if kind.startswith("StableDiffusionXL"):
        return Family.SDXL
    if kind.startswith("StableDiffusion"):
        unet = _json(folder / "unet" / "config.json")
        width = unet.get("cross_attention_dim") if isinstance(unet, dict) else None
        return Family.SD21 if width == _SD21_WIDTH else Family.SD15
    raise SettingsError(
        f"The model in FIRESIDE_DIFFUSERS_MODELS is a {kind[:60] or 'thing without a name'}.",
        "Fireside paints with Stable Diffusion 1.5, 2.1 and XL, and DeepFloyd IF.",
    )


#: How wide the text is that the second Stable Diffusion is told (OpenCLIP ViT-H); the first one's is 768.
_SD21_WIDTH = 1024


def _named(name: str) -> Family:
    family = family_of(name)
    if family is Family.OTHER:
        raise SettingsError(
            f"“{name[:80]}” in FIRESIDE_DIFFUSERS_MODELS is of a family that Fireside does not paint with.",
            "It paints with Stable Diffusion 1.5, 2.1 and XL, and DeepFloyd IF.",
        )
    return family


def _half_bytes(folder: Path, *, skip_text: bool) -> int:
    """The bytes of a folder's weights in half precision; ``skip_text`` leaves out what reads the prompt."""
    total = 0
    for part in (path for path in folder.iterdir() if path.is_dir()):
        if skip_text and part.name.startswith("text_encoder"):
            continue
        half = sum(file.stat().st_size for file in part.glob("*.fp16*.safetensors"))
        whole = [f for f in part.glob("*.safetensors") if ".fp16" not in f.name] or list(part.glob("*.bin"))
        total += half or sum(file.stat().st_size for file in whole) // 2
    return total


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def if_size(width: int, height: int) -> tuple[int, int]:
    """What IF's first stage paints for a picture of that shape: multiples of 8, about 64 x 64 pixels in all."""
    shape = (width / height) ** 0.5
    return max(1, round(_IF_SIDE * shape / 8)) * 8, max(1, round(_IF_SIDE / shape / 8)) * 8
