"""Samplers and schedulers by the names that WebUIs give them, as diffusers has them. Imports nothing of torch.

After diffusers' own table of k-diffusion's samplers (docs/source/en/api/schedulers/overview.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

_T = TypeVar("_T")

#: A class of diffusers', and what it is made with.
_SAMPLERS: dict[str, tuple[str, dict[str, Any]]] = {
    "DPM++ 2M": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"}),
    "DPM++ 2M SDE": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    "DPM++ SDE": ("DPMSolverSinglestepScheduler", {}),
    "DPM2": ("KDPM2DiscreteScheduler", {}),
    "DPM2 a": ("KDPM2AncestralDiscreteScheduler", {}),
    "Euler": ("EulerDiscreteScheduler", {}),
    "Euler a": ("EulerAncestralDiscreteScheduler", {}),
    "Heun": ("HeunDiscreteScheduler", {}),
    "UniPC": ("UniPCMultistepScheduler", {}),
    "DDIM": ("DDIMScheduler", {}),
    "DDPM": ("DDPMScheduler", {}),
    "LCM": ("LCMScheduler", {}),
    "PLMS": ("PNDMScheduler", {"skip_prk_steps": True}),
}
#: How steps are spread: what a sampler is told, where it knows it.
_SCHEDULERS: dict[str, dict[str, Any]] = {
    "Karras": {"use_karras_sigmas": True},
    "Exponential": {"use_exponential_sigmas": True},
    "SGM Uniform": {"timestep_spacing": "trailing"},
}
SAMPLERS = tuple(_SAMPLERS)
SCHEDULERS = tuple(_SCHEDULERS)


def sampler_of(name: str) -> tuple[str, dict[str, Any]] | None:
    """The class of that sampler and what it is made with; None for one that is not known here."""
    return _found(_SAMPLERS, name)


def spread_of(name: str) -> dict[str, Any] | None:
    """What a sampler is told to spread its steps like this; None for a way that is not known here."""
    return _found(_SCHEDULERS, name)


def _found(table: Mapping[str, _T], name: str) -> _T | None:
    wanted = _plain(name)
    return next((value for known, value in table.items() if _plain(known) == wanted), None)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum() or letter == "+")
