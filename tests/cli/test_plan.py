"""From what was typed to orders: which scripts, where their projects and films go, and what is refused at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.plan import find_scripts, make_orders
from storycore.errors import SettingsError


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    folder = tmp_path / "stories"
    folder.mkdir()
    for name in ("b.txt", "a.md", "C.TXT", ".hidden.txt", "notes.doc", "a.mp4"):
        (folder / name).write_text("Once.", encoding="utf-8")
    (folder / "a.fireside").mkdir()
    (folder / "a.fireside" / "inside.txt").write_text("Once.", encoding="utf-8")
    (folder / "a.fireside" / "story.db").touch()
    (folder / "drafts.txt").mkdir()
    return folder


def test_a_folder_gives_its_scripts_sorted(stories: Path) -> None:
    scripts, alone = find_scripts([stories])
    assert [script.name for script in scripts] == ["C.TXT", "a.md", "b.txt"] and not alone


def test_every_script_once_and_project_folders_passed_over(stories: Path) -> None:
    scripts, alone = find_scripts([stories / "b.txt", stories, stories / "a.fireside", stories / "." / "b.txt"])
    assert [script.name for script in scripts] == ["b.txt", "C.TXT", "a.md"] and not alone
    assert find_scripts([stories / "b.txt", stories / "a.fireside"]) == ([stories / "b.txt"], True)


def test_everything_lies_beside_the_script(stories: Path) -> None:
    (order,) = make_orders([stories / "b.txt"], film=True, max_mib=1.5)
    assert (order.project, order.film) == (stories / "b.fireside", stories / "b.mp4")
    assert order.max_bytes == 1_572_864 and order.candidates is None
    assert make_orders([stories / "b.txt"])[0].film is None


def test_one_script_has_a_file_and_several_a_folder(stories: Path, tmp_path: Path) -> None:
    (order,) = make_orders(
        [stories / "b.txt"], film=True, out=tmp_path / "films" / "x.MP4", project=tmp_path / "p", candidates=3
    )
    assert (order.film, order.project, order.candidates) == (tmp_path / "films" / "x.MP4", tmp_path / "p", 3)
    assert make_orders([stories / "b.txt"], film=True, out=stories)[0].film == stories / "b.mp4"
    orders = make_orders([stories], film=True, out=tmp_path / "films", project=tmp_path / "p")
    assert [order.film for order in orders] == [tmp_path / "films" / f"{name}.mp4" for name in ("C", "a", "b")]
    assert [order.project for order in orders] == [tmp_path / "p" / f"{name}.fireside" for name in ("C", "a", "b")]


def test_a_folder_with_one_script_is_still_a_folder(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("Once.", encoding="utf-8")
    (order,) = make_orders([tmp_path], film=True, out=tmp_path / "films", project=tmp_path / "p")
    assert (order.film, order.project) == (tmp_path / "films" / "one.mp4", tmp_path / "p" / "one.fireside")


def test_what_cannot_be_is_refused_before_anything_is_touched(stories: Path, tmp_path: Path) -> None:
    def refused(match: str, *paths: Path, **options: Path) -> None:
        with pytest.raises(SettingsError, match=match):
            make_orders(paths, film=True, **options)  # type: ignore[arg-type]

    empty = tmp_path / "empty"
    empty.mkdir()
    refused("is not there", stories / "nope.txt")
    refused("no script", empty)
    refused("project folder is no script", stories / "a.fireside")
    refused("no film's name", stories / "b.txt", out=tmp_path / "film.mkv")
    refused("no film's name", stories / "b.txt", out=tmp_path / "films")
    refused("is a file", stories, out=tmp_path / "x.mp4")
    refused("is a file", stories, out=stories / "notes.doc")
    refused("holds other things", stories / "b.txt", project=stories)
    refused("a file, not a project folder", stories / "b.txt", project=stories / "notes.doc")
    (stories / "b.md").write_text("Once.", encoding="utf-8")
    refused("both be made", stories)
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("Once.", encoding="utf-8")
    refused("both be made", stories / "a.md", other / "a.txt", out=empty)
    refused("neither a file nor a folder", Path("/dev/null"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "other", "stories"]
