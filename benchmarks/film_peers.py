"""What the film is measured beside: x264 alone, ffmpeg's zoompan, and moviepy as its users do it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ffmpeg

from benchmarks.film_plans import HEIGHT, WIDTH
from benchmarks.film_steady import FRAMES
from benchmarks.measure import Cost, measured
from storycore.film.drawing import Grounds
from storycore.film.letters import lay_out_fonts
from storycore.film.picture import OVERSAMPLING
from storycore.film.program import Running, program
from storycore.film.rungs import Rung
from storycore.film.segment import PRESET, Segment, encoder_options, make_segment

_MOVIEPY = Path(__file__).with_name("film_moviepy.py")
_GROWTH = OVERSAMPLING - 1


async def floor(segments: Sequence[Segment], rung: Rung, folder: Path, cost: Cost) -> float:
    """x264 alone on the finished frames of ``segments`` (text already in them); gives their seconds."""
    raw = folder / "raw"
    raw.mkdir(exist_ok=True)
    env = lay_out_fonts(raw)
    for segment in segments:
        with ThreadPoolExecutor(2) as executor:
            frames = await make_segment(
                segment,
                rung,
                "frames",
                folder=raw,
                env=env,
                executor=executor,
                grounds=Grounds(),
                on_frames=lambda frames: None,
                options={"format": "rawvideo", "pix_fmt": "yuv420p"},
            )
        read = ffmpeg.input(
            frames.name, format="rawvideo", pix_fmt="yuv420p", s=f"{rung.width}x{rung.height}", framerate=rung.fps
        )
        stream = ffmpeg.output(read, "floor.mp4", **encoder_options(rung)).global_args("-nostdin", "-hide_banner")
        args = ffmpeg.compile(stream, cmd=program(), overwrite_output=True)
        with measured(cost, own=False):
            async with Running(args, cwd=raw) as running:
                await running.finish()
        frames.unlink()
    return sum(segment.frames for segment in segments) / rung.fps


async def zoompan(folder: Path) -> tuple[Cost, int]:
    """ffmpeg's own zoom over the moved picture, encoded; then its frames' luma into zoompan.raw."""
    zoom = (
        f"zoompan=z='1+{_GROWTH}*on/{FRAMES}':x='iw/2-(iw/zoom/2)':y='ih/2-(ih/zoom/2)'"
        f":d={FRAMES}:s={WIDTH}x{HEIGHT}:fps=24"
    )
    cost = Cost()
    args = [program(), "-nostdin", "-y", "-i", "moved.png", "-vf", f"{zoom},format=yuv420p"]
    with measured(cost, own=False):
        async with Running(
            [*args, "-c:v", "libx264", "-preset", PRESET, "-crf", "20", "zoompan.mp4"], cwd=folder
        ) as it:
            await it.finish()
    luma = f"{zoom},scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,extractplanes=y"
    args = [program(), "-nostdin", "-y", "-i", "moved.png", "-vf", luma, "-f", "rawvideo", "zoompan.raw"]
    async with Running(args, cwd=folder) as running:
        await running.finish()
    return cost, FRAMES


async def moviepy(folder: Path, interpreter: str) -> tuple[Cost, int]:
    """moviepy in an interpreter of its own: the moved picture zoomed, with a line of text, a voice and x264."""
    cost = Cost()
    words = [str(folder / "moved.png"), str(folder / "1.wav"), str(folder), str(WIDTH), str(HEIGHT), str(FRAMES)]
    for part in ("film", "frames"):
        process = await asyncio.create_subprocess_exec(
            interpreter, str(_MOVIEPY), part, *words, str(_GROWTH), PRESET, program()
        )
        with measured(cost if part == "film" else Cost(), own=False):
            if await process.wait() != 0:
                raise SystemExit("moviepy failed; its interpreter needs what benchmarks/moviepy.txt names")
    return cost, FRAMES
