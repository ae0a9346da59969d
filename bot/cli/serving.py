"""``fireside run`` and ``fireside sandbox``: the processes that stay."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the subcommands of this file."""
    app.command("run", short_help="Start the bot.", help="Start the bot, as the settings say (see .env.example).")(_run)
    app.command(
        "sandbox",
        short_help="Try the bot in a browser, without Discord.",
        help="Start a stand-in for Discord and the bot in it, as a page in the browser: no account, no GPU.",
    )(_sandbox)


def _run() -> None:
    from bot.cli.run import run

    run()


def _sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port (0: a free one).")] = 8008,
    demo: Annotated[bool, typer.Option("--demo", help="Let a story play by itself, for the page to show.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep everything in sandbox-data/ until next time.")] = False,
    bot: Annotated[
        str,
        typer.Option(
            metavar="COMMAND",
            help="Run another bot; DISCORD_API, DISCORD_GATEWAY and DISCORD_TOKEN are in its environment.",
        ),
    ] = "",
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Listen on another address. Whoever has the link can do everything.")
    ] = "127.0.0.1",
) -> None:
    from bot.cli.sandbox import Plan, run

    raise SystemExit(run(Plan(port=port, demo=demo, keep=keep, command=bot, host=host)))
