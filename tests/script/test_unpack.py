"""Several scripts at once: archives are bounded, whatever they say of themselves, and nothing in them is believed."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from storycore.errors import ScriptError
from storycore.script.reading import MAX_BYTES
from storycore.script.unpack import MAX_ARCHIVE_BYTES, MOST_ENTRIES, MOST_SCRIPTS, HandedIn, title_of, unpack

STORY = "The frog sat on a stone and looked at the moon."


def packed(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> HandedIn:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return HandedIn("stories.zip", data.getvalue())


def test_files_and_archives_in_order_with_titles_from_their_names() -> None:
    zipped = packed({"b/the_red-well.txt": STORY, "a/frog.md": STORY, "__MACOSX/._frog.md": "x", ".DS_Store": "x"})
    found = unpack([HandedIn("first night.txt", STORY.encode()), zipped])
    assert [script.title for script in found.scripts] == ["First night", "Frog", "The red well"]
    assert found.left_out == ()


def test_an_archive_is_known_by_what_it_is_not_by_its_name() -> None:
    zipped = packed({"frog.txt": STORY})
    assert len(unpack([HandedIn("story.txt", zipped.data)]).scripts) == 1
    with pytest.raises(ScriptError, match="no script"):
        unpack([HandedIn("stories.zip", b"PK\x05\x06" + bytes(18))])


def test_what_is_no_script_is_left_out_and_named() -> None:
    found = unpack(
        [packed({"a.txt": STORY, "b.png": b"\x89PNG\r\n\x1a\n" + bytes(50), "c.txt": "", "d.txt": b"\xff\xfe\xfd"})]
    )
    assert len(found.scripts) == 1
    assert [line.split(":")[0] for line in found.left_out] == ["b.png", "c.txt", "d.txt"]


def test_a_bomb_is_unpacked_only_as_far_as_a_script_may_be_long() -> None:
    found = unpack([packed({"bomb.txt": b"a " * (40 << 20), "frog.txt": STORY})])
    assert [script.title for script in found.scripts] == ["Frog"]
    assert "larger than a script may be" in found.left_out[0]
    many = {f"{n}.txt": b"a " * (MAX_BYTES // 2 + 1) for n in range(MOST_SCRIPTS * 2 + 2)}
    with pytest.raises(ScriptError, match="unpacks to far too much"):
        unpack([packed(many)])


def test_a_size_that_is_a_lie_is_not_believed() -> None:
    zipped = packed({"bomb.txt": b"word " * (1 << 20)})
    at = zipped.data.rindex(b"PK\x01\x02")
    lie = zipped.data[: at + 24] + struct.pack("<I", 100) + zipped.data[at + 28 :]
    with pytest.raises(ScriptError, match="no script"):
        unpack([HandedIn("lie.zip", lie)])


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_left_out(method: int) -> None:
    with pytest.raises(ScriptError, match="encrypted, or packed in a way"):
        unpack([packed({"frog.txt": STORY}, method)])


def test_too_many_and_too_large() -> None:
    with pytest.raises(ScriptError, match=f"more than {MOST_SCRIPTS} stories"):
        unpack([packed({f"{n}.txt": STORY for n in range(MOST_SCRIPTS + 1)})])
    with pytest.raises(ScriptError, match="too many files"):
        unpack([packed({f"{n}.txt": "" for n in range(MOST_ENTRIES + 1)})])
    with pytest.raises(ScriptError, match="too large"):
        unpack([HandedIn("big.zip", b"PK\x03\x04" + bytes(MAX_ARCHIVE_BYTES))])
    with pytest.raises(ScriptError, match="no script"):
        unpack([])


def test_a_damaged_archive_is_said_to_be_one() -> None:
    whole = packed({"frog.txt": STORY * 50}).data
    with pytest.raises(ScriptError, match="damaged"):
        unpack([HandedIn("half.zip", whole[: len(whole) // 2])])
    at = whole.index(b"frog.txt") + 12
    with pytest.raises(ScriptError, match="damaged"):
        unpack([HandedIn("bent.zip", whole[:at] + bytes(b ^ 0xFF for b in whole[at : at + 20]) + whole[at + 20 :])])


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\secret\\..\\boot.txt", "a\n\x1b[31m.txt", "\u202eexe.txt", "/"]
)
def test_names_are_used_for_titles_alone(name: str) -> None:
    title = title_of(name)
    assert title
    assert all(character.isprintable() for character in title)
    assert not {"/", "\\"} & set(title)


def test_a_hostile_archive_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = unpack([packed({"../../../evil.txt": STORY, "/etc/evil2.txt": STORY})])
    assert [script.title for script in found.scripts] == ["Evil", "Evil2"]
    assert list(tmp_path.iterdir()) == []
