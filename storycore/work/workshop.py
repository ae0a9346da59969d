"""The workshop: everything the work needs, made once and handed down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import Understanding
from storycore.errors import NotFoundError
from storycore.hosts.crew import HostOptions, Hosts
from storycore.hosts.host import PainterHere
from storycore.hosts.previews import Previews
from storycore.images.base import Painter
from storycore.narration.base import Narrator
from storycore.narration.voices import Catalogue, VoiceSettings
from storycore.store.database import Database
from storycore.store.media import MadeStore, MediaFolder
from storycore.store.models import BatchRow, MediaRow, StoryRow, now
from storycore.studio.ballot_box import BallotBox
from storycore.suggesting.endpoint import SuggestionEndpoint, SuggestOptions
from storycore.suggesting.limits import Limits
from storycore.work.changes import Changes
from storycore.work.engine import Engine, Urgency

P = ParamSpec("P")
T = TypeVar("T")


class Reader(Protocol):
    """Somebody who understands scripts, off the event loop."""

    async def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        """Scenes, lines, speakers and cast, believing ``facts``. Raises ``ScriptError``."""
        ...

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something else that takes long on a script, off the event loop: a pure function, picklable in and out."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """How the work is done.

    ``painting_tries`` bounds how often an unreachable painter is asked, and how often work is tried while the disk is
    full (None: for as long as it takes);
    ``painting_urgency`` is the class of a story's first pictures; ``film_quality`` the wanted height in pixels.
    ``hosts`` says which GPU hosts there are, and how they are treated; ``host_servers`` are the servers from which
    hosts may be added (none: from all). ``voices`` are those beside the bundled ones.
    """

    painting_tries: int | None = None
    painting_urgency: Urgency = Urgency.FIRST
    film_quality: int = 1080
    #: The spaCy pipeline that supplies tags and parses; "" is the one that comes with Fireside.
    spacy_model: str = ""
    work_dir: Path | None = None
    hosts: HostOptions = field(default_factory=HostOptions)
    voices: VoiceSettings = field(default_factory=VoiceSettings)
    host_servers: tuple[int, ...] = ()
    #: Who suggests prompts; without an address nobody.
    suggest: SuggestOptions = field(default_factory=SuggestOptions)


async def _lead_of(session: AsyncSession, story: StoryRow) -> int | None:
    """The story that shows the batch which ``story`` belongs to, counted up as well; None where it is none."""
    batch = None if story.batch_id is None else await session.get(BatchRow, story.batch_id)
    lead = None if batch is None or batch.lead_id is None else await session.get(StoryRow, batch.lead_id)
    if lead is None or lead is story:
        return None
    lead.version += 1
    return lead.id


@dataclass(slots=True)
class Workshop:
    """The database, the media, the painters and voices, and the engine that sets them to work."""

    database: Database
    folder: MediaFolder
    painter: Painter
    narrator: Narrator
    reader: Reader
    engine: Engine
    options: WorkOptions = field(default_factory=WorkOptions)
    changes: Changes = field(default_factory=Changes)
    painter_known: bool = False
    ballot_box: BallotBox = field(default_factory=BallotBox)
    voices: Catalogue = field(default_factory=Catalogue)
    hosts: Hosts = field(init=False)
    previews: Previews = field(default_factory=Previews)
    #: Who suggests, None where nobody does; and how often whom.
    suggester: SuggestionEndpoint | None = field(init=False)
    suggested: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.suggester = SuggestionEndpoint(self.options.suggest) if self.options.suggest.url else None
        here = PainterHere(lambda: self.painter)
        self.hosts = Hosts(self.database, here, self.options.hosts, self.changes.publish)

    #: Servers and members with a warning that they were not told of yet; None before the first look.
    warned: set[tuple[int, int]] | None = None
    #: Set when a server's settings changed; whoever keeps pauses and quiet hours clears it.
    settings_changed: asyncio.Event = field(default_factory=asyncio.Event)
    #: Held while pauses are compared with the settings: an admin's and the keeper's would undo each other's words.
    pausing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def know_painter(self) -> None:
        """Ask this machine's painter how it is until it has answered once: only then is its fingerprint complete."""
        if not self.painter_known:
            self.painter_known = (await self.painter.health()).ok

    def note_for(self, server_id: int | None) -> str:
        """One sentence about what a server's pictures are ("" when nothing need be said)."""
        return "" if self.hosts.has_hosts(server_id) else self.painter.note

    async def portrait(self, content_hash: str) -> bytes | None:
        """A reference portrait's file; None where it is not there any more."""
        async with self.database.read() as session:
            row = await session.get(MediaRow, content_hash)
        path = None if row is None else self.folder.path(row.hash, row.suffix)
        return None if path is None or not path.is_file() else await asyncio.to_thread(path.read_bytes)

    @property
    def made(self) -> MadeStore:
        """Where made things are kept by the key of their recipe."""
        return MadeStore(self.database, self.folder)

    @asynccontextmanager
    async def changing(self, story_id: int) -> AsyncIterator[tuple[AsyncSession, StoryRow]]:
        """A write transaction on one story: counts its version up, and says so after the commit.

        Raises ``NotFoundError``; whatever is raised inside leaves everything as it was.
        """
        async with self.database.write() as session:
            story = await session.get(StoryRow, story_id)
            if story is None:
                raise NotFoundError("That story is not here.", "`/story list` shows the stories of this server.")
            yield session, story
            story.version += 1
            story.updated_at = now()
            lead_id = await _lead_of(session, story)
        self.changes.publish(story_id)
        if lead_id is not None:
            self.changes.publish(lead_id)

    @asynccontextmanager
    async def touching(self, story_id: int) -> AsyncIterator[AsyncSession]:
        """As :meth:`changing`, without reading the story: for what happens many times a minute."""
        async with self.database.write() as session:
            batch_id = await session.scalar(
                update(StoryRow)
                .where(StoryRow.id == story_id)
                .values(version=StoryRow.version + 1, updated_at=now())
                .returning(StoryRow.batch_id)
                .execution_options(synchronize_session=False)
            )
            yield session
            lead_id = None
            if batch_id is not None:
                lead_id = await _lead_of(session, await session.get_one(StoryRow, story_id))
        self.changes.publish(story_id)
        if lead_id is not None:
            self.changes.publish(lead_id)

    async def stop(self, workflow_ids: Sequence[str]) -> None:
        """Stop workflows whose rows say already that nobody wants them any more (or not now)."""
        await self.engine.cancel(workflow_ids)

    async def close(self) -> None:
        """Stop the work, then let go of everything it used."""
        await self.engine.close()
        await self.hosts.close()
        await self.painter.close()
        await self.narrator.close()
        await self.reader.close()
        if self.suggester is not None:
            await self.suggester.close()
        await self.database.close()
