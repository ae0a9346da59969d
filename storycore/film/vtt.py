"""Subtitles as WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format"), for players that show their own."""

from __future__ import annotations

from storycore.film.cues import cut, spaced, tokens_of
from storycore.film.letters import Letters
from storycore.film.model import FilmLine
from storycore.film.timeline import Timeline

#: Letters in a row: what subtitles on a television have.
_ROW = 40


class _AnyLetters(Letters):
    """A player has fonts of its own: every letter can be shown, and all are taken to be as wide."""

    def has(self, char: str) -> bool:
        return True

    def width(self, text: str, size: float) -> float:
        return len(text) * size


def vtt_of(timeline: Timeline, part: range | None = None) -> str:
    """The subtitles of a film, or of the shots ``part`` of it as a film of their own.

    What people wrote is shown as it is written: ``&``, ``<`` and ``>`` are escaped, line breaks folded.
    """
    letters = _AnyLetters("any", {}, {})
    shots = timeline.shots if part is None else [timeline.shots[index] for index in part]
    begin = shots[0].first if shots else 0
    blocks = ["WEBVTT"]
    for shot in shots:
        at = (shot.first - begin) / (shot.frames / shot.seconds)
        for index, heard in enumerate(shot.lines):
            following = shot.lines[index + 1].begin if index + 1 < len(shot.lines) else shot.seconds
            tokens = tokens_of(heard.line, at + heard.begin, heard.seconds, letters, _ROW).tokens
            for cue in cut(tokens, 1.0, _ROW, at + following):
                rows = "\n".join(spaced(row, [_escaped(token.text) for token in row]) for row in cue.rows)
                blocks.append(f"{_moment(cue.begin)} --> {_moment(cue.end)}\n{_voice(heard.line)}{rows}")
    return "\n\n".join(blocks) + "\n"


def _voice(line: FilmLine) -> str:
    if line.speaker is None:
        return ""
    name = " ".join("".join(char if char.isprintable() else " " for char in line.speaker[:60]).split())
    return f"<v {_escaped(name)}>" if name else ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _moment(seconds: float) -> str:
    thousandths = max(0, round(seconds * 1000))
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
