"""Entering a room: everything after where one was, or a beginning; never a silent hole."""

from __future__ import annotations

import pytest

from service.chat.errors import Refusal
from service.chat.events import MessagePosted
from service.chat.members import JoinRoom
from service.chat.messages import PostMessage
from service.chat.replay import LATEST, REPLAY_MAX, EnterRoom, Entrance, ReadOn, Type
from service.chat.roles import Role, RoomRole, Scope
from service.chat.rooms import ChangeRoom, DeleteRoom
from service.storage import posting
from tests.stage import Stage
from tests.stage_door import sign_in


@pytest.fixture
def stage() -> Stage:
    staged = Stage()
    staged.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    staged.room("staff", join_role=Role.MODERATOR)
    staged.place("lobby", "bob", RoomRole.MEMBER)
    return staged


def say(stage: Stage, many: int) -> None:
    credential = sign_in(stage, "bob", device=f"{stage.now}")
    posts = [PostMessage(credential, "lobby", f"{n}") for n in range(many)]
    stage.run(lambda tx: posting.store(tx, posts))


def enter(stage: Stage, since: int | None = None, epoch: str | None = None) -> Entrance:
    return stage.do("bob", EnterRoom("lobby", since, epoch))


def test_who_comes_anew_sees_the_latest_messages(stage: Stage) -> None:
    say(stage, LATEST + 5)
    entrance = enter(stage)
    assert entrance.events is None
    assert [message.text for message in entrance.messages] == [f"{n}" for n in range(5, LATEST + 5)]
    assert entrance.seq == stage.seen("lobby").seq


def test_who_comes_back_sees_all_that_they_missed_and_nothing_else(stage: Stage) -> None:
    before = stage.seen("lobby").seq
    say(stage, 3)
    stage.do("cyn", JoinRoom("lobby"))
    entrance = enter(stage, before)
    assert entrance.events is not None
    assert [event.seq for event in entrance.events] == [before + 1, before + 2, before + 3, before + 4]
    assert [type(event).__name__ for event in entrance.events] == ["MessagePosted"] * 3 + ["MemberJoined"]
    assert entrance.messages == []
    assert enter(stage, entrance.seq).events == [], "nothing was missed, and that is no beginning"


def test_a_position_of_the_same_epoch_is_gone_on_from(stage: Stage) -> None:
    epoch = stage.seen("lobby").epoch
    assert enter(stage, 0, epoch).events is not None
    assert enter(stage, 0).events is not None, "who does not say of which epoch means this one"


def test_a_position_that_can_not_be_gone_on_from_is_a_beginning(stage: Stage) -> None:
    say(stage, 3)
    head = stage.seen("lobby").seq
    for since, epoch in [(head + 1, None), (2**53 - 1, None), (0, "another"), (head, "")]:
        assert enter(stage, since, epoch).events is None, (since, epoch)


def test_who_is_too_far_behind_begins_anew(stage: Stage) -> None:
    say(stage, REPLAY_MAX + 10)
    head = stage.seen("lobby").seq
    exactly = enter(stage, head - REPLAY_MAX).events
    assert exactly is not None
    assert len(exactly) == REPLAY_MAX
    assert enter(stage, head - REPLAY_MAX - 1).events is None


def test_only_who_may_enter_sees_anything(stage: Stage) -> None:
    with pytest.raises(Refusal) as caught:
        stage.do("bob", EnterRoom("staff", 0))
    assert caught.value.code == "role_too_low"
    stage.do("ann", DeleteRoom("lobby"))
    with pytest.raises(Refusal) as caught:
        enter(stage)
    assert caught.value.code == "not_found"


def test_who_may_not_write_has_nothing_to_type(stage: Stage) -> None:
    assert stage.do("bob", Type("lobby")) is None
    assert stage.refusal("bob", Type("lobby"), frozenset({Scope.READ})).code == "insufficient_scope"
    assert stage.refusal("cyn", Type("lobby")).code == "not_joined"
    stage.do("ann", ChangeRoom("lobby", locked=True))
    assert stage.refusal("bob", Type("lobby")).code == "locked"


def test_the_server_reads_on_also_in_a_room_that_was_deleted(stage: Stage) -> None:
    say(stage, 2)
    stage.do("ann", DeleteRoom("lobby"))
    read = stage.run(ReadOn("lobby", 0, 100).read)
    assert [event.seq for event in read] == list(range(1, len(read) + 1))
    assert type(read[-1]).__name__ == "RoomDeleted", "who is behind has to hear of it"
    assert stage.run(ReadOn("no-such-room", 0, 100).read) == []


def test_a_snapshot_and_what_follows_it_fit(stage: Stage) -> None:
    say(stage, 2)
    entrance = enter(stage)
    say(stage, 2)
    follows = stage.run(ReadOn("lobby", entrance.seq, 100).read)
    assert [event.seq for event in follows] == [entrance.seq + 1, entrance.seq + 2]
    assert all(isinstance(event, MessagePosted) for event in follows)
