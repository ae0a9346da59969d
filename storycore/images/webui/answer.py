"""The WebUI's answer, checked: as many pictures as were asked for, each whole and of a bearable size."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageStat

from storycore.errors import PainterError
from storycore.hosts.model import plain_name
from storycore.images.base import Painting
from storycore.images.webui.problems import odd_answer, unreachable

#: The longest side of a picture that is opened, pixels.
LONGEST_SIDE = 8192
_MOST_PIXELS = 32_000_000
_DATA_URI = re.compile(r"\s*data:[\w./+-]{1,60};base64,", re.ASCII)
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
#: A picture whose colours differ no more than this (of 255) shows nothing: black by a filter, grey by a wrong VAE.
_EMPTY_SPREAD = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is measured by: the seeds, the checkpoint and LoRAs that were asked for, the size ((0, 0): any),
    and by how many pixels a side may differ from it.

    ``names_loras``: the host says which LoRAs it used (SD.Next does not, always).
    """

    seeds: Sequence[int]
    checkpoint: str = ""
    loras: Sequence[str] = ()
    size: tuple[int, int] = (0, 0)
    names_loras: bool = True
    slack: int = 0


def paintings_of(answer: Mapping[str, Any], asked: Asked) -> list[Painting]:
    """The pictures of an answer, one for each seed, their bytes as they came. Slow (it decodes): use a thread.

    Grids in front and maps behind are left out. Raises ``PainterUnreachableError`` when pictures are missing (the host
    was interrupted), ``PainterError`` when they are broken, too large, of another size than asked for, or painted with
    another checkpoint or without a LoRA.
    """
    images, info = answer.get("images"), _info(answer.get("info"))
    if not isinstance(images, list):
        raise odd_answer("it holds no pictures", "no_pictures")
    _check_checkpoint(info, asked.checkpoint)
    _check_loras(info, asked)
    first = info.get("index_of_first_image")
    first = first if isinstance(first, int) and 0 <= first <= len(images) else 0
    wanted = images[first : first + len(asked.seeds)]
    if len(wanted) < len(asked.seeds):
        raise unreachable("stopped before all the pictures were painted", "too_few")
    return [
        _painting(text, index, seed, info, asked)
        for index, (text, seed) in enumerate(zip(wanted, asked.seeds, strict=True))
    ]


def checkpoint_of(answer: Mapping[str, Any]) -> str:
    """The checkpoint that the host says it used, "" where it does not say."""
    used = _info(answer.get("info")).get("sd_model_name")
    return used if isinstance(used, str) else ""


def _info(text: object) -> dict[str, Any]:
    """What the host says about how it painted: a JSON string, in A1111 and its heirs."""
    if isinstance(text, dict):
        return text
    if not isinstance(text, str):
        return {}
    try:
        info = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return info if isinstance(info, dict) else {}


def _check_checkpoint(info: Mapping[str, Any], asked: str) -> None:
    """An unknown checkpoint is silently replaced by the host's current one: a wrong picture that looks like success."""
    if not asked:
        return
    used, digest = info.get("sd_model_name"), info.get("sd_model_hash")
    if not isinstance(used, str):
        raise odd_answer("it does not say which checkpoint it used", "no_info")
    by_hash = isinstance(digest, str) and len(digest) >= 8 and digest.lower() in asked.lower()
    if not by_hash and plain_name(used) != plain_name(asked):
        raise PainterError(
            "The GPU host does not have the checkpoint that was asked for, and painted with another.",
            "Ask an admin to put that checkpoint on the host, or to choose another.",
        ).called("wrong_model")


def _check_loras(info: Mapping[str, Any], asked: Asked) -> None:
    """An unknown LoRA is left out without a word; the hashes of those that were used stand in the answer."""
    if not asked.loras:
        return
    extra = info.get("extra_generation_params")
    told = extra.get("Lora hashes") if isinstance(extra, dict) else None
    if not isinstance(told, str) and not asked.names_loras:
        return
    used = {plain_name(part.rpartition(":")[0]) for part in str(told or "").strip('"').split(",")}
    missing = [name for name in asked.loras if plain_name(name) not in used]
    if missing:
        raise PainterError(
            f"The GPU host painted without the LoRA “{missing[0][:80]}”.",
            "Ask an admin to put it on the host, or take it out of the prompt.",
        ).called("no_lora")


def _painting(text: object, index: int, seed: int, info: Mapping[str, Any], asked: Asked) -> Painting:
    data, size = _decoded(text), asked.size
    kind, (width, height), empty, likeness = _measured(data)
    if size != (0, 0) and max(abs(width - size[0]), abs(height - size[1])) > asked.slack:
        raise odd_answer(f"a picture in it is {width} × {height} pixels, not {size[0]} × {size[1]}", "wrong_size")
    seeds, texts = info.get("all_seeds"), info.get("infotexts")
    if isinstance(seeds, list) and index < len(seeds) and isinstance(seeds[index], int):
        seed = seeds[index] % 2**32
    details: dict[str, object] = {
        key: info[key]
        for key in ("prompt", "negative_prompt", "sampler_name", "steps", "cfg_scale", "sd_model_name", "sd_model_hash",
                    "version")
        if isinstance(info.get(key), str | int | float)
    }  # fmt: skip
    if isinstance(texts, list) and index < len(texts) and isinstance(texts[index], str):
        details["infotext"] = texts[index]
    return Painting(
        data, _FORMATS[kind], width, height, seed, {**details, "seed": seed, "painter": "webui"}, empty, likeness
    )


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise odd_answer("a picture in it is no text", "broken_base64")
    prefix = _DATA_URI.match(text[:80])
    try:
        return base64.b64decode(text[prefix.end() :] if prefix else text, validate=True)
    except (binascii.Error, ValueError):
        raise odd_answer("a picture in it is not base64", "broken_base64") from None


def _magic(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise odd_answer("a picture in it is neither PNG nor JPEG nor WebP", "no_picture")


def _measured(data: bytes) -> tuple[str, tuple[int, int], bool, str]:
    """Kind and size of a picture that decodes to its end, whether it is empty, and its likeness; refused by its header
    where it is too large."""
    kind = _magic(data)
    if kind == "PNG" and len(data) >= 24:
        _check_size(*struct.unpack(">II", data[16:24]))
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            _check_size(*image.size)
            image.verify()
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            image.load()
            plain = image.convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError) as error:
        raise odd_answer("a picture in it is damaged", "damaged") from error
    spread = max(high - low for low, high in ImageStat.Stat(plain).extrema)
    return kind, plain.size, spread <= _EMPTY_SPREAD, hashlib.sha256(plain.tobytes()).hexdigest()


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and width * height <= _MOST_PIXELS):
        raise odd_answer("a picture in it is far too large", "too_large")
