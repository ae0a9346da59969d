"""Reference portraits: painted and voted on in a thread of their own, or handed in; one stands for a character."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.characters.model import Character, CharacterError
from storycore.errors import StateError
from storycore.keys import derived_seed
from storycore.prompts.compose import STYLE, clean_around, named_style
from storycore.prompts.write import DEFAULT_STYLE
from storycore.store.characters import CharacterRow
from storycore.store.media import record_media
from storycore.store.models import CandidateRow, MediaRow, RoundReason, RoundRow, SceneRow, StoryRow, StoryState
from storycore.studio import audit
from storycore.studio.characters import MANAGE, Changed, changed
from storycore.studio.library import character_of, row_here
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require
from storycore.studio.quotas import check_pictures
from storycore.studio.rules import NO_RULES, PromptRules, rules_from
from storycore.studio.stories import NewStory
from storycore.studio.styling import style_for
from storycore.styles.model import Style, from_json
from storycore.work.jobs import queueing
from storycore.work.workshop import Workshop

#: Three poses in two lights: six portraits.
POSES = (
    "head and shoulders, facing the viewer",
    "half-length, in three-quarter view",
    "full figure, standing, in profile",
)
LIGHTS = ("in soft daylight", "in warm lamplight at night")
#: The largest file of a portrait, in bytes, and what it is scaled down to, in pixels of its longer side.
MAX_BYTES = 8 << 20
LONGEST_SIDE = 1024
_SHORTEST_SIDE = 64
_MOST_PIXELS = 40_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_SIZE = 768


def variants(character: Character, rules: PromptRules = NO_RULES, style: Style | None = None) -> list[str]:
    """The prompts of a character's portraits in a style, without the words that do not go into prompts there."""
    sheet = character.sheet
    look = rules.cleaned(f"{sheet.name}, {sheet.described()}", []).rstrip(" .,")
    tag = f" {sheet.lora_tag}" if sheet.lora else ""
    before, after = (style.before, style.after) if style and style.template else ("", f". {DEFAULT_STYLE}")
    before, after = (clean_around(part, lambda text: rules.cleaned(text, [])) for part in (before, after))
    return [
        f"{before}{look}. Portrait, {pose}, {light}, plain background{after}{tag}" for pose in POSES for light in LIGHTS
    ]


async def preview(
    workshop: Workshop, person: Person, character_id: int, channel_id: int | None, request_key: str | None = None
) -> int:
    """Have a character's portraits painted, to be voted on in ``channel_id``; gives the id of their board.

    It is a story's rows with one scene, so that it is shown, painted and voted on like one, in the style of new stories
    but for its size: what is followed later is best painted alike. Whoever manages characters may. Raises
    ``StateError`` for a character without a look.
    """
    async with workshop.database.write() as session:
        if request_key is not None:
            same = await session.scalar(select(StoryRow.id).where(StoryRow.request_key == request_key))
            if same is not None:
                return same
        settings = await require(session, person, Act.CHARACTERS, what=MANAGE)
        character = character_of(await row_here(session, person.server_id, character_id))
        if not character.sheet.described():
            raise StateError(
                f"Nobody said what {character.sheet.name} looks like.",
                "Describe the look with `/character edit` first.",
            )
        rules = rules_from(settings, age_restricted=person.age_restricted)
        style = from_json(await style_for(session, person, None))
        prompts = variants(character, rules, style)
        await check_pictures(session, person, settings, len(prompts))
        story = _board(person, character, channel_id, request_key, len(prompts))
        session.add(story)
        await session.flush()
        round_ = _add_scene(session, story, character, prompts, rules, style)
        await session.flush()
        round_.asked_by, round_.asked_by_name = person.id, person.name[:100]
        await queueing.ask_for_pictures(workshop, session, story, [round_])
    workshop.changes.publish(story.id)
    return story.id


def _board(
    person: Person, character: Character, channel_id: int | None, request_key: str | None, count: int
) -> StoryRow:
    new = NewStory(f"Portraits of {character.sheet.name}", character.sheet.described(), person)
    return StoryRow(
        request_key=request_key,
        server_id=person.server_id,
        channel_id=channel_id,
        author_id=person.id,
        author_name=person.name[:100],
        title=new.title[:80],
        script=new.script,
        state=StoryState.OPEN,
        candidates=count,
        width=_SIZE,
        height=_SIZE,
        preview_of=character.id,
        age_restricted=person.age_restricted,
    )


def _add_scene(
    session: AsyncSession,
    story: StoryRow,
    character: Character,
    prompts: list[str],
    rules: PromptRules,
    style: Style | None,
) -> RoundRow:
    extras: dict[str, Any] = {"variants": prompts}
    if style is not None and (painting := replace(style, size=None, hires=None).painting):
        extras["style"] = painting
    sheet = character.sheet
    if sheet.unwanted:
        extras["negative"] = sheet.unwanted
    if sheet.embeddings or sheet.negative_embeddings:
        extras["embeddings"] = [*sheet.embeddings, *sheet.negative_embeddings]
    dropped: list[str] = []
    shown = rules.cleaned(f"{character.sheet.name}, {character.sheet.described()}", dropped)
    scene = SceneRow(
        story_id=story.id,
        number=1,
        title=character.sheet.name,
        start=0,
        end=len(story.script),
        prompt=shown,
        composed={
            "parts": [
                [shown, character.sheet.name],
                [
                    f"{len(POSES)} poses in {len(LIGHTS)} lights. {DEFAULT_STYLE if style is None else ''}".strip(),
                    STYLE if style is None else named_style(style.name),
                ],
            ],
            "extras": extras,
            "dropped": list(dict.fromkeys(dropped)),
        },
    )
    round_ = RoundRow(
        number=1,
        prompt=shown,
        seed=derived_seed("portraits", character.id, story.id),
        count=len(prompts),
        reason=RoundReason.FIRST,
        extras=rules.extras(extras),
    )
    scene.rounds = [round_]
    session.add(scene)
    return round_


async def picked(workshop: Workshop, session: AsyncSession, person: Person, story: StoryRow, scene: SceneRow) -> None:
    """The portrait that was picked on a board becomes the character's reference, in the caller's transaction.

    Raises ``NotAllowedError`` for somebody who does not manage characters.
    """
    if story.preview_of is None or scene.pick is None:
        return
    await require(session, person, Act.CHARACTERS, what=MANAGE)
    row = await row_here(session, story.server_id, story.preview_of)
    media = await session.scalar(
        select(CandidateRow.media)
        .join(RoundRow, RoundRow.id == CandidateRow.round_id)
        .where(RoundRow.scene_id == scene.id, RoundRow.number == scene.round, CandidateRow.number == scene.pick)
    )
    await _set(workshop, session, person, row, media)


async def set_reference(workshop: Workshop, person: Person, character_id: int, data: bytes | None) -> Changed:
    """Make a picture (PNG, JPEG or WebP) a character's reference portrait; None takes the portrait away.

    Raises ``NotAllowedError``, ``NotFoundError``, and ``CharacterError`` for what is no picture or too large.
    """
    async with workshop.database.read() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        await row_here(session, person.server_id, character_id)
    kept: tuple[str, int] | None = None
    if data is not None:
        png = await asyncio.to_thread(tidy_portrait, data)
        content_hash, path = await workshop.folder.add_bytes(png, ".png")
        kept = content_hash, (await asyncio.to_thread(path.stat)).st_size
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        row = await row_here(session, person.server_id, character_id)
        if kept is not None:
            await record_media(session, kept[0], ".png", kept[1])
        return await _set(workshop, session, person, row, None if kept is None else kept[0])


async def _set(
    workshop: Workshop, session: AsyncSession, person: Person, row: CharacterRow, media: str | None
) -> Changed:
    if row.portrait == media:
        return Changed(character_of(row))
    before, row.portrait = row.portrait, media
    audit.note(session, person, "character.reference", row.name, (before or "")[:12], (media or "")[:12])
    return await changed(workshop, session, person, row)


async def portrait_file(workshop: Workshop, character: Character) -> tuple[str, bytes] | None:
    """A character's portrait as a file's name and content, or None."""
    if character.portrait is None:
        return None
    async with workshop.database.read() as session:
        media = await session.get(MediaRow, character.portrait)
    data = await workshop.portrait(character.portrait)
    return None if data is None or media is None else (f"portrait-{character.portrait[:10]}{media.suffix}", data)


def tidy_portrait(data: bytes) -> bytes:
    """A picture as a PNG of bearable size, with nothing else in it. Blocking: call it in a thread.

    Raises ``CharacterError``.
    """
    if len(data) > MAX_BYTES:
        raise CharacterError(f"This file has {len(data):,} bytes.", f"At most {MAX_BYTES:,} are possible.", "reference")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > _MOST_PIXELS or min(width, height) < _SHORTEST_SIDE:
                raise CharacterError(
                    f"This picture has {width} × {height} pixels.", "A portrait has 512 × 512 or more.", "reference"
                )
            image.load()
            plain = image.convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise CharacterError(
            "This is no picture that I can read.", "Hand in a PNG, JPEG or WebP.", "reference"
        ) from None
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = io.BytesIO()
    plain.save(file, "PNG")
    return file.getvalue()
