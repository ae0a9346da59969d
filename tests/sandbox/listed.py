"""The list of rules in docs/sandbox.md, and what the sandbox answered while a test ran."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sandbox.errors import ApiError, FormErrors
from sandbox.gateway import Gateway

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sandbox.md"
_ROW = re.compile(r"^\| `([^`]+)` (.*?) \| (.+?) \| `(test_\w+\.py)::(test_\w+)` \|$")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Row:
    """One rule: Discord's code and words, when it is answered so, and the test that shows it."""

    code: str
    words: str
    when: str
    file: str
    test: str


def rows() -> list[Row]:
    """The rules as the page lists them."""
    found = (_ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines())
    return [Row(*match.groups()) for match in found if match]


@dataclass
class Given:
    """Answers that were given, each with its test: (test, code, words without their numbers)."""

    test: ClassVar[str] = ""
    answers: set[tuple[str, str, str]] = field(default_factory=set)

    def note(self, code: str, words: str) -> None:
        """Remember an answer."""
        self.answers.add((self.test, code, _plain(words)))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Listen to every error that the sandbox makes."""
        api, form, close = ApiError.__init__, FormErrors.add, Gateway._refuse

        def on_api(error: ApiError, status: int, code: int, message: str, *rest: Any, **more: Any) -> None:
            self.note(f"{status} {code}", message)
            api(error, status, code, message, *rest, **more)

        def on_form(errors: FormErrors, path: Any, code: str, message: str) -> None:
            self.note(code, message)
            form(errors, path, code, message)

        async def on_close(gateway: Gateway, socket: Any, code: int, words: str) -> None:
            self.note(f"close {code}", words)
            await close(gateway, socket, code, words)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ApiError, "__init__", on_api)
            patch.setattr(FormErrors, "add", on_form)
            patch.setattr(Gateway, "_refuse", on_close)
            yield


def lacking(file: str, given: Given) -> list[Row]:
    """The rules that this file's tests are said to show, and did not."""
    return [row for row in rows() if row.file == file and (row.test, row.code, _plain(row.words)) not in given.answers]


def _plain(words: str) -> str:
    return _NUMBERS.sub("#", words).replace("|", "")
