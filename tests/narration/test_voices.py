"""Who sounds how, and how long a caption stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storycore.errors import SettingsError
from storycore.narration import NARRATOR, Catalogue, Role, caption_seconds, cast_voices, catalogue, voice_for
from storycore.narration.base import ESPEAK, SPEECH
from storycore.narration.casting import one_for_all, traits_of, with_choices
from storycore.narration.voices import BUNDLED, Traits, named_voices

VOICES = Catalogue()


def name_of(role: Role) -> str:
    """The name of the bundled voice that somebody alone in a story gets."""
    (voice,) = cast_voices([role], VOICES)[role.name]
    return next(entry.name for entry in BUNDLED if entry.voice == voice)


def traits_heard(role: Role) -> Traits:
    return next(entry.traits for entry in BUNDLED if entry.name == name_of(role))


def test_the_narrator_has_the_plain_voice() -> None:
    assert voice_for(None) == NARRATOR
    assert cast_voices([Role("Ada")], VOICES)[None] == (NARRATOR,)


def test_a_speaker_s_voice_depends_on_the_name_alone() -> None:
    assert voice_for("Siegfried") == voice_for("siegfried") == voice_for(" Siegfried ")
    assert voice_for("Siegfried") != voice_for(None)
    assert len({voice_for(f"Name {index}") for index in range(60)}) > 8


@pytest.mark.parametrize(
    "role, sex, age, kind",
    [
        (Role("the old king"), "m", "old", ""),
        (Role("Siegfried", ("the boy",)), "m", "child", ""),
        (Role("the giant"), "", "", "big"),
        (Role("Gretel", ("the little sister",)), "f", "child", ""),
        (Role("Kriemhild", (), "she"), "f", "", ""),
        (Role("Sam", ("the captain",), "he"), "m", "", ""),
        (Role("Alex"), "", "", ""),
        (Role("Grandmother"), "f", "old", ""),
        (Role("the queen's robot", ("the robot",), "it"), "f", "", "machine"),
        (Role("the ghost of the queen"), "f", "", "spirit"),
        (Role("the mouse"), "", "", "small"),
        (Role("Mr. Fox", ("the young man",)), "m", "", ""),
    ],
)
def test_what_the_cast_says_of_a_speaker(role: Role, sex: str, age: str, kind: str) -> None:
    assert traits_of(role) == Traits(sex, age, kind)


def test_whoever_is_called_otherwise_sounds_as_before() -> None:
    cast = [Role("the old king", ("the king",)), Role("Gretel"), Role("Hans")]
    before = cast_voices(cast, VOICES)
    renamed = [Role("Bob", ("the king", "the old king"), first_name="the old king"), *cast[1:]]
    after = cast_voices(renamed, VOICES)
    assert after["Bob"] == before["the old king"]
    assert [after[name] for name in ("Gretel", "Hans", None)] == [before[name] for name in ("Gretel", "Hans", None)]


def test_voices_fit_who_speaks() -> None:
    for index in range(30):
        assert traits_heard(Role(f"A{index}", (), "she")).sex == "f"
        assert traits_heard(Role(f"A{index}", (), "he")).sex == "m"
        assert traits_heard(Role(f"A{index}", ("the old man",))) == Traits("m", "old", "")
        assert traits_heard(Role(f"A{index}", ("the girl",))) == Traits("f", "child", "")
        assert traits_heard(Role(f"A{index}", ("the dragon",))).kind == "big"
        assert traits_heard(Role(f"A{index}")).kind == ""
        assert traits_heard(Role(f"A{index}")).age in ("", "adult")


def test_voices_in_one_story_differ() -> None:
    roles = [Role(f"Speaker {index}", (), "she") for index in range(90)]
    chains = cast_voices(roles, VOICES)
    assert list(chains) == [None, *(role.name for role in roles)]
    assert len(set(chains.values())) == 91


def test_a_few_women_are_all_women() -> None:
    roles = [Role(f"Woman {index}", (), "she") for index in range(7)]
    chains = cast_voices(roles, VOICES)
    sexes = {entry.voice: entry.traits.sex for entry in BUNDLED}
    assert {sexes[chains[role.name][0]] for role in roles} == {"f"}


def test_whoever_comes_later_takes_no_voice_away() -> None:
    roles = [Role(name) for name in ("Siegfried", "Mime", "Fafnir", "Brunhild", "Odin")]
    before = cast_voices(roles, VOICES)
    after = cast_voices([*roles, Role("One more")], VOICES)
    assert {name: after[name] for name in before} == before
    assert before["Siegfried"] == (voice_for("Siegfried"),)


@given(st.lists(st.text(max_size=5)))
def test_any_names_get_voices(names: list[str]) -> None:
    chains = cast_voices([Role(name) for name in names], VOICES)
    assert set(chains) == {None, *names}
    for chain in chains.values():
        (voice,) = chain
        assert 0 <= voice.pitch <= 99
        assert 80 <= voice.rate <= 450


def test_every_engine_has_its_own_cast_and_the_bundled_one_stands_last() -> None:
    voices = catalogue("nova=woman, onyx=old man, alloy")
    assert voices.engines == (SPEECH, ESPEAK)
    chains = cast_voices([Role("Grandfather"), Role("Kriemhild", (), "she")], voices)
    assert chains["Grandfather"][0].variant == "onyx"
    assert all([voice.engine for voice in chain] == [SPEECH, ESPEAK] for chain in chains.values())
    assert chains["Grandfather"][1] == voice_for("Grandfather")


def test_a_service_with_few_voices_shares_them_out() -> None:
    voices = catalogue("a,b,c")
    chains = cast_voices([Role(f"S{index}") for index in range(8)], voices)
    used = [chain[0].variant for name, chain in chains.items() if name is not None]
    assert {name: used.count(name) for name in "bc"} == {"b": 3, "c": 3}


def test_what_people_chose_goes_first() -> None:
    chains = cast_voices([Role("Ada"), Role("Bo")], VOICES)
    chosen = with_choices(chains, {"ada": "giant", None: "old-woman", "bo": "gone", "nobody": "man"}, VOICES)
    giant, old = VOICES.find("Giant"), VOICES.find("old-woman")
    assert giant is not None
    assert old is not None
    assert chosen["Ada"] == (giant.voice, *chains["Ada"])
    assert chosen[None] == (old.voice, NARRATOR)
    assert chosen["Bo"] == chains["Bo"]
    assert set(chosen) == set(chains)
    together = one_for_all(chains, "robot", VOICES)
    robot = VOICES.find("robot")
    assert robot is not None
    assert set(together.values()) == {(robot.voice, NARRATOR)}
    assert one_for_all(chains, "gone", VOICES) == chains


def test_voices_are_found_by_what_is_typed() -> None:
    assert {entry.name for entry in VOICES.matching("scottish")} == {"man-scottish", "woman-scottish"}
    assert len(VOICES.matching("")) == len(BUNDLED) == len({entry.name for entry in BUNDLED})
    assert len({entry.voice for entry in BUNDLED}) == len(BUNDLED)


@pytest.mark.parametrize("text", ["a b=woman", "=man", "x" * 70, "{}"])
def test_names_in_the_settings_are_checked(text: str) -> None:
    with pytest.raises(SettingsError):
        named_voices(SPEECH, text)


def test_captions_stay_as_long_as_they_are_read() -> None:
    assert caption_seconds("") == caption_seconds("Hi") == 1.2
    thirteen = caption_seconds("one two three four five six seven eight nine ten one two three")
    assert 4.5 < thirteen < 6
    assert caption_seconds("a" * 10_000) == 60.0
    assert 10 < caption_seconds("龍" * 400) < 20
