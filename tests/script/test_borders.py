"""Scenes begin where people say, and where place, time and cast change."""

import pytest

from storycore.cast.facts import Facts
from storycore.cast.understand import understand
from storycore.script.scenes import Pace, cut, read_draft, split_script
from storycore.script.setting import find_places, find_times
from storycore.script.slugs import read_slug
from storycore.script.words import has_words
from tests.script.stories import SIEGFRIED


def begins(text: str, facts: Facts) -> list[str]:
    return [scene.text[:24] for scene in split_script(text, facts).scenes]


PLAIN = begins(SIEGFRIED, Facts())


def test_a_scene_begins_where_people_say() -> None:
    facts = Facts(begins=(("Bones lay\n in the grass.", 0),))
    assert "Bones lay in the grass. " in begins(SIEGFRIED, facts)
    assert "Bones lay in the grass. " not in PLAIN


def test_a_border_may_stand_inside_a_sentence() -> None:
    script = split_script(SIEGFRIED, Facts(begins=(("with a crown between", 0),)))
    assert any(scene.text.startswith("with a crown between") for scene in script.scenes)
    told = [line.text for scene in script.scenes for line in scene.lines]
    assert any(text.endswith("slept Fafnir, the dragon,") for text in told)


def test_the_nth_of_equal_words_is_meant() -> None:
    text = "\n\n".join(["The cock crew.", "The king slept.", "The cock crew.", "The queen rose."])
    assert begins(text, Facts(begins=(("The cock crew.", 1),)))[1].startswith("The cock crew.")
    assert len(begins(text, Facts(begins=(("The cock crew.", 5),)))) == 1


def test_nobody_begins_a_scene_where_people_joined_two() -> None:
    facts = Facts(joined=((PLAIN[3], 0), (PLAIN[6], 0)))
    found = begins(SIEGFRIED, facts)
    assert PLAIN[3] not in found
    assert PLAIN[6] not in found


def test_even_headings_can_be_joined_over_and_the_first_one_stays() -> None:
    text = "# One\n\nA cat sat.\n\n# Two\n\nA dog ran.\n\n# Three\n\nA bird flew."
    scenes = split_script(text, Facts(joined=(("A dog ran.", 0),))).scenes
    assert [scene.title for scene in scenes] == ["One", "Three"]
    assert scenes[0].text.endswith("A dog ran.")


def test_words_that_are_gone_set_no_border() -> None:
    gone = Facts(begins=(("no such words", 0), ("", 0), ("…", 0)), joined=(("nor these", 2),))
    assert begins(SIEGFRIED, gone) == PLAIN


@pytest.mark.parametrize("at", [3, 60, 200, 501, 900])
def test_no_word_is_lost_wherever_a_border_is_set(at: int) -> None:
    facts = Facts(begins=((SIEGFRIED[at : at + 30], 0),))
    end = 0
    for scene in split_script(SIEGFRIED, facts).scenes:
        assert not has_words(SIEGFRIED[end : scene.start])
        assert scene.text == SIEGFRIED[scene.start : scene.end]
        assert all(scene.start <= line.start < line.end <= scene.end for line in scene.lines)
        end = scene.end


HOUSE = (
    "Anna and Ben sat in the kitchen and baked a cake, and the whole house smelled of warm sugar and of cinnamon. "
    "They laughed, and Anna licked the spoon while Ben washed the bowls."
)
SHIP = (
    "A storm came up over the sea, and Captain Dora held the wheel of her ship with both hands while the sails tore. "
    "Her mate Emil climbed the mast to cut the ropes."
)


def test_a_new_place_time_and_cast_begin_a_scene() -> None:
    text = f"{HOUSE}\n\nThe next morning {SHIP[0].lower()}{SHIP[1:]}"
    assert [scene.text[:16] for scene in split_script(text).scenes] == [HOUSE[:16], "The next morning"]


@pytest.mark.parametrize("change", [3, 4])
def test_who_is_there_counts_where_it_is_known(change: int) -> None:
    """With nothing else to tell them apart, the border stands where the cast changes."""
    line = "Somebody stood there and looked about for a good long while and said not a word at all."
    text = "\n\n".join([line] * 7)
    draft = read_draft(text)
    starts = [piece.start for piece in draft.sections[0].pieces]
    presence = [(start, int(n >= change)) for n, start in enumerate(starts)]
    assert [scene.start for scene in cut(draft, presence, Pace(15, 62, 90)).scenes] == [0, starts[change]]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("He walked to the old mill near the river.", ["the old mill", "the river"]),
        ("In a great dark forest they rested.", ["a great dark forest"]),
        ("She lived at the court of King Arthur.", []),
        ("They came into the garden of the Selfish Giant.", ["the garden of the Selfish Giant"]),
        ("In the end, at the time, on the contrary.", []),
        ("They met in Sherwood Forest.", ["Sherwood Forest"]),
        ("He went to bed.", []),
    ],
)
def test_places_are_told_in_the_storys_words(text: str, places: list[str]) -> None:
    assert [phrase.text for phrase in find_places(text)] == places
    assert all(" ".join(text[p.start : p.end].split()) == p.text for p in find_places(text))


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("A week later he came at dawn.", ["A week later", "at dawn"]),
        ("The next\nmorning it rained.", ["The next morning"]),
        ("When the sun went down, he left.", ["When the sun went down"]),
        ("In winter they slept all night long.", ["In winter", "all night long"]),
        ("He had no time for that.", []),
    ],
)
def test_times_are_told_in_the_storys_words(text: str, times: list[str]) -> None:
    assert [phrase.text for phrase in find_times(text)] == times


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("INT. THRONE ROOM - NIGHT", ("throne room", "night")),
        ("EXT. BEACH", ("beach", "")),
        ("INT./EXT. Marta's car — Day", ("Marta's car", "Day")),
        ("I/E CAVE – CONTINUOUS #12A#", ("cave", "")),
        ("INT. CASTLE - GREAT HALL - THE NEXT MORNING", ("castle, great hall", "the next morning")),
        ("Interesting things", None),
        ("The throne room", None),
        ("EXTRA", None),
    ],
)
def test_slugs_say_where_and_when(heading: str, slug: tuple[str, str] | None) -> None:
    assert read_slug(heading) == slug


def test_scenes_say_where_and_when() -> None:
    script = split_script("EXT. BEACH - DAY\n\nWaves roll in.\n\n# Later\n\nA bell rang at midnight in the old tower.")
    assert [(s.title, s.place, s.time) for s in script.scenes] == [
        ("Beach, day", "beach", "day"),
        ("Later", "the old tower", "at midnight"),
    ]


def test_understanding_keeps_borders_and_says_what_language_it_read() -> None:
    found = understand(SIEGFRIED, "rules", Facts(begins=(("Bones lay in the grass.", 0),)))
    assert any(scene.text.startswith("Bones lay") for scene in found.script.scenes)
    assert (found.language, found.notes) == ("en", ())
    german = understand("Es war einmal ein König, der hatte eine Tochter, die war sehr schön.", "rules")
    assert german.language == "de"
    assert "German" in german.notes[0]
    assert german.script.scenes
    forced = understand(SIEGFRIED, "rules", Facts(language="sv"))
    assert (forced.language, "Swedish" in forced.notes[0]) == ("sv", True)
