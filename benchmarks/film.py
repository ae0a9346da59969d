"""What a film costs and how steady it is, beside x264 alone, ffmpeg's zoompan and moviepy: one table, one run.

    python -m benchmarks.film [--moviepy PYTHON] [--lengths]

The same pictures and sound for all. Costs are CPU seconds a second of film, and over those of the floor: x264 alone,
with the same options, fed finished frames from the disk. ``--moviepy`` names an interpreter that has moviepy
(``benchmarks/moviepy.txt``: it cannot share ours, since it wants an older Pillow). ``--lengths`` makes twelve stories
of 10 s to 10 minutes at 10 MiB instead.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.film_peers import floor, moviepy, zoompan
from benchmarks.film_plans import HEIGHT, WIDTH, long_story, planned_apart
from benchmarks.film_steady import Steadiness, of_camera, of_frames
from benchmarks.measure import Cost, measured
from storycore.film import FilmPlan, FilmReport, make_film
from storycore.film.options import AUTO, OFF
from storycore.film.rungs import rung_for
from storycore.film.shots import described, look_at_pictures
from storycore.film.timeline import lay_out
from tests.film.cache import FolderCache

LIMIT = 10 * 2**20
#: Lengths of the twelve stories, seconds.
LENGTHS = (10, 20, 35, 50, 75, 105, 150, 210, 280, 360, 480, 600)


@dataclass(frozen=True)
class Row:
    """A line of the table. ``seconds`` is the film's length that ``cost`` made."""

    name: str
    cost: Cost
    seconds: float
    steady: Steadiness | None = None
    aim: str = ""


async def film(plan: FilmPlan, folder: Path, name: str, cost: Cost) -> FilmReport:
    """The whole film as everybody gets it; what was made before is reused."""
    with measured(cost):
        return await make_film(
            plan, folder / f"{name}.mp4", cache=FolderCache(folder / "cache"), work_dir=folder / "work"
        )


async def changes(plan: FilmPlan, whole: FilmReport, folder: Path) -> tuple[list[Row], FilmReport]:
    """What a change of each kind costs after the ``whole`` film; and its fitted copy."""
    rows: list[Row] = []

    async def one(name: str, changed: FilmPlan, aim: str) -> FilmReport:
        cost = Cost()
        report = await film(changed, folder, f"change{len(rows)}", cost)
        rows.append(Row(name, cost, report.seconds, aim=aim))
        return report

    scenes = list(plan.scenes)
    line = replace(scenes[5].lines[0], text=scenes[5].lines[0].text.replace("smith", "wright"))
    scenes[5] = replace(scenes[5], lines=(line, *scenes[5].lines[1:]))
    await one("… one line of twelve scenes changed", replace(plan, scenes=tuple(scenes)), "≤ 0.25 of the film")
    scenes = list(plan.scenes)
    scenes[7] = replace(scenes[7], picture=scenes[2].picture)
    await one("… one pick changed", replace(plan, scenes=tuple(scenes)), "≤ 0.25 of the film")
    music = OFF if plan.options.music == AUTO else AUTO
    await one("… the music changed", replace(plan, options=replace(plan.options, music=music)), "≤ 0.1 of the film")
    await one("… nothing changed", plan, "")
    fitted = await one("… fitted to half its size", replace(plan, max_bytes=whole.bytes // 2), "apart")
    return rows, fitted


async def run(folder: Path, interpreter: str | None) -> tuple[list[Row], list[str]]:
    """All measurements in turn; the rows, and sentences about the files."""
    plan = await asyncio.to_thread(planned_apart, folder)
    cost = Cost()
    whole = await film(plan, folder, "film", cost)  # first: what is measured beside it leaves memory behind
    timeline = lay_out(plan)
    rung = rung_for(None, plan.options.shape, plan.quality)
    told = described(plan, timeline, look_at_pictures(plan), rung, range(len(timeline.shots)))
    bodies, base = [piece.segment for piece in told.pieces][::2], Cost()
    seconds = await floor(bodies[::2], rung, folder, base)  # around the changes: the machine's pace is not steady
    rows, fitted = await changes(plan, whole, folder)
    seconds += await floor(bodies[1::2], rung, folder, base)
    aim = "≤ 1.6; < 0.1 px; ≥ 43 dB; < 500 MB"
    first = [Row("x264 alone, the same frames", base, seconds)]
    first.append(Row("Fireside, the whole film", cost, whole.seconds, of_camera(folder), aim))
    cost, frames = await zoompan(folder)
    peers = [Row("ffmpeg zoompan, x264", cost, frames / 24, of_frames(folder / "zoompan.raw", folder))]
    words = [f"{whole.seconds:.0f} s, {WIDTH}x{HEIGHT}, {whole.bytes / 2**20:.2f} MiB."]
    if interpreter is not None:
        cost, frames = await moviepy(folder, interpreter)
        peers.append(Row("moviepy, one composite", cost, frames / 24, of_frames(folder / "moviepy.raw", folder)))
    else:
        words.append("moviepy was left out: --moviepy names an interpreter that has it.")
    words.append(f"Picture and sound end {abs(drift(whole.path)) * 1000:.0f} ms apart (aim: under 40).")
    words.append(f"The fitted copy takes {fitted.bytes / (whole.bytes // 2):.1%} of its limit (aim: 90 to 99 %).")
    return [*first, *rows, *peers], words


def drift(path: Path) -> float:
    """How much later the sound ends than the picture, seconds, decoded to the end."""
    import av  # here: its libraries are no part of a film's memory

    with av.open(str(path)) as file:
        frames = sum(1 for _ in file.decode(video=0))
    with av.open(str(path)) as file:
        samples = sum(frame.samples for frame in file.decode(audio=0))
        rate = file.streams.audio[0].rate
    return samples / rate - frames / 24


def table_of(rows: list[Row]) -> Table:
    """The one table."""
    base, whole = rows[0], rows[1]
    table = Table()
    for heading in ("", "CPU s", "over x264", "of the film", "clock s", "peak MB", "jitter px", "PSNR dB", "aim"):
        table.add_column(heading, justify="right" if heading not in ("", "aim") else "left")
    for row in rows:
        pace = row.cost.cpu / row.seconds / (base.cost.cpu / base.seconds)
        part = "" if row.name.startswith(("x264", "ffmpeg", "moviepy")) else f"{row.cost.cpu / whole.cost.cpu:.2f}"
        steady = ("", "") if row.steady is None else (f"{row.steady.jitter:.3f}", f"{row.steady.psnr:.1f}")
        told = [f"{row.cost.cpu:.1f}", f"{pace:.2f}", part, f"{row.cost.clock:.1f}", f"{row.cost.peak_mb:.0f}"]
        table.add_row(row.name, *told, *steady, row.aim)
    return table


async def lengths(folder: Path) -> Table:
    """Twelve stories at 10 MiB."""
    table = Table(title="Twelve stories at 10 MiB")
    for heading in ("seconds", "files", "size", "fps", "largest MiB", "of the limit", "fitted", "CPU s"):
        table.add_column(heading, justify="right")
    for seconds in LENGTHS:
        cost = Cost()
        plan = await long_story(folder, seconds, LIMIT)
        report = await film(plan, folder, f"story{seconds}", cost)
        largest = max(part.bytes for part in report.parts)
        size = f"{report.width}x{report.height}"
        facts = [f"{report.seconds:.0f}", str(len(report.parts)), size, str(report.fps), f"{largest / 2**20:.2f}"]
        told = [*facts, f"{largest / LIMIT:.0%}", "yes" if report.fitted else "no", f"{cost.cpu:.0f}"]
        table.add_row(*told)
        Console(width=150).print(" | ".join(told))  # it takes long: what is known is told
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a film costs, and how steady it is.")
    parser.add_argument("--moviepy", metavar="PYTHON", help="an interpreter that has benchmarks/moviepy.txt")
    parser.add_argument("--lengths", action="store_true", help="twelve stories of 10 s to 10 minutes instead")
    chosen = parser.parse_args()
    console = Console(width=150)
    with tempfile.TemporaryDirectory(prefix="fireside-benchmark-") as folder:
        if chosen.lengths:
            console.print(asyncio.run(lengths(Path(folder))))
            return
        rows, words = asyncio.run(run(Path(folder), chosen.moviepy))
        console.print(table_of(rows))
        console.print("\n".join(words))


if __name__ == "__main__":
    main()
