"""What a prompt may load: members only what the admins allow."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotAllowedError, NotFoundError
from storycore.hosts.model import Abilities, names_in, plain_name
from storycore.prompts.grammar.extra import tags
from storycore.store.hosts import HostRow
from storycore.studio.library import characters_of
from storycore.studio.people import Person
from storycore.studio.server import of_server
from storycore.studio.settings_model import EVERY, ServerSettings


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of network: what it is called, its list in the settings, and where a host's abilities have it."""

    label: str
    setting: str
    known: str
    names: str

    def allowed(self, settings: ServerSettings, name: str) -> bool:
        """Whether everybody here may name this one."""
        wanted = plain_name(name)
        return any(own == EVERY or plain_name(own) == wanted for own in getattr(settings, self.names))


LORA = Kind("LoRA", "prompts.loras", "knows_loras", "loras")
EMBEDDING = Kind("embedding", "prompts.embeddings", "knows_embeddings", "embeddings")


async def abilities_of(session: AsyncSession, server_id: int | None) -> list[Abilities]:
    """What the hosts that a server may use have."""
    rows = await session.execute(
        select(HostRow.abilities).where(HostRow.server_id.is_(None) | (HostRow.server_id == server_id))
    )
    return [Abilities.from_json(abilities) for (abilities,) in rows]


async def known_embeddings(session: AsyncSession, server_id: int | None) -> set[str]:
    """The embeddings that those hosts have, as they call them."""
    return {name for own in await abilities_of(session, server_id) for name in own.embeddings}


async def allowed_network(session: AsyncSession, person: Person, kind: Kind, name: str) -> str:
    """A network that a host of this server has and that the admins allow, as the host calls it.

    Raises ``NotAllowedError``, ``NotFoundError``.
    """
    settings = await of_server(session, person.server_id)
    if not kind.allowed(settings, name) and not _free(person):
        raise NotAllowedError(
            f"The admins of this server do not allow the {kind.label} “{name[:60]}”.",
            f"They add it with `/settings set`, under `{kind.setting}`.",
        )
    told = [own for own in await abilities_of(session, person.server_id) if getattr(own, kind.known)]
    for own in told:
        for known in getattr(own, kind.names):
            if plain_name(known) == plain_name(name):
                return str(known)
    if told:
        raise NotFoundError(f"No host has the {kind.label} “{name[:60]}”.", "Choose one from the list while you type.")
    return name


async def offered_networks(session: AsyncSession, person: Person, kind: Kind) -> list[str]:
    """The networks that this person may name, as the hosts call them."""
    settings = await of_server(session, person.server_id)
    every = {name for own in await abilities_of(session, person.server_id) for name in getattr(own, kind.names)}
    return sorted(name for name in every if _free(person) or kind.allowed(settings, name))


async def check_networks(
    session: AsyncSession, person: Person, settings: ServerSettings, prompt: str, before: str = ""
) -> None:
    """Members name the LoRAs and embeddings that the admins allow, and those of the server's characters; admins any.

    ``before`` is the prompt as it was: an embedding that stood there already is nobody's doing. Raises
    ``NotAllowedError``.
    """
    if _free(person):
        return
    await check_embeddings(session, person, settings, prompt, before)
    named = tags(prompt)
    characters = await characters_of(session, person.server_id) if named else ()
    lent = {plain_name(c.sheet.lora) for c in characters if c.sheet.lora}
    for tag in named:
        name = tag.items[0]
        if tag.kind.lower() == "lora" and (plain_name(name) in lent or LORA.allowed(settings, name)):
            continue
        raise NotAllowedError(
            f"The admins of this server do not allow “<{tag.kind[:20]}:{name[:60]}>”.",
            "Take it out of the prompt, or ask them: `/settings set`, `prompts.loras`.",
        )


async def check_embeddings(
    session: AsyncSession, person: Person, settings: ServerSettings, text: str, before: str = ""
) -> None:
    """The part of :func:`check_networks` about embeddings, for texts of any kind. Raises ``NotAllowedError``."""
    if _free(person):
        return
    known = await known_embeddings(session, person.server_id)
    named = names_in(text, known)
    if not named:
        return
    characters = await characters_of(session, person.server_id)
    lent = {plain_name(name) for c in characters for name in (*c.sheet.embeddings, *c.sheet.negative_embeddings)}
    lent |= {plain_name(name) for name in names_in(before, known)}
    for name in named:
        if plain_name(name) in lent or EMBEDDING.allowed(settings, name):
            continue
        raise NotAllowedError(
            f"“{name[:60]}” is an embedding of the painters, and the admins of this server do not allow it.",
            "Say it in other words, or ask them: `/settings set`, `prompts.embeddings`.",
        )


def _free(person: Person) -> bool:
    return person.admin or person.id is None
