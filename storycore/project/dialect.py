"""The YAML of ``story.yaml``: round trips that keep comments, and every scalar is text.

A line that says ``no``, ``1984`` or ``1e3`` is a line of a story, not a truth value or a number, so nothing is resolved
to other types; numbers (``id``, ``pick``) are read from their text.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.resolver import VersionedResolver

_WIDTH = 100
_BLANKS = re.compile(r"(?<!\\)[ ]+$", re.MULTILINE)


class _AllText(VersionedResolver):
    """Every plain scalar is text."""

    @property
    def versioned_resolver(self) -> dict[str, list[Any]]:
        """No text is taken for anything else."""
        return {}


def dialect() -> YAML:
    """A reader and writer (not to be shared: it keeps state)."""
    yaml = YAML()
    yaml.Resolver = _AllText
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = _WIDTH
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    return yaml


def dumped(value: Any) -> str:
    """``value`` as YAML text, ending with a line end. Long texts are wrapped, without blanks at the ends of lines."""
    stream = StringIO()
    dialect().dump(value, stream)
    return _BLANKS.sub("", stream.getvalue())
