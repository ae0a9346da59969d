"""The stories that the film's benchmark films, and the picture that its peers move."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from storycore.film import FilmLine, FilmPlan, FilmScene
from storycore.film.picture import OVERSAMPLING
from storycore.narration import EspeakNarrator, voice_for

WIDTH, HEIGHT = 1280, 720
_PLAN = "plan.pickle"
#: The picture that is moved: as large as a canvas, so that nothing but the motion is compared.
CANVAS = (round(WIDTH * OVERSAMPLING), round(HEIGHT * OVERSAMPLING))
LINES = (
    "Long ago, in the village by the river, there lived a young smith who feared nothing at all.",
    "I have heard it roar in the night.",
)


def draw(path: Path, seed: int, size: tuple[int, int] = (1024, 576)) -> Path:
    """A picture with smooth ground, hard edges and some grain, as painters make them."""
    wide, tall = size
    random = np.random.default_rng(seed)
    sky = np.linspace((70, 110, 190), (190, 170, 130), tall)[:, None, :] + random.normal(0, 3, (tall, wide, 1))
    picture = Image.fromarray(np.clip(sky, 0, 255).astype(np.uint8))
    pencil = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y, r = (float(random.uniform(low, high)) for low, high in ((0, wide), (tall / 3, tall), (20, tall / 5)))
        red, green, blue = (int(part) for part in random.integers(0, 255, 3))
        pencil.ellipse((x - r, y - r, x + r, y + r), fill=(red, green, blue), outline=(20, 20, 20), width=3)
    picture.save(path)
    return path


async def planned(folder: Path) -> FilmPlan:
    """Twelve scenes at 720p, read aloud."""
    draw(folder / "moved.png", 99, CANVAS)
    narrator = EspeakNarrator()
    scenes: list[FilmScene] = []
    for number in range(1, 13):
        text, speaker = (LINES[0], None) if number % 3 else (LINES[1], "Siegfried")
        speech = await narrator.speak(text, voice_for(speaker))
        clip = folder / f"{number}.wav"
        clip.write_bytes(speech.wav)
        line = FilmLine(text, speaker, clip, speech.seconds, speech.words)
        scenes.append(FilmScene(number, f"Scene {number}", draw(folder / f"{number}.png", number), (line,)))
    await narrator.close()
    return FilmPlan("A benchmark", tuple(scenes), ("Made with Fireside",), quality=HEIGHT)


def planned_apart(folder: Path) -> FilmPlan:
    """The same, made by a process of its own, so that what it takes is no part of what is measured here."""
    subprocess.run([sys.executable, "-m", "benchmarks.film_plans", str(folder)], check=True)
    plan = pickle.loads((folder / _PLAN).read_bytes())  # noqa: S301 - our own, just written
    assert isinstance(plan, FilmPlan)
    return plan


async def long_story(folder: Path, seconds: int, max_bytes: int) -> FilmPlan:
    """A story of about ``seconds``, its scenes of nine seconds each, without a voice (it would not change the size)."""
    count = max(1, round((seconds - 4) / 9))
    spoken = (seconds - 4.6) / count - 1.2
    text = " ".join([LINES[0]] * max(1, round(spoken / 6)))
    scenes = tuple(
        FilmScene(
            number,
            f"Scene {number}",
            draw(folder / f"long{number % 20}.png", number % 20),
            (FilmLine(text, None, None, spoken),),
        )
        for number in range(1, count + 1)
    )
    return FilmPlan(f"A story of {seconds} s", scenes, ("Made with Fireside",), max_bytes=max_bytes)


if __name__ == "__main__":
    (Path(sys.argv[1]) / _PLAN).write_bytes(pickle.dumps(asyncio.run(planned(Path(sys.argv[1])))))
