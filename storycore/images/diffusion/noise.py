"""The noise that a variation of a picture begins from. Lives in the painting process alone: it imports torch."""

from __future__ import annotations

from typing import Any

import torch

from storycore.images.diffusion.wire import Paint

#: From this cosine on, two directions are one.
_PARALLEL = 0.9995


def mixed_noise(pipe: Any, order: Paint, chance: torch.Generator, subseed: int) -> torch.Tensor:
    """What a variation begins from: the noise that the pipeline would draw from ``chance``, turned towards that of
    ``subseed`` by ``order.strength`` (slerp, as the WebUI does)."""
    scale = pipe.vae_scale_factor
    shape = (1, pipe.unet.config.in_channels, order.height // scale, order.width // scale)
    noises = [
        torch.randn(shape, generator=drawn, dtype=pipe.unet.dtype)
        for drawn in (chance, torch.Generator("cpu").manual_seed(subseed))
    ]
    if not order.strength:  # not turned at all, not even by rounding
        return noises[0].to(pipe.unet.dtype)
    return slerp(order.strength, noises[0], noises[1]).to(pipe.unet.dtype)


def slerp(share: float, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    """``low`` turned towards ``high`` by ``share`` (0 … 1) of the angle between them, column by column.

    After ``slerp`` of modules/rng.py in the WebUI v1.10.1. Columns that point the same way are mixed plainly: here each
    by itself, there all of them or none.
    """
    low, high = low.float(), high.float()
    norms = [tensor / tensor.norm(dim=-2, keepdim=True) for tensor in (low, high)]
    dot = (norms[0] * norms[1]).sum(-2, keepdim=True).clamp(-1.0, 1.0)
    angle = torch.acos(dot)
    sine = torch.sin(angle)
    turned = (torch.sin((1.0 - share) * angle) * low + torch.sin(share * angle) * high) / sine
    return torch.where(dot.abs() > _PARALLEL, (1.0 - share) * low + share * high, turned)
