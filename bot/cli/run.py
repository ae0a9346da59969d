"""``fireside run``: the bot, for real Discord or a compatible server, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

import aiohttp
import discord
from rich.console import Console
from rich.logging import RichHandler

from bot.client import run_bot
from bot.settings import Settings, read_settings, require_token
from storycore.errors import FiresideError, SettingsError
from storycore.images.factory import who_paints
from storycore.work.opening import open_workshop
from storycore.work.workshop import WorkOptions

_log = logging.getLogger(__name__)
_USAGE = 2
_FAILED = 1


def set_up_logging(level: str) -> None:
    """Log lines on standard error; a terminal gets colours, a file plain lines."""
    if sys.stderr.isatty():
        handler: logging.Handler = RichHandler(console=Console(stderr=True), rich_tracebacks=False, show_path=False)
        form = "%(name)s: %(message)s"
    else:
        handler = logging.StreamHandler()
        form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=level, format=form, handlers=[handler], force=True)
    logging.getLogger("discord").setLevel(max(logging.getLevelName(level), logging.INFO))
    logging.getLogger("alembic").setLevel(logging.WARNING)


async def serve(settings: Settings, token: str) -> None:
    """Open the workshop, run the bot, close everything when SIGINT or SIGTERM comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_, stop.set)
    addresses = [host.get_secret_value() for host in settings.webui_hosts]
    painter, hosts = who_paints(
        settings.image_backend, addresses, models=settings.diffusers_models, private=settings.private_hosts
    )
    options = WorkOptions(
        film_quality=settings.film_quality,
        voices=settings.voices,
        suggest=settings.suggest,
        spacy_model=settings.spacy_model,
        hosts=hosts,
        host_servers=settings.host_servers,
    )
    async with open_workshop(settings.database_url, settings.media_dir, painter, options) as workshop:
        await run_bot(workshop, settings, token, stop)


def run() -> None:
    """Run the bot. Exit code 2 for settings that are missing or wrong, 1 when Discord refuses, 0 when told to stop."""
    complaint = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        settings = read_settings()
        token = require_token(settings)
        set_up_logging(settings.log_level)
        asyncio.run(serve(settings, token))
    except SettingsError as error:
        complaint.print(str(error))
        raise SystemExit(_USAGE) from None
    except FiresideError as error:
        complaint.print(str(error))
        raise SystemExit(_FAILED) from None
    except discord.LoginFailure:
        complaint.print("Discord refused the token. Copy it again from discord.com/developers/applications into .env.")
        raise SystemExit(_USAGE) from None
    except (discord.DiscordException, aiohttp.ClientError, TimeoutError) as error:
        _log.debug("the bot ended", exc_info=error)
        complaint.print(
            f"Discord cannot be reached, or let the bot go ({type(error).__name__}). Check the network, and "
            "FIRESIDE_DISCORD_API if it is set, then start again; FIRESIDE_LOG_LEVEL=DEBUG says more."
        )
        raise SystemExit(_FAILED) from None
