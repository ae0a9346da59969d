"""``fireside run`` and ``fireside sandbox``: the processes that stay."""

from __future__ import annotations

import sys

import typer


def add_to(app: typer.Typer) -> None:
    """Register the subcommands of this file."""
    app.command("run", short_help="Start the bot.", help="Start the bot, as the settings say (see .env.example).")(_run)
    app.command(
        "sandbox",
        short_help="Start the Discord stand-in.",
        help="Start the Discord stand-in on this machine; its own options follow, such as --help.",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    )(_sandbox)


def _run() -> None:
    from bot.cli.run import run

    run()


def _sandbox(context: typer.Context) -> None:
    from sandbox.__main__ import main

    sys.argv = [f"{context.command_path}", *context.args]
    raise SystemExit(main())
