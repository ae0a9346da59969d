"""What the control interface shows: channels, messages and forms as a person sees them, in JSON."""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.model import Channel, Message
from sandbox.results import Modal


def channel_json(channel: Channel) -> dict[str, Any]:
    """A channel or thread in a list."""
    return {
        "id": str(channel.id),
        "name": channel.name,
        "parent": None if channel.parent is None else str(channel.parent.id),
        "archived": channel.thread.archived if channel.thread else False,
        "locked": channel.thread.locked if channel.thread else False,
        "messages": len(channel.by_id),
    }


def message_json(message: Message) -> dict[str, Any]:
    """A message as a person sees it, and `components` raw."""
    return {
        "id": str(message.id),
        "channel": str(message.channel.id),
        "author": message.author.name,
        "text": message.text,
        "ephemeral": message.visible_to is not None,
        "loading": message.is_loading,
        "edits": message.edits,
        "buttons": [
            {"label": item.label or item.emoji, "custom_id": item.custom_id, "disabled": item.disabled, "url": item.url}
            for item in message.buttons
        ],
        "selects": [
            {
                "placeholder": item.placeholder,
                "custom_id": item.custom_id,
                "disabled": item.disabled,
                "options": [{"label": option["label"], "value": option["value"]} for option in item.options],
            }
            for item in message.selects
        ],
        "gallery": [
            {"url": item.url, "description": item.description, "spoiler": item.spoiler} for item in message.gallery
        ],
        "files": [payloads.attachment(item) for item in message.files],
        "reactions": {reaction.emoji: reaction.count for reaction in message.reactions},
        "thread": None if message.thread is None else str(message.thread.id),
        "components": message.components,
    }


def modal_json(modal_id: str, modal: Modal) -> dict[str, Any]:
    """A form, and the id by which it is sent."""
    return {
        "id": modal_id,
        "title": modal.title,
        "text": modal.text,
        "fields": [
            {
                "type": field.type,
                "custom_id": field.custom_id,
                "label": field.label,
                "description": field.description,
                "required": field.required,
                "value": field.value,
                "options": [{"label": option["label"], "value": option["value"]} for option in field.options],
            }
            for field in modal.fields
        ],
    }
