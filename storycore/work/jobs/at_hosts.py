"""One round's pictures, painted at whichever hosts the dispatcher gives: kept one by one, looked for first."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from storycore.errors import PainterError, PainterUnreachableError
from storycore.film.model import Made
from storycore.hosts.crew import Hosts
from storycore.hosts.dispatcher import Dispatcher, Wanted, painting_key
from storycore.hosts.host import Host
from storycore.hosts.model import without_names
from storycore.images.base import Painting, PaintProgress, PaintRequest
from storycore.images.webui.likeness import Likeness, Portrait, Portrayed, likeness_for
from storycore.images.webui.options import NEGATIVE
from storycore.images.webui.styling import Styled, styled
from storycore.images.webui.task import WithdrawnError
from storycore.keys import derived_seed, recipe_key
from storycore.prompts.negatives import joined_negative
from storycore.store.hosts import JobRow
from storycore.store.media import Kept, record_made
from storycore.store.models import UNFINISHED, RoundRow, WorkState, now
from storycore.studio.rules import ALWAYS
from storycore.work.fair import begin_turn
from storycore.work.jobs.progress import Reporter, reporting
from storycore.work.jobs.visit import Visit
from storycore.work.workshop import Workshop

_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
#: So often empty or repeated pictures are painted again, with other seeds.
_MOST_REPAINTS = 2


#: Extras that decide nothing by themselves: what follows from them is in each picture's recipe.
_NO_PART = frozenset({"variants", "variation", "like"})


class AtHostError(PainterUnreachableError):
    """A host failed with this job; ``cause`` says how, ``sick`` whether it fails with everything."""

    def __init__(self, host: Host, cause: PainterError) -> None:
        super().__init__(cause.message, cause.hint)
        self.host = host
        self.cause = cause
        self.sick = host.sick


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
    epoch: int
    tag: int
    checkpoint: str
    loras: tuple[str, ...]
    refused: frozenset[int]
    #: What else decides the pictures (``storycore.prompts.compose``): negative prompt, characters, style, variants.
    extras: Mapping[str, Any] = field(default_factory=dict)
    embeddings: tuple[str, ...] = ()

    @property
    def variants(self) -> tuple[str, ...]:
        """Prompts of the candidates' own, where they differ."""
        return tuple(map(str, self.extras.get("variants", ())))

    def prompt_of(self, index: int) -> str:
        """The prompt of candidate ``index`` (from 0)."""
        return self.variants[index % len(self.variants)] if self.variants else self.prompt

    @property
    def wanted(self) -> Wanted:
        """What the dispatcher must know of it."""
        key = painting_key(self.round_id, self.attempt)
        return Wanted(
            key, self.rank, self.tag, self.server_id, self.checkpoint, self.loras, self.refused, self.embeddings
        )

    @property
    def variation(self) -> Mapping[str, Any]:
        """``subseed`` and ``strength`` where the pictures are variations of one with the round's seed."""
        found: Mapping[str, Any] = self.extras.get("variation", {})
        return found

    def seed_of(self, index: int) -> int:
        """What tells candidate ``index`` (from 0) apart: its seed, or for variations its subseed."""
        return (int(self.variation.get("subseed", self.seed)) + index) % 2**32


@dataclass(frozen=True, slots=True)
class Painted:
    """All candidates of a round, in order, and what is still to be noted of them (``record_made``)."""

    made: list[Made]
    kept: list[Kept]


async def paint_order(workshop: Workshop, order: Order) -> Painted:
    """All candidates of a round; those painted before, at any host of the server's, are found.

    Raises ``GiveBackError`` when no host can take it now, ``AtHostError`` when one failed with it, and for this
    machine's own painter what that raises.
    """
    work = _Work(workshop, order)
    await work.look_for_kept()
    try:
        await _all_painted(work, order)
    except PainterError:
        await work.write_kept()
        raise
    return Painted([work.made[index] for index in range(order.count)], work.kept)


async def _all_painted(work: _Work, order: Order) -> None:
    async with reporting(work.write_progress) as reporter:
        seeds = {index: order.seed_of(index) for index in range(order.count) if index not in work.made}
        for repaint in range(_MOST_REPAINTS + 1):
            for run in _runs(seeds) if not order.variants else [{index: seed} for index, seed in seeds.items()]:
                await work.paint_run(run, reporter, last=repaint == _MOST_REPAINTS)
            seeds = {
                index: derived_seed("instead", order.seed_of(0), index, repaint)
                for index in range(order.count)
                if index not in work.made
            }
            if not seeds:
                break


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


def _embedded(host: Host, names: Sequence[str]) -> str:
    """Which embeddings were used, in a few words."""
    if not names:
        return ""
    if host.is_here:
        return "embeddings are for GPU hosts: left out here"
    return f"{'embedding' if len(names) == 1 else 'embeddings'} {', '.join(names)}"


class _Work:
    """One round at work."""

    def __init__(self, workshop: Workshop, order: Order) -> None:
        self._workshop = workshop
        self._order = order
        self.made: dict[int, Made] = {}
        #: Painted and lying in the media folder; to be noted in the database.
        self.kept: list[Kept] = []
        self._alike: set[str] = set()
        self._preview: bytes | None = None
        #: How the characters were kept recognisable where it is painted now, in a few words.
        self._means = ""

    async def look_for_kept(self) -> None:
        """Find what was painted before, by whichever host might paint it now."""
        hosts = self._workshop.hosts.dispatcher.serving(self._order.server_id)
        if any(host.is_here for host in hosts):
            await self._workshop.know_painter()
        found: dict[str, Made] = {}
        keys = {
            (painted_with, index): self._key(painted_with, index)
            for painted_with in dict.fromkeys(host.fingerprint(self._order.checkpoint) for host in hosts)
            for index in range(self._order.count)
        }
        if keys:
            found = await self._workshop.made.find_all(keys.values())
        for (_, index), key in keys.items():
            if index not in self.made and key in found:
                self.made[index] = found[key]

    @property
    def hosts(self) -> Hosts:
        """All hosts."""
        return self._workshop.hosts

    @property
    def dispatcher(self) -> Dispatcher:
        """The line before them."""
        return self._workshop.hosts.dispatcher

    @property
    def wanted(self) -> Wanted:
        """What the dispatcher must know of it."""
        return self._order.wanted

    def tell(self, progress: PaintProgress, pictures: int, reporter: Reporter) -> None:
        """How far a request for so many of the round's pictures is."""
        before, share = len(self.made) / self._order.count, pictures / self._order.count
        reporter.report(before + progress.fraction * share)
        if progress.preview is not None:
            self._preview = progress.preview

    async def paint_run(self, run: dict[int, int], reporter: Reporter, *, last: bool) -> None:
        """Have candidates painted (index: seed), and keep those that show something new.

        ``last``: there is no further try; empty ones are the host's fault then, and repeated ones are kept.
        """
        await self.write_kept()
        dispatcher = self._workshop.hosts.dispatcher
        try:
            while True:
                host = await dispatcher.turn(self._order.wanted)
                try:
                    await self._paint_at(host, run, reporter, last=last)
                    return
                except (
                    WithdrawnError
                ):  # it stood ready there, and another host is free earlier, or somebody is waited for
                    continue
        finally:
            dispatcher.forget(self._order.wanted.key)

    async def _paint_at(self, host: Host, run: dict[int, int], reporter: Reporter, *, last: bool) -> None:
        hosts = self._workshop.hosts
        try:
            request = await self._request(host, run)
        except BaseException:  # nobody else will say that the host is free
            hosts.dispatcher.release(host, self._order.wanted.key)
            raise
        visit = Visit(self, host, request, reporter)
        try:
            if host.is_here:  # no network to wait for: what is told comes first
                await visit.note_first()
            try:
                paintings = await visit.paint()
            except WithdrawnError:
                raise
            except PainterError as error:
                if host.is_here:
                    raise
                hosts.judge(host, error)
                raise AtHostError(host, error) from error
            painted_with = host.fingerprint(self._order.checkpoint)
            for index, painting in zip(run, paintings, strict=True):
                await self._keep_or_not(host, painted_with, index, painting, last=last)
        finally:
            await visit.settled()
        visit.check()
        megapixels = request.width * request.height / 1_000_000
        await hosts.painted(host, len(paintings), visit.seconds, megapixels)

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
            "parameters": dict(painting.parameters)
            | ({} if host.is_here else {"host": host.name})
            | ({"means": self._means} if self._means else {}),
        }
        suffix = _SUFFIXES[painting.media_type]
        key = self._key(painted_with, index)
        content_hash, path = await self._workshop.folder.add_bytes(painting.data, suffix)
        self.made[index] = Made(path, details)
        self.kept.append(Kept(key, content_hash, suffix, len(painting.data), details))

    async def write_kept(self) -> None:
        """Note what was painted, before the hosts are asked for more (a round's last pictures are noted with it)."""
        if self.kept:
            async with self._workshop.database.write() as session:
                await record_made(session, self.kept)
            self.kept.clear()

    def _key(self, painted_with: str, index: int) -> str:
        order = self._order
        decides = {key: value for key, value in order.extras.items() if key not in _NO_PART}
        if variation := order.variation:
            decides["variation"] = [order.seed, variation["strength"]]
        return recipe_key(
            "candidate",
            **({"extras": decides} if decides else {}),
            painter=painted_with,
            prompt=order.prompt_of(index),
            seed=order.seed_of(index),
            width=order.width,
            height=order.height,
        )

    async def _request(self, host: Host, run: dict[int, int]) -> PaintRequest:
        order = self._order
        first = next(iter(run))
        likeness = await self._likeness(host, order.prompt_of(first))
        asked: Mapping[str, Any] = order.extras.get("style", {})
        style = Styled() if host.is_here else styled(asked, host.abilities)
        self._means = " · ".join(filter(None, (likeness.means, *style.lacking, _embedded(host, order.embeddings))))
        unread = order.embeddings if host.is_here else ()
        return PaintRequest(
            # Every asking has a name of its own: a host may still be at one from before a crash.
            task_id=f"{order.round_id}-{order.attempt}-{first}-{secrets.token_hex(4)}",
            prompt=without_names(likeness.prompt, unread),
            seed=order.seed if order.variation else run[first],
            subseed=run[first] if order.variation else None,
            strength=float(order.variation.get("strength", 0.0)),
            count=len(run),
            negative_prompt=self._negative(host, str(asked.get("negative", ""))),
            additions={**style.additions, **likeness.additions},
            width=order.width,
            height=order.height,
            checkpoint=order.checkpoint or host.checkpoint_to_restore,
            loras=order.loras,
            style=asked if host.is_here else {},
        )

    def _negative(self, host: Host, styles: str) -> str:
        """What must not be seen: as the style says, or else the house; and as the characters and the server say. "":
        the house's."""
        said = [str(self._order.extras.get(key, "")) for key in ("negative", ALWAYS)]
        sketches = host.is_here and host.painter.name != "diffusers"
        first = styles or (NEGATIVE if any(said) and not sketches else "")
        unread = self._order.embeddings if host.is_here else ()
        return joined_negative(first, *(without_names(one, unread) for one in said))

    async def _likeness(self, host: Host, prompt: str) -> Likeness:
        """How this host keeps the characters recognisable."""
        order = self._order
        told = order.extras.get("characters", ())
        if host.is_here or not told:
            return Likeness(prompt)
        portrayed = []
        for one in told:
            picture = None
            if portrait := one.get("portrait"):
                picture = await self._workshop.portrait(str(portrait))
            portrayed.append(Portrayed(str(one["name"]), str(one["look"]), picture, str(one.get("lora", ""))))
        checkpoint = host.checkpoint_for(order.checkpoint)
        scene = Portrait(prompt, tuple(portrayed), str(order.extras.get("common", "")), order.width, order.height)
        return await asyncio.to_thread(likeness_for, host.abilities, checkpoint, scene)

    async def note_begun(self, host: Host, task_id: str) -> None:
        """A host began with it: into the rows, and the fair queue's clock goes on."""
        order = self._order
        async with self._workshop.touching(order.story_id) as session:
            begun = await session.scalar(
                update(RoundRow)
                .where(RoundRow.id == order.round_id, RoundRow.state.in_(UNFINISHED))
                .values(state=WorkState.WORKING, problem="")
                .returning(RoundRow.id)
                .execution_options(synchronize_session=False)
            )
            if begun is None:
                return
            host_id, name = (None, "") if host.is_here else (host.id, host.name)
            await session.execute(
                update(JobRow)
                .where(JobRow.round_id == order.round_id)
                .values(begun_at=now(), task=task_id, host_id=host_id, host_name=name)
                .execution_options(synchronize_session=False)
            )
            await begin_turn(session, order.rank, order.epoch, order.tag)

    async def write_progress(self, fraction: float) -> None:
        """Now and then, while it is painted."""
        preview, self._preview = self._preview, None
        if preview is not None:
            await self._workshop.previews.show(self._order.round_id, preview)
        async with self._workshop.changing(self._order.story_id) as (session, _):
            row = await session.get_one(RoundRow, self._order.round_id)
            row.progress = fraction
