"""What a member sees after acting: the answer to an interaction, or a form to fill in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import look
from sandbox.errors import SandboxError
from sandbox.interactions import (
    ACKNOWLEDGE_WITHIN,
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    DEFER,
    DEFER_UPDATE,
    MODAL_SUBMIT,
    Interaction,
)
from sandbox.model import Message
from sandbox.state import State
from sandbox.waiting import until

WORDS = {
    COMMAND: "The application did not respond",
    COMPONENT: "This interaction failed",
    AUTOCOMPLETE: "Loading options failed",
    MODAL_SUBMIT: "Something went wrong. Try again.",
}
"""What Discord's client says when an interaction is not acknowledged in time."""


@dataclass(frozen=True)
class ModalField:
    """One input of a form, as it stands when the form opens."""

    type: int
    custom_id: str
    label: str
    description: str
    required: bool
    value: str
    least: int
    most: int
    options: list[dict[str, Any]]


@dataclass(frozen=True)
class Modal:
    """A form that the bot opened. `interaction` is what opened it."""

    interaction: Interaction
    raw: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.raw["title"])

    @property
    def custom_id(self) -> str:
        return str(self.raw["custom_id"])

    @property
    def text(self) -> str:
        """The words between the inputs."""
        return look.text("", [], self.raw["components"])

    @property
    def fields(self) -> list[ModalField]:
        """The inputs, in order."""
        return [
            _field(label, description, component)
            for label, description, component in self.inputs()
            if component.get("custom_id")
        ]

    def inputs(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Label, description and raw component of every input."""
        found: list[tuple[str, str, Mapping[str, Any]]] = []
        for component in self.raw["components"]:
            if component["type"] == look.LABEL:
                child = component["component"]
                found.append((component["label"], component.get("description") or "", child))
            elif component["type"] == look.ACTION_ROW:
                found += [(child.get("label") or "", "", child) for child in component["components"]]
        return found


def _field(label: str, description: str, component: Mapping[str, Any]) -> ModalField:
    text = component["type"] == look.TEXT_INPUT
    least = component.get("min_length" if text else "min_values")
    most = component.get("max_length" if text else "max_values")
    return ModalField(
        type=component["type"],
        custom_id=component["custom_id"],
        label=label,
        description=description,
        required=component.get("required") is not False,
        value=component.get("value") or "",
        least=(0 if text else 1) if least is None else least,
        most=(4000 if text else 1) if most is None else most,
        options=list(component.get("options") or []),
    )


class InteractionResult:
    """What became of a command, click or submitted form."""

    def __init__(self, state: State, interaction: Interaction) -> None:
        self._state = state
        self.interaction = interaction

    async def settle(self) -> None:
        """Wait until the bot has acknowledged, or the 3 seconds for it are over."""
        deadline = self.interaction.created + ACKNOWLEDGE_WITHIN
        acknowledged = asyncio.create_task(self.interaction.acknowledged.wait())
        over = asyncio.create_task(self._state.world.clock.sleep_until(deadline))
        try:
            await asyncio.wait({acknowledged, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            acknowledged.cancel()
            over.cancel()

    @property
    def acknowledged_after(self) -> float | None:
        """Seconds from the act to the bot's first answer; None when there was none."""
        at = self.interaction.acknowledged_at
        return None if at is None else at - self.interaction.created

    @property
    def failed(self) -> str | None:
        """What Discord's client says when the bot did not answer in time, else None."""
        return None if self.interaction.acknowledged_at is not None else WORDS[self.interaction.kind]

    @property
    def type(self) -> int | None:
        """The type of the first answer: 4 reply, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 modal."""
        return self.interaction.answer

    @property
    def modal(self) -> Modal | None:
        """The form that the bot opened."""
        return None if self.interaction.modal is None else Modal(self.interaction, self.interaction.modal)

    @property
    def message(self) -> Message | None:
        """The message that the bot answered with (it may be ephemeral, and may still say "… is thinking")."""
        return None if self.interaction.answer == DEFER_UPDATE else self.interaction.original

    @property
    def followups(self) -> list[Message]:
        """Messages after the first answer."""
        return self.interaction.followups

    @property
    def is_ephemeral(self) -> bool:
        """Whether only the member sees the answer."""
        return self.message is not None and self.message.visible_to is not None

    async def response(self, timeout: float = 10.0) -> Message:
        """The answer once it is there: of a deferred one what replaces "… is thinking", else the first follow-up."""
        if self.failed:
            raise SandboxError(self.failed)
        return await until(self._state.world, self._answered, timeout, "the bot's answer")

    def _answered(self) -> Message | None:
        message = self.message
        if message is not None and not message.deleted and not (self.type == DEFER and message.is_loading):
            return message
        return next((item for item in self.followups if not item.deleted), None)
