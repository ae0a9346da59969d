"""Projects as they live: more candidates, lost files, painters that fail, work broken off, folders of others."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path

import pytest

from storycore.errors import PainterError, ScriptError, SettingsError, StateError
from storycore.images.base import PaintRequest
from storycore.project.folder import ProjectFolder
from storycore.project.story import title_of
from tests.project.house import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_more_candidates_add_pictures_and_keep_the_pick(bench: Bench) -> None:
    await bench.paint()
    before = bench.pictures()
    bench.edit("pick: 1", "pick: 2")
    await bench.paint()
    assert sum(request.count for request in bench.painter.requests) == 4
    bench.asked()
    outcome = await bench.paint(candidates=3)
    assert (outcome.pictures, outcome.painted, outcome.reused) == (6, 2, 4)
    after = bench.pictures()
    assert {name: after[name] for name in before} == before and len(after) == 6
    assert "pick: 2" in bench.yaml.read_text(encoding="utf-8")
    assert (await bench.paint(candidates=2)).changed is False, "more than wanted is fine"
    bench.edit("pick: 2", "pick: 3")
    await bench.paint()


async def test_files_that_are_gone_are_made_again(bench: Bench) -> None:
    await bench.make_film()
    pictures, film = bench.pictures(), bench.film.read_bytes()
    bench.asked()
    shutil.rmtree(bench.project / "media")
    shutil.rmtree(bench.project / "scenes")
    outcome = await bench.make_film()
    assert len(bench.asked()) == 2 and bench.pictures() == pictures
    assert outcome.made == 4
    assert len(bench.film.read_bytes()) == len(film)


async def test_what_is_not_ours_in_the_scenes_folder_stays(bench: Bench) -> None:
    await bench.paint()
    notes = bench.project / "scenes" / "01" / "notes.txt"
    notes.write_text("mine", encoding="utf-8")
    stale = bench.project / "scenes" / "02" / "9.png"
    stale.write_bytes(b"old")
    painted_over = bench.project / "scenes" / "02" / "1.png"
    original = painted_over.read_bytes()
    painted_over.write_bytes(b"scribble")
    await bench.paint()
    assert notes.exists() and not stale.exists()
    assert painted_over.read_bytes() == original, "the files are copies; what was made is not touched"


async def test_a_painter_that_fails_is_told_and_asked_again_next_time(bench: Bench) -> None:
    def refuse(request: PaintRequest) -> None:
        if "crown" in request.prompt:
            raise PainterError("The paint is dry.", "Buy some.")

    bench.painter.faults = refuse
    with pytest.raises(PainterError, match=r"Scene 2 has no pictures: The paint is dry\."):
        await bench.make_film()
    assert sorted(bench.pictures()) == ["01/1.png", "01/2.png"] and not bench.film.exists()
    bench.painter.faults = None
    bench.asked()
    outcome = await bench.make_film()
    assert len(bench.asked()) == 1 and outcome.scenes == 2 and bench.film.exists()


async def test_work_broken_off_while_painting_goes_on(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.painter.gate = asyncio.Event()
    working = asyncio.create_task(bench.make_film())
    while not (bench.painter.requests and bench.yaml.exists()):
        await asyncio.sleep(0.02)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert bench.yaml.exists() and not bench.film.exists()
    bench.painter.gate = None
    bench.edit("A miller and a frog, by the well. The miller took", "A crown. The miller took")
    outcome = await bench.make_film()
    assert outcome.scenes == 2 and bench.film.exists() and len(bench.pictures()) == 4
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


async def test_a_refused_script_leaves_nothing(bench: Bench) -> None:
    for data in (b"", b"   \n", b"%PDF-1.4\n%\xff", bytes(range(256)) * 8, "Müller".encode("latin-1")):
        bench.script.write_bytes(data)
        with pytest.raises(ScriptError):
            await bench.make_film()
        assert sorted(p.name for p in bench.folder.iterdir()) == ["well.txt"]
    bench.script.write_text("A short story about a frog.", encoding="utf-8")
    bench.project.mkdir()
    bench.yaml.write_text("title: [", encoding="utf-8")
    with pytest.raises(ScriptError, match=r"story\.yaml"):
        await bench.paint()
    assert bench.yaml.read_text(encoding="utf-8") == "title: ["


async def test_one_project_is_worked_on_once_at_a_time(bench: Bench) -> None:
    await bench.paint()
    with ProjectFolder(bench.project).held(), pytest.raises(StateError, match="Another fireside"):
        await bench.paint()
    assert (await bench.paint()).changed is False


async def test_a_folder_of_somebody_else_is_left_alone(bench: Bench) -> None:
    bench.project.mkdir()
    (bench.project / "thesis.doc").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="holds other things"):
        await bench.paint()
    assert [p.name for p in bench.project.iterdir()] == ["thesis.doc"]


async def test_five_thousand_words_in_as_many_lines(bench: Bench) -> None:
    words = ["river", "moon", "king", "crown", "frog", "stone", "water", "light", "fire", "tree", "song", "road"]
    bench.script.write_text("\n".join(words[n % len(words)] for n in range(5_000)), encoding="utf-8")
    outcome = await bench.paint(candidates=1)
    assert outcome.pictures == outcome.scenes == len(bench.pictures()) > 50
    text = bench.yaml.read_text(encoding="utf-8")
    assert sum(text.count(word) for word in words) >= 5_000
    bench.asked()
    assert (await bench.paint()).changed is False and bench.asked() == []


async def test_a_name_full_of_traps(tmp_path: Path) -> None:
    folder = tmp_path / "What now? 100% #1; 'x' & ü"
    folder.mkdir()
    bench = Bench(folder)
    assert (await bench.paint()).painted == 4
    assert (await bench.paint()).changed is False
    assert (bench.project / "story.db").is_file()


async def test_the_unexpected_is_in_the_log(bench: Bench) -> None:
    house = bench.house()

    async def broken(folder: ProjectFolder) -> None:
        raise ZeroDivisionError("a defect of ours")

    object.__setattr__(house, "open", broken)
    folder = ProjectFolder(bench.project)
    with pytest.raises(ZeroDivisionError), folder.held():
        (bench.project / "story.db").touch()
        await house.open(folder)
    assert "a defect of ours" in folder.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("the-moon-cake.md", "# The *Moon* Cake\n\n## One\n\nText.", "The *Moon* Cake"),
        ("the-light_house.txt", "Once.", "The light house"),
        ("two.txt", "# One\n\na\n\n# Two\n\nb", "Two"),
        ("My Story - final.txt", "Once.", "My Story - final"),
        ("@everyone.txt", "Once.", "@everyone"),
    ],
)
def test_a_story_is_called_what_a_person_would_call_it(name: str, text: str, title: str) -> None:
    assert title_of(Path(name), text) == title
