"""The WebUI's answer, checked: as many pictures as were asked for, each whole and of a bearable size."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from storycore.errors import PainterError
from storycore.images.base import Painting
from storycore.images.webui.problems import odd_answer, unreachable

#: The longest side of a picture that is opened, pixels.
LONGEST_SIDE = 8192
_MOST_PIXELS = 32_000_000
_DATA_URI = re.compile(r"\s*data:[\w./+-]{1,60};base64,", re.ASCII)
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_CHECKPOINT_TAIL = re.compile(r"\s*\[[0-9a-fA-F]+\]\s*$|\.(?:safetensors|ckpt|pt|gguf)$", re.IGNORECASE)


def paintings_of(answer: Mapping[str, Any], seeds: Sequence[int], checkpoint: str = "") -> list[Painting]:
    """The pictures of an answer, as many as ``seeds``, their bytes as they came. Slow (it decodes): use a thread.

    Raises ``PainterUnreachableError`` when pictures are missing (the host was interrupted), ``PainterError`` when they
    are broken, too large, or painted with another checkpoint than ``checkpoint`` ("" accepts any).
    """
    images, info = answer.get("images"), _info(answer.get("info"))
    if not isinstance(images, list):
        raise odd_answer("it holds no pictures")
    _check_checkpoint(info, checkpoint)
    first = info.get("index_of_first_image")
    first = first if isinstance(first, int) and 0 <= first <= len(images) else 0
    wanted = images[first : first + len(seeds)]
    if len(wanted) < len(seeds):
        raise unreachable("stopped before all the pictures were painted")
    return [_painting(text, index, seed, info) for index, (text, seed) in enumerate(zip(wanted, seeds, strict=True))]


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


def _plain(name: str) -> str:
    """A checkpoint's name without folder, hash and ending, for comparison."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    for _ in range(2):
        plain = _CHECKPOINT_TAIL.sub("", plain)
    return plain.lower()


def _check_checkpoint(info: Mapping[str, Any], asked: str) -> None:
    """An unknown checkpoint is silently replaced by the host's current one: a wrong picture that looks like success."""
    if not asked:
        return
    used, digest = info.get("sd_model_name"), info.get("sd_model_hash")
    if not isinstance(used, str):
        raise odd_answer("it does not say which checkpoint it used")
    by_hash = isinstance(digest, str) and len(digest) >= 8 and digest.lower() in asked.lower()
    if not by_hash and _plain(used) != _plain(asked):
        raise PainterError(
            "The GPU host does not have the checkpoint that was asked for, and painted with another.",
            "Ask an admin to put that checkpoint on the host, or to choose another.",
        )


def _painting(text: object, index: int, seed: int, info: Mapping[str, Any]) -> Painting:
    data = _decoded(text)
    kind, width, height = _measured(data)
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
    return Painting(data, _FORMATS[kind], width, height, seed, {**details, "seed": seed, "painter": "webui"})


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise odd_answer("a picture in it is no text")
    prefix = _DATA_URI.match(text[:80])
    try:
        return base64.b64decode(text[prefix.end() :] if prefix else text, validate=True)
    except (binascii.Error, ValueError):
        raise odd_answer("a picture in it is not base64") from None


def _magic(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise odd_answer("a picture in it is neither PNG nor JPEG nor WebP")


def _measured(data: bytes) -> tuple[str, int, int]:
    """The kind and size of a picture that decodes to its end; refused by its header where it is too large."""
    kind = _magic(data)
    if kind == "PNG" and len(data) >= 24:
        _check_size(*struct.unpack(">II", data[16:24]))
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            _check_size(*image.size)
            image.verify()
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            image.load()
            width, height = image.size
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError) as error:
        raise odd_answer("a picture in it is damaged") from error
    return kind, width, height


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and width * height <= _MOST_PIXELS):
        raise odd_answer("a picture in it is far too large")
