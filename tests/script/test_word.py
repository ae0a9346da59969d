"""Word documents: what the author sees becomes text, and a hostile file becomes a kind refusal."""

import io
import random
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from storycore.errors import ScriptError
from storycore.script.reading import MAX_FILE_BYTES, read_script
from storycore.script.scenes import split_script


def saved(document: Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def written(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def changed(data: bytes, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """The same package with its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return file.getvalue()


def test_paragraphs_and_headings_become_text_whatever_the_file_is_called() -> None:
    document = docx.Document()
    document.add_heading("The Well", 0)
    document.add_heading("At night", 1)
    document.add_paragraph("A frog sat in the “well”.")
    paragraph = document.add_paragraph("It was ")
    paragraph.add_run("very").bold = True
    paragraph.add_run(" cold.")
    document.add_table(1, 2).cell(0, 1).text = "A cat came by."
    assert read_script(saved(document), "story.txt") == (
        "# The Well\n\n# At night\n\nA frog sat in the “well”.\n\nIt was very cold.\n\nA cat came by.\n"
    )


def test_a_screenplay_keeps_its_shape() -> None:
    document = docx.Document()
    document.add_paragraph("INT. CAVE - NIGHT")
    document.add_paragraph("A fire burns.")
    document.add_paragraph("MARTA").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("(softly)")
    document.add_paragraph("Who is there?")
    (scene,) = split_script(read_script(saved(document))).scenes
    assert (scene.title, scene.place, scene.time) == ("Cave, night", "cave", "night")
    assert [(line.speaker, line.text) for line in scene.lines] == [(None, "A fire burns."), ("Marta", "Who is there?")]


def test_where_enter_is_pressed_twice_a_single_enter_is_a_new_line() -> None:
    text = read_script(written("MARTA", "Who rang?", "", "PEPPER", "I did.", "", "TOM", "Me too."))
    assert text == "MARTA\nWho rang?\n\nPEPPER\nI did.\n\nTOM\nMe too.\n"


def test_a_short_bold_line_is_a_heading() -> None:
    document = docx.Document()
    document.add_paragraph().add_run("The second day").bold = True
    document.add_paragraph("It rained.")
    assert read_script(saved(document)) == "## The second day\n\nIt rained.\n"


def test_what_was_struck_out_is_gone_and_what_was_put_in_is_there() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("The cat ")
    for tag, words, kept in (("w:del", "slept", "w:delText"), ("w:ins", "sang", "w:t")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(kept)
        text.text = words
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    content.append(document.add_paragraph("In a box.")._p)
    control.append(content)
    document.element.body.insert(1, control)
    assert read_script(saved(document)) == "The cat sang\n\nIn a box.\n"


def test_macros_and_pictures_are_never_unpacked() -> None:
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macros = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    bomb = changed(
        written("A frog sat."),
        lambda name, content: content.replace(plain, macros),
        {"word/vbaProject.bin": b"\0" * (60 << 20), "word/media/image1.png": b"\0" * (20 << 20)},
    )
    assert len(bomb) < 1 << 20
    assert read_script(bomb, "story.docm") == "A frog sat.\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(written("a"), lambda n, c: c + b" " * (20 << 20) if n == "word/document.xml" else c), "far more"),
        (changed(written("a"), lambda n, c: c, {f"x{i}": b"" for i in range(2_001)}), "far more"),
        (changed(written("a"), lambda n, c: c[:40] if n == "word/document.xml" else c), "damaged"),
        (changed(written("a"), lambda n, c: b"<x/>" if n == "word/document.xml" else c), "damaged"),
        (changed(written("a"), lambda n, c: b"" if n == "[Content_Types].xml" else c), "damaged"),
        (changed(written("a"), lambda n, c: b"<" if n.endswith(".rels") else c), "damaged"),
        (written(""), "empty"),
        (written("word " * 20_001), "20,001 words"),
        (written("🎉 … !!!"), "no words"),
        (b"PK\x03\x04" + b"\0" * MAX_FILE_BYTES, "8,388,612 bytes"),
    ],
    ids=["bomb", "parts", "cut", "other", "types", "links", "empty", "long", "wordless", "large"],
)
def test_what_cannot_be_read_is_refused_kindly(data: bytes, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        read_script(data, "story.docx")
    assert said in str(caught.value)
    assert caught.value.hint


def test_entities_are_not_resolved() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'

    def mean(name: str, content: bytes) -> bytes:
        if name != "word/document.xml":
            return content
        return content.replace(b"<w:document", laughs + b"<w:document", 1).replace(b"HERE", b"&b;&f;")

    assert read_script(changed(written("A frog sat. HERE"), mean)) == "A frog sat.\n"


def test_broken_documents_are_text_or_a_refusal() -> None:
    dice = random.Random(7)
    document = docx.Document()
    document.add_heading("The Well", 1)
    document.add_paragraph("A frog sat in the well.")
    data = saved(document)
    unpacked = changed(data, lambda n, c: c)
    with zipfile.ZipFile(io.BytesIO(unpacked)) as archive:
        main = archive.read("word/document.xml")
    read = refused = 0
    for number in range(150):
        if number % 2:
            broken = bytearray(data)
            for _ in range(dice.randint(1, 8)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            if number % 4 == 1:
                del broken[dice.randrange(len(broken)) :]
            hurt = bytes(broken)
        else:
            inner = bytearray(main)
            for _ in range(dice.randint(1, 4)):
                at = dice.randrange(len(inner))
                inner[at : at + dice.randint(0, 9)] = dice.choice([b"", b"<w:p>", b"</w:r>", b'"', b"w:", b"<w:t/>"])
            hurt = changed(data, lambda n, c, inner=bytes(inner): inner if n == "word/document.xml" else c)  # type: ignore[misc]
        try:
            assert read_script(hurt, "story.docx")
            read += 1
        except ScriptError as error:
            assert error.hint
            refused += 1
    assert read and refused


def test_the_name_of_a_style_may_be_missing() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("A frog sat.")
    properties = OxmlElement("w:pPr")
    style = OxmlElement("w:pStyle")
    style.set(qn("w:val"), "Nowhere")
    properties.append(style)
    paragraph._p.insert(0, properties)
    assert read_script(saved(document)) == "A frog sat.\n"
