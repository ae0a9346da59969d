"""Suggestions: of a scene's prompt, and of how a script goes on. Nothing is applied by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotAllowedError, ScriptError, StateError, SuggestionError
from storycore.prompts.check import MAX_PROMPT, PromptError, clean_prompt
from storycore.prompts.grammar.extra import tags
from storycore.script.reading import check_text
from storycore.script.words import INVISIBLE
from storycore.store.models import CastRow, LineRow, SceneRow, StoryRow
from storycore.studio.ballots import story_id_of
from storycore.studio.people import Person, require_here, require_open
from storycore.studio.permissions import Act, require
from storycore.studio.rules import PromptRules, read_prompt, rules_from
from storycore.suggesting.endpoint import SuggestionEndpoint
from storycore.work.workshop import Workshop

#: The longest suggestions, in code points.
PROMPT_LENGTH = 900
SCRIPT_LENGTH = 6_000
_SCENE_LENGTH = 3_000
_STORY_LENGTH = 8_000
_MOST_NAMES = 20
_PROMPT_TASK = (
    "You write prompts for an image generator. You are given one scene of a story and the prompt it has now. Answer "
    "with one better prompt and nothing else: plain English, at most 60 words, only what is to be seen in one still "
    "picture (who, what they do, where, time of day, light, framing), no names of artists, no brackets, no explanation."
)
_SCRIPT_TASK = (
    "You help somebody to write a story that will be made into a short film. You are given its title, its characters "
    "and its end so far. Write how it might go on: the next one to three scenes, in the same language, tense and "
    "layout as the script, at most 400 words. Answer with the script's text alone."
)
_FENCE = re.compile(r"^\s*```[^\n`]*\n(.*?)\n?```\s*$", re.DOTALL)
_LABEL = re.compile(r"^\s*(?:better |new |image )?prompt\s*:\s*", re.IGNORECASE)
_QUOTES = "\"'“”„«»*` "


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion for a scene's prompt; ``dropped`` are words that this server does not allow, taken out."""

    scene_number: int
    prompt: str
    dropped: tuple[str, ...] = ()


async def prompt_for(workshop: Workshop, scene_id: int, person: Person) -> Suggested:
    """Suggest a prompt for a scene; whoever may rewrite prompts may ask. Nothing changes.

    What comes back is bounded, and checked as what a member writes is. Raises ``StateError`` where no service is set
    up or the person asked too often, ``SuggestionError`` where it fails.
    """
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        settings = await require(session, person, Act.EDIT, story, what="rewrite prompts")
        require_open(story)
        if story.preview_of is not None:
            raise StateError("Portraits follow the character's look.", "Change it with `/character edit`.")
        scene = await session.get_one(SceneRow, scene_id)
        told = await _scene_told(session, story, scene)
        number, rules = scene.number, rules_from(settings, age_restricted=story.age_restricted)
    endpoint = _endpoint(workshop, person)
    said = await endpoint.ask(_PROMPT_TASK, told, most_tokens=300, longest=MAX_PROMPT)
    dropped: list[str] = []
    prompt = await _tidy_prompt(workshop, said, rules, dropped)
    return Suggested(number, prompt, tuple(dict.fromkeys(dropped)))


async def continuation(workshop: Workshop, story_id: int, person: Person) -> tuple[str, str]:
    """A story's title, and how its script might go on; the author and moderators may ask. Nothing changes.

    Raises as :func:`prompt_for`.
    """
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        require_here(story, person)
        settings = await require(session, person, Act.STEER, story, what="have it continued")
        names = list(await session.scalars(select(CastRow.name).where(CastRow.story_id == story_id).limit(_MOST_NAMES)))
        title, script = story.title, story.script
        rules = rules_from(settings, age_restricted=story.age_restricted)
    endpoint = _endpoint(workshop, person)
    told = f"Title: {title}\nCharacters: {', '.join(names) or 'unknown'}\n\n{script[-_STORY_LENGTH:]}"
    said = await endpoint.ask(_SCRIPT_TASK, told, most_tokens=1200, longest=SCRIPT_LENGTH)
    return title, _tidy_script(said, rules)


def _endpoint(workshop: Workshop, person: Person) -> SuggestionEndpoint:
    """The service, after the person's request is counted. Raises ``StateError``."""
    if workshop.suggester is None:
        raise StateError("No suggestion service is set up here.", "Whoever runs the bot can: `FIRESIDE_SUGGEST_URL`.")
    workshop.suggested.take(person.id)
    return workshop.suggester


async def _scene_told(session: AsyncSession, story: StoryRow, scene: SceneRow) -> str:
    texts = list(
        await session.scalars(select(LineRow.text).where(LineRow.scene_id == scene.id).order_by(LineRow.number))
    )
    words = "" if scene.start is None or scene.end is None else story.script[scene.start : scene.end]
    told = (words or " ".join(texts))[:_SCENE_LENGTH]
    return f"Story: {story.title}\nScene: {scene.title}\n\n{told}\n\nPrompt now: {scene.prompt[:_SCENE_LENGTH]}"


async def _tidy_prompt(workshop: Workshop, said: str, rules: PromptRules, dropped: list[str]) -> str:
    """An answer as a prompt that may be handed in: what loads something is taken out, and the words of the rules.

    Raises ``SuggestionError`` where nothing is left, or what the rules refuse.
    """
    fenced = _FENCE.match(said)
    text = _LABEL.sub("", fenced[1] if fenced else said).strip(_QUOTES)
    for tag in reversed(tags(text)):
        text = f"{text[: tag.start]} {text[tag.end :]}"
    try:
        prompt = clean_prompt(rules.cleaned(_shortened(clean_prompt(text)), dropped))
        rules.check(await read_prompt(workshop, prompt))
    except NotAllowedError:
        raise SuggestionError("The suggestion held words that do not go here.", "Ask for another one.") from None
    except PromptError:
        raise SuggestionError("The suggestion service had nothing to say.", "Ask once more, or write it.") from None
    return prompt


def _shortened(prompt: str) -> str:
    return prompt if len(prompt) <= PROMPT_LENGTH else prompt[:PROMPT_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;")


def _tidy_script(said: str, rules: PromptRules) -> str:
    """An answer as a script: its lines, without what cannot be seen and what the rules refuse.

    Raises ``SuggestionError`` for what is no script.
    """
    fenced = _FENCE.match(said)
    lines = (fenced[1] if fenced else said).splitlines()
    gone: list[str] = []
    text = "\n".join(rules.cleaned(INVISIBLE.sub("", line).rstrip(), gone) for line in lines).strip()
    try:
        return check_text(text)
    except ScriptError:
        raise SuggestionError("The suggestion service had nothing to tell.", "Ask once more, or write it.") from None
