"""What a film costs: its CPU time over that of x264 alone, fed the same frames from a raw file.

    python -m benchmarks.film

Both run in turn, segment by segment, in one process tree on one machine, so that the ratio holds where the seconds
do not. The film's side counts everything: drawing, subtitles, encoding, sound, joining. The floor is ffmpeg with the
same encoder options reading finished frames (subtitles already in them) from the disk.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import ffmpeg
import numpy as np
from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

from storycore.film import FilmLine, FilmPlan, FilmReport, FilmScene, make_film
from storycore.film.drawing import Grounds
from storycore.film.letters import lay_out_fonts
from storycore.film.program import Running, program
from storycore.film.rungs import Rung, rung_for, video_kbps
from storycore.film.segment import Segment, encoder_options, make_segment
from storycore.film.shots import described, look_at_pictures
from storycore.film.timeline import lay_out
from storycore.narration import EspeakNarrator, voice_for
from tests.film.cache import FolderCache

LINES = (
    "Long ago, in the village by the slow green river, there lived a young smith who feared nothing at all.",
    "I have heard it roar in the night. Why does nobody go and see what it wants?",
)
LIMIT = 10 * 2**20


@dataclass
class Cost:
    """CPU seconds (user and system, children included) and seconds by the clock."""

    cpu: float = 0.0
    clock: float = 0.0


@contextmanager
def measured(cost: Cost) -> Iterator[None]:
    """Add what the block costs to ``cost``."""

    def cpu() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in used)

    before, begun = cpu(), time.perf_counter()
    yield
    cost.cpu += cpu() - before
    cost.clock += time.perf_counter() - begun


def draw(path: Path, seed: int) -> Path:
    """A picture with smooth ground, hard edges and some grain, as painters make them."""
    random = np.random.default_rng(seed)
    sky = np.linspace((70, 110, 190), (190, 170, 130), 576)[:, None, :] + random.normal(0, 3, (576, 1024, 1))
    picture = Image.fromarray(np.clip(sky, 0, 255).astype(np.uint8))
    pencil = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y, r = (float(random.uniform(low, high)) for low, high in ((0, 1024), (200, 576), (20, 110)))
        red, green, blue = (int(part) for part in random.integers(0, 255, 3))
        pencil.ellipse((x - r, y - r, x + r, y + r), fill=(red, green, blue), outline=(20, 20, 20), width=3)
    picture.save(path)
    return path


async def planned(folder: Path) -> FilmPlan:
    """Three scenes, read aloud."""
    narrator = EspeakNarrator()
    scenes: list[FilmScene] = []
    for number in range(1, 4):
        lines: list[FilmLine] = []
        for index, text in enumerate(LINES):
            speaker = "Siegfried" if index else None
            speech = await narrator.speak(text, voice_for(speaker))
            clip = folder / f"{number}-{index}.wav"
            clip.write_bytes(speech.wav)
            lines.append(FilmLine(text, speaker, clip, speech.seconds, speech.words))
        scenes.append(FilmScene(number, f"Scene {number}", draw(folder / f"{number}.png", number), tuple(lines)))
    await narrator.close()
    return FilmPlan("A benchmark", tuple(scenes), ("Made with Fireside",), max_bytes=LIMIT, quality=720)


async def floor(segment: Segment, rung: Rung, folder: Path, name: str, cost: Cost) -> None:
    """x264 alone on the finished frames of ``segment``."""
    raw = folder / f"{name}.mp4"  # the name that make_segment chooses; the content is raw frames
    with ThreadPoolExecutor(2) as executor:
        await make_segment(
            segment,
            rung,
            name,
            folder=folder,
            env=lay_out_fonts(folder),
            executor=executor,
            grounds=Grounds(),
            on_frames=lambda frames: None,
            options={"format": "rawvideo", "pix_fmt": "yuv420p"},
        )
    frames = ffmpeg.input(
        raw.name, format="rawvideo", pix_fmt="yuv420p", s=f"{rung.width}x{rung.height}", framerate=rung.fps
    )
    stream = ffmpeg.output(frames, "floor.mp4", **encoder_options(rung)).global_args("-nostdin", "-hide_banner")
    args = ffmpeg.compile(stream, cmd=program(), overwrite_output=True)
    with measured(cost):
        async with Running(args, cwd=folder) as running:
            await running.finish()
    raw.unlink()


async def film(plan: FilmPlan, folder: Path, cost: Cost) -> FilmReport:
    """The whole film as everybody gets it."""
    with measured(cost):
        return await make_film(plan, folder / "film.mp4", cache=FolderCache(folder / "cache"), work_dir=folder / "work")


async def run(folder: Path) -> tuple[FilmReport, dict[str, Cost]]:
    """All measurements, in turn."""
    costs = {
        name: Cost() for name in ("x264 alone, same frames", "the whole film", "one line changed", "nothing changed")
    }
    x264, whole, changed, same = costs.values()
    plan = await planned(folder)
    timeline = lay_out(plan)
    rung = rung_for(video_kbps(timeline.seconds, LIMIT), plan.options.shape, plan.quality)
    told = described(plan, timeline, look_at_pictures(plan), rung, range(len(timeline.shots)))
    segments = [piece.segment for piece in told.pieces]
    raw = folder / "raw"
    raw.mkdir()
    half = len(segments) // 2
    for index, segment in enumerate(segments[:half]):
        await floor(segment, rung, raw, f"frames{index}", x264)
    report = await film(plan, folder, whole)
    for index, segment in enumerate(segments[half:]):
        await floor(segment, rung, raw, f"more{index}", x264)
    await film(plan, folder, same)
    scene = plan.scenes[1]
    line = replace(scene.lines[0], text=scene.lines[0].text.replace("village", "hamlet"))
    other = replace(scene, lines=(line, *scene.lines[1:]))
    await film(replace(plan, scenes=(plan.scenes[0], other, plan.scenes[2])), folder, changed)
    return report, costs


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(prefix="fireside-benchmark-") as folder:
        report, costs = asyncio.run(run(Path(folder)))
    base = next(iter(costs.values()))
    table = Table(
        title=f"{report.seconds:.0f} s of film, {report.width}x{report.height}, {report.fps} frames/s, "
        f"{report.bytes / 2**20:.1f} MiB"
    )
    for heading, justify in (("", "left"), ("CPU s", "right"), ("CPU over x264", "right"), ("clock s", "right")):
        table.add_column(heading, justify="right" if justify == "right" else "left")
    for name, cost in costs.items():
        table.add_row(name, f"{cost.cpu:.1f}", f"{cost.cpu / base.cpu:.2f}", f"{cost.clock:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
