"""One round's pictures, painted at whichever hosts the dispatcher gives: kept one by one, looked for first."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

from storycore.errors import PainterError, PainterUnreachableError
from storycore.film.model import Made
from storycore.hosts.dispatcher import Wanted, painting_key
from storycore.hosts.host import Host
from storycore.images.base import Painting, PaintProgress, PaintRequest
from storycore.keys import derived_seed, recipe_key
from storycore.store.models import UNFINISHED, RoundRow, WorkState, now
from storycore.work.fair import begin_turn
from storycore.work.jobs import queueing
from storycore.work.jobs.progress import Reporter, reporting
from storycore.work.workshop import Workshop

_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
#: So often empty or repeated pictures are painted again, with other seeds.
_MOST_REPAINTS = 2


class AtHostError(PainterUnreachableError):
    """A host failed with this job; ``cause`` says how."""

    def __init__(self, host: Host, cause: PainterError) -> None:
        super().__init__(cause.message, cause.hint)
        self.host = host
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Order:
    """What one round asks for, read once."""

    story_id: int
    scene_id: int
    round_id: int
    prompt: str
    seed: int
    count: int
    width: int
    height: int
    attempt: int
    server_id: int | None
    rank: int
    tag: int
    checkpoint: str
    loras: tuple[str, ...]
    refused: frozenset[int]

    @property
    def wanted(self) -> Wanted:
        """What the dispatcher must know of it."""
        key = painting_key(self.round_id, self.attempt)
        return Wanted(key, self.rank, self.tag, self.server_id, self.checkpoint, self.loras, self.refused)

    def seed_of(self, index: int) -> int:
        """The seed that candidate ``index`` (from 0) is asked for with."""
        return (self.seed + index) % 2**32


async def paint_order(workshop: Workshop, order: Order) -> list[Made]:
    """All candidates of a round, in order; those painted before, at any host of the server's, are found.

    Raises ``GiveBackError`` when no host can take it now, ``AtHostError`` when one failed with it, and for this
    machine's own painter what that raises.
    """
    work = _Work(workshop, order)
    await work.look_for_kept()
    async with reporting(work.write_progress) as reporter:
        seeds = {index: order.seed_of(index) for index in range(order.count) if index not in work.made}
        for repaint in range(_MOST_REPAINTS + 1):
            for run in _runs(seeds):
                await work.paint_run(run, reporter, last=repaint == _MOST_REPAINTS)
            seeds = {
                index: derived_seed("instead", order.seed, index, repaint)
                for index in range(order.count)
                if index not in work.made
            }
            if not seeds:
                break
    return [work.made[index] for index in range(order.count)]


def _runs(seeds: dict[int, int]) -> list[dict[int, int]]:
    """Seeds that follow each other are one request."""
    runs: list[dict[int, int]] = []
    for index, seed in seeds.items():
        last = runs[-1] if runs else {}
        if last and last.get(index - 1) == (seed - 1) % 2**32:
            last[index] = seed
        else:
            runs.append({index: seed})
    return runs


async def _to_its_end(writing: asyncio.Task[None]) -> None:
    """Wait for a short transaction, also when cancelled meanwhile: one that is cut off may leave its lock behind."""
    try:
        await asyncio.wait({writing})
    except asyncio.CancelledError:
        await asyncio.wait({writing})
        raise


class _Work:
    """One round at work."""

    def __init__(self, workshop: Workshop, order: Order) -> None:
        self._workshop = workshop
        self._order = order
        self.made: dict[int, Made] = {}
        self._alike: set[str] = set()
        self._preview: bytes | None = None

    async def look_for_kept(self) -> None:
        """Find what was painted before, by whichever host might paint it now."""
        hosts = self._workshop.hosts.dispatcher.serving(self._order.server_id)
        if any(host.is_here for host in hosts):
            await self._workshop.know_painter()
        for painted_with in dict.fromkeys(host.fingerprint(self._order.checkpoint) for host in hosts):
            for index in range(self._order.count):
                if index not in self.made:
                    kept = await self._workshop.made.find(self._key(painted_with, index))
                    if kept is not None:
                        self.made[index] = kept

    async def paint_run(self, run: dict[int, int], reporter: Reporter, *, last: bool) -> None:
        """Have candidates painted (index: seed), and keep those that show something new.

        ``last``: there is no further try; empty ones are the host's fault then, and repeated ones are kept.
        """
        host = await self._workshop.hosts.dispatcher.turn(self._order.wanted)
        loop = asyncio.get_running_loop()
        began = loop.time()
        request = self._request(host, run)
        noting = asyncio.create_task(self._note_begun(host, request.task_id))
        if host.is_here:  # no network to wait for: what is told comes first
            await self._noted(host, noting)
        try:
            try:
                paintings = await self._painted(host, request, reporter)
            except PainterError as error:
                if host.is_here:
                    raise
                raise AtHostError(host, error) from error
            painted_with = host.fingerprint(self._order.checkpoint)
            for index, painting in zip(run, paintings, strict=True):
                await self._keep_or_not(host, painted_with, index, painting, last=last)
        finally:
            await _to_its_end(noting)
        noting.result()
        megapixels = request.width * request.height / 1_000_000
        await self._workshop.hosts.painted(host, len(paintings), loop.time() - began, megapixels)

    async def _noted(self, host: Host, noting: asyncio.Task[None]) -> None:
        done = False
        try:
            await _to_its_end(noting)
            noting.result()
            done = True
        finally:
            if not done:
                self._workshop.hosts.dispatcher.release(host)

    async def _painted(self, host: Host, request: PaintRequest, reporter: Reporter) -> list[Painting]:
        """The pictures of one request; the host is free for others as soon as it is done, not when this is."""
        before, share = len(self.made) / self._order.count, request.count / self._order.count

        def tell(progress: PaintProgress) -> None:
            reporter.report(before + progress.fraction * share)
            if progress.preview is not None:
                self._preview = progress.preview

        def idle() -> None:
            self._workshop.hosts.dispatcher.release(host)

        begun = False

        async def paint() -> list[Painting]:
            nonlocal begun
            begun = True
            return await host.paint(request, tell, idle)

        def ended(ended_work: asyncio.Task[list[Painting]]) -> None:
            host.works.discard(ended_work)
            if not begun:  # cancelled before its first step: nobody else will say that the host is free
                idle()

        work = asyncio.create_task(paint())
        host.works.add(work)
        work.add_done_callback(ended)
        try:
            return await work
        except asyncio.CancelledError:
            mine = asyncio.current_task()
            if host.removed and work.done() and (mine is None or not mine.cancelling()):
                error = PainterUnreachableError("The GPU host was removed.", "Another one goes on.").called("removed")
                raise error from None
            raise

    async def _keep_or_not(self, host: Host, painted_with: str, index: int, painting: Painting, *, last: bool) -> None:
        if painting.empty:
            if last:
                words = PainterError("The GPU host paints nothing but empty pictures for this prompt.", "Reword it.")
                raise AtHostError(host, words.called("empty"))
            return
        if painting.likeness:
            if painting.likeness in self._alike and not last:
                return
            self._alike.add(painting.likeness)
        details: dict[str, Any] = {
            "seed": painting.seed,
            "width": painting.width,
            "height": painting.height,
            "parameters": dict(painting.parameters) | ({} if host.is_here else {"host": host.name}),
        }
        suffix = _SUFFIXES[painting.media_type]
        key = self._key(painted_with, index)
        self.made[index] = await self._workshop.made.keep_bytes(key, painting.data, suffix, details)

    def _key(self, painted_with: str, index: int) -> str:
        order = self._order
        return recipe_key(
            "candidate",
            painter=painted_with,
            prompt=order.prompt,
            seed=order.seed_of(index),
            width=order.width,
            height=order.height,
        )

    def _request(self, host: Host, run: dict[int, int]) -> PaintRequest:
        order = self._order
        first = next(iter(run))
        return PaintRequest(
            # Every asking has a name of its own: a host may still be at one from before a crash.
            task_id=f"{order.round_id}-{order.attempt}-{first}-{secrets.token_hex(4)}",
            prompt=order.prompt,
            seed=run[first],
            count=len(run),
            width=order.width,
            height=order.height,
            checkpoint=order.checkpoint or host.checkpoint_to_restore,
            loras=order.loras,
        )

    async def _note_begun(self, host: Host, task_id: str) -> None:
        order = self._order
        async with self._workshop.changing(order.story_id) as (session, _):
            row = await session.get_one(RoundRow, order.round_id)
            if row.state not in UNFINISHED:
                return
            row.state, row.problem = WorkState.WORKING, ""
            job = await queueing.job_of(session, row)
            job.begun_at, job.task = now(), task_id
            job.host_id, job.host_name = (None, "") if host.is_here else (host.id, host.name)
            await begin_turn(session, job)

    async def write_progress(self, fraction: float) -> None:
        """Now and then, while it is painted."""
        preview, self._preview = self._preview, None
        if preview is not None:
            await self._workshop.previews.show(self._order.round_id, preview)
        async with self._workshop.changing(self._order.story_id) as (session, _):
            row = await session.get_one(RoundRow, self._order.round_id)
            row.progress = fraction
