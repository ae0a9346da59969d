"""What went wrong at a host, in words for the person who asked. No address, no exception text, no secret."""

from __future__ import annotations

import json
from typing import Any

from storycore.errors import PainterError, PainterUnreachableError

_AGAIN = "Fireside tries again by itself; if it lasts, ask an admin to look at the GPU host."


#: Cases that are the host's own, whoever asks for whatever: it is left alone for a while, and the job goes elsewhere.
HOSTS_OWN = frozenset({"auth", "api_off", "not_a_webui", "certificate"})


def unreachable(what: str, case: str = "no_answer") -> PainterUnreachableError:
    """The host did not answer, or not to the end."""
    return PainterUnreachableError(f"The GPU host {what}.", _AGAIN).called(case)


def not_a_webui() -> PainterError:
    """Something answers there, but no WebUI's API."""
    return PainterError(
        "Something answers at the GPU host's address, but it is not the WebUI's API.",
        "Check FIRESIDE_WEBUI_HOSTS, and that the WebUI was started with --api.",
    ).called("not_a_webui")


def odd_answer(what: str, case: str = "odd") -> PainterError:
    """The WebUI answered with something that is no picture."""
    return PainterError(
        f"The GPU host's answer cannot be used: {what}.", "Ask an admin to look at the GPU host's log."
    ).called(case)


def _fields(body: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _all_text(body: str) -> str:
    """What the host says about an error, whichever envelope it uses, in lower case."""
    fields = _fields(body)
    if not fields:
        return body[:4000].lower()
    return " ".join(str(fields.get(key, "")) for key in ("error", "errors", "detail", "message", "body")).lower()


def _bad_field(body: str) -> str:
    """The name of the first field that a 422 complains about, if it is a plain word."""
    detail = _fields(body).get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        place = detail[0].get("loc")
        if isinstance(place, list) and place and isinstance(place[-1], str) and place[-1].isidentifier():
            return str(place[-1])
    return ""


def problem_of(status: int, body: str) -> PainterError:
    """The error for an answer of ``status`` (not 200) with ``body``, in any flavour's envelope."""
    text = _all_text(body)
    if any(sign in text for sign in ("outofmemory", "out of memory", "cuda error: out of")):
        return PainterError(
            "The GPU host ran out of memory for this picture.", "Ask for a smaller picture or fewer candidates."
        ).called("out_of_memory")
    if status in {401, 403}:
        return PainterError(
            "The host asks for a user and password: put them in FIRESIDE_WEBUI_HOSTS.",
            "Write the address as http://user:password@host:7860; they are what --api-auth was given.",
        ).called("auth")
    if status in {404, 405}:
        if "sampler" in text:
            return odd_answer("it does not know the sampler", "no_sampler")
        return PainterError(
            "The GPU host answers, but its API is switched off: start it with --api.",
            "Add --api to the WebUI's COMMANDLINE_ARGS and start it again.",
        ).called("api_off")
    if status == 422:
        field = _bad_field(body)
        about = f" (it objects to “{field}”)" if field else ""
        return PainterError(
            f"The GPU host does not accept this request{about}.", "Another version of the WebUI may be needed."
        ).called("refused")
    if status in {408, 425, 429, 502, 503, 504}:
        return unreachable("is busy or restarting", "busy")
    if status >= 500:
        return PainterError(
            "The GPU host failed while painting.", "Ask an admin to look at its log; another checkpoint may help."
        ).called("crashed")
    return not_a_webui()
