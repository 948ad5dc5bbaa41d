"""Threads: what stands in one, who follows it, and what they have not read."""

from __future__ import annotations

import pytest

from service.chat.deletions import DeleteMessage, SeeMessage
from service.chat.errors import Code, Refusal
from service.chat.events import ThreadRead
from service.chat.members import JoinRoom, LeaveRoom
from service.chat.records import FollowedThread, Message, Thread
from service.chat.roles import Role, RoomRole, Visibility
from service.chat.threads import FollowThread, ListThreads, ReadThread, SeeThread, place_of
from tests.stage import TICK, Stage
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
def root(stage: Stage) -> Message:
    return say(stage, "bob", "who comes?").message


def reply(stage: Stage, username: str, text: str, to: Message) -> Message:
    return say(stage, username, text, reply_to=to.id).message


def followed(stage: Stage, username: str) -> dict[str, int]:
    """What somebody has not read, by the text of the thread's root."""
    return {one.root.text: one.unread for one in stage.do(username, ListThreads(None, 50))}


def test_a_reply_stands_under_the_message_that_began_it_also_where_it_answers_another(
    stage: Stage, root: Message
) -> None:
    first = reply(stage, "cyn", "I", root)
    second = reply(stage, "mo", "and I", first)
    assert (first.root, second.root, second.reply_to) == (root.id, root.id, first.id)
    for of in (root, first, second):
        assert stage.do("gus", SeeThread(of.id, 0, 50)) == [first, second], "a reply stands for its thread"
    assert stage.do("gus", SeeThread(root.id, first.seq, 50)) == [second]
    assert stage.do("gus", SeeThread(root.id, 0, 1)) == [first]
    assert stage.do("gus", SeeMessage(root.id)).thread == Thread(2, second.seq, second.at)


def test_a_deleted_reply_keeps_its_place_and_counts(stage: Stage, root: Message) -> None:
    """What an event made, only an event may change; and a client counts replies by their events."""
    first = reply(stage, "cyn", "I", root)
    stage.do("cyn", DeleteMessage(first.id))
    assert stage.do("bob", SeeMessage(root.id)).thread == Thread(1, first.seq, first.at)
    assert [one.deleted is not None for one in stage.do("bob", SeeThread(root.id, 0, 50))] == [True]


def test_under_a_deleted_message_its_thread_goes_on(stage: Stage, root: Message) -> None:
    reply(stage, "cyn", "I", root)
    stage.do("bob", DeleteMessage(root.id))
    reply(stage, "mo", "and I", root)
    shown = stage.do("gus", SeeMessage(root.id))
    assert shown.thread is not None
    assert (shown.text, shown.thread.replies) == ("", 2)


def test_there_is_nothing_to_answer_in_another_room(stage: Stage, root: Message) -> None:
    stage.place("den", "bob", RoomRole.MEMBER)
    for to in (root.id, "m1", f"{root.id[:-1]}f"):
        with pytest.raises(Refusal) as caught:
            say(stage, "bob", "x", room="den", reply_to=to)
        assert (caught.value.code, caught.value.errors[0].field) == (Code.INVALID, "reply_to")


def test_who_takes_part_follows_and_ones_own_are_read(stage: Stage, root: Message) -> None:
    assert followed(stage, "bob") == {}
    reply(stage, "cyn", "I", root)
    assert (followed(stage, "bob"), followed(stage, "cyn")) == ({root.text: 1}, {root.text: 0})
    last = reply(stage, "mo", "and I", root)
    assert (followed(stage, "bob"), followed(stage, "cyn"), followed(stage, "mo")) == (
        {root.text: 2},
        {root.text: 1},
        {root.text: 0},
    )
    stage.do("bob", ReadThread(root.id, last.seq))
    assert followed(stage, "bob") == {root.text: 0}
    stage.do("bob", ReadThread(last.id, root.seq))
    assert followed(stage, "bob") == {root.text: 2}, "unread again, by any message of the thread"
    stage.do("bob", ReadThread(root.id, 2**53 - 1))
    assert followed(stage, "bob") == {root.text: 0}
    reply(stage, "mo", "so?", root)
    assert followed(stage, "bob") == {root.text: 1}, "nothing beyond the log's end was read"


def test_ones_connections_are_told_how_far_one_has_read_a_thread(stage: Stage, root: Message) -> None:
    answer = reply(stage, "cyn", "I", root)
    before = len(stage.told)
    for _ in range(2):
        stage.do("bob", ReadThread(answer.id, answer.seq))
    stage.do("gus", ReadThread(answer.id, answer.seq))  # who does not follow it has no place in it
    assert [(told.users, told.room, told.news) for told in stage.told[before:]] == [
        (frozenset({stage.who("bob").id}), "lobby", ThreadRead("lobby", root.id, answer.seq))
    ]


def test_who_does_not_want_to_follow_does_not_though_they_take_part(stage: Stage, root: Message) -> None:
    reply(stage, "cyn", "I", root)
    stage.do("cyn", FollowThread(root.id, following=False))
    assert followed(stage, "cyn") == {}
    reply(stage, "cyn", "still not", root)
    assert followed(stage, "cyn") == {}
    stage.do("cyn", FollowThread(root.id, following=True))
    assert followed(stage, "cyn") == {root.text: 0}


def test_who_follows_again_or_comes_back_has_read_what_there_is(stage: Stage, root: Message) -> None:
    reply(stage, "cyn", "I", root)
    assert followed(stage, "bob") == {root.text: 1}
    stage.do("bob", FollowThread(root.id, following=True))
    assert followed(stage, "bob") == {root.text: 1}, "who follows already has not begun again"
    stage.do("bob", FollowThread(root.id, following=False))
    reply(stage, "cyn", "where are you?", root)
    stage.do("bob", FollowThread(root.id, following=True))
    assert followed(stage, "bob") == {root.text: 0}
    stage.do("bob", LeaveRoom("lobby"))
    reply(stage, "cyn", "gone?", root)
    stage.do("bob", JoinRoom("lobby"))
    assert followed(stage, "bob") == {root.text: 0}
    reply(stage, "cyn", "there you are", root)
    assert followed(stage, "bob") == {root.text: 1}


def test_only_members_follow_and_who_left_has_left_its_threads(stage: Stage, root: Message) -> None:
    reply(stage, "cyn", "I", root)
    outside = stage.refusal("gus", FollowThread(root.id, following=True))
    assert (outside.code, outside.why and outside.why.rule) == (Code.NOT_JOINED, "membership")
    stage.do("cyn", LeaveRoom("lobby"))
    assert followed(stage, "cyn") == {}
    stage.do("cyn", JoinRoom("lobby"))
    assert followed(stage, "cyn") == {root.text: 0}
    stage.place("den", "bob", RoomRole.MEMBER)
    hidden = say(stage, "bob", "psst", room="den").message
    for ask in (SeeThread(hidden.id, 0, 5), FollowThread(hidden.id, following=True), ReadThread(hidden.id, 1)):
        assert stage.refusal("cyn", ask).code is Code.NOT_FOUND


def test_pages_hide_no_thread_of_two_whose_last_replies_have_one_time(stage: Stage) -> None:
    roots = [say(stage, "bob", f"{number}").message for number in range(5)]
    end = stage.now + 60 * TICK
    for one in roots:
        stage.now = end  # what is said next is said at the same moment each time
        reply(stage, "cyn", "I", one)
    seen: list[FollowedThread] = []
    while page := stage.do("bob", ListThreads(place_of(seen[-1]) if seen else None, 2)):
        seen += page
    assert [one.root.text for one in seen] == ["4", "3", "2", "1", "0"]
    assert len({one.root.thread.last_at for one in seen if one.root.thread is not None}) == 1
