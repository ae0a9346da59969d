"""A look at a host: which WebUI it is, and what it has. A list that it does not give is empty, never an error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from storycore.errors import PainterError, PainterUnreachableError
from storycore.hosts.model import Abilities, Flavour, Found, names_of
from storycore.images.webui.talk import HostTalk

_MOST_UNITS = 20


async def look_at(talk: HostTalk) -> Found:
    """Ask a host what it is and has. Raises ``PainterUnreachableError`` or ``PainterError`` as its API does."""
    options = await talk.options()
    flavour = await _flavour(talk)
    vaes = "sd-modules" if flavour is Flavour.FORGE else "sd-vae"
    paths = ("sd-models", "loras", "samplers", "upscalers", "schedulers", "latent-upscale-modes", vaes)
    models, loras, samplers, upscalers, schedulers, latent, modules = await asyncio.gather(
        *(_listed(talk, f"/sdapi/v1/{path}") for path in paths)
    )
    scripts, controlnet, controlnet_models, adapters, embeddings = await asyncio.gather(
        _asked(talk, "/sdapi/v1/scripts"),
        _asked(talk, "/controlnet/settings"),
        _asked(talk, "/controlnet/model_list"),
        _asked(talk, "/sdapi/v1/ip-adapters"),
        _asked(talk, "/sdapi/v1/embeddings"),
    )
    loaded = options.get("sd_model_checkpoint")
    abilities = Abilities(
        checkpoints=_names(models or [], "title", "model_name"),
        loras=_names(loras or [], "name", "alias"),
        samplers=_names(samplers or [], "name"),
        upscalers=_names([*(latent or []), *(upscalers or [])], "name"),
        controlnet_models=names_of(_list(controlnet_models, "model_list")),
        controlnet_units=_units(controlnet, "control_net_unit_count"),
        adetailer_units=_adetailer(scripts, options),
        knows_loras=loras is not None,
        ip_adapters=names_of(adapters) if isinstance(adapters, list) and flavour is Flavour.SDNEXT else (),
        regional="regional prompter" in _scripts(scripts),
        forge=flavour is Flavour.FORGE,
        sdnext=flavour is Flavour.SDNEXT,
        schedulers=_names(schedulers or [], "label"),
        vaes=_names(modules or [], "model_name"),
        embeddings=_embeddings(embeddings),
        knows_embeddings=isinstance(embeddings, dict),
    )
    return Found(flavour, " ".join(loaded.split())[:300] if isinstance(loaded, str) else "", abilities)


async def _flavour(talk: HostTalk) -> Flavour:
    """Forge alone has modules in the place of VAEs; SD.Next alone tells its version."""
    if await _asked(talk, "/sdapi/v1/sd-modules") is not None:
        return Flavour.FORGE
    if await _asked(talk, "/sdapi/v1/version") is not None:
        return Flavour.SDNEXT
    return Flavour.A1111


async def _asked(talk: HostTalk, path: str) -> object:
    """The answer to a question that not every host understands: None where it does not."""
    try:
        return await talk.get(path)
    except PainterUnreachableError:
        raise
    except PainterError:
        return None


async def _listed(talk: HostTalk, path: str) -> list[Any] | None:
    answer = await _asked(talk, path)
    return answer if isinstance(answer, list) else None


def _embeddings(answer: object) -> tuple[str, ...]:
    """Those that fit the checkpoint loaded, and those that were skipped because they fit another; by name (a list in
    SD.Next, an object in AUTOMATIC1111 and Forge)."""
    parts = [answer.get(key) for key in ("loaded", "skipped")] if isinstance(answer, dict) else []
    return names_of([name for part in parts if isinstance(part, dict | list) for name in part])


def _names(entries: Iterable[object], *keys: str) -> tuple[str, ...]:
    return names_of([entry.get(key) for entry in entries if isinstance(entry, dict) for key in keys])


def _list(answer: object, key: str) -> list[Any]:
    found = answer.get(key) if isinstance(answer, dict) else None
    return found if isinstance(found, list) else []


def _units(answer: object, key: str, default: int = 0) -> int:
    found = answer.get(key, default) if isinstance(answer, dict) else 0
    whole = isinstance(found, int) and not isinstance(found, bool)
    return min(max(int(found), 0), _MOST_UNITS) if whole else 0


def _adetailer(scripts: object, options: dict[str, Any]) -> int:
    """ADetailer has as many units as its option says, 2 where it says nothing (its default)."""
    return _units(options, "ad_max_models", 2) if "adetailer" in _scripts(scripts) else 0


def _scripts(scripts: object) -> list[str]:
    """The titles of the scripts for pictures from text, in small letters."""
    return [name.lower() for name in _list(scripts, "txt2img") if isinstance(name, str)]
