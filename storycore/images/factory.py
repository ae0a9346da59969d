"""Who paints, as the settings ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from storycore.errors import SettingsError
from storycore.hosts.crew import Here, HostOptions
from storycore.hosts.model import Abilities
from storycore.images.base import Backend, Painter
from storycore.images.diffusion import DiffusersPainter, read_models
from storycore.images.diffusion.samplers import SAMPLERS, SCHEDULERS
from storycore.images.storyboard import StoryboardPainter
from storycore.images.webui.options import address_of


def who_paints(
    backend: Backend, webui_hosts: Sequence[str] = (), *, models: str = "", private: bool = False
) -> tuple[Painter, HostOptions]:
    """This machine's painter, and the GPU hosts (``http://user:password@host:7860``).

    ``storyboard``: this machine draws sketches where there is no GPU host; ``webui``: it never does; ``diffusers``: it
    paints with ``models`` (see :func:`~storycore.images.diffusion.read_models`), beside the GPU hosts. ``private`` lets
    the chat name hosts in private networks. Raises ``SettingsError`` for ``webui`` without a host, ``diffusers``
    without a model or without its packages, for an address that is none, and for another backend.
    """
    if backend not in get_args(Backend):
        raise SettingsError("FIRESIDE_IMAGE_BACKEND is not storyboard, webui or diffusers.", "Choose one of the three.")
    addresses = tuple(host.strip() for host in webui_hosts if host.strip())
    for address in addresses:
        address_of(address)
    if backend == "webui" and not addresses:
        raise SettingsError(
            "FIRESIDE_IMAGE_BACKEND is webui, but FIRESIDE_WEBUI_HOSTS names no host.",
            "Set it to the address of a WebUI started with --api, such as http://127.0.0.1:7860.",
        )
    if backend == "diffusers":
        painter = DiffusersPainter(read_models(models))
        names = tuple(model.name for model in painter.models)
        has = Abilities(checkpoints=names, knows_loras=True, samplers=SAMPLERS, schedulers=SCHEDULERS)
        here = Here(1, beside=True, own=names[0], abilities=has)
        return painter, HostOptions(addresses, private=private, here=here)
    return StoryboardPainter(), HostOptions(addresses, private=private, sketches=backend == "storyboard")
