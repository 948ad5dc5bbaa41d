"""A room's live connections as a moderator sees them, and what becomes of one that is ended."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from service.chat.connections import Connected
from service.chat.errors import Code, Refusal
from service.chat.ports import Page
from service.chat.roles import RoomRole
from tests.live.hall import BUFFER_BYTES, Client, Hall
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio

ALL = Page(None, 200)


async def listed(hall: Hall, username: str = "mo", slug: str = "lobby", page: Page = ALL) -> list[Connected]:
    credential = hall.token(username, f"{username}-looks-{len(hall.tokens)}")
    return await hall.hub.connections.listed(credential, slug, page)


async def drop(hall: Hall, username: str, id: str, slug: str = "lobby", reason: str | None = None) -> None:
    credential = hall.token(username, f"{username}-drops-{len(hall.tokens)}")
    await hall.hub.connections.drop(credential, slug, id, reason)
    await settle()


async def refusal(doing: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await doing
    return caught.value


def dropped(hall: Hall) -> int:
    """How often the audit log says that a connection was ended."""
    return len(hall.elsewhere(lambda tx: tx.audit.page(None, 100, what="connection.dropped")))


async def test_who_is_connected_is_listed_in_the_order_in_which_they_came(hall: Hall) -> None:
    await hall.joined("bob")
    await later(10.0)
    await hall.joined("cyn", codec="msgpack")
    await hall.chat("gus", "lobby", codec="text")
    await hall.joined("ann", "attic")
    await hall.connect("mo")
    bob, cyn, gus = await listed(hall)
    assert [(one.user, one.codec) for one in (bob, cyn, gus)] == [("bob", "json"), ("cyn", "msgpack"), ("gus", "text")]
    assert bob.client.startswith("bob-"), "what the session's client said of itself"
    assert {one.address for one in (bob, cyn, gus)} == {"192.0.2.0/24"}
    assert 10_000 <= cyn.since - bob.since < 11_000
    assert cyn.since <= hall.clock()
    assert len({one.id for one in (bob, cyn, gus)}) == 3
    assert [one.id for one in (bob, cyn, gus)] == sorted(one.id for one in (bob, cyn, gus))
    assert [(one.behind, one.lag, one.queue) for one in (bob, cyn, gus)] == [(False, 0, 0)] * 3


async def test_who_leaves_is_not_listed_any_more(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    await bob.ask("leave", room="lobby")
    cyn.connection.lost()
    assert await listed(hall) == []


async def test_a_renewed_token_shows_the_client_of_its_own_session(hall: Hall) -> None:
    bob = await hall.joined("bob")
    hall.token("bob", "phone")
    await bob.ask("auth", token="phone")
    (seen,) = await listed(hall)
    assert seen.client == "phone"


async def test_a_reader_who_falls_behind_shows_by_how_much(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    bob.wire.clog()
    said = 0
    while not bob.connection.outbox.slow:
        await cyn.ask("send", room="lobby", text="x" * 100)
        said += 1
    for _ in range(7):
        await cyn.ask("send", room="lobby", text="x")
    slow, quick = await listed(hall)
    assert (slow.behind, slow.lag) == (True, 7)
    assert slow.queue == bob.wire.waiting > BUFFER_BYTES
    assert said > 1, "what came before was written, and waits for the peer"
    assert (quick.behind, quick.lag, quick.queue) == (False, 0, 0)
    bob.wire.unclog()
    await settle()
    assert [(one.behind, one.lag, one.queue) for one in await listed(hall)] == [(False, 0, 0)] * 2


async def test_frames_of_this_turn_wait_in_the_outbox(hall: Hall) -> None:
    bob = await hall.joined("bob")
    before = bob.connection.queue
    bob.connection.outbox.push(b"\x81\x02{}")
    assert (before, bob.connection.queue) == (0, 4)


async def test_pages_go_on_behind_a_connection_also_when_it_is_gone(hall: Hall) -> None:
    clients = [await hall.joined("cyn") for _ in range(5)]
    everybody = [one.id for one in await listed(hall)]
    first = await listed(hall, page=Page(None, 2))
    clients[1].connection.lost()
    rest = await listed(hall, page=Page(first[-1].id, 200))
    assert [one.id for one in (*first, *rest)] == everybody
    for cursor in ("", "c", "x", everybody[0] + "g", everybody[0][:-8], "cn2" + everybody[0][3:], "0", "-1"):
        refused = await refusal(listed(hall, page=Page(cursor, 2)))
        assert refused.code is Code.INVALID, cursor


async def test_a_room_that_nobody_hears_has_no_connections(hall: Hall) -> None:
    assert await listed(hall, slug="attic") == []
    assert await listed(hall, username="ann", slug="den") == []


async def test_who_is_ended_is_told_so_by_the_code_and_may_come_back(hall: Hall) -> None:
    bob, other, cyn = await hall.joined("bob"), await hall.joined("bob"), await hall.joined("cyn")
    seen, *_ = await listed(hall)
    head = hall.stage.seen("lobby").seq
    await drop(hall, "mo", seen.id, reason="a flood")
    assert [client.closed for client in (bob, other, cyn)] == [4003, None, None]
    assert hall.metrics.closes[4003] == 1
    assert dropped(hall) == 1
    assert hall.stage.seen("lobby").seq == head, "it is no event of the room"
    assert hall.stage.places("lobby")["bob"] is RoomRole.MEMBER
    back = await hall.connect("bob", credential=bob.connection.credential)
    assert (await back.ask("join", room="lobby", since=head))["events"] == []


async def test_nothing_is_closed_before_it_is_written_down(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = await hall.joined("bob")
    (seen,) = await listed(hall)
    write = hall.database.write
    at_the_commit: list[tuple[int | None, int]] = []

    async def watched(*asked: Any) -> Any:
        answer = await write(*asked)
        at_the_commit.append((bob.closed, dropped(hall)))
        return answer

    monkeypatch.setattr(hall.database, "write", watched)
    await drop(hall, "mo", seen.id)
    assert (at_the_commit, bob.closed) == ([(None, 1)], 4003)


async def test_a_refused_end_ends_nothing(hall: Hall) -> None:
    mo, ann = await hall.joined("mo"), await hall.joined("ann")
    hall.stage.place("lobby", "cyn", RoomRole.MODERATOR)
    for seen in await listed(hall):
        refused = await refusal(drop(hall, "cyn", seen.id))
        assert (refused.code, refused.why and refused.why.rule) == (Code.FORBIDDEN, "rank")
        assert (await refusal(drop(hall, "bob", seen.id))).code is Code.FORBIDDEN
    assert [client.closed for client in (mo, ann)] == [None, None]
    assert dropped(hall) == 0


async def test_only_a_connection_of_the_room_can_be_ended_there(hall: Hall) -> None:
    """A moderator of the lobby has no say in the attic: they can't end what only hears the attic."""
    hall.stage.place("lobby", "cyn", RoomRole.MODERATOR)
    bob = await hall.joined("bob", "attic")
    (seen,) = await listed(hall, slug="attic")
    for id in (seen.id, seen.id[:-1], seen.id + "0", "", "c", "x" * 64, "n1" + seen.id, f"{seen.id} "):
        assert (await refusal(drop(hall, "cyn", id))).code is Code.NOT_FOUND, id
    assert bob.closed is None


async def test_one_that_goes_by_itself_meanwhile_is_no_error(hall: Hall) -> None:
    bob = await hall.joined("bob")
    (seen,) = await listed(hall)
    credential = hall.token("mo", "mo-now")
    dropping = asyncio.ensure_future(hall.hub.connections.drop(credential, "lobby", seen.id, None))
    await asyncio.sleep(0)
    bob.connection.lost()
    await dropping
    assert bob.closed is None
    assert dropped(hall) == 1
    assert (await refusal(drop(hall, "mo", seen.id))).code is Code.NOT_FOUND


async def test_a_flood_ends_with_its_connection(hall: Hall) -> None:
    """Nothing that it had sent and that was not under way comes after the close."""
    bob: Client = await hall.joined("bob")
    (seen,) = await listed(hall)
    for number in range(200):
        bob.say("send", room="lobby", text=f"{number}")
    await drop(hall, "mo", seen.id)
    head = hall.stage.seen("lobby").seq
    for number in range(200):
        bob.say("send", room="lobby", text=f"{number}")
    await hall.quiet()
    assert (bob.closed, hall.stage.seen("lobby").seq) == (4003, head)
