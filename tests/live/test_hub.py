"""Everybody who is connected: what a commit means to them, here and from another process, and how they are sent off."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.errors import Refusal
from service.chat.members import JoinRoom, LeaveRoom, SetMember
from service.chat.roles import Role, RoomRole
from service.chat.rooms import ChangeRoom, DeleteRoom
from service.chat.sanctions import RemoveMember
from service.live import hub as hub_module
from service.live.registry import HubLimits
from tests.live.hall import Hall, opened
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio


async def set_role(hall: Hall, username: str, role: Role) -> None:
    user = hall.stage.who(username)
    await hall.change(lambda tx: tx.users.set_role(user.id, role))


async def test_what_one_says_all_hear_and_oneself_after_the_reply(hall: Hall) -> None:
    bob, bobs_other, cyn = [await hall.joined(name) for name in ("bob", "bob", "cyn")]
    for client in (bob, bobs_other):
        client.take()
    bob.say("send", room="lobby", text="hello")
    await settle()
    said = bob.take()
    assert [frame["type"] for frame in said] == ["ok", "message.posted"]
    assert said[0]["message"] == said[1]["message"]
    assert [client.types() for client in (bobs_other, cyn)] == [["message.posted"]] * 2


async def test_every_codec_says_the_same(hall: Hall) -> None:
    json, binary = await hall.joined("bob"), await hall.joined("cyn", codec="msgpack")
    lines = await hall.chat("gus", "lobby", codec="text")
    for client in (json, binary, lines):
        client.take()
    await hall.do("ann", JoinRoom("lobby"))
    json.say("send", room="lobby", text="one\ntwo")
    await settle()
    (event,) = [frame for frame in json.take() if frame["type"] == "message.posted"]
    assert binary.take()[-1] == event
    assert lines.take()[-1] == "[lobby] bob: one\n  two"


async def test_a_session_that_ends_takes_its_connections_with_it_and_no_others(hall: Hall) -> None:
    laptop, phone = hall.token("bob", "laptop"), hall.token("bob", "phone")
    one, two = await hall.connect("bob", credential=laptop), await hall.connect("bob", credential=laptop)
    other, cyn = await hall.connect("bob", credential=phone), await hall.connect("cyn")
    await hall.change(lambda tx: tx.sessions.end(laptop.sid, tx.now))
    assert [client.closed for client in (one, two, other, cyn)] == [4101, 4101, None, None]
    assert len(list(hall.hub.registry)) == 2


async def test_a_suspended_account_is_told_so(hall: Hall) -> None:
    bob, cyn = await hall.connect("bob"), await hall.connect("cyn")
    user = hall.stage.who("bob")
    await hall.change(lambda tx: tx.users.set_suspended(user.id, True))
    assert (bob.closed, cyn.closed) == (4201, None)


async def test_a_deleted_account_has_no_session_any_more(hall: Hall) -> None:
    bob = await hall.connect("bob")
    user = hall.stage.who("bob")
    await hall.change(lambda tx: tx.users.delete(user.id))
    assert bob.closed == 4101


async def test_a_demotion_is_told_to_all_connections_of_the_user(hall: Hall) -> None:
    bob, other, cyn = await hall.connect("bob"), await hall.connect("bob", "msgpack"), await hall.connect("cyn")
    for client in (bob, other, cyn):
        client.take()
    await set_role(hall, "bob", Role.GUEST)
    (told,) = bob.take()
    assert (told["type"], told["user"]["role"]) == ("you.changed", "guest")
    assert other.take() == [told]
    assert cyn.take() == []
    assert bob.closed is None


async def test_what_another_process_does_is_seen_within_two_seconds(hall: Hall) -> None:
    bob, cyn, gus = [await hall.joined(name) for name in ("bob", "cyn", "gus")]
    for client in (bob, cyn, gus):
        client.take()
    lobby, suspended = hall.stage.seen("lobby"), hall.stage.who("bob")
    hall.elsewhere(lambda tx: tx.log.room_changed(lobby, None))
    hall.elsewhere(lambda tx: tx.users.set_suspended(suspended.id, True))
    assert cyn.take() == []
    await later(2.0)
    assert bob.closed == 4201
    assert [frame["type"] for frame in cyn.take() if frame["type"] != "presence"] == ["room.changed"]


async def test_what_another_process_does_is_seen_though_this_one_does_more_after_it(hall: Hall) -> None:
    bob = await hall.connect("bob")
    suspended, cyn = hall.stage.who("bob"), hall.token("cyn", "cyns")
    hall.elsewhere(lambda tx: tx.users.set_suspended(suspended.id, True))
    await hall.change(lambda tx: tx.sessions.end(cyn.sid, tx.now))
    assert bob.closed is None, "that change was not about bob"
    await later(2.0)
    assert bob.closed == 4201


async def test_who_comes_in_while_their_session_ends_is_sent_out_again(hall: Hall) -> None:
    """The renewal of a token asks the database, and the answer arrives after the session has ended."""
    bob = await hall.connect("bob")
    new = hall.token("bob", "new")
    hall.database.hold_reads()
    bob.say("auth", token="new")
    await settle()
    assert bob.connection.sid != new.sid
    await hall.change(lambda tx: tx.sessions.end(new.sid, tx.now))
    hall.database.release()
    await settle()
    assert bob.closed == 4101


async def test_a_revocation_is_not_lost_while_the_database_is_away(hall: Hall) -> None:
    bob, user = await hall.connect("bob"), hall.stage.who("bob")
    hall.database.away = True
    await hall.change(lambda tx: tx.users.set_suspended(user.id, True))
    await later(3.0)
    assert bob.closed is None
    hall.database.away = False
    await later(2.0)
    assert bob.closed == 4201


async def test_without_a_database_for_long_everybody_is_sent_elsewhere(hall: Hall) -> None:
    bob = await hall.connect("bob")
    hall.database.away = True
    await later(hub_module.GIVE_UP_SECONDS - 2)
    assert bob.closed is None
    await later(5.0)
    assert bob.closed == 1013


async def test_a_fault_does_not_put_the_beacon_out(hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    bob = await hall.joined("bob")
    with monkeypatch.context() as broken:
        broken.setattr(hall.database, "read", _fail)
        await later(3.0)
    assert "a look at the database failed" in caplog.text
    lobby = hall.stage.seen("lobby")
    hall.elsewhere(lambda tx: tx.log.room_changed(lobby, None))
    await later(2.0)
    assert bob.types() == ["room.changed"]


async def _fail(_: object) -> None:
    raise LookupError


async def test_a_removal_ends_what_one_hears_with_its_own_event(hall: Hall) -> None:
    bob, other, cyn = [await hall.joined(name) for name in ("bob", "bob", "cyn")]
    one_room = await hall.chat("bob", "lobby")
    for client in (bob, other, cyn, one_room):
        client.take()
    await hall.do("ann", RemoveMember("lobby", "bob"))
    cyn.say("send", room="lobby", text="gone?")
    await hall.quiet()
    for client in (bob, other, one_room):
        left, removed = client.take()
        assert (left["type"], left["user"], left["code"], left["by"]) == ("member.left", "bob", "kicked", "ann")
        assert removed == {"type": "removed", "room": "lobby", "code": "kicked", "by": "ann"}
    assert (bob.closed, other.closed, one_room.closed) == (None, None, 4202)
    assert cyn.types() == ["member.left", "ok", "message.posted", "presence"]
    assert (await bob.ask("send", room="lobby", text="x"))["code"] == "not_joined"


async def test_a_raised_gate_removes_who_is_below_it(hall: Hall) -> None:
    bob, mo = await hall.joined("bob"), await hall.joined("mo")
    await hall.do("ann", ChangeRoom("lobby", join_role=Role.MODERATOR))
    removed = bob.take()[-1]
    assert (removed["type"], removed["code"]) == ("removed", "role_too_low")
    assert "removed" not in mo.types()


async def test_a_deleted_room_is_gone_for_all(hall: Hall) -> None:
    bob, one_room = await hall.joined("bob", "lobby", "attic"), await hall.chat("cyn", "lobby")
    for client in (bob, one_room):
        client.take()
    await hall.do("ann", DeleteRoom("lobby"))
    assert bob.types() == ["room.deleted"]
    assert one_room.types() == ["room.deleted"]
    assert (bob.closed, one_room.closed) == (None, 4203)
    assert (await bob.ask("join", room="lobby"))["code"] == "not_found"
    assert (await bob.ask("send", room="attic", text="here"))["type"] == "ok"


async def test_leaving_a_room_elsewhere_ends_it_here(hall: Hall) -> None:
    bob = await hall.joined("bob")
    await hall.do("bob", LeaveRoom("lobby"))
    assert [frame.get("code") for frame in bob.take()] == ["left", "left"]


async def test_a_room_nobody_listens_to_is_forgotten(hall: Hall) -> None:
    bob = await hall.joined("bob", "lobby", "attic")
    assert hall.metrics.rooms() == 2
    await bob.ask("leave", room="attic")
    await hall.quiet()
    assert hall.metrics.rooms() == 1
    assert (await bob.ask("join", room="no-such-room"))["code"] == "not_found"
    bob.connection.lost()
    await hall.quiet()
    assert (hall.metrics.rooms(), hall.metrics.connections()) == (0, 0)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (HubLimits(2, 10, 10), "unavailable"),
        (HubLimits(10, 2, 10), "rate_limited"),
        (HubLimits(10, 10, 2), "rate_limited"),
    ],
)
async def test_there_are_so_many_sockets_and_no_more(limits: HubLimits, code: str) -> None:
    async with opened(limits=limits) as hall:
        first, _ = await hall.connect("bob"), await hall.connect("bob")
        bob = first.connection.user_id
        with pytest.raises(Refusal) as caught:
            hall.hub.check_room_for(bob, "192.0.2.1")
        assert caught.value.code == code
        assert caught.value.retry_after
        first.connection.lost()
        first.connection.lost()
        hall.hub.check_room_for(bob, "192.0.2.1")
        assert hall.metrics.connections() == 1


async def test_a_drain_sends_all_off_one_after_another(hall: Hall) -> None:
    clients = [await hall.connect(name) for name in ("bob", "cyn", "gus", "mo", "ann") for _ in range(8)]
    draining = hall.loop.create_task(hall.hub.drain(10.0))
    await settle()
    first = [client for client in clients if client.closed]
    assert 0 < len(first) < len(clients)
    with pytest.raises(Refusal) as caught:
        hall.hub.check_room_for(1, "192.0.2.2")
    assert caught.value.code == "unavailable"
    await draining
    assert {client.closed for client in clients} == {1012}
    waits = {client.frames[-1]["reconnect_in_ms"] for client in clients}
    assert {client.frames[-1]["type"] for client in clients} == {"restart"}
    assert len(waits) > 5, "they do not all come back at the same moment"
    assert all(500 <= wait <= 5_000 for wait in waits)


async def test_who_went_before_their_turn_is_not_written_to(hall: Hall) -> None:
    clients = [await hall.connect("bob") for _ in range(4)]
    draining = hall.loop.create_task(hall.hub.drain(10.0))
    await settle()
    left = [client for client in clients if not client.closed]
    for client in left:
        client.connection.lost()
        client.take()
    await draining
    assert [client.take() for client in left] == [[]] * len(left)


async def test_a_promotion_in_a_room_is_an_event(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    bob.take()
    await hall.do("ann", SetMember("lobby", "bob", RoomRole.MODERATOR))
    for client in (bob, cyn):
        (event,) = client.take()
        assert (event["type"], event["member"]["user"], event["member"]["role"], event["by"]) == (
            "member.changed",
            "bob",
            "moderator",
            "ann",
        )
