"""Several scripts, one after another: what ``paint`` and ``film`` share."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import typer

from bot.cli.plan import make_orders
from bot.cli.progress import display_for
from bot.cli.report import Result, as_json, as_line
from bot.settings import Settings, read_settings
from storycore.errors import FiresideError
from storycore.images.factory import who_paints
from storycore.project.folder import ProjectFolder
from storycore.project.make import make
from storycore.project.model import House, Order
from storycore.work.engine import Urgency
from storycore.work.opening import make_workshop
from storycore.work.workshop import WorkOptions, Workshop

_FAILED = 1
_USAGE = 2
_STOPPED = 130


def _refuse(error: FiresideError) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(_USAGE)


def settings_for(backend: str | None) -> Settings:
    """The settings, with another painter if one is named. Ends with exit code 2 when they are not right."""
    try:
        settings = read_settings()
    except FiresideError as error:
        _refuse(error)
    return settings if backend is None else settings.model_copy(update={"image_backend": str(backend)})


def orders(
    paths: Sequence[Path],
    *,
    project: Path | None,
    candidates: int | None,
    film: bool = False,
    out: Path | None = None,
    max_mib: float | None = None,
    options: Mapping[str, str] | None = None,
) -> list[Order]:
    """What is to be made. Ends with exit code 2 when that cannot be."""
    try:
        return make_orders(
            paths, project=project, film=film, out=out, candidates=candidates, max_mib=max_mib, options=options
        )
    except FiresideError as error:
        _refuse(error)


def work(settings: Settings, wanted: Sequence[Order], json: bool) -> None:
    """Do the work and report on it, then end with the exit code."""
    _log_to_files(settings.log_level)
    try:
        house = _house(settings)
    except FiresideError as error:
        _refuse(error)
    run = _Run(wanted, house, quiet=json)
    asyncio.run(run.all())
    if json:
        typer.echo(as_json(run.results))
    if run.stopped:
        typer.echo("Stopped. The same command goes on from here.", err=True)
        raise typer.Exit(_STOPPED)
    if any(result.error is not None for result in run.results):
        raise typer.Exit(_FAILED)


def _log_to_files(level: str) -> None:
    """Nothing is logged to the terminal: each project keeps its log in its own folder."""
    warnings.simplefilter("ignore")
    logging.getLogger().setLevel(level)
    logging.getLogger().addHandler(logging.NullHandler())
    logging.getLogger("dbos").addHandler(logging.NullHandler())  # else the engine brings one for the terminal
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _house(settings: Settings) -> House:
    """Who opens workshops, as the settings say. Raises ``SettingsError``, before any script is touched."""
    hosts = [host.get_secret_value() for host in settings.webui_hosts]
    who_paints(settings.image_backend, hosts, models=settings.diffusers_models)
    width, height = settings.picture

    async def open_(folder: ProjectFolder) -> Workshop:
        folder.work.mkdir(exist_ok=True)
        painter, host_options = who_paints(settings.image_backend, hosts, models=settings.diffusers_models)
        options = WorkOptions(
            painting_tries=3,
            painting_urgency=Urgency.OVERNIGHT,
            film_quality=settings.film_quality,
            spacy_model=settings.spacy_model,
            work_dir=folder.work,
            voices=settings.voices,
            hosts=host_options,
        )
        return await make_workshop(folder.database_url, folder.media, painter, options, poll_s=0.1)

    return House(open_, settings.candidates, width, height)


class _Run:
    """All orders, one after another; one that fails does not stop the rest."""

    def __init__(self, orders: Sequence[Order], house: House, *, quiet: bool) -> None:
        self._orders = orders
        self._house = house
        self._quiet = quiet
        self.results: list[Result] = []
        self.stopped = False

    async def all(self) -> None:
        """Work through the orders until they are done or somebody stops it (Ctrl-C, SIGTERM)."""
        working = asyncio.create_task(self._all())
        loop = asyncio.get_running_loop()

        def stop() -> None:
            self.stopped = True
            working.cancel()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)  # a second one ends it at once

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        await asyncio.wait([working])
        if not working.cancelled():
            working.result()

    async def _all(self) -> None:
        for number, order in enumerate(self._orders, start=1):
            self._add(await self._one(number, order))

    async def _one(self, number: int, order: Order) -> Result:
        with display_for(order.script.name, number, len(self._orders)) as display:
            (result,) = await asyncio.gather(make(order, self._house, display.tell), return_exceptions=True)
        if isinstance(result, FiresideError):
            return Result(order, error=str(result))
        if isinstance(result, BaseException):
            log = order.project / "fireside.log"
            return Result(
                order, error=f"Something happened that Fireside did not expect ({type(result).__name__}). See {log}."
            )
        return Result(order, result)

    def _add(self, result: Result) -> None:
        self.results.append(result)
        if result.error is not None:
            print(f"{result.order.script}: {result.error}", file=sys.stderr, flush=True)  # noqa: T201
        if result.outcome is None:
            return
        for note in result.outcome.notes:
            print(f"{result.order.script}: {note}", file=sys.stderr, flush=True)  # noqa: T201
        if not self._quiet:
            print(as_line(result.outcome), flush=True)  # noqa: T201
