"""What a PDF's pages did to a text is undone, and any other text stays as it is."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storycore.script.pasted import tidy_pasted
from storycore.script.reading import check_text
from tests.script.stories import SIEGFRIED, example
from tests.script.test_properties import TEXTS

WRAPPED = "\n".join("\n".join(textwrap.wrap(paragraph, 60)) + "\n" for paragraph in SIEGFRIED.split("\n\n"))


def words(text: str) -> list[str]:
    return text.split()


def test_words_broken_at_the_margin_are_put_together() -> None:
    broken = WRAPPED.replace("hammered at", "ham-\nmered at").replace("The dragon roared", "The dra-\ngon roared")
    assert broken.count("-\n") == 2
    assert words(tidy_pasted(broken)) == words(SIEGFRIED)


@pytest.mark.parametrize(
    ("broken", "whole"),
    [("self-\nmade sword", "self-made sword"), ("Anna-\nMaria", "Anna-Maria"), ("the sme-\nlting", "the smelting")],
)
def test_a_hyphen_stays_where_the_word_has_one(broken: str, whole: str) -> None:
    assert whole in " ".join(words(tidy_pasted(WRAPPED + "\n" + broken + " in the fire at the foot of the mountain")))


def test_a_hyphen_that_the_story_writes_elsewhere_stays() -> None:
    tidy = tidy_pasted(WRAPPED + "\nThe fire-\nbird flew over the forest.\n\nIt was a fire-bird.\n")
    assert "The fire-bird flew" in " ".join(words(tidy))


def test_pages_leave_no_trace() -> None:
    lines = WRAPPED.split("\n")
    pages = [lines[at : at + 17] for at in range(0, len(lines), 17)]
    printed = "\f".join(
        "\n".join([*page, "", str(n), "", "The Tale of Siegfried", ""]) for n, page in enumerate(pages, 1)
    )
    tidy = tidy_pasted(printed)
    assert words(tidy) == words(SIEGFRIED)
    paragraphs = [" ".join(words(paragraph)) for paragraph in tidy.strip().split("\n\n")]
    assert paragraphs == [" ".join(words(paragraph)) for paragraph in SIEGFRIED.split("\n\n")]


def test_numbered_chapters_are_no_pages() -> None:
    first, *others = WRAPPED.split("\n\n")
    text = "1\n\n" + first + "\n\n2\n\n" + "\n\n".join(others)
    assert tidy_pasted(text) == text


def test_blank_lines_after_every_line_are_taken_back() -> None:
    spaced = "\n\n".join(textwrap.wrap(SIEGFRIED, 60))
    assert "\n\n" not in tidy_pasted(spaced)
    assert words(tidy_pasted(spaced)) == words(SIEGFRIED)


def test_glued_letters_come_apart() -> None:
    assert tidy_pasted("The ﬁre ﬂew oﬀ.") == "The fire flew off."


@pytest.mark.parametrize(
    "text", [SIEGFRIED, example("the-lighthouse.txt"), example("the-moon-cake.md"), "a-\nb\n\f1\n" * 50, WRAPPED]
)
def test_what_no_page_broke_stays_as_it_is(text: str) -> None:
    assert tidy_pasted(text) == text


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        TEXTS, st.lists(st.sampled_from([*WRAPPED.split("\n"), "", "-", "12", "ab-", "\f", "- 3 -"])).map("\n".join)
    )
)
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    tidy = tidy_pasted(text)
    assert tidy_pasted(tidy) == tidy


def test_the_script_that_is_kept_is_the_mended_one() -> None:
    broken = WRAPPED.replace("hammered at", "ham-\nmered at")
    assert check_text(broken) == tidy_pasted(broken) != broken
