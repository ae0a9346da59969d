"""Story text is never prompt grammar: what the WebUI would read as weights, schedules or tags is neutralised."""

from __future__ import annotations

import re

from storycore.script.words import fold

_BRACKETS = re.compile(r"[()\[\]{}<>|\\`^~*$（）［］｛｝＜＞｜＼]+")
_COLON = re.compile(r"[:：]+")
_WILDCARD = re.compile(r"_{2,}")
_WORDS = re.compile(r"\b(?:AND(?:_PERP|_SALT|_TOPK)?|BREAK|ADDBASE|ADDCOL|ADDROW|ADDCOMM)\b")


def escape(text: str) -> str:
    """``text`` as words only: grammar characters become blanks or commas, grammar words small; white space folded.

    Guards against attention ``( )``, ``[ ]`` and ``:``, schedules and alternation ``[a|b]``, tags ``< >``, escapes
    ``\\``, wildcards ``__x__`` and ``{a|b}``, composition ``AND`` and ``BREAK`` (the WebUI's prompt_parser.py and its
    common extensions). Idempotent.
    """
    text = _BRACKETS.sub(" ", fold(text))  # folded first: what cannot be seen must not keep apart what may not meet
    text = re.sub(r"(?<=\d)[:：](?=\d)", ".", text)
    text = _WILDCARD.sub(" ", _COLON.sub(", ", text))
    text = _WORDS.sub(lambda match: match.group().lower(), fold(text))
    return re.sub(r" +(?=[,.;!?])|(?<=,),+", "", re.sub(r",(?:\s*,)+", ",", text)).strip(" ,")
