"""How far the work is, on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.text import Text

from storycore.project.model import Progress, Step

_WORDS = {Step.READING: "reading", Step.PAINTING: "painting", Step.FILMING: "filming"}
_TENTHS = 10
_A_MINUTE_S, _HALF_STEP_S = 60, 5


class Display(AbstractContextManager["Display"], Protocol):
    """Shows the progress of one script while it is open."""

    def tell(self, progress: Progress) -> None:
        """Show how far it is."""
        ...


def display_for(name: str, number: int, total: int) -> Display:
    """A display for one of ``total`` scripts; ``number`` counts from 1."""
    label = name if total == 1 else f"[{number}/{total}] {name}"
    return _Bars(label) if sys.stderr.isatty() else _Lines(label)


def _amount(progress: Progress) -> str:
    if progress.step is Step.PAINTING:
        return f"{int(progress.done)} of {int(progress.total)} scenes"
    if progress.step is Step.FILMING:
        return f"{progress.done:.0%}"
    return ""


def _left(progress: Progress) -> str:
    """The time that is left, as coarse as it is known."""
    if progress.left is None or progress.done >= progress.total:
        return ""
    if progress.left < _A_MINUTE_S - _HALF_STEP_S:
        return f"about {max(1, round(progress.left / 10)) * 10} s left"
    return f"about {max(1, round(progress.left / _A_MINUTE_S))} min left"


class _Remaining(TimeRemainingColumn):
    """What the work itself says of the time left, else what the bar's pace says."""

    def render(self, task: Task) -> Text:
        known = str(task.fields.get("left", ""))
        return Text(known) if known else super().render(task)


class _Bars:
    """A bar that begins anew with every step, and goes when the script is done."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._step: Step | None = None
        self._task: TaskID | None = None
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[amount]}", markup=False),
            _Remaining(compact=True),
            console=Console(stderr=True),
            transient=True,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def tell(self, progress: Progress) -> None:
        """Move the bar."""
        if progress.step is not self._step or self._task is None:
            if self._task is not None:
                self._bars.remove_task(self._task)
            self._step = progress.step
            doing = f"{self._label}: {_WORDS[progress.step]}"
            self._task = self._bars.add_task(doing, total=None, amount="", left="")
        total = None if progress.step is Step.READING else progress.total
        left = _left(progress)
        self._bars.update(self._task, total=total, completed=progress.done, amount=_amount(progress), left=left)


class _Lines:
    """A line for every step, scene and tenth of a film."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._last = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def tell(self, progress: Progress) -> None:
        """Write a line if there is something new to say."""
        shown = progress
        if progress.step is Step.FILMING:
            shown = Progress(progress.step, int(progress.done * _TENTHS) / _TENTHS, 1)
        line = f"{self._label}: {_WORDS[progress.step]} {_amount(shown)}".rstrip()
        if line != self._last:
            self._last = line
            left = _left(progress)
            print(f"{line}, {left}" if left else line, file=sys.stderr, flush=True)  # noqa: T201 - what it is for
