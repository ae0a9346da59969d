"""`python -m sandbox`: serve a Discord on loopback until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from sandbox.server import UPLOAD_LIMIT, Sandbox


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8008, help="port on 127.0.0.1 (default 8008; 0: a free one)")
    parser.add_argument("--token", default="sandbox-token", help="the bot token it takes (default %(default)s)")
    parser.add_argument("--openapi", type=Path, help="Discord's OpenAPI document, to check requests against")
    parser.add_argument(
        "--upload-limit", type=int, default=UPLOAD_LIMIT, metavar="BYTES", help="most bytes of a file (default 10 MiB)"
    )
    parser.add_argument("--bot-name", default="Bot", help="what the bot is called (default %(default)s)")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    async with Sandbox(
        arguments.port,
        arguments.token,
        arguments.openapi,
        arguments.upload_limit,
        bot_name=arguments.bot_name,
    ) as sandbox:
        print(f"REST     {sandbox.api_url}")  # noqa: T201 - this is a command
        print(f"gateway  {sandbox.gateway_url}")  # noqa: T201
        print(f"token    {sandbox.token}")  # noqa: T201
        print(f"control  {sandbox.url}/control/", flush=True)  # noqa: T201
        await stopped.wait()


def main() -> int:
    """Run; 0 when interrupted, 2 when it cannot start."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    arguments = _arguments()
    try:
        asyncio.run(_serve(arguments))
    except OSError as error:
        print(f"The sandbox cannot start on port {arguments.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
