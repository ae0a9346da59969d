"""The understander ``model``: who is in it, who speaks, what people said, and that nothing it is given breaks it."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storycore.cast.facts import NOTHING_KNOWN, Facts, KnownCharacter, SpeakerFact
from storycore.cast.model import MentionKind, QuestionKind, Understanding
from storycore.cast.reading.entities import Entity
from storycore.cast.reading.policy import RankerPolicy
from storycore.cast.understand import understand
from storycore.script.model import LineKind
from tests.script.stories import SIEGFRIED
from tests.support.workshops import STORY

TALK = (
    "Anna met Tom at the well.\n\n“Are you thirsty?” asked Anna.\n\n“Very,” said Tom.\n\n“Then drink.”\n\n"
    "“Thank you.”\n\nAnna laughed, and Tom drank."
)


def read(text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
    return understand(text, "model", facts)


def names(found: Understanding) -> list[str]:
    return [member.name for member in found.cast]


def said(found: Understanding) -> list[str | None]:
    lines = [line for scene in found.script.scenes for line in scene.lines]
    return [line.speaker for line in lines if line.kind is LineKind.SPEECH]


def holds(found: Understanding) -> None:
    """What is true of every understanding."""
    text = found.script.text
    clusters = {member.cluster for member in found.cast}
    assert len(clusters) == len(found.cast)
    assert len({member.name for member in found.cast}) == len(found.cast)
    for mention in found.mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        assert any(map(str.isalnum, text[mention.start : mention.end]))
    for quote in found.quotes:
        assert 0 <= quote.start < quote.end <= len(text)
        assert 0.0 <= quote.confidence <= 1.0
        if quote.speaker_start is not None and quote.speaker_end is not None:
            assert 0 <= quote.speaker_start < quote.speaker_end <= len(text)
    for line in (line for scene in found.script.scenes for line in scene.lines):
        assert line.speaker is None or line.speaker in names(found)
    assert len(found.questions) <= 5


def test_siegfried_comes_out_right() -> None:
    found = read(SIEGFRIED)
    holds(found)
    assert {"Siegfried", "Mime", "Fafnir"} <= set(names(found))
    assert said(found)[:4] == ["Siegfried", "Siegfried", "Mime", "Mime"]
    assert [m.kind for m in found.mentions if found.script.text[m.start : m.end] == "Siegfried"] == (
        [MentionKind.NAME] * SIEGFRIED.count("Siegfried")
    )


def test_turns_without_a_tag_go_back_and_forth_and_say_why() -> None:
    found = read(TALK)
    assert said(found) == ["Anna", "Tom", "Anna", "Tom"]
    assert all(line.reason for scene in found.script.scenes for line in scene.lines if line.kind is LineKind.SPEECH)
    tagged, untagged = found.quotes[0], found.quotes[2]
    assert "Anna" in tagged.reason
    assert tagged.confidence > 0.8
    assert untagged.confidence <= tagged.confidence


def test_who_is_unsure_is_asked_for_and_the_narrator_reads_it_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    choose = RankerPolicy.choose_speaker

    def unsure(
        self: RankerPolicy, rows: list[list[float]], options: Sequence[Entity], speech: int
    ) -> tuple[int, float]:
        chosen, confidence = choose(self, rows, options, speech)
        return chosen, 0.4 if speech == 2 else confidence

    monkeypatch.setattr(RankerPolicy, "choose_speaker", unsure)
    talk = TALK + " They went home."  # (what is understood once is not read again)
    found = read(talk)
    holds(found)
    assert said(found) == ["Anna", "Tom", None, "Tom"]
    line = next(line for scene in found.script.scenes for line in scene.lines if line.text.startswith("Then drink"))
    assert line.confidence == 0.4 and line.reason.startswith("Perhaps Anna. ")
    assert [(q.kind, q.about, q.options) for q in found.questions] == [
        (QuestionKind.SPEAKER, line.text, ("Anna", "Tom"))
    ]
    told = read(talk, Facts(speakers=(SpeakerFact(line.text, "Anna"),)))
    assert said(told) == ["Anna", "Tom", "Anna", "Tom"] and not told.questions


def test_labels_name_their_speakers_for_certain() -> None:
    found = read("INT. HALL - NIGHT\n\nQUEEN MAB: Who is there?\n\nTOMASZ: Nobody, my queen.\n\nQUEEN MAB: Come in.\n")
    assert said(found) == ["Queen Mab", "Tomasz", "Queen Mab"]
    assert {quote.confidence for quote in found.quotes} == {1.0}
    assert found.script.text[found.quotes[0].start : found.quotes[0].end] == "Who is there?"


def test_known_characters_are_found_however_they_are_written() -> None:
    text = "then zorblax came in and everyone was quiet. the red one sat down. ZORBLAX sat down too."
    facts = Facts(known=(KnownCharacter("Zorblax", ("the red one",), "she"),))
    (member,) = [member for member in read(text, facts).cast if member.known_as]
    assert (member.name, member.known_as, member.pronouns) == ("Zorblax", "Zorblax", "she")
    places = [m for m in read(text, facts).mentions if m.cluster == member.cluster and m.kind is MentionKind.NAME]
    assert {text[m.start : m.end] for m in places} >= {"zorblax", "ZORBLAX", "the red one"}


def test_what_people_said_is_believed() -> None:
    assert "Tom" not in names(read(TALK, Facts(not_characters=("Tom",))))
    merged = read(TALK, Facts(same=(("Anna", "Tom"),)))
    assert len({m.cluster for m in merged.mentions if m.kind is MentionKind.NAME}) == 1
    assert "Hanna" in names(read(TALK, Facts(renamed=(("Anna", "Hanna"),))))
    told = read(TALK, Facts(speakers=(SpeakerFact("Then drink.", "Tom"), SpeakerFact("Very,", None))))
    assert said(told)[1:3] == [None, "Tom"]


def test_two_names_kept_apart() -> None:
    text = "Deb came home. Deborah was there. Deb sat down, and Deborah laughed."
    together = read(text)
    apart = read(text, Facts(apart=(("Deb", "Deborah"),)))
    assert len(names(together)) == 1
    assert len(names(apart)) == 2


def test_facts_about_nobody_change_nothing() -> None:
    facts = Facts(
        known=(KnownCharacter("Nobody Here", ("no one at all",)),),
        same=(("Gandalf", "Merlin"),),
        apart=(("Gandalf", "Merlin"),),
        renamed=(("Gandalf", "Merlin"),),
        not_characters=("Gandalf",),
        speakers=(SpeakerFact("No such line.", "Gandalf"), SpeakerFact("Very,", "Tom", nth=7)),
    )
    assert read(SIEGFRIED, facts) == read(SIEGFRIED)


def test_another_language_is_noticed() -> None:
    found = read("Der Drache schlief tief in der Höhle. Da kam Siegfried und weckte ihn mit seinem Schwert.")
    assert found.language == "de"
    assert found.notes


def test_it_is_pure_and_travels_between_processes() -> None:
    found = read(SIEGFRIED)
    assert read(SIEGFRIED) == found
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes


HARD = {
    "no full stop": "and the fox ran to Anna and she saw the fox " * 1_000,
    "one letter": "a" * 100_000,
    "nested quotes": "“He said ‘she said “no” to me’ and left,” said Tom. “" * 60,
    "never closed": "“Come here, said Anna and “went “away “" * 60,
    "four hundred names": " ".join(f"Then Name{chr(97 + n % 26)}{chr(97 + n // 26)}x laughed." for n in range(400)),
    "markup in names": "**An**na met _T_om. “Hi,” said **An**na. <b>Tom</b> @everyone `Tom` || Anna ||",
    "right to left": "\u202eAnna\u202c met \u2067Tom\u2069. “Hi,” said \u202eAnna\u202c.",
    "zero width": "An\u200bna met T\u200dom. “Hi,” said An\u200bna. \u200b\u200b \ufeff",
    "nothing": "",
    "marks": "“”\"\"''‘’«»—…!!??",
    "surrogates": "Anna \ud800 met Tom. “Hi \udfff,” said Anna.",
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
def test_nothing_breaks_it(text: str) -> None:
    holds(read(text))


_PIECES = st.sampled_from(
    [
        "Anna",
        "tom",
        "the old fox",
        "she",
        "I",
        "said",
        "“",
        "”",
        '"',
        "'",
        ",",
        ".",
        "\n",
        "\n\n",
        "TOM:",
        "# ",
        "> ",
        "—",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=60).map(" ".join)))
def test_offsets_are_always_true(text: str) -> None:
    holds(read(text))


EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize(
    ("file", "cast"),
    [
        ("siegfried.txt", {"Siegfried": 5, "Mime": 2, "Fafnir": 1, "the small bird": 6, "Queen Kriemhild": 1}),
        ("stories/robot-in-the-garden.txt", {"Bolt": 2, "Fox": 1}),
        ("stories/the-lighthouse.txt", {"Marta": 3, "Pepper": 1, "the captain": 3}),
        ("stories/the-moon-cake.md", {"the owl": 1, "the hedgehog": 1, "Lina": 2}),
    ],
)
def test_the_examples_have_the_cast_and_the_lines_that_a_person_would_give_them(
    file: str, cast: dict[str, int]
) -> None:
    found = read((EXAMPLES / file).read_text(encoding="utf-8"))
    holds(found)
    assert {member.name: member.lines for member in found.cast} == cast


@pytest.mark.parametrize(
    ("text", "name", "alias"),
    [
        ("Her cat, Pepper, ran ahead of her. Pepper jumped on the rope.", "Pepper", "the cat"),
        ("The old smith Mime hammered. Mime was tired.", "Mime", "the old smith"),
        ("There was a girl by the name of Linh. Linh swam.", "Linh", "the girl"),
        ("Once there was a robot. His name was Bolt, and Bolt had red eyes.", "Bolt", "the robot"),
        (
            "They feared the dragon. Inside slept Fafnir, the dragon, with a crown. The dragon snored.",
            "Fafnir",
            "the dragon",
        ),
        ("A fox came. “Stop, Fox!” cried Ada. The fox stopped, and the fox ran.", "Fox", "the fox"),
    ],
)
def test_a_description_beside_a_name_is_the_same_person(text: str, name: str, alias: str) -> None:
    (member,) = [member for member in read(text).cast if member.name == name]
    assert alias in member.aliases
    assert alias not in names(read(text))


def test_who_says_what_they_are_is_that() -> None:
    found = read(STORY)
    assert [(member.name, member.aliases) for member in found.cast] == [
        ("the miller", ("the old miller",)),
        ("the frog", ("the king",)),
    ]


def test_one_that_says_more_of_somebody_is_the_same() -> None:
    text = "Up came a crocodile, a huge old one with moss on her back. “Go away,” said the crocodile. It yawned."
    assert names(read(text)) == ["the crocodile"]


def test_whoever_speaks_is_somebody_in_the_whole_script() -> None:
    text = (
        "The zamboodler sat down.\n\n“Two coins,” said the zamboodler.\n\nAnna paid the zamboodler.\n\n“Go,” it said."
    )
    found = read(text)
    holds(found)
    (member,) = [member for member in found.cast if member.name == "the zamboodler"]
    assert said(found) == ["the zamboodler", "the zamboodler"]
    assert sum(mention.cluster == member.cluster for mention in found.mentions) >= 4


@pytest.mark.parametrize(
    "text",
    [
        "# Lighthouse\n\nAnna ran to the sea.",
        "EXT. LIGHTHOUSE - NIGHT\n\nA storm blows, and Anna climbs the lighthouse.",
    ],
)
def test_what_only_a_heading_names_is_nobody(text: str) -> None:
    assert names(read(text)) == ["Anna"]


def test_a_name_in_a_heading_that_the_story_tells_of_is_somebody() -> None:
    found = read("# Tom Thumb\n\nTom Thumb was small. Tom Thumb laughed.")
    assert names(found) == ["Tom Thumb"]
    assert found.mentions[0].start == 2


def test_scenes_part_where_others_come_in() -> None:
    """The cutter is told of the real cast: "he" is somebody, and a capital at a sentence's beginning is nobody."""
    paragraph = (
        "{0} sat by the water and looked at the stones. {0} counted them one by one, and {0} put the best away. "
    )
    text = (paragraph * 2).format("the ferryman").strip() + "\n\n" + (paragraph * 2).format("the miller").strip()
    text = text.replace("the ferryman sat", "The ferryman sat").replace("the miller sat", "The miller sat")
    scenes = read(text).script.scenes
    assert any(scene.start == text.index("\n\n") + 2 for scene in scenes)


def test_places_and_things_with_names_are_nobody_however_often_the_story_names_them() -> None:
    text = (
        "Anna lived in Ravenholm. Ravenholm was cold in December.\n\n“I love Ravenholm,” said Anna.\n\n"
        "Tom walked to Ravenholm, and from Ravenholm Street he saw Anna. “Anna!” cried Tom."
    )
    assert names(read(text)) == ["Anna", "Tom"]


def test_a_name_that_may_be_a_places_is_asked_for() -> None:
    text = "Ana reached Valdra at dawn. Valdra was silent. “It is home,” said Ana, and walked through Valdra."
    (asked,) = understand(text).questions
    assert (asked.kind, asked.about, asked.options) == (QuestionKind.CHARACTER, "Valdra", ())
    assert text[asked.start : asked.end] == "Valdra"
    assert 0.5 < asked.confidence < 0.75
    assert asked.reason == "Valdra may be a place or a thing."
    told = understand(text, facts=Facts(not_characters=("Valdra",)))
    assert [member.name for member in told.cast] == ["Ana"]
    assert told.questions == ()
