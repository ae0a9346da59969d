"""The project folder on the disk: what lies where, who works in it, and what goes when it was in vain."""

from __future__ import annotations

import errno
import fcntl
import logging
import shutil
from collections.abc import Iterator, Set
from contextlib import AbstractContextManager, contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType

from sqlalchemy import URL

from storycore.errors import FiresideError, SettingsError, StateError, StorageError

_log = logging.getLogger(__name__)

SUFFIX = ".fireside"
_LOCK = ".lock"
_LOG_BYTES = 1 << 20
_OURS = frozenset(
    {"story.db", "story.db-wal", "story.db-shm", "story.yaml", "media", "scenes", "contact.jpg", "fireside.log"}
    | {"fireside.log.1", "work", _LOCK}
)


@contextmanager
def disk(what: str) -> Iterator[None]:
    """What the disk refuses while ``what`` is done becomes a ``StorageError`` that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(f"The disk is full: {what} was not possible.", "Make room, then try again.") from error
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            raise StorageError(f"{what} is not allowed there.", "Check the folder's rights.") from error
        raise StorageError(f"{what} was not possible.", "Check the disk and the folder, then try again.") from error


class ProjectFolder:
    """``NAME.fireside``: ``story.db``, ``media/``, ``scenes/01/1.png`` …, ``contact.jpg``, ``story.yaml``, a log."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def database_url(self) -> str:
        """The address of the project's own database."""
        file = str(self.root.resolve() / "story.db")
        return URL.create("sqlite+aiosqlite", database=file).render_as_string(hide_password=False)

    @property
    def media(self) -> Path:
        """The media folder."""
        return self.root / "media"

    @property
    def work(self) -> Path:
        """Temporary files of work under way, on the disk of the media."""
        return self.root / "work"

    @property
    def scenes(self) -> Path:
        """The candidates as files, a folder for each scene."""
        return self.root / "scenes"

    @property
    def contact(self) -> Path:
        """The contact sheet."""
        return self.root / "contact.jpg"

    @property
    def story(self) -> Path:
        """The file that a person edits."""
        return self.root / "story.yaml"

    @property
    def log(self) -> Path:
        """The log of what was done here."""
        return self.root / "fireside.log"

    @property
    def started(self) -> bool:
        """Whether there is a story in it already."""
        return (self.root / "story.db").is_file()

    def check(self) -> None:
        """Raise ``SettingsError`` for a folder that is somebody else's."""
        if self.root.exists() and not self.root.is_dir():
            raise SettingsError(f"{self.root.name} is a file, not a project folder.", "Name another with --project.")
        with disk(f"Reading the project folder {self.root.name}"):
            strange = self.root.is_dir() and not self.started and {p.name for p in self.root.iterdir()} - _OURS
        if strange:
            raise SettingsError(
                f"The folder {self.root.name} holds other things and no Fireside project.",
                "Name an empty or a new folder with --project.",
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Work in the folder, alone: made if need be; taken away again if nothing came of it (no story was kept).

        Raises ``StateError`` while somebody else works in it.
        """
        made = self._make()
        before = {path.name for path in self.root.iterdir()}
        lock = self.root / _LOCK
        with disk(f"Working in the project folder {self.root.name}"):
            file = lock.open("a")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StateError(
                    f"Another fireside is working in {self.root.name}.", "Wait until it is done, then try again."
                ) from None
            try:
                with _Log(self.log):
                    yield
            finally:
                shutil.rmtree(self.work, ignore_errors=True)
                if not self.started:
                    self._clear(_OURS - before, made)

    def _make(self) -> bool:
        with disk(f"Making the project folder {self.root.name}"):
            try:
                self.root.mkdir(parents=True)
            except FileExistsError:
                return False
        return True

    def _clear(self, names: Set[str], made: bool) -> None:
        for name in names:
            path = self.root / name
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
        if made:
            with suppress(OSError):  # not empty: somebody put something there meanwhile, and it stays
                self.root.rmdir()

    def forget(self) -> None:
        """Drop the story's database: nothing came of it."""
        with disk(f"Clearing the project folder {self.root.name}"):
            for name in ("story.db", "story.db-wal", "story.db-shm"):
                (self.root / name).unlink(missing_ok=True)


class _Log(AbstractContextManager[None]):
    """While open, everything that is logged goes to the project's log, and so does what nobody expected."""

    def __init__(self, path: Path) -> None:
        self._handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def __enter__(self) -> None:
        logging.getLogger().addHandler(self._handler)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, FiresideError):
            _log.warning("%s", error)
        elif isinstance(error, Exception):
            _log.error("this was not expected", exc_info=error)
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises ``OSError``."""
    temporary: Path | None = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:60]}-", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def copy_whole(source: Path, target: Path) -> bool:
    """Copy a file whole or not at all, its time with it; False if it is there already. Raises ``OSError``."""
    if target.is_file():
        there, ours = target.stat(), source.stat()
        if (there.st_size, there.st_mtime_ns) == (ours.st_size, ours.st_mtime_ns):
            return False
    temporary: Path | None = None
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name[:60]}-", delete=False) as file:
            temporary = Path(file.name)
        shutil.copyfile(source, temporary)
        shutil.copystat(source, temporary)
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return True
