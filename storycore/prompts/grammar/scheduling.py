"""Scheduling ``[from:to:when]`` and alternation ``[a|b]``: which text a host sees at which sampling step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from storycore.prompts.check import PromptError

#: The WebUI's own rules (modules/prompt_parser.py, v1.10.1): an Earley grammar, ambiguous on purpose. The order of the
#: alternatives and the dynamic lexer decide its odd corners, so both are kept as they are there.
_GRAMMAR = r"""
!start: (prompt | /[][():]/+)*
prompt: (emphasized | scheduled | alternate | plain | WHITESPACE)*
!emphasized: "(" prompt ")"
        | "(" prompt ":" prompt ")"
        | "[" prompt "]"
scheduled: "[" [prompt ":"] prompt ":" [WHITESPACE] NUMBER [WHITESPACE] "]"
alternate: "[" prompt ("|" [prompt])+ "]"
WHITESPACE: /\s+/
plain: /([^\\\[\]():|]|\\.)+/
%import common.SIGNED_NUMBER -> NUMBER
"""
_PARSER = Lark(_GRAMMAR, parser="earley", lexer="dynamic")

#: Without an opening bracket and a colon or a bar behind it nothing changes from step to step.
_MAY_CHANGE = re.compile(r"\[[^\0]*?[:|]", re.DOTALL)
#: Brackets deeper than this are no prompt: the parser would take minutes, or run out of stack.
_DEEPEST = 24
#: What one group may hold: Earley's time grows with the square of the length, and faster with brackets and colons.
_LONGEST = 2_000
_MOST_MARKS = 100
#: From so many on, a prompt's top-level groups are parsed one by one.
_MANY_MARKS = 30
_MARK = re.compile(r"[\[\]():|]")

Schedule = list[tuple[int, str]]
"""``(last step, text)``, by step: the text holds up to and including that step."""


class StepError(PromptError, OverflowError):
    """A step that is no number a host can count to, as in ``[a:b:1e999]``: it answers with an error."""


def schedule(prompt: str, steps: int, hires_steps: int | None = None, *, old: bool = False) -> Schedule:
    """The texts of ``prompt`` over ``steps`` sampling steps (at least 1), or over the second pass's ``hires_steps``.

    ``old`` is the WebUI's option "use old prompt editing timelines": a fraction is then any number below 1 and is
    taken of each pass by itself. A prompt that does not parse holds unchanged, as it does there. Raises
    ``StepError`` where the WebUI raises ``OverflowError``, ``PromptError`` for brackets nested beyond 24 deep, or a
    group of more than 2,000 code points or 100 brackets, colons and bars.
    """
    if steps < 1 or (hires_steps is not None and hires_steps < 1):
        raise ValueError("a picture takes at least one step")
    whole, fraction = (0, 0.0) if hires_steps is None or old else (steps, 1.0)
    last = steps if hires_steps is None or old else hires_steps
    parts = [
        part if isinstance(part, str) else (part, _ends(part, last, whole, fraction, old)) for part in _read(prompt)
    ]
    ends = sorted({last}.union(*(part[1].steps for part in parts if not isinstance(part, str))))
    return [
        (step, "".join(part if isinstance(part, str) else _at(part[0], step, part[1].when) for part in parts))
        for step in ends
    ]


@lru_cache(maxsize=2048)
def _read(prompt: str) -> tuple[str | Tree[Token], ...]:
    """The prompt as pieces: texts that never change, and parses of what does.

    Where all brackets match, the groups at the top stand for themselves: those of a long prompt are parsed one by one
    (thirty alternations take 17 s as one text). Only for degenerate ones, such as ``[::7]`` in another bracket, can
    that choose another of the grammar's readings: 3 of 2,000 random prompts made of little else.
    """
    if not _MAY_CHANGE.search(prompt):
        return (prompt,)
    pieces = _top(prompt) if len(_MARK.findall(prompt)) > _MANY_MARKS else None
    if pieces is None:
        return (_parsed(prompt),)
    read = [_parsed(piece) if _MAY_CHANGE.search(piece) else piece for piece in pieces]
    # A group that does not parse leaves the whole prompt unread.
    return (
        (prompt,)
        if any(part is piece and _MAY_CHANGE.search(piece) for part, piece in zip(read, pieces, strict=True))
        else tuple(read)
    )


def _parsed(prompt: str) -> str | Tree[Token]:
    if len(prompt) > _LONGEST or _depth(prompt) > _DEEPEST or len(_MARK.findall(prompt)) > _MOST_MARKS:
        raise PromptError(
            "This prompt has too many brackets in each other, or one that is never closed.",
            f"Close what is open, and nest at most {_DEEPEST} deep.",
        )
    try:
        return _PARSER.parse(prompt)
    except LarkError:
        return prompt


def _top(prompt: str) -> list[str] | None:
    """The top-level groups and the texts between them, or None where brackets do not match or a bar stands free."""
    pieces: list[str] = []
    open_: list[str] = []
    start = at = 0
    while at < len(prompt):
        letter = prompt[at]
        if letter == "\\":
            if at + 1 == len(prompt) or prompt[at + 1] == "\n":
                return None
            at += 1
        elif letter in "([":
            if not open_:
                pieces.append(prompt[start:at])
                start = at
            open_.append(")" if letter == "(" else "]")
        elif letter in ")]":
            if not open_ or open_.pop() != letter:
                return None
            if not open_:
                pieces.append(prompt[start : at + 1])
                start = at + 1
        elif letter == "|" and not open_:
            return None
        at += 1
    pieces.append(prompt[start:])
    return None if open_ else pieces


def _depth(prompt: str) -> int:
    deepest = depth = 0
    for letter in prompt:
        if letter in "([":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in ")]":
            depth = max(0, depth - 1)
    return deepest


class _Ends:
    """At which steps the text changes; ``when`` has each schedule's last step before the change, by its node."""

    def __init__(self) -> None:
        self.when: dict[int, int] = {}
        self._steps: set[int] = set()

    def add(self, steps: Iterable[int]) -> None:
        self._steps.update(steps)

    @property
    def steps(self) -> list[int]:
        return sorted(self._steps)


def _ends(tree: Tree[Token], last: int, whole: int, fraction: float, old: bool) -> _Ends:
    ends = _Ends()
    ends.add([last])
    for node in tree.iter_subtrees():
        if node.data == "scheduled":
            number = str(node.children[-2])
            value = float(number)
            if old:
                value = value * last if value < 1 else value
            elif "." in number:
                value = (value - fraction) * last
            else:
                value -= whole
            try:
                when = min(last, int(value))
            except OverflowError:
                raise StepError(
                    f"“{number}” is no step a painter can count to.", "Write steps as 10, or 0.5."
                ) from None
            ends.when[id(node)] = when
            if when >= 1:
                ends.add([when])
        elif node.data == "alternate":
            ends.add(range(1, last + 1))
    return ends


def _at(node: Tree[Token] | Token | None, step: int, when: dict[int, int]) -> str:
    """The text at one step."""
    if node is None:
        return ""
    if isinstance(node, Token):
        return str(node)
    if node.data == "scheduled":
        return _at(node.children[0 if step <= when[id(node)] else 1], step, when)
    if node.data == "alternate":
        return _at(node.children[(step - 1) % len(node.children)], step, when)
    return "".join(_at(child, step, when) for child in node.children)
