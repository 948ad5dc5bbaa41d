"""What the server says, frame by frame as the contract has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from service.chat.errors import Code, FieldError, Refusal, Why
from service.chat.events import EVENTS as NAMES
from service.chat.events import Event, Invited, Mentioned, ReadChanged, ReportChanged, ReportOpened, ThreadRead
from service.chat.records import Deletion, Report, ReportState
from service.wire import frames
from tests.wire.said import (
    AT,
    AT_TEXT,
    BACK,
    BANNED,
    BOB,
    CHANGED,
    DELETED,
    EDITED,
    ERASED,
    EVENTS,
    GONE,
    JOINED,
    KICKED,
    LEFT,
    LIKED,
    MEMBER_SHAPE,
    MESSAGE,
    MESSAGE_SHAPE,
    MO,
    MUTED,
    PINNED,
    POSTED,
    PROMOTED,
    ROOM_SHAPE,
    UNLIKED,
    UNPINNED,
)

LATER_TEXT = "2026-09-21T14:13:21.123Z"
_PLACE = {"room": "lobby", "seq": 7, "at": AT_TEXT}
SHAPES: list[tuple[Event, dict[str, Any]]] = [
    (POSTED, {"type": "message.posted", **_PLACE, "message": MESSAGE_SHAPE}),
    (JOINED, {"type": "member.joined", **_PLACE, "member": MEMBER_SHAPE}),
    (LEFT, {"type": "member.left", **_PLACE, "user": "bob", "code": "left"}),
    (
        KICKED,
        {"type": "member.left", **_PLACE, "user": "bob", "code": "kicked", "by": "mo", "reason": "spam"},
    ),
    (
        BANNED,
        {
            "type": "member.left",
            **_PLACE,
            "user": "bob",
            "code": "banned",
            "by": "mo",
            "reason": "spam",
            "until": LATER_TEXT,
        },
    ),
    (
        MUTED,
        {
            "type": "member.changed",
            **_PLACE,
            "member": {**MEMBER_SHAPE, "muted_until": LATER_TEXT},
            "by": "mo",
            "reason": "spam",
        },
    ),
    (GONE, {"type": "message.deleted", **_PLACE, "message_id": "m1", "by": "mo"}),
    (
        ERASED,
        {
            "type": "message.deleted",
            **_PLACE,
            "message_id": "m1",
            "by": "system",
            "author": {"username": "deleted-1", "name": "deleted-1", "role": "guest", "bot": False},
        },
    ),
    (BACK, {"type": "message.restored", **_PLACE, "message": MESSAGE_SHAPE, "by": "mo"}),
    (EDITED, {"type": "message.edited", **_PLACE, "message": {**MESSAGE_SHAPE, "edited_at": AT_TEXT}}),
    (LIKED, {"type": "reaction.added", **_PLACE, "message_id": "m1", "emoji": "\U0001f44d", "user": "bob", "count": 2}),
    (
        UNLIKED,
        {"type": "reaction.removed", **_PLACE, "message_id": "m1", "emoji": "\U0001f44d", "user": "bob", "count": 1},
    ),
    (PINNED, {"type": "message.pinned", **_PLACE, "message_id": "m1", "by": "mo"}),
    (UNPINNED, {"type": "message.unpinned", **_PLACE, "message_id": "m1", "by": "mo"}),
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


GONE_NOW = replace(MESSAGE, text="", deleted=Deletion("mo", AT))
REPORT = Report(1, "r1", 1, MESSAGE, GONE_NOW, BOB, None, "spam", AT, ReportState.OPEN, None, AT, None)
REPORT_SHAPE = {
    "id": "r1",
    "room": "lobby",
    "message_id": "m1",
    "reason": "spam",
    "at": AT_TEXT,
    "state": "open",
    "changed_at": AT_TEXT,
    "message": MESSAGE_SHAPE,
    "now": {**MESSAGE_SHAPE, "text": "", "deleted": {"by": "mo", "at": AT_TEXT}},
    "reporter": "system",
}
NOTICES: list[dict[str, Any]] = [
    frames.presence("lobby", "bob", True),
    frames.presence("lobby", "bob", False),
    frames.typing("lobby", "bob"),
    frames.removed("lobby", KICKED),
    frames.removed("lobby", BANNED),
    frames.removed("lobby", LEFT),
    frames.you_changed(BOB),
    frames.auth_expiring(AT // 1000),
    frames.restart(1500),
    frames.lagging("lobby", 7),
    frames.news(ReportOpened(REPORT)),
    frames.news(ReportChanged(replace(REPORT, state=ReportState.TAKEN, handler=MO, resolution="spoken to"))),
    frames.news(Mentioned(MESSAGE)),
    frames.news(ReadChanged("lobby", 7)),
    frames.news(ThreadRead("lobby", "m1", 7)),
    frames.news(Invited("den", "ann")),
]


def test_notices_are_what_the_contract_lists() -> None:
    assert NOTICES == [
        {"type": "presence", "room": "lobby", "user": "bob", "state": "online"},
        {"type": "presence", "room": "lobby", "user": "bob", "state": "offline"},
        {"type": "typing", "room": "lobby", "user": "bob"},
        {"type": "removed", "room": "lobby", "code": "kicked", "by": "mo", "reason": "spam"},
        {
            "type": "removed",
            "room": "lobby",
            "code": "banned",
            "by": "mo",
            "until": LATER_TEXT,
            "reason": "spam",
        },
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
        {"type": "report.opened", "report": REPORT_SHAPE},
        {
            "type": "report.changed",
            "report": {**REPORT_SHAPE, "state": "taken", "handler": "mo", "resolution": "spoken to"},
        },
        {"type": "mentioned", "room": "lobby", "message": MESSAGE_SHAPE},
        {"type": "read.changed", "room": "lobby", "seq": 7},
        {"type": "thread.read", "room": "lobby", "message_id": "m1", "seq": 7},
        {"type": "invited", "room": "den", "by": "ann"},
    ]
    assert {notice["type"] for notice in NOTICES} | {"hello"} == set(frames.NOTICES)
