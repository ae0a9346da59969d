"""What a person changes in story.yaml is taken up by the next run, and only that is made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from storycore.errors import ScriptError
from tests.project.house import Bench

WELL = "A frog sat on the stone and blinked at him in the first light of the sun."


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_painting_lays_everything_out_and_a_second_run_does_nothing(bench: Bench) -> None:
    outcome = await bench.paint()
    assert (outcome.scenes, outcome.pictures, outcome.painted, outcome.changed) == (2, 4, 4, True)
    assert list(bench.pictures()) == ["01/1.png", "01/2.png", "02/1.png", "02/2.png"]
    assert (bench.project / "contact.jpg").read_bytes().startswith(b"\xff\xd8")
    before = bench.yaml.stat().st_mtime_ns, (bench.project / "contact.jpg").stat().st_mtime_ns
    bench.asked()
    bench.progress.clear()
    again = await bench.paint()
    assert (again.painted, again.made, again.reused, again.changed) == (0, 0, 4, False)
    assert bench.asked() == [] and bench.progress == []
    assert (bench.yaml.stat().st_mtime_ns, (bench.project / "contact.jpg").stat().st_mtime_ns) == before


async def test_a_changed_prompt_gives_that_scene_new_pictures(bench: Bench) -> None:
    await bench.paint()
    bench.asked()
    before = bench.pictures()
    bench.edit("pick: 1", "pick: 2   # the darker one", count=2)
    await bench.paint()
    assert bench.asked() == []
    bench.edit(
        "prompt: A miller and a frog, by the well. The miller took", "prompt: A giant crown, at night. The miller took"
    )
    outcome = await bench.paint()
    prompts = bench.asked()
    assert len(prompts) == 1 and prompts[0].startswith("A giant crown, at night.")
    after = bench.pictures()
    assert [name for name in before if before[name] != after[name]] == ["02/1.png", "02/2.png"]
    assert outcome.painted == 2
    text = bench.yaml.read_text(encoding="utf-8")
    assert text.count("pick: 2   # the darker one") == 1, "the first scene's choice stands, comment and all"
    assert "pick: 1   # the darker one" in text, "a choice among pictures that are gone starts again"
    assert any("Scene 2" in note and "pick" in note for note in outcome.notes)


async def test_another_pick_makes_that_segment_again(bench: Bench) -> None:
    first = await bench.make_film()
    assert (first.made, first.reused, first.painted) == (4, 0, 4)
    film = bench.film.read_bytes()
    bench.edit("pick: 1", "pick: 2")
    bench.asked(), bench.spoken()
    second = await bench.make_film()
    assert bench.asked() == [] and bench.spoken() == []
    assert 1 <= second.made <= 2 and second.made + second.reused == 4  # the title may show the first picture as well
    assert bench.film.read_bytes() != film
    bench.edit("pick: 2", "pick: 1")
    third = await bench.make_film()
    assert (third.made, third.reused) == (0, 4)
    assert bench.film.read_bytes() == film, "the film that was made of exactly this is there already"


async def test_a_film_that_is_there_is_not_made_again(bench: Bench) -> None:
    first = await bench.make_film()
    stamp = bench.film.stat().st_mtime_ns
    bench.progress.clear()
    second = await bench.make_film()
    assert (second.made, second.reused, second.changed) == (0, first.made, False)
    assert second.seconds == first.seconds and second.bytes == first.bytes == bench.film.stat().st_size
    assert bench.film.stat().st_mtime_ns == stamp and bench.progress == []
    bench.film.unlink()
    assert (await bench.make_film()).made == 0
    assert bench.film.stat().st_size == first.bytes, "a film that somebody removed is laid there again"


async def test_lines_and_speakers_change_one_segment_and_one_voice(bench: Bench) -> None:
    first = await bench.make_film()
    bench.asked(), bench.spoken()
    bench.edit("      - text: he asked.\n", "      - speaker: the night watchman\n        text: Go home, miller.\n")
    second = await bench.make_film()
    assert bench.spoken() == ["Go home, miller."] and bench.asked() == []
    assert second.made == 1 and second.reused == (first.made or 0) - 1
    bench.edit("speaker: the frog", "speaker: the night watchman")
    await bench.make_film()
    assert bench.spoken() == ["I am the king of this well,"], "another speaker is another voice"
    bench.edit(f"      - text: {WELL}\n", "")
    third = await bench.make_film()
    assert bench.spoken() == [] and third.made == 1
    assert f"text: {WELL}" not in bench.yaml.read_text(encoding="utf-8")


async def test_the_title_alone_makes_no_scene_again(bench: Bench) -> None:
    first = await bench.make_film()
    bench.asked(), bench.spoken()
    bench.edit("title: Well", "title: 'The Well: a tale'")
    second = await bench.make_film()
    assert second.title == "The Well: a tale"
    assert 1 <= second.made <= 2 and second.reused == first.made - second.made, "at most the title and the credits"
    assert bench.asked() == [] and bench.spoken() == []


async def test_scenes_can_be_moved_taken_out_and_added(bench: Bench) -> None:
    await bench.paint()
    before = bench.pictures()
    bench.asked()
    text = bench.yaml.read_text(encoding="utf-8")
    head, first, second = text.partition("  - id: 1")[0], *_scenes(text)
    bench.yaml.write_text(f"{head}{second}  # the well comes last\n{first}", encoding="utf-8")
    await bench.paint()
    assert bench.asked() == []
    after = bench.pictures()
    assert after["01/1.png"] == before["02/1.png"] and after["02/2.png"] == before["01/2.png"]
    assert "# the well comes last" in bench.yaml.read_text(encoding="utf-8")

    bench.edit("  # the well comes last\n", "  - lines:\n      - A stork came by.\n  # the well comes last\n")
    outcome = await bench.paint()
    prompts = bench.asked()
    assert outcome.scenes == 3 and len(prompts) == 1 and "stork" in prompts[0].casefold()
    text = bench.yaml.read_text(encoding="utf-8")
    assert "- id: 3" in text and "# the well comes last" in text and "stork" in text
    assert (await bench.paint()).changed is False

    new = text[text.index("  - id: 3") : text.index("  # the well comes last")]
    bench.yaml.write_text(text.replace(new, ""), encoding="utf-8")
    outcome = await bench.paint()
    assert outcome.scenes == 2 and bench.asked() == []
    assert sorted(bench.pictures()) == sorted(before)
    bench.edit("  # the well comes last\n", "  - prompt: a stork\n    lines: [A stork came by.]\n")
    await bench.paint()
    assert bench.asked() == ["a stork"], "a round's id is not given out twice: the engine would think it painted"
    assert "- id: 4" in bench.yaml.read_text(encoding="utf-8")


def _scenes(text: str) -> tuple[str, str]:
    return text[text.index("  - id: 1") : text.index("  - id: 2")], text[text.index("  - id: 2") :]


MISTAKES = [
    ("pick: 1", "pick: 3", "line {line}: there is no picture 3"),
    ("pick: 1", "pick: first", "line {line}: “first” is not a number"),
    ("prompt: A", "promt: A", "“promt” is nothing that scene 1 has"),
    ("text: he asked.", "text: he asked: again", "line {line}: this is not YAML"),
    ("id: 2", "id: 1", "scene 1 stands here a second time"),
    ("id: 2", "id: 7", "there is no scene with the id 7"),
    ("title: Well", "title: [a, b]", "the story's title is text"),
    ("title: Well", "title: " + "x" * 81, "the title has 81 characters"),
    ("prompt: A", "prompt: " + "word " * 700 + "A", "at most 3,000"),
    ("speaker: the miller", "speaker: {a: b}", "a speaker is text"),
    ("text: he asked.", "text:", "this line says nothing"),
    ("    lines:", "    lines: []\n    x:", "“x” is nothing"),
    ("scenes:", "\tscenes:", "this is not YAML"),
]


async def test_a_mistake_is_told_in_a_sentence_and_nothing_is_half_applied(bench: Bench) -> None:
    await bench.paint()
    bench.asked()
    before = bench.pictures()
    bench.edit("A miller and a frog, by the well. The miller took", "A crown. The miller took")  # right in itself
    right = bench.yaml.read_text(encoding="utf-8")
    for old, new, message in MISTAKES:
        bench.edit(old, new)
        wrong = bench.yaml.read_text(encoding="utf-8")
        with pytest.raises(ScriptError) as caught:
            await bench.paint()
        line = right[: right.index(old)].count("\n") + 1
        assert message.format(line=line) in str(caught.value)
        assert str(caught.value).startswith("story.yaml")
        assert bench.yaml.read_text(encoding="utf-8") == wrong
        assert bench.pictures() == before and bench.asked() == []
        bench.yaml.write_text(right, encoding="utf-8")
    await bench.paint()
    assert len(bench.asked()) == 1, "the other change was waiting"


async def test_a_story_file_that_is_no_text_or_gone(bench: Bench) -> None:
    await bench.paint()
    bench.asked()
    text = bench.yaml.read_text(encoding="utf-8")
    bench.yaml.write_bytes(b"title: M\xfcller\nscenes: []\n")
    with pytest.raises(ScriptError, match=r"line 1: this is not UTF-8"):
        await bench.paint()
    bench.yaml.unlink()
    assert (await bench.paint()).changed is False
    assert bench.yaml.read_text(encoding="utf-8") == text, "a file that was deleted is written anew"
