"""First answers to interactions."""

from __future__ import annotations

from typing import Any

from sandbox.checks.forms import check_choices, check_modal
from sandbox.compose import Composer, Draft
from sandbox.errors import ApiError, FormErrors, unknown
from sandbox.interactions import (
    CHOICES,
    COMMAND,
    DEFER,
    DEFER_UPDATE,
    MODAL,
    REPLY,
    UPDATE,
    Interaction,
)
from sandbox.model import (
    FLAG_EPHEMERAL,
    FLAG_LOADING,
    MESSAGE_CHAT_INPUT_COMMAND,
    MESSAGE_CONTEXT_MENU_COMMAND,
    MESSAGE_DEFAULT,
    MESSAGE_REPLY,
    Message,
)
from sandbox.rest.messages import refuse_locked
from sandbox.rest.router import NOTHING, Answer, Call, route


def post(call: Call, interaction: Interaction, draft: Draft) -> Message:
    """Post a message that an interaction makes: ephemeral ones only its member sees."""
    if interaction.channel.id not in call.state.world.channels:
        raise unknown("Channel", 10003)
    refuse_locked(interaction.channel, call.bot(interaction.channel))
    hidden = bool(draft.flags & FLAG_EPHEMERAL)
    return call.state.world.post(
        interaction.channel,
        call.state.world.bot,
        type=_type(interaction),
        interaction=interaction.metadata(),
        visible_to=interaction.member.id if hidden else None,
        reference=interaction.message if interaction.kind != COMMAND else None,
        **draft.fields(),
    )


def _type(interaction: Interaction) -> int:
    if interaction.kind != COMMAND:
        return MESSAGE_REPLY if interaction.message is not None else MESSAGE_DEFAULT
    return MESSAGE_CHAT_INPUT_COMMAND if interaction.data.get("type") == 1 else MESSAGE_CONTEXT_MENU_COMMAND


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", needs_token=False)
def answer(call: Call) -> Answer:
    interaction = call.state.desk.to_answer(call.snowflake("interaction_id"), call.args["interaction_token"])
    body = call.form
    kind = body.get("type")
    if not isinstance(kind, int) or kind not in interaction.answers:
        errors = FormErrors()
        allowed = ", ".join(str(item) for item in sorted(interaction.answers))
        errors.add(("type",), "BASE_TYPE_CHOICES", f"Value must be one of ({allowed}).")
        raise errors.raised()
    data: dict[str, Any] = body.get("data") or {}
    _ANSWERS[kind](call, interaction, data)
    call.state.desk.acknowledge(interaction, kind)
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return NOTHING
    return Answer(200, _written(call, interaction, kind))


def _reply(call: Call, interaction: Interaction, data: dict[str, Any]) -> None:
    composer = Composer(call.state.world, interaction.channel, call.state.upload_limit)
    draft = composer.new(data, call.files, base=("data",))
    interaction.original = post(call, interaction, draft)


def _defer(call: Call, interaction: Interaction, data: dict[str, Any]) -> None:
    flags = (data.get("flags") or 0) & FLAG_EPHEMERAL
    interaction.original = post(call, interaction, Draft(flags=flags | FLAG_LOADING))


def _defer_update(_: Call, interaction: Interaction, __: dict[str, Any]) -> None:
    interaction.original = interaction.message


def _update(call: Call, interaction: Interaction, data: dict[str, Any]) -> None:
    message = interaction.message
    if message is None or message.deleted:
        raise ApiError(404, 10008, "Unknown Message")
    composer = Composer(call.state.world, interaction.channel, call.state.upload_limit)
    draft = composer.change(message, data, call.files, base=("data",))
    call.state.world.edit(message, **draft.fields())
    interaction.original = message


def _choices(_: Call, interaction: Interaction, data: dict[str, Any]) -> None:
    check_choices(data.get("choices")).raise_if_any()
    interaction.choices = data.get("choices") or []


def _modal(_: Call, interaction: Interaction, data: dict[str, Any]) -> None:
    check_modal(data).raise_if_any()
    interaction.modal = data


_ANSWERS = {
    REPLY: _reply,
    DEFER: _defer,
    DEFER_UPDATE: _defer_update,
    UPDATE: _update,
    CHOICES: _choices,
    MODAL: _modal,
}


def _written(call: Call, interaction: Interaction, kind: int) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(interaction.id), "type": interaction.kind}
    message = interaction.original
    body: dict[str, Any] = {"interaction": told}
    if message is not None and kind in (REPLY, DEFER, DEFER_UPDATE, UPDATE):
        told |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.is_loading,
            "response_message_ephemeral": bool(message.flags & FLAG_EPHEMERAL),
            "channel_id": str(interaction.channel.id),
            "guild_id": str(interaction.channel.guild.id),
        }
    if kind in (REPLY, UPDATE):
        body["resource"] = {"type": kind, "message": call.written(message) if message else None}
    return body
