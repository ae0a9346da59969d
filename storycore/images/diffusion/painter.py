"""The painter that paints on this machine with diffusers, in a process of its own."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from multiprocessing.connection import Connection
from typing import Any

from storycore.errors import PainterError, PainterUnreachableError, SettingsError
from storycore.hosts.model import plain_name
from storycore.images.base import PainterHealth, Painting, PaintProgress, PaintRequest, ProgressCallback
from storycore.images.checks import check_request
from storycore.images.diffusion.models import Model
from storycore.images.diffusion.plain import plain_words
from storycore.images.diffusion.wire import Answer, Describe, Described, Done, Failed, Paint, Picture, Progress, Stopped
from storycore.images.diffusion.worker import serve
from storycore.images.stopped import PaintingStoppedError
from storycore.images.webui.options import NEGATIVE
from storycore.prompts.negatives import joined_negative

_log = logging.getLogger(__name__)
_NEEDED = ("torch", "diffusers", "transformers", "accelerate")
#: What of a style is not done here, and how that is said.
_NEVER = {"vae": "no other VAE here: its own", "hires": "no hires fix here"}
#: Raised whenever the same request would give other pictures than before.
RECIPE = 1


class _GoneError(Exception):
    """The painting process has ended."""


class DiffusersPainter:
    """Paints with the ``models`` given, one request at a time; the first one where a request names none.

    Its process starts with the first request, and again after it ended. Raises ``SettingsError`` where there is no
    model, or diffusers is not installed.
    """

    name = "diffusers"
    note = ""

    def __init__(self, models: Sequence[Model], *, steps: int = 0) -> None:
        if not models:
            raise SettingsError(
                "FIRESIDE_IMAGE_BACKEND is diffusers, but FIRESIDE_DIFFUSERS_MODELS names no model.",
                "Set it to a model's folder, or its id, such as sdxl=stabilityai/stable-diffusion-xl-base-1.0.",
            )
        missing = [name for name in _NEEDED if find_spec(name) is None]
        if missing:
            raise SettingsError(
                f"Painting on this machine needs {', '.join(missing)}, which is not installed.",
                "Install it with: pip install 'fireside[diffusers]'",
            )
        self.models = tuple(models)
        self._steps = steps
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="diffusers")
        self._context = multiprocessing.get_context("spawn")
        self._stop = self._context.Event()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._channel: Connection | None = None
        self._turn = asyncio.Lock()
        self._wanted: dict[str, asyncio.Event] = {}
        self._closed = False

    def fingerprint(self, checkpoint: str = "") -> str:
        """The model and what reads it: what beside the request decides a picture."""
        model = self._model(checkpoint)
        parts = "|".join((model.name, *model.stages, str(self._steps)))
        told = hashlib.sha256(parts.encode()).hexdigest()[:16]
        return f"diffusers/{RECIPE} {_version('diffusers')} {_version('torch')} {told}"

    def _model(self, checkpoint: str) -> Model:
        wanted = plain_name(checkpoint)
        found = next((model for model in self.models if not wanted or plain_name(model.name) == wanted), None)
        if found is None:
            raise PainterError(f"This machine has no model “{checkpoint[:60]}”.", "Choose one that it has.")
        return found

    async def generate(self, request: PaintRequest, on_progress: ProgressCallback | None = None) -> list[Painting]:
        """Paint; see :class:`~storycore.images.base.Painter`. A prompt is read as plain words."""
        check_request(request)
        model = self._model(request.checkpoint)
        stopped = self._wanted[request.task_id] = asyncio.Event()
        said = await asyncio.to_thread(plain_words, request.prompt)
        order = Paint(
            model.name,
            model.stages,
            said,
            joined_negative(NEGATIVE, request.negative_prompt),
            tuple(request.seeds_of(index) for index in range(request.count)),
            request.width,
            request.height,
            int(request.style.get("steps", self._steps)),
            float(request.style.get("cfg", 0.0)),
            str(request.style.get("sampler", "")),
            str(request.style.get("scheduler", "")),
            int(request.style.get("clip_skip", 0)),
            request.strength,
        )
        try:
            async with self._turn:
                if stopped.is_set():
                    raise PaintingStoppedError
                return await self._painted(order, request, on_progress, stopped)
        finally:
            if self._wanted.get(request.task_id) is stopped:
                del self._wanted[request.task_id]

    async def _painted(
        self, order: Paint, request: PaintRequest, on_progress: ProgressCallback | None, stopped: asyncio.Event
    ) -> list[Painting]:
        """One request, to its end: also when nobody waits for it any more, the process is asked to stop first."""
        loop = asyncio.get_running_loop()
        self._stop.clear()
        pictures: list[Picture] = []

        def heard(answer: Answer) -> None:
            if isinstance(answer, Progress) and on_progress is not None and not stopped.is_set():
                on_progress(PaintProgress(answer.fraction))
            elif isinstance(answer, Picture):
                pictures.append(answer)

        def pass_on(answer: Answer) -> None:
            loop.call_soon_threadsafe(heard, answer)

        asking = loop.run_in_executor(self._thread, self._ask, order, pass_on)
        stopping = asyncio.create_task(stopped.wait())
        events: set[asyncio.Future[Any]] = {asking, stopping}
        try:
            await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            if not asking.done():
                self._stop.set()
                await asyncio.wait({asking})
        end = _result(asking)
        if stopped.is_set() or isinstance(end, Stopped):
            raise PaintingStoppedError
        if isinstance(end, Failed):
            raise PainterError(end.message, end.hint).called(end.case)
        if not isinstance(end, Done) or len(pictures) != request.count:
            raise PainterUnreachableError("The painting process broke off.", "Fireside tries again by itself.")
        return [_painting(request, picture, order.name, end) for picture in pictures]

    async def cancel(self, task_id: str) -> None:
        """Stop that task at its next step: its ``generate`` raises :class:`PaintingStoppedError`."""
        stopped = self._wanted.get(task_id)
        if stopped is not None:
            stopped.set()

    async def health(self) -> PainterHealth:
        """What the models are and how much memory each needs; nothing is loaded. Never raises."""
        models = tuple((model.name, model.stages) for model in self.models)
        async with self._turn:
            asking = asyncio.get_running_loop().run_in_executor(self._thread, self._ask, Describe(models), _ignore)
            await asyncio.wait({asking})
        try:
            answer = _result(asking)
        except PainterError as error:
            return PainterHealth(False, str(error))
        if not isinstance(answer, Described):
            return PainterHealth(False, "The painting process broke off.")
        where = "the graphics card" if answer.device == "cuda" else "the processor, slowly"
        words = " ".join((*answer.told, *answer.wrong))
        return PainterHealth(not answer.wrong, f"This machine paints on {where}. {words}")

    async def close(self) -> None:
        """End the process; what is being painted is lost."""
        self._closed = True
        for stopped in list(self._wanted.values()):
            stopped.set()
        self._stop.set()
        process = self._process
        if process is not None:
            process.kill()
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)
        self._let_go()

    # What follows runs in the one thread.

    def _ask(self, request: Paint | Describe, hear: Callable[[Answer], None]) -> Answer:
        """Send a request and hand on what is told, until the answer that ends it. Raises ``PainterError``."""
        try:
            channel = self._running()
            channel.send(request)
            while True:
                answer: Answer = channel.recv()
                if not isinstance(answer, Progress | Picture):
                    return answer
                hear(answer)
        except (EOFError, OSError, _GoneError) as error:
            self._let_go()
            if self._closed:
                raise PainterError("The painter has been closed.", "Start Fireside again.") from error
            _log.warning("the painting process has ended")
            raise PainterUnreachableError(
                "The painting process ended unexpectedly.", "It may have run out of memory; it is started again."
            ).called("ended") from error

    def _running(self) -> Connection:
        if self._closed:
            raise _GoneError
        if self._process is None or not self._process.is_alive() or self._channel is None:
            self._let_go()
            ours, theirs = self._context.Pipe()
            self._process = self._context.Process(
                target=serve, args=(theirs, self._stop), name="diffusers", daemon=True
            )
            self._process.start()
            theirs.close()
            self._channel = ours
        return self._channel

    def _let_go(self) -> None:
        process, self._process = self._process, None
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()
        if process is not None:
            process.kill()
            process.join()


def _ignore(_answer: Answer) -> None:
    return None


def _result(asking: asyncio.Future[Answer]) -> Answer:
    if asking.cancelled():
        raise PainterError("The painter has been closed.", "Start Fireside again.")
    return asking.result()


def _painting(request: PaintRequest, picture: Picture, model: str, end: Done) -> Painting:
    details = {
        "prompt": request.prompt,
        "prompt_read": end.prompt,
        "seed": picture.seed,
        "painter": "diffusers",
        "model": model,
        "family": end.family,
    }
    missing = [words for key, words in _NEVER.items() if key in request.style]
    if unused := (*end.unused, *missing):
        details["means"] = " · ".join(unused)
    size = request.width, request.height
    return Painting(picture.png, "image/png", *size, picture.seed, details, picture.empty, picture.likeness)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
