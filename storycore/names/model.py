"""Names with their sex, and a mix of two."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storycore.errors import FiresideError


class NamesError(FiresideError):
    """A file of names that cannot be read, or too few names to mix."""


class Sex(StrEnum):
    """As the pictures behind a name were labelled: it only steers which pairs are mixed."""

    FEMALE = "female"
    MALE = "male"

    @property
    def other(self) -> Sex:
        """The opposite one."""
        return Sex.MALE if self is Sex.FEMALE else Sex.FEMALE


@dataclass(frozen=True, slots=True, order=True)
class KnownName:
    """A name that image models know a face to. ``source`` says where it came from ("bundled", "lfw", "celeba")."""

    name: str
    sex: Sex
    source: str


@dataclass(frozen=True, slots=True)
class Mix:
    """Two names whose guidance alternates at every step; ``sex`` is what the look states: the opposite of theirs."""

    first: str
    second: str
    sex: Sex

    @property
    def prompt(self) -> str:
        """The mix in the WebUI's grammar: ``[Name A|Name B]``."""
        return f"[{self.first}|{self.second}]"

    @property
    def pair(self) -> frozenset[str]:
        """The two, whichever comes first: what is never used twice in a server."""
        return frozenset((self.first.casefold(), self.second.casefold()))
