"""The cast in story.yaml: shown, corrected, asked about; only what is corrected is painted and spoken again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storycore.cast.corrections import CorrectionKind
from storycore.errors import ScriptError
from storycore.project.people import Asked, People, Said
from storycore.project.read import Known, parse, read_wanted
from storycore.project.wanted import Wanted, WantedLine, WantedScene
from storycore.project.write import rewritten, written
from tests.project.house import Bench
from tests.support.asking import ASKING, INN
from tests.support.workshops import ThreadReader


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, reader=ThreadReader(ASKING))
    made.script.write_text(INN, encoding="utf-8")
    return made


def correct(bench: Bench, *said: str) -> None:
    """Write these corrections into story.yaml, in the place of those before."""
    text = bench.yaml.read_text(encoding="utf-8")
    text = re.sub(r"^corrections:\n(?:  .*\n|\n)*", "", text, flags=re.MULTILINE)
    section = "".join(f"  - {one}\n" for one in said)
    bench.yaml.write_text(text.replace("\nscenes:", f"\ncorrections:\n{section}\nscenes:", 1), encoding="utf-8")


async def test_the_cast_and_the_questions_stand_in_the_file(bench: Bench) -> None:
    outcome = await bench.paint()
    text = bench.yaml.read_text(encoding="utf-8")
    assert "cast:\n  - name: Siegfried\n  - name: the stranger\n" in text
    assert "  - name: the ferryman\n    also: [the old ferryman]\n" in text
    assert "  - ask: Is “the stranger” Siegfried?\n" in text
    assert "the stranger, Siegfried, narrator?" in text
    assert "I am not sure of the inn." in outcome.notes
    bench.asked()
    assert (await bench.paint()).changed is False and bench.asked() == []


async def test_a_renamed_character_is_painted_again_and_keeps_the_voice(bench: Bench) -> None:
    await bench.make_film()
    before = bench.pictures()
    bench.asked(), bench.spoken()
    correct(bench, "{rename: the ferryman, to: Old Tom}  # he said so")
    await bench.make_film()
    prompts = bench.asked()
    assert len(prompts) == 1 and "Old Tom" in prompts[0]
    assert [name[:2] for name, data in bench.pictures().items() if before[name] != data] == ["03", "03"]
    assert bench.spoken() == [], "whoever is called otherwise sounds as before"
    text = bench.yaml.read_text(encoding="utf-8")
    assert text.count("speaker: Old Tom") == 2 and "also: [the ferryman, the old ferryman]" in text
    assert "# he said so" in text
    assert (await bench.paint()).changed is False
    correct(bench)
    await bench.paint()
    text = bench.yaml.read_text(encoding="utf-8")
    assert "Old Tom" not in text and "speaker: the ferryman" in text
    assert bench.asked() == [], "painted once, it is found again"


async def test_what_a_person_wrote_stays(bench: Bench) -> None:
    await bench.paint()
    bench.edit("text: You are wet,", "text: You are soaked,")
    bench.edit("prompt: Siegfried and a ferryman.", "prompt: A river by night. Siegfried and a ferryman.")
    await bench.paint()
    bench.asked()
    correct(
        bench,
        "{rename: the ferryman, to: Tom}",
        "{speaker: Siegfried, says: Who are you?, which: 2}",
        "{split: the old ferryman, from: the ferryman}",
    )
    await bench.paint()
    assert bench.asked() == []
    text = bench.yaml.read_text(encoding="utf-8")
    assert "prompt: A river by night." in text
    assert "- speaker: Tom\n        text: You are soaked," in text
    assert "- speaker: Siegfried\n        text: Who are you?" in text
    assert "  - name: the old ferryman\n" in text


async def test_answers_become_corrections(bench: Bench) -> None:
    await bench.paint()
    ask = "ask: Is “the stranger” Siegfried?\n    answer:"
    bench.edit(ask, f"{ask} yes")
    await bench.paint()
    text = bench.yaml.read_text(encoding="utf-8")
    assert "corrections:\n  - merge: the stranger\n    into: Siegfried\n" in text
    assert "Is “the stranger” Siegfried?" not in text and "“the ferryman” somebody" in text
    assert text.count("- speaker: Siegfried") == 3
    bench.edit("somebody in this story?\n    answer:", "somebody in this story?\n    answer: maybe")
    with pytest.raises(ScriptError, match="no answer"):
        await bench.paint()
    bench.edit("answer: maybe", "answer: no")
    await bench.paint()
    text = bench.yaml.read_text(encoding="utf-8")
    assert "- nobody: the ferryman" in text and "speaker: the ferryman" not in text


async def test_a_correction_whose_words_are_gone_is_kept_and_said(bench: Bench) -> None:
    await bench.paint()
    correct(bench, "{rename: the ferryman, to: Tom}")
    await bench.paint()
    bench.script.write_text(INN[: INN.index("# The river")], encoding="utf-8")
    outcome = await bench.paint()
    assert any("the ferryman is called Tom" in note and "is kept" in note for note in outcome.notes)
    assert "rename: the ferryman" in bench.yaml.read_text(encoding="utf-8")
    bench.script.write_text(INN, encoding="utf-8")
    await bench.paint()
    assert "speaker: Tom" in bench.yaml.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{merge: the stranger}", "“into” says nothing"),
        ("{melt: the stranger}", "this is no correction"),
        ("the stranger", "this is nothing that “corrections” has"),
        ("{rename: x, to: [a]}", "a name is text"),
        ("{nobody: " + "x" * 101 + "}", "101 characters"),
        ("{rename: x, into: y}", "nothing that this correction has"),
    ],
)
async def test_mistakes_are_told_with_their_line(bench: Bench, said: str, words: str) -> None:
    scene = WantedScene(1, "S", "p", 1, (WantedLine("It shone."),))
    text = written(Wanted("T", (scene,), people=People(corrections=(Said(CorrectionKind.NOBODY, ("Thunder",)),))))
    wrong = text.replace("- nobody: Thunder", f"- {said}")
    line = wrong[: wrong.index(f"\n  - {said}") + 1].count("\n") + 1
    with pytest.raises(ScriptError, match=rf"line {line}: .*") as caught:
        read_wanted(parse(wrong), Known(Wanted("T", (scene,)), {1: 4}, 4))
    assert words in str(caught.value)


def test_what_is_written_of_the_cast_is_read_again() -> None:
    people = People(
        (("yes", ()), ("Si: #1", ("the *knight*", "1984", "no"))),
        (
            Said(CorrectionKind.SAME, ("a: b", "- c")),
            Said(CorrectionKind.APART, ("x", "y")),
            Said(CorrectionKind.RENAMED, ("null", "~")),
            Said(CorrectionKind.NOBODY, ("@everyone",)),
            Said(CorrectionKind.SOMEBODY, ("🐸",)),
            Said(CorrectionKind.SPEAKER, ("narrator",), "“Who: are #you?”", 2),
        ),
        (Asked("Is “a” b?", ""), Asked("Who says “no”?", "yes")),
    )
    scene = WantedScene(1, "S", "p", 1, (WantedLine("It shone."),))
    wanted = Wanted("T", (scene,), people=people)
    known = Known(wanted, {1: 4}, 4)
    document = parse(written(wanted))
    said = read_wanted(document, known)
    assert said == wanted
    changed = Wanted("T", said.scenes, said.film, People(people.cast[1:], people.corrections[:1], ()))
    text = rewritten(document, said, changed)
    assert text is not None and read_wanted(parse(text), known) == changed
    bare = parse(written(Wanted("T", (scene,))))
    text = rewritten(bare, read_wanted(bare, known), wanted)
    assert text is not None and read_wanted(parse(text), known).people == people
