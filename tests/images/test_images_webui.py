"""The WebUI painter against a stand-in: what it asks for, what it keeps, and what it says when things go wrong."""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from storycore.errors import PainterError, PainterUnreachableError, SettingsError
from storycore.images.base import PaintProgress, PaintRequest
from storycore.images.factory import who_paints
from storycore.images.stopped import PaintingStoppedError
from storycore.images.storyboard import StoryboardPainter
from storycore.images.webui import WebuiOptions, WebuiPainter
from storycore.images.webui.task import WithdrawnError
from tests.images.webui_stand_in import CHECKPOINTS, Fault, Flavour, WebuiStandIn, simple_picture

QUICK = WebuiOptions(poll_every=0.02, read_timeout=20.0, connect_timeout=2.0)
REQUEST = PaintRequest("one", "a dragon on its gold", seed=7, count=2, width=128, height=64)


@asynccontextmanager
async def painter_of(host: WebuiStandIn, options: WebuiOptions = QUICK, url: str = "") -> AsyncIterator[WebuiPainter]:
    async with host.running():
        painter = WebuiPainter(url or host.url, options)
        try:
            yield painter
        finally:
            await painter.close()


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_asks_for_what_was_requested_and_keeps_the_bytes_as_they_came() -> None:
    host = WebuiStandIn()
    async with painter_of(host) as painter:
        pictures = await painter.generate(REQUEST)
    asked = host.received[0]
    assert asked["prompt"] == REQUEST.prompt
    assert (asked["seed"], asked["n_iter"] * asked["batch_size"], asked["width"], asked["height"]) == (7, 2, 128, 64)
    assert (asked["steps"], asked["cfg_scale"], asked["sampler_name"], asked["scheduler"]) == (
        28,
        7.0,
        "DPM++ 2M",
        "Karras",
    )
    assert asked["force_task_id"] == "task(fireside-one)"
    assert asked["alwayson_scripts"] == {} and asked["save_images"] is False and asked["send_images"] is True
    assert "blurry" in asked["negative_prompt"]
    assert [picture.data for picture in pictures] == [simple_picture(asked, 7), simple_picture(asked, 8)]
    assert [(p.seed, p.width, p.height, p.media_type) for p in pictures] == [
        (7, 128, 64, "image/png"),
        (8, 128, 64, "image/png"),
    ]
    assert pictures[0].parameters["sd_model_name"] == CHECKPOINTS[0]


async def test_a_negative_prompt_of_the_request_replaces_the_standard_one() -> None:
    host = WebuiStandIn()
    async with painter_of(host) as painter:
        await painter.generate(replace(REQUEST, negative_prompt="rain"))
    assert host.received[0]["negative_prompt"] == "rain"


async def test_seeds_wrap_at_their_end() -> None:
    host = WebuiStandIn()
    async with painter_of(host) as painter:
        pictures = await painter.generate(replace(REQUEST, seed=2**32 - 1, count=3))
    assert [picture.seed for picture in pictures] == [2**32 - 1, 0, 1]
    assert [(asked["seed"], asked["n_iter"]) for asked in host.received] == [(2**32 - 1, 1), (0, 2)]
    assert len({asked["force_task_id"] for asked in host.received}) == 2


UNREACHABLE: list[Fault] = ["reset", "cut", "too_few", "busy"]
REFUSED: list[tuple[Fault, str]] = [
    ("html", "not the WebUI's API"),
    ("redirect", ""),
    ("validation", "steps"),
    ("error", "failed while painting"),
    ("lost_cause", "failed while painting"),
    ("broken_base64", "not base64"),
    ("truncated_png", "damaged"),
    ("bomb", "too large"),
    ("not_an_image", "neither PNG nor JPEG nor WebP"),
    ("list", "not the WebUI's API"),
]


@pytest.mark.parametrize("flavour", ["a1111", "forge", "sdnext"])
@pytest.mark.parametrize("fault", UNREACHABLE)
async def test_what_may_pass_is_worth_another_try(fault: Fault, flavour: Flavour) -> None:
    host = WebuiStandIn(flavour=flavour)
    host.fail_next(fault)
    async with painter_of(host) as painter:
        with pytest.raises(PainterUnreachableError) as caught:
            await painter.generate(REQUEST)
        assert caught.value.message.startswith("The GPU host") and caught.value.hint
        again = await painter.generate(replace(REQUEST, task_id="two"))
    assert len(again) == 2


@pytest.mark.parametrize("flavour", ["a1111", "forge", "sdnext"])
@pytest.mark.parametrize(("fault", "words"), REFUSED)
async def test_what_will_not_pass_is_said(fault: Fault, words: str, flavour: Flavour) -> None:
    host = WebuiStandIn(flavour=flavour)
    host.fail_next(fault)
    async with painter_of(host) as painter:
        with pytest.raises(PainterError) as caught:
            await painter.generate(REQUEST)
        assert type(caught.value) is PainterError
        assert words in caught.value.message
        assert caught.value.hint
        assert len(await painter.generate(replace(REQUEST, task_id="two"))) == 2


@pytest.mark.parametrize("flavour", ["a1111", "sdnext"])
async def test_out_of_memory_is_named(flavour: Flavour) -> None:
    host = WebuiStandIn(flavour=flavour)
    host.fail_next("oom")
    async with painter_of(host) as painter:
        with pytest.raises(PainterError, match="out of memory"):
            await painter.generate(REQUEST)


@pytest.mark.parametrize("fault", ["data_uri", "jpeg", "grid", "extra_images", "no_info"])
async def test_odd_but_usable_answers_are_used(fault: Fault) -> None:
    host = WebuiStandIn()
    host.fail_next(fault)
    async with painter_of(host) as painter:
        pictures = await painter.generate(REQUEST)
    assert [picture.seed for picture in pictures] == [7, 8]
    expected = simple_picture(host.received[0], 8)
    assert pictures[1].data == expected
    assert pictures[0].media_type == ("image/jpeg" if fault == "jpeg" else "image/png")


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    painter = WebuiPainter(f"http://127.0.0.1:{port}", QUICK)
    with pytest.raises(PainterUnreachableError, match="does not answer"):
        await painter.generate(REQUEST)
    assert not (await painter.health()).ok
    await painter.close()


async def test_a_host_that_paints_too_long_is_given_up() -> None:
    host = WebuiStandIn()
    host.fail_next("hang")
    async with painter_of(host, replace(QUICK, read_timeout=0.3)) as painter:
        with pytest.raises(PainterUnreachableError):
            await painter.generate(REQUEST)


async def test_a_host_that_falls_silent_is_hung_up_on() -> None:
    host = WebuiStandIn()
    async with painter_of(host, replace(QUICK, silence_limit=0.2)) as painter:
        await painter.health()
        host.fail_next("hang")

        async def silent(*_: object) -> None:
            raise PainterUnreachableError("no answer")

        painter._talk.task = silent  # type: ignore[method-assign,assignment]
        async with asyncio.timeout(15):
            with pytest.raises(PainterUnreachableError):
                await painter.generate(REQUEST)


async def test_without_api_the_switch_is_named() -> None:
    async with painter_of(WebuiStandIn(api=False)) as painter:
        with pytest.raises(PainterError, match="start it with --api"):
            await painter.generate(REQUEST)
        health = await painter.health()
    assert not health.ok and "--api" in health.detail


@pytest.mark.parametrize("flavour", ["a1111", "forge", "sdnext"])
async def test_a_missing_password_is_named_and_a_right_one_works(flavour: Flavour) -> None:
    host = WebuiStandIn(flavour=flavour, user="ada", password="pässwörd-7!")
    async with host.running():
        bare = f"http://{host.url.rsplit('@', 1)[1]}"
        stranger = WebuiPainter(bare, QUICK)
        with pytest.raises(PainterError, match="put them in FIRESIDE_WEBUI_HOSTS"):
            await stranger.generate(REQUEST)
        await stranger.close()
        known = WebuiPainter(host.url, QUICK)
        assert len(await known.generate(REQUEST)) == 2
        assert (await known.health()).ok
        await known.close()


async def test_credentials_are_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    host = WebuiStandIn(user="ada", password="right-one")
    shown: list[str] = []
    async with host.running():
        painter = WebuiPainter(host.url.replace("right-one", "s3cret-w0rd"), QUICK)
        with pytest.raises(PainterError) as caught:
            await painter.generate(REQUEST)
        error: BaseException | None = caught.value
        while error is not None:
            shown += [str(error), repr(error), *map(repr, error.args)]
            error = error.__cause__ or error.__context__
        shown += [repr(painter), painter.fingerprint(), repr(await painter.health()), repr(painter._address)]
        await painter.close()
    token = base64.b64encode(b"ada:s3cret-w0rd").decode()
    for text in (*shown, caplog.text):
        assert "s3cret" not in text and "ada:" not in text and token not in text


@pytest.mark.parametrize(
    "url", ["http://", "ftp://host", "http://user:s3cret@:7860", "http://h:notaport", "http://a b", ""]
)
def test_what_is_no_address_is_a_setting_to_mend(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        WebuiPainter(url)
    assert "FIRESIDE_WEBUI_HOSTS" in caught.value.message
    assert "s3cret" not in f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"


def test_addresses_in_their_usual_shapes() -> None:
    assert repr(WebuiPainter("gpu1:7860")) == "WebuiPainter('http://gpu1:7860')"
    assert repr(WebuiPainter("https://u:p%40ss@gpu.example/webui/")) == "WebuiPainter('https://gpu.example/webui')"
    assert WebuiPainter("http://u:p%40ss@[::1]:7860")._address.password == "p@ss"


async def test_progress_rises_to_one() -> None:
    told: list[PaintProgress] = []
    async with painter_of(WebuiStandIn(seconds=0.15)) as painter:
        await painter.generate(replace(REQUEST, count=3), told.append)
    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert any(0 < fraction < 1 for fraction in fractions)


async def test_progress_of_a_host_without_task_progress() -> None:
    told: list[PaintProgress] = []
    host = WebuiStandIn(seconds=0.15, task_progress=False)
    async with painter_of(host) as painter:
        await painter.generate(replace(REQUEST, count=3), told.append)
    assert host.asked_progress > 1
    assert any(0 < progress.fraction < 1 for progress in told)


async def test_cancel_interrupts_its_own_task() -> None:
    host = WebuiStandIn(seconds=30)
    async with painter_of(host) as painter:
        painting = asyncio.create_task(painter.generate(REQUEST))
        await until(lambda: host.running_task)
        await painter.cancel("somebody-elses")
        await asyncio.sleep(0.05)
        assert host.interrupted == [] and not painting.done()
        await painter.cancel("one")
        with pytest.raises(PaintingStoppedError):
            await painting
        await until(lambda: not host.running_task)
        assert set(host.interrupted) == {"task(fireside-one)"}
        host.seconds = 0.01
        assert len(await painter.generate(replace(REQUEST, task_id="two"))) == 2


async def test_a_cancelled_wait_stops_the_host_too() -> None:
    host = WebuiStandIn(seconds=30)
    async with painter_of(host) as painter:
        painting = asyncio.create_task(painter.generate(REQUEST))
        await until(lambda: host.running_task)
        painting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await painting
        await until(lambda: not host.running_task)
    assert set(host.interrupted) == {"task(fireside-one)"}


async def test_somebody_elses_picture_is_left_alone() -> None:
    """While ours waits in the host's line, an interrupt would hit the picture of somebody else."""
    host = WebuiStandIn(seconds=0.6)
    async with painter_of(host) as ours:
        stranger = WebuiPainter(host.url, QUICK)
        theirs = asyncio.create_task(stranger.generate(replace(REQUEST, task_id="theirs", count=1)))
        await until(lambda: host.running_task == "task(fireside-theirs)")
        painting = asyncio.create_task(ours.generate(REQUEST))
        await until(lambda: len(host.received) == 2)
        await ours.cancel("one")
        with pytest.raises(PaintingStoppedError):
            await painting
        assert len(await theirs) == 1
        await until(lambda: host.interrupted)
        assert set(host.interrupted) == {"task(fireside-one)"}
        await stranger.close()


async def test_an_order_to_stop_that_comes_late_hits_nobody_elses_picture() -> None:
    """The picture that follows is sent once the order to stop the one before was answered, not earlier."""
    host = WebuiStandIn(paused=True, slow_interrupts=0.3)
    async with painter_of(host) as painter:
        first = asyncio.create_task(painter.generate(REQUEST))
        await until(lambda: host.running_task)
        begun: list[str] = []
        follows = replace(REQUEST, task_id="two", count=1)
        second = asyncio.create_task(painter.generate(follows, on_begun=lambda: begun.append("two")))
        await asyncio.sleep(0.05)  # it stands ready
        await painter.cancel("one")
        with pytest.raises(PaintingStoppedError):
            await first
        await until(lambda: ("order", "task(fireside-one)") in host.events)
        host.paused = False  # the first ends by itself now, before the order reaches it
        assert len(await second) == 1 and begun == ["two"]
        seen = [what for what in host.events if what[0] != "order"]
        assert seen.index(("begin", "task(fireside-two)")) > max(n for n, e in enumerate(seen) if e[0] == "interrupt")
        assert ("interrupt", "task(fireside-two)") not in seen and host.most_at_once == 1


async def test_sdnext_is_asked_for_one_picture_at_a_time_so_that_stopping_ends_with_it() -> None:
    """It does not say whose task it paints, so nothing may be interrupted there."""
    host = WebuiStandIn(flavour="sdnext", paused=True)
    async with host.running():
        painter = WebuiPainter(host.url, QUICK, sdnext=True)
        three = replace(REQUEST, count=3)
        painting = asyncio.create_task(painter.generate(three))
        await until(lambda: host.running_task)
        await painter.cancel("one")
        with pytest.raises(PaintingStoppedError):
            await painting
        host.paused = False
        after = await painter.generate(replace(three, task_id="two"))
        assert [picture.seed for picture in after] == [three.seed + n for n in range(3)]
        assert [asked["n_iter"] for asked in host.received] == [1] * 4 and host.interrupted == []
        await painter.close()


async def test_a_task_that_stands_ready_can_be_taken_back_until_it_is_sent() -> None:
    host = WebuiStandIn(paused=True)
    async with painter_of(host) as painter:
        first = asyncio.create_task(painter.generate(REQUEST))
        await until(lambda: host.running_task)
        assert not painter.withdraw("one"), "it is being painted"
        idle: list[object] = []
        second = asyncio.create_task(painter.generate(replace(REQUEST, task_id="two"), None, idle.append))
        await asyncio.sleep(0.05)
        assert painter.withdraw("two") and not painter.withdraw("two")
        with pytest.raises(WithdrawnError):
            await second
        host.paused = False
        assert len(await first) == 2 and idle == []
    assert [asked["force_task_id"] for asked in host.received] == ["task(fireside-one)"]


async def test_a_host_that_cannot_say_whose_task_runs_is_not_interrupted() -> None:
    host = WebuiStandIn(seconds=0.2, task_progress=False)
    async with painter_of(host) as painter:
        painting = asyncio.create_task(painter.generate(REQUEST))
        await until(lambda: host.running_task)
        await painter.cancel("one")
        with pytest.raises(PaintingStoppedError):
            await painting
        await until(lambda: not host.running_task)
    assert host.interrupted == []


async def test_a_task_still_in_our_own_line_never_reaches_the_host() -> None:
    host = WebuiStandIn(seconds=0.2)
    async with painter_of(host) as painter:
        first = asyncio.create_task(painter.generate(REQUEST))
        await until(lambda: host.running_task)
        second = asyncio.create_task(painter.generate(replace(REQUEST, task_id="two")))
        await asyncio.sleep(0)
        await painter.cancel("two")
        with pytest.raises(PaintingStoppedError):
            await second
        assert len(await first) == 2
    assert [asked["force_task_id"] for asked in host.received] == ["task(fireside-one)"]


async def test_one_request_at_a_time() -> None:
    host = WebuiStandIn(seconds=0.05)
    async with painter_of(host) as painter:
        await asyncio.gather(*(painter.generate(replace(REQUEST, task_id=f"t{n}", count=1)) for n in range(4)))
    assert len(host.received) == 4 and host.most_at_once == 1


async def test_close_does_not_wait_for_a_hanging_host() -> None:
    host = WebuiStandIn()
    async with host.running():
        painter = WebuiPainter(host.url, QUICK)
        host.fail_next("hang")
        painting = asyncio.create_task(painter.generate(REQUEST))
        await until(lambda: host.received)
        async with asyncio.timeout(10):
            await painter.close()
            with pytest.raises(PaintingStoppedError):
                await painting


@pytest.mark.parametrize(
    "asked", ["ink_and_wash_xl", "ink_and_wash_xl.safetensors", "ink_and_wash_xl.safetensors [abcdef0123]"]
)
async def test_the_checkpoint_that_was_asked_for(asked: str) -> None:
    host = WebuiStandIn()
    async with painter_of(host, replace(QUICK, checkpoint=asked)) as painter:
        assert len(await painter.generate(REQUEST)) == 2
        assert asked in painter.fingerprint()
    assert host.received[0]["override_settings"] == {"sd_model_checkpoint": asked}
    assert host.received[0]["override_settings_restore_afterwards"] is False


async def test_another_checkpoint_than_asked_for_is_refused() -> None:
    async with painter_of(WebuiStandIn(), replace(QUICK, checkpoint="not_there_v9")) as painter:
        with pytest.raises(PainterError, match="checkpoint"):
            await painter.generate(REQUEST)


async def test_the_fingerprint_knows_the_hosts_checkpoint() -> None:
    async with painter_of(WebuiStandIn(checkpoint=CHECKPOINTS[1])) as painter:
        before = painter.fingerprint()
        health = await painter.health()
        assert health.ok and CHECKPOINTS[1] in health.detail
        assert CHECKPOINTS[1] in painter.fingerprint() != before


@pytest.mark.parametrize(
    "change",
    [
        {"task_id": "no spaces"},
        {"count": 0},
        {"count": 10},
        {"seed": -1},
        {"seed": 2**32},
        {"width": 63},
        {"height": 2056},
        {"width": 100},
    ],
)
async def test_requests_outside_the_contract_are_refused(change: dict[str, Any]) -> None:
    painter = WebuiPainter("http://127.0.0.1:9")
    with pytest.raises(PainterError):
        await painter.generate(replace(REQUEST, **change))
    await painter.close()


async def test_the_factory() -> None:
    sketches, hosts = who_paints("storyboard")
    assert isinstance(sketches, StoryboardPainter) and hosts.sketches and hosts.addresses == ()
    painter, hosts = who_paints("webui", ["", "http://u:p@gpu:7860", "gpu2:7860 "])
    assert not hosts.sketches and hosts.addresses == ("http://u:p@gpu:7860", "gpu2:7860")
    assert "u:p" not in repr(hosts)
    with pytest.raises(SettingsError, match="FIRESIDE_WEBUI_HOSTS"):
        who_paints("webui", [" "])
    with pytest.raises(SettingsError):
        who_paints("storyboard", ["ftp://gpu"])
    with pytest.raises(SettingsError):
        who_paints("oils")  # type: ignore[arg-type]
    await sketches.close()
    await painter.close()
