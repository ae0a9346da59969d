"""Names: the real formats, and pairs that are stable and never given twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from storycore.names.mixing import lone_names, propose
from storycore.names.model import KnownName, NamesError, Sex
from storycore.names.reading import bundled, read_celeba, read_lfw, read_plain
from storycore.prompts.grammar import schedule

LFW = """# lfw_attributes.txt v1.2 - attributes of faces
#\tperson\timagenum\tMale\tAsian\tWhite
Aaron Eckhart\t1\t1.568\t-1.889\t1.737
Aaron Eckhart\t2\t-0.169\t-0.982\t0.422
Abigail Breslin\t1\t-2.10\t-1.0\t0.9
Person 12\t1\t1.0\t1.0\t1.0
"""
CELEBA = """202599
5_o_Clock_Shadow Arched_Eyebrows Male Young
000001.jpg -1  1 -1  1
000002.jpg -1 -1  1  1
000003.jpg  1 -1  1 -1
000004.jpg  1 -1  1 -1
"""
CELEBA_CSV = """image_id,5_o_Clock_Shadow,Male,Young
000001.jpg,-1,-1,1
000002.jpg,-1,1,1
000003.jpg,1,1,1
"""
IDENTITIES = "000001.jpg 2880\n000002.jpg 2937\n000003.jpg 2937\n000004.jpg 1\n"
NAMES = "identity,name\n2880,Jane Doe\n2937,John_Q. Roe\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_lfw_gives_name_and_sex_by_the_sum_of_its_pictures(tmp_path: Path) -> None:
    assert read_lfw(written(tmp_path, "lfw_attributes.txt", LFW)) == [
        KnownName("Aaron Eckhart", Sex.MALE, "lfw"),
        KnownName("Abigail Breslin", Sex.FEMALE, "lfw"),
    ]


@pytest.mark.parametrize("attributes", [CELEBA, CELEBA_CSV])
def test_celeba_takes_names_from_the_operators_list(tmp_path: Path, attributes: str) -> None:
    found = read_celeba(
        written(tmp_path, "attr.txt", attributes),
        written(tmp_path, "identity.txt", IDENTITIES),
        written(tmp_path, "names.csv", NAMES),
    )
    assert found == [KnownName("Jane Doe", Sex.FEMALE, "celeba"), KnownName("John Q. Roe", Sex.MALE, "celeba")]


def test_a_plain_list(tmp_path: Path) -> None:
    path = written(tmp_path, "names.txt", "# ours\nfemale, Ada Lovelace\nmale\tSitting Bull\n")
    assert [name.name for name in read_plain(path)] == ["Ada Lovelace", "Sitting Bull"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("nonsense\n", "no line names its columns"), ("#\tperson\timagenum\tAsian\nA B\t1\t1\n", "no column “Male”"),
     (LFW + "Half A Line\t1\n", "Line 7")],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(NamesError, match=says) as refused:
        read_lfw(written(tmp_path, "x.txt", text))
    assert refused.value.hint


def test_what_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\xff\xfe\x00\x01")
    for name in ("x.bin", "missing.txt"):
        with pytest.raises(NamesError, match=name.split(".", maxsplit=1)[0]):
            read_plain(tmp_path / name)
    with pytest.raises(NamesError, match="Line 1"):
        read_plain(written(tmp_path, "y.txt", "female <lora:x:1>\n"))
    with pytest.raises(NamesError, match="not a picture and a number"):
        read_celeba(*(written(tmp_path, name, "a b\n") for name in ("a", "b", "c")))


def test_a_celeba_list_that_names_nobody_is_said(tmp_path: Path) -> None:
    with pytest.raises(NamesError, match="None of these"):
        read_celeba(
            written(tmp_path, "attr.txt", CELEBA),
            written(tmp_path, "identity.txt", IDENTITIES),
            written(tmp_path, "names.csv", "99,Nobody Here\n"),
        )


def test_the_bundled_names_are_enough_for_a_start() -> None:
    names = bundled()
    for sex in Sex:
        assert sum(name.sex is sex for name in names) >= 24
    assert len({name.name for name in names}) == len(names)


def test_a_mix_is_the_same_every_time_and_of_the_opposite_sex() -> None:
    names = bundled()
    mix = propose(names, 7, "Siegfried", Sex.MALE)
    assert mix == propose(list(reversed(names)), 7, "siegfried", Sex.MALE)
    women = {name.name for name in names if name.sex is Sex.FEMALE}
    assert {mix.first, mix.second} <= women
    assert mix.first != mix.second
    assert mix != propose(names, 8, "Siegfried", Sex.MALE)
    assert [text for _, text in schedule(mix.prompt, 3)] == [mix.first, mix.second, mix.first]


def test_no_pair_is_given_twice_and_the_last_one_is_found() -> None:
    names = [KnownName(name, Sex.FEMALE, "list") for name in ("A B", "C D", "E F")]
    taken: list[frozenset[str]] = []
    for character in ("one", "two", "three"):
        taken.append(propose(names, 1, character, Sex.MALE, taken).pair)
    assert len(set(taken)) == 3
    with pytest.raises(NamesError, match="taken"):
        propose(names, 1, "four", Sex.MALE, taken)
    with pytest.raises(NamesError, match="taken"):
        propose(names, 1, "four", Sex.FEMALE)


def test_one_real_name_alone_is_found() -> None:
    names = bundled()
    assert lone_names("portrait of mark twain, oil", names) == ["Mark Twain"]
    assert lone_names("[Mark Twain|Leo Tolstoy], a woman", names) == []
    assert lone_names("[Mark Twain|Leo Tolstoy] and Mark Twain", names) == ["Mark Twain"]
    assert lone_names("Mark Twainish", names) == []
