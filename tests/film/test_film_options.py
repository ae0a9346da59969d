"""A film's options: one reading for the command line, ``story.yaml`` and the chat."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storycore.errors import FilmError
from storycore.film.options import (
    DEFAULTS,
    OPTION_NAMES,
    SHAPES,
    FilmOptions,
    Motion,
    SubtitleMode,
    Transition,
    from_json,
    with_words,
)

_NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=30)
_OPTIONS = st.builds(
    FilmOptions,
    shape=st.sampled_from(list(SHAPES)),
    motion=st.sampled_from(Motion),
    transition=st.sampled_from(Transition),
    subtitles=st.sampled_from(SubtitleMode),
    voice=st.just("") | _NAMES.filter(lambda name: name.casefold() != "auto"),
    music=st.sampled_from(["off", "auto"])
    | _NAMES.filter(lambda name: name.casefold() not in ("off", "no", "false", "auto", "on", "yes", "true")),
    title=st.booleans(),
    credits=st.booleans(),
    draft=st.booleans(),
    max_mib=st.none() | st.integers(1, 4096).map(lambda quarters: quarters / 4),
)


@given(_OPTIONS)
def test_options_come_back_as_they_were_kept(options: FilmOptions) -> None:
    assert from_json(json.loads(json.dumps(options.to_json()))) == options
    assert with_words(DEFAULTS, options.words()) == options
    assert tuple(options.words()) == OPTION_NAMES


def test_defaults_are_not_kept() -> None:
    assert DEFAULTS.to_json() == {}
    assert FilmOptions(draft=True).to_json() == {"draft": True}


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("shape", "4:3", "16:9, 9:16, 1:1"),
        ("motion", "wild", "auto, still, push, pull, pan"),
        ("transition", "wipe", "auto, cut, fade, dip"),
        ("subtitles", "karaoke", "off, lines, words"),
        ("draft", "perhaps", "on, off"),
        ("max-mib", "ten", "number of MiB"),
        ("max-mib", "nan", "number of MiB"),
        ("max-mib", "0", "0.25"),
        ("max-mib", "-3", "0.25"),
        ("voice", "\u202eecila", "plain characters"),
        ("music", "x" * 300, "200"),
        ("colour", "red", "shape, motion"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(name: str, text: str, said: str) -> None:
    with pytest.raises(FilmError) as caught:
        with_words(DEFAULTS, {name: text})
    assert said in str(caught.value)


def test_words_as_people_write_them() -> None:
    said = {"motion": " Push ", "subtitles": "OFF", "music": "No", "title": "no", "draft": "yes", "max-mib": "9.5"}
    options = with_words(DEFAULTS, said)
    assert options == FilmOptions(
        motion=Motion.PUSH, subtitles=SubtitleMode.OFF, music="off", title=False, draft=True, max_mib=9.5
    )
    assert with_words(options, {"motion": "", "max-mib": "", "music": "rain.mp3", "voice": "auto"}) == FilmOptions(
        subtitles=SubtitleMode.OFF, music="rain.mp3", title=False, draft=True
    )
    assert options.max_bytes == 9961472
