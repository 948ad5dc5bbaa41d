"""Who has lost the right to be here is closed, and how long that took is measured, from the transaction on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.chat.records import SanctionKind
from service.chat.sanctions import Impose
from service.chat.sessions import EndOtherSessions, EndSession
from service.watch.metrics import SECONDS
from tests.live.hall import Hall
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio


def observed(hall: Hall) -> int:
    """How many closes were measured so far."""
    return sum(hall.metrics.revocation_seconds.counts)


async def suspend(hall: Hall) -> None:
    await hall.do("ann", Impose(None, "bob", SanctionKind.SUSPEND))


async def log_out(hall: Hall) -> None:
    """As the token endpoint does it, which asks nobody."""
    sid = next(credential.sid for credential in hall.tokens.values() if credential.sid.startswith("s-bob-"))
    await hall.change(lambda tx: tx.sessions.end(sid, tx.now))


async def revoke(hall: Hall) -> None:
    sid = next(credential.sid for credential in hall.tokens.values() if credential.sid.startswith("s-bob-"))
    await hall.do("bob", EndSession(sid))


async def sign_out_elsewhere(hall: Hall) -> None:
    await hall.do("bob", EndOtherSessions())


@pytest.mark.parametrize("act", [suspend, log_out, revoke, sign_out_elsewhere])
@pytest.mark.parametrize("path", ["/ws", "/chat"])
async def test_each_socket_that_is_closed_for_a_lost_right_is_measured_once(
    hall: Hall, act: Callable[[Hall], Any], path: str
) -> None:
    bob = await hall.joined("bob") if path == "/ws" else await hall.chat("bob", "lobby")
    cyn = await hall.joined("cyn")
    await act(hall)
    await hall.quiet()
    assert (bob.closed, cyn.closed) == (4201 if act is suspend else 4101, None)
    assert observed(hall) == 1


async def test_every_socket_of_a_user_counts(hall: Hall) -> None:
    laptop = hall.token("bob", "laptop")
    clients = [await hall.connect("bob", credential=laptop) for _ in range(4)]
    await hall.change(lambda tx: tx.sessions.end(laptop.sid, tx.now))
    assert {client.closed for client in clients} == {4101}
    assert observed(hall) == len(clients)


async def test_what_is_not_for_a_lost_right_is_not_measured(hall: Hall) -> None:
    bob, cyn = await hall.chat("bob", "lobby"), await hall.joined("cyn")
    await hall.do("ann", Impose("lobby", "bob", SanctionKind.KICK))
    cyn.connection.lost()
    await hall.change(lambda tx: tx.sessions.end(cyn.connection.sid, tx.now))
    assert bob.closed == 4202
    assert observed(hall) == 0


@pytest.mark.parametrize("act", [suspend, revoke])
@pytest.mark.parametrize("path", ["/ws", "/chat"])
async def test_the_time_runs_from_the_transaction_on_also_while_nobody_has_been_told(
    hall: Hall, act: Callable[[Hall], Any], path: str
) -> None:
    bob = await hall.joined("bob") if path == "/ws" else await hall.chat("bob", "lobby")
    hall.database.hold_telling()
    await act(hall)
    await later(0.3)
    assert (bob.closed, observed(hall)) == (None, 0)
    hall.database.release()
    await settle()
    assert bob.closed in (4101, 4201)
    assert hall.metrics.revocation_seconds.sum == pytest.approx(0.3, abs=0.01)


async def test_a_slow_database_counts_too(hall: Hall) -> None:
    bob = await hall.joined("bob")
    hall.database.hold_reads()
    await suspend(hall)
    await later(0.2)
    hall.database.release()
    await settle()
    assert bob.closed == 4201
    assert hall.metrics.revocation_seconds.sum == pytest.approx(0.2, abs=0.01)


async def test_of_a_session_that_ended_nothing_more_is_asked(hall: Hall) -> None:
    """Each question to the database would be time in which it lives on."""
    bob = await hall.joined("bob")
    hall.database.hold_reads()
    await revoke(hall)
    assert bob.closed == 4101
    hall.database.release()


async def test_a_session_that_ended_is_closed_before_a_room_is_told_anything(hall: Hall) -> None:
    """What was said and the end are committed together; telling a full room takes its time."""
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    for client in (bob, cyn):
        client.take()
    cyn.say("send", room="lobby", text="hello")
    await hall.change(lambda tx: tx.sessions.end(bob.connection.sid, tx.now))
    assert (bob.closed, bob.types()) == (4101, [])
    assert cyn.types() == ["ok", "message.posted"]


def test_the_buckets_can_show_what_is_promised() -> None:
    """Within 100 ms (p99), and within 2 s without being told: each has a bound of its own or one below it."""
    assert 0.1 in SECONDS
    assert [bound for bound in SECONDS if 1.0 <= bound <= 2.0]
    assert len([bound for bound in SECONDS if bound < 0.1]) >= 5
