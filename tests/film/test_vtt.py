"""Subtitles beside the film."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from storycore.film.model import FilmLine, FilmPlan, FilmScene
from storycore.film.timeline import lay_out
from storycore.film.vtt import vtt_of
from tests.film.making import write_tone

_CUE = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})\n((?:[^\n]+\n?)+)")


def cues(text: str) -> list[tuple[float, float, str]]:
    found = [match.groups() for match in _CUE.finditer(text)]
    return [
        (int(h) * 3600 + int(m) * 60 + float(s), int(eh) * 3600 + int(em) * 60 + float(es), words.rstrip("\n"))
        for h, m, s, eh, em, es, words in found
    ]


def test_cues_lie_where_the_lines_are_heard(tmp_path: Path) -> None:
    clip = write_tone(tmp_path / "a.wav", seconds=2.0)
    first = FilmLine(
        "Once upon a time there was a king who lived in a castle by the sea with his three sons.", None, clip, 0
    )
    second = FilmLine("龍が来た 🐉!", "the old\nking", clip, 0)
    plan = FilmPlan("T", (FilmScene(1, "", None, (first,)), FilmScene(2, "", None, (second, first))))
    timeline = lay_out(plan)
    text = vtt_of(timeline)
    assert text.startswith("WEBVTT\n\n")
    shown = cues(text)
    assert len(shown) == text.count("-->")
    assert all(begin < end for begin, end, _ in shown)
    assert all(one[1] <= two[0] + 0.001 for one, two in itertools.pairwise(shown))
    assert all(len(row) <= 60 and words.count("\n") <= 1 for _, _, words in shown for row in words.split("\n"))
    heard = timeline.scenes[1].lines[0]
    (spoken,) = [cue for cue in shown if "龍" in cue[2]]
    assert spoken[2] == "<v the old king>龍が来た 🐉!"
    assert abs(spoken[0] - (timeline.scenes[1].begin + heard.begin)) < 0.1
    only = cues(vtt_of(timeline, range(2, 3)))
    assert only[0][2] == spoken[2]
    assert abs(only[0][0] - heard.begin) < 0.1


def test_text_never_becomes_markup(tmp_path: Path) -> None:
    hostile = "<b>x</b> & 00:00:01.000 --> 00:00:09.000\n\nNOTE {\\an8} <script>"
    plan = FilmPlan("T", (FilmScene(1, "", None, (FilmLine(hostile, "<i>&\x00", None, 2.0),)),))
    text = vtt_of(lay_out(plan))
    shown = cues(text)
    assert len(shown) == text.count("-->")
    joined = " ".join(words.replace("\n", " ") for _, _, words in shown)
    plain = re.sub(r"<v [^>]*>", "", joined).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert " ".join(plain.split()) == " ".join(hostile.split())
    assert "<v &lt;i&gt;&amp;>" in text


def test_a_film_without_words() -> None:
    assert vtt_of(lay_out(FilmPlan("T", (FilmScene(1, "", None, ()),)))) == "WEBVTT\n"
