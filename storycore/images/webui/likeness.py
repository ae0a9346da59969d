"""How a host keeps characters recognisable, by what it has: portraits over IP-Adapter, faces over ADetailer, regions.

Forms and names: Mikubill's ControlNet extension (AUTOMATIC1111), Forge's built-in ControlNet, SD.Next's ``ip_adapter``,
Bing-su's ADetailer, and hako-mikan's Regional Prompter. What a host lacks is left to the next best: the look, its
blocks and the name mix, which stand in the prompt anyhow.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from storycore.hosts.model import Abilities, plain_name
from storycore.prompts.family import Family, family_of

_BREAK = " BREAK "
_TAG = re.compile(r"\s*<\w+:[^>]*>")
_MOST_REGIONS = 4
#: How strongly a portrait holds: FaceID keeps the face alone, Plus-face more of the picture.
_FACEID_WEIGHT, _PLUS_WEIGHT, _SDNEXT_SCALE = 0.8, 0.7, 0.7
#: FaceID works with a LoRA of the same name, at this weight (its card).
_FACEID_LORA_WEIGHT = 0.6
_FACES, _HANDS = "face_yolov8n.pt", "hand_yolov8n.pt"
_MODULES_FORGE = ("InsightFace+CLIP-H (IPAdapter)", "CLIP-ViT-H (IPAdapter)", "CLIP-ViT-bigG (IPAdapter)")


@dataclass(frozen=True, slots=True)
class Portrayed:
    """A character in a picture. ``portrait`` is the file of its reference (PNG, JPEG or WebP)."""

    name: str
    look: str
    portrait: bytes | None = None
    lora: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture to be painted: its prompt, who is in it, the ``common`` block of the prompt, and its size in pixels."""

    prompt: str
    people: tuple[Portrayed, ...]
    common: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is sent to a host instead of ``prompt`` alone, and in a few words by which ``means``."""

    prompt: str
    additions: Mapping[str, Any] = field(default_factory=dict)
    means: str = ""


def likeness_for(has: Abilities, checkpoint: str, picture: Portrait) -> Likeness:
    """The best that a host with these abilities can do for a picture. Draws masks: call it in a thread."""
    scripts: dict[str, Any] = {}
    additions: dict[str, Any] = {}
    means: list[str] = []
    prompt = picture.prompt
    known = [person for person in picture.people if person.portrait is not None]
    if known:
        how = _portraits(has, checkpoint, picture, known)
        if how is None:
            lacking = "no IP-Adapter here: by look" + (" and name mix" if "|" in prompt else "")
            means.append(lacking)
        else:
            adapter, prompt, words = how
            means.append(words)
            additions |= {key: value for key, value in adapter.items() if key != "ControlNet"}
            scripts |= {key: {"args": value} for key, value in adapter.items() if key == "ControlNet"}
    if len(picture.people) > 1:
        regions = _regions(has, prompt, picture)
        if regions is None:
            means.append("a block each")
        else:
            prompt, scripts["Regional Prompter"] = regions
            means.append("a region each")
    if has.adetailer_units:
        scripts["ADetailer"] = {"args": _faces(has, picture)}
        means.append("faces by ADetailer")
    if scripts:
        additions["alwayson_scripts"] = scripts
    return Likeness(prompt, additions, " · ".join(means))


def _portraits(
    has: Abilities, checkpoint: str, picture: Portrait, known: Sequence[Portrayed]
) -> tuple[dict[str, Any], str, str] | None:
    """ControlNet units or SD.Next's adapters, the prompt with what they need, and words; None where a host has none."""
    if has.ip_adapters:
        adapter = _best(has.ip_adapters, checkpoint, ("plus face", "plus-face", "faceid", "face", "base"))
        if adapter is None:
            return None
        entry: list[dict[str, Any]] = []
        for person in known:
            masks = [_mask(picture, person)] if len(picture.people) > 1 else []
            entry.append(
                {
                    "adapter": adapter,
                    "images": [_encoded(person)],
                    "scale": _SDNEXT_SCALE,
                    "start": 0.0,
                    "end": 1.0,
                    "crop": True,
                    "masks": masks,
                }
            )
        return {"ip_adapter": entry}, picture.prompt, f"portrait by IP-Adapter ({adapter})"
    if not has.controlnet_units:
        return None
    model, lora = _controlnet_model(has, checkpoint)
    if model is None:
        return None
    fitting = list(known)[: has.controlnet_units]
    units = [_unit(has, model, picture, person) for person in fitting]
    prompt = f"{picture.prompt} <lora:{lora}:{_FACEID_LORA_WEIGHT}>" if lora else picture.prompt
    kind = "FaceID" if "faceid" in plain_name(model) else "Plus-face"
    left_out = f" (of {len(fitting)} of {len(known)})" if len(fitting) < len(known) else ""
    return {"ControlNet": units}, prompt, f"portrait by IP-Adapter {kind}{left_out}"


def _unit(has: Abilities, model: str, picture: Portrait, person: Portrayed) -> dict[str, Any]:
    faceid = "faceid" in plain_name(model)
    unit: dict[str, Any] = {
        "enabled": True,
        "image": _encoded(person),
        "module": _module(has, model),
        "model": model,
        "weight": _FACEID_WEIGHT if faceid else _PLUS_WEIGHT,
        "resize_mode": "Crop and Resize",
        "control_mode": "Balanced",
        "guidance_start": 0.0,
        "guidance_end": 1.0 if faceid else 0.8,
        "hr_option": "Both",
    }
    if not has.forge:
        unit |= {"pixel_perfect": True, "save_detected_map": False}
    if len(picture.people) > 1:
        unit["mask_image" if has.forge else "effective_region_mask"] = _mask(picture, person)
    return unit


def _module(has: Abilities, model: str) -> str:
    name = plain_name(model)
    if has.forge:
        return _MODULES_FORGE[0 if "faceid" in name else 2 if "sdxl" in name and "vit-h" not in name else 1]
    if "faceid" in name:
        return "ip-adapter_face_id_plus" if "plus" in name else "ip-adapter_face_id"
    return "ip-adapter-auto"


def _controlnet_model(has: Abilities, checkpoint: str) -> tuple[str | None, str]:
    """The model for faces that fits the checkpoint, and the LoRA that FaceID needs beside it ("": none)."""
    models = [name for name in has.controlnet_models if "ip-adapter" in plain_name(name).replace("_", "-")]
    faceid = _best([m for m in models if "faceid" in plain_name(m)], checkpoint, ("plusv2", "plus", "faceid"))
    if faceid is not None:
        wanted = f"{plain_name(faceid)}_lora"
        lora = next((own for own in has.loras if plain_name(own) == wanted), "")
        if lora or not has.knows_loras:
            return faceid, lora or wanted
    plus = [m for m in models if "face" in plain_name(m) and "faceid" not in plain_name(m)]
    return _best(plus, checkpoint, ("plus-face", "plus_face", "face")), ""


def _best(names: Sequence[str], checkpoint: str, wanted: Sequence[str]) -> str | None:
    """The name that fits the checkpoint's family and holds the first of ``wanted`` that any does."""
    xl = family_of(checkpoint) is Family.SDXL
    fitting = [name for name in names if ("xl" in name.lower()) == xl]
    for part in wanted:
        for name in fitting:
            if part in name.lower():
                return name
    return None


def _encoded(person: Portrayed) -> str:
    return base64.b64encode(person.portrait or b"").decode()


def _mask(picture: Portrait, person: Portrayed) -> str:
    """White where a character's region is: columns side by side, in the order of the prompt."""
    width, height = max(64, picture.width // 8), max(64, picture.height // 8)
    place, count = picture.people.index(person), len(picture.people)
    image = Image.new("L", (width, height), 0)
    ImageDraw.Draw(image).rectangle((width * place // count, 0, width * (place + 1) // count - 1, height - 1), fill=255)
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _regions(has: Abilities, prompt: str, picture: Portrait) -> tuple[str, dict[str, Any]] | None:
    """The prompt with a column for each character, and Regional Prompter's arguments; None where that cannot be."""
    blocks = _TAG.sub("", prompt).split(_BREAK)
    tags = "".join(tag.strip() for tag in _TAG.findall(prompt))
    if not has.regional or len(blocks) != len(picture.people) + 1 or len(picture.people) > _MOST_REGIONS:
        return None  # somebody wrote another prompt by hand
    ratios = ",".join("1" for _ in picture.people)
    common, columns = blocks[-1], " ADDCOL ".join(blocks[:-1])
    # In the order of scripts/rp.py's ui(): active, (unused), tab, its three modes, ratios, base ratios, use base, use
    # common, use common negative, calculation, options, LoRA in negative (twice), threshold, mask, LoRA stops, flip.
    args = [
        True, False, "Matrix", "Columns", "Mask", "Prompt", ratios, "0.2", False, True, False, "Attention", [],
        "0", "0", "0.4", None, "0", "0", False,
    ]  # fmt: skip
    return f"{common} ADDCOMM {columns} {tags}".strip(), {"args": args}


def _faces(has: Abilities, picture: Portrait) -> list[Any]:
    """Faces anew (one character's with its look), and hands where there is a unit left for them."""
    alone = picture.people[0] if len(picture.people) == 1 else None
    look = "" if alone is None else ", ".join(part for part in (alone.look, alone.lora) if part)
    units: list[dict[str, Any]] = [_detail(_FACES, look)]
    if has.adetailer_units > 1:
        units.append(_detail(_HANDS, ""))
    return [True, False, *units]


def _detail(model: str, prompt: str) -> dict[str, Any]:
    return {
        "ad_model": model,
        "ad_prompt": prompt,
        "ad_negative_prompt": "",
        "ad_confidence": 0.3,
        "ad_denoising_strength": 0.35,
        "ad_inpaint_only_masked": True,
        "ad_inpaint_only_masked_padding": 32,
    }
