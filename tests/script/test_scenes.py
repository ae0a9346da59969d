"""Scripts become scenes and lines."""

import pytest

from storycore.script.model import LineKind, Script
from storycore.script.scenes import MAX_WORDS, MIN_WORDS, parts, split_script
from storycore.script.words import count_words
from tests.script.stories import SIEGFRIED, example


def lines(text: str) -> list[tuple[str, str]]:
    return [(line.kind.value[0], line.text) for scene in split_script(text).scenes for line in scene.lines]


def test_siegfried_comes_out_right() -> None:
    script = split_script(SIEGFRIED)
    assert [scene.text[:30] for scene in script.scenes] == [
        "Deep in the forest stood a smi",
        "All night the fire roared. Sie",
        "They climbed over black rocks ",
        "Then fire burst from the cave,",
        "The dragon's blood ran down to",
        "So Siegfried sprang into the r",
        "A week later he rode a white h",
        "That night the whole castle da",
    ]
    assert all(MIN_WORDS <= count_words(scene.text) <= MAX_WORDS for scene in script.scenes)
    assert 250 <= count_words(SIEGFRIED) <= 400
    said = [line.text for scene in script.scenes for line in scene.lines if line.kind is LineKind.SPEECH]
    assert said[:3] == ["Your swords are straw,", "Give me the pieces of my father's blade!", "Now,"]
    assert len(said) == 15


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Hi," said Bob. "Go!"', [("s", "Hi,"), ("n", "said Bob."), ("s", "Go!")]),
        ("“He said ‘run’ to me,” she cried.", [("s", "He said ‘run’ to me,"), ("n", "she cried.")]),
        ("„Wer da?“, fragte er.", [("s", "Wer da?"), ("n", "fragte er.")]),
        ("«Qui est là ?» dit-il.", [("s", "Qui est là?"), ("n", "dit-il.")]),
        ("»Ich«, sagte er.", [("s", "Ich"), ("n", "sagte er.")]),
        ("'I am here,' said Tom.", [("s", "'I am here,'"), ("n", "said Tom.")]),
        ("The dogs' bowls were Tom's, 'twas said.", [("n", "The dogs' bowls were Tom's, 'twas said.")]),
        ('He called it "the beast" all day.', [("n", "He called it the beast all day.")]),
        ('It was 6" long and 2" wide.', [("n", "It was 6 long and 2 wide.")]),
        (
            "— Come here, — said the wolf. — I am hungry.",
            [("s", "— Come here,"), ("n", "— said the wolf."), ("s", "— I am hungry.")],
        ),
        ('"Who is there\n\nNobody spoke.', [("s", "Who is there"), ("n", "Nobody spoke.")]),
        ('"Hello, said Bob. "Who is it?"', [("s", "Hello, said Bob."), ("s", "Who is it?")]),
    ],
)
def test_quotes_become_speech(text: str, expected: list[tuple[str, str]]) -> None:
    strip = [(kind, line.strip("'—– ")) for kind, line in lines(text)]
    assert strip == [(kind, line.strip("'—– ")) for kind, line in expected]


def test_headings_and_rules_begin_scenes_and_are_not_spoken() -> None:
    script = split_script(
        "# The Tale\n\n## One\n\nA cat sat.\n\n---\n\nA dog ran.\n\n* * *\n\nA bird flew.\n\nTwo\n===\n\nEnd it."
    )
    assert [scene.title for scene in script.scenes] == ["One", "A dog ran", "A bird flew", "Two"]
    assert [line.text for scene in script.scenes for line in scene.lines] == [
        "A cat sat.",
        "A dog ran.",
        "A bird flew.",
        "End it.",
    ]


@pytest.mark.parametrize("title", ["Siegfried and the Dragon", "CHAPTER ONE", "Chapter 3: The cave"])
def test_titles_of_plain_text_are_headings(title: str) -> None:
    script = split_script(f"{title}\n\nThe cave was dark and cold.")
    assert [scene.title for scene in script.scenes] == [title]
    assert [line.text for line in script.scenes[0].lines] == ["The cave was dark and cold."]


def test_a_script_of_headings_alone_is_told_all_the_same() -> None:
    assert lines("# The dragon\n\n# The knight") == [("n", "The dragon"), ("n", "The knight")]


def test_labels_make_speech_and_are_not_spoken() -> None:
    script = split_script(
        "MARTA: (laughing) Who rang?\n**Pepper:** I did.\nNarrator: It was late.\nold tom: me too\nold tom: yes"
    )
    found = [(line.speaker, line.kind.value[0], line.text) for scene in script.scenes for line in scene.lines]
    assert found == [
        ("Marta", "s", "Who rang?"),
        ("Pepper", "s", "I did."),
        (None, "n", "It was late."),
        ("Old Tom", "s", "me too"),
        ("Old Tom", "s", "yes"),
    ]


def test_a_screenplays_cue_has_a_line_of_its_own() -> None:
    script = split_script("EXT. BEACH - DAY\n\nWaves roll in.\n\nCAPTAIN\n(softly)\nLand ahead!\n\nFADE OUT.")
    found = [(line.speaker, line.text) for scene in script.scenes for line in scene.lines]
    assert found == [(None, "Waves roll in."), ("Captain", "Land ahead!")]


@pytest.mark.parametrize(
    "text", ["One thing was clear: it rained.", "Note: this is true.", "He said: run away now.", "At 10:30 it rang."]
)
def test_a_colon_alone_makes_no_speaker(text: str) -> None:
    assert [line.speaker for scene in split_script(text).scenes for line in scene.lines] == [None]


def test_markup_is_not_read_aloud() -> None:
    text = (
        "> The **bold** *cat* said `meow` to [the dog](https://a.example/a_(b)), ||secret|| ~~gone~~ <:smile:123456>\n"
        "> @everyone \\*stars\\* snake_case 2 * 3 {\\an8} \\N <!-- hidden -->"
    )
    assert " ".join(line for _, line in lines(text)) == (
        "The bold cat said meow to the dog, secret gone smile @everyone *stars* snake_case 2 * 3 {\\an8} \\N"
    )


def test_invisible_characters_are_not_read_aloud() -> None:
    assert lines("A\u200b cat \u202esat\u202c.\x07") == [("n", "A cat sat.")]


def test_lines_are_one_or_two_sentences_of_a_breath() -> None:
    sentence = (
        "The king, who was very old and tired and had seen many wars in his long and bitter life, called his three "
        "sons to the great hall, and when they had come he told them, while the fire burned low, that he would die."
    )
    found = [line for _, line in lines(sentence)]
    assert all(count_words(line) <= 30 for line in found)
    assert " ".join(found) == sentence
    assert all(line.endswith((",", ".")) for line in found)
    assert [line for _, line in lines("A cat sat. A dog ran. A bird flew.")] == [
        "A cat sat. A dog ran.",
        "A bird flew.",
    ]


def test_hard_wrapped_text_reads_on_over_line_ends() -> None:
    text = (
        "The old woman walked slowly up the long and\nwinding path to the cottage on the hill and\n"
        "knocked. “Who is\nthere?” asked a voice."
    )
    assert lines(text) == [
        ("n", "The old woman walked slowly up the long and winding path to the cottage on the hill and knocked."),
        ("s", "Who is there?"),
        ("n", "asked a voice."),
    ]


def test_abbreviations_end_no_sentence() -> None:
    assert [
        line
        for _, line in lines(
            "Mr. Smith met Dr. No at the old mill near the river every single day of that week. They left."
        )
    ] == ["Mr. Smith met Dr. No at the old mill near the river every single day of that week. They left."]


def test_long_scripts_are_offered_in_parts_that_make_the_whole() -> None:
    text = "\n\n".join([SIEGFRIED, example("the-moon-cake.md"), SIEGFRIED])
    found = parts(text, 5)
    assert "".join(found) == text
    assert len(found) >= 4
    assert all(1 <= len(split_script(part).scenes) <= 5 for part in found)
    assert parts(SIEGFRIED, 40) == [SIEGFRIED]
    with pytest.raises(ValueError, match="at least 1"):
        parts(text, 0)


def test_no_words_no_scenes() -> None:
    assert split_script("🎉 … !!!\n\n---") == Script("🎉 … !!!\n\n---", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("“My dog,” he said, “is 'big'.”", ["My dog,", "is 'big'."]),
        ("'Go straight,' said the raven. 'And if she asks, \"Wert thou there?\" say so.'", 2),
        ('He wrote the word "Service." on the first "note," of all.', []),
        ('The giant sang:\n    "Sleep, sleep,\n    my baby dear,\n    to-morrow is here!"\nThen he slept.', 1),
        ("QUEEN: Give me your fear. (She touches his forehead.) There. (beat) Go.\nTOM: I (and he) went.", 4),
        ("they yelled \"run!!\" and ran 😱 and the dog's dogs' bones weren't 'ours'", ["run!!"]),
    ],
)
def test_what_is_said_and_what_is_not(text: str, said: list[str] | int) -> None:
    found = [line for kind, line in lines(text) if kind == "s"]
    assert (len(found) if isinstance(said, int) else found) == said


def test_what_happens_while_somebody_speaks_is_told_by_the_narrator() -> None:
    text = "QUEEN: Give me your fear. (She touches his forehead.) There. (beat) Go.\nTOM: I (and he) went."
    assert lines(text) == [
        ("s", "Give me your fear."),
        ("n", "(She touches his forehead.)"),
        ("s", "There."),
        ("s", "Go."),
        ("s", "I (and he) went."),
    ]
