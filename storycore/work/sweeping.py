"""The engine's rows of work that was done long ago: nothing else deletes them, and every look at a queue reads them."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from dbos import DBOS

from storycore.store.models import now

#: What will never run again.
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_KEPT = timedelta(days=7)
_BATCH = 100
_MOST = 50_000
_PAUSE_S = 0.25
_FIRST_S = 600.0
_EVERY_S = 24 * 3600.0

_log = logging.getLogger(__name__)


async def sweep(kept: timedelta = _KEPT, *, batch: int = _BATCH, pause_s: float = _PAUSE_S, most: int = _MOST) -> int:
    """Delete the rows of workflows that are over and were asked for more than ``kept`` ago; gives how many those were.

    In small transactions with pauses between them, so that nobody waits for the database; at most ``most`` at a time.
    """
    before = (now() - kept).isoformat()
    swept = 0
    while swept < most:
        found = await DBOS.list_workflows_async(
            status=_OVER, end_time=before, limit=batch, load_input=False, load_output=False
        )
        if not found:
            break
        await DBOS.delete_workflows_async([workflow.workflow_id for workflow in found])
        swept += len(found)
        await asyncio.sleep(pause_s)
    return swept


async def keep_swept(first_s: float = _FIRST_S, every_s: float = _EVERY_S) -> None:
    """Sweep once a day, until cancelled; the first time a while after the start."""
    await asyncio.sleep(first_s)
    while True:
        swept = await sweep()
        if swept:
            _log.info("the rows of %d finished workflows were deleted", swept)
        await asyncio.sleep(every_s)
