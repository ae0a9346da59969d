"""Who paints, as the settings ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from storycore.errors import SettingsError
from storycore.hosts.crew import HostOptions
from storycore.images.base import Painter
from storycore.images.storyboard import StoryboardPainter
from storycore.images.webui.options import address_of


def who_paints(
    backend: Literal["storyboard", "webui"], webui_hosts: Sequence[str] = (), *, private: bool = False
) -> tuple[Painter, HostOptions]:
    """This machine's painter, and the GPU hosts (``http://user:password@host:7860``).

    ``storyboard``: this machine draws sketches where there is no GPU host; ``webui``: it never does. ``private`` lets
    the chat name hosts in private networks. Raises ``SettingsError`` for ``webui`` without a host, for an address that
    is none, and for another backend.
    """
    if backend not in ("storyboard", "webui"):
        raise SettingsError("FIRESIDE_IMAGE_BACKEND is neither storyboard nor webui.", "Choose one of the two.")
    addresses = tuple(host.strip() for host in webui_hosts if host.strip())
    for address in addresses:
        address_of(address)
    if backend == "webui" and not addresses:
        raise SettingsError(
            "FIRESIDE_IMAGE_BACKEND is webui, but FIRESIDE_WEBUI_HOSTS names no host.",
            "Set it to the address of a WebUI started with --api, such as http://127.0.0.1:7860.",
        )
    return StoryboardPainter(), HostOptions(addresses, private=private, sketches=backend == "storyboard")
