"""The WebUI painter: the :class:`~storycore.images.base.Painter` of one GPU host."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from storycore.errors import PainterError
from storycore.hosts.model import Flavour, Found
from storycore.hosts.probe import look_at
from storycore.images.base import PainterHealth, Painting, PaintRequest, ProgressCallback
from storycore.images.checks import check_request
from storycore.images.stopped import PaintingStoppedError
from storycore.images.webui.answer import Asked, checkpoint_of, paintings_of
from storycore.images.webui.client import HostClient
from storycore.images.webui.options import Address, WebuiOptions, address_of
from storycore.images.webui.talk import HostTalk
from storycore.images.webui.watch import Pace, Progress, TaskWatch

_log = logging.getLogger(__name__)


class _Once:
    """Calls a function the first time it is called itself."""

    def __init__(self, function: Callable[[], None] | None) -> None:
        self._function = function

    def __call__(self) -> None:
        function, self._function = self._function, None
        if function is not None:
            function()


@dataclass(slots=True, eq=False)
class _Job:
    """One task: waiting for its turn, at the host, or not wanted any more."""

    request: PaintRequest
    on_idle: _Once
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

    def __init__(self, url: str | Address, options: WebuiOptions | None = None, *, names_loras: bool = True) -> None:
        self._options = options or WebuiOptions()
        self._address = address_of(url) if isinstance(url, str) else url
        self.names_loras = names_loras
        #: What the host had loaded when it last answered, "" before.
        self.loaded = ""
        self._talk = HostTalk(self._address)
        self._client: HostClient | None = None
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="webui")
        self._looking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webui-looking")
        self._turn = asyncio.Lock()
        self._jobs: dict[str, _Job] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._pace = Pace()
        self._checkpoint = self._options.checkpoint

    def __repr__(self) -> str:
        return f"WebuiPainter({self._address.base!r})"

    def fingerprint(self, checkpoint: str = "") -> str:
        """Checkpoint (this one, or the host's own), sampler and the rest. The host's own is known after :meth:`health`
        or a painting."""
        options = self._options
        parts = {
            "checkpoint": checkpoint or self._checkpoint,
            "sampler": options.sampler,
            "scheduler": options.scheduler,
            "steps": options.steps,
            "cfg": options.cfg_scale,
            "negative": options.negative_prompt,
        }
        return f"webui/1 {json.dumps(parts, sort_keys=True)}"

    async def generate(
        self,
        request: PaintRequest,
        on_progress: ProgressCallback | None = None,
        on_idle: Callable[[], None] | None = None,
    ) -> list[Painting]:
        """Paint ``request.count`` pictures; see :class:`~storycore.images.base.Painter`.

        ``on_idle`` is called once, as soon as the host has nothing of this request to do any more: before its pictures
        are looked at, and after an interrupt has taken effect.
        """
        idle = _Once(on_idle)
        try:
            check_request(request)
        except PainterError:
            idle()
            raise
        job = self._jobs[request.task_id] = _Job(request, on_idle=idle)
        job.work = asyncio.create_task(self._work(job, on_progress))
        job.work.add_done_callback(lambda _: idle())  # it may be cancelled before it began
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
        progress = Progress(on_progress) if on_progress is not None else None
        answers: list[tuple[dict[str, Any], Asked]] = []
        try:
            async with self._turn:
                if not self._checkpoint and not job.request.checkpoint:
                    await self._learn_checkpoint()
                for part, (seed, count) in enumerate(_runs(job.request)):
                    if job.stop.is_set():
                        raise PaintingStoppedError
                    answers.append(await self._answered(job, part, seed, count, progress))
        finally:
            job.on_idle()
        if job.stop.is_set():  # what an interrupted host hands out looks like a whole picture
            raise PaintingStoppedError
        pictures: list[Painting] = []
        for answer, asked in answers:
            pictures += await asyncio.get_running_loop().run_in_executor(self._looking, paintings_of, answer, asked)
            self.loaded = checkpoint_of(answer) or self.loaded
        if progress is not None and not job.stop.is_set():
            progress.report(1.0, 0.0)
        return pictures

    async def _answered(
        self, job: _Job, part: int, seed: int, count: int, progress: Progress | None
    ) -> tuple[dict[str, Any], Asked]:
        """One request to the host, watched: its answer, not looked at yet, and what it is measured by."""
        loop = asyncio.get_running_loop()
        request = job.request
        id_task = task_name(request.task_id, part)
        job.watch = watch = TaskWatch(self._talk, self._options, id_task, count, self._pace, progress)
        payload = self._payload(request, id_task, seed, count)
        began = loop.time()
        posting = loop.run_in_executor(self._threads, self._ask, payload)
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
            answer = await posting
        finally:
            lost.cancel()
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
        self._pace.learn(loop.time() - began, count)
        checkpoint = request.checkpoint or self._options.checkpoint
        seeds = [(seed + index) % 2**32 for index in range(count)]
        return answer, Asked(seeds, checkpoint, request.loras, (request.width, request.height), self.names_loras)

    def _ask(self, payload: dict[str, Any]) -> dict[str, Any]:
        """In a thread: build the client where there is none, and ask."""
        if self._client is None:
            self._client = HostClient(self._address, self._options)
        return self._client.txt2img(payload)

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
        checkpoint = request.checkpoint or options.checkpoint
        if checkpoint:
            payload["override_settings"] = {"sd_model_checkpoint": checkpoint}
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
        loaded = name if isinstance(name, str) else ""
        self.loaded = loaded or self.loaded
        if not self._options.checkpoint:
            self._checkpoint = loaded
        return loaded

    async def interrupt_leftover(self, task_id: str) -> bool:
        """Stop a task that an earlier process of ours began, if it is the one running now; says whether it was told to.

        Raises ``PainterError`` when the host cannot be asked.
        """
        state = await self._talk.task(task_name(task_id, 0))
        if state is None or not state.active:
            return False
        await self._talk.interrupt()
        return True

    async def look(self) -> Found:
        """Ask the host what it is and has. Raises ``PainterError``."""
        found = await look_at(self._talk)
        self.loaded = found.checkpoint or self.loaded
        if not self._options.checkpoint:
            self._checkpoint = found.checkpoint
        self.names_loras = found.flavour is not Flavour.SDNEXT
        return found

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
        self._looking.shutdown(wait=False, cancel_futures=True)
        await self._talk.close()


def task_name(task_id: str, part: int) -> str:
    """What a task is called on the host."""
    return f"task(fireside-{task_id}{f'-{part}' if part else ''})"


def _runs(request: PaintRequest) -> list[tuple[int, int]]:
    """Seeds count up on the host; where they would pass 2**32 they begin at 0 in a request of their own."""
    before = min(request.count, 2**32 - request.seed)
    rest = request.count - before
    return [(request.seed, before), (0, rest)] if rest else [(request.seed, before)]


def _drop(work: asyncio.Task[list[Painting]]) -> None:
    """Look at an abandoned task's end, so that asyncio does not report it as forgotten."""
    if not work.cancelled() and work.exception() is not None:
        _log.info("an abandoned painting ended with %s", type(work.exception()).__name__)
