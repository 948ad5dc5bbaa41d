"""A connection's life in time: its token's end, its heartbeat, its patience with a reader."""

from __future__ import annotations

import pytest

from service.live.expiry import EXPIRING_SECONDS
from tests.live.hall import HEARTBEAT_S, SLOW_READER_S, Client, Hall
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio


def pong(client: Client) -> None:
    """A sign of life."""
    client.connection.alive = True


async def alive(client: Client, seconds: float) -> None:
    """Let time pass for a client that answers each heartbeat."""
    while seconds > 0:
        pong(client)
        step = min(seconds, HEARTBEAT_S / 4)
        await later(step)
        seconds -= step


async def test_the_end_of_a_token_is_announced_and_comes(hall: Hall) -> None:
    bob = await hall.connect("bob", lifetime_s=300)
    bob.take()
    await alive(bob, 300 - EXPIRING_SECONDS - 5)
    assert bob.take() == []
    await alive(bob, 10)
    (expiring,) = bob.take()
    assert expiring["type"] == "auth.expiring"
    await alive(bob, EXPIRING_SECONDS - 10)
    assert bob.closed is None
    await alive(bob, 10)
    assert bob.closed == 4100


async def test_a_new_token_puts_the_end_off(hall: Hall) -> None:
    bob = await hall.connect("bob", lifetime_s=100)
    await alive(bob, 50)
    assert bob.types() == ["hello", "auth.expiring"]
    hall.token("bob", "new", lifetime_s=100)
    await bob.ask("auth", token="new")
    bob.take()
    await alive(bob, 36)
    assert bob.take() == []
    await alive(bob, 10)
    assert bob.types() == ["auth.expiring"]
    await alive(bob, 50)
    assert bob.closed is None
    await alive(bob, 10)
    assert bob.closed == 4100


async def test_a_token_that_ends_soon_is_announced_after_hello(hall: Hall) -> None:
    bob = await hall.connect("bob", lifetime_s=30)
    assert bob.types() == ["hello", "auth.expiring"]
    await later(31.0)
    assert bob.closed == 4100


async def test_who_gives_no_sign_of_life_is_closed_after_two_heartbeats(hall: Hall) -> None:
    silent, alive = await hall.connect("bob"), await hall.connect("cyn")
    for _ in range(HEARTBEAT_S * 4):
        await later(1.0)
        if silent.wire.pings < 1:
            pong(silent)
        pong(alive)
    assert silent.closed == 4001
    assert silent.wire.pings == 2
    assert alive.closed is None
    assert 3 <= alive.wire.pings <= 5, "one in each heartbeat"


async def test_one_late_answer_is_forgiven(hall: Hall) -> None:
    bob = await hall.connect("bob")
    answered = 0
    for _ in range(HEARTBEAT_S * 10):
        await later(1.0)
        if bob.wire.pings - answered == 2:
            answered = bob.wire.pings
            pong(bob)
    assert bob.closed is None
    assert answered >= 4


async def test_who_does_not_read_is_closed_as_too_slow_and_not_as_dead(hall: Hall) -> None:
    """Nothing is read from them meanwhile, so no sign of life could be seen."""
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    bob.wire.clog()
    for n in range(20):
        await cyn.ask("send", room="lobby", text=f"{n}")
    assert not bob.wire.reading
    for _ in range(int(SLOW_READER_S) - 2):
        await later(1.0)
        pong(cyn)
    assert bob.closed is None
    for _ in range(4):
        await later(1.0)
        pong(cyn)
    assert (bob.closed, cyn.closed) == (4000, None)


async def test_who_catches_up_in_time_stays(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    for _ in range(3):
        bob.wire.clog()
        for n in range(20):
            await cyn.ask("send", room="lobby", text=f"{n}")
        await later(SLOW_READER_S - 10)
        bob.wire.unclog()
        await settle()
        for client in (bob, cyn):
            pong(client)
        await later(2.0)
    assert bob.closed is None


async def test_two_reasons_to_read_no_more_are_both_waited_for(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    hall.database.hold_reads()
    bob.say("join", room="attic")
    await settle()
    for n in range(300):
        bob.say("send", room="lobby", text=f"{n}")
    assert bob.connection.crowded
    bob.wire.clog()
    for n in range(20):
        await cyn.ask("send", room="lobby", text=f"{n}")
    assert not bob.wire.reading
    bob.wire.unclog()
    await settle()
    assert not bob.wire.reading, "too much is still unanswered"
    hall.database.release()
    await settle()
    assert bob.wire.reading


async def test_after_a_close_nothing_is_written(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    bob.take()
    bob.say("join", room="attic")
    bob.connection.lost()
    bob.connection.lost()
    await cyn.ask("send", room="lobby", text="x")
    await hall.quiet()
    assert bob.take() == []
    assert hall.metrics.connections() == 1
