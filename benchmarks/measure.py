"""What a block of work costs: CPU time of this process and its children, the clock, and the most memory at once."""

from __future__ import annotations

import os
import re
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

#: Looking costs three milliseconds, which count as the block's.
_EVERY_S = 0.25


@dataclass
class Cost:
    """CPU seconds (user and system, children included), seconds by the clock, and the peak memory in MB (10^6 bytes).

    Memory is the proportional set size of this process (unless it is left out) and all below it, so that shared pages
    count once.
    """

    cpu: float = 0.0
    clock: float = 0.0
    peak_mb: float = 0.0


@contextmanager
def measured(cost: Cost, *, own: bool = True) -> Iterator[None]:
    """Add what the block costs to ``cost``; with ``own`` False the memory of this process is none of it."""

    def cpu() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in used)

    done = threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY_S):
            cost.peak_mb = max(cost.peak_mb, _memory(own) / 1e6)

    watcher = threading.Thread(target=watch, daemon=True)
    before, begun = cpu(), time.perf_counter()
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        cost.cpu += cpu() - before
        cost.clock += time.perf_counter() - begun


def _memory(own: bool) -> int:
    """Bytes that this process (if ``own``) and its descendants hold (Linux)."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    ours = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in ours} - ours:
        ours |= more
    total = 0
    for process in ours if own else ours - {os.getpid()}:
        with suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) * 1024 if found else 0
    return total
