"""Every button, menu and form with every kind of member: who may not is told so, and nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from storycore.studio.permissions import Act
from tests.bot.test_permission_walk import ITEMS, _known, _panel, _press
from tests.bot.test_who_may import state
from tests.support.wire import wire_to

#: What each kind may do once the server gave every right to roles. Admins may everything, so they are refused nothing;
#: another server's people are in test_who_may: for them nothing of this is there.
ALLOWED: dict[str, set[Act]] = {
    "stranger": set(),
    "voter": {Act.VOTE},
    "co-author": {Act.EDIT, Act.STEER},
    "author": {Act.EDIT, Act.STEER, Act.OWN},
    "moderator": {Act.EDIT, Act.STEER, Act.OWN},
    "blocked": set(),
}


async def test_every_kind_of_member_is_refused_what_is_not_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("interactions", "results"):  # who may is asked here, not how quickly
        monkeypatch.setattr(f"sandbox.{module}.ACKNOWLEDGE_WITHIN", 60.0)
    async with wire_to(tmp_path) as wire:
        known = await _known(wire)
        thread = wire.thread
        tries = [
            (name, act, custom_id.format(**known), value.format(**known))
            for name, (act, ways) in ITEMS.items()
            for custom_id, value in ways[:1]
            if act is not None
        ]
        held = await _panel(wire, [(custom_id, value) for _, _, custom_id, value in tries])
        world, guild, olu = wire.sandbox.world, wire.sandbox.default_guild.guild, wire.member("Olu")
        crew, voters = world.add_role(guild, "Crew", 0), world.add_role(guild, "Voters", 0)
        for key in ("create", "vote", "edit", "stories", "characters", "hosts", "moderate"):
            role = voters if key == "vote" else crew
            done = await olu.slash(wire.channel, "settings set", key=f"roles.{key}", value=f"<@&{role.id}>")
            assert "✅" in (await done.response()).text
        for name in ("Stan", "Vera", "Dan"):
            world.add_member(guild, name)
        kinds = dict(zip(ALLOWED, ("Stan", "Vera", "Cy", "Ada", "Mo", "Dan"), strict=True))
        wire.member("Vera").member.role_ids.append(voters.id)
        wire.member("Dan").member.role_ids += [voters.id, crew.id]  # whatever their roles
        await wire.member("Ada").slash(thread, "story invite", member=wire.member("Cy"))
        await olu.slash(wire.channel, "moderation block", member=wire.member("Dan"))
        before = await state(wire)
        refused: dict[str, int] = {}
        for kind, person in kinds.items():
            who = wire.member(person)
            for name, act, custom_id, value in tries:
                if act in ALLOWED[kind]:
                    continue
                result = await _press(who, held[custom_id], custom_id, value)
                assert result.modal is None, (kind, name)
                words = (await result.response()).text
                expected = "Moderators have blocked you" if kind == "blocked" else "Only "
                assert words.startswith(expected), (kind, name, words)
                refused[kind] = refused.get(kind, 0) + 1
        assert await state(wire) == before
        assert refused["stranger"] == refused["blocked"] == len(tries) > refused["voter"] > refused["author"]
        wire.painter.gate.set()  # type: ignore[union-attr]
