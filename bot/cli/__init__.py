"""``fireside …``: one file per group of subcommands. Discord is imported only under ``run`` and ``sandbox``."""

from __future__ import annotations


def main() -> None:
    """The ``fireside`` command. Exit codes: 0 all done, 1 at least one failed, 2 usage or configuration."""
    from bot.cli.app import app

    app()
