"""A house for tests: real rows, engine, understanding and films; pictures and voices that cost nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url

from storycore.project.folder import ProjectFolder
from storycore.project.make import make
from storycore.project.model import House, Order, Outcome, Progress
from storycore.store.database import Database
from storycore.store.media import MediaFolder
from storycore.work.engine import Engine
from storycore.work.workshop import WorkOptions, Workshop
from tests.support.workshops import STORY, QuickNarrator, QuickPainter, ThreadReader, begin_with_tables


@dataclass(slots=True)
class Bench:
    """One script in its folder, worked on again and again; the painter and the voice remember what they were asked."""

    folder: Path
    painter: QuickPainter = field(default_factory=QuickPainter)
    narrator: QuickNarrator = field(default_factory=QuickNarrator)
    progress: list[Progress] = field(default_factory=list)
    reader: ThreadReader = field(default_factory=ThreadReader)

    def __post_init__(self) -> None:
        self.script.write_text(STORY, encoding="utf-8")

    @property
    def script(self) -> Path:
        return self.folder / "well.txt"

    @property
    def project(self) -> Path:
        return self.folder / "well.fireside"

    @property
    def film(self) -> Path:
        return self.folder / "well.mp4"

    @property
    def yaml(self) -> Path:
        return self.project / "story.yaml"

    def house(self) -> House:
        async def open_(folder: ProjectFolder) -> Workshop:
            folder.work.mkdir(exist_ok=True)
            await begin_with_tables(Path(make_url(folder.database_url).database or ""))
            return Workshop(
                database=await Database.open(folder.database_url),
                folder=MediaFolder(folder.media),
                painter=self.painter,
                narrator=self.narrator,
                reader=self.reader,
                engine=Engine(folder.database_url, poll_s=0.05),
                options=WorkOptions(painting_tries=1, film_quality=360, work_dir=folder.work),
            )

        return House(open_, candidates=2, width=64, height=64)

    async def paint(self, candidates: int | None = None) -> Outcome:
        """``fireside paint well.txt``."""
        order = Order(self.script, self.project, candidates=candidates)
        return await make(order, self.house(), self.progress.append)

    async def make_film(self) -> Outcome:
        """``fireside film well.txt``."""
        return await make(Order(self.script, self.project, film=self.film), self.house(), self.progress.append)

    def edit(self, old: str, new: str, count: int = 1) -> None:
        """A person changes ``story.yaml``."""
        text = self.yaml.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in\n{text}"
        self.yaml.write_text(text.replace(old, new, count), encoding="utf-8")

    def pictures(self) -> dict[str, bytes]:
        """The pictures laid out: ``01/1.png`` -> content."""
        scenes = self.project / "scenes"
        return {str(p.relative_to(scenes)): p.read_bytes() for p in sorted(scenes.glob("*/*"))}

    def asked(self) -> list[str]:
        """The prompts painted since this was last asked."""
        prompts = [request.prompt for request in self.painter.requests]
        self.painter.requests.clear()
        return prompts

    def spoken(self) -> list[str]:
        """The lines spoken since this was last asked."""
        lines = list(self.narrator.spoken)
        self.narrator.spoken.clear()
        return lines
