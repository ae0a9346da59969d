"""The peer: a picture zoomed, captioned and voiced with moviepy 2.2, as its documentation and its users do it.

Run by ``benchmarks.film`` in an interpreter of its own (``benchmarks/moviepy.txt``), which knows nothing of Fireside.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np


def clip_of(picture: str, width: int, height: int, seconds: float, growth: float) -> Any:
    """The zooming picture as everybody writes it: ``resized`` by time, centred in a composite."""
    from moviepy import CompositeVideoClip, ImageClip

    still = ImageClip(picture).with_duration(seconds)
    grown = still.resized(lambda t: (width / still.w) * (1 + growth * t / seconds)).with_position("center")
    return CompositeVideoClip([grown], size=(width, height)).with_duration(seconds)


def main() -> None:
    """``film``: encode it with a voice; ``frames``: its luma, for the comparison."""
    part, picture, voice, folder, width_, height_, frames_, growth_, preset, ffmpeg = sys.argv[1:]
    os.environ["FFMPEG_BINARY"] = ffmpeg
    width, height, frames, growth = int(width_), int(height_), int(frames_), float(growth_)
    clip = clip_of(picture, width, height, frames / 24, growth)
    if part == "film":
        from moviepy import AudioFileClip, CompositeVideoClip, TextClip

        text = TextClip(text="Long ago, in the village by the river", font_size=50, color="white", stroke_width=2)
        told = CompositeVideoClip([clip, text.with_position(("center", 600)).with_duration(frames / 24)])
        sound = AudioFileClip(voice)
        told = told.with_audio(sound.subclipped(0, min(sound.duration, frames / 24)))
        target = os.path.join(folder, "moviepy.mp4")  # noqa: PTH118 - a file for an interpreter of its own
        told.write_videofile(target, fps=24, preset=preset, ffmpeg_params=["-crf", "20"], logger=None)
        return
    with open(os.path.join(folder, "moviepy.raw"), "wb") as file:  # noqa: PTH118, PTH123
        for index in range(frames):
            rgb = clip.get_frame(index / 24).astype(np.float64)
            luma = 16 + (rgb @ (0.2126, 0.7152, 0.0722)) * 219 / 255
            file.write(np.clip(np.rint(luma), 0, 255).astype(np.uint8).tobytes())


if __name__ == "__main__":
    main()
