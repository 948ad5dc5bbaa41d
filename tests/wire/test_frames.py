"""What the server says, frame by frame as the contract has it."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.errors import Code, FieldError, Refusal, Why
from service.chat.events import EVENTS as NAMES
from service.chat.events import Event
from service.wire import frames
from tests.wire.said import (
    AT,
    AT_TEXT,
    BOB,
    CHANGED,
    DELETED,
    EVENTS,
    JOINED,
    KICKED,
    LEFT,
    MEMBER_SHAPE,
    MESSAGE_SHAPE,
    POSTED,
    PROMOTED,
    ROOM_SHAPE,
)

_PLACE = {"room": "lobby", "seq": 7, "at": AT_TEXT}
SHAPES: list[tuple[Event, dict[str, Any]]] = [
    (POSTED, {"type": "message.posted", **_PLACE, "message": MESSAGE_SHAPE}),
    (JOINED, {"type": "member.joined", **_PLACE, "member": MEMBER_SHAPE}),
    (LEFT, {"type": "member.left", **_PLACE, "user": "bob", "code": "left"}),
    (
        KICKED,
        {"type": "member.left", **_PLACE, "user": "bob", "code": "kicked", "by": "mo", "reason": "spam"},
    ),
    (PROMOTED, {"type": "member.changed", **_PLACE, "member": MEMBER_SHAPE, "by": "mo"}),
    # The room itself stands where other events have its slug.
    (CHANGED, {"type": "room.changed", **_PLACE, "room": ROOM_SHAPE, "by": "mo"}),
    (DELETED, {"type": "room.deleted", **_PLACE, "by": "mo"}),
]


@pytest.mark.parametrize(("event", "shape"), SHAPES)
def test_an_event_has_its_room_its_seq_and_its_time(event: Event, shape: dict[str, Any]) -> None:
    assert frames.event(event) == shape
    assert "id" not in shape


def test_the_table_of_events_is_complete() -> None:
    assert {type(event) for event, _ in SHAPES} == set(NAMES) == {type(event) for event in EVENTS}


def test_a_message_that_is_encoded_already_is_not_made_again() -> None:
    assert frames.event(POSTED, message="encoded")["message"] == "encoded"


def test_a_reply_carries_its_id_and_what_was_asked_for() -> None:
    assert frames.ok("7") == {"type": "ok", "id": "7"}
    assert frames.ok("7", expires_at=AT_TEXT) == {"type": "ok", "id": "7", "expires_at": AT_TEXT}


def test_a_refusal_says_why_and_when_to_come_back() -> None:
    assert frames.error(None, Refusal(Code.BAD_FRAME)) == {
        "type": "error",
        "id": None,
        "code": "bad_frame",
        "message": "The message could not be read.",
    }
    slow = Refusal(Code.SLOW_MODE, "Wait.", why=Why("slow_mode", until=AT), retry_after=1.23456)
    assert frames.error("7", slow) == {
        "type": "error",
        "id": "7",
        "code": "slow_mode",
        "message": "Wait.",
        "retry_after": 1.235,
        "why": {"rule": "slow_mode", "until": AT_TEXT},
    }
    wrong = Refusal(Code.INVALID, "text: empty", errors=(FieldError("text", "empty"),))
    assert frames.error("7", wrong)["errors"] == [{"field": "text", "message": "empty"}]


NOTICES: list[dict[str, Any]] = [
    frames.presence("lobby", "bob", True),
    frames.presence("lobby", "bob", False),
    frames.typing("lobby", "bob"),
    frames.removed("lobby", "kicked", "mo", "spam"),
    frames.removed("lobby", "left", None, None),
    frames.you_changed(BOB),
    frames.auth_expiring(AT // 1000),
    frames.restart(1500),
    frames.lagging("lobby", 7),
]


def test_notices_are_what_the_contract_lists() -> None:
    assert NOTICES == [
        {"type": "presence", "room": "lobby", "user": "bob", "state": "online"},
        {"type": "presence", "room": "lobby", "user": "bob", "state": "offline"},
        {"type": "typing", "room": "lobby", "user": "bob"},
        {"type": "removed", "room": "lobby", "code": "kicked", "by": "mo", "reason": "spam"},
        {"type": "removed", "room": "lobby", "code": "left"},
        {
            "type": "you.changed",
            "user": {
                "id": "u3",
                "username": "bob",
                "name": "Bob",
                "role": "member",
                "bot": False,
                "suspended": False,
            },
        },
        {"type": "auth.expiring", "expires_at": "2026-09-21T14:13:20.000Z"},
        {"type": "restart", "reconnect_in_ms": 1500},
        {"type": "lagging", "room": "lobby", "from": 7},
    ]
    assert {notice["type"] for notice in NOTICES} | {"hello"} == set(frames.NOTICES)
