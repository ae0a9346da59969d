"""What a scene says, as tags: short stretches with commas between them, as Stable Diffusion 1.5 was trained on.

A text encoder reads 75 tokens at a time. Tags are so short that none is cut where one chunk ends and the next begins,
and what does not find room is left out, the last first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from storycore.prompts.grammar.extra import networks
from storycore.prompts.grammar.tokens import CHUNK, encode

#: A host moves a tag of up to so many tokens whole into the next chunk.
LONGEST_TAG = 20
#: Where a sentence ends; not behind "Mr." and the like, nor behind a single letter.
_ENDS = re.compile(
    r"(?<=[a-z]{2}[.!?;])(?<!Mrs\.)(?<!Prof\.)(?<!Capt\.)\s+|\s*[,;]\s+|\s+[–—-]\s+|(?<=[.!?])\s+(?=\W*$)"
)
_LEADS = re.compile(r"^(?:and|but|then|so|while|as|where|when)\s+(?=\w)", re.IGNORECASE)
_ARTICLES = re.compile(r"\b(?:the|an?|his|its|their)\s+(?=\w)")
_FIRST_ARTICLE = re.compile(r"^(?:The|An?|His|Its|Their)\s+(?=\w)")
_BEING = re.compile(r"\b(?:is|are|was|were)\s+(?=\w+ing\b)")
_JOINTS = re.compile(r"\s+(?:and|while|until)\s+")


def tag(text: str) -> str:
    """A stretch of a sentence as a tag: without articles, and without what ends it."""
    plain = _LEADS.sub("", text.strip(" .,;!?"))
    return _BEING.sub("", _ARTICLES.sub("", _FIRST_ARTICLE.sub("", plain))).strip(" .,;")


def tags_of(seen: str) -> list[str]:
    """Sentences (escaped already) as tags, each once, in their order."""
    found: dict[str, None] = {}
    for stretch in _ENDS.split(seen):
        whole = tag(stretch)
        pieces = _JOINTS.split(whole) if len(encode(whole)) > LONGEST_TAG else [whole]
        found.update(dict.fromkeys(piece for one in pieces if (piece := tag(one))))
    return list(found)


def fitting(lead: Sequence[str], seen: Sequence[str], around: str, *, one_chunk: bool) -> list[str]:
    """``lead``, and as many tags of ``seen`` as there is room for beside what stands ``around`` them, at least one.

    ``one_chunk``: a block that is read for itself, or all there is, has one chunk; with a look in it there are two.
    """
    room = CHUNK * (1 if one_chunk else 2) - _length([networks(around).remaining])
    kept = list(seen)
    while len(kept) > 1 and _length([*lead, *kept]) > room:
        kept.pop()
    return [*lead, *kept]


def _length(tags: Sequence[str]) -> int:
    """Tokens, with the commas between."""
    return sum(len(encode(one)) + 1 for one in tags if one)
