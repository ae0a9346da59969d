"""A story's cast and the server's characters: who is whom, and which looks a prompt carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.corrections import Correction, CorrectionKind
from storycore.cast.facts import KnownCharacter, folded
from storycore.cast.model import CastMember
from storycore.characters.linking import DESCRIPTION, Links, link_cast
from storycore.characters.model import Character
from storycore.prompts.compose import Composed, compose
from storycore.prompts.written import Written
from storycore.store.models import CastRow, SceneRow, StoryRow
from storycore.store.voices import VoiceRow
from storycore.studio.library import characters_of
from storycore.studio.rules import PromptRules
from storycore.styles.model import Style
from storycore.styles.model import from_json as style_from_json


@dataclass(frozen=True, slots=True)
class Library:
    """A server's characters for one story (with those that only it still uses), and what people said of who is whom."""

    characters: tuple[Character, ...] = ()
    links: Links = ()

    def gazetteer(self) -> list[KnownCharacter]:
        """Whom the reader of the story looks for: the characters that are there, those that only it still
        uses, and names that people linked to one (a description is nobody's name elsewhere in the story)."""
        own = {folded(name) for character in self.characters for name in character.sheet.names}
        named = [
            name
            for name, number in self.links
            if number is not None and folded(name) not in own and not DESCRIPTION.match(name)
        ]
        held = [character for character in self.characters if character.removed]
        taken = {folded(name) for character in held for name in character.sheet.names}
        there = (c for c in self.characters if not c.removed and taken.isdisjoint(map(folded, c.sheet.names)))
        known = [character.known() for character in (*held, *there)]
        return [*known, *(KnownCharacter(name) for name in dict.fromkeys(named))]

    def linked(self, cast: Sequence[CastMember], text: str) -> dict[str, Character]:
        """The characters of a cast, by cast names."""
        by_id = {character.id: character for character in self.characters}
        return {name: by_id[number] for name, number in link_cast(cast, self.characters, self.links, text).items()}


async def library_of(session: AsyncSession, story: StoryRow, corrections: Iterable[Correction] = ()) -> Library:
    """What a story's reader has to know of characters. Those it was linked to stay, also when they are removed."""
    rows = await session.execute(
        select(CastRow.name, CastRow.character_id).where(
            CastRow.story_id == story.id, CastRow.character_id.is_not(None)
        )
    )
    held = {str(name): int(number) for name, number in rows if number is not None}
    characters = await characters_of(session, story.server_id, held.values())
    removed = {character.id for character in characters if character.removed}
    links: list[tuple[str, int | None]] = [(name, number) for name, number in held.items() if number in removed]
    for correction in corrections:
        if correction.kind is CorrectionKind.LINKED:
            number = correction.data.get("character")
            links += [(name, int(number) if number is not None else None) for name in correction.names]
    missing = {number for _, number in links if number is not None} - {c.id for c in characters}
    if missing:
        characters = await characters_of(session, story.server_id, {*held.values(), *missing})
    return Library(characters, tuple(links))


def style_of(story: StoryRow) -> Style | None:
    """The style that a story took, as it was then; None for the house's own way."""
    return style_from_json(story.style or {})


def composed_scene(
    story: StoryRow,
    row: SceneRow,
    written: Written,
    linked: Mapping[str, Character],
    text: str,
    rules: PromptRules,
) -> Composed:
    """The prompt of a scene's row in its story's style, with the looks of those in it, in the outfits that were chosen
    for it, without the words that do not go into prompts there."""
    outfits = {int(number): str(outfit) for number, outfit in row.outfits.items() if str(number).isdecimal()}
    dropped: list[str] = []

    def clean(told: str) -> str:
        return rules.cleaned(told, dropped)

    composed = compose(written, linked, outfits, text, clean, style_of(story), story.checkpoint)
    return replace(composed, dropped=tuple(dict.fromkeys(dropped)))


def keep_composed(row: SceneRow, written: Written, composed: Composed) -> None:
    """Note on a scene's row what its prompt is put together from; the prompt itself is the caller's to set."""
    row.written, row.composed = written.to_json(), composed.to_json()


def offer_looks(row: SceneRow, composed: Composed) -> None:
    """What changed of the looks since a person wrote the prompt is offered to be merged into it."""
    old = {str(one["name"]): str(one["look"]) for one in row.composed.get("extras", {}).get("characters", ())}
    before = dict(row.offer.get("before", old))
    after = composed.looks
    in_it = all(look in row.prompt for look in after.values())
    row.offer = {} if before == after or in_it else {"before": before, "after": after}


async def give_voices(session: AsyncSession, story_id: int, linked: Mapping[str, Character]) -> None:
    """Characters speak with their own voices, unless somebody chose another one for this story."""
    wanted = {name.casefold(): c.sheet.voice for name, c in linked.items() if c.sheet.voice}
    if not wanted:
        return
    there = set(await session.scalars(select(VoiceRow.speaker).where(VoiceRow.story_id == story_id)))
    session.add_all(
        VoiceRow(story_id=story_id, speaker=speaker[:100], voice=voice)
        for speaker, voice in wanted.items()
        if speaker not in there
    )
