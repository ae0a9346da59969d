"""A server's rules for prompts: which words do not go into them here, and what painters always leave out.

What people write is refused with the word; out of what a script puts into a prompt the words are taken, and the
story's board says so. The words of the second list go where the channel is age-restricted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from storycore.characters.model import CharacterError, Sheet
from storycore.errors import NotAllowedError
from storycore.prompts.negatives import joined_negative
from storycore.prompts.words import WordList, readings, word_list
from storycore.store.models import StoryRow
from storycore.studio.server import of_server
from storycore.studio.settings_model import ServerSettings
from storycore.work.workshop import Workshop

#: In a round's extras: what the server adds to every negative prompt.
ALWAYS = "always"
_NONE = word_list(())


@dataclass(frozen=True, slots=True)
class PromptRules:
    """What holds for prompts in one place. ``elsewhere`` are the words that only go into age-restricted channels;
    empty where this is one."""

    blocked: WordList = field(default=_NONE)
    elsewhere: WordList = field(default=_NONE)
    negative: str = ""

    def cleaned(self, text: str, dropped: list[str]) -> str:
        """``text`` without the words that do not go here; those are added to ``dropped``."""
        for words in (self.blocked, self.elsewhere):
            text, gone = words.without(text)
            dropped += gone
        return text

    def check(self, texts: Iterable[str], *, negative: bool = False) -> None:
        """Refuse what a person wrote. In a negative prompt the words of age-restricted channels are welcome.

        Raises ``NotAllowedError`` that says which word, why, and what to do.
        """
        for text in texts:
            if found := self.blocked.find(text):
                raise NotAllowedError(
                    f"The admins of this server let “{_quoted(text[found[0].start : found[0].end])}” into no prompt.",
                    "Say it in other words. The list is theirs: `/settings set`, `prompts.blocked`.",
                )
            if not negative and (found := self.elsewhere.find(text)):
                raise NotAllowedError(
                    f"“{_quoted(text[found[0].start : found[0].end])}” is for age-restricted channels, and this is "
                    "none.",
                    "Say it in other words, or make it in a channel that is marked as age-restricted.",
                )

    def extras(self, extras: Mapping[str, Any]) -> dict[str, Any]:
        """A round's extras with what the server adds."""
        own = {key: value for key, value in extras.items() if key != ALWAYS}
        return own | {ALWAYS: self.negative} if self.negative else own


#: Where nobody set any: at the command line.
NO_RULES = PromptRules()


def without_rules(extras: Mapping[str, Any]) -> dict[str, Any]:
    """A round's extras without what the server added when it was asked for."""
    return {key: value for key, value in extras.items() if key != ALWAYS}


def rules_from(settings: ServerSettings, *, age_restricted: bool) -> PromptRules:
    """The rules of a place in a server with these settings."""
    if age_restricted:
        return PromptRules(word_list(settings.blocked), _NONE, settings.negative)
    negative = joined_negative(settings.negative, settings.nsfw_negative)
    return PromptRules(word_list(settings.blocked), word_list(settings.nsfw_words), negative)


async def rules_of(session: AsyncSession, story: StoryRow) -> PromptRules:
    """The rules where a story lives."""
    return rules_from(await of_server(session, story.server_id), age_restricted=story.age_restricted)


async def read_prompt(workshop: Workshop, prompt: str) -> tuple[str, ...]:
    """The texts of a prompt that :meth:`PromptRules.check` looks through; off the event loop where that takes long."""
    return await workshop.reader.run(readings, prompt) if "[" in prompt else readings(prompt)


def check_sheet(rules: PromptRules, sheet: Sheet, before: Sheet | None = None) -> None:
    """Refuse what a person says of a character, as far as it is new. Raises ``CharacterError``."""
    known = frozenset(() if before is None else (t for texts in _texts(before).values() for t in texts))
    for field_name, texts in _texts(sheet).items():
        new = [reading for text in texts if text not in known for reading in readings(text)]
        try:
            rules.check(new, negative=field_name == "negative")
        except NotAllowedError as error:
            raise CharacterError(error.message, error.hint, field_name) from None


def _texts(sheet: Sheet) -> dict[str, Sequence[str]]:
    return {
        "name": (sheet.name,),
        "aliases": sheet.aliases,
        "look": (sheet.look,),
        "outfits": (*sheet.outfits, *sheet.outfits.values()),
        "negative": (sheet.negative,),
    }


def _quoted(word: str) -> str:
    return " ".join(word.split())[:60]
