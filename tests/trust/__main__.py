"""``make trust``: a story's life, killed at a hundred moments, each in a life of its own; a table on docs/trust.md.

Exit code 0 when every life ended as the undisturbed one did.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.trust.moments import Kill, Measured, Moment, choose, killed, undisturbed
from tests.trust.people import LostError
from tests.trust.seen import Seen, differences

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trust.md"
_BEGIN, _END = "<!-- the table of make trust begins -->", "<!-- the table of make trust ends -->"
_COLUMNS = ("#", "killed at", "what was going on", "at, s", "dead, s", "back, s", "healed, s", "equal")


@dataclass(slots=True)
class Row:
    """One killed life."""

    number: int
    moment: Moment
    kill: Kill
    wrong: list[str] = field(default_factory=list)

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text, by column."""
        kill, moment = self.kill, self.moment
        equal = "**no**" if self.wrong else "yes"
        if not kill.came:
            return (str(self.number), str(moment), "(the story was over)", "", "", "", "", equal)
        return (
            str(self.number),
            str(moment),
            kill.during,
            f"{kill.at_s:.1f}",
            f"{moment.pause_s:.1f}",
            _seconds(kill.back_s),
            _seconds(kill.shown_s),
            equal,
        )


class Journal:
    """What was lived so far, in a file: a run that was interrupted goes on where it stopped.

    The moments come from the first run's undisturbed life, so that they stay the same hundred.
    """

    def __init__(self, path: Path | None, seed: int, count: int) -> None:
        self._path = path
        self._head = {"seed": seed, "count": count}
        self._measured: Measured | None = None
        self._rows: dict[int, dict[str, object]] = {}
        if path is not None and path.exists():
            kept = json.loads(path.read_text("utf-8"))
            if kept["head"] != self._head:
                raise typer.BadParameter(f"{path} is of another seed or number of moments")
            milestones = tuple((name, seconds) for name, seconds in kept["measured"]["milestones"])
            self._measured = Measured(**kept["measured"] | {"milestones": milestones})
            self._rows = {int(number): row for number, row in kept["rows"].items()}

    def measured(self, now: Measured) -> Measured:
        """The first run's figures; ``now`` are they when this is the first run."""
        self._measured = self._measured or now
        return self._measured

    def row(self, number: int, moment: Moment) -> Row | None:
        """A life that was lived before and ended equal."""
        kept = self._rows.get(number)
        return None if kept is None else Row(number, moment, Kill(moment, **kept))  # type: ignore[arg-type]

    def keep(self, row: Row) -> None:
        """A life that ended equal; one that did not is lived again."""
        if self._path is None or self._measured is None or row.wrong:
            return
        self._rows[row.number] = {key: value for key, value in asdict(row.kill).items() if key != "moment"}
        kept = {"head": self._head, "measured": asdict(self._measured), "rows": self._rows}
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(kept), "utf-8")
        temporary.replace(self._path)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


async def one(number: int, moment: Moment, reference: Seen) -> Row:
    """One life killed once."""
    folder = Path(tempfile.mkdtemp(prefix="fireside-trust-"))
    try:
        seen, kills, wrongs = await killed(folder, [moment])
    except LostError as error:
        return Row(number, moment, Kill(moment), [str(error), f"kept in {folder}"])
    row = Row(number, moment, kills[0], differences(reference, seen) + wrongs)
    if row.wrong:
        row.wrong.append(f"kept in {folder}")
    else:
        await asyncio.to_thread(shutil.rmtree, folder)
    return row


async def all_of(console: Console, count: int, seed: int, at_once: int, journal: Journal) -> tuple[Measured, list[Row]]:
    """The reference, then every killed life, ``at_once`` at a time."""
    with tempfile.TemporaryDirectory(prefix="fireside-trust-") as folder:
        reference, measured = await undisturbed(Path(folder))
    measured = journal.measured(measured)
    console.print(f"The undisturbed life: {measured.requests} requests, {measured.commits} commits.")
    gate = asyncio.Semaphore(at_once)

    async def in_turn(number: int, moment: Moment) -> Row:
        if before := journal.row(number, moment):
            return before
        async with gate:
            row = await one(number, moment, reference)
        journal.keep(row)
        console.print(" · ".join(row.cells), highlight=False, markup=False, soft_wrap=True)
        for wrong in row.wrong:
            console.print(f"    {wrong}", style="red", highlight=False, markup=False, soft_wrap=True)
        return row

    moments = choose(seed, measured, count)
    return measured, await asyncio.gather(*(in_turn(n, moment) for n, moment in enumerate(moments, start=1)))


def shown(rows: list[Row]) -> Table:
    """The table for a terminal."""
    table = Table(title="A story killed with SIGKILL")
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name in _COLUMNS[1:3] else "right")
    for row in rows:
        table.add_row(*(cell.replace("**", "") for cell in row.cells), style="red" if row.wrong else "")
    return table


def written(measured: Measured, rows: list[Row], seed: int, at_once: int) -> str:
    """The table for docs/trust.md, with how it was run."""
    came = [row for row in rows if row.kill.came]
    equal = sum(not row.wrong for row in rows)
    back = [row.kill.back_s for row in came if row.kill.back_s is not None]
    healed = [row.kill.shown_s for row in came if row.kill.shown_s is not None]
    figures = (
        f"{len(rows)} lives (seed {seed}, {at_once} at a time, {os.cpu_count()} cores), {len(came)} of them killed; "
        f"the undisturbed life has {measured.requests} requests and {measured.commits} commits. "
        f"**{equal} of {len(rows)} ended equal to it.**"
    )
    if back and healed:
        figures += (
            f" Connected again after {statistics.median(back):.1f} s (median; at most {max(back):.1f} s); all that "
            f"was in the rows when it was killed shown after {statistics.median(healed):.1f} s "
            f"(at most {max(healed):.1f} s), most of which is the bot's start."
        )
    lines = ["| " + " | ".join(_COLUMNS) + " |", "| --: | :-- | :-- |" + " --: |" * (len(_COLUMNS) - 3)]
    lines += ["| " + " | ".join(row.cells) + " |" for row in rows]
    return "\n".join([figures, "", *lines])


def write_page(text: str) -> None:
    """Put the table between its two marks in docs/trust.md. Raises ``ValueError`` when they are not there."""
    page = PAGE.read_text(encoding="utf-8")
    head, begin, rest = page.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no place for the table")
    PAGE.write_text(f"{head}{_BEGIN}\n{text}\n{_END}{tail}", encoding="utf-8")


def main(
    moments: Annotated[int, typer.Option(help="how many lives to kill", min=1)] = 100,
    seed: Annotated[int, typer.Option(help="chooses the moments")] = 1,
    at_once: Annotated[int, typer.Option(help="lives at a time", min=1)] = 1,
    write: Annotated[bool, typer.Option(help="write the table into docs/trust.md")] = True,
    journal: Annotated[Path | None, typer.Option(help="a file to go on from after an interruption")] = None,
) -> None:
    """Kill a story's bot at many moments, and compare how each story ends with one that nobody disturbed."""
    console = Console()
    measured, rows = asyncio.run(all_of(console, moments, seed, at_once, Journal(journal, seed, moments)))
    console.print(shown(rows))
    if write:
        write_page(written(measured, rows, seed, at_once))
    wrong = [row for row in rows if row.wrong]
    console.print(f"{len(rows) - len(wrong)} of {len(rows)} lives ended as the undisturbed one did.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    typer.run(main)
