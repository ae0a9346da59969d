"""Interactions: what a member's command, click or submitted form becomes until the bot has answered it.

Rules (Discord developer documentation, interactions/receiving-and-responding): the first answer must come within
3 seconds and only once; after it the token is good for follow-ups for 15 minutes.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import payloads
from sandbox.errors import ApiError
from sandbox.model import Channel, Member, Message
from sandbox.permissions import channel_permissions
from sandbox.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

ACKNOWLEDGE_WITHIN = 3.0
"""Seconds until an unanswered interaction is lost."""
TOKEN_LASTS = 15 * 60.0
"""Seconds that follow-ups may come."""

INTERACTIONS_KEPT = 1_000

ANSWERS: dict[int, frozenset[int]] = {
    COMMAND: frozenset({REPLY, DEFER, MODAL}),
    COMPONENT: frozenset({REPLY, DEFER, DEFER_UPDATE, UPDATE, MODAL}),
    AUTOCOMPLETE: frozenset({CHOICES}),
    MODAL_SUBMIT: frozenset({REPLY, DEFER}),
}


@dataclass(eq=False)
class Interaction:
    id: int
    token: str
    kind: int
    member: Member
    channel: Channel
    data: Mapping[str, Any]
    created: float
    message: Message | None = None
    origin: Interaction | None = None
    acknowledged_at: float | None = None
    answer: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Mapping[str, Any] | None = None
    modal_closed: bool = False
    choices: list[dict[str, Any]] | None = None
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def answers(self) -> frozenset[int]:
        """The callback types it may be answered with: a form opened from a message may also change that message."""
        allowed = ANSWERS[self.kind]
        return allowed | {DEFER_UPDATE, UPDATE} if self.kind == MODAL_SUBMIT and self.message else allowed

    def metadata(self) -> dict[str, Any]:
        """What a message made by it tells about it."""
        body: dict[str, Any] = {
            "id": str(self.id),
            "type": self.kind,
            "user": payloads.user(self.member.user),
            "authorizing_integration_owners": {"0": str(self.channel.guild.id)},
        }
        if self.kind == COMPONENT and self.message is not None:
            body["interacted_message_id"] = str(self.message.id)
        if self.kind == MODAL_SUBMIT and self.origin is not None:
            body["triggering_interaction_metadata"] = self.origin.metadata()
        return body


class Desk:
    """Where interactions are kept. `upload_limit` is told to the bot with each."""

    def __init__(self, world: World, upload_limit: int) -> None:
        self._world = world
        self._upload_limit = upload_limit
        self._by_token: dict[str, Interaction] = {}
        self._by_id: dict[int, Interaction] = {}

    @property
    def opened(self) -> list[Interaction]:
        """Every interaction so far (long gone ones are forgotten), oldest first."""
        return list(self._by_token.values())

    def get(self, interaction_id: int) -> Interaction | None:
        """An interaction that is not forgotten yet."""
        return self._by_id.get(interaction_id)

    def open(
        self,
        kind: int,
        member: Member,
        channel: Channel,
        data: Mapping[str, Any],
        *,
        message: Message | None = None,
        origin: Interaction | None = None,
    ) -> Interaction:
        """A member did something: tell the bot."""
        interaction_id = self._world.ids.next()
        secret = secrets.token_urlsafe(96)
        token = base64.urlsafe_b64encode(f"interaction:{interaction_id}:{secret}".encode()).decode().rstrip("=")
        interaction = Interaction(
            interaction_id, token, kind, member, channel, data, self._world.clock.time(), message, origin
        )
        self._by_token[token] = self._by_id[interaction_id] = interaction
        self._forget()
        self._world.emit("INTERACTION_CREATE", self._payload(interaction), None, member.id)
        return interaction

    def _forget(self) -> None:
        """Let go of the oldest ones, which nobody can answer any more."""
        now = self._world.clock.time()
        while len(self._by_token) > INTERACTIONS_KEPT:
            token, oldest = next(iter(self._by_token.items()))
            if now - oldest.created <= TOKEN_LASTS:
                return
            del self._by_token[token], self._by_id[oldest.id]

    def expire(self) -> None:
        """Let the time of every interaction so far be over, as if 15 minutes had passed."""
        for interaction in self._by_token.values():
            interaction.created -= TOKEN_LASTS

    def _payload(self, interaction: Interaction) -> dict[str, Any]:
        channel, guild = interaction.channel, interaction.channel.guild
        bot = guild.members[self._world.bot.id]
        body: dict[str, Any] = {
            "id": str(interaction.id),
            "application_id": str(self._world.bot.id),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": dict(interaction.data),
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "channel_id": str(channel.id),
            "channel": payloads.interaction_channel(channel, interaction.member),
            "member": payloads.interaction_member(interaction.member, channel),
            "app_permissions": str(channel_permissions(channel, bot)),
            "locale": "en-US",
            "guild_locale": "en-US",
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {"0": str(guild.id)},
            "context": 0,
            "attachment_size_limit": self._upload_limit,
        }
        if interaction.message is not None:
            body["message"] = payloads.message(interaction.message, self._world.bot.id)
        return body

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """The interaction that a first answer is for; raises `ApiError` when it is too late or not the first."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction.acknowledged_at is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if self._world.clock.time() - interaction.created > ACKNOWLEDGE_WITHIN:
            raise ApiError(404, 10062, "Unknown interaction")
        return interaction

    def answered(self, token: str) -> Interaction:
        """The interaction that a follow-up is for; raises `ApiError` before the first answer and after 15 minutes."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.acknowledged_at is None:
            # A token forgotten since, or never given, is as unknown as one that was not answered.
            raise ApiError(404, 10015, "Unknown Webhook")
        if self._world.clock.time() - interaction.created > TOKEN_LASTS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    def acknowledge(self, interaction: Interaction, answer: int) -> None:
        """Note the first answer."""
        interaction.acknowledged_at = self._world.clock.time()
        interaction.answer = answer
        interaction.acknowledged.set()
        self._world.changed()
