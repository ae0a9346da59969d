"""Keys of what is made: the hash of everything that went into it, so that nothing is made twice."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def recipe_key(kind: str, **parts: Any) -> str:
    """The key of a thing made of ``parts`` (JSON values): 64 hexadecimal digits of SHA-256.

    The JSON is canonical (sorted keys, no white space), so equal parts give equal keys on any machine.
    """
    text = json.dumps([kind, parts], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def derived_seed(*parts: str | int) -> int:
    """A seed for a painter, 0 … 2**32-1, that depends on ``parts`` alone."""
    text = json.dumps(parts, ensure_ascii=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
