"""Worker processes: they leave Ctrl-C to their parent, give way to it, and end with it, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess

_NICENESS = 5


def settle_in() -> None:
    """The initializer of every pool of ours, run in the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    """Workers outlive a parent killed with -9, unless they watch it."""
    parent.join()
    os._exit(1)
