"""A service that speaks OpenAI's ``POST /v1/chat/completions``: many servers do, on the net and at home.

What comes back is believed in nothing: its time and size are bounded, and it is text and no more. It is asked once: a
person waits, and may ask again. Neither the key nor anything that the service says stands in a log.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import dataclass, field

import aiohttp

from storycore.errors import SettingsError, SuggestionError

_log = logging.getLogger(__name__)
_MOST_BYTES = 256 << 10
_AGAIN = "Try again in a moment, or go on without a suggestion."


@dataclass(frozen=True, slots=True)
class SuggestOptions:
    """The service at ``url`` (with or without ``/v1`` and ``/chat/completions``; "": none); a limit in seconds."""

    url: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    model: str = ""
    time_limit: float = 45.0


class SuggestionEndpoint:
    """Close it when done. Raises ``SettingsError`` for an address that is none."""

    def __init__(self, options: SuggestOptions) -> None:
        self._url = _chat_url(options.url)
        self._options = options
        self._session: aiohttp.ClientSession | None = None
        self._few_at_a_time = asyncio.Semaphore(2)

    async def ask(self, task: str, text: str, *, most_tokens: int, longest: int) -> str:
        """What the service answers to ``text`` when told its ``task``: at most ``longest`` code points are kept.

        Raises ``SuggestionError``: no answer in time, a refusal, or something that is no answer.
        """
        asked = {
            "model": self._options.model,
            "messages": [{"role": "system", "content": task}, {"role": "user", "content": text}],
            "max_tokens": most_tokens,
            "temperature": 0.8,
            "stream": False,
        }
        async with self._few_at_a_time:
            status, body = await self._post(asked)
        if status != 200:
            _log.warning("the suggestion service refused: status %d", status)
            raise SuggestionError(
                "The suggestion service refused.", "Whoever runs the bot finds the status in the log."
            )
        said = _said(body)
        if said is None:
            _log.warning("what the suggestion service sent is no answer")
            raise SuggestionError("The suggestion service sent no answer that I can read.", _AGAIN)
        return said[:longest]

    async def _post(self, asked: dict[str, object]) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._options.key}"} if self._options.key else {}
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with (
                asyncio.timeout(self._options.time_limit),
                self._session.post(self._url, json=asked, headers=headers, allow_redirects=False) as response,
            ):
                return response.status, await _body(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.warning("the suggestion service did not answer: %s", type(error).__name__)
            raise SuggestionError("The suggestion service did not answer.", _AGAIN) from None

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()


async def _body(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for block in response.content.iter_chunked(1 << 14):
        data += block
        if len(data) > _MOST_BYTES:
            _log.warning("the suggestion service sent more than anybody reads")
            raise SuggestionError("The suggestion service sent far too much.", _AGAIN)
    return bytes(data)


def _said(body: bytes) -> str | None:
    """The text of an answer; None for what is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    choices = answer.get("choices") if isinstance(answer, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) and content.strip() else None


def _chat_url(url: str) -> str:
    plain = url.strip().rstrip("/")
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", plain):
        raise SettingsError("FIRESIDE_SUGGEST_URL is no address.", "Write it as https://api.example.com/v1.")
    if plain.endswith("/chat/completions"):
        return plain
    return f"{plain}/chat/completions" if re.search(r"/v\d+$", plain) else f"{plain}/v1/chat/completions"
