"""The errors of the core, a small tree rooted in :class:`FiresideError`.

Every error carries two sentences for a person: ``message`` (what is wrong, and where) and ``hint`` (what to do
next). Both are plain text that may be shown in a channel; neither ever quotes an exception, a path or a secret.

    FiresideError
    ├── SettingsError          the configuration is missing something or contradicts itself
    ├── ScriptError            a script that cannot be read, is too long, or is not a story
    ├── NotFoundError          a story, scene, candidate or film that is not there (any more)
    ├── NotAllowedError        the person may not do that
    ├── StateError             it is too late, too early, or already done
    ├── PainterError           a painter refused or failed
    │   └── PainterUnreachableError   no answer: worth trying again later
    ├── VoiceError             a voice failed
    ├── SuggestionError        the suggestion service failed, or said nothing that can be used
    ├── FilmError              the film could not be made
    │   └── FilmStoppedError   the program was ended from outside: worth trying again
    └── StorageError           the disk is full or a file is damaged
"""

from typing import Self


class FiresideError(Exception):
    """Root of the tree. ``message`` and ``hint`` are written for the person who asked."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class SettingsError(FiresideError):
    """The configuration is missing something or contradicts itself."""


class ScriptError(FiresideError):
    """A script that cannot be read, is too long, or holds no story."""


class NotFoundError(FiresideError):
    """A story, scene, candidate or film that is not there (any more)."""


class NotAllowedError(FiresideError):
    """The person may not do that."""


class StateError(FiresideError):
    """It is too late, too early, or already done."""


class PainterError(FiresideError):
    """A painter refused or failed; trying the same again would fail the same way.

    ``case`` names what happened in one word (``wrong_model``, ``cut`` …), for the job's record.
    """

    case = "failed"

    def called(self, case: str) -> Self:
        """This error, its case named."""
        self.case = case
        return self


class PainterUnreachableError(PainterError):
    """A painter did not answer, or broke off; worth trying again later."""


class VoiceError(FiresideError):
    """A voice failed."""


class SuggestionError(FiresideError):
    """The suggestion service failed, or said nothing that can be used."""


class FilmError(FiresideError):
    """The film could not be made."""


class FilmStoppedError(FilmError):
    """The program that makes films was ended from outside; worth trying again."""


class StorageError(FiresideError):
    """The disk is full, or a stored file is damaged or gone."""
