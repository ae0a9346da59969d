"""The front door: one script painted, or filmed, in its project folder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from storycore.errors import FiresideError, PainterError, ScriptError
from storycore.film.options import with_words
from storycore.project.captions import write_captions
from storycore.project.contact import lay_out_contact_sheet
from storycore.project.export import export_pictures
from storycore.project.films import FilmMade, find_film, make_project_film, with_music
from storycore.project.folder import ProjectFolder, copy_whole, disk
from storycore.project.model import House, Order, Outcome, Progress, Step, Tell
from storycore.project.story import AUTHOR, Bringing, find_or_begin, read_file
from storycore.project.waiting import until_painted, until_read
from storycore.store.models import StoryState
from storycore.studio import films, stories
from storycore.studio.views import StoryView
from storycore.studio.voices import find_voice
from storycore.work.jobs.filming import CAPTIONS
from storycore.work.workshop import Workshop


async def make(order: Order, house: House, tell: Tell) -> Outcome:
    """Understand and paint a script, and film it if the order says so. What is there already is not made again.

    A script that is refused leaves no project behind; work that was broken off goes on at the next call. One call at
    a time in a process (the engine is its only one). Raises ``ScriptError`` for a script or a ``story.yaml`` that
    cannot be taken, ``SettingsError`` or ``StateError`` for a folder that is not free, ``PainterError``,
    ``FilmError`` and ``StorageError``.
    """
    text = await asyncio.to_thread(read_file, order.script)
    folder = ProjectFolder(order.project)
    await asyncio.to_thread(folder.check)
    with folder.held():
        begun = folder.started
        desk: _Desk | None = None
        try:
            workshop = await house.open(folder)
            try:
                desk = _Desk(order, house, folder, workshop, tell)
                return await desk.work(text)
            finally:
                await workshop.close()
        except (FiresideError, OSError):
            if not begun and not (desk and desk.understood):
                folder.forget()
            raise


@dataclass(slots=True)
class _Desk:
    """One order being worked on."""

    order: Order
    house: House
    folder: ProjectFolder
    workshop: Workshop
    tell: Tell
    understood: bool = False
    _running: bool = False
    _notes: list[str] = field(default_factory=list)

    async def at_work(self) -> None:
        """Set the engine to work, once: what an earlier run left undone goes on then."""
        if not self._running:
            self._running = True
            await self.workshop.engine.launch(self.workshop)

    async def work(self, text: str) -> Outcome:
        """Everything the order asks for."""
        story_id, known = await find_or_begin(self.workshop, self.house, self.order, text, self.at_work)
        before = _shown(await stories.show(self.workshop, story_id)) if known else set()
        await self._read(story_id)
        bringing = Bringing(self.workshop, self.folder, self.order, self.at_work, self._notes)
        changed = await bringing.bring(story_id, text)
        view = await self._painted(story_id)
        await self._lay_out(view)
        _refuse_unpainted(view)
        painted = len(_shown(view) - before)
        film = None if self.order.film is None else await self._film(story_id, self.order.film)
        return self._outcome(view, painted, film, changed or not known)

    async def _read(self, story_id: int) -> None:
        """Wait until the story is understood. Raises ``ScriptError`` when it cannot be."""
        story = await until_read(self.workshop, story_id, lambda: self._tell(Step.READING, 0, 1))
        if story.state is not StoryState.OPEN:
            raise ScriptError(story.problem or "This script could not be understood.")
        self.understood = True

    async def _painted(self, story_id: int) -> StoryView:
        await until_painted(self.workshop, story_id, lambda done, total: self._tell(Step.PAINTING, done, total))
        return await stories.show(self.workshop, story_id)

    async def _lay_out(self, view: StoryView) -> None:
        await asyncio.to_thread(export_pictures, self.folder, view)
        await lay_out_contact_sheet(self.workshop, self.folder, view)

    async def _film(self, story_id: int, out: Path) -> FilmMade:
        said = with_words(await films.remembered(self.workshop, story_id, AUTHOR), self.order.options)
        if said.voice:
            find_voice(self.workshop, said.voice)
        options = await with_music(self.workshop, said, self.order.script.parent)
        film = await find_film(self.workshop, story_id, self.order.max_bytes, options)
        if film is None:
            await self.at_work()
            film = await make_project_film(
                self.workshop,
                story_id,
                self.order.max_bytes,
                options,
                lambda done, left: self._tell(Step.FILMING, done, 1, left),
            )
        self._notes.extend(film.notes)
        with disk(f"Writing {out.name}"):
            await asyncio.to_thread(out.parent.mkdir, parents=True, exist_ok=True)
            for source, target in zip((film.path, *film.more), _parts(out, film), strict=True):
                await asyncio.to_thread(copy_whole, source, target)
            if film.more and film.captions:
                for source, target in zip(film.captions, _parts(out, film), strict=True):
                    await asyncio.to_thread(copy_whole, source, target.with_suffix(CAPTIONS))
        if not film.more:
            await write_captions(self.workshop, story_id, out, options)
        return film

    def _tell(self, step: Step, done: float, total: float, left: float | None = None) -> None:
        self.tell(Progress(step, done, total, left))

    def _outcome(self, view: StoryView, painted: int, film: FilmMade | None, changed: bool) -> Outcome:
        pictures = len(_shown(view))
        parts = () if film is None or self.order.film is None else _parts(self.order.film, film)
        return Outcome(
            script=self.order.script,
            project=self.order.project,
            title=view.title,
            scenes=len(view.scenes),
            pictures=pictures,
            painted=painted,
            made=painted if film is None else film.made,
            reused=pictures - painted if film is None else film.reused,
            changed=changed or painted > 0 or (film is not None and film.fresh),
            film=parts[0] if parts else None,
            parts=parts if len(parts) > 1 else (),
            seconds=None if film is None else film.seconds,
            bytes=None if film is None else film.bytes,
            notes=tuple(self._notes),
        )


def _parts(out: Path, film: FilmMade) -> tuple[Path, ...]:
    """The film's files: ``out``, or ``NAME-1.mp4`` … beside it where there are several."""
    count = 1 + len(film.more)
    if count == 1:
        return (out,)
    return tuple(out.with_name(f"{out.stem}-{number}{out.suffix}") for number in range(1, count + 1))


def _shown(view: StoryView) -> set[tuple[int, int, str]]:
    """The pictures that are shown: scene, number, content."""
    return {(s.id, c.number, c.media) for s in view.scenes if s.shown is not None for c in s.shown.candidates}


def _refuse_unpainted(view: StoryView) -> None:
    failed = [scene for scene in view.scenes if scene.failed is not None or scene.shown is None]
    if failed:
        first = failed[0].failed
        several = f"Scenes {', '.join(str(s.number) for s in failed[:10])}{' …' if len(failed) > 10 else ''} have"
        which = f"Scene {failed[0].number} has" if len(failed) == 1 else several
        problem = f" {first.problem}" if first is not None and first.problem else ""
        raise PainterError(f"{which} no pictures:{problem}", "Run the same command to try again.")
