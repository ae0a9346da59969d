"""Bytes become text, or a refusal that says what is wrong and what to do."""

import io
import random
import zipfile

import pytest

from storycore.errors import ScriptError
from storycore.script.reading import MAX_BYTES, check_text, read_script

STORY = "Äsop told a tale.\nThe fox “laughed”. 🦊"


def docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("story.txt", "Once upon a time. " * 50)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        STORY.encode(),
        STORY.encode("utf-8-sig"),
        STORY.encode("utf-16"),
        b"\xff\xfe" + STORY.encode("utf-16-le"),
        b"\xfe\xff" + STORY.encode("utf-16-be"),
        STORY.replace("\n", "\r\n").encode(),
        STORY.replace("\n", "\r").encode(),
    ],
)
def test_text_is_taken_in_with_only_its_line_ends_changed(data: bytes) -> None:
    assert read_script(data, "tale.txt") == STORY


def test_everything_but_line_ends_stays() -> None:
    odd = "  A\u200b tale\t of  two\u00a0spaces \u202eRTL \n\n\n# not a heading \\*  "
    assert read_script(odd.encode()) == odd


def test_text_that_begins_like_a_picture_is_still_text() -> None:
    assert read_script(b"BMW drivers met MZ riders.").startswith("BMW")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.txt", "empty"),
        (b" \r\n\t ", "a.txt", "empty"),
        (b"\xef\xbb\xbf", "a.txt", "empty"),
        (b"\xff\xfe", "a.txt", "empty"),
        (b"a" * (MAX_BYTES + 1), "a.txt", "1,048,577 bytes"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a.txt", "a PDF"),
        (b"%PDF-1.7 plain to the eye", "a.txt", "a PDF"),
        (b"{\\rtf1 Hello}", "a.txt", "an RTF document"),
        (b"<!DOCTYPE html><p>Hi</p>", "a.txt", "a web page"),
        (zipped(), "a.txt", "ZIP archive"),
        (docx(), "story.docx", "Word document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20, "a.txt", "an image file"),
        (random.Random(4).randbytes(4000), "a.txt", "not"),
        ("Löwe und Bär".encode("latin-1"), "a.txt", "byte 2 (0xF6) in line 1"),
        (b"one\ntwo\nth\xe9e", "a.txt", "in line 3"),
        (b"Once\x00upon", "a.txt", "zero bytes"),
        (b"\xff\xfea", "a.txt", "UTF-16"),
        (("\x01\x02 x" * 20).encode(), "a.txt", "control codes"),
        (b"word " * 20_001, "a.txt", "20,001 words"),
        (b"hello\n" + b"x" * 100_000, "a.txt", "Line 2 holds 100,000 characters"),
        ("🎉 🎉 … !!!".encode(), "a.txt", "no words"),
    ],
)
def test_what_is_no_story_is_refused_with_a_reason_and_a_way_out(data: bytes, name: str, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        read_script(data, name)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_word_document_is_told_apart_from_a_zip() -> None:
    with pytest.raises(ScriptError, match="save it again without a password"):
        read_script(docx(), "story.txt")


def test_pasted_text_is_held_to_the_same_rules() -> None:
    assert check_text("\ufeffA\r\nb\rc") == "A\nb\nc"
    with pytest.raises(ScriptError, match="half a character"):
        check_text("a \ud800 b")
    with pytest.raises(ScriptError, match="zero bytes"):
        check_text("a\x00b")
    with pytest.raises(ScriptError, match="20,002 words"):
        check_text("a " * 20_002)


def test_20_000_words_are_fine() -> None:
    assert check_text("word " * 20_000)


def test_scripts_without_spaces_are_no_endless_words() -> None:
    assert check_text("むかしむかしあるところに、おじいさんとおばあさんがいました。" * 100)
