"""What the film's tests make films from: small pictures, tones for voices, short plans."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from storycore.film import FilmLine, FilmPlan, FilmScene
from storycore.film.options import FilmOptions
from storycore.narration import WordTime

#: Smaller than any film that anybody wants: quick to draw.
TINY = 120


def draw_picture(path: Path, *, size: tuple[int, int] = (320, 180), seed: int = 1) -> Path:
    """A sky and some discs."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", size, (90, 140, 200))
    pencil = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, r = (float(random.uniform(0, most)) for most in (*size, 40))
        pencil.ellipse((x - r, y - r, x + r, y + r), fill=tuple(random.integers(0, 255, 3).tolist()))
    picture.save(path)
    return path


def draw_noise(path: Path, *, size: tuple[int, int] = (320, 180), seed: int = 1) -> Path:
    """The hardest picture to encode."""
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)).save(path)
    return path


def write_tone(
    path: Path, *, seconds: float = 0.6, hertz: float = 440.0, rate: int = 22050, level: float = 0.3
) -> Path:
    """A clip as a narrator makes it, easy to find in the film's sound."""
    time = np.arange(round(seconds * rate)) / rate
    with wave.open(str(path), "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(rate)
        clip.writeframes((np.sin(2 * np.pi * hertz * time) * level * 32767).astype("<i2").tobytes())
    return path


def line(folder: Path, text: str, *, speaker: str | None = None, seconds: float = 0.6) -> FilmLine:
    """A line with a tone for a voice."""
    clip = write_tone(folder / f"tone{round(seconds * 1000)}.wav", seconds=seconds)
    words = text.split()
    times: list[WordTime] = []
    at = 0
    for index, word in enumerate(words):
        start = text.index(word, at)
        at = start + len(word)
        times.append(WordTime(seconds * index / len(words), seconds * (index + 1) / len(words), start, at))
    return FilmLine(text, speaker, clip, seconds, tuple(times))


def plan(folder: Path, scenes: int = 2, **options: Any) -> FilmPlan:
    """A film of short scenes in ``folder``."""
    made = tuple(
        FilmScene(
            number,
            f"Scene {number}",
            draw_picture(folder / f"picture{number}.png", seed=number),
            (line(folder, f"This is scene number {number}.", speaker="Ada" if number % 2 else None),),
        )
        for number in range(1, scenes + 1)
    )
    settings: dict[str, Any] = {"title": "A Test", "scenes": made, "credits": ("Made by a test",), "quality": TINY}
    settings["options"] = FilmOptions(music="off")  # what is heard is the voices alone
    return FilmPlan(**{**settings, **options})
