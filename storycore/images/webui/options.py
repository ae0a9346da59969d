"""How the WebUI is asked to paint, and where it is."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from storycore.errors import SettingsError

#: What nobody wants in a story's picture; used when a request brings no negative prompt of its own.
NEGATIVE = (
    "lowres, blurry, jpeg artifacts, worst quality, low quality, watermark, signature, text, logo, frame, border, "
    "bad anatomy, bad hands, extra fingers, missing fingers, extra limbs, deformed, disfigured, cropped, out of frame"
)


@dataclass(frozen=True, slots=True)
class WebuiOptions:
    """What is asked of every picture.

    ``steps`` 1 … 150, ``cfg_scale`` 1 … 30; ``checkpoint`` "" leaves the host's own; ``read_timeout`` is how many
    seconds a host may paint in silence, ``connect_timeout`` how long a connection may take.
    """

    steps: int = 28
    cfg_scale: float = 7.0
    sampler: str = "DPM++ 2M"
    scheduler: str = "Karras"
    negative_prompt: str = NEGATIVE
    checkpoint: str = ""
    connect_timeout: float = 5.0
    read_timeout: float = 900.0
    #: Seconds between two questions about progress.
    poll_every: float = 1.0
    #: Live previews are asked for once a picture has been in the making for so many seconds.
    preview_after: float = 2.0
    #: After so many seconds without any answer to those questions the host is given up.
    silence_limit: float = 90.0


@dataclass(frozen=True, slots=True)
class Address:
    """A host's address: ``base`` has neither user nor password and may be logged; the rest is never shown.

    ``public_only``: a stranger gave it, so nothing in a private network may be asked through it.
    """

    base: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    public_only: bool = False

    @property
    def label(self) -> str:
        """Where it is, in short: host and port."""
        return urlsplit(self.base).netloc


def is_public(place: str) -> bool:
    """Whether an IP address leads out of this network. False for what is none."""
    try:
        return ipaddress.ip_address(place.partition("%")[0]).is_global
    except ValueError:
        return False


def address_of(url: str) -> Address:
    """Read ``http://user:password@host:7860/prefix``; the scheme may be missing. Raises ``SettingsError``."""
    text = url.strip()
    if "://" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _not_an_address() from None  # the cause would quote the address, password and all
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(char.isspace() for char in text):
        raise _not_an_address()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    base = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
    return Address(base, unquote(parts.username or ""), unquote(parts.password or ""))


def _not_an_address() -> SettingsError:
    return SettingsError(
        "A host's address (FIRESIDE_WEBUI_HOSTS, or /host add) is not a web address.",
        "Write it as http://host:7860, or http://user:password@host:7860.",
    )
