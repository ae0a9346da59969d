"""Characters in a project: what ``characters:`` in ``story.yaml`` says, its rows, and prompts with their looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.model import CastMember, Mention
from storycore.characters.files import from_json, to_json
from storycore.characters.linking import link_cast
from storycore.characters.model import Character, CharacterError, Sheet, tidy
from storycore.prompts.compose import compose
from storycore.prompts.write import write_scenes
from storycore.script.model import Script
from storycore.store.characters import NO_SERVER, CharacterRow
from storycore.store.models import RoundRow, SceneRow, WorkState, now
from storycore.studio.library import characters_of, write_names, write_sheet
from storycore.styles.model import Style

_ON, _OFF = ("true", "yes", "on"), ("false", "no", "off", "")


def sheet_of(node: Mapping[str, Any]) -> Sheet:
    """A character as YAML has it: every value is text. Raises ``CharacterError``."""
    data: dict[str, Any] = {str(key): value for key, value in node.items()}
    weight, seed = data.get("lora_weight"), data.get("same_seed")
    if isinstance(weight, str):
        try:
            data["lora_weight"] = float(weight)
        except ValueError:
            raise CharacterError("“lora_weight” is no number.", "Write 0.8.", "lora_weight") from None
    if isinstance(seed, str):
        if seed.casefold() not in (*_ON, *_OFF):
            raise CharacterError("“same_seed” is neither true nor false.", "Write true or false.", "same_seed")
        data["same_seed"] = seed.casefold() in _ON
    for key in ("aliases", "mix"):
        if key in data and not isinstance(data[key], str):
            data[key] = list(data[key])
    if isinstance(data.get("outfits"), Mapping):
        data["outfits"] = dict(data["outfits"])
    return tidy(from_json(data))


def listed(sheet: Sheet) -> dict[str, Any]:
    """A character as YAML writes it."""

    data = to_json(sheet)
    return {key: str(value).lower() if isinstance(value, bool | float) else value for key, value in data.items()}


def looked_prompts(
    script: Script,
    cast: Sequence[CastMember],
    mentions: Sequence[Mention],
    sheets: Sequence[Sheet],
    style: Style | None = None,
) -> list[tuple[str, dict[str, Any]]]:
    """The prompts of all scenes in a style with the looks of ``sheets``, and what else decides their pictures.

    CPU-bound.
    """
    known = {number: Character(number, sheet) for number, sheet in enumerate(sheets, start=1)}
    linked = {name: known[n] for name, n in link_cast(cast, known.values(), text=script.text).items()}
    found = zip(script.scenes, write_scenes(script, cast, mentions, known=tuple(linked)), strict=True)
    composed = [compose(written, linked, None, scene.text, style=style) for scene, written in found]
    return [(one.text, dict(one.extras)) for one in composed]


async def read_characters(session: AsyncSession) -> tuple[Sheet, ...]:
    """What the rows say, in the order in which they were written down."""
    found = await characters_of(session, None)
    return tuple(character.sheet for character in sorted(found, key=lambda character: character.id))


async def write_characters(session: AsyncSession, wanted: Sequence[Sheet]) -> None:
    """The rows say what the file says, in its order."""
    if await read_characters(session) == tuple(wanted):
        return
    rows = await session.scalars(
        select(CharacterRow).where(CharacterRow.server_id == NO_SERVER, CharacterRow.removed_at.is_(None))
    )
    for row in rows:
        await write_names(session, row, ())
        row.removed_at, row.mix_pair = now(), None
    await session.flush()
    for sheet in wanted:
        await write_sheet(session, CharacterRow(server_id=NO_SERVER), sheet)


async def write_extras(session: AsyncSession, story_id: int, extras: Mapping[str, Mapping[str, Any]]) -> None:
    """What else decides the pictures of the rounds that are about to be painted, by their prompts."""
    rounds = await session.scalars(
        select(RoundRow).join(SceneRow).where(SceneRow.story_id == story_id, RoundRow.state == WorkState.WAITING)
    )
    for round_ in rounds:
        if round_.prompt in extras:
            round_.extras = dict(extras[round_.prompt])
