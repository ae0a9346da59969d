"""Tokens and chunks: a text encoder reads 75 tokens at a time, and heeds the first chunk most."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from storycore.prompts.grammar.composition import multicond
from storycore.prompts.grammar.emphasis import BREAK, BREAK_WEIGHT, attention
from storycore.prompts.grammar.extra import networks
from storycore.prompts.grammar.scheduling import schedule

if TYPE_CHECKING:
    from instant_clip_tokenizer import Tokenizer

#: Tokens of a chunk, without its marks for begin and end.
CHUNK = 75
#: How far back a chunk is broken at a comma (the WebUI's option comma_padding_backtrack).
_BACKTRACK = 20
_STEPS = 20
_WORD = re.compile(r"[^\W\d_]+|\d|[^\s\w]+")
_LETTERS_A_TOKEN = 6


@dataclass(frozen=True, slots=True)
class TokenCount:
    """``tokens`` as the WebUI's counter shows them (every chunk but the last counts 75), and the ``chunks``."""

    tokens: int
    chunks: int


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer | None:
    """CLIP's tokenizer, where there is a wheel of it (Python 3.11 and 3.12)."""
    if find_spec("instant_clip_tokenizer") is None:
        return None
    from instant_clip_tokenizer import Tokenizer

    return Tokenizer()


def counts_exactly() -> bool:
    """Whether tokens are counted by CLIP's own tokenizer; else they are estimated from words."""
    return _tokenizer() is not None


def encode(text: str) -> list[int]:
    """The tokens of ``text``, without marks for begin and end.

    Where there is no tokenizer they are estimated, and negative.
    """
    tokenizer = _tokenizer()
    if tokenizer is not None:
        return list(tokenizer.encode(text.encode("utf-8", "replace").decode()))  # half a surrogate pair is no text
    tokens: list[int] = []
    for word in _WORD.findall(text.lower()):
        pieces = 1 + (len(word) - 1) // _LETTERS_A_TOKEN if word.isalpha() else len(word)
        tokens.extend(_COMMA if word == "," else -2 for _ in range(pieces))
    return tokens


_COMMA = -1


def count_tokens(prompt: str, steps: int = _STEPS) -> TokenCount:
    """The most tokens that ``prompt`` has at any step in any of its ``AND`` parts; network tags count nothing.

    After modules/sd_hijack_clip.py of the WebUI v1.10.1: chunks are padded, and broken at a comma among the last 20.
    Raises as :func:`schedule` and :func:`attention` do.
    """
    texts = {text for part in multicond([networks(prompt).remaining]).flat for _, text in schedule(part, steps)}
    counts = [_count(text) for text in texts]
    return max(counts, key=lambda count: count.tokens)


def _count(text: str) -> TokenCount:
    comma = encode(",")[0]
    length = chunks = tokens = 0
    last_comma = -1

    def close() -> None:
        nonlocal length, chunks, tokens, last_comma
        chunks, tokens = chunks + 1, tokens + CHUNK
        length, last_comma = 0, -1

    for piece, weight in attention(text):
        if piece == BREAK and weight == BREAK_WEIGHT:
            close()
            continue
        for token in encode(piece):
            if token == comma:
                last_comma = length
            elif length == CHUNK and last_comma != -1 and length - last_comma <= _BACKTRACK:
                moved = length - last_comma - 1
                close()
                length = moved
            if length == CHUNK:
                close()
            length += 1
    if length or not chunks:
        return TokenCount(tokens + length, chunks + 1)
    return TokenCount(tokens, chunks)
