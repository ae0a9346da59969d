"""Another language than English is noticed, and English is never taken for one."""

import pytest

from storycore.script.language import ENGLISH, language_name, language_note, language_of
from tests.script.stories import SIEGFRIED, example


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Es war einmal ein König, der hatte eine Tochter, die war sehr schön.", "de"),
        ("Il était une fois un roi et une reine.", "fr"),
        ("Había una vez un rey que tenía tres hijas.", "es"),
        ("MARTA: Wer ist da?\nPEPPER: Ich bin es.\nMARTA: Komm herein, es ist kalt.", "de"),
        ("Жил-был старик со старухой у самого синего моря.", "ru"),
        ("むかしむかしあるところに、おじいさんとおばあさんがいました。", "ja"),
        ("> **Es war** einmal 🐢\n> *ein kleiner Drache*, der konnte nicht fliegen", "de"),
    ],
)
def test_another_language_is_noticed_and_named(text: str, language: str) -> None:
    assert language_of(text) == language
    note = language_note(language)
    assert note
    assert language_name(language) in note
    assert language_name(language) != language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!! 🎉",
        "hi",
        "le chat",
        "go go go go go go",
        "x" * 2_000,
        "a dragon. a knight. fire. smoke. gold. night falls",
        "Mime Siegfried Fafnir Kriemhild",
        "lol ok so linh was super stubborn",
        "Red fox runs. Blue bird flies. Big bear sleeps. Moon rises.",
        "ANNA: Ship!\nTOM: Rocks!",
        "“Guten Tag, mein lieber Herr,” said the man, and he took his hat, for he was the mayor of the town.",
        SIEGFRIED,
        example("the-lighthouse.txt"),
        example("the-moon-cake.md"),
    ],
    ids=lambda text: text[:12],
)
def test_english_is_never_called_foreign_however_short_or_odd(text: str) -> None:
    assert language_of(text) == ENGLISH
    assert language_note(ENGLISH) is None


def test_no_stretch_of_an_english_story_is_called_foreign() -> None:
    words = SIEGFRIED.split()
    stretches = [" ".join(words[at : at + length]) for length in (4, 7, 12, 30) for at in range(0, len(words), 5)]
    assert {language_of(stretch) for stretch in stretches} == {ENGLISH}


def test_a_long_script_is_judged_by_all_of_it() -> None:
    german = "Der Wind ging um das alte Haus, und niemand wagte es, die Tür zu öffnen. "
    assert language_of("A preface by the author of these tales.\n\n" + german * 2_000) == "de"


def test_a_language_no_list_knows_keeps_its_code() -> None:
    assert language_name("xx") == "xx"
