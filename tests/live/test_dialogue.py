"""What a client says: read, paced, answered once and in order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.chat.roles import Scope
from service.chat.rooms import ChangeRoom
from service.chat.sanctions import RemoveMember
from service.wire.conversation import STRIKES_MAX
from tests.live.hall import ROOMS_MAX, Client, Hall, opened
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio


async def test_hello_comes_first_and_says_what_holds(hall: Hall) -> None:
    bob = await hall.connect("bob")
    hello = bob.frames[0]
    assert hello["type"] == "hello"
    assert (hello["user"]["username"], hello["session"]) == ("bob", bob.connection.sid)
    assert hello["scope"] == "chat:read chat:write moderate"
    assert hello["limits"] == {
        "text": 4_000,
        "frame": 65_536,
        "nonce": 64,
        "file": 0,
        "files": 10,
        "rooms": ROOMS_MAX,
        "commands_per_second": 1_000,
    }
    assert hello["server"] == {"version": "1", "node": "n1"}
    assert hello["heartbeat"] == 20
    assert "joined" not in hello


async def test_hello_says_the_scope_as_the_token_endpoint_does(hall: Hall) -> None:
    ann = await hall.connect("ann")
    assert ann.frames[0]["scope"] == "chat:read chat:write moderate admin"


async def test_a_socket_for_one_room_says_hello_with_the_room(hall: Hall) -> None:
    bob = await hall.chat("bob", "lobby")
    hello, *_ = bob.take()
    assert hello["joined"]["room"]["slug"] == "lobby"
    assert hello["joined"]["room"]["you"]["role"] == "member"
    assert hello["joined"]["online"] == ["bob"]
    assert hello["joined"]["reset"] is True
    assert (await bob.ask("send", text="hi"))["message"]["room"] == "lobby"
    assert (await bob.ask("send", room="attic", text="hi"))["code"] == "invalid"
    assert (await bob.ask("join", room="attic"))["code"] == "invalid"
    assert (await bob.ask("typing"))["type"] == "ok"


async def test_a_socket_for_one_room_resumes(hall: Hall) -> None:
    bob = await hall.chat("bob", "lobby")
    seq = bob.take()[0]["joined"]["seq"]
    await bob.ask("send", text="missed")
    bob.connection.lost()
    again = await hall.chat("bob", "lobby", since=seq)
    joined = again.take()[0]["joined"]
    assert [event["message"]["text"] for event in joined["events"]] == ["missed"]


async def test_people_read_lines(hall: Hall) -> None:
    cyn = await hall.joined("cyn")
    await cyn.ask("send", room="lobby", text="before")
    bob = await hall.chat("bob", "lobby", codec="text")
    assert bob.take() == ["[lobby] cyn: before"]
    bob.send(b"hello there")
    bob.send(b"   ")
    bob.send(b'{"type":"leave","id":"1"}')
    await settle()
    assert bob.take() == [
        "! text: there is nothing in the message",
        "[lobby] bob: hello there",
        '[lobby] bob: {"type":"leave","id":"1"}',
    ]
    cyn.connection.lost()
    await hall.quiet()
    assert bob.take() == ["* cyn left"]
    await hall.do("ann", ChangeRoom("lobby", locked=True))
    bob.send(b"let me in")
    await settle()
    assert bob.take() == ["* ann changed the room", "! the room is locked: only who moderates it may post"]


async def test_a_send_that_is_refused_at_once_waits_for_its_turn(hall: Hall) -> None:
    bob = await hall.joined("bob")
    sent = [
        bob.say("send", room="lobby", text="on its way to the disk"),
        bob.say("send", room="lobby", text="  "),
        bob.say("send", room="lobby", text="behind it"),
        bob.say("ping"),
    ]
    await settle()
    replies = [(frame["id"], frame["type"]) for frame in bob.take() if "id" in frame]
    assert replies == list(zip(sent, ["ok", "error", "ok", "ok"], strict=True))


async def test_commands_are_answered_in_their_order(hall: Hall) -> None:
    bob = await hall.connect("bob")
    bob.take()
    ids = [
        bob.say("ping"),
        bob.say("join", room="lobby"),
        bob.say("send", room="lobby", text="a"),
        bob.say("send", room="lobby", text="b"),
        bob.say("nonsense"),
        bob.say("join", room="no-such-room"),
        bob.say("send", room="lobby", text=" "),
        bob.say("typing", room="lobby"),
        bob.say("leave", room="lobby"),
        bob.say("send", room="lobby", text="c"),
        bob.say("ping"),
    ]
    await settle()
    replies = [frame for frame in bob.take() if "id" in frame]
    assert [reply["id"] for reply in replies] == ids
    codes = [reply.get("code", "ok") for reply in replies]
    assert codes[:4] == ["ok"] * 4
    assert codes[4:] == ["unknown_type", "not_found", "invalid", "ok", "ok", "not_joined", "ok"]


async def test_ones_own_event_comes_after_its_reply(hall: Hall) -> None:
    bob = await hall.joined("bob")
    for text in "abc":
        bob.say("send", room="lobby", text=text)
    await settle()
    frames = [frame for frame in bob.take() if frame["type"] in ("ok", "message.posted")]
    for text in "abc":
        of_text = [frame["type"] for frame in frames if frame["message"]["text"] == text]
        assert of_text == ["ok", "message.posted"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "send", "room": "lobby", "text": "x"}, "not_joined"),
        ({"type": "send", "room": "den", "text": "x"}, "not_found"),
        ({"type": "send", "room": "no-such-room", "text": "x"}, "not_found"),
        ({"type": "send", "room": "staff", "text": "x"}, "role_too_low"),
        ({"type": "join", "room": "den"}, "not_found"),
        ({"type": "join", "room": "no-such-room"}, "not_found"),
        ({"type": "join", "room": "staff"}, "role_too_low"),
        ({"type": "leave", "room": "lobby"}, "not_joined"),
        ({"type": "typing", "room": "lobby"}, "not_joined"),
        ({"type": "auth", "token": "nobody's"}, "unauthenticated"),
        ({"type": "send", "room": "lobby", "text": "x" * 4_001}, "invalid"),
        ({"type": "read", "room": "den", "seq": 1}, "not_found"),
        ({"type": "read", "room": "lobby", "seq": 1}, "not_joined"),
        ({"type": "forget", "message": "m1"}, "unknown_type"),
    ],
)
async def test_what_one_may_not_is_refused_and_the_connection_stays(
    hall: Hall, fields: dict[str, Any], code: str
) -> None:
    gus = await hall.connect("gus")
    reply = await gus.ask(**fields)
    assert reply["code"] == code
    assert reply["message"]
    if code == "not_found":
        assert reply["message"] == "There is no such room."
    assert gus.closed is None


async def test_a_bad_frame_harms_nobody(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    bob.take()
    cyn.take()
    for payload in (b"{", b"[]", b'{"type":"send","id":"1","room":"lobby","text":"\\ud800"}', b"\x00"):
        bob.send(payload)
    await settle()
    assert [(frame["type"], frame["code"]) for frame in bob.take()] == [("error", "bad_frame")] * 4
    assert (bob.closed, cyn.take()) == (None, [])


@pytest.mark.parametrize(
    ("codec", "payload", "binary", "code"),
    [
        ("json", b"{}", True, 1003),
        ("msgpack", b"\x80", False, 1003),
        ("json", b'{"type":"ping","id":"\xff"}', False, 1007),
        ("json", b"\xed\xa0\x80", False, 1007),
        ("json", b'"' + b"x" * 65_536 + b'"', False, 1009),
        ("msgpack", b"\xc4" + b"x" * 65_536, True, 1009),
    ],
)
async def test_frames_of_the_wrong_kind_close_the_connection(
    hall: Hall, codec: str, payload: bytes, binary: bool, code: int
) -> None:
    bob = await hall.connect("bob", codec)
    bob.send(payload, binary)
    assert bob.closed == code
    bob.send(payload, binary)
    assert bob.take()[1:] == [], "after that nothing is heard and nothing is said"


async def test_who_says_too_much_is_told_and_a_flood_is_closed() -> None:
    async with opened(rate=10) as hall:
        bob, cyn = await hall.connect("bob"), await hall.connect("cyn")
        ids = [bob.say("ping") for _ in range(30)]
        await settle()
        replies = {frame["id"]: frame for frame in bob.take() if "id" in frame}
        assert [replies[id]["type"] for id in ids] == ["ok"] * 20 + ["error"] * 10
        assert replies[ids[-1]]["code"] == "rate_limited"
        assert replies[ids[-1]]["retry_after"] > 0
        for _ in range(STRIKES_MAX):
            bob.say("ping")
        assert (bob.closed, cyn.closed) == (4002, None)


async def test_over_the_rate_a_retry_gets_what_was_acknowledged_and_nothing_new_is_said() -> None:
    async with opened(rate=10) as hall:
        bob = await hall.joined("bob")
        first = await bob.ask("send", room="lobby", text="once", nonce="n1")
        for _ in range(30):
            bob.say("ping")
        again = await bob.ask("send", room="lobby", text="once", nonce="n1")
        another = await bob.ask("send", room="lobby", text="more", nonce="n2")
        without = await bob.ask("send", room="lobby", text="more")
        assert (again["duplicate"], again["message"]) == (True, first["message"])
        assert (another["code"], without["code"]) == ("rate_limited", "rate_limited")
        assert another["retry_after"] > 0


async def test_frames_that_are_no_messages_are_no_free_flood() -> None:
    async with opened(rate=10) as hall:
        bob = await hall.connect("bob")
        for _ in range(20 + STRIKES_MAX):
            bob.dialogue.charge()
        assert bob.closed is None
        bob.dialogue.charge()
        assert bob.closed == 4002


async def test_reading_pauses_while_too_much_is_unanswered(hall: Hall) -> None:
    bob = await hall.joined("bob")
    hall.database.hold_reads()
    bob.say("join", room="attic")
    await settle()
    ids = [bob.say("send", room="lobby", text=f"{n}") for n in range(300)]
    assert not bob.wire.reading
    hall.database.release()
    await settle()
    assert bob.wire.reading
    replies = [frame["id"] for frame in bob.take() if frame["type"] == "ok"]
    assert replies[1:] == ids, "none was lost, and order was kept"


async def test_a_first_join_counts_once() -> None:
    async with opened(rate=ROOMS_MAX) as hall:
        for n in range(ROOMS_MAX):
            hall.stage.room(f"room-{n}")
        bob = await hall.connect("bob")
        replies = [await bob.ask("join", room=f"room-{n}") for n in range(ROOMS_MAX)]
        assert [reply["type"] for reply in replies] == ["ok"] * ROOMS_MAX, "all of them fit into a burst"


async def test_a_room_limit_is_a_limit(hall: Hall) -> None:
    bob = await hall.connect("bob")
    for n in range(ROOMS_MAX + 1):
        hall.stage.room(f"room-{n}")
    replies = [await bob.ask("join", room=f"room-{n}") for n in range(ROOMS_MAX + 1)]
    assert [reply.get("code", "ok") for reply in replies] == ["ok"] * ROOMS_MAX + ["limit"]
    assert (await bob.ask("join", room="room-0"))["type"] == "ok", "again is not one more"
    await bob.ask("leave", room="room-0")
    assert (await bob.ask("join", room=f"room-{ROOMS_MAX}"))["type"] == "ok"


async def test_joining_makes_a_member_once(hall: Hall) -> None:
    bob, other = await hall.connect("bob"), await hall.connect("bob")
    await bob.ask("join", room="lobby")
    await other.ask("join", room="lobby")
    await bob.ask("join", room="lobby")
    assert [type(event).__name__ for event in hall.log()].count("MemberJoined") == 2, "ann's as the owner, and bob's"


async def test_typing_is_told_to_the_others_now_and_then(hall: Hall) -> None:
    bob, other, cyn = [await hall.joined(name) for name in ("bob", "bob", "cyn")]
    for client in (bob, other, cyn):
        client.take()
    for _ in range(3):
        assert (await bob.ask("typing", room="lobby"))["type"] == "ok"
    assert cyn.take() == [{"type": "typing", "room": "lobby", "user": "bob"}]
    assert other.take() == []
    await later(1.1)
    await bob.ask("typing", room="lobby")
    assert cyn.types() == ["typing"]
    await hall.do("ann", ChangeRoom("lobby", locked=True))
    await later(1.1)
    assert (await bob.ask("typing", room="lobby"))["code"] == "locked"


async def test_a_nonce_is_good_for_a_retry_on_another_connection(hall: Hall) -> None:
    bob, other = await hall.joined("bob"), await hall.joined("bob")
    first = await bob.ask("send", room="lobby", text="once", nonce="n1")
    again = await other.ask("send", room="lobby", text="once", nonce="n1")
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert first["message"] == again["message"]
    assert (await bob.ask("send", room="lobby", text="twice", nonce="n1"))["code"] == "conflict"
    assert [frame["type"] for frame in other.take() if frame.get("seq")] == ["message.posted"]


async def test_who_was_put_out_and_let_in_again_joins_before_they_speak(hall: Hall) -> None:
    bob = await hall.joined("bob")
    await bob.ask("send", room="lobby", text="a")
    await hall.do("ann", RemoveMember("lobby", "bob"))
    other = await hall.joined("bob")
    assert (await bob.ask("send", room="lobby", text="b"))["code"] == "not_joined"
    assert (await other.ask("send", room="lobby", text="c"))["type"] == "ok"
    assert (await bob.ask("join", room="lobby"))["type"] == "ok"
    assert (await bob.ask("send", room="lobby", text="d"))["type"] == "ok"


# A new token on the open socket


async def _auth(bob: Client, token: str) -> Any:
    return await bob.ask("auth", token=token)


async def test_a_new_token_goes_on_with_its_own_session(hall: Hall) -> None:
    bob = await hall.joined("bob")
    old, new = bob.connection.sid, hall.token("bob", "new", lifetime_s=900)
    reply = await _auth(bob, "new")
    assert reply["expires_at"].startswith("2026-")
    assert bob.connection.sid == new.sid
    await hall.change(lambda tx: tx.sessions.end(old, tx.now))
    assert bob.closed is None, "the old session is no longer this connection's"
    await hall.change(lambda tx: tx.sessions.end(new.sid, tx.now))
    assert bob.closed == 4101


async def test_a_bad_token_changes_nothing(hall: Hall) -> None:
    bob = await hall.joined("bob")
    before = bob.connection.credential
    ended = hall.token("bob", "ended")
    await hall.change(lambda tx: tx.sessions.end(ended.sid, tx.now))
    hall.token("cyn", "cyns")
    hall.token("bob", "writes", scope=frozenset({Scope.WRITE}))
    codes = [(await _auth(bob, token))["code"] for token in ("forged", "ended", "cyns", "writes")]
    assert codes == ["unauthenticated", "unauthenticated", "forbidden", "insufficient_scope"]
    assert bob.connection.credential is before
    assert (await bob.ask("send", room="lobby", text="still here"))["type"] == "ok"


async def test_a_narrower_token_may_no_longer_write(hall: Hall) -> None:
    bob = await hall.joined("bob")
    await bob.ask("send", room="lobby", text="a")
    hall.token("bob", "reads", scope=frozenset({Scope.READ}))
    assert (await _auth(bob, "reads"))["type"] == "ok"
    assert (await bob.ask("send", room="lobby", text="b"))["code"] == "insufficient_scope"


async def test_a_fault_of_ours_is_an_answer_too(hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    bob = await hall.connect("bob")
    with monkeypatch.context() as broken:
        broken.setattr(hall.database, "read", _fail)
        reply = await bob.ask("join", room="lobby")
    assert reply["code"] == "internal"
    assert "secret" not in json.dumps(reply)
    assert "a task of the hub failed" in caplog.text
    assert (await bob.ask("join", room="lobby"))["type"] == "ok", "and the connection goes on"


async def _fail(_: object) -> None:
    raise LookupError("secret")
