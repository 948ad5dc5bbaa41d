"""The log: what is told live and what is read later are the same events."""

from __future__ import annotations

import pytest

from service.chat.deeds import OPERATOR, Deed, What
from service.chat.deletions import DeleteMessage
from service.chat.edits import EditMessage
from service.chat.events import (
    EVENTS,
    Event,
    MemberJoined,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessageRestored,
    RoomChanged,
)
from service.chat.members import JoinRoom, LeaveRoom, SetMember, leave_all
from service.chat.messages import PostMessage
from service.chat.pins import PinMessage
from service.chat.policy import Rank
from service.chat.reactions import React
from service.chat.records import Deletion, SanctionKind
from service.chat.roles import Role, RoomRole
from service.chat.rooms import ChangeRoom, DeleteRoom
from service.chat.sanctions import Impose, RemoveMember
from service.chat.undo import Undo
from service.storage import posting
from service.storage.transaction import SqlTransaction
from tests.stage import Stage
from tests.stage_door import sign_in


@pytest.fixture
def stage() -> Stage:
    staged = Stage()
    staged.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    return staged


def say(stage: Stage, username: str, text: str, nonce: str | None = None, reply_to: str | None = None) -> str:
    credential = sign_in(stage, username, device=text)
    (posted,) = stage.run(lambda tx: posting.store(tx, [PostMessage(credential, "lobby", text, nonce, reply_to)]))
    assert isinstance(posted, posting.Posted), posted
    return posted.message.id


def read(stage: Stage, after: int = 0, limit: int = 1_000, until: int | None = None) -> list[Event]:
    room = stage.seen("lobby")
    return stage.run(lambda tx: tx.log.events(room, after, limit, until))


def test_every_kind_of_event_is_read_as_it_was_told(stage: Stage) -> None:
    stage.do("bob", JoinRoom("lobby"))
    first = say(stage, "bob", "hello\n\t\\ \U0001f600 'x' \"y\"", "n1")
    say(stage, "bob", "again", reply_to=first)
    stage.do("ann", SetMember("lobby", "cyn", RoomRole.MODERATOR))
    stage.do("ann", SetMember("lobby", "cyn", RoomRole.MEMBER))
    stage.do("ann", RemoveMember("lobby", "cyn"))
    stage.do("bob", LeaveRoom("lobby"))
    stage.do("bob", JoinRoom("lobby"))
    stage.do("bob", EditMessage(first, "hello, all"))
    for on in (True, False):
        stage.do("bob", React(first, "\U0001f44d", on))
        stage.do("ann", PinMessage(first, on))
    deleted = stage.do("ann", DeleteMessage(first))
    assert deleted.action is not None
    stage.do("ann", Undo(deleted.action.uid))
    stage.do("ann", Impose("lobby", "bob", SanctionKind.MUTE, stage.now + 60_000, "spam"))
    stage.do("ann", Impose("lobby", "cyn", SanctionKind.BAN, stage.now + 60_000, "spam"))

    def suspend(tx: SqlTransaction) -> None:
        bob = tx.users.by_username("bob")
        assert bob is not None
        leave_all(tx, Deed(OPERATOR, What.USER_SUSPENDED, Rank.ADMIN, on=bob, reason="spam"), bob, "suspended")

    stage.run(suspend)
    stage.do("ann", ChangeRoom("lobby", topic="new"))
    stage.do("ann", DeleteRoom("lobby"))

    told = [event for event in stage.events if event.room == "lobby"]
    kept = read(stage)
    room = stage.seen("lobby")
    shown = {message.seq: message for message in stage.run(lambda tx: tx.log.messages(room, 9))}
    assert {type(event) for event in told} == set(EVENTS), "all kinds are looked at"
    assert [event.seq for event in kept] == list(range(1, len(told) + 1))
    for before, after in zip(told, kept, strict=True):
        if isinstance(before, RoomChanged) and isinstance(after, RoomChanged):
            assert (before.seq, before.at, before.by) == (after.seq, after.at, after.by)
            assert after.changed == stage.seen("lobby"), "a room is shown as it is now"
        elif isinstance(after, MessagePosted | MessageEdited):
            assert (before.seq, before.at) == (after.seq, after.at)
            assert after.message == shown[after.message.seq], "a message is shown as it is now"
        else:
            assert before == after


def test_an_event_by_the_operator_is_by_the_system(stage: Stage) -> None:
    room = stage.seen("lobby")
    told = stage.heard(lambda: stage.run(lambda tx: tx.log.room_changed(room, None)))
    assert [getattr(event, "by", None) for event in told] == ["system"]
    assert read(stage)[-1] == RoomChanged(room.id, "lobby", told[0].seq, told[0].at, stage.seen("lobby"), "system")


def test_a_joining_is_dated_as_the_event_is(stage: Stage) -> None:
    stage.do("bob", JoinRoom("lobby"))
    joined = read(stage)[-1]
    assert isinstance(joined, MemberJoined)
    member = stage.run(lambda tx: tx.members.get(joined.room_id, joined.member.user.id))
    assert member == joined.member


def test_pages_of_a_log_fit_together(stage: Stage) -> None:
    stage.do("bob", JoinRoom("lobby"))
    for n in range(20):
        say(stage, "bob", f"{n}")
    whole = read(stage)
    assert read(stage, after=5, limit=3) == whole[5:8]
    assert read(stage, after=5, limit=100, until=9) == whole[5:9]
    assert read(stage, after=len(whole)) == []
    pieces: list[Event] = []
    while page := read(stage, after=len(pieces), limit=7):
        pieces += page
    assert pieces == whole


def test_messages_are_found_on_both_sides_of_a_seq(stage: Stage) -> None:
    stage.do("bob", JoinRoom("lobby"))
    for n in range(10):
        say(stage, "bob", f"{n}")
    room = stage.seen("lobby")

    def texts(limit: int, before: int | None = None, after: int | None = None) -> list[str]:
        return [m.text for m in stage.run(lambda tx: tx.log.messages(room, limit, before, after))]

    first = room.seq - 9
    assert texts(3) == ["7", "8", "9"]
    assert texts(3, before=first + 5) == ["2", "3", "4"]
    assert texts(3, after=first + 5) == ["6", "7", "8"]
    assert texts(3, before=first) == []
    assert texts(3, after=room.seq) == []
    assert texts(100) == [f"{n}" for n in range(10)]


def test_a_seq_that_is_no_message_has_none(stage: Stage) -> None:
    room = stage.seen("lobby")
    assert [stage.run(lambda tx, seq=seq: tx.log.message(room, seq)) for seq in (0, 1, 99)] == [None] * 3


# Deleting and restoring


def three(stage: Stage) -> list[int]:
    stage.do("bob", JoinRoom("lobby"))
    for text in ("one", "two", "three"):
        say(stage, "bob", text)
    room = stage.seen("lobby")
    return [message.seq for message in stage.run(lambda tx: tx.log.messages(room, 9))]


def delete(stage: Stage, seqs: list[int], by: str | None = "ann") -> None:
    room, user = stage.seen("lobby"), None if by is None else stage.who(by)
    stage.run(lambda tx: tx.log.delete(room, list(tx.log.messages_at(room, seqs).values()), user))


def shown(stage: Stage) -> list[str]:
    room = stage.seen("lobby")
    return [message.text for message in stage.run(lambda tx: tx.log.messages(room, 9))]


def test_deleting_numbers_an_event_for_each_and_hides_the_texts(stage: Stage) -> None:
    seqs, head = three(stage), stage.seen("lobby").seq
    events = stage.heard(lambda: delete(stage, seqs[:2]))
    assert [(type(event), event.seq) for event in events] == [(MessageDeleted, head + 1), (MessageDeleted, head + 2)]
    assert shown(stage) == ["", "", "three"]
    assert stage.seen("lobby").seq == head + 2
    assert read(stage, head) == events


def test_what_the_operator_deleted_was_deleted_by_the_system(stage: Stage) -> None:
    seqs = three(stage)
    (event,) = stage.heard(lambda: delete(stage, seqs[:1], by=None))
    room = stage.seen("lobby")
    message = stage.run(lambda tx: tx.log.message(room, seqs[0]))
    assert message is not None
    assert message.deleted == Deletion("system", event.at)


def test_only_what_is_deleted_is_restored_with_its_text_as_it_was(stage: Stage) -> None:
    seqs = three(stage)
    room, ann = stage.seen("lobby"), stage.who("ann")
    before = stage.run(lambda tx: tx.log.messages_at(room, seqs))
    delete(stage, seqs[:2])
    wanted = [*seqs, 1, 999]

    def restored() -> int:
        return stage.run(lambda tx: tx.log.restore(room, wanted, ann))

    assert [restored(), restored()] == [2, 0], "once; what is no message is left out"
    assert stage.run(lambda tx: tx.log.messages_at(room, wanted)) == before
    assert [event.message for event in stage.events[-2:] if isinstance(event, MessageRestored)] == [
        before[seqs[0]],
        before[seqs[1]],
    ]


def test_many_messages_are_found_at_their_seqs_in_parts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.storage.history.AT_ONCE", 2)
    seqs, room = three(stage), stage.seen("lobby")
    assert sorted(stage.run(lambda tx: tx.log.messages_at(room, [*seqs, 999]))) == seqs
    assert stage.run(lambda tx: tx.log.messages_at(room, [])) == {}


def test_a_seq_is_found_by_its_time(stage: Stage) -> None:
    seqs, room = three(stage), stage.seen("lobby")
    times = [event.at for event in read(stage)]

    def seq_at(at: int, known: int = 0) -> int:
        return stage.run(lambda tx: tx.log.seq_at(room, at, known))

    assert [seq_at(at) for at in times] == list(range(len(times))), "before that very moment"
    assert [seq_at(at + 1) for at in times] == list(range(1, len(times) + 1))
    assert (seq_at(0), seq_at(times[0]), seq_at(2**60)) == (0, 0, seqs[-1])
    for known in range(len(times)):
        assert [seq_at(at, known) for at in times[known:]] == list(range(known, len(times))), (
            "what is known is no matter"
        )


def test_what_somebody_said_is_found_between_two_seqs_newest_first_but_for_what_is_deleted(stage: Stage) -> None:
    seqs, room, bob = three(stage), stage.seen("lobby"), stage.who("bob")
    stage.do("cyn", JoinRoom("lobby"))
    say(stage, "cyn", "four")

    def said(after: int = 0, until: int = 999, limit: int = 9) -> list[str]:
        return [message.text for message in stage.run(lambda tx: tx.log.said_by(room, bob.id, after, until, limit))]

    assert said() == ["three", "two", "one"]
    assert said(after=seqs[0], until=seqs[1]) == ["two"]
    assert said(limit=2) == ["three", "two"]
    delete(stage, seqs[1:2])
    assert said() == ["three", "one"]


def test_whether_somebody_came_in_after_a_seq_is_told(stage: Stage) -> None:
    stage.do("bob", JoinRoom("lobby"))
    room, bob, cyn = stage.seen("lobby"), stage.who("bob"), stage.who("cyn")
    stage.do("bob", LeaveRoom("lobby"))
    with stage.transaction() as tx:
        assert tx.log.joined_since(room, bob.id, room.seq - 1)
        assert not tx.log.joined_since(room, bob.id, room.seq)
        assert not tx.log.joined_since(room, cyn.id, 0)
