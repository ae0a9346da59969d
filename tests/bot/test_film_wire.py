"""Films in chat, over the real wire: what was chosen reaches the film, and a film that no place takes is watched."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.addresses import Addresses, serving
from sandbox.model import Message
from sandbox.rest.router import Call
from storycore.film.model import FilmPart, FilmPlan, FilmProgressCallback, FilmReport, MadeCache
from storycore.film.options import FilmOptions, Motion, SubtitleMode, Transition
from storycore.work.jobs import filming
from tests.machine.doubles import QuickStudio
from tests.support.wire import Wire, wire_to

POST = "/channels/{channel_id}/messages"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nWho is there?\n"


class Told(QuickStudio):
    """Films of a few bytes that have subtitles; it remembers the plans."""

    def __init__(self) -> None:
        super().__init__()
        self.plans: list[FilmPlan] = []

    async def make_film(
        self,
        plan: FilmPlan,
        path: Path,
        *,
        cache: MadeCache,
        work_dir: Path,
        on_progress: FilmProgressCallback | None = None,
    ) -> FilmReport:
        self.plans.append(plan)
        made = await super().make_film(plan, path, cache=cache, work_dir=work_dir, on_progress=on_progress)
        return replace(made, parts=(FilmPart(made.path, made.seconds, made.bytes, VTT),))


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(filming, "make_film", told.make_film)
    return told


@pytest.fixture
async def wire(tmp_path: Path, studio: Told) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


def films(wire: Wire) -> list[Message]:
    return [message for message in wire.thread.messages if "🍿" in message.text]


async def test_what_is_chosen_reaches_the_film_and_is_remembered(wire: Wire, studio: Told) -> None:
    await wire.new_story()
    scenes = await wire.painted()
    ada = wire.member("Ada")
    offer = await (await ada.click(scenes[0], label="Pick")).response()
    await ada.select(offer, custom_id=offer.selects[0].custom_id, values=["3", "1"])
    await wire.wait(lambda: "picked **3**, then **1**" in scenes[0].text, what="two picks")

    refused = await (await ada.slash(wire.thread, "story film", voice="gian")).response()
    assert "There is no such voice." in refused.text and "giant" in refused.text
    offered = await ada.autocomplete(wire.thread, "story film", option="voice", value="gia")
    assert "giant" in [choice["value"] for choice in offered]

    chosen = {"shape": "9:16", "motion": "pan", "transition": "dip", "subtitles": "lines", "music": "off"}
    await ada.slash(wire.thread, "story film", **chosen, voice="Giant", credits=False, draft=True)
    await wire.wait(lambda: len(films(wire)) == 1, 60, "the film")
    wanted = FilmOptions(
        "9:16", Motion.PAN, Transition.DIP, SubtitleMode.LINES, "giant", "off", title=True, credits=False, draft=True
    )
    plan = studio.plans[-1]
    assert plan.options == wanted
    first, second = plan.scenes
    assert first.picture is not None and first.second is not None and first.picture != first.second
    assert second.picture is not None and second.second is None
    beside = [file for file in films(wire)[0].attachments if file.filename.endswith(".vtt")]
    assert [(file.filename, file.data.decode()) for file in beside] == [("the-well.vtt", VTT)]

    await ada.slash(wire.thread, "story film", transition="cut")
    await wire.wait(lambda: len(films(wire)) == 2, 60, "the second film")
    assert studio.plans[-1].options == replace(wanted, transition=Transition.CUT), "the rest is remembered"


async def test_a_film_that_the_place_refuses_twice_is_watched_by_address(wire: Wire) -> None:
    wire.client.addresses = Addresses("https://films.example", "secret")
    await wire.new_story()
    await wire.painted()
    refused = wire.sandbox.trouble.refuse("POST", POST, status=413, code=40005, times=2, when=_holds_a_film)
    await wire.member("Ada").slash(wire.thread, "story film")
    await wire.wait(lambda: [b for m in films(wire) for b in m.buttons if b.label == "Watch the film"], 60, "a button")
    assert refused.met == 2
    message = films(wire)[0]
    assert [file.filename for file in message.attachments] == ["the-well.vtt"]
    answer = await (await wire.member("Bo").click(message, label="Watch the film")).response()
    assert answer.visible_to == wire.member("Bo").id
    link = re.search(r"https://films\.example(/films/[^>\s]+)", answer.text)
    assert link is not None
    async with (
        serving(wire.client.addresses, wire.workshop.folder, "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as browser,
        browser.get(f"http://127.0.0.1:{port}{link[1]}") as film,
    ):
        assert (film.status, (await film.read())[4:8]) == (200, b"ftyp")


def _holds_a_film(call: Call) -> bool:
    return any(file.filename.endswith(".mp4") for file in call.files.values())
