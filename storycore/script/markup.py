"""From what was typed to what is read aloud: Markdown, quotation marks and invisible characters go, words stay."""

from __future__ import annotations

import re

from storycore.script.words import fold

_INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{|}~])"
    r"|(?P<comment><!--.{0,400}?-->)"
    r"|!?\[(?P<label>[^\[\]\n]{0,300})\]\((?:[^()\s]|\([^()\s]{0,200}\)){0,500}(?:[ \t]+\"[^\"\n]{0,200}\")?\)"
    r"|<a?:(?P<emoji>\w{2,32}):\d{1,20}>"
    r"|</?(?:b|i|u|s|em|strong|br|p|q|span|sub|sup|center|blockquote)(?:\s[^<>]{0,200})?/?>"
    r"|<(?P<link>https?://[^<>\s]{1,500})>"
    r"|(?P<quoted>(?<=\n)[ \t]{0,8}>[> \t]*)"
    r"|`+|\*{2,}|~~|\|\|"
    r"|(?<=\S)\*|\*(?=\S)"
    r"|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)",
    re.DOTALL,
)
_MARKS = re.compile(r"[\"“”„‟«»‹›「」『』]")


def _replacement(match: re.Match[str]) -> str:
    if match["comment"] or match["quoted"] is not None:
        return " "
    for name in ("escaped", "label", "emoji", "link"):
        if match[name] is not None:
            return str(match[name])
    return " " if match.group().startswith("<") else ""


def plain(text: str) -> str:
    """``text`` as it is read: without Markdown's and Discord's marks, white space folded. Words are never lost."""
    return fold(_INLINE.sub(_replacement, text))


def spoken(text: str) -> str:
    """``plain`` without quotation marks: a line's text."""
    bare = _MARKS.sub(" ", plain(text))
    return re.sub(r" ([,.;:!?…])(?=\s|$)", r"\1", " ".join(bare.split())).lstrip(",;:) ")
