"""The spaCy pipeline that comes with Fireside, and another one in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy

from storycore.cast.pipeline import MODEL, chosen_pipeline, people_pipeline, pipeline, use_pipeline
from storycore.cast.pool import UnderstandingPool
from storycore.cast.smooth import smooth
from storycore.cast.word_tables import WordTables, register
from storycore.errors import SettingsError


@pytest.fixture(autouse=True)
def _ours_again() -> Iterator[None]:
    yield
    use_pipeline("")


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline that tags and parses, and is not ours: it has no mentions."""
    folder = tmp_path_factory.mktemp("another") / "pipeline"
    register()
    nlp = spacy.load(MODEL, exclude=["people"])
    nlp.meta["name"] = "another"
    nlp.to_disk(folder)
    return folder


def name_there() -> tuple[str, str]:
    """Which pipeline a process uses: its name, and what was chosen."""
    return str(pipeline().meta["name"]), chosen_pipeline()


def test_ours_tags_parses_lemmatises_and_finds_mentions() -> None:
    doc = pipeline()("The old king gave Anna a sword. She thanked him.")
    words = {token.text: token for token in doc}
    assert words["king"].pos_ == "NOUN"
    assert (words["She"].dep_, words["She"].head.text) == ("nsubj", "thanked")
    assert (words["thanked"].lemma_, words["gave"].lemma_) == ("thank", "give")
    assert words["gave"].tag_ == "VBD"
    assert [sentence.text for sentence in doc.sents] == [
        "The old king gave Anna a sword.",
        "She thanked him.",
    ]
    found = {(span.text, span.label_) for span in doc.ents}
    assert {("king", "NOM"), ("Anna", "PROP"), ("She", "PRON"), ("him", "PRON")} <= found


def test_it_is_loaded_once_a_process() -> None:
    assert pipeline() is pipeline() is people_pipeline()


def test_it_fits_into_the_repository() -> None:
    assert sum(path.stat().st_size for path in MODEL.rglob("*")) < 25 * 2**20


def test_another_pipeline_supplies_tags_and_parses(another: Path) -> None:
    use_pipeline(str(another))
    assert name_there() == ("another", str(another))
    assert people_pipeline().has_pipe("people")
    assert people_pipeline().meta["name"] == "fireside"


async def test_the_setting_reaches_the_process_that_reads(another: Path) -> None:
    pool = UnderstandingPool(spacy_model=str(another))
    try:
        assert await pool.run(name_there) == ("another", str(another))
    finally:
        await pool.close()


def test_a_pipeline_that_is_not_there_is_said_kindly() -> None:
    use_pipeline("en_core_web_nowhere")
    with pytest.raises(SettingsError, match="en_core_web_nowhere"):
        pipeline()


def test_a_pipeline_that_cannot_parse_is_refused(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "blank")
    use_pipeline(str(tmp_path / "blank"))
    with pytest.raises(SettingsError, match="does not tag and parse"):
        pipeline()


@pytest.mark.parametrize(
    "text", ["", "a", "--", "a\nb\n\nc", "> q\n> r", "**b** _i_ ~~s~~", "\t\u00a0", "---", "x" * 5_000, "a -- b---c--"]
)
def test_smoothing_moves_nothing(text: str) -> None:
    plain = smooth(text)
    assert len(plain) == len(text)
    assert all(a == b for a, b in zip(text, plain, strict=True) if a.isalnum() and len(text) < 80)


def test_lemmas_come_from_the_table_or_the_ending() -> None:
    tables = WordTables()
    tables.learn(
        [
            ("walked", "VBD", "VERB", "walk"),
            ("talked", "VBD", "VERB", "talk"),
            ("looked", "VBD", "VERB", "look"),
            ("went", "VBD", "VERB", "go"),
            ("Anna", "NNP", "PROPN", "Anna"),
        ]
    )
    assert tables.lemma("hopped", "VBD") == "hopp"  # the ending says no more than this
    assert tables.lemma("Went", "VBD") == "go"
    assert tables.lemma("barked", "VBD") == "bark"
    assert tables.lemma("Siegfried", "NNP") == "Siegfried"
