"""A thousand prompts read: ours beside the WebUI's way (its grammar, each prompt parsed whole), in one run.

    python -m benchmarks.prompts [--prompts 1000]

Prints CPU seconds and the ratio. The reference is the same Earley grammar in the same lark: what a host itself spends.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from storycore.prompts.grammar import attention, check, multicond, networks, schedule
from storycore.prompts.grammar import scheduling as ours

_STEPS = 28
_WORDS = ["a", "knight", "in", "silver", "armour", "at the old mill,", "evening light,", "fog over the river"]
_SEED = 11


def _prompts(count: int) -> list[str]:
    """As people write them: most plain or with emphasis, one in five with alternation or a schedule."""
    chance = random.Random(_SEED)
    made = []
    for number in range(count):
        words = [chance.choice(_WORDS) for _ in range(chance.randint(15, 60))]
        for _ in range(chance.randint(0, 3)):
            place = chance.randrange(len(words))
            words[place] = f"({words[place]}:{chance.uniform(0.8, 1.4):.1f})"
        if number % 5 == 0:
            words.insert(0, chance.choice(["[Ada|Bo]", "[day:night:0.5]", "[fog:8]", "[(Ada:1.1)|Bo] , [red:blue:4]"]))
        made.append(" ".join(words) + f" #{number}")
    return made


def _whole(prompt: str) -> None:
    ours._PARSER.parse(prompt)


def _cpu(act: Callable[[str], object], prompts: list[str]) -> float:
    begun = time.process_time()
    for prompt in prompts:
        act(prompt)
    return time.process_time() - begun


def main(prompts: Annotated[int, typer.Option(min=10)] = 1000) -> None:
    """Measure."""
    texts = _prompts(prompts)
    reference = _cpu(_whole, texts)
    table = Table(title=f"{prompts} prompts, {_STEPS} steps")
    for heading in ("what", "CPU, s", "of the original grammar's parse"):
        table.add_column(heading)
    table.add_row("the original grammar, parsed whole", f"{reference:.2f}", "1.00")
    acts: list[tuple[str, Callable[[str], object]]] = [
        ("schedule", lambda text: schedule(text, _STEPS)),
        ("attention", attention),
        ("multicond", lambda text: multicond([text])),
        ("networks", networks),
        ("check (all of them, and tokens)", check),
    ]
    for name, act in acts:
        ours._read.cache_clear()
        spent = _cpu(act, texts)
        table.add_row(name, f"{spent:.2f}", f"{spent / reference:.3f}")
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
