"""How far people have read: what is unread is a difference, which a position, a joining and one's own words move."""

from __future__ import annotations

import pytest

from service.chat.errors import Code
from service.chat.events import ReadChanged
from service.chat.members import JoinRoom, LeaveRoom
from service.chat.ports import Page
from service.chat.reading import KeepReads, ListReaders, ReadRoom
from service.chat.records import Message, ReadState
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, ListRooms, SeeRoom
from tests.stage import Stage
from tests.stage_door import say


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("den", visibility=Visibility.PRIVATE)
    for username in ("mo", "bob", "cyn"):
        stage.place("lobby", username, RoomRole.MEMBER)
    return stage


@pytest.fixture
def messages(stage: Stage) -> list[Message]:
    return [say(stage, "cyn", f"{number}").message for number in range(3)]


def state(stage: Stage, username: str, room: str = "lobby") -> ReadState | None:
    listed = {seen.room.slug: seen.read for seen in stage.do(username, ListRooms(Page(None, 50)))}
    shown = stage.do(username, SeeRoom(room)).read
    assert listed[room] == shown, "a list and a room say the same"
    return shown


def unread(stage: Stage, username: str) -> int | None:
    read = state(stage, username)
    return None if read is None else read.unread


def test_what_came_after_ones_position_is_unread_and_replies_are_not_counted(
    stage: Stage, messages: list[Message]
) -> None:
    assert unread(stage, "bob") == 3
    say(stage, "mo", "a reply", reply_to=messages[0].id)
    stage.do("ann", ChangeRoom("lobby", topic="no message"))
    assert unread(stage, "bob") == 3
    assert stage.do("bob", ReadRoom("lobby", messages[1].seq)) == ReadState(messages[1].seq, 1, 0)
    assert unread(stage, "bob") == 1


def test_an_earlier_position_makes_it_unread_again(stage: Stage, messages: list[Message]) -> None:
    stage.do("bob", ReadRoom("lobby", messages[2].seq))
    assert stage.do("bob", ReadRoom("lobby", messages[0].seq)).unread == 2
    assert stage.do("bob", ReadRoom("lobby", 0)).unread == 3


def test_beyond_the_logs_end_is_its_end(stage: Stage, messages: list[Message]) -> None:
    head = stage.seen("lobby").seq
    assert stage.do("bob", ReadRoom("lobby", 2**53 - 1)) == ReadState(head, 0, 0)
    stage.run(KeepReads({("lobby", 2**53 - 1): [stage.who("mo").id]}).apply)
    say(stage, "cyn", "more")
    assert (unread(stage, "bob"), unread(stage, "mo")) == (1, 1)


def test_what_the_server_keeps_never_goes_back_and_is_nothing_to_who_is_gone(
    stage: Stage, messages: list[Message]
) -> None:
    everybody = [stage.who(name).id for name in ("bob", "mo", "gus")]
    stage.do("bob", ReadRoom("lobby", messages[2].seq))
    stage.run(KeepReads({("lobby", messages[0].seq): everybody, ("nowhere", 1): everybody}).apply)
    assert (unread(stage, "bob"), unread(stage, "mo"), unread(stage, "gus")) == (0, 2, None)


def test_what_one_says_by_http_is_read(stage: Stage, messages: list[Message]) -> None:
    say(stage, "bob", "mine", read=True)
    assert unread(stage, "bob") == 0
    reply = say(stage, "bob", "a reply", reply_to=messages[0].id, read=True).message
    read = state(stage, "bob")
    assert read == ReadState(reply.seq, 0, 0)


def test_who_comes_has_read_what_there_is_also_who_comes_back(stage: Stage, messages: list[Message]) -> None:
    assert unread(stage, "gus") is None
    stage.do("gus", JoinRoom("lobby"))
    assert unread(stage, "gus") == 0
    say(stage, "cyn", "more")
    assert unread(stage, "gus") == 1
    stage.do("gus", LeaveRoom("lobby"))
    say(stage, "cyn", "and more")
    stage.do("gus", JoinRoom("lobby"))
    assert unread(stage, "gus") == 0


def test_ones_connections_are_told_of_what_is_new_by_http(stage: Stage, messages: list[Message]) -> None:
    for _ in range(2):
        stage.do("bob", ReadRoom("lobby", messages[1].seq, told=True))
    assert [(told.users, told.news) for told in stage.told] == [
        (frozenset({stage.who("bob").id}), ReadChanged("lobby", messages[1].seq))
    ]


def test_who_is_no_member_has_no_place_to_keep(stage: Stage, messages: list[Message]) -> None:
    outside = stage.refusal("gus", ReadRoom("lobby", 1))
    assert (outside.code, outside.why and outside.why.rule) == (Code.NOT_JOINED, "membership")
    assert stage.refusal("bob", ReadRoom("den", 1)).code is Code.NOT_FOUND
    assert stage.refusal("bob", ReadRoom("lobby", 1), frozenset({Scope.WRITE})).code is Code.INSUFFICIENT_SCOPE


def test_who_has_read_is_shown_where_the_room_shows_it_and_to_members(stage: Stage, messages: list[Message]) -> None:
    ask = ListReaders(messages[1].id, Page(None, 50))
    hidden = stage.refusal("cyn", ask)
    assert (hidden.code, hidden.why and hidden.why.rule) == (Code.FORBIDDEN, "receipts")
    stage.do("ann", ChangeRoom("lobby", receipts=True))
    stage.do("bob", ReadRoom("lobby", messages[1].seq))
    stage.do("mo", ReadRoom("lobby", messages[0].seq))
    assert [user.username for user in stage.do("cyn", ask)] == ["bob"]
    assert stage.refusal("gus", ask).code is Code.NOT_JOINED
    stage.do("gus", JoinRoom("lobby"))
    assert [user.username for user in stage.do("cyn", ask)] == ["bob"], "who comes later has not read it for that"
