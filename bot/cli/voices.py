"""``fireside voices``: the voices there are, and how one sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the subcommand of this file."""
    app.command("voices", short_help="List the voices, or let one speak into a file.")(voices)


def voices(
    containing: Annotated[str, typer.Argument(help="Only those whose name or description holds this.")] = "",
    say: Annotated[str, typer.Option("--say", metavar="TEXT", help="Let the one voice that matches say this.")] = "",
    out: Annotated[Path, typer.Option("--out", help="The WAV file for --say.")] = Path("voice.wav"),
) -> None:
    """List the voices that the settings and the bundle bring; with --say, hear one."""
    import asyncio

    from bot.settings import read_settings
    from storycore.errors import FiresideError, NotFoundError
    from storycore.narration.ensemble import open_voices

    async def speak() -> None:
        narrator, catalogue = open_voices(read_settings().voices)
        try:
            found = catalogue.matching(containing)
            exact = catalogue.find(containing)
            if say and exact is None and len(found) != 1:
                raise NotFoundError(f"{len(found)} voices match that.", "Name one of them, with --say.")
            if not found:
                raise NotFoundError("No voice is like that.", "`fireside voices` shows them all.")
            if not say:
                for entry in found:
                    typer.echo(f"{entry.name:24} {entry.label}")
                return
            speech = await narrator.speak(say, (exact or found[0]).voice)
            await asyncio.to_thread(out.write_bytes, speech.wav)
            typer.echo(f"{out}: {speech.seconds:.1f} s")
        finally:
            await narrator.close()

    try:
        asyncio.run(speak())
    except (FiresideError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
