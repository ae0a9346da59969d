"""What holds whenever all is quiet: the rows are as the model says, and the chat is as the rows say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bot.posts import CAST, STORYBOARD, Post, film_subject, scene_subject
from bot.ui.cast import cast_sheet, has_cast_sheet
from bot.ui.film import film_sheet, progress_sheet
from bot.ui.scene import can_be_posted, scene_sheet
from bot.ui.sheet import Sheet
from bot.ui.storyboard import storyboard_sheet
from bot.ui.text import KEYCAPS
from sandbox.model import Message
from storycore.store.models import BallotRow, ReactionRow, SceneRow, StoryState, WorkState
from storycore.studio import stories
from storycore.studio.contact import Contact, contact_of
from storycore.studio.views import SceneView, StoryView
from tests.machine.model import CANDIDATES, Story
from tests.machine.stage import Stage

ACKNOWLEDGED_WITHIN_S = 3.0
_FILMS = {WorkState.DONE: "done", WorkState.CANCELLED: "cancelled", WorkState.WAITING: "coming"}
_TALLY = re.compile("([1-9])\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP} \\*\\*(\\d+)\\*\\*")


@dataclass
class Excuses:
    """What people did to the chat that the bot cannot know of yet, or may leave as it is."""

    deleted: set[int] = field(default_factory=set)  # messages deleted and not missed yet
    abandoned: set[int] = field(default_factory=set)  # messages left behind where the story lived before
    cleared: set[int] = field(default_factory=set)  # scenes' messages whose reactions were cleared, the bot's too


def human_reactions(stage: Stage, message: Message) -> set[tuple[int, int]]:
    """Who stands behind which candidate's number under a message, the bot left out."""
    return {
        (user_id, KEYCAPS.index(reaction.emoji) + 1)
        for reaction in message.reactions
        if reaction.emoji in KEYCAPS
        for user_id in reaction.user_ids
        if user_id != stage.sandbox.world.bot.id
    }


def message_of(stage: Stage, post: Post | None) -> Message | None:
    """The live message of a post."""
    if post is None or post.message_id is None or post.channel_id not in stage.sandbox.world.channels:
        return None
    return stage.sandbox.world.channels[post.channel_id].by_id.get(post.message_id)


async def check(stage: Stage, model: Story, excuses: Excuses, opened: int) -> int:
    """Check everything; ``opened`` interactions were looked at before. Gives how many there are now."""
    assert stage.complaints.heard == []
    assert stage.sandbox.violations == []
    view = await stories.show(stage.workshop, model.id)
    await check_rows(stage, model, view)
    await check_chat(stage, view, excuses)
    seen = stage.sandbox.state.desk.opened
    for interaction in seen[opened:]:
        assert interaction.acknowledged_at is not None, f"not acknowledged: {interaction.data}"
        assert interaction.acknowledged_at - interaction.created <= ACKNOWLEDGED_WITHIN_S
    return len(seen)


async def check_rows(stage: Stage, model: Story, view: StoryView) -> None:
    """The rows are what the model believes."""
    assert (view.state is StoryState.OPEN) == model.open
    assert [_FILMS.get(film.state, "coming") for film in view.films] == model.films
    for scene, shown in zip(model.scenes, view.scenes, strict=True):
        assert (shown.shown.number if shown.shown else 0) == scene.round, f"scene {scene.number}: the round"
        assert (shown.coming is not None) == scene.coming, f"scene {scene.number}: what is coming"
        assert (shown.failed is not None) == scene.failed, f"scene {scene.number}: what failed"
        assert shown.pick == scene.pick, f"scene {scene.number}: the pick"
        assert shown.prompt == scene.prompt
        assert shown.edited == (scene.edited_by is not None)
    async with stage.workshop.database.read() as session:
        rows = await session.scalars(select(BallotRow).join(SceneRow).where(SceneRow.story_id == model.id))
        ballots = [((row.scene_id, row.round, row.member_id), (row.choice, row.source)) for row in rows]
    assert len(dict(ballots)) == len(ballots), "two ballots of one member in one round"
    believed = {(scene.id, *key): ballot for scene in model.scenes for key, ballot in scene.ballots.items()}
    assert dict(ballots) == believed, "the ballots"


async def check_chat(stage: Stage, view: StoryView, excuses: Excuses) -> None:
    """Every message that should stand stands once, and shows what would be drawn from the rows now."""
    posts = await stage.client.projector.posts.of_story(view.id)
    thread = None if view.thread_id is None else stage.sandbox.world.channels.get(view.thread_id)
    healthy = not view.place_problem
    if not healthy:
        assert thread is None or (thread.thread is not None and thread.thread.locked), f"paused: {view.place_problem}"
    contact = await contact_of(stage.workshop, view)
    for subject, sheet in wanted(stage, view, posts, contact):
        post = posts.get(subject)
        if not healthy and subject != STORYBOARD:
            continue
        assert post is not None, f"{subject} was never posted"
        message = message_of(stage, post)
        if message is None:
            assert post.message_id in excuses.deleted, f"{subject} is not in the chat, and nobody deleted it"
            continue
        assert post.shown == sheet.shown, f"{subject} is not what it should show"
        assert seen(message) == drawn(sheet), f"{subject} shows something else"
        assert message.channel is (stage.channel_of(view) if subject == STORYBOARD else thread)
    check_once(stage, posts, excuses)
    async with stage.workshop.database.read() as session:
        rows = await session.execute(
            select(ReactionRow.scene_id, ReactionRow.member_id, ReactionRow.choice)
            .join(SceneRow)
            .where(SceneRow.story_id == view.id)
        )
        reactions = [tuple(row) for row in rows]
    for scene in view.scenes:
        message = message_of(stage, posts.get(scene_subject(scene.id)))
        if healthy and message is not None and scene.shown is not None:
            known = {(member, choice) for scene_id, member, choice in reactions if scene_id == scene.id}
            check_scene(stage, scene, message, excuses)
            standing = human_reactions(stage, message)
            assert known <= standing, "reactions that are gone"
            if view.state is StoryState.OPEN:
                votes = {(member, choice) for member, choice in standing if choice <= CANDIDATES}
                assert votes <= known, "reactions that were not seen"


def check_once(stage: Stage, posts: Mapping[str, Post], excuses: Excuses) -> None:
    """No message stands twice, and none that no row knows of."""
    recorded = {post.message_id for post in posts.values()}
    live = [
        message
        for channel in stage.sandbox.world.channels.values()
        for message in channel.messages
        if message.author is stage.sandbox.world.bot and message.components and message.id not in excuses.abandoned
    ]
    assert [message for message in live if message.id not in recorded] == [], "messages that no row knows of"
    named = Counter(custom_id for message in live for custom_id in custom_ids(message))
    assert [custom_id for custom_id, count in named.items() if count > 1] == [], "shown twice"


def check_scene(stage: Stage, scene: SceneView, message: Message, excuses: Excuses) -> None:
    """The tally, the pictures and the reactions of one scene's message."""
    tally = {int(number): int(votes) for number, votes in _TALLY.findall(message.text)}
    if any(scene.votes.values()) or scene.pick is not None:
        assert tally == dict(scene.votes), "the tally that is shown"
    else:
        assert tally == {}
    assert len(message.gallery) == CANDIDATES
    assert all(item.attachment is not None and item.attachment.data for item in message.gallery)
    if message.id not in excuses.cleared:
        me = stage.sandbox.world.bot.id
        offered = [reaction.emoji for reaction in message.reactions if me in reaction.user_ids]
        assert sorted(offered) == sorted(KEYCAPS[:CANDIDATES]), "the reactions that the bot offers"


def wanted(
    stage: Stage, view: StoryView, posts: Mapping[str, Post], contact: Contact | None
) -> Iterator[tuple[str, Sheet]]:
    """What should stand in the chat: each message's subject and sheet."""

    def mark(subject: str) -> int | None:
        return posts[subject].id if subject in posts else None

    yield STORYBOARD, storyboard_sheet(view, stage.workshop.painter.note, mark(STORYBOARD), contact)
    if CAST in posts or has_cast_sheet(view):
        yield CAST, cast_sheet(view, mark(CAST))
    waiting = False
    for scene in view.scenes:
        subject = scene_subject(scene.id)
        if subject not in posts and (waiting or not can_be_posted(scene)):
            waiting = True
            continue
        yield subject, scene_sheet(view, scene, mark(subject))
    for film in view.films:
        subject = film_subject(film.id, file=False)
        yield subject, progress_sheet(view, film, mark(subject))
        if film.state is WorkState.DONE and film.path is not None:
            subject = film_subject(film.id, file=True)
            yield subject, film_sheet(view, film, film.path, mark(subject))


def custom_ids(message: Message) -> list[str]:
    """Every custom_id of a message."""
    named = [item.custom_id for item in message.buttons] + [item.custom_id for item in message.selects]
    return [custom_id for custom_id in named if custom_id is not None]


def seen(message: Message) -> list[Any]:
    """A message's components as they stand, with what Discord adds taken off and uploads under their names."""
    names = {str(attachment.id): attachment.filename for attachment in message.attachments}
    return [_plain(item, names) for item in message.components]


def drawn(sheet: Sheet) -> list[Any]:
    """A sheet's components in the same words."""
    return [_plain(item, {}) for item in sheet.view.to_components()]  # type: ignore[no-untyped-call]


_ADDED = frozenset({"id", "attachment_id", "proxy_url", "width", "height", "content_type", "placeholder_version"})
_DEFAULTS: tuple[Any, ...] = (None, False, [], {})


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        if "url" in value:
            name = names.get(str(value.get("attachment_id")))
            return f"attachment://{name}" if name else value["url"]
        return {
            key: plain
            for key, item in value.items()
            if key not in _ADDED and (plain := _plain(item, names)) not in _DEFAULTS
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item, names) for item in value]
    return value


__all__ = ["Excuses", "check", "custom_ids", "human_reactions", "message_of"]
