"""Prompts say what is seen, and story text is never grammar."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example as always
from hypothesis import given, settings
from hypothesis import strategies as st

from storycore.cast.model import CastMember, Mention, MentionKind
from storycore.cast.understand import understand
from storycore.prompts.drawable import drawables
from storycore.prompts.escape import escape
from storycore.prompts.write import DEFAULT_STYLE, MAX_PROMPT_WORDS, write_prompt, write_prompts
from storycore.script.model import LineKind
from storycore.script.scenes import split_script
from tests.script.stories import SIEGFRIED, example

GRAMMAR = re.compile(r"[()\[\]{}<>|:\\]|\b(?:AND|BREAK)\b|__")


def prompts(text: str) -> list[str]:
    """By the rules, whose cast these stories are known to get: here the writing is looked at, not the reading."""
    found = understand(text, "rules")
    return write_prompts(found.script, found.cast, found.mentions)


@pytest.mark.parametrize(
    ("scene", "nouns"),
    [
        (0, "smith forest smithy anvil spark star sword"),
        (1, "smith fire steel bucket snake sword anvil smithy night sunrise"),
        (2, "dragon rock cave mountain hill gold crown claw smoke"),
        (3, "dragon fire cave tree torch sword mountain forest"),
        (4, "bird blood river linden tree"),
        (5, "bird water leaf tree shoulder"),
        (6, "queen horse bridge castle sea trumpet tower lantern"),
        (7, "bird castle fiddle drum water roof moon night"),
    ],
)
def test_siegfrieds_prompts_keep_what_can_be_drawn(scene: int, nouns: str) -> None:
    prompt = prompts(SIEGFRIED)[scene]
    assert set(nouns.split()) <= set(drawables(prompt)), prompt
    assert prompt.endswith(DEFAULT_STYLE)


def test_who_is_told_with_their_looks_and_pronouns_are_replaced() -> None:
    found = prompts(SIEGFRIED)
    assert found[0].startswith("Siegfried, a young man, and Mime, an old smith. ")
    assert "Siegfried and Mime climbed over black rocks" in found[2]
    assert "Fafnir, a dragon" in found[3]
    assert "At sunrise Siegfried swung the new sword" in found[1]
    assert found[6].startswith("Siegfried, a young man, and Queen Kriemhild. A week later Siegfried rode a white horse")


@pytest.mark.parametrize(
    ("aliases", "pronouns", "words"),
    [
        (("the brother", "the fisherman"), "he", "Kofi, a fisherman"),
        (("the brother",), "he", "Kofi, a man"),
        (("the old sister",), "she", "Kofi, a woman"),
        (("the daughter",), "she", "Kofi, a young woman"),
        (("the cousin",), None, "Kofi"),
        ((), "she", "Kofi, a woman"),
        ((), "it", "Kofi"),
    ],
)
def test_what_somebody_is_to_another_is_no_look(aliases: tuple[str, ...], pronouns: str | None, words: str) -> None:
    script = split_script("Kofi stood by the river.")
    (prompt,) = write_prompts(script, [CastMember("Kofi", aliases, (0,), pronouns=pronouns)])
    assert prompt.startswith(f"{words}. Kofi stood by the river. ")


def test_several_are_no_single_one() -> None:
    script = split_script("The fishermen sang. The old women of the lake danced on the sand.")
    cast = [CastMember("the fishermen", (), (0,)), CastMember("the old women", (), (0,))]
    assert write_prompts(script, cast)[0].startswith("Fishermen and old women")


def test_a_scene_whose_narrator_only_says_who_spoke_shows_what_is_spoken_of() -> None:
    script = split_script("“You had the trumpet,” said Farid. “I was hiding in the oven.”\n\n“Well,” said Noor.")
    (prompt,) = write_prompts(script, [CastMember("Farid", (), (0,)), CastMember("Noor", (), (0,))])
    assert "A trumpet and an oven" in prompt


@pytest.mark.parametrize("text", [SIEGFRIED, example("the-lighthouse.txt"), example("the-moon-cake.md")])
def test_what_is_said_stays_out(text: str) -> None:
    found = understand(text)
    for scene, prompt in zip(found.script.scenes, write_prompts(found.script, found.cast), strict=True):
        assert len(prompt.split()) <= MAX_PROMPT_WORDS
        for line in scene.lines:
            if line.kind is LineKind.SPEECH:
                assert line.text not in prompt
        assert not re.search(r"\b(?:said|asked|whispered|growled)\b", prompt)


def test_headings_say_where_and_when_for_all_their_scenes() -> None:
    found = prompts(example("the-lighthouse.txt"))
    assert "at night" in found[0]
    assert "a cat, in the lighthouse, at night. Pepper jumps" in found[1]
    assert "a captain, on the beach, in the morning. Pepper takes" in found[3]


def test_a_scene_of_nothing_but_talk_still_shows_something() -> None:
    (prompt,) = prompts("ANNA: The ship is on the rocks!\nTOM: Light the lantern, and ring the bell.")
    assert prompt.startswith("Anna and Tom. A ship, a rock, ")
    assert "a lantern and a bell. Storybook" in prompt


def test_a_language_no_list_knows_is_shown_by_its_own_words() -> None:
    (prompt,) = prompts("Ein Drache schlief. Dann kam der Ritter.")
    assert "Ein Drache schlief" in prompt


def test_one_scene_alone_can_be_asked_for_and_the_style_is_taken_as_it_is() -> None:
    found = understand(SIEGFRIED)
    prompt = write_prompt(found.script.scenes[0], found.cast, style="(ink:1.3), <lora:fable:1>")
    assert "smithy" in prompt
    assert prompt.endswith(". (ink:1.3), <lora:fable:1>")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a (red:1.5) dragon", "a red, 1.5 dragon"),
        ("[cat|dog] {a|b} <lora:evil:1> __wild__", "cat dog a b lora, evil, 1 wild"),
        ("fire AND ice BREAK band AND_PERP x", "fire and ice break band and_perp x"),
        ("at 10:30 \\(hidden\\)", "at 10.30 hidden"),
        ("BRAND BREAKFAST android", "BRAND BREAKFAST android"),
        ("（全角：１）", "全角, １"),
        ("a\u202eb\u200b c", "ab c"),
    ],
)
def test_escape(text: str, safe: str) -> None:
    assert escape(text) == safe


@settings(max_examples=150, deadline=None)
@always("_\u202e_")
@always("AN\u202eD BREA\u202eK")
@given(st.text(alphabet="abAND BREAK()[]{}<>|:\\_.,1\n\u202e！（", max_size=80))
def test_escaped_text_is_no_grammar_and_escaping_twice_changes_nothing(text: str) -> None:
    safe = escape(text)
    assert not GRAMMAR.search(safe)
    assert escape(safe) == safe


def test_story_text_never_reaches_the_painter_as_grammar() -> None:
    (prompt,) = prompts(
        "The cat (huge:2) sat on <lora:x:1> the [red|blue] sofa AND slept. BREAK The dog {a|b} barked\\."
    )
    assert not GRAMMAR.search(prompt)
    assert "cat" in prompt


def test_prompts_are_the_same_every_time() -> None:
    assert prompts(SIEGFRIED) == prompts(SIEGFRIED)


def test_a_screenplays_shouted_names_are_written_as_names() -> None:
    (prompt,) = prompts(
        "INT. THRONE ROOM - NIGHT\n\nTOMASZ kneels before the throne.\n\nTOMASZ: Hear me!"
        "\n\nGUARD: No.\n\nTOMASZ: Please."
    )
    assert prompt.startswith("Tomasz and a guard, in the throne room, at night. Tomasz kneels before the throne. Story")


def test_what_is_thought_or_did_not_happen_is_not_painted() -> None:
    (prompt,) = prompts(
        "Anna thought that her brother might be lost in the snow. She did not see the wolf. "
        "Anna carried a lantern over the bridge."
    )
    assert "Anna carried a lantern over the bridge" in prompt
    assert "wolf" not in prompt
    assert "snow" not in prompt.replace("in the snow.", "")


def test_who_spoke_goes_on_to_act_under_their_name() -> None:
    (prompt,) = prompts("“I am ready,” said Siegfried, and took the sword from the anvil.")
    assert "Siegfried took the sword from the anvil" in prompt


def test_mentions_say_who_he_is() -> None:
    text = "Anna met Ben and Carl at the mill. He carried a lantern. She held a rope."
    members = [CastMember(name, cluster=number) for number, name in enumerate(("Anna", "Ben", "Carl"))]
    mentions = [
        Mention(text.index(word), text.index(word) + len(word), MentionKind.PRONOUN, number)
        for word, number in (("He", 2), ("She", 0))
    ]
    (prompt,) = write_prompts(split_script(text), members, mentions)
    assert "Carl carried a lantern. Anna held a rope" in prompt


def test_several_threads_may_ask_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(prompts, [SIEGFRIED] * 6))
    assert found == [prompts(SIEGFRIED)] * 6
