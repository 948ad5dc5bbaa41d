"""What clients say, and above all what no client of good will says: one table of frames, in both codecs."""

from __future__ import annotations

import json
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.errors import Code
from service.wire import commands
from service.wire.commands import (
    JSON,
    MSGPACK,
    Auth,
    BadCommand,
    Command,
    Delete,
    Edit,
    Join,
    Leave,
    Lift,
    Ping,
    React,
    Read,
    Reader,
    Report,
    Sanction,
    Send,
    Typing,
    Undo,
)

LEVELS = 100_000
DIGITS = 5_000


def refused(reader: Reader, payload: bytes, room: str | None = None) -> BadCommand:
    """How a frame is refused."""
    with pytest.raises(BadCommand) as caught:
        reader.read(payload, room)
    return caught.value


def outcome(reader: Reader, payload: bytes, room: str | None = None) -> str:
    """``command``, or the code with which it is refused."""
    try:
        reader.read(payload, room)
    except BadCommand as bad:
        return bad.refusal.code
    return "command"


def both(raw: Any) -> list[tuple[Reader, bytes]]:
    """The same object in both codecs."""
    return [(JSON, json.dumps(raw).encode()), (MSGPACK, msgpack.packb(raw))]


SAID: list[tuple[dict[str, Any], Command]] = [
    ({"type": "join", "id": "1", "room": "lobby"}, Join(id="1", room="lobby")),
    (
        {"type": "join", "id": "1", "room": "lobby", "since": 0, "epoch": "e"},
        Join(id="1", room="lobby", since=0, epoch="e"),
    ),
    (
        {"type": "join", "id": "1", "room": "lobby", "since": None, "epoch": None},
        Join(id="1", room="lobby"),
    ),
    ({"type": "join", "id": "1", "room": "x", "since": 2**53 - 1}, Join(id="1", room="x", since=2**53 - 1)),
    ({"type": "leave", "id": "a" * 64, "room": "lobby"}, Leave(id="a" * 64, room="lobby")),
    ({"type": "send", "id": "1", "room": "lobby", "text": "hé 😀"}, Send(id="1", room="lobby", text="hé 😀")),
    (
        {"type": "send", "id": "1", "room": "lobby", "text": "x", "nonce": "n", "reply_to": "m1"},
        Send(id="1", room="lobby", text="x", nonce="n", reply_to="m1"),
    ),
    ({"type": "typing", "id": "1", "room": "lobby"}, Typing(id="1", room="lobby")),
    ({"type": "auth", "id": "1", "token": "a.b.c"}, Auth(id="1", token="a.b.c")),
    ({"type": "ping", "id": "1"}, Ping(id="1")),
    (
        {"type": "sanction", "id": "1", "room": "lobby", "user": "bob", "kind": "kick"},
        Sanction(id="1", room="lobby", user="bob", kind="kick"),
    ),
    (
        {"type": "sanction", "id": "1", "user": "bob", "kind": "mute", "until": "2030-01-01T12:00:00Z", "reason": "x"},
        Sanction(id="1", user="bob", kind="mute", until="2030-01-01T12:00:00Z", reason="x"),
    ),
    ({"type": "edit", "id": "1", "message": "m1", "text": "x"}, Edit(id="1", message="m1", text="x")),
    (
        {"type": "react", "id": "1", "message": "m1", "emoji": "\U0001f44d"},
        React(id="1", message="m1", emoji="\U0001f44d"),
    ),
    (
        {"type": "react", "id": "1", "message": "m1", "emoji": ":ok:", "on": False},
        React(id="1", message="m1", emoji=":ok:", on=False),
    ),
    ({"type": "read", "id": "1", "room": "lobby", "seq": 7}, Read(id="1", room="lobby", seq=7)),
    ({"type": "lift", "id": "1", "sanction": "s1"}, Lift(id="1", sanction="s1")),
    ({"type": "delete", "id": "1", "message": "m1"}, Delete(id="1", message="m1")),
    ({"type": "delete", "id": "1", "message": "m1", "reason": "x"}, Delete(id="1", message="m1", reason="x")),
    ({"type": "undo", "id": "1", "action": "a1"}, Undo(id="1", action="a1")),
    ({"type": "report", "id": "1", "message": "m1", "reason": "x"}, Report(id="1", message="m1", reason="x")),
]


@pytest.mark.parametrize(("raw", "command"), SAID)
def test_every_command_is_read_in_both_codecs(raw: dict[str, Any], command: Command) -> None:
    for reader, payload in both(raw):
        assert reader.read(payload) == command


def test_the_table_of_commands_is_complete() -> None:
    assert {type(command) for _, command in SAID} == set(commands.COMMANDS.values())


@pytest.mark.parametrize("more", [{}, {"room": None}, {"unknown": 1}, {"reason": "\u00e9"}], ids=repr)
def test_on_a_socket_for_one_room_a_sanction_without_a_room_is_for_that_room_and_not_for_the_server(
    more: dict[str, Any],
) -> None:
    for reader, payload in both({"type": "sanction", "id": "1", "user": "bob", "kind": "mute", **more}):
        command = reader.read(payload, "lobby")
        assert isinstance(command, Sanction)
        assert command.room == "lobby"
        on_any = reader.read(payload)
        assert isinstance(on_any, Sanction)
        assert on_any.room is None


def test_what_nobody_asked_for_is_left_out() -> None:
    raw = {"type": "send", "id": "1", "room": "lobby", "text": "x", "author": "ann", "role": "admin", "at": [1, {}]}
    for reader, payload in both(raw):
        assert reader.read(payload) == Send(id="1", room="lobby", text="x")


def test_on_a_socket_for_one_room_a_frame_may_leave_it_out() -> None:
    for reader, payload in both({"type": "send", "id": "1", "text": "x"}):
        assert reader.read(payload, "lobby") == Send(id="1", room="lobby", text="x")
        assert refused(reader, payload).refusal.errors[0].field == "room"
    for reader, payload in both({"type": "leave", "id": "1", "room": "den"}):
        assert reader.read(payload, "lobby") == Leave(id="1", room="den"), "what is said is not overruled"


BAD_JSON = [
    b"",
    b" ",
    b"{",
    b"null",
    b"true",
    b"12",
    b'"ping"',
    b"[]",
    b'[{"type":"ping","id":"1"}]',
    b'{"type":"ping","id":"1"} {}',
    b"{'type':'ping','id':'1'}",
    b'{"type":"ping","id":"1",}',
    b'\xef\xbb\xbf{"type":"ping","id":"1"}',
    '{"type":"ping","id":"1"}'.encode("utf-16"),
    b"{}",
    b'{"id":"1"}',
    b'{"type":null,"id":"1"}',
    b'{"type":1,"id":"1"}',
    b'{"type":["ping"],"id":"1"}',
    b'{"type":"ping","id":"1","x":NaN}',
    b'{"type":"ping","id":"1","x":-Infinity}',
    b'{"type":"ping","id":"1","x":1e999}',
    b'{"type":"ping","id":"1","x":01}',
    b'{"type":"ping","id":"1","x":' + b"9" * DIGITS + b"}",
    b'{"type":"join","id":"1","room":"lobby","since":' + b"9" * DIGITS + b"}",
    b'{"type":"ping","id":"1","x":' + b"[" * LEVELS + b"]" * LEVELS + b"}",
    b'{"type":"ping","id":"1","x":' + b'{"a":' * LEVELS + b"1" + b"}" * LEVELS + b"}",
    b'{"type":"ping","id":"1","x":' + b"[" * 100 + b"]" * 100 + b"}",
    b"[" * LEVELS,
    b'{"type":"ping","id":"1","x":"\\ud800"}',
    b'{"type":"ping","id":"1","\\udfff":1}',
    b'{"type":"send","id":"1","room":"lobby","text":"\\ud83d"}',
    b'{"type":"send","id":"1","room":"lobby","text":"a\\u0000b"}',
    b'{"type":"send","id":"1","room":"lobby","text":"x","nonce":"\\u0000"}',
    b'{"type":"ping","id":"1","\\u0000":1}',
    b'{"type":"ping","id":"1","x":{"a":["\\u0000"]}}',
    b'{"type":"ping","id":"1","x":"\x00"}',
    b'{"type":"ping","id":"1","x":"\xff"}',
    b'{"type":"ping","id":"1","x":"\xed\xa0\x80"}',
    b'{"type":"ping","id":"1","x":"\xc0\x80"}',
]
_PING = b"\x83\xa4type\xa4ping\xa2id\xa11\xa1x"
BAD_MSGPACK = [
    b"",
    b"\xc0",
    b"\x90",
    b"\xc1",
    b"\x80",
    _PING,
    _PING + b"\x01\x01",
    _PING + b"\xa1\x00",
    _PING + b"\xa1\xff",
    _PING + b"\xa3\xed\xa0\x80",
    _PING + b"\xcb\x7f\xf8" + bytes(6),
    _PING + b"\xca\x7f\x80\x00\x00",
    _PING + b"\x91" * LEVELS + b"\xc0",
    _PING + b"\x81\xa1a" * LEVELS + b"\xc0",
    _PING + b"\x91" * 100 + b"\xc0",
    _PING + b"\x81\x80\x01",
    _PING + b"\xd7\xff" + b"\xff" * 8,
    _PING + b"\xdd\xff\xff\xff\xff",
    _PING + b"\xdf\xff\xff\xff\xff\x01",
    _PING + b"\xdb\xff\xff\xff\xff",
    b"\xdd\x7f\xff\xff\xff" * 50,
]


@pytest.mark.parametrize(
    ("reader", "payload"),
    [(JSON, payload) for payload in BAD_JSON] + [(MSGPACK, payload) for payload in BAD_MSGPACK],
    ids=[f"json {number}" for number in range(len(BAD_JSON))] + [f"msgpack {at}" for at in range(len(BAD_MSGPACK))],
)
def test_what_is_no_frame_is_a_bad_frame(reader: Reader, payload: bytes) -> None:
    # On a socket for one room too, where a missing room is filled in: that must not make a frame of anything.
    assert refused(reader, payload).refusal.code is Code.BAD_FRAME
    assert refused(reader, payload, "lobby").refusal.code is Code.BAD_FRAME


UNKNOWN = ["", "PING", "edits", "reaction", "reads", "hello", "ok", "p" * 300]


@pytest.mark.parametrize("kind", UNKNOWN, ids=lambda kind: kind[:9] or "empty")
def test_an_unknown_type_is_said_to_be_one_under_its_id(kind: str) -> None:
    for reader, payload in both({"type": kind, "id": "7"}):
        bad = refused(reader, payload)
        assert (bad.id, bad.refusal.code) == ("7", Code.UNKNOWN_TYPE)


UNUSABLE_IDS = ["", "x" * 65, 1, 1.5, True, None, [], ["1"], {}, {"id": "1"}]


@pytest.mark.parametrize("id", UNUSABLE_IDS, ids=repr)
def test_an_unusable_id_is_answered_under_none(id: Any) -> None:
    for reader, payload in both({"type": "send", "id": id, "room": "lobby", "text": "x"}):
        bad = refused(reader, payload)
        assert bad.id is None
        assert bad.refusal.code is Code.INVALID
        assert [error.field for error in bad.refusal.errors] == ["id"]


@pytest.mark.parametrize("id", [b'"\\u0000"', b'"\\ud800"', b'"a\\u0000b"'])
def test_an_id_that_can_not_be_sent_back_is_not_sent_back(id: bytes) -> None:
    bad = refused(JSON, b'{"type":"ping","id":' + id + b"}")
    assert (bad.id, bad.refusal.code) == (None, Code.BAD_FRAME)


def test_a_missing_id_is_answered_under_none() -> None:
    for reader, payload in both({"type": "ping"}):
        bad = refused(reader, payload)
        assert (bad.id, bad.refusal.code) == (None, Code.INVALID)


WRONG_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"type": "join"}, "room"),
    ({"type": "join", "room": ""}, "room"),
    ({"type": "join", "room": "x" * 65}, "room"),
    ({"type": "join", "room": None}, "room"),
    ({"type": "join", "room": 1}, "room"),
    ({"type": "join", "room": ["lobby"]}, "room"),
    ({"type": "join", "room": "lobby", "since": -1}, "since"),
    ({"type": "join", "room": "lobby", "since": 2**53}, "since"),
    ({"type": "join", "room": "lobby", "since": "1"}, "since"),
    ({"type": "join", "room": "lobby", "since": 1.5}, "since"),
    ({"type": "join", "room": "lobby", "since": 1.0}, "since"),
    ({"type": "join", "room": "lobby", "since": True}, "since"),
    ({"type": "join", "room": "lobby", "epoch": 1}, "epoch"),
    ({"type": "leave"}, "room"),
    ({"type": "send", "text": "hello"}, "room"),
    ({"type": "send", "text": "x"}, "room"),
    ({"type": "send", "room": "lobby", "text": None}, "text"),
    ({"type": "send", "room": "lobby", "text": 1}, "text"),
    ({"type": "send", "room": "lobby", "text": ["x"]}, "text"),
    ({"type": "send", "room": "lobby", "text": {"x": 1}}, "text"),
    ({"type": "send", "room": "lobby", "text": "x", "nonce": ""}, "nonce"),
    ({"type": "send", "room": "lobby", "text": "x", "nonce": "n" * 65}, "nonce"),
    ({"type": "send", "room": "lobby", "text": "x", "nonce": 1}, "nonce"),
    ({"type": "send", "room": "lobby", "text": "x", "reply_to": 1}, "reply_to"),
    ({"type": "typing", "room": False}, "room"),
    ({"type": "sanction", "room": "lobby", "kind": "kick"}, "user"),
    ({"type": "sanction", "room": "lobby", "user": "bob"}, "kind"),
    ({"type": "sanction", "room": "lobby", "user": "bob", "kind": "shame"}, "kind"),
    ({"type": "sanction", "room": 1, "user": "bob", "kind": "kick"}, "room"),
    ({"type": "sanction", "room": "lobby", "user": "bob", "kind": "mute", "until": 5}, "until"),
    ({"type": "sanction", "room": "lobby", "user": "bob", "kind": "mute", "reason": ["x"]}, "reason"),
    ({"type": "lift"}, "sanction"),
    ({"type": "lift", "sanction": ""}, "sanction"),
    ({"type": "delete", "message": "m" * 65}, "message"),
    ({"type": "undo", "action": None}, "action"),
    ({"type": "report", "message": "m1"}, "reason"),
    ({"type": "auth"}, "token"),
    ({"type": "auth", "token": None}, "token"),
]


@pytest.mark.parametrize(("raw", "field"), WRONG_FIELDS, ids=repr)
def test_a_wrong_field_is_named(raw: dict[str, Any], field: str) -> None:
    for reader, payload in both({"id": "1", **raw}):
        bad = refused(reader, payload)
        assert (bad.id, bad.refusal.code) == ("1", Code.INVALID)
        assert [error.field for error in bad.refusal.errors] == [field]
        assert bad.refusal.errors[0].message


def test_bytes_are_no_text_in_the_binary_codec() -> None:
    bad = refused(MSGPACK, msgpack.packb({"type": "send", "id": "1", "room": "lobby", "text": b"x"}))
    assert [error.field for error in bad.refusal.errors] == ["text"]


def test_of_a_field_that_is_given_twice_the_last_one_counts_however_the_frame_is_read() -> None:
    twice = b'{"type":"leave","type":"ping","id":"1","id":"2"'
    assert JSON.read(twice + b"}") == Ping(id="2")
    assert JSON.read(twice + b',"unknown":"\\u00e9"}') == Ping(id="2"), "the slow way agrees with the fast one"


@given(payload=st.binary(max_size=200))
def test_no_bytes_make_anything_but_a_command_or_a_refusal(payload: bytes) -> None:
    for reader in (JSON, MSGPACK):
        assert outcome(reader, payload) in ("command", Code.BAD_FRAME, Code.UNKNOWN_TYPE, Code.INVALID)


_ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.sampled_from(["type", "id", "room", "since", "epoch", "text", "nonce", "reply_to", "token", "else"])
_TYPES = st.sampled_from([*commands.COMMANDS, "edit"])


@given(raw=st.dictionaries(_FIELDS, _ANYTHING), kind=_TYPES | _ANYTHING, room=st.none() | st.just("lobby"))
def test_no_object_makes_anything_but_a_command_or_a_refusal(raw: dict[str, Any], kind: Any, room: str | None) -> None:
    raw["type"] = kind
    for reader, payload in ((JSON, json.dumps(raw).encode()), (MSGPACK, msgpack.packb(raw))):
        if outcome(reader, payload, room) == "command":
            command = reader.read(payload, room)
            assert command.id == raw["id"]
            assert isinstance(command, commands.COMMANDS[raw["type"]])
        else:
            assert refused(reader, payload, room).id in (None, raw.get("id"))


# What can be stored and sent: no NUL, no lone surrogates.
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=64)


@given(id=_NAME, room=_NAME, text=_TEXT, nonce=st.none() | _NAME, escaped=st.booleans())
def test_what_was_meant_is_what_is_read(id: str, room: str, text: str, nonce: str | None, escaped: bool) -> None:
    raw = {"type": "send", "id": id, "room": room, "text": text, "nonce": nonce}
    meant = Send(id=id, room=room, text=text, nonce=nonce)
    assert JSON.read(json.dumps(raw, ensure_ascii=escaped).encode()) == meant
    assert MSGPACK.read(msgpack.packb(raw)) == meant


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ({"type": "send", "id": "1", "text": "hello"}, "room: this field is required"),
        ({"type": "send", "id": "1", "room": 5, "text": "x"}, "room: expected str, got int"),
        ({"type": "join", "id": "1", "room": "lobby", "since": -1}, "since: expected int >= 0"),
    ],
)
def test_what_is_wrong_with_a_command_is_said_of_its_field(frame: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadCommand) as caught:
        JSON.read(json.dumps(frame).encode())
    refusal = caught.value.refusal
    assert refusal.message == sentence
    assert sentence == f"{refusal.errors[0].field}: {refusal.errors[0].message}"
