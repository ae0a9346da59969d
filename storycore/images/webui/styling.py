"""How a host is asked to paint in a style, by what it has. What it lacks is left out, and told in a few words.

Field names are those of AUTOMATIC1111's ``/sdapi/v1/txt2img``. Unknown samplers and schedulers would be replaced there
without a word, an unknown upscaler answered with an error; so what a host does not list is never sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storycore.hosts.model import Abilities, found_in

#: Understood by every host, whatever upscalers it has; below this much denoising its pictures stay blurred.
_LATENT, _LATENT_DENOISING = "Latent", 0.55
#: A finished picture's sides are cut to a multiple of this.
_GRID = 8


@dataclass(frozen=True, slots=True)
class Styled:
    """What is sent beside the prompt, and what of the style the host lacks, each in a few words."""

    additions: Mapping[str, Any] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()


def styled(painting: Mapping[str, Any], has: Abilities) -> Styled:
    """The fields for a style (as ``Style.painting`` gives it). The checkpoint and the size have their own way."""
    sent: dict[str, Any] = {}
    lacking: list[str] = []
    for key, name, names in (("sampler", "sampler_name", has.samplers), ("scheduler", "scheduler", has.schedulers)):
        if wanted := str(painting.get(key, "")):
            found = found_in(names, wanted) or _other_spelling(names, wanted)
            if found is None and (names or (key == "scheduler" and has.sdnext)):
                lacking.append(f"no {key} “{wanted}” here: its usual one")
            else:
                sent[name] = found or wanted
    if "steps" in painting:
        sent["steps"] = int(painting["steps"])
    if "cfg" in painting:
        sent["cfg_scale"] = float(painting["cfg"])
    settings = _settings(painting, has, sent, lacking)
    if settings:
        # Put back afterwards: what the host's owner set is not ours to change.
        sent |= {"override_settings": settings, "override_settings_restore_afterwards": True}
    if "hires" in painting:
        sent |= _hires(painting["hires"], has, lacking)
    return Styled(sent, tuple(lacking))


def final_size(width: int, height: int, additions: Mapping[str, Any]) -> tuple[tuple[int, int], int]:
    """The size of the pictures that a request asks for, and by how much a side may differ from it, in pixels."""
    if not additions.get("enable_hr"):
        return (width, height), 0
    scale = float(additions.get("hr_scale", 1.0))
    return (int(width * scale), int(height * scale)), _GRID


def _settings(painting: Mapping[str, Any], has: Abilities, sent: dict[str, Any], lacking: list[str]) -> dict[str, Any]:
    """What is an option of the host's; SD.Next has a field for clip skip instead (put into ``sent``)."""
    settings: dict[str, Any] = {}
    if "clip_skip" in painting:
        if has.sdnext:
            sent["clip_skip"] = int(painting["clip_skip"])
        else:
            settings["CLIP_stop_at_last_layers"] = int(painting["clip_skip"])
    if wanted := str(painting.get("vae", "")):
        found = found_in(has.vaes, wanted)
        if found is None and has.vaes:
            lacking.append(f"no VAE “{wanted}” here: its usual one")
        elif has.forge:
            settings["forge_additional_modules"] = [found or wanted]
        else:
            settings["sd_vae"] = found or wanted
    return settings


def _hires(hires: Mapping[str, Any], has: Abilities, lacking: list[str]) -> dict[str, Any]:
    wanted, denoising = str(hires.get("upscaler", "")), float(hires["denoising"])
    found = found_in(has.upscalers, wanted) if wanted else _LATENT
    if found is None and has.upscalers:
        lacking.append(f"no upscaler “{wanted}” here: {_LATENT}")
        found = _LATENT
    upscaler = found or wanted
    if upscaler.startswith(_LATENT) and upscaler != wanted:
        denoising = max(denoising, _LATENT_DENOISING)
    fields: dict[str, Any] = {
        "enable_hr": True,
        "hr_scale": float(hires["scale"]),
        "hr_upscaler": upscaler,
        "denoising_strength": denoising,
        "hr_second_pass_steps": int(hires.get("steps", 0)),
    }
    if has.forge:  # it looks into this list without asking whether there is one
        fields["hr_additional_modules"] = ["Use same choices"]
    return fields


def _other_spelling(names: Sequence[str], wanted: str) -> str | None:
    """ "euler_a", "Euler A" and "sgm_uniform": whoever typed it did not see the list."""
    plain = "".join(letter for letter in wanted.casefold() if letter.isalnum() or letter == "+")
    return next(
        (n for n in names if "".join(letter for letter in n.casefold() if letter.isalnum() or letter == "+") == plain),
        None,
    )
