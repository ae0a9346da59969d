"""``fireside characters`` and ``fireside names``: a server's characters as files, and the names that painters know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import read_settings
from storycore.errors import FiresideError
from storycore.work.workshop import Workshop

_FAILED = 1
_USAGE = 2
_MAX_BYTES = 1 << 20

characters_app = typer.Typer(help="A server's characters: list them, take them in, hand them out.")
names_app = typer.Typer(help="Names that painters know a face to, for mixes of two.")
Server = Annotated[int, typer.Option("--server", metavar="ID", help="Which Discord server's characters.")]


class Kind(StrEnum):
    """What a file of names is."""

    LFW = "lfw"
    CELEBA = "celeba"
    LIST = "list"


def add_to(app: typer.Typer) -> None:
    """Register the subcommands of this file."""
    app.add_typer(characters_app, name="characters", short_help="List, import or export a server's characters.")
    app.add_typer(names_app, name="names", short_help="Import names that painters know.")


def _work(job: Callable[[Workshop], Awaitable[None]]) -> None:
    """Do something in the bot's own database, also while it is running."""
    from storycore.images.factory import who_paints
    from storycore.work.opening import make_workshop

    async def with_workshop() -> None:
        settings = read_settings()
        painter, _ = who_paints("storyboard")
        workshop = await make_workshop(settings.database_url, settings.media_dir, painter)
        try:
            await job(workshop)
        finally:
            await workshop.close()

    try:
        asyncio.run(with_workshop())
    except FiresideError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_FAILED) from None


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            typer.echo(f"{path.name} has {path.stat().st_size:,} bytes; at most {most:,} are possible.", err=True)
            raise typer.Exit(_USAGE)
        return path.read_bytes()
    except OSError:
        typer.echo(f"{path} cannot be read.", err=True)
        raise typer.Exit(_USAGE) from None


@characters_app.command("list")
def list_(server: Server) -> None:
    """List a server's characters: names, and what is drawn."""
    from storycore.studio import characters

    async def job(workshop: Workshop) -> None:
        for character in await characters.listing(workshop, server):
            sheet = character.sheet
            also = f" ({', '.join(sheet.aliases)})" if sheet.aliases else ""
            typer.echo(f"{sheet.name}{also}: {sheet.described() or 'not described'}")

    _work(job)


@characters_app.command("import")
def import_(file: Annotated[Path, typer.Argument(metavar="FILE.json")], server: Server) -> None:
    """Take characters in from a file, whole or not at all; those that are there by name become as the file says.

    Stories handed in from then on follow; those that are being made follow the next change of a character in chat.
    """
    from storycore.studio import exchange
    from storycore.studio.people import Person

    data = _bytes(file, _MAX_BYTES)

    async def job(workshop: Workshop) -> None:
        done = await exchange.import_file(workshop, Person(None, "", server_id=server), data)
        typer.echo(f"{len(done.added)} new, {len(done.changed)} changed, {len(done.same)} as before")

    _work(job)


@characters_app.command("export")
def export(
    server: Server,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.json", help="Where to; else it is printed.")
    ] = None,
) -> None:
    """Hand a server's characters out as JSON."""
    from storycore.studio import exchange
    from storycore.studio.people import Person

    async def job(workshop: Workshop) -> None:
        data = await exchange.export_file(workshop, Person(None, "", server_id=server))
        if out is None:
            typer.echo(data.decode(), nl=False)
        else:
            await asyncio.to_thread(out.write_bytes, data)
            typer.echo(f"{out}: {len(data):,} bytes")

    try:
        _work(job)
    except OSError:
        typer.echo(f"{out} cannot be written.", err=True)
        raise typer.Exit(_FAILED) from None


@names_app.command("import")
def import_names(
    file: Annotated[Path, typer.Argument(help="LFW's or CelebA's attribute file, or a list.")],
    kind: Annotated[
        Kind,
        typer.Option(
            "--kind", help="lfw: lfw_attributes.txt; celeba: list_attr_celeba.txt; list: “female, Ada Lovelace” a line."
        ),
    ] = Kind.LIST,
    names: Annotated[
        Path | None, typer.Option("--names", metavar="CSV", help="celeba: a CSV of identity,name.")
    ] = None,
    identities: Annotated[
        Path | None,
        typer.Option("--identities", help="celeba: identity_CelebA.txt (else looked for beside the attributes)."),
    ] = None,
) -> None:
    """Fill the table of names that painters know; a name that is there stays as it is."""
    from storycore.names.reading import read_celeba, read_lfw, read_plain
    from storycore.studio.names import keep_names

    if kind is Kind.CELEBA and names is None:
        typer.echo("CelebA publishes numbers, not names: give a CSV of “identity,name” with --names.", err=True)
        raise typer.Exit(_USAGE)
    try:
        if kind is Kind.CELEBA and names is not None:
            found = read_celeba(file, identities or file.with_name("identity_CelebA.txt"), names)
        else:
            found = read_lfw(file) if kind is Kind.LFW else read_plain(file)
    except FiresideError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_FAILED) from None

    async def job(workshop: Workshop) -> None:
        new, there = await keep_names(workshop.database, found)
        typer.echo(f"{len(found):,} names read, {new:,} of them new; {there:,} in the table now")

    _work(job)
