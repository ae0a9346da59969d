"""Who gets which job next: classes, tags, checkpoints with bounded skips, abilities, and places given back."""

from __future__ import annotations

import asyncio

import pytest

from storycore.hosts.breaker import Breaker, Breaking
from storycore.hosts.dispatcher import MOST_SKIPS, Dispatcher, GiveBackError, Wanted
from storycore.hosts.host import HERE, Host
from storycore.hosts.model import Abilities
from storycore.work.fair import turns_after
from tests.support.workshops import QuickPainter


def a_host(id_: int, **values: object) -> Host:
    return Host(id_, f"gpu{id_}", QuickPainter(), **values)  # type: ignore[arg-type]


def desk(*hosts: Host, window: int = 20) -> Dispatcher:
    return Dispatcher(window=window, hosts={host.id: host for host in hosts})


def ready_at(host: Host) -> str:
    """The job that stands ready there, "" for none."""
    return "" if host.standby is None else host.standby.key


async def order_of(dispatcher: Dispatcher, host: Host, wanted: list[Wanted]) -> list[str]:
    """In which order one host takes jobs that are all there from the beginning."""
    host.running = host.slots
    turns = {w.key: asyncio.create_task(dispatcher.turn(w)) for w in wanted}
    await asyncio.sleep(0)
    taken: list[str] = []
    dispatcher.release(host)
    for _ in wanted:
        await asyncio.wait(turns.values(), return_when=asyncio.FIRST_COMPLETED)
        key = next(key for key, turn in turns.items() if turn.done())
        assert turns.pop(key).result() is host
        taken.append(key)
        dispatcher.release(host)
        await asyncio.sleep(0)
    return taken


async def test_classes_come_first_and_tags_within_them() -> None:
    wanted = [Wanted("overnight", 2, 0), Wanted("late", 1, 9), Wanted("early", 1, 2), Wanted("again", 0, 50)]
    host = a_host(1)
    assert await order_of(desk(host), host, wanted) == ["again", "early", "late", "overnight"]


async def test_a_loaded_checkpoint_is_kept_but_nobody_is_passed_over_for_ever() -> None:
    host = a_host(1, loaded="ink", own="ink")
    wanted = [
        Wanted("other", 1, 0, checkpoint="oil"),
        *(Wanted(f"ink{n}", 1, n, checkpoint="ink") for n in range(1, 9)),
    ]
    taken = await order_of(desk(host), host, wanted)
    assert taken.index("other") == MOST_SKIPS
    assert host.switches == 2


async def test_a_better_class_is_not_passed_over_for_a_checkpoint() -> None:
    host = a_host(1, loaded="ink", own="ink")
    wanted = [Wanted("again", 0, 9, checkpoint="oil"), Wanted("first", 1, 0, checkpoint="ink")]
    assert await order_of(desk(host), host, wanted) == ["again", "first"]


async def test_jobs_go_where_their_checkpoint_is_loaded() -> None:
    ink, oil = a_host(1, loaded="ink"), a_host(2, loaded="oil")
    dispatcher = desk(ink, oil)
    first, second = await asyncio.gather(
        dispatcher.turn(Wanted("a", 1, 0, checkpoint="oil.safetensors [abcdef01]")),
        dispatcher.turn(Wanted("b", 1, 1, checkpoint="ink")),
    )
    assert (first, second) == (oil, ink)
    assert ink.switches == oil.switches == 0


async def test_a_job_goes_only_to_a_host_that_has_its_lora() -> None:
    bare = a_host(1, abilities=Abilities(knows_loras=True))
    rich = a_host(2, abilities=Abilities(loras=("Mara_V2",), knows_loras=True))
    dispatcher = desk(bare, rich)
    assert await dispatcher.turn(Wanted("a", 1, 0, loras=("mara_v2",))) is rich
    with pytest.raises(GiveBackError, match="No GPU host has the LoRA “cape”"):
        await dispatcher.turn(Wanted("b", 1, 1, loras=("cape",)))
    with pytest.raises(GiveBackError, match="No GPU host has the checkpoint “oil”"):
        bare.abilities = rich.abilities = Abilities(checkpoints=("ink.safetensors [00112233]",))
        await dispatcher.turn(Wanted("c", 1, 1, checkpoint="oil"))


async def test_jobs_for_a_busy_host_do_not_stop_everybody() -> None:
    """The window is full of jobs that only a busy host can do: the free one must get others."""
    busy = a_host(1, abilities=Abilities(loras=("mara_v2",), knows_loras=True), running=1)
    free = a_host(2, abilities=Abilities(knows_loras=True))
    dispatcher = desk(busy, free, window=5)
    turns = [asyncio.create_task(dispatcher.turn(Wanted(f"j{n}", 1, n, loras=("mara_v2",)))) for n in range(4)]
    await asyncio.sleep(0.01)
    assert not any(turn.done() for turn in turns), "while there is no work for the free one they may stay"
    assert dispatcher.idle_in_vain() == [free] and dispatcher.may(free, Wanted("plain", 1, 9))
    dispatcher.make_room()
    await asyncio.sleep(0)
    given_back = [turn for turn in turns if turn.done()]
    assert len(given_back) == 3 and dispatcher.waiting == 1
    assert all(isinstance(turn.exception(), GiveBackError) for turn in given_back)
    assert await dispatcher.turn(Wanted("plain", 1, 9)) is free
    dispatcher.release(busy)
    assert await turns[0] is busy


async def test_one_server_waits_for_its_host_and_another_is_served() -> None:
    mine = a_host(1, server_id=7)
    mine.breaker.failed()
    everybodys = a_host(2, server_id=8)
    dispatcher = desk(mine, everybodys)
    with pytest.raises(GiveBackError, match="“gpu1” does not answer") as caught:
        await dispatcher.turn(Wanted("a", 1, 0, server_id=7))
    assert 1 <= caught.value.wait_s <= 20
    assert await dispatcher.turn(Wanted("b", 1, 0, server_id=8)) is everybodys


async def test_with_no_host_at_all_jobs_wait_and_go_on() -> None:
    host = a_host(1)
    host.breaker.failed()
    dispatcher = desk(host)
    turn = asyncio.create_task(dispatcher.turn(Wanted("a", 1, 0)))
    await asyncio.sleep(0.01)
    assert not turn.done()
    host.breaker.succeeded()
    dispatcher.look_again()
    assert await turn is host


async def test_this_machine_paints_only_where_no_host_does() -> None:
    here, theirs = Host(HERE, "this machine", QuickPainter(), slots=2), a_host(1, server_id=7)
    dispatcher = desk(here, theirs)
    assert await dispatcher.turn(Wanted("a", 1, 0, server_id=8)) is here
    assert await dispatcher.turn(Wanted("b", 1, 0, server_id=7)) is theirs
    theirs.draining = True
    dispatcher.release(theirs)
    with pytest.raises(GiveBackError, match="drained"):
        await dispatcher.turn(Wanted("c", 1, 0, server_id=7))


async def test_the_next_job_stands_ready_and_somebody_who_waits_goes_before_it() -> None:
    host = a_host(1, follows=True)
    dispatcher = desk(host)
    taken: list[str] = []
    assert await dispatcher.turn(Wanted("a", 1, 0)) is host
    assert await dispatcher.turn(Wanted("b", 1, 1, checkpoint="oil")) is host
    assert host.running == 1 and ready_at(host) == "b" and host.loaded == "oil"
    assert dispatcher.hand_over(host, Wanted("b", 1, 1), lambda: not taken.append("b"))  # type: ignore[func-returns-value]
    assert await dispatcher.turn(Wanted("again", 0, 9)) is host
    assert taken == ["b"] and ready_at(host) == "again" and host.loaded == "" and host.switches == 0
    back = asyncio.create_task(dispatcher.turn(Wanted("b", 1, 1, checkpoint="oil")))
    await asyncio.sleep(0)
    assert not back.done()
    dispatcher.release(host, "a")
    assert await back is host
    assert host.running == 1 and ready_at(host) == "b", "Again is at work, the other stands ready anew"
    dispatcher.release(host, "b")  # it is cancelled meanwhile
    dispatcher.release(host, "again")
    assert host.running == 0 and not ready_at(host) and dispatcher.waiting == 0


async def test_a_job_that_stands_ready_goes_to_whoever_is_free_first_and_away_from_who_failed() -> None:
    hosts = [a_host(1, follows=True), a_host(2, follows=True)]
    dispatcher = desk(*hosts)
    keys = {id(await dispatcher.turn(Wanted(key, 1, n))): key for n, key in enumerate("ab")}
    wanted = Wanted("c", 1, 2)
    there = await dispatcher.turn(wanted)
    other = next(host for host in hosts if host is not there)
    assert dispatcher.hand_over(there, wanted, lambda: True)
    dispatcher.release(other, keys[id(other)])
    assert not ready_at(there) and await dispatcher.turn(wanted) is other and other.running == 1
    assert await dispatcher.turn(Wanted("d", 1, 3)) in hosts
    ready = next(host for host in hosts if ready_at(host) == "d")
    ready.breaker.failed()
    dispatcher.look_again()
    assert not ready_at(ready) and not dispatcher.hand_over(ready, Wanted("d", 1, 3), lambda: True)
    assert await dispatcher.turn(Wanted("d", 1, 3)) is not ready


async def test_a_taken_back_job_leaves_no_trace() -> None:
    host = a_host(1)
    dispatcher = desk(host)
    assert await dispatcher.turn(Wanted("a", 1, 0)) is host
    waiting = asyncio.create_task(dispatcher.turn(Wanted("b", 1, 1)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    # One that is cancelled in the very moment in which it gets its host gives that back too.
    late = asyncio.create_task(dispatcher.turn(Wanted("c", 1, 2)))
    await asyncio.sleep(0)
    dispatcher.release(host)
    late.cancel()
    with pytest.raises(asyncio.CancelledError):
        await late
    assert host.running == 0 and dispatcher.waiting == 0
    # And one that is cancelled just before its host becomes free never gets it.
    assert await dispatcher.turn(Wanted("d", 1, 3)) is host
    gone, next_ = (asyncio.create_task(dispatcher.turn(Wanted(key, 1, 4))) for key in ("e", "f"))
    await asyncio.sleep(0)
    gone.cancel()
    dispatcher.release(host)
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await next_ is host and host.running == 1


def test_a_breaker_opens_tries_and_closes() -> None:
    time = [0.0]
    breaker = Breaker((20.0, 40.0), clock=lambda: time[0])
    seen: list[tuple[Breaking, float]] = []

    def look() -> None:
        seen.append((breaker.state, breaker.seconds_left))

    look()
    breaker.failed()
    look()
    time[0] = 20
    look()
    breaker.failed()
    look()
    time[0] = 60
    breaker.succeeded()
    look()
    closed, opened, half = Breaking.CLOSED, Breaking.OPEN, Breaking.HALF_OPEN
    assert seen == [(closed, 0), (opened, 20), (half, 0), (opened, 40), (closed, 0)]


def test_a_host_that_is_never_well_is_tried_ever_more_seldom() -> None:
    time = [0.0]
    breaker = Breaker((20.0, 60.0), clock=lambda: time[0])
    rests: list[float] = []
    for _ in range(9):
        breaker.failed(1800.0)
        rests.append(breaker.seconds_left)
        time[0] += rests[-1]
        assert breaker.state is Breaking.HALF_OPEN
    assert rests == [20, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    breaker.failed(1800.0)
    breaker.try_now()
    assert breaker.state is Breaking.HALF_OPEN
    breaker.succeeded()
    breaker.failed()
    assert breaker.seconds_left == 20


async def test_a_half_open_host_gets_one_trial() -> None:
    time = [0.0]
    host = a_host(1, slots=2, breaker=Breaker((20.0,), clock=lambda: time[0]))
    host.breaker.failed()
    time[0] = 21
    dispatcher = desk(host)
    assert await dispatcher.turn(Wanted("trial", 1, 0)) is host
    second = asyncio.create_task(dispatcher.turn(Wanted("second", 1, 1)))
    await asyncio.sleep(0.01)
    assert not second.done()
    host.breaker.succeeded()
    dispatcher.look_again()
    assert await second is host


def test_fair_turns() -> None:
    """One who asks for three hundred finishes far ahead; who asks for one begins at the clock."""
    many = turns_after(0, 0, [2] * 300, 1)
    assert many[0] == (0, 2) and many[-1] == (598, 600)
    assert turns_after(10, 0, [2], 2) == [(10, 14)]
    assert turns_after(10, 600, [2], 2) == [(600, 604)]
