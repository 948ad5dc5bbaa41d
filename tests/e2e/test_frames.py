"""What a client may put into a frame, and what it gets for what it may not: an answer, a socket that stays open, and
nothing stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count

import pytest

from tests.e2e.house import House
from tests.e2e.stranger import TEXT, Stranger, let_in

_numbers = count(1)


@pytest.fixture
def bob(house: House) -> Iterator[Stranger]:
    """Bob's socket, on which he can say anything, in the lobby."""
    with let_in(house, "bob") as stranger:
        assert _say(stranger, {"type": "join", "id": "j", "room": "lobby"})["type"] == "ok"
        yield stranger


def _say(stranger: Stranger, frame: object) -> dict[str, object]:
    """Say something, and hear the next reply; events and presence are passed over."""
    stranger.frame(TEXT, frame if isinstance(frame, bytes) else json.dumps(frame).encode())
    while (found := stranger.next_frame()) is not None:
        heard: dict[str, object] = json.loads(found[1])
        if "id" in heard:
            return heard
    raise AssertionError("the socket was closed")


BAD = {
    "nothing": b"",
    "no JSON": b"hello",
    "half an object": b'{"type":"ping","id":"1"',
    "two objects": b'{"type":"ping","id":"1"}{"type":"ping","id":"2"}',
    "a number": b"1",
    "null": b"null",
    "a list": b'[{"type":"ping","id":"1"}]',
    "a text": b'"ping"',
    "NaN": b'{"type":"ping","id":"1","x":NaN}',
    "Infinity": b'{"type":"ping","id":"1","x":-Infinity}',
    "1e999": b'{"type":"ping","id":"1","x":1e999}',
    "30,000 levels": b'{"type":"ping","id":"1","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "60,000 levels and no end": b"[" * 60_000,
    "a lone surrogate": b'{"type":"send","id":"1","room":"lobby","text":"a\\ud800b"}',
    "a lone low surrogate": b'{"type":"send","id":"1","room":"lobby","text":"\\udc00"}',
    "a NUL": b'{"type":"send","id":"1","room":"lobby","text":"a\\u0000b"}',
    "a raw NUL": b'{"type":"send","id":"1","room":"lobby","text":"a\0b"}',
    "a raw line break in a text": b'{"type":"send","id":"1","room":"lobby","text":"a\nb"}',
    "a comment": b'{"type":"ping","id":"1"}//',
    "a byte order mark": b'\xef\xbb\xbf{"type":"ping","id":"1"}',
    "no type": b'{"id":"1"}',
    "a type that is no text": b'{"id":"1","type":["ping"]}',
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_frame_is_a_bad_frame_and_the_socket_stays(house: House, bob: Stranger, what: str) -> None:
    before = house.history("lobby")
    reply = _say(bob, BAD[what])
    assert (reply["type"], reply["code"]) == ("error", "bad_frame")
    assert _say(bob, {"type": "ping", "id": "still here"}) == {"type": "ok", "id": "still here"}
    assert house.history("lobby") == before


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "fly", "id": "1"}, "unknown_type"),
        ({"type": "", "id": "1"}, "unknown_type"),
        ({"type": "ok", "id": "1"}, "unknown_type"),
        ({"type": "message.posted", "id": "1", "room": "lobby", "seq": 1}, "unknown_type"),
        ({"type": "send", "id": "1"}, "invalid"),
        ({"type": "send", "id": "1", "room": "lobby"}, "invalid"),
        ({"type": "send", "id": "1", "room": 7, "text": "a"}, "invalid"),
        ({"type": "send", "id": "1", "room": "lobby", "text": ["a"]}, "invalid"),
        ({"type": "send", "id": "1", "room": "lobby", "text": " \n\t "}, "invalid"),
        ({"type": "send", "id": "1", "room": "lobby", "text": "a" * 4_001}, "invalid"),
        ({"type": "send", "id": "1", "room": "lobby", "text": "a", "nonce": ""}, "invalid"),
        ({"type": "send", "id": "1", "room": "lobby", "text": "a", "nonce": "n" * 65}, "invalid"),
        ({"type": "send", "id": "1", "room": "lobby", "text": "a", "nonce": 5}, "invalid"),
        ({"type": "join", "id": "1", "room": "lobby", "since": -1}, "invalid"),
        ({"type": "join", "id": "1", "room": "lobby", "since": "1"}, "invalid"),
        ({"type": "join", "id": "1", "room": "lobby", "since": 2**63}, "invalid"),
        ({"type": "auth", "id": "1", "token": None}, "invalid"),
        ({"type": "auth", "id": "1", "token": "a.b.c"}, "unauthenticated"),
        ({"type": "send", "id": "1", "room": "news", "text": "a"}, "not_joined"),
        ({"type": "leave", "id": "1", "room": "news"}, "not_joined"),
        ({"type": "typing", "id": "1", "room": "news"}, "not_joined"),
        ({"type": "join", "id": "1", "room": "staff"}, "role_too_low"),
        ({"type": "join", "id": "1", "room": "no-such-room"}, "not_found"),
        ({"type": "send", "id": "1", "room": "no-such-room", "text": "a"}, "not_found"),
        ({"type": "join", "id": "1", "room": "../lobby"}, "not_found"),
        ({"type": "join", "id": "1", "room": "LOBBY' OR 1=1 --"}, "not_found"),
        ({"type": "send", "id": "1", "room": "lobby", "text": "a", "reply_to": "m-none"}, "invalid"),
    ],
    ids=lambda value: json.dumps(value)[:70] if isinstance(value, dict) else value,
)
def test_a_command_that_cannot_be_done_is_answered_with_its_code(
    house: House, bob: Stranger, frame: dict[str, object], code: str
) -> None:
    before = house.history("lobby")
    reply = _say(bob, frame)
    assert (reply["type"], reply["id"], reply["code"]) == ("error", "1", code)
    assert house.history("lobby") == before


@pytest.mark.parametrize("id", [None, 7, "", "i" * 65, ["1"], {"a": 1}, True, 1.5])
def test_an_unusable_id_is_answered_without_one(bob: Stranger, id: object) -> None:
    reply = _say(bob, {"type": "ping", "id": id})
    assert (reply["type"], reply["id"]) == ("error", None)


def test_who_wrote_it_when_and_where_is_not_the_clients_to_say(house: House, bob: Stranger) -> None:
    claims = {
        "author": {"username": "ann", "role": "admin"},
        "user": "ann",
        "role": "admin",
        "at": "1999-01-01T00:00:00.000Z",
        "seq": 1,
        "bot": True,
        "message": {"id": "mine"},
    }
    reply = _say(bob, {"type": "send", "id": "1", "room": "lobby", "text": "it was ann", **claims})
    message = reply["message"]
    assert isinstance(message, dict)
    assert message["author"] == {"username": "bob", "name": "Bob", "role": "member", "bot": False}
    assert message["seq"] > 1
    assert message["at"] > "2020"
    assert house.history("lobby")[-1] == message


def test_a_private_room_and_no_room_get_the_same_answer(house: House) -> None:
    """Else one could find out what there is by asking."""
    with let_in(house, "cyn") as cyn:
        for frame in (
            {"type": "join", "id": "1"},
            {"type": "send", "id": "1", "text": "a"},
            {"type": "typing", "id": "1"},
            {"type": "leave", "id": "1"},
        ):
            hidden, absent = (_say(cyn, frame | {"room": room}) for room in ("den", "dem"))
            assert hidden == absent, frame["type"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[click](javascript:alert(1))",
        "![](https://evil.example/pixel.png)",
        "//evil.example",
        "</textarea><svg/onload=alert(1)>",
        "\u202egnp.exe",
        "\x1b[2J\x1b]0;pwned\x07",
        "{{7*7}} ${7*7} #{7*7}",
        "'; DROP TABLE events; --",
        "\ufeff\u200b zero widths",
        "a\r\nSet-Cookie: a=b",
        "🏳️‍🌈 é e\u0301 ﷽ 𝔘",
    ],
)
def test_a_text_comes_back_as_it_was_said_and_as_json(house: House, bob: Stranger, text: str) -> None:
    reply = _say(bob, {"type": "send", "id": "1", "room": "lobby", "text": text})
    message = reply["message"]
    assert isinstance(message, dict)
    assert message["text"] == text.strip()
    assert set(re.findall(r"<(\w+)", message.get("html", ""))) <= {"p", "em", "a"}, "a mark or an address, if anything"
    answer = house.ask("gus", "GET", "/api/rooms/lobby/messages?limit=1")
    assert answer.json()["items"][0]["text"] == text.strip()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["<b>Bob</b>", "{{7*7}}", "javascript:alert(1)"])
def test_names_and_topics_are_text_too(house: House, name: str) -> None:
    slug = f"named-{next(_numbers)}"
    made = house.do("cyn", "POST", "/api/rooms", {"slug": slug, "name": name, "topic": name})
    assert (made["name"], made["topic"]) == (name, name)


def test_a_name_that_turns_the_text_around_is_refused(house: House) -> None:
    answer = house.ask("cyn", "POST", "/api/rooms", {"slug": "turned", "name": "Bob\u202eyna"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "name")


def test_nobody_else_notices_a_bad_frame(house: House, bob: Stranger) -> None:
    """A lone surrogate that got into one message would break every connection that it is sent to."""
    with let_in(house, "cyn") as cyn:
        assert _say(cyn, {"type": "join", "id": "1", "room": "lobby"})["type"] == "ok"
        for frame in BAD.values():
            _say(bob, frame)
        said = _say(bob, {"type": "send", "id": "2", "room": "lobby", "text": "all is well"})["message"]
        heard = []
        while (found := cyn.next_frame()) is not None:
            heard.append(json.loads(found[1]))
            if heard[-1]["type"] == "message.posted":
                break
        assert heard[-1]["message"] == said
        assert [frame["type"] for frame in heard if frame["type"] not in ("presence", "message.posted")] == []
