"""Deleting messages: one's own, and those of lower rank; one, or many in a span of time; and that no text leaks."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from service.chat.deeds import What
from service.chat.deletions import AT_ONCE, Deleted, DeleteMessage, DeleteMessages, FindMessages, Found, SeeMessage
from service.chat.errors import Code, Refusal
from service.chat.events import MessageDeleted, MessagePosted, MessageRestored
from service.chat.members import LeaveRoom
from service.chat.messages import ListMessages
from service.chat.records import FOREVER, Deletion, Message, SanctionKind
from service.chat.replay import EnterRoom
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, DeleteRoom
from service.chat.sanctions import Impose
from service.chat.undo import Undo
from service.chat.users import ChangeUser, DeleteUser
from service.wire import codecs, frames, json_messages, lines, shapes
from tests.stage import Stage
from tests.stage_door import SAYING_MS, say

MEMBER, MODERATOR, OWNER = RoomRole
ALL = (0, FOREVER)
SECRET = "the-password-is-swordfish"


@pytest.fixture
def stage() -> Stage:
    """bob, cyn and gus are in the lobby, bob in the den; ann owns both."""
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("den", visibility=Visibility.PRIVATE)
    for slug, username in (("lobby", "bob"), ("lobby", "cyn"), ("lobby", "gus"), ("den", "bob")):
        stage.place(slug, username, MEMBER)
    return stage


def posted(stage: Stage, username: str, text: str = "hello", room: str = "lobby", **more: Any) -> Message:
    return say(stage, username, text, room, **more).message


def delete_all(
    stage: Stage, by: str, of: str, room: str | None = "lobby", since: int = 0, until: int = FOREVER
) -> Deleted:
    found = stage.do(by, FindMessages(of, room, since, until))
    return stage.do(by, DeleteMessages(found)).value


def texts(stage: Stage, room: str = "lobby") -> list[str]:
    return [message.text for message in stage.do("ann", ListMessages(room, 200))]


# One


def test_a_deleted_message_stays_in_its_place_without_its_text(stage: Stage) -> None:
    message = posted(stage, "bob", nonce="n-1")
    done = stage.do("bob", DeleteMessage(message.id))
    assert done.value == replace(message, text="", deleted=Deletion("bob", stage.now))
    assert stage.do("cyn", SeeMessage(message.id)) == done.value
    assert stage.do("cyn", ListMessages("lobby", 9)) == [done.value]
    event = stage.events[-1]
    assert isinstance(event, MessageDeleted)
    assert (event.message_id, event.by, event.seq) == (message.id, "bob", message.seq + 1)


def test_what_is_deleted_already_is_not_found(stage: Stage) -> None:
    message = posted(stage, "bob")
    stage.do("bob", DeleteMessage(message.id))
    for username in ("bob", "ann"):
        assert stage.refusal(username, DeleteMessage(message.id)).code is Code.NOT_FOUND


@pytest.mark.parametrize("id", ["", "m", "m1", "x" * 64, "\0", "m" + "f" * 40, "../m1"])
def test_what_is_no_message_is_not_found(stage: Stage, id: str) -> None:
    for command in (SeeMessage(id), DeleteMessage(id)):
        assert stage.refusal("ann", command).message == "There is no such message."


def test_an_event_that_is_no_message_and_a_forged_id_are_not_found(stage: Stage) -> None:
    message = posted(stage, "bob")
    stage.do("ann", ChangeRoom("lobby", topic="x"))
    for forged in (message.id[:-1] + "0", message.id[:-1], message.id + "0", message.id.upper()):
        if forged != message.id:
            assert stage.refusal("ann", DeleteMessage(forged)).message == "There is no such message."


def test_in_a_room_that_one_does_not_see_there_is_no_such_message(stage: Stage) -> None:
    message = posted(stage, "bob", room="den")
    unknown = stage.refusal("mo", SeeMessage("m-unknown"))
    for username, command in product(("mo", "cyn", "gus"), (SeeMessage(message.id), DeleteMessage(message.id))):
        refusal = stage.refusal(username, command)
        assert (refusal.code, refusal.message, refusal.why) == (unknown.code, unknown.message, unknown.why)
    stage.do("ann", DeleteRoom("den"))
    assert stage.refusal("ann", SeeMessage(message.id)).message == "There is no such message."


def rank(role: Role, held: RoomRole | None) -> int:
    """In a public room: admins, then server moderators, then the room roles."""
    return {Role.ADMIN: 9, Role.MODERATOR: 8}.get(role, -1 if held is None else held.value)


ACTORS = list(product(Role, (None, *RoomRole)))


@pytest.mark.parametrize("actor", ACTORS, ids=str)
@pytest.mark.parametrize("author", ACTORS, ids=str)
def test_who_moderates_deletes_what_those_said_whom_they_outrank(
    stage: Stage, actor: tuple[Role, RoomRole | None], author: tuple[Role, RoomRole | None]
) -> None:
    """Also what was said by who has left, and by whatever they are now: not by what they were."""
    for username, (role, held) in (("actor", actor), ("author", author)):
        stage.user(username, role)
        stage.place("lobby", username, held or MEMBER)
    message = posted(stage, "author")
    for username, (_, held) in (("actor", actor), ("author", author)):
        if held is None:
            stage.do(username, LeaveRoom("lobby"))
    outranks = rank(*actor) > rank(*author) or actor[0] is author[0] is Role.ADMIN
    one, many = DeleteMessage(message.id), FindMessages("author", "lobby", *ALL)
    if rank(*actor) >= MODERATOR and outranks:
        assert stage.do("actor", many).ids == (message.id,)
        assert stage.do("actor", one).value.deleted is not None
    else:
        assert stage.refusal("actor", one).code is stage.refusal("actor", many).code is Code.FORBIDDEN


def test_ones_own_words_can_be_taken_back_also_by_who_has_left_or_is_muted(stage: Stage) -> None:
    first, second, third = (posted(stage, "bob", text) for text in ("one", "two", "three"))
    stage.do("ann", Impose("lobby", "bob", SanctionKind.MUTE))
    stage.do("bob", DeleteMessage(first.id))
    stage.do("bob", LeaveRoom("lobby"))
    stage.do("bob", DeleteMessage(second.id))
    stage.do("ann", Impose("lobby", "bob", SanctionKind.BAN))
    assert stage.refusal("bob", DeleteMessage(third.id)).code is Code.BANNED


def test_deleting_wants_the_scope_to_write_for_ones_own_and_to_moderate_for_others(stage: Stage) -> None:
    own, other = posted(stage, "ann"), posted(stage, "bob")
    assert stage.refusal("ann", DeleteMessage(own.id), frozenset({Scope.READ})).code is Code.INSUFFICIENT_SCOPE
    scope = frozenset(Scope) - {Scope.MODERATE}
    for command in (
        DeleteMessage(other.id),
        FindMessages("bob", "lobby", *ALL),
        FindMessages("bob", None, *ALL),
        DeleteMessages(Found("bob", (other.id,), more=False)),
    ):
        assert stage.refusal("ann", command, scope).code is Code.INSUFFICIENT_SCOPE
    stage.do("ann", DeleteMessage(own.id), scope)


def test_what_a_deleted_account_said_is_deleted_by_any_moderator(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    stage.place("lobby", "zoe", OWNER)
    message = posted(stage, "zoe")
    stage.place("lobby", "bob", MODERATOR)
    assert stage.refusal("bob", DeleteMessage(message.id)).code is Code.FORBIDDEN
    stage.do("ann", DeleteUser("zoe"))
    assert stage.refusal("cyn", DeleteMessage(message.id)).code is Code.FORBIDDEN
    done = stage.do("bob", DeleteMessage(message.id))
    assert done.value.deleted is not None
    assert done.action is not None
    stage.do("bob", Undo(done.action.uid))
    assert stage.do("bob", SeeMessage(message.id)) == message


def test_ones_own_deletion_is_no_act_of_authority_and_anothers_is_one(stage: Stage) -> None:
    own, other = posted(stage, "bob"), posted(stage, "cyn")

    def written() -> int:
        return stage.run(lambda tx: tx.audit.head()).seq

    before = written()
    stage.do("bob", DeleteMessage(own.id))
    assert written() == before
    done = stage.do("mo", DeleteMessage(other.id, " off topic "))
    assert written() == before + 1
    assert done.action is not None
    assert (done.action.what, done.action.reason) == (What.MESSAGES_DELETED, "off topic")


# Many


def test_all_of_somebodys_messages_in_a_room_go_at_once_the_latest_seq_last(stage: Stage) -> None:
    said = [posted(stage, username, f"{n}") for n, username in enumerate(("bob", "cyn", "bob", "gus", "bob"))]
    events = stage.heard(lambda: delete_all(stage, "mo", "bob"))
    assert [(type(event), getattr(event, "message_id", "")) for event in events] == [
        (MessageDeleted, said[n].id) for n in (0, 2, 4)
    ]
    assert [event.seq for event in events] == list(range(events[0].seq, events[0].seq + 3))
    assert texts(stage) == ["", "1", "", "3", ""]


def test_a_span_includes_its_beginning_and_excludes_its_end_to_the_millisecond(stage: Stage) -> None:
    at = [posted(stage, "bob", f"{n}").at for n in range(4)]

    def found(since: int, until: int) -> list[str]:
        ids = stage.do("mo", FindMessages("bob", "lobby", since, until)).ids
        return sorted(stage.do("mo", SeeMessage(id)).text for id in ids)

    assert found(at[1], at[3]) == ["1", "2"]
    assert found(at[1] + 1, at[3] + 1) == ["2", "3"]
    assert found(at[0], at[0] + 1) == ["0"]
    assert found(at[3] + 1, FOREVER) == []
    assert found(0, at[0]) == []
    assert found(0, FOREVER) == ["0", "1", "2", "3"]


def test_what_was_said_in_one_millisecond_goes_together(stage: Stage) -> None:
    said = []
    for n in range(3):
        said.append(posted(stage, "bob", f"{n}"))
        stage.now -= SAYING_MS
    assert len({message.at for message in said}) == 1
    stage.now += SAYING_MS
    at = said[0].at
    assert len(stage.do("mo", FindMessages("bob", "lobby", at, at + 1)).ids) == 3
    assert stage.do("mo", FindMessages("bob", "lobby", at + 1, FOREVER)).ids == ()


@pytest.mark.parametrize(("since", "until"), [(5, 5), (6, 5), (FOREVER, 0)])
def test_a_span_that_ends_before_it_begins_is_invalid(stage: Stage, since: int, until: int) -> None:
    refusal = stage.refusal("mo", FindMessages("bob", "lobby", since, until))
    assert (refusal.code, refusal.errors[0].field) == (Code.INVALID, "until")


def test_on_the_whole_server_it_is_where_one_moderates_and_outranks(stage: Stage) -> None:
    stage.room("garden", owner="bob", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("staff", join_role=Role.MODERATOR)
    for slug in ("lobby", "den", "garden"):
        posted(stage, "bob", slug, slug)
    deleted = delete_all(stage, "mo", "bob", room=None)
    assert deleted == Deleted(2, 2, more=False), "mo does not see the den"
    assert (texts(stage, "den"), texts(stage, "garden"), texts(stage)) == (["den"], [""], [""])
    assert delete_all(stage, "ann", "bob", room=None) == Deleted(1, 1, more=False)


def test_who_moderates_no_room_or_outranks_the_author_in_none_is_refused(stage: Stage) -> None:
    assert stage.refusal("cyn", FindMessages("gus", None, *ALL)).code is Code.FORBIDDEN
    assert stage.refusal("mo", FindMessages("ann", None, *ALL)).code is Code.FORBIDDEN
    assert stage.refusal("mo", FindMessages("nobody", None, *ALL)).message == "There is no such user."
    assert stage.refusal("mo", FindMessages("bob", "den", *ALL)).message == "There is no such room."


def test_ones_own_words_go_in_bulk_too(stage: Stage) -> None:
    for text in ("one", "two"):
        posted(stage, "bob", text)
    assert delete_all(stage, "bob", "bob") == Deleted(2, 1, more=False)
    stage.place("lobby", "mo", MEMBER)
    posted(stage, "mo")
    assert delete_all(stage, "mo", "mo", room=None) == Deleted(1, 1, more=False)


def test_one_act_deletes_a_thousand_at_most_and_says_whether_there_are_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert AT_ONCE == 1_000
    monkeypatch.setattr("service.chat.deletions.AT_ONCE", 3)
    stage.place("den", "cyn", MEMBER)
    for slug in ("den", "lobby", "lobby", "den", "lobby"):
        posted(stage, "cyn", slug, slug)
    left = []
    for _ in range(3):
        deleted = delete_all(stage, "ann", "cyn", room=None)
        left.append((deleted.messages, deleted.more))
    assert left == [(3, True), (2, False), (0, False)]
    posted(stage, "cyn")
    assert delete_all(stage, "ann", "cyn") == Deleted(1, 1, more=False)


def test_exactly_as_many_as_one_act_deletes_are_all(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.chat.deletions.AT_ONCE", 3)
    for _ in range(3):
        posted(stage, "cyn")
    assert delete_all(stage, "ann", "cyn") == Deleted(3, 1, more=False)


def test_what_went_between_finding_and_deleting_is_left_out(stage: Stage) -> None:
    stage.place("den", "cyn", MEMBER)
    first, second = posted(stage, "cyn", "one"), posted(stage, "cyn", "two")
    posted(stage, "cyn", "three", "den")
    found = stage.do("ann", FindMessages("cyn", None, *ALL))
    stage.do("cyn", DeleteMessage(first.id))
    stage.do("ann", DeleteRoom("den"))
    (event,) = stage.heard(lambda: stage.do("ann", DeleteMessages(found)))
    assert isinstance(event, MessageDeleted)
    assert event.message_id == second.id
    again = stage.do("ann", DeleteMessages(found))
    assert (again.value, again.action) == (Deleted(0, 0, more=False), None)


def test_who_was_demoted_between_finding_and_deleting_deletes_nothing(stage: Stage) -> None:
    posted(stage, "cyn")
    found = stage.do("mo", FindMessages("cyn", "lobby", *ALL))
    stage.do("ann", ChangeUser("mo", role=Role.MEMBER))
    assert stage.refusal("mo", DeleteMessages(found)).code is Code.FORBIDDEN
    assert texts(stage) == ["hello"]


def test_who_rose_between_finding_and_deleting_keeps_their_words(stage: Stage) -> None:
    posted(stage, "cyn")
    found = stage.do("mo", FindMessages("cyn", "lobby", *ALL))
    stage.do("ann", ChangeUser("cyn", role=Role.ADMIN))
    assert stage.refusal("mo", DeleteMessages(found)).code is Code.FORBIDDEN


# What is still answered


def test_a_retry_of_a_deleted_message_is_answered_without_its_text_also_to_who_is_muted(stage: Stage) -> None:
    message = posted(stage, "bob", SECRET, nonce="n-1")
    stage.do("ann", DeleteMessage(message.id))
    stage.do("ann", Impose("lobby", "bob", SanctionKind.MUTE))
    again = say(stage, "bob", SECRET, nonce="n-1")
    assert again.duplicate
    assert again.message == stage.do("bob", SeeMessage(message.id))
    assert again.message.text == ""
    with pytest.raises(Refusal) as other:
        say(stage, "bob", "another text", nonce="n-1")
    assert other.value.code is Code.CONFLICT


def test_a_deleted_message_can_be_replied_to(stage: Stage) -> None:
    message = posted(stage, "bob")
    stage.do("bob", DeleteMessage(message.id))
    assert posted(stage, "cyn", reply_to=message.id).reply_to == message.id


def test_a_replay_shows_what_was_deleted_without_its_text_and_what_was_restored_as_it_is_now(stage: Stage) -> None:
    message = posted(stage, "bob", SECRET)
    since = message.seq - 1

    def replayed() -> list[Any]:
        events = stage.do("cyn", EnterRoom("lobby", since, None)).events
        assert events is not None
        return events

    first = stage.do("ann", DeleteMessage(message.id))
    shown, deleted = replayed()
    assert isinstance(shown, MessagePosted)
    assert shown.message == stage.do("cyn", SeeMessage(message.id))
    assert isinstance(deleted, MessageDeleted)
    assert first.action is not None
    stage.do("ann", Undo(first.action.uid))
    shown, _, restored = replayed()
    assert shown.message == restored.message == message
    stage.do("ann", DeleteMessage(message.id))
    shown, _, restored, _ = replayed()
    assert isinstance(restored, MessageRestored)
    assert shown.message == restored.message, "a restoring of long ago must not show what is deleted now"
    assert (shown.message.text, restored.message.text) == ("", "")


def test_the_text_of_a_deleted_message_is_in_nothing_that_anybody_is_sent(stage: Stage) -> None:
    """Every way to it, in every codec; and the test sees the text where it is shown."""
    message = posted(stage, "bob", SECRET, nonce="n-1")

    def sent() -> str:
        answers: list[Any] = [
            stage.do("cyn", SeeMessage(message.id)),
            *stage.do("cyn", ListMessages("lobby", 9)),
            *stage.do("cyn", EnterRoom("lobby")).messages,
            say(stage, "bob", SECRET, nonce="n-1").message,
        ]
        events = stage.do("cyn", EnterRoom("lobby", 0, None)).events
        assert events is not None
        bytes_ = [json_messages.message(one) for one in answers]
        for codec in (codecs.JSON, codecs.MSGPACK):
            bytes_ += [codec.encode(shapes.message(one)) for one in answers]
            bytes_ += [codec.encode(frames.event(event)) for event in events]
        told = [line for event in events if (line := lines.event(event)) is not None]
        return repr(bytes_) + repr(told) + lines.messages(answers) + repr(answers) + repr(events)

    assert sent().count(SECRET) > 10
    done = stage.do("ann", DeleteMessage(message.id))
    assert SECRET not in sent()
    assert done.action is not None
    stage.do("ann", Undo(done.action.uid))
    stage.do("bob", DeleteMessage(message.id))
    assert SECRET not in sent()
    live = [frames.event(event) for event in stage.events[-1:]]
    assert SECRET not in repr(live)
