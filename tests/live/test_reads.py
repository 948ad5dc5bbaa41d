"""Positions of readers on their way to the database: gathered, told to one's other connections, and never lost."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.errors import Code, Refusal
from service.chat.members import LeaveRoom
from service.chat.ports import Page
from service.chat.records import ReadState
from service.chat.rooms import ListRooms, SeeRoom
from service.live.reads import GATHER_SECONDS
from tests.live.hall import Client, Hall
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio

COMING = 6  # messages of cyn's, which bob has not read


async def said(client: Client, text: str) -> int:
    """A message's seq."""
    answer = await client.ask("send", room="lobby", text=text)
    assert answer["type"] == "ok", answer
    return int(answer["message"]["seq"])


async def filled(hall: Hall) -> tuple[Client, list[int]]:
    """bob in the lobby, and the seqs of what came while he did not look."""
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    seqs = [await said(cyn, f"{number}") for number in range(COMING)]
    bob.take()
    return bob, seqs


def kept(hall: Hall, username: str = "bob") -> ReadState:
    """What the database has of somebody in the lobby, without anything having been written for the asking."""
    room, user = hall.stage.seen("lobby"), hall.stage.who(username)
    return hall.elsewhere(lambda tx: tx.members.reads(user.id, room.id))[room.id]


def news(client: Client) -> list[Any]:
    return [(frame["room"], frame["seq"]) for frame in client.take() if frame["type"] == "read.changed"]


async def test_the_first_position_is_written_at_once_and_the_next_ones_together(hall: Hall) -> None:
    bob, seqs = await filled(hall)
    assert (await bob.ask("read", room="lobby", seq=seqs[0]))["type"] == "ok"
    assert kept(hall) == ReadState(seqs[0], COMING - 1, 0)
    for seq in seqs[1:4]:
        await bob.ask("read", room="lobby", seq=seq)
    assert kept(hall).seq == seqs[0]
    await later(GATHER_SECONDS)
    assert kept(hall) == ReadState(seqs[3], COMING - 4, 0)


async def test_a_wish_to_have_it_unread_is_done_at_once_and_not_overtaken(hall: Hall) -> None:
    bob, seqs = await filled(hall)
    for seq in (seqs[0], seqs[4], seqs[1]):
        await bob.ask("read", room="lobby", seq=seq)
    assert kept(hall).seq == seqs[1], "not gathered, which never goes back"
    await later(2 * GATHER_SECONDS)
    assert kept(hall).seq == seqs[1]


async def test_nor_is_one_that_comes_by_http_overtaken(hall: Hall) -> None:
    bob, seqs = await filled(hall)
    credential = bob.connection.credential
    await said(bob, "mine")
    await settle()
    state = await hall.hub.reads.place(credential, "lobby", seqs[1])
    assert state == kept(hall) == ReadState(seqs[1], COMING - 1, 0)
    await later(2 * GATHER_SECONDS)
    assert kept(hall).seq == seqs[1], "what one had said before is not remembered once more"
    assert news(bob) == [("lobby", seqs[1])]


async def test_ones_other_connections_hear_of_it_and_nobody_else(hall: Hall) -> None:
    bob, seqs = await filled(hall)
    phone, elsewhere, cyn = (
        await hall.connect("bob", "msgpack"),
        await hall.chat("bob", "attic"),
        await hall.connect("cyn"),
    )
    for client in (phone, elsewhere, cyn):
        client.take()
    for seq in seqs[:2]:
        await bob.ask("read", room="lobby", seq=seq)
    assert news(phone) == [("lobby", seqs[0]), ("lobby", seqs[1])]
    assert news(bob) == news(elsewhere) == news(cyn) == []


async def test_nothing_beyond_the_logs_end_is_believed_or_told(hall: Hall) -> None:
    bob, seqs = await filled(hall)
    phone = await hall.connect("bob")
    phone.take()
    for _ in range(2):
        await bob.ask("read", room="lobby", seq=2**53 - 1)
    assert set(news(phone)) == {("lobby", seqs[-1])}
    assert kept(hall) == ReadState(seqs[-1], 0, 0)


async def test_a_refusal_is_one_each_time(hall: Hall) -> None:
    bob, seqs = await filled(hall)
    gus = await hall.connect("gus")
    for _ in range(3):
        assert (await gus.ask("read", room="den", seq=1))["code"] == "not_found"
        assert (await gus.ask("read", room="lobby", seq=1))["code"] == "not_joined"
    await bob.ask("read", room="lobby", seq=seqs[0])
    await hall.do("bob", LeaveRoom("lobby"))
    assert (await bob.ask("read", room="lobby", seq=seqs[1]))["code"] == "not_joined"


async def test_who_says_something_has_read_what_stands_above_it(hall: Hall) -> None:
    bob, _ = await filled(hall)
    seq = await said(bob, "mine")
    assert kept(hall).unread == COMING + 1, "it is on its way"
    await later(GATHER_SECONDS)
    assert kept(hall) == ReadState(seq, 0, 0)


async def test_whoever_is_shown_their_position_is_shown_what_waits_of_it(hall: Hall) -> None:
    bob, _ = await filled(hall)
    seq = await said(bob, "mine")
    phone = await hall.connect("bob")
    entered = await phone.ask("join", room="lobby")
    assert (entered["room"]["you"]["read"], entered["room"]["you"]["unread"]) == (seq, 0)
    again = await said(bob, "and mine")
    await hall.hub.reads.settle(bob.connection.credential.user_uid)
    assert (await hall.do("bob", SeeRoom("lobby"))).read == ReadState(again, 0, 0)
    listed = {seen.room.slug: seen.read for seen in await hall.do("bob", ListRooms(Page(None, 50)))}
    assert listed["lobby"] == ReadState(again, 0, 0)


async def test_a_stop_loses_none(hall: Hall) -> None:
    bob, _ = await filled(hall)
    seq = await said(bob, "mine")
    await hall.hub.stop()
    await settle()
    assert kept(hall) == ReadState(seq, 0, 0)


async def test_a_write_that_fails_costs_the_positions_and_nothing_else(
    hall: Hall, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, seqs = await filled(hall)
    await said(bob, "mine")

    async def away(_: object) -> None:
        raise Refusal(Code.UNAVAILABLE)

    with monkeypatch.context() as patched:
        patched.setattr(hall.database, "write", away)
        await later(GATHER_SECONDS)
    assert "positions of readers were not written" in caplog.text
    await bob.ask("read", room="lobby", seq=seqs[0])
    assert kept(hall).seq == seqs[0]
