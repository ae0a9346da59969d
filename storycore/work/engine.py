"""The engine: DBOS behind one small class. What is asked for is enqueued in the transaction that asks for it.

Measured, with its traps, in the project's notes on the engine; the ones met here: our own ``application_version``
(the default strands queued work at every upgrade), a stable ``executor_id``, a JSON serializer and ids only, always a
priority (unset is the highest), launch inside the running loop, and the default thread pool of the loop given back
after DBOS has shut it down.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import StateError
from storycore.store.database import sync_url

if TYPE_CHECKING:
    from storycore.work.workshop import Workshop

#: Raised by hand when a workflow changes so that runs begun before cannot be continued by the new code.
APPLICATION_VERSION = "1"
_APPLICATION_NAME = "fireside"
_CLASS_WIDTH = 700_000_000
#: Looking at a queue costs, empty or not: those whose work takes long anyway are looked at so many times less often.
_SELDOM = 4


class Queue(StrEnum):
    """Work of one kind waits in one line."""

    UNDERSTANDING = "understanding"
    PAINTING = "painting"
    SPEECH = "speech"
    FILM = "film"
    VOTES = "votes"


class Urgency(StrEnum):
    """Somebody is waiting (a prompt edit, "again", a film); a story's first pictures; overnight batches."""

    WAITED_FOR = "waited_for"
    FIRST = "first"
    OVERNIGHT = "overnight"

    @property
    def rank(self) -> int:
        """0, 1, 2: who goes first."""
        return list(Urgency).index(self)

    def priority(self, place: int) -> int:
        """The engine's priority, 1 … 2**31-1, lower first: the class, then ``place`` within it (0 or more)."""
        return self.rank * _CLASS_WIDTH + min(1 + place, _CLASS_WIDTH - 1)


@dataclass(frozen=True, slots=True)
class Job:
    """A workflow to run: its name, its id (ours: asking twice is once), its one argument, and when to start."""

    workflow: str
    queue: Queue
    workflow_id: str
    row_id: int
    priority: int
    delay_s: float = 0.0


class _Quiet(logging.Filter):
    """A cancelled workflow is no error: DBOS logs it with a traceback, we leave that out."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        said = record.getMessage()
        cancelled = type(error).__name__.endswith("CancelledError") or "was cancelled" in said
        return not cancelled and not said.startswith("Asyncio task cancelled")


def _tell_of_a_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logging.getLogger(__name__).error("%s ended with a fault", task.get_name(), exc_info=error)


class Engine:
    """DBOS on the database's own file (or server). One per process at a time: DBOS is a singleton."""

    def __init__(self, database_url: str, *, executor_id: str = "fireside", poll_s: float = 0.25) -> None:
        self._url = sync_url(database_url)
        self._executor_id = executor_id
        self._poll_s = poll_s
        self._client: DBOSClient | None = None
        self._sweeping: asyncio.Task[None] | None = None

    async def launch(self, workshop: Workshop, *, painting_window: int = 2) -> None:
        """Start working: recover what was running, then take from the queues. Call it inside the running loop."""
        from storycore.work import sweeping, workflows

        workflows.use(workshop)
        await workshop.hosts.start()
        config: DBOSConfig = {
            "name": _APPLICATION_NAME,
            "system_database_url": self._url,
            "executor_id": self._executor_id,
            "application_version": APPLICATION_VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            # Nothing listens for notifications; its thread's wait is what the end of the engine waits for.
            "notification_listener_polling_interval_sec": min(1.0, 4 * self._poll_s),
        }
        DBOS(config=config)
        logging.getLogger("dbos").addFilter(_Quiet("dbos-cancelled"))
        DBOS.listen_queues(list(Queue))
        DBOS.launch()
        for queue in Queue:
            painting = queue is Queue.PAINTING
            await DBOS.register_queue_async(
                queue.value,
                worker_concurrency=painting_window if painting else 1,
                polling_interval_sec=self._poll_s * (1 if painting else _SELDOM),
                on_conflict="always_update",
            )
        await workshop.hosts.follow_window(painting_window, self._poll_s, self._widen_painting)
        self._client = await asyncio.to_thread(
            DBOSClient,
            system_database_url=self._url,
            application_name=_APPLICATION_NAME,
            serializer=DBOSPortableJSONSerializer(),
        )
        self._sweeping = asyncio.create_task(sweeping.keep_swept(), name="engine-sweeping")
        self._sweeping.add_done_callback(_tell_of_a_fault)

    async def _widen_painting(self, window: int) -> None:
        """How many rounds are claimed at once; the queue's worker reads it at every poll."""
        await DBOS.register_queue_async(
            Queue.PAINTING.value,
            worker_concurrency=window,
            polling_interval_sec=self._poll_s,
            on_conflict="always_update",
        )

    @property
    def running(self) -> bool:
        """Whether work can be asked for."""
        return self._client is not None

    async def enqueue(self, session: AsyncSession, jobs: Sequence[Job]) -> None:
        """Enqueue ``jobs`` in the session's transaction: they exist if and only if it commits."""
        client = self._client
        if client is None:
            raise StateError("The engine is not running yet.", "Try again in a moment.")

        def in_transaction(connection: Connection) -> None:
            for job in jobs:
                options: EnqueueOptions = {
                    "workflow_name": job.workflow,
                    "queue_name": job.queue.value,
                    "workflow_id": job.workflow_id,
                    "priority": job.priority,
                    "app_version": APPLICATION_VERSION,
                }
                if job.delay_s > 0:
                    options["delay_seconds"] = job.delay_s
                client.enqueue_in_transaction(connection, options, job.row_id)

        await session.flush()
        await (await session.connection()).run_sync(in_transaction)

    async def cancel(self, workflow_ids: Sequence[str]) -> None:
        """Cancel workflows: waiting ones never start, running ones are interrupted within a second."""
        if workflow_ids:
            await DBOS.cancel_workflows_async(list(workflow_ids))

    async def close(self) -> None:
        """Stop working. What was running is interrupted, and taken up again at the next launch."""
        if self._client is None:
            return
        from storycore.work import workflows

        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait({self._sweeping})
        await workflows.stop()
        client, self._client = self._client, None
        await asyncio.to_thread(client.destroy)
        # DBOS makes its own pool the loop's default and shuts it down: run its end elsewhere, then give a new one.
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="fireside"))
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=0)
