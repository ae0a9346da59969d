"""The painter that the settings ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from storycore.errors import SettingsError
from storycore.images.base import Painter
from storycore.images.storyboard import StoryboardPainter
from storycore.images.webui import WebuiPainter


def painter_for(backend: Literal["storyboard", "webui"], webui_hosts: Sequence[str] = ()) -> Painter:
    """A painter for ``backend``; ``webui`` takes the first of ``webui_hosts`` (``http://user:password@host:7860``).

    Raises ``SettingsError`` for ``webui`` without a host, for an address that is none, and for another backend.
    """
    if backend == "storyboard":
        return StoryboardPainter()
    if backend != "webui":
        raise SettingsError("FIRESIDE_IMAGE_BACKEND is neither storyboard nor webui.", "Choose one of the two.")
    hosts = [host for host in webui_hosts if host.strip()]
    if not hosts:
        raise SettingsError(
            "FIRESIDE_IMAGE_BACKEND is webui, but FIRESIDE_WEBUI_HOSTS names no host.",
            "Set it to the address of a WebUI started with --api, such as http://127.0.0.1:7860.",
        )
    return WebuiPainter(hosts[0])
