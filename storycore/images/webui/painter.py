"""The WebUI painter: the :class:`~storycore.images.base.Painter` of one GPU host."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from storycore.errors import PainterError
from storycore.images.base import PainterHealth, Painting, PaintRequest, ProgressCallback
from storycore.images.checks import check_request
from storycore.images.stopped import PaintingStoppedError
from storycore.images.webui.answer import paintings_of
from storycore.images.webui.client import HostClient
from storycore.images.webui.options import WebuiOptions, address_of
from storycore.images.webui.talk import HostTalk
from storycore.images.webui.watch import Pace, Progress, TaskWatch

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Job:
    """One task: waiting for its turn, at the host, or not wanted any more."""

    request: PaintRequest
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    work: asyncio.Task[list[Painting]] | None = None
    watch: TaskWatch | None = None
    abandoned: bool = False


class WebuiPainter:
    """Paints on one AUTOMATIC1111 (Forge, SD.Next) host, one request at a time, through webuiapi.

    ``url`` may carry ``user:password@`` (basic authentication); they appear in no log, error, repr or fingerprint.
    Raises ``SettingsError`` for something that is no web address.
    """

    name = "webui"
    note = ""

    def __init__(self, url: str, options: WebuiOptions | None = None) -> None:
        self._options = options or WebuiOptions()
        self._address = address_of(url)
        self._talk = HostTalk(self._address)
        self._client: HostClient | None = None
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="webui")
        self._turn = asyncio.Lock()
        self._jobs: dict[str, _Job] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._pace = Pace()
        self._checkpoint = self._options.checkpoint

    def __repr__(self) -> str:
        return f"WebuiPainter({self._address.base!r})"

    def fingerprint(self) -> str:
        """Checkpoint, sampler and the rest. The host's own checkpoint is known after :meth:`health` or a painting."""
        options = self._options
        parts = {
            "checkpoint": self._checkpoint,
            "sampler": options.sampler,
            "scheduler": options.scheduler,
            "steps": options.steps,
            "cfg": options.cfg_scale,
            "negative": options.negative_prompt,
        }
        return f"webui/1 {json.dumps(parts, sort_keys=True)}"

    async def generate(self, request: PaintRequest, on_progress: ProgressCallback | None = None) -> list[Painting]:
        """Paint ``request.count`` pictures; see :class:`~storycore.images.base.Painter`."""
        check_request(request)
        job = self._jobs[request.task_id] = _Job(request)
        job.work = asyncio.create_task(self._work(job, on_progress))
        stopped = asyncio.create_task(job.stop.wait())
        try:
            await asyncio.wait({job.work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if job.stop.is_set():
                raise PaintingStoppedError
            return job.work.result()
        except (asyncio.CancelledError, PaintingStoppedError):
            self._abandon(job, job.work)
            raise
        finally:
            stopped.cancel()
            if self._jobs.get(request.task_id) is job:
                del self._jobs[request.task_id]

    def _abandon(self, job: _Job, work: asyncio.Task[list[Painting]]) -> None:
        """Nobody wants this any more: take it out of the line, or have the host stop it. Its pictures are dropped.

        The half-painted pictures that an interrupted host hands out look like whole ones, so none may be kept.
        """
        job.stop.set()
        if job.abandoned:
            return
        job.abandoned = True
        work.add_done_callback(_drop)
        if job.watch is None:
            work.cancel()
        else:
            job.watch.progress = None
            self._later(job.watch.stop_it(work))

    def _later(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _work(self, job: _Job, on_progress: ProgressCallback | None) -> list[Painting]:
        """Wait for the host's turn and paint. Holds the turn until the host is really done, also when abandoned."""
        async with self._turn:
            if not self._checkpoint:
                await self._learn_checkpoint()
            progress = Progress(on_progress) if on_progress is not None else None
            pictures: list[Painting] = []
            for part, (seed, count) in enumerate(_runs(job.request)):
                if job.stop.is_set():
                    raise PaintingStoppedError
                pictures += await self._painted(job, part, seed, count, progress)
            if progress is not None and not job.stop.is_set():
                progress.report(1.0, 0.0)
            return pictures

    async def _painted(self, job: _Job, part: int, seed: int, count: int, progress: Progress | None) -> list[Painting]:
        """One request to the host, watched."""
        loop = asyncio.get_running_loop()
        id_task = f"task(fireside-{job.request.task_id}{f'-{part}' if part else ''})"
        job.watch = watch = TaskWatch(self._talk, self._options, id_task, count, self._pace, progress)
        payload = self._payload(job.request, id_task, seed, count)
        seeds = [(seed + index) % 2**32 for index in range(count)]
        began = loop.time()
        posting = loop.run_in_executor(self._threads, self._ask, payload, seeds)
        following = asyncio.create_task(watch.follow())
        lost = asyncio.create_task(watch.lost.wait())
        events: set[asyncio.Future[Any]] = {posting, following, lost}
        try:
            await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
            if following.done() and not posting.done():
                await asyncio.wait({posting})
            if not posting.done():
                _log.warning("%s has been silent too long; hanging up", self._address.base)
                await self._hang_up()
            pictures = await posting
        finally:
            lost.cancel()
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
        self._pace.learn(loop.time() - began, count)
        return pictures

    def _ask(self, payload: dict[str, Any], seeds: list[int]) -> list[Painting]:
        """In a thread: build the client where there is none, ask, decode and check."""
        if self._client is None:
            self._client = HostClient(self._address, self._options)
        return paintings_of(self._client.txt2img(payload), seeds, self._options.checkpoint)

    async def _hang_up(self) -> None:
        if self._client is not None:
            await asyncio.to_thread(self._client.hang_up)

    def _payload(self, request: PaintRequest, id_task: str, seed: int, count: int) -> dict[str, Any]:
        options = self._options
        payload: dict[str, Any] = {
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt or options.negative_prompt,
            "seed": seed,
            "n_iter": count,
            "batch_size": 1,
            "steps": options.steps,
            "cfg_scale": options.cfg_scale,
            "sampler_name": options.sampler,
            "scheduler": options.scheduler,
            "width": request.width,
            "height": request.height,
            "send_images": True,
            "save_images": False,
            "alwayson_scripts": {},
            "force_task_id": id_task,
        }
        if options.checkpoint:
            payload["override_settings"] = {"sd_model_checkpoint": options.checkpoint}
            payload["override_settings_restore_afterwards"] = False
        return payload

    async def cancel(self, task_id: str) -> None:
        """Stop that task: its ``generate`` raises :class:`PaintingStoppedError`, and the host is told to stop it."""
        job = self._jobs.get(task_id)
        if job is not None:
            job.stop.set()

    async def _learn_checkpoint(self) -> str:
        options = await self._talk.options()
        name = options.get("sd_model_checkpoint")
        if not self._options.checkpoint:
            self._checkpoint = name if isinstance(name, str) else ""
        return name if isinstance(name, str) else ""

    async def health(self) -> PainterHealth:
        """Ask the host for its options; never raises. The address in the answer is without user and password."""
        try:
            loaded = await self._learn_checkpoint()
        except PainterError as error:
            return PainterHealth(False, f"{self._address.base}: {error}")
        return PainterHealth(True, f"{self._address.base} answers with the checkpoint “{loaded or 'unknown'}”.")

    async def close(self) -> None:
        """Stop what runs here, hang up, and let go of threads and connections."""
        for job in list(self._jobs.values()):
            if job.work is not None:
                self._abandon(job, job.work)
        if self._background:
            await asyncio.wait(set(self._background), timeout=2.0)
        if self._client is not None:
            await asyncio.to_thread(self._client.close)
        for task in set(self._background):
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._talk.close()


def _runs(request: PaintRequest) -> list[tuple[int, int]]:
    """Seeds count up on the host; where they would pass 2**32 they begin at 0 in a request of their own."""
    before = min(request.count, 2**32 - request.seed)
    rest = request.count - before
    return [(request.seed, before), (0, rest)] if rest else [(request.seed, before)]


def _drop(work: asyncio.Task[list[Painting]]) -> None:
    """Look at an abandoned task's end, so that asyncio does not report it as forgotten."""
    if not work.cancelled() and work.exception() is not None:
        _log.info("an abandoned painting ended with %s", type(work.exception()).__name__)
