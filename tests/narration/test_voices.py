"""Who sounds how, and how long a caption stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storycore.narration import caption_seconds, voice_for, voices_for


def test_the_narrator_has_the_plain_voice() -> None:
    assert voice_for(None).variant == "en-gb"


def test_a_speaker_s_voice_depends_on_the_name_alone() -> None:
    assert voice_for("Siegfried") == voice_for("siegfried") == voice_for(" Siegfried ")
    assert voice_for("Siegfried") != voice_for(None)
    assert len({voice_for(f"Name {index}") for index in range(60)}) > 8


def test_voices_in_one_story_differ() -> None:
    names = [f"Speaker {index}" for index in range(70)]
    voices = voices_for(names)
    assert list(voices) == names
    assert len(set(voices.values())) == 70
    assert voice_for(None) not in voices.values()


def test_the_first_to_come_keep_their_own_voice() -> None:
    names = ["Siegfried", "Mime", "Fafnir", "Brunhild", "Odin"]
    voices = voices_for(names)
    assert voices["Siegfried"] == voice_for("Siegfried")
    assert voices_for([*names, "One more"]) == {**voices, "One more": voices_for([*names, "One more"])["One more"]}


@given(st.lists(st.text(max_size=5)))
def test_any_names_get_voices(names: list[str]) -> None:
    voices = voices_for(names)
    assert set(voices) == set(names)
    for voice in voices.values():
        assert 0 <= voice.pitch <= 99
        assert 80 <= voice.rate <= 450


def test_captions_stay_as_long_as_they_are_read() -> None:
    assert caption_seconds("") == caption_seconds("Hi") == 1.2
    thirteen = caption_seconds("one two three four five six seven eight nine ten one two three")
    assert 4.5 < thirteen < 6
    assert caption_seconds("a" * 10_000) == 60.0
    assert 10 < caption_seconds("龍" * 400) < 20
