"""Adding, looking at, draining and removing hosts: who may, what is shown, and what never is."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from storycore.errors import NotAllowedError, NotFoundError, PainterUnreachableError, SettingsError, StateError
from storycore.hosts.model import Flavour
from storycore.images.webui.options import Address
from storycore.images.webui.talk import HostTalk
from storycore.store.hosts import HostHealth
from storycore.studio import hosts, queue, stories
from storycore.studio.hosts import NewHost
from storycore.studio.people import Person
from tests.hosts.house import house, options
from tests.images.webui_stand_in import LORAS, WebuiStandIn
from tests.support.studio import ADA, BO, HOME, STRANGER, new, painted
from tests.support.workshops import small_workshop, until

OPERATOR = Person(None, "operator")
OLU = Person(9, "Olu", admin=True, server_id=HOME)


async def test_a_host_is_added_asked_drained_and_removed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    host = WebuiStandIn(flavour="sdnext", user="ada", password="s3cret-w0rd")
    async with host.running(), small_workshop(tmp_path, options([])) as workshop:
        bare = f"http://{host.url.rsplit('@', 1)[1]}"
        refused = await hosts.add(workshop, OLU, NewHost(bare, name="wrong door"))
        assert refused.health is HostHealth.REFUSING and "user and password" in refused.detail
        assert await hosts.remove(workshop, refused.id, OLU) == "wrong door"

        added = await hosts.add(workshop, OLU, NewHost(bare, user="ada", password="s3cret-w0rd", name="gpu"))
        assert (added.name, added.url, added.health, added.flavour) == ("gpu", bare, HostHealth.WELL, Flavour.SDNEXT)
        assert added.abilities.loras == LORAS and added.changeable and not added.everywhere and not added.draining
        with pytest.raises(StateError, match="here already"):
            await hosts.add(workshop, OLU, NewHost(bare))
        assert [view.name for view in await hosts.listing(workshop, ADA)] == ["gpu"]
        assert await hosts.listing(workshop, STRANGER) == [], "another server's host is nobody else's"
        with pytest.raises(NotFoundError):
            await hosts.show(workshop, added.id, STRANGER)
        for attempt in (hosts.remove(workshop, added.id, BO), hosts.drain(workshop, added.id, BO)):
            with pytest.raises(NotAllowedError):
                await attempt

        drained = await hosts.drain(workshop, added.id, OLU)
        assert drained.draining
        story_id = await stories.create(workshop, new())
        view = await until(workshop, story_id, lambda v: any(s.coming and s.coming.problem for s in v.scenes))
        assert any(s.coming and "drained" in s.coming.problem for s in view.scenes) and host.received == []
        await hosts.drain(workshop, added.id, OLU, draining=False)
        assert not (await hosts.show(workshop, added.id, OLU)).draining
        shown = repr([added, await hosts.listing(workshop, OLU), await queue.show(workshop, OLU)])
    assert "s3cret" not in shown and "s3cret" not in caplog.text


async def test_hosts_of_the_settings_are_changed_only_there(tmp_path: Path) -> None:
    host = WebuiStandIn(user="ada", password="s3cret-w0rd")
    async with house(tmp_path, host) as workshop:
        story_id = await stories.create(workshop, new())
        await until(workshop, story_id, painted, 90)
        view = (await hosts.listing(workshop, OLU))[0]
        assert view.everywhere and not view.changeable and view.health is HostHealth.WELL
        for attempt in (hosts.remove(workshop, view.id, OPERATOR), hosts.drain(workshop, view.id, OLU)):
            with pytest.raises(NotAllowedError, match="FIRESIDE_WEBUI_HOSTS"):
                await attempt
        async with asyncio.timeout(60):  # a host's figures are written a moment after its pictures
            while (await hosts.show(workshop, view.id, OLU)).painted != 6:
                await workshop.hosts._ledger.flush()
                await asyncio.sleep(0.05)
    async with small_workshop(tmp_path, options([])) as workshop:
        assert await hosts.listing(workshop, OPERATOR) == [], "taken out of the settings, it is gone"
        assert workshop.note_for(OLU.server_id) == workshop.painter.note


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:7860", "http://localhost:7860", "http://169.254.169.254/latest", "http://[::1]:7860"]
)
async def test_strangers_do_not_send_the_bot_into_private_networks(tmp_path: Path, url: str) -> None:
    async with small_workshop(tmp_path) as workshop:
        with pytest.raises(SettingsError, match="private network"):
            await hosts.add(workshop, OLU, NewHost(url))
        with pytest.raises(SettingsError):
            await hosts.add(workshop, OLU, NewHost("ftp://gpu"))
        with pytest.raises(NotAllowedError):
            await hosts.add(workshop, OLU, NewHost("http://example.com", everywhere=True))
        assert await hosts.listing(workshop, OPERATOR) == []


async def test_a_name_that_leads_inside_later_is_not_followed() -> None:
    host = WebuiStandIn()
    async with host.running():
        port = host.url.rpartition(":")[2]
        talk = HostTalk(Address(f"http://localhost:{port}", public_only=True))
        with pytest.raises(PainterUnreachableError):
            await talk.options()
        await talk.close()
        open_talk = HostTalk(Address(f"http://localhost:{port}"))
        assert "sd_model_checkpoint" in await open_talk.options()
        await open_talk.close()


async def test_the_smallest_member_does_not_wait_for_the_greatest(tmp_path: Path) -> None:
    """One asks for sixteen pictures, and then another for two: the two come among the first."""
    host = WebuiStandIn(seconds=0.05)
    long = "\n\n".join(
        f"# Scene {n}\n\nThe frog number {n} sat on its stone and looked at the moon." for n in range(16)
    )
    async with house(tmp_path, host) as workshop:
        await queue.hold(workshop, ADA.server_id)
        first = await stories.create(workshop, new(script=long, candidates=1))
        await until(workshop, first, lambda v: len(v.scenes) == 16)
        second = await stories.create(workshop, new(author=BO, candidates=1))
        view = await until(workshop, second, lambda v: len(v.scenes) == 2)
        waiting = (await queue.show(workshop, BO)).waiting
        assert [job.mine for job in waiting[:3]] == [True, True, False], "own jobs first"
        assert [job.place for job in waiting if job.mine] == sorted(job.place for job in waiting if job.mine)
        assert max(job.place for job in waiting if job.mine) <= 5
        await queue.release(workshop, ADA.server_id)
        await until(workshop, second, painted, 90)
        theirs = {scene.prompt for scene in view.scenes}
        await until(workshop, first, painted, 90)
        # All that the engine claims at once stand before the host together; the two are among those.
        order = ["theirs" if prompt in theirs else "ours" for prompt, _ in host.begun]
        assert order[:10].count("theirs") == 2, order
