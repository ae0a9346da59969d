"""What in a prompt goes wrong, or means something else than it seems to: where, what, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storycore.prompts.check import PromptError
from storycore.prompts.grammar.composition import split_weight
from storycore.prompts.grammar.emphasis import WeightError
from storycore.prompts.grammar.extra import NetworkTag, tags
from storycore.prompts.grammar.scheduling import schedule
from storycore.prompts.grammar.tokens import CHUNK, TokenCount, count_tokens

_KINDS = ("lora", "lyco", "hypernet")
_STRONGEST = 2.0
_AND = re.compile(r"\bAND\b")
_WEIGHTED = re.compile(r"(?<!\\):\s*([+-]?[.\d]+)\s*\)")
_BREAK = re.compile(r"\bBREAK\b")
_TAG_BEGUN = re.compile(r"<(?=(?:lora|lyco|hypernet)\b)[^>]*(?:$|(?=<))|<(?:lora|lyco|hypernet)(?::)?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """``at`` is a code point of the prompt; ``what`` is wrong there; ``hint`` is what to do about it."""

    at: int
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How long a prompt is to a host, and its problems by place."""

    tokens: int
    chunks: int
    problems: tuple[Problem, ...]


def check(prompt: str) -> Checked:
    """Read ``prompt`` as a host would, and say what goes wrong. Never raises for a text, however odd.

    Takes seconds for a hostile one (brackets never closed): call it off the event loop.
    """
    problems = [*_brackets(prompt), *_weights(prompt), *_ends(prompt), *_breaks(prompt), *_networks(prompt)]
    if prompt.endswith("\\") and (len(prompt) - len(prompt.rstrip("\\"))) % 2:
        problems.append(Problem(len(prompt) - 1, "A backslash stands at the end.", "Take it away; it hides nothing."))
    try:
        count = count_tokens(prompt)
        schedule(prompt, 20)
    except WeightError:  # told by _weights
        count = _count_plainly(prompt)
    except PromptError as error:
        problems.append(Problem(0, error.message, error.hint))
        count = _count_plainly(prompt)
    if count.chunks > 1 + len(_BREAK.findall(prompt)):  # more than were asked for
        problems.append(
            Problem(
                len(prompt),
                f"This is {count.tokens} tokens, read in {count.chunks} chunks of {CHUNK}.",
                "What stands first is heeded most: keep what matters in the first 50 words.",
            )
        )
    return Checked(count.tokens, count.chunks, tuple(sorted(problems, key=lambda problem: problem.at)))


def _count_plainly(prompt: str) -> TokenCount:
    return count_tokens(re.sub(r"[\\()\[\]:|<>]", " ", prompt))


def _brackets(prompt: str) -> Iterator[Problem]:
    """Brackets that are not closed, not opened, or crossed; bars that stand free."""
    open_: list[tuple[str, int]] = []
    at = 0
    while at < len(prompt):
        letter = prompt[at]
        if letter == "\\":
            at += 1
        elif letter in "([":
            open_.append((letter, at))
        elif letter in ")]":
            if not open_:
                yield Problem(at, f"“{letter}” closes nothing.", f"Take it away, or write \\{letter} for the letter.")
            elif (open_[-1][0] == "(") != (letter == ")"):
                yield Problem(at, f"“{letter}” closes a “{open_.pop()[0]}”.", "Close brackets in their order.")
            else:
                open_.pop()
        elif letter == "|" and not any(bracket == "[" for bracket, _ in open_):
            yield Problem(
                at,
                "A bar outside of square brackets: nothing in the prompt changes from step to step then.",
                "Write [a|b] to alternate between two words.",
            )
        at += 1
    for letter, place in open_:
        yield Problem(
            place,
            f"“{letter}” is never closed: it goes on to the end.",
            f"Close it, or write \\{letter} for the letter.",
        )


def _weights(prompt: str) -> Iterator[Problem]:
    for match in _WEIGHTED.finditer(prompt):
        try:
            weight = float(match[1])
        except ValueError:
            yield Problem(
                match.start(1),
                f"“{match[1]}” is no number: the painter answers with an error.",
                "Write a weight as 1.2, in (word:1.2).",
            )
            continue
        if not 0 <= weight <= _STRONGEST:
            yield Problem(
                match.start(1),
                f"A weight of {match[1]} tears the picture apart.",
                f"Weights from 0 to {_STRONGEST:g} are of use; 1.1 to 1.4 is strong.",
            )


def _ends(prompt: str) -> Iterator[Problem]:
    """A part that ends in ``:30`` is read as weighing 30, whether or not there is an ``AND``."""
    start, parts = 0, _AND.split(prompt)
    for part in parts:
        _, weight, at = split_weight(part)
        if at is not None and (len(parts) == 1 or abs(weight) > _STRONGEST):
            yield Problem(
                start + at,
                f"The end “{part[at:].strip()}” is not read as words: it weighs the whole part {weight:g} times.",
                "Put something behind it, or write the number without the colon.",
            )
        if len(parts) > 1 and not part.strip():
            yield Problem(min(start, len(prompt)), "Nothing stands on this side of AND.", "Take the AND away.")
        start += len(part) + len("AND")


def _breaks(prompt: str) -> Iterator[Problem]:
    """``BREAK`` inside an emphasis weighs more or less than it should, and is then only a word."""
    depth = 0
    for match in re.finditer(r"\\.|[()\[\]]|\bBREAK\b", prompt):
        if match[0] in "([":
            depth += 1
        elif match[0] in ")]":
            depth = max(0, depth - 1)
        elif match[0] == "BREAK" and depth:
            yield Problem(match.start(), "BREAK inside brackets is only a word.", "Put it outside of the brackets.")


def _networks(prompt: str) -> Iterator[Problem]:
    for tag in tags(prompt):
        yield from _tag(tag)
    for match in _TAG_BEGUN.finditer(prompt):
        yield Problem(match.start(), f"“{match[0][:40]}” is no whole tag.", "Write <lora:name:0.8>.")


def _tag(tag: NetworkTag) -> Iterator[Problem]:
    if tag.kind not in _KINDS:
        yield Problem(tag.start, f"“{tag.kind}” is no kind of network that painters know.", "Write <lora:name:0.8>.")
        return
    if not tag.items[0].strip():
        yield Problem(tag.start, "This tag names no network.", "Write <lora:name:0.8>.")
    for item in tag.items[1:]:
        value = item.partition("=")[2] or item
        if "=" not in item or item.partition("=")[0] in ("te", "unet", "dyn"):
            try:
                weight = float(value)
            except ValueError:
                yield Problem(
                    tag.start,
                    f"“{item}” is no weight: the network is left out.",
                    f"Write <{tag.kind}:{tag.items[0]}:0.8>.",
                )
                continue
            if abs(weight) > _STRONGEST:
                yield Problem(tag.start, f"A weight of {value} tears the picture apart.", "Use 0.5 to 1.")


def check_batch(prompts: list[str]) -> tuple[Problem, ...]:
    """What goes wrong between the prompts of one request: only the first one's networks are loaded for all."""
    first = {(tag.kind, tag.items) for tag in tags(prompts[0])} if prompts else set()
    return tuple(
        Problem(
            index,
            f"Prompt {index + 1} has other networks than the first, whose networks are loaded for all.",
            "Send it in a request of its own.",
        )
        for index, prompt in enumerate(prompts)
        if {(tag.kind, tag.items) for tag in tags(prompt)} != first
    )
