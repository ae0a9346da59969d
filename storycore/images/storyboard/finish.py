"""From SVG to the PNG that is handed out: drawn by resvg, given paper's grain, and told how it was made."""

from __future__ import annotations

import io
import re
from functools import lru_cache

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

#: How strong the grain is, in steps of 0 … 255. It repeats in tiles, so that PNG still packs it well.
GRAIN = 3
_TILE = 128
#: How much of a prompt is written into the picture (code points).
_PROMPT_IN_FILE = 8000
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@lru_cache(maxsize=4)
def _grain(width: int, height: int) -> NDArray[np.int16]:
    """Fibres of paper: a tile of noise, the same for all three colours and every picture."""
    chance = np.random.Generator(np.random.PCG64(7))
    noise = chance.normal(0.0, 1.0, (_TILE, _TILE))
    fibres = (noise + np.roll(noise, 1, 0) + np.roll(noise, (1, 1), (0, 1))) / 1.8
    tile = np.clip(np.rint(fibres * GRAIN / 2), -GRAIN, GRAIN).astype(np.int16)
    rows, columns = -(-height // _TILE), -(-width // _TILE)
    return np.tile(tile, (rows, columns))[:height, :width, None]


@lru_cache(maxsize=4)
def _vignette(width: int, height: int) -> NDArray[np.uint16]:
    """How much light (of 256) reaches each pixel: all in the middle, less in the corners. Whole numbers throughout."""
    across = (2 * np.arange(width, dtype=np.int64) - width + 1) ** 2 * 1024 // width**2
    down = (2 * np.arange(height, dtype=np.int64) - height + 1) ** 2 * 1024 // height**2
    distance = np.clip(across[None, :] + down[:, None] - 600, 0, None)  # squared, 1024 at the middle of an edge
    light: NDArray[np.uint16] = np.clip(256 - distance * 80 // 1448, 160, 256).astype(np.uint16)
    return light[:, :, None]


def printable(prompt: str) -> str:
    """``prompt`` as it is written into a file: without control characters and lone surrogates, cut at a bound."""
    return _UNPRINTABLE.sub(" ", prompt[:_PROMPT_IN_FILE])


def finished(svg: str, width: int, height: int, parameters: str) -> bytes:
    """The PNG of ``svg``, with ``parameters`` in a text chunk of that name, as the WebUI writes it."""
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg, width=width, height=height, skip_system_fonts=True, background="#ffffff"
    )
    with Image.open(io.BytesIO(drawn)) as image:
        pixels = np.asarray(
            image.convert("RGB").resize((width, height)) if image.size != (width, height) else image.convert("RGB")
        )
    shaded = (pixels * _vignette(width, height)) >> 8
    grained = np.clip(shaded.astype(np.int16) + _grain(width, height), 0, 255).astype(np.uint8)
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", parameters)
    out = io.BytesIO()
    Image.fromarray(grained).save(out, "PNG", pnginfo=info, compress_level=4)
    return out.getvalue()
