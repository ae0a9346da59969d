"""A PostgreSQL server of one's own for a test: in an empty folder, on a socket there, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _program(name: str) -> str | None:
    """A program of the server's, which Debian keeps off the PATH; the newest."""
    there = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4].split(".")[0]))
    return shutil.which(name) or (str(there[-1]) if there else None)


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a fresh database. Skips the test, with a sentence, where no server is installed."""
    initdb, server, control = (_program(name) for name in ("initdb", "postgres", "pg_ctl"))
    if initdb is None or server is None or control is None:
        pytest.skip("No PostgreSQL server is installed here (Debian: apt install postgresql).")
    owner: str | None = None
    if os.geteuid() == 0:  # the server refuses to run as root
        owner = next((user.pw_name for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody")), None)
        if owner is None:
            pytest.skip("PostgreSQL does not run as root, and there is no other user here.")
    folder = Path(tempfile.mkdtemp(prefix="fireside-pg-"))
    try:
        if owner is not None:
            shutil.chown(folder, owner)
        data = folder / "data"

        def run(*command: str) -> None:
            subprocess.run(command, check=True, user=owner, cwd=folder, capture_output=True, timeout=120)

        run(initdb, "-D", str(data), "-U", "fireside", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run(control, "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://fireside@/postgres?host={folder}"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
