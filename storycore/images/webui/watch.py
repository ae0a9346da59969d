"""The watch over a task at a host: tells how far it is, and stops it when nobody wants it any more."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass, field
from typing import Any

from storycore.errors import PainterError, PainterUnreachableError
from storycore.images.base import PaintProgress, ProgressCallback
from storycore.images.webui.options import WebuiOptions
from storycore.images.webui.talk import HostTalk, TaskState

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Pace:
    """How long a picture takes here, learned from the ones before (seconds)."""

    seconds: float = 12.0

    def learn(self, seconds: float, pictures: int) -> None:
        self.seconds = 0.5 * self.seconds + 0.5 * max(0.05, seconds / max(1, pictures))


@dataclass(slots=True)
class Progress:
    """Progress that never runs backwards, whatever the host says."""

    tell: ProgressCallback
    fraction: float = 0.0

    def report(self, fraction: float, seconds_left: float | None, preview: bytes | None = None) -> None:
        self.fraction = min(1.0, max(self.fraction, fraction))
        self.tell(PaintProgress(self.fraction, seconds_left, preview))


@dataclass(slots=True)
class TaskWatch:
    """Asks a host about one task until told to stop. ``lost`` is set when the host has gone silent for too long."""

    talk: HostTalk
    options: WebuiOptions
    id_task: str
    pictures: int
    pace: Pace
    progress: Progress | None = None
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    preview_id: int = -1

    async def follow(self) -> None:
        """Ask every ``poll_every`` seconds; runs until cancelled."""
        loop = asyncio.get_running_loop()
        heard = began = loop.time()
        while True:
            await asyncio.sleep(self.options.poll_every)
            try:
                state = await self.talk.task(self.id_task, self._preview_after(loop.time() - began))
                fraction, left = await self._measured(state)
            except PainterUnreachableError:
                if loop.time() - heard > self.options.silence_limit:
                    self.lost.set()
                continue
            except PainterError:
                fraction, left, state = None, None, None
            heard = loop.time()
            if state is not None and state.queued:
                began = loop.time()
            if self.progress is not None:
                preview = None if state is None else state.preview
                if state is not None and preview is not None:
                    self.preview_id = state.preview_id
                self.progress.report(*self._estimate(fraction, left, loop.time() - began), preview)

    def _preview_after(self, spent: float) -> int | None:
        """Previews cost the host a decoding: none is asked for while nobody could have missed a picture yet."""
        return self.preview_id if self.progress is not None and spent >= self.options.preview_after else None

    async def _measured(self, state: TaskState | None) -> tuple[float | None, float | None]:
        if state is None or not (state.active or state.queued or state.completed):
            return await self.talk.progress()  # SD.Next knows no task of ours, and tells of whatever it paints
        if not state.active:
            return 0.0, None
        return state.fraction, state.seconds_left

    def _estimate(self, fraction: float | None, left: float | None, spent: float) -> tuple[float, float | None]:
        """What the host says, or (where it says nothing, or stands at a hundredth for ever) what the time says."""
        if fraction is not None and (fraction > 0.011 or spent < 5.0):
            return fraction, left
        expected = max(0.1, self.pace.seconds * self.pictures)
        return 0.95 * (1 - math.exp(-spent / expected)), max(0.0, expected - spent)

    async def stop_it(self, done: asyncio.Future[Any]) -> None:
        """Interrupt the task as soon as it is the one being painted; give up when ``done`` is.

        A queued task cannot be taken back, and an interrupt hits whatever is running: so wait for ours, and where the
        host cannot say whose task is running, let it finish. (Between the answer and the interrupt a few milliseconds
        remain in which ours could end and another begin; the WebUI offers no closer way.)
        """
        tries = 0
        while not done.done() and tries < 600:
            tries += 1
            try:
                state = await self.talk.task(self.id_task)
                if state is None or state.completed:
                    return
                if state.active and not done.done():
                    await self.talk.interrupt()
            except PainterError as error:
                _log.info("a host could not be told to stop a painting: %s", error.message)
            await asyncio.wait({done}, timeout=max(0.05, min(1.0, self.options.poll_every)))
