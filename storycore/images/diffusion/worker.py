"""The painting process: it alone imports torch, so that what goes wrong there ends it and not the bot."""

from __future__ import annotations

import logging
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import TYPE_CHECKING

from storycore.errors import FiresideError, PainterError
from storycore.images.diffusion.wire import Answer, Describe, Described, Done, Failed, Paint, Progress, Stopped
from storycore.workers import settle_in

if TYPE_CHECKING:
    from storycore.images.diffusion.easel import Easel

_log = logging.getLogger(__name__)


class _NotWantedError(Exception):
    """Raised inside a pipeline's step: the way out of it."""


def serve(channel: Connection, stop: Event) -> None:
    """Answer requests, one after another, until the other side closes its end. ``stop`` ends the one under way."""
    settle_in()
    from storycore.images.diffusion.easel import Easel

    easel = Easel()
    while True:
        try:
            request = channel.recv()
        except EOFError:
            return
        if isinstance(request, Describe):
            channel.send(_described(easel, request))
        else:
            channel.send(_painted(easel, request, channel, stop))


def _described(easel: Easel, request: Describe) -> Answer:
    told, wrong = [], []
    for name, stages in request.models:
        try:
            told.append(easel.describe(stages).told(name))
        except FiresideError as error:
            wrong.append(str(error))
    return Described(easel.device, tuple(told), tuple(wrong))


def _painted(easel: Easel, order: Paint, channel: Connection, stop: Event) -> Answer:
    family = ""
    unused: tuple[str, ...] = ()
    try:
        for number, (seed, subseed) in enumerate(order.seeds):

            def watch(fraction: float, number: int = number) -> None:
                if stop.is_set():
                    raise _NotWantedError
                channel.send(Progress((number + fraction) / len(order.seeds)))

            if stop.is_set():
                raise _NotWantedError
            picture, kind, unused = easel.paint(order, seed, watch, subseed)
            family = kind.label
            channel.send(picture)
    except _NotWantedError:
        return Stopped()
    except PainterError as error:
        _log.warning("a painting failed", exc_info=error)
        return Failed(error.message, error.hint, error.case)
    except FiresideError as error:
        return Failed(error.message, error.hint, "no_model")
    except (RuntimeError, ValueError, TypeError, IndexError, OSError) as error:  # what torch and diffusers raise
        _log.warning("a painting failed", exc_info=error)
        return Failed("The model could not paint this.", "Try another size or another model.", "odd")
    return Done(family, order.prompt, unused)
