"""Corrections become facts, and facts hold of whatever was read: in any order, once or twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storycore.cast.apply import apply_facts
from storycore.cast.corrections import Correction, CorrectionKind, facts_of, fits
from storycore.cast.facts import Facts, KnownCharacter, SpeakerFact
from storycore.cast.model import Mention, MentionKind, Quote, Understanding
from storycore.cast.understand import understand
from tests.support.asking import ASKING, INN

Kind = CorrectionKind


def made(kind: CorrectionKind, *names: str, **data: object) -> Correction:
    return Correction(kind, {"names": list(names), **data})


def cast_of(read: Understanding) -> dict[str, tuple[str, ...]]:
    return {member.name: member.aliases for member in read.cast}


def said(read: Understanding) -> list[tuple[str, str | None]]:
    return [(ln.text, ln.speaker) for scene in read.script.scenes for ln in scene.lines if ln.kind.value == "speech"]


def test_the_last_word_counts() -> None:
    facts = facts_of(
        [
            made(Kind.SAME, "Siegfried", "the stranger"),
            made(Kind.NOBODY, "the ferryman"),
            made(Kind.APART, "the stranger", "Siegfried"),
            made(Kind.SOMEBODY, "the ferryman"),
            made(Kind.SPEAKER, text="Who are you?", nth=1, speaker="Siegfried"),
            made(Kind.SPEAKER, text="Who are you?", nth=1, speaker=None),
            made(Kind.BORDER, begins=[["He said", 0]]),
            made(Kind.BORDER, joined=[["He said", 0]], begins=[["The old", 1]]),
            made(Kind.MOVED, scene=3),
        ],
        (KnownCharacter("Mime"),),
    )
    assert facts == Facts(
        known=(KnownCharacter("Mime"), KnownCharacter("the ferryman")),
        apart=(("the stranger", "Siegfried"),),
        speakers=(SpeakerFact("Who are you?", None, 1),),
        begins=(("The old", 1),),
        joined=(("He said", 0),),
    )


def test_names_that_people_gave_are_told_as_they_stand_in_the_script() -> None:
    facts = facts_of(
        [
            made(Kind.RENAMED, "the stranger", "Hagen"),
            made(Kind.RENAMED, "Hagen", "Hagen of Tronje"),
            made(Kind.SAME, "Hagen of Tronje", "the ferryman"),
            made(Kind.SPEAKER, text="x", nth=0, speaker="Hagen of Tronje"),
        ]
    )
    assert facts.renamed == (("the stranger", "Hagen of Tronje"),)
    assert facts.same == (("the stranger", "the ferryman"),)
    assert facts.speakers == (SpeakerFact("x", "the stranger"),)
    read = understand(INN, ASKING, facts)
    assert cast_of(read) == {
        "Siegfried": (),
        "Hagen of Tronje": ("the stranger", "the ferryman", "the old ferryman"),
    }
    assert {speaker for _, speaker in said(read)} == {"Siegfried", "Hagen of Tronje"}


def test_merged_split_and_taken_out() -> None:
    merged = understand(INN, ASKING, Facts(same=(("Siegfried", "The Stranger"),)))
    assert merged.cast[0].aliases == ("the stranger",) and merged.cast[0].lines == 3
    assert [q.kind.value for q in merged.questions] == ["speaker", "character"], "what is known is not asked"
    apart = understand(INN, ASKING, Facts(apart=(("the ferryman", "the old ferryman"),)))
    assert cast_of(apart)["the ferryman"] == () and apart.cast[-1].name == "the old ferryman"
    assert apart.cast[-1].scenes == (2,)
    nobody = understand(INN, ASKING, Facts(not_characters=("the stranger",)))
    assert "the stranger" not in cast_of(nobody)
    assert ("I am nobody,", None) in said(nobody)
    alias = understand(INN, ASKING, Facts(not_characters=("the old ferryman",)))
    assert cast_of(alias)["the ferryman"] == ()


def test_a_line_found_by_its_words_gets_its_speaker() -> None:
    facts = Facts(speakers=(SpeakerFact("Who are you?", "the Echo", 1), SpeakerFact("Give me bread,", None)))
    read = understand(INN, ASKING, facts)
    assert said(read) == [
        ("Give me bread,", None),
        ("Who are you?", "the stranger"),
        ("I am nobody,", "the stranger"),
        ("You are wet,", "the ferryman"),
        ("Who are you?", "the Echo"),
    ]
    assert read.cast[-1].name == "the Echo" and read.cast[-1].lines == 1 and read.cast[0].lines == 0


def test_mentions_and_quotes_follow_their_people() -> None:
    read = understand(INN, ASKING)
    cast = tuple(replace(member, cluster=at) for at, member in enumerate(read.cast))
    text = read.script.text
    at = {name: text.index(name) for name in ("Siegfried", "stranger", "old ferryman")}
    mentions = (
        Mention(at["Siegfried"], at["Siegfried"] + 9, MentionKind.NAME, 0),
        Mention(at["stranger"] - 2, at["stranger"] + 8, MentionKind.DESCRIPTION, 1),
        Mention(at["old ferryman"] - 4, at["old ferryman"] + 12, MentionKind.DESCRIPTION, 2),
    )
    read = replace(read, cast=cast, mentions=mentions, quotes=(Quote(46, 62, 0), Quote(106, 122, 1)))
    merged = apply_facts(read, Facts(same=(("Siegfried", "the stranger"),)))
    assert [m.cluster for m in merged.mentions] == [0, 0, 2]
    assert [q.speaker for q in merged.quotes] == [0, 0]
    apart = apply_facts(read, Facts(apart=(("the ferryman", "the old ferryman"),)))
    assert [m.cluster for m in apart.mentions] == [0, 1, 3]
    assert {m.name: m.cluster for m in apart.cast}["the old ferryman"] == 3
    nobody = apply_facts(read, Facts(not_characters=("the stranger",)))
    assert [m.cluster for m in nobody.mentions] == [0, 2]
    assert [q.speaker for q in nobody.quotes] == [0, None]


_NAMES = ["Siegfried", "the stranger", "the ferryman", "the old ferryman", "Nobody Here", "\u202e", "x"]
_names = st.sampled_from(_NAMES)
_pairs = st.lists(st.tuples(_names, _names), max_size=3).map(tuple)
_speakers = st.builds(SpeakerFact, st.sampled_from(["Who are you?", "He"]), st.none() | _names, st.integers(0, 2))
_facts = st.builds(
    Facts,
    same=_pairs,
    apart=_pairs,
    renamed=_pairs,
    not_characters=st.lists(_names, max_size=2).map(tuple),
    speakers=st.lists(_speakers, max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(_facts)
def test_any_facts_leave_the_text_and_a_sound_cast(facts: Facts) -> None:
    plain = understand(INN, ASKING)
    read = apply_facts(plain, facts)
    assert [(ln.start, ln.end, ln.text) for s in read.script.scenes for ln in s.lines] == [
        (ln.start, ln.end, ln.text) for s in plain.script.scenes for ln in s.lines
    ]
    names = [member.name for member in read.cast]
    assert {speaker for _, speaker in said(read) if speaker} <= set(names)
    assert apply_facts(plain, facts) == read


@pytest.mark.parametrize(
    ("correction", "holds"),
    [
        (made(Kind.RENAMED, "Siegfried", "Sigurd"), True),
        (made(Kind.SAME, "Siegfried", "the dragon"), False),
        (made(Kind.NOBODY, "the moonlight"), True),
        (made(Kind.SPEAKER, text="Who are you?", nth=1, speaker=None), True),
        (made(Kind.SPEAKER, text="Who are you?", nth=2, speaker=None), False),
        (made(Kind.MOVED, scene=1), True),
    ],
)
def test_what_no_longer_stands_there_is_noticed(correction: Correction, holds: bool) -> None:
    assert fits(correction, INN, understand(INN, ASKING)) is holds
