"""The shared spaCy pipeline: loaded once per process, off the event loop.

Ours (``storycore/cast/model``) gives Penn tags (``tag_``), universal tags (``pos_``), lemmas, Universal Dependencies
(``dep_``: ``nsubj``, ``obj``, ``obl`` …), sentences (``sents``), and the cores of mentions as entities (``ents``: PROP,
NOM, PRON). Another one may supply tags and parses; ours then still finds the mentions.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from storycore.cast import word_tables
from storycore.errors import SettingsError

if TYPE_CHECKING:
    from spacy.language import Language

#: Where the model lies that comes with Fireside.
MODEL = Path(__file__).with_name("model")
_chosen = ""
_loaded: dict[str, Language] = {}
_turn = threading.RLock()

__all__ = ["MODEL", "borrowed", "chosen_pipeline", "people_pipeline", "pipeline", "use_pipeline"]


def use_pipeline(name: str) -> None:
    """Let ``pipeline()`` mean this one from now on, in this process: an installed package or a folder; "" is ours."""
    global _chosen
    _chosen = name.strip()


def chosen_pipeline() -> str:
    """What ``use_pipeline`` was last told; "" is ours."""
    return _chosen


def pipeline() -> Language:
    """The pipeline for tags, lemmas, parses and sentences. Raises ``SettingsError`` where another one is asked for
    that is not there, or cannot tag and parse. Its components are called one after another, never from two threads."""
    if _chosen not in _loaded:
        _loaded[_chosen] = _other(_chosen) if _chosen else _ours()
    return _loaded[_chosen]


@contextmanager
def borrowed() -> Iterator[Language]:
    """``pipeline()`` for the length of one script, for one thread at a time (others wait); what it learned of the
    script's words is given back at the end, so no Doc may be kept. Not to be nested."""
    with _turn:
        nlp = pipeline()
        with nlp.memory_zone():
            yield nlp


def people_pipeline() -> Language:
    """Our own pipeline, whatever is chosen: its ``people`` component finds mentions."""
    if "" not in _loaded:
        _loaded[""] = _ours()
    return _loaded[""]


def _ours() -> Language:
    import numpy as np
    import spacy  # takes a second: here, for the bot's own process only hands work to the one that reads

    word_tables.register()
    nlp = spacy.load(MODEL)
    # Kept as half floats, because every clone carries them; reckoned with as floats.
    nlp.vocab.vectors.data = nlp.vocab.vectors.data.astype(np.float32)
    for _name, pipe in nlp.pipeline:
        for node in pipe.model.walk() if hasattr(pipe, "model") else ():
            for param in node.param_names:
                if node.has_param(param):
                    node.set_param(param, node.get_param(param).astype(np.float32))
    return nlp


def _other(name: str) -> Language:
    import spacy

    word_tables.register()  # a copy of ours may be what is asked for
    try:
        nlp = spacy.load(name)
    except (OSError, ValueError, ImportError):
        raise SettingsError(
            f"There is no spaCy pipeline “{name}” that can be loaded.",
            f"Install it (python -m spacy download {name}), or leave FIRESIDE_SPACY_MODEL empty.",
        ) from None
    # a tagger by another name (morphologizer) sets tags too: what counts is what is set
    able = {attribute for pipe in nlp.pipe_names for attribute in nlp.get_pipe_meta(pipe).assigns}
    if not {"token.dep", "token.tag"} <= able and not {"token.dep", "token.pos"} <= able:
        raise SettingsError(
            f"The spaCy pipeline “{name}” does not tag and parse.",
            "FIRESIDE_SPACY_MODEL needs one that does, such as en_core_web_sm or en_core_web_trf.",
        )
    return nlp
