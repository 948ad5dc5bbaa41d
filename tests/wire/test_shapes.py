"""Objects on the wire, field by field as the contract lists them: nothing more, for what is sent is promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.chat.errors import FieldError, Why
from service.chat.policy import Standing
from service.chat.records import File, Pin, Reaction, ReadState, Thread
from service.chat.roles import SCOPES_OF, Role, RoomRole, Scope
from service.wire import shapes
from tests.wire.said import AT, AT_TEXT, BOB, LOBBY, MEMBER, MEMBER_SHAPE, MESSAGE, MESSAGE_SHAPE, ROOM_SHAPE


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (AT, AT_TEXT),
        (0, "1970-01-01T00:00:00.000Z"),
        (1_790_000_000_000, "2026-09-21T14:13:20.000Z"),
        (1_790_000_000_999, "2026-09-21T14:13:20.999Z"),
    ],
)
def test_a_time_is_utc_with_milliseconds(at: int, text: str) -> None:
    assert shapes.time(at) == text


def test_a_user_is_shown_with_their_suspension_only_to_those_whom_it_concerns() -> None:
    shown = {"id": "u3", "username": "bob", "name": "Bob", "role": "member", "bot": False}
    assert shapes.user(BOB) == shown
    assert shapes.user(replace(BOB, suspended=True)) == shown
    assert shapes.user(replace(BOB, suspended=True), suspended=True) == {**shown, "suspended": True}


def test_a_room_is_shown_with_what_one_may_do_in_it() -> None:
    assert shapes.room(LOBBY) == ROOM_SHAPE
    member = Standing(LOBBY, Role.MEMBER, RoomRole.MEMBER, SCOPES_OF[Role.MEMBER])
    assert shapes.room(LOBBY, member) == {
        **ROOM_SHAPE,
        "you": {"role": "member", "can": ["see", "read", "join", "post", "react"]},
    }
    read = shapes.room(LOBBY, member, ReadState(5, 2, 1))["you"]
    assert (read["read"], read["unread"], read["mentions"]) == (5, 2, 1)
    stranger = Standing(LOBBY, Role.GUEST, None, frozenset({Scope.READ}))
    assert shapes.room(LOBBY, stranger)["you"] == {"role": None, "can": ["see", "read", "join"]}


def test_a_member_is_a_user_in_a_room() -> None:
    assert shapes.member(MEMBER) == MEMBER_SHAPE


def test_a_message_shows_what_it_has() -> None:
    assert shapes.message(MESSAGE) == MESSAGE_SHAPE
    answer = replace(MESSAGE, reply_to="m0", nonce="n1")
    assert shapes.message(answer) == {**MESSAGE_SHAPE, "reply_to": "m0", "nonce": "n1"}
    hung = replace(
        MESSAGE,
        edited_at=AT,
        root="m0",
        thread=Thread(2, 9, AT),
        pinned=Pin("mo", AT),
        reactions=(Reaction("\U0001f44d", 2, ("bob", "cyn")),),
    )
    assert shapes.message(hung) == {
        **MESSAGE_SHAPE,
        "edited_at": AT_TEXT,
        "root": "m0",
        "thread": {"replies": 2, "last_seq": 9, "last_at": AT_TEXT},
        "pinned": {"by": "mo", "at": AT_TEXT},
        "reactions": [{"emoji": "\U0001f44d", "count": 2, "users": ["bob", "cyn"]}],
    }


def test_why_says_what_is_known() -> None:
    assert shapes.why(Why("post_role")) == {"rule": "post_role"}
    assert shapes.why(Why("mute", "mo", AT, AT + 1, "spam")) == {
        "rule": "mute",
        "by": "mo",
        "since": AT_TEXT,
        "until": AT_TEXT.replace(".123", ".124"),
        "reason": "spam",
    }


def test_what_is_wrong_is_said_field_by_field() -> None:
    found = (FieldError("slug", "too long"), FieldError("name", "missing"))
    assert shapes.errors(found) == [{"field": "slug", "message": "too long"}, {"field": "name", "message": "missing"}]


def test_a_file_shows_what_is_known_of_it() -> None:
    plain = File("f1", "notes.txt", "text/plain", 7)
    assert shapes.file(plain) == {"id": "f1", "name": "notes.txt", "type": "text/plain", "size": 7}
    picture = File("f2", "sea.png", "image/png", 9, 1_000, 500, (480, 240))
    assert shapes.file(picture) == {
        "id": "f2",
        "name": "sea.png",
        "type": "image/png",
        "size": 9,
        "width": 1_000,
        "height": 500,
        "thumbnail": {"width": 480, "height": 240},
    }
    assert shapes.message(replace(MESSAGE, files=(plain,)))["files"] == [shapes.file(plain)]
