"""A text made easy to read for the pipeline, without moving a single character."""

from __future__ import annotations

import re

_MARKUP = str.maketrans(
    {"_": " ", "*": " ", "~": " ", "`": " ", "\t": " ", "\u00a0": " ", "ʼ": "’", "´": "’", "―": "—"}
)
_WRAP = re.compile(r"(?<=[^\n])\n(?=[^\n])")
_QUOTED = re.compile(r"^[ ]*>+", re.MULTILINE)
#: A stretch without white space longer than any word: broken up, for a tokenizer that takes its time over it.
_RUN = re.compile(r"(\S{80})\S")
_DASHES = re.compile(r"(?<!-)--(?!-)")


def smooth(text: str) -> str:
    """``text`` with hard wraps, emphasis and quoting marks as spaces and ``--`` as a dash: as long as before, so that
    offsets hold."""
    plain = _QUOTED.sub(lambda match: " " * len(match.group()), text)
    plain = _DASHES.sub(" —", _WRAP.sub(" ", plain.translate(_MARKUP)))
    return _RUN.sub(r"\1 ", plain)
