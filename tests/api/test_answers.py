"""The described answers are the shapes that are sent, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from service.api import members, messages, rooms
from service.api.answers import Answer, AuthorAnswer, MemberAnswer, MessageAnswer, RoomAnswer, You
from service.chat.policy import Standing
from service.chat.records import (
    Author,
    Deletion,
    File,
    Member,
    Message,
    Pin,
    Reaction,
    ReadState,
    Room,
    Sanction,
    SanctionKind,
    Thread,
    User,
)
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.wire import shapes

ROOM = Room(1, "den", "Den", "", Visibility.PRIVATE, Role.MEMBER, Role.MEMBER, False, 0, "e", 3, 1, 0, False)
BOB = User(1, "u1", "bob", "Bob", Role.MEMBER, False, False, False, 0)
AUTHOR = Author("bob", "Bob", Role.MEMBER, False)
MUTE = Sanction(1, "s1", SanctionKind.MUTE, "den", BOB, "ann", 5, 1, 2, "spam", {"den": 3}, "a1")
STANDING = Standing(ROOM, Role.MEMBER, RoomRole.OWNER, frozenset(Scope), muted=MUTE)
FULL = Message(
    "m1",
    "den",
    2,
    AUTHOR,
    "hello",
    0,
    reply_to="m0",
    nonce="n",
    deleted=Deletion("mo", 1),
    html="<p>hello</p>",
    edited_at=1,
    root="m0",
    thread=Thread(1, 3, 1),
    pinned=Pin("mo", 1),
    reactions=(Reaction("\U0001f44d", 1, ("bob",)),),
    files=(File("f1", "cat.png", "image/png", 9, 4, 4, (2, 2)),),
)
BARE = Message("m1", "den", 2, AUTHOR, "hello", 0)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (RoomAnswer, shapes.room(ROOM, STANDING, ReadState(3, 1, 0))),
        (You, shapes.room(ROOM, STANDING, ReadState(3, 1, 0))["you"]),
        (MemberAnswer, shapes.member(Member(1, BOB, RoomRole.OWNER, 0, muted_until=2))),
        (MessageAnswer, shapes.message(FULL)),
        (AuthorAnswer, shapes.message(FULL)["author"]),
    ],
)
def test_what_is_described_is_what_is_sent(model: type[Answer], shape: dict[str, Any]) -> None:
    assert set(model.model_fields) == set(shape)
    assert model.model_validate(shape).model_dump() == shape


def test_what_is_absent_is_left_out() -> None:
    shape = shapes.message(BARE)
    assert MessageAnswer.model_validate(shape).model_dump(exclude_unset=True) == shape
    assert {"reply_to", "nonce", "deleted"} & set(shape) == set()


def described() -> dict[str, Any]:
    http = FastAPI()
    for module in (rooms, members, messages):
        http.include_router(module.router)
    return http.openapi()


def test_absent_fields_are_described_as_absent_and_null_only_where_it_is_meant() -> None:
    schemas = described()["components"]["schemas"]
    message = schemas["MessageAnswer"]
    assert message["properties"]["nonce"]["type"] == "string"
    assert not {"nonce", "reply_to"} & set(message["required"])
    assert {"type": "null"} in schemas["You"]["properties"]["role"]["anyOf"]
    assert {"type": "null"} in schemas["MessagesAnswer"]["properties"]["next"]["anyOf"]


def test_every_body_has_an_example_and_every_route_a_sentence() -> None:
    found = described()
    operations = [operation for path in found["paths"].values() for operation in path.values()]
    assert len(operations) == 14
    assert all(operation["description"].endswith(".") for operation in operations)
    for body in (rooms.NewRoom, rooms.RoomChange, members.Membership, messages.NewMessage, messages.NewText):
        examples = found["components"]["schemas"][body.__name__]["examples"]
        assert [body.model_validate(example).model_dump(exclude_unset=True) for example in examples] == examples
        assert examples
