"""A workshop for tests: the real database, engine and understanding; a painter and a voice that cost nothing."""

from __future__ import annotations

import asyncio
import io
import shutil
import tempfile
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from PIL import Image

from storycore.cast.base import DEFAULT_UNDERSTANDER
from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import Understanding
from storycore.cast.understand import understand
from storycore.images.base import Painter, PainterHealth, Painting, PaintProgress, PaintRequest, ProgressCallback
from storycore.narration.base import Speech, Voice, WordTime
from storycore.store.database import Database
from storycore.store.media import MediaFolder
from storycore.studio import stories
from storycore.studio.views import StoryView
from storycore.work.engine import Engine
from storycore.work.workshop import WorkOptions, Workshop

P = ParamSpec("P")
T = TypeVar("T")

STORY = """# The well

The old miller walked to the well at dawn and looked down into the dark water. "Who is there?" he asked.
A frog sat on the stone and blinked at him in the first light of the sun.

# The crown

"I am the king of this well," said the frog. A golden crown lay in the wet moss beside him.
The miller took off his hat and bowed, and the crown shone like a small fire between them.
"""


class QuickPainter:
    """Paints one flat colour per seed. Faults on command: ``faults`` is called with each request first."""

    name = "quick"
    note = "Flat colours, for tests."

    def __init__(self) -> None:
        self.requests: list[PaintRequest] = []
        self.cancelled: list[str] = []
        self.faults: Callable[[PaintRequest], None] | None = None
        self.gate: asyncio.Event | None = None

    def fingerprint(self, checkpoint: str = "") -> str:
        return "quick-1"

    async def generate(self, request: PaintRequest, on_progress: ProgressCallback | None = None) -> list[Painting]:
        self.requests.append(request)
        if self.faults is not None:
            self.faults(request)
        if self.gate is not None:
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.cancelled.append(request.task_id)
                raise
        if on_progress is not None:
            on_progress(PaintProgress(0.5))
        return [self._paint(request, index) for index in range(request.count)]

    def _paint(self, request: PaintRequest, index: int) -> Painting:
        seed, subseed = request.seeds_of(index)
        tone = seed if subseed is None else subseed
        colour = (tone & 255, tone >> 8 & 255, tone >> 16 & 255)
        file = io.BytesIO()
        Image.new("RGB", (request.width, request.height), colour).save(file, "PNG")
        return Painting(file.getvalue(), "image/png", request.width, request.height, seed, {"prompt": request.prompt})

    async def cancel(self, task_id: str) -> None:
        self.cancelled.append(task_id)

    async def health(self) -> PainterHealth:
        return PainterHealth(True, "quick")

    async def close(self) -> None:
        return None


class QuickNarrator:
    """Says every line in 0.2 s of silence."""

    name = "quick"

    def __init__(self) -> None:
        self.spoken: list[str] = []

    def fingerprint(self, voice: Voice) -> str:
        return f"quick-{voice.variant}-{voice.pitch}-{voice.rate}"

    async def speak(self, text: str, voice: Voice) -> Speech:
        self.spoken.append(text)
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(22050)
            sound.writeframes(bytes(2 * 4410))
        return Speech(file.getvalue(), 22050, 0.2, (WordTime(0.0, 0.2, 0, len(text)),))

    async def close(self) -> None:
        return None


class ThreadReader:
    """The real understanding, in a thread: a process of its own would cost each test its start."""

    def __init__(self, name: str = DEFAULT_UNDERSTANDER) -> None:
        self.name = name

    async def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        return await asyncio.to_thread(understand, text, self.name, facts)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(function, *args, **kwargs)

    async def close(self) -> None:
        return None


@asynccontextmanager
async def small_workshop(
    folder: Path, options: WorkOptions | None = None, painter: Painter | None = None, *, url: str = ""
) -> AsyncIterator[Workshop]:
    """A workshop in ``folder``, closed at the end. A ``painter`` of one's own can outlive it."""
    await begin_with_tables(folder / "fireside.db")
    async with _opened(folder, options or WorkOptions(film_quality=360), painter or QuickPainter()) as workshop:
        yield workshop


_TEMPLATE: list[Path] = []


def clear_tables() -> None:
    """At the end of a run: xdist's workers end without asking ``atexit``."""
    while _TEMPLATE:
        shutil.rmtree(_TEMPLATE.pop().parent, ignore_errors=True)


async def begin_with_tables(database: Path) -> None:
    """Where there is no database yet, put one as the first start leaves it: migrations take longer than most tests."""
    if database.exists():
        return
    if not (_TEMPLATE and _TEMPLATE[-1].exists()):
        folder = Path(tempfile.mkdtemp(prefix="fireside-empty-"))
        async with _opened(folder, WorkOptions(), QuickPainter()):
            pass
        _TEMPLATE.append(folder / "fireside.db")
    shutil.copy(_TEMPLATE[-1], database)


@asynccontextmanager
async def _opened(folder: Path, options: WorkOptions, painter: Painter, url: str = "") -> AsyncIterator[Workshop]:
    url = url or f"sqlite+aiosqlite:///{folder / 'fireside.db'}"
    workshop = Workshop(
        database=await Database.open(url),
        folder=MediaFolder(folder / "media"),
        painter=painter,
        narrator=QuickNarrator(),
        reader=ThreadReader(),
        engine=Engine(url, poll_s=0.05),
        options=options,
    )
    try:
        await workshop.engine.launch(workshop)
        yield workshop
    finally:
        await workshop.close()


async def until(
    workshop: Workshop, story_id: int, condition: Callable[[StoryView], bool], timeout: float = 60
) -> StoryView:
    """The story's view once ``condition`` holds; looked at after every change. Raises ``TimeoutError``."""
    changed = asyncio.Event()
    stop = workshop.changes.listen(lambda _: changed.set())
    try:
        async with asyncio.timeout(timeout):
            while True:
                changed.clear()
                view = await stories.show(workshop, story_id)
                if condition(view):
                    return view
                await changed.wait()
    finally:
        stop()
