"""What follows the first answer: follow-up messages, and changing or deleting what was answered."""

from __future__ import annotations

from sandbox.compose import Composer
from sandbox.errors import ApiError, unknown
from sandbox.interactions import Interaction
from sandbox.model import FLAG_LOADING, Message
from sandbox.rest.interactions import post
from sandbox.rest.router import NOTHING, Answer, Call, route
from sandbox.snowflake import parse

_BASE = "/webhooks/{webhook_id}/{webhook_token}"
MAX_FOLLOWUPS = 100


def _interaction(call: Call) -> Interaction:
    if call.snowflake("webhook_id") != call.state.world.bot.id:
        raise unknown("Webhook", 10015)
    return call.state.desk.answered(call.args["webhook_token"])


def _message(call: Call, interaction: Interaction) -> Message:
    wanted = call.args.get("message_id", "@original")
    candidates = [*interaction.followups, *([interaction.original] if interaction.original else [])]
    message = interaction.original if wanted == "@original" else None
    if message is None:
        message = next((item for item in candidates if item.id == parse(wanted)), None)
    if message is None or message.deleted:
        raise unknown("Message", 10008)
    return message


def _change(call: Call, interaction: Interaction, message: Message) -> Message:
    composer = Composer(call.state.world, interaction.channel, call.state.upload_limit)
    draft = composer.change(message, call.form, call.files)
    fresh = message.is_loading
    draft.flags &= ~FLAG_LOADING
    fields = draft.fields()
    if fresh:
        fields["edited"] = None
    call.state.world.edit(message, **fields)
    return message


@route("POST", _BASE, needs_token=False)
def follow_up(call: Call) -> Answer:
    interaction = _interaction(call)
    original = interaction.original
    if original is not None and original.is_loading and not original.deleted:
        # The first follow-up takes the place of "… is thinking", and stays as visible as that was.
        return Answer(200, call.written(_change(call, interaction, original)))
    if len(interaction.followups) >= MAX_FOLLOWUPS:
        raise ApiError(400, 40094, "This interaction has reached the maximum number of follow-up messages")
    composer = Composer(call.state.world, interaction.channel, call.state.upload_limit)
    message = post(call, interaction, composer.new(call.form, call.files))
    interaction.followups.append(message)
    call.state.world.changed()
    return Answer(200, call.written(message))


@route("GET", _BASE + "/messages/@original", needs_token=False)
@route("GET", _BASE + "/messages/{message_id}", needs_token=False)
def get_answer(call: Call) -> Answer:
    return Answer(200, call.written(_message(call, _interaction(call))))


@route("PATCH", _BASE + "/messages/@original", needs_token=False)
@route("PATCH", _BASE + "/messages/{message_id}", needs_token=False)
def edit_answer(call: Call) -> Answer:
    interaction = _interaction(call)
    return Answer(200, call.written(_change(call, interaction, _message(call, interaction))))


@route("DELETE", _BASE + "/messages/@original", needs_token=False)
@route("DELETE", _BASE + "/messages/{message_id}", needs_token=False)
def delete_answer(call: Call) -> Answer:
    call.state.world.delete(_message(call, _interaction(call)))
    return NOTHING
