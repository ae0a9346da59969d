"""The WebUI painter: the :class:`~storycore.images.base.Painter` of one GPU host."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from storycore.errors import PainterError
from storycore.hosts.model import Flavour, Found
from storycore.hosts.probe import look_at
from storycore.images.base import PainterHealth, Painting, PaintRequest, ProgressCallback
from storycore.images.checks import check_request
from storycore.images.stopped import PaintingStoppedError
from storycore.images.webui.answer import Asked, checkpoint_of, paintings_of
from storycore.images.webui.client import HostClient, answer_of
from storycore.images.webui.line import HostLine, Ticket
from storycore.images.webui.options import Address, WebuiOptions, address_of
from storycore.images.webui.styling import final_size
from storycore.images.webui.talk import HostTalk
from storycore.images.webui.task import IdleCallback, Once, Task, WithdrawnError, drop, once
from storycore.images.webui.watch import Pace, Progress, TaskWatch

_log = logging.getLogger(__name__)


class WebuiPainter:
    """Paints on one AUTOMATIC1111 (Forge, SD.Next) host, one request at a time, through webuiapi.

    ``url`` may carry ``user:password@`` (basic authentication); they appear in no log, error, repr or fingerprint.
    Raises ``SettingsError`` for something that is no web address.
    """

    name = "webui"
    note = ""

    def __init__(self, url: str | Address, options: WebuiOptions | None = None, *, sdnext: bool = False) -> None:
        self._options = options or WebuiOptions()
        self._address = address_of(url) if isinstance(url, str) else url
        #: SD.Next does not say which LoRAs it used, nor whose task it is painting.
        self.names_loras = self.names_tasks = not sdnext
        #: What the host had loaded when it last answered, "" before.
        self.loaded = ""
        self._talk = HostTalk(self._address)
        self._client: HostClient | None = None
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webui")
        self._looking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webui-looking")
        self._line = HostLine(self._ask, self._threads)
        self._jobs: dict[str, Task] = {}
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
        on_idle: IdleCallback | None = None,
        on_begun: Callable[[], None] | None = None,
    ) -> list[Painting]:
        """Paint ``request.count`` pictures; see :class:`~storycore.images.base.Painter`.

        ``on_begun`` is called once the host is asked: until then :meth:`withdraw` may take the task back. ``on_idle``
        is called once, as soon as the host has nothing of this request to do any more: before its pictures are looked
        at, and after an interrupt has taken effect. It is told what went wrong there. Raises ``WithdrawnError``.
        """
        idle = Once(on_idle)
        try:
            check_request(request)
        except PainterError:
            idle()
            raise
        job = self._jobs[request.task_id] = Task(request, on_idle=idle, on_begun=once(on_begun))
        job.work = asyncio.create_task(self._work(job, on_progress))
        job.work.add_done_callback(lambda _: idle())  # it may be cancelled before it began
        stopped = asyncio.create_task(job.stop.wait())
        try:
            await asyncio.wait({job.work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if job.withdrawn:
                raise WithdrawnError
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

    def withdraw(self, task_id: str) -> bool:
        """Take a task back that the host was not asked for yet; says whether that could be done."""
        job = self._jobs.get(task_id)
        if job is None or job.work is None or job.abandoned:
            return False
        if job.ticket is not None and not self._line.leave(job.ticket):
            return False
        job.withdrawn = True
        job.on_idle.forget()
        job.work.add_done_callback(drop)
        job.work.cancel()
        job.stop.set()
        return True

    def _abandon(self, job: Task, work: asyncio.Task[list[Painting]]) -> None:
        """Nobody wants this any more: take it out of the line, or have the host stop it. Its pictures are dropped.

        The half-painted pictures that an interrupted host hands out look like whole ones, so none may be kept.
        """
        job.stop.set()
        if job.abandoned:
            return
        job.abandoned = True
        work.add_done_callback(drop)
        if job.ticket is None or self._line.leave(job.ticket) or job.watch is None:
            work.cancel()
            return
        job.watch.progress = None
        self._line.hold(job.ticket)
        self._later(self._stop_at_host(job.watch, job.ticket, work))

    async def _stop_at_host(self, watch: TaskWatch, ticket: Ticket, work: asyncio.Task[list[Painting]]) -> None:
        """Interrupt a task, and send nothing after it before the last order to stop is answered: late ones would hit
        whatever is painted then."""
        try:
            await watch.stop_it(ticket.answer)
        finally:
            if ticket.answer.done():
                self._line.release(ticket)
            else:
                ticket.answer.add_done_callback(lambda _: self._line.release(ticket))

    def _later(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _work(self, job: Task, on_progress: ProgressCallback | None) -> list[Painting]:
        """Wait for the host's turn and paint. Holds the turn until the host is really done, also when abandoned."""
        progress = Progress(on_progress) if on_progress is not None else None
        answers: list[tuple[bytes, Asked]] = []
        try:
            if not self._checkpoint and not job.request.checkpoint:
                await self._learn_checkpoint()
            parts = _runs(job.request, one_by_one=not self.names_tasks)
            for part, (first, count) in enumerate(parts):
                if job.stop.is_set():
                    raise PaintingStoppedError
                last = part == len(parts) - 1
                answers.append(await self._answered(job, part, first, count, progress, last=last))
        except PainterError as error:
            job.on_idle(None if isinstance(error, PaintingStoppedError) or job.stop.is_set() else error)
            raise
        finally:
            job.on_idle()
            if job.ticket is not None and not job.abandoned:
                self._line.release(job.ticket)
        if job.stop.is_set():  # what an interrupted host hands out looks like a whole picture
            raise PaintingStoppedError
        pictures: list[Painting] = []
        for body, asked in answers:
            found, loaded = await asyncio.get_running_loop().run_in_executor(self._looking, _looked_at, body, asked)
            pictures += found
            self.loaded = loaded or self.loaded
        if progress is not None and not job.stop.is_set():
            progress.report(1.0, 0.0)
        return pictures

    async def _answered(
        self, job: Task, part: int, first: int, count: int, progress: Progress | None, *, last: bool
    ) -> tuple[bytes, Asked]:
        """One request to the host, watched: its answer, not looked at yet, and what it is measured by."""
        request = job.request
        id_task = task_name(request.task_id, part)
        watch = TaskWatch(self._talk, self._options, id_task, count, self._pace, progress)
        begun = asyncio.Event()

        def on_begun() -> None:
            begun.set()
            job.on_begun()

        def on_answered() -> None:
            if last and not job.stop.is_set() and not ticket.failed:
                job.on_idle()

        ticket = Ticket(self._payload(request, id_task, first, count), not last, on_begun, on_answered)
        before, job.ticket, job.watch = job.ticket, ticket, watch
        self._line.enter(ticket, first=before is not None)
        if before is not None:
            self._line.release(before)
        body = await self._watched(ticket, watch, begun)
        if body is None:
            raise PaintingStoppedError  # it was taken back before it was sent
        self._pace.learn(ticket.seconds, count)
        checkpoint = request.checkpoint or self._options.checkpoint
        seeds = [request.seeds_of(first + index)[0] for index in range(count)]
        size, slack = final_size(request.width, request.height, request.additions)
        return body, Asked(seeds, checkpoint, request.loras, size, self.names_loras, slack)

    async def _watched(self, ticket: Ticket, watch: TaskWatch, begun: asyncio.Event) -> bytes | None:
        """Follow a request from the moment it is sent; hang up on a host that has fallen silent."""

        async def follow() -> None:
            await begun.wait()
            await watch.follow()

        following = asyncio.create_task(follow())
        lost = asyncio.create_task(watch.lost.wait())
        events: set[asyncio.Future[Any]] = {ticket.answer, following, lost}
        try:
            await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
            if following.done() and not ticket.answer.done():
                await asyncio.wait({ticket.answer})
            if not ticket.answer.done():
                _log.warning("%s has been silent too long; hanging up", self._address.base)
                await self._hang_up()
            return await ticket.answer
        finally:
            lost.cancel()
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    def _ask(self, payload: dict[str, Any]) -> bytes:
        """In a thread: build the client where there is none, and ask."""
        if self._client is None:
            self._client = HostClient(self._address, self._options)
        return self._client.txt2img(payload)

    async def _hang_up(self) -> None:
        if self._client is not None:
            await asyncio.to_thread(self._client.hang_up)

    def _payload(self, request: PaintRequest, id_task: str, first: int, count: int) -> dict[str, Any]:
        options = self._options
        seed, subseed = request.seeds_of(first)
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
            **({"subseed": subseed, "subseed_strength": request.strength} if subseed is not None else {}),
            "send_images": True,
            "save_images": False,
            "alwayson_scripts": {},
            "force_task_id": id_task,
        }
        checkpoint = request.checkpoint or options.checkpoint
        if checkpoint:
            payload["override_settings"] = {"sd_model_checkpoint": checkpoint}
            payload["override_settings_restore_afterwards"] = False
        settings = payload.get("override_settings", {}) | dict(request.additions.get("override_settings", {}))
        payload |= request.additions
        return payload | ({"override_settings": settings} if settings else {})

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
        self.names_loras = self.names_tasks = found.flavour is not Flavour.SDNEXT
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
        self._line.close()
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


def _runs(request: PaintRequest, *, one_by_one: bool) -> list[tuple[int, int]]:
    """The candidates of each request: the first, and how many. Seeds (or subseeds) count up on the host; where they
    would pass 2**32 they begin at 0 in a request of their own.

    ``one_by_one``: a request a picture, since this host cannot be told to stop: what nobody wants any more ends with
    the picture that is being painted.
    """
    if one_by_one:
        return [(index, 1) for index in range(request.count)]
    counted = request.seed if request.subseed is None else request.subseed
    before = min(request.count, 2**32 - counted)
    rest = request.count - before
    return [(0, before), (before, rest)] if rest else [(0, before)]


def _looked_at(body: bytes, asked: Asked) -> tuple[list[Painting], str]:
    """In a thread: the pictures of an answer, and the checkpoint that the host says it used."""
    answer = answer_of(body)
    return paintings_of(answer, asked), checkpoint_of(answer)
