"""The film's subtitles beside it."""

from __future__ import annotations

from pathlib import Path

from storycore.film.options import FilmOptions, SubtitleMode
from storycore.project.captions import write_captions
from tests.support.studio import ready
from tests.support.workshops import small_workshop


async def test_subtitles_are_written_beside_the_film(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        story = await ready(workshop)
        out = await write_captions(workshop, story.id, tmp_path / "tale.mp4")
        assert out == tmp_path / "tale.vtt"
        text = out.read_text()
        assert text.startswith("WEBVTT")
        assert "Who is there?" in text and "golden crown" in text
        assert "00:00:03." in text.split("-->")[0]  # after the title
        untitled = await write_captions(workshop, story.id, tmp_path / "tale.mp4", FilmOptions(title=False))
        assert untitled is not None and "00:00:00." in untitled.read_text().split("-->")[0]
        silent = FilmOptions(subtitles=SubtitleMode.OFF)
        assert await write_captions(workshop, story.id, tmp_path / "other.mp4", silent) is None
        assert not (tmp_path / "other.vtt").exists()
