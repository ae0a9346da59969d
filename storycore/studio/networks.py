"""What a prompt may load: members only what the admins allow."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotAllowedError
from storycore.hosts.model import plain_name
from storycore.prompts.grammar.extra import tags
from storycore.studio.library import characters_of
from storycore.studio.people import Person
from storycore.studio.settings_model import ServerSettings


async def check_networks(session: AsyncSession, person: Person, settings: ServerSettings, prompt: str) -> None:
    """Members name the LoRAs that the admins allow, and those of the server's characters; admins any.

    Raises ``NotAllowedError``.
    """
    named = tags(prompt)
    if not named or person.admin or person.id is None:
        return
    lent = {plain_name(c.sheet.lora) for c in await characters_of(session, person.server_id) if c.sheet.lora}
    for tag in named:
        name = tag.items[0]
        if tag.kind.lower() == "lora" and (plain_name(name) in lent or settings.allows_lora(name)):
            continue
        raise NotAllowedError(
            f"The admins of this server do not allow “<{tag.kind[:20]}:{name[:60]}>”.",
            "Take it out of the prompt, or ask them: `/settings set`, `prompts.loras`.",
        )
