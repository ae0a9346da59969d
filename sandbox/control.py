"""placeholder"""

from __future__ import annotations

from typing import Any


class Control:
    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox

    def add_routes(self, router: Any) -> None:
        pass
