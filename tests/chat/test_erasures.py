"""Erasing a person: nothing of them is left, or only what they said; and the log has no holes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from service.chat import erasures
from service.chat.blocks import Block
from service.chat.deletions import DeleteMessage, SeeMessage
from service.chat.direct import OpenDirect
from service.chat.edits import EditMessage, ListRevisions
from service.chat.erasures import (
    CountMessages,
    EraseOneself,
    EraseUser,
    GoOn,
    LeaveForGood,
    ListErasures,
    LookAhead,
    SeeErasure,
)
from service.chat.errors import Code
from service.chat.events import MemberLeft, MessageDeleted, MessageEdited, RoomChanged, RoomDeleted
from service.chat.members import JoinRoom, LeaveRoom
from service.chat.mentions import ListMentions
from service.chat.pins import PinMessage
from service.chat.ports import Page
from service.chat.reactions import React
from service.chat.records import SYSTEM, File, Message, Room, SanctionKind
from service.chat.reports import ListReports, ReportMessage
from service.chat.roles import Role, RoomRole
from service.chat.rooms import DeleteRoom
from service.chat.sanctions import Impose
from service.chat.stores.erasures import Erasure, Messages
from service.chat.threads import FollowThread
from service.chat.undo import Undo
from service.chat.users import ChangeUser, DeleteUser
from service.storage import erasures as stored
from service.storage.tables import metadata
from service.storage.users import ERASED, TAKEN
from tests.stage import Stage
from tests.stage_door import open_sessions, say, sign_in
from tests.storage.plans import plan, scans

# Whom the tests erase: of such a name nothing can be in a database by accident.
ZOE = "zoe-quillfeather"
NAMELESS = "deleted-0123456789"
ALL = Page(None, 200)


@pytest.fixture
def stage() -> Stage:
    staged = Stage()
    staged.room("lobby")
    staged.user(ZOE, Role.MEMBER)
    staged.run(lambda tx: tx.users.set_name(tx.users.by_username(ZOE).id, "Zoe Quillfeather"))  # type: ignore[union-attr]
    for username in ("bob", "cyn", ZOE):
        staged.do(username, JoinRoom("lobby"))
    return staged


def begun(stage: Stage, messages: Messages = Messages.DELETE, by: str = "ann") -> Erasure:
    return stage.do(by, EraseUser(ZOE, messages, NAMELESS))


def step(stage: Stage, uid: str) -> Erasure:
    return stage.run(GoOn(stage.run(LookAhead(uid).read)).apply)


def erased(stage: Stage, messages: Messages = Messages.DELETE) -> Erasure:
    """Somebody is erased, to the end."""
    erasure = begun(stage, messages)
    for _ in range(1_000):
        if erasure.finished_at is not None:
            return erasure
        erasure = step(stage, erasure.uid)
    raise AssertionError("it comes to no end")


def shown(stage: Stage, slug: str = "lobby") -> list[Message]:
    room = stage.seen(slug)
    return stage.run(lambda tx: tx.log.messages(room, 1_000))


def holes(stage: Stage, room: Room) -> list[int]:
    seqs = [event.seq for event in stage.run(lambda tx: tx.log.events(room, 0, 10_000))]
    return [after for before, after in pairwise([0, *seqs]) if after != before + 1]


def lived(stage: Stage) -> Message:
    """Somebody has done everything that leaves something behind; a message of theirs, which others have touched."""
    room, zoe = stage.seen("lobby"), stage.who(ZOE)
    for uid, name in (("f1", "plumtree.txt"), ("f2", "plumtree-unsent.txt")):
        file, key = File(uid, name, "text/plain", 10), uid * 16
        stage.run(lambda tx, file=file, key=key: tx.files.add(file, room.id, zoe.id, key, bytes(32), 0))  # type: ignore[misc]
    said = say(stage, ZOE, "a plumtree, @cyn", files=("f1",), nonce="plumtree-1").message
    stage.do(ZOE, EditMessage(said.id, "**rather** a plumtree in bloom, @cyn " + "plumtree " * 400, "<b>plumtree</b>"))
    stage.do("cyn", React(said.id, "👍", on=True))
    stage.do("ann", PinMessage(said.id, on=True))
    gone = say(stage, ZOE, "the plumtree was deleted").message
    stage.do("mo", DeleteMessage(gone.id, "no plumtrees"))
    other = say(stage, "cyn", f"hello, @{ZOE[:3]}").message
    stage.do(ZOE, React(other.id, "👍", on=True))
    stage.do(ZOE, ReportMessage(other.id, "a plumtree of a report"))
    stage.do("cyn", ReportMessage(said.id, "too many plumtrees"))
    stage.do(ZOE, FollowThread(other.id, following=True))
    stage.do(ZOE, Block("gus", on=True))
    stage.do("cyn", Block(ZOE, on=True))
    stage.do("mo", Impose("lobby", ZOE, SanctionKind.KICK, reason="plumtrees everywhere"))
    stage.do(ZOE, JoinRoom("lobby"))
    sign_in(stage, ZOE)
    return said


def test_nothing_of_somebody_who_is_erased_is_left_in_the_database(stage: Stage) -> None:
    lived(stage)
    before = stage.dump().lower()
    assert min(before.count(b"plumtree"), before.count(b"quillfeather")) > 1, "there is something to be found"
    erasure = erased(stage)
    after = stage.dump().lower()
    assert (after.count(b"plumtree"), after.count(b"quillfeather")) == (0, 0)
    assert (erasure.changed, erasure.user.username, erasure.user.deleted) == (2, NAMELESS, True)
    assert holes(stage, stage.seen("lobby")) == []


def test_what_they_said_stands_in_its_place_as_deleted_and_everybody_is_told(stage: Stage) -> None:
    said = lived(stage)
    heard = stage.heard(lambda: erased(stage))
    left = stage.do("ann", SeeMessage(said.id))
    assert left.deleted is not None
    assert (left.author.username, left.author.name, left.text, left.deleted.by) == (NAMELESS, NAMELESS, "", SYSTEM)
    assert (left.files, left.reactions, left.pinned, left.html, left.nonce) == ((), (), None, None, None)
    assert [each.text for each in stage.do("ann", ListRevisions(said.id))] == [""]
    (deleted,) = [event for event in heard if isinstance(event, MessageDeleted)]
    assert (deleted.message_id, deleted.by, deleted.author) == (said.id, SYSTEM, left.author)
    edited = {event.message.id: event.message for event in heard if isinstance(event, MessageEdited)}
    assert {message.author.username for message in edited.values()} == {NAMELESS, "cyn"}
    assert edited == {id: stage.do("ann", SeeMessage(id)) for id in edited}, "as they are now"
    assert [event.user for event in heard if isinstance(event, MemberLeft)] == [ZOE], "as they were known there"


def test_detached_messages_stay_and_show_one_and_the_same_nobody(stage: Stage) -> None:
    said = lived(stage)
    again = say(stage, ZOE, "and roses").message
    heard = stage.heard(lambda: erased(stage, Messages.DETACH))
    for id, text in ((said.id, "**rather** a plumtree in bloom"), (again.id, "and roses")):
        left = stage.do("cyn", SeeMessage(id))
        assert (left.author.username, left.deleted, left.nonce) == (NAMELESS, None, None)
        assert left.text.startswith(text)
    left = stage.do("cyn", SeeMessage(said.id))
    assert ([file.name for file in left.files], len(left.reactions), left.pinned is not None) == (
        ["plumtree.txt"],
        1,
        True,
    )
    assert not [event for event in heard if isinstance(event, MessageDeleted)]
    assert {event.message.id for event in heard if isinstance(event, MessageEdited)} >= {said.id, again.id}
    assert stage.dump().lower().count(b"quillfeather") == 0
    assert b"unsent" not in stage.dump(), "what stood in no message stays for nobody"


def test_what_they_did_to_others_messages_is_undone_or_nobodys(stage: Stage) -> None:
    said = say(stage, "bob", "hello").message
    stage.do(ZOE, React(said.id, "👍", on=True))
    stage.do("cyn", React(said.id, "👍", on=True))
    stage.run(lambda tx: tx.users.set_role(tx.users.by_username(ZOE).id, Role.MODERATOR))  # type: ignore[union-attr]
    gone, pinned = say(stage, "bob", "oh").message, say(stage, "bob", "keep").message
    stage.do(ZOE, DeleteMessage(gone.id))
    stage.do(ZOE, PinMessage(pinned.id, on=True))
    heard = stage.heard(lambda: erased(stage, Messages.DETACH))
    reactions = stage.do("bob", SeeMessage(said.id)).reactions
    assert [(each.count, each.users) for each in reactions] == [(1, ("cyn",))]
    deleted, kept = (stage.do("bob", SeeMessage(message.id)) for message in (gone, pinned))
    assert deleted.deleted is not None
    assert kept.pinned is not None
    assert (deleted.deleted.by, kept.pinned.by, kept.text) == (NAMELESS, NAMELESS, "keep")
    told = [event.message.id for event in heard if isinstance(event, MessageEdited)]
    assert told == [said.id, gone.id, pinned.id], "each of them once"


def test_the_account_ends_at_once_and_its_name_is_never_given_out_again(stage: Stage) -> None:
    sign_in(stage, ZOE)
    begun(stage)
    assert stage.run(lambda tx: tx.users.by_username(ZOE)) is None
    assert stage.run(lambda tx: tx.users.taken(ZOE))
    assert not stage.run(lambda tx: tx.users.taken("zoe-quill"))
    refusal = stage.refusal("ann", _Add(ZOE))
    assert refusal.code is Code.CONFLICT
    assert ZOE in refusal.message
    (user,) = [user for change in stage.changes[-1:] for user in change.users]
    assert stage.run(lambda tx: tx.users.get(user)).username == NAMELESS  # type: ignore[union-attr]
    assert ZOE not in stage.places("lobby")


class _Add:
    """Make an account of that name."""

    def __init__(self, username: str) -> None:
        self.username = username

    def run(self, tx, asker):  # type: ignore[no-untyped-def]
        return tx.users.add(self.username, self.username, Role.MEMBER, bot=False, password_hash=None)


def test_the_audit_log_says_that_it_was_done_and_not_to_whom(stage: Stage) -> None:
    stage.do("ann", ChangeUser(ZOE, name="Zoe"))
    begun(stage)
    rows = stage.run(lambda tx: list(tx.audit.entries()))
    assert [(entry.row.what, entry.value("actor"), entry.value("subject")) for entry in rows] == [
        ("user.renamed", "ann", None),
        ("user.erased", "ann", None),
    ]
    assert ZOE not in repr(rows)


def test_who_erases_themselves_is_named_nowhere(stage: Stage) -> None:
    stage.do(ZOE, EraseOneself(None, Messages.DELETE, NAMELESS))
    (entry,) = stage.run(lambda tx: list(tx.audit.entries()))
    assert (entry.row.what, entry.row.actor, entry.row.address) == ("user.erased", None, None)
    stage.user("ada", Role.ADMIN)
    stage.do("ada", EraseUser("ada", Messages.DETACH))
    assert b"ada" not in {entry.value("actor") for entry in stage.run(lambda tx: list(tx.audit.entries()))}


def test_it_goes_on_from_where_it_was_and_two_at_once_do_nothing_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        say(stage, ZOE, f"number {number}")
        say(stage, "bob", f"I heard number {number}")
    monkeypatch.setattr(erasures, "TOUCHED_AT_ONCE", 2)
    uid = begun(stage).uid
    ahead = stage.run(LookAhead(uid).read)
    first = stage.run(GoOn(ahead).apply)
    assert (first.changed, first.finished_at) == (2, None)
    assert 0 < first.looked < first.whole
    assert [message.text for message in shown(stage) if message.author.username == NAMELESS] == [
        "",
        "",
        "number 2",
        "number 3",
        "number 4",
    ]
    assert stage.heard(lambda: stage.run(GoOn(ahead).apply)) == [], "another process was there before"
    while step(stage, uid).finished_at is None:
        pass
    assert stage.run(GoOn(ahead).apply).changed == 5
    assert len([event for event in stage.events if isinstance(event, MessageDeleted)]) == 5
    assert [m.text for m in shown(stage) if m.author.username == "bob"] == [f"I heard number {n}" for n in range(5)]
    assert stage.run(lambda tx: tx.erasures.unfinished()) == []


def test_it_goes_through_many_rooms_a_few_at_a_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "ROOMS_AT_ONCE", 2)
    slugs = ("staff", "news", "den", "attic")
    for slug in slugs:
        stage.room(slug)
        stage.place(slug, ZOE, RoomRole.MEMBER)
        say(stage, ZOE, "hello", slug)
    stage.do("ann", DeleteRoom("den"))
    last = stage.seen("den").seq
    assert erased(stage).changed == 4
    assert [message.text for slug in slugs for message in shown(stage, slug)] == [""] * 4
    assert stage.seen("den").seq == last, "a room's deletion is the last event of its log"


def test_no_undo_brings_back_what_was_erased(stage: Stage) -> None:
    said = say(stage, ZOE, "oh").message
    done = stage.do("mo", DeleteMessage(said.id))
    erased(stage)
    assert done.action is not None
    stage.do("mo", Undo(done.action.uid))
    left = stage.do("ann", SeeMessage(said.id))
    assert left.deleted is not None
    assert left.deleted.by == "mo"


def test_what_was_reported_of_them_is_gone_with_their_messages_and_stays_with_detached_ones(stage: Stage) -> None:
    for messages, expected in ((Messages.DETACH, ("buy", "spam")), (Messages.DELETE, ("", ""))):
        staged = Stage()
        staged.room("lobby")
        staged.user(ZOE, Role.MEMBER)
        staged.do(ZOE, JoinRoom("lobby"))
        staged.do("cyn", JoinRoom("lobby"))
        staged.do("cyn", ReportMessage(say(staged, ZOE, "buy").message.id, "spam"))
        erased(staged, messages)
        (report,) = staged.do("ann", ListReports(None, None, None, 10))
        assert (report.message.text, report.reason, report.author.username) == (*expected, NAMELESS)


def test_a_direct_room_is_called_anew_and_one_that_nobody_is_in_is_gone(stage: Stage) -> None:
    stayed = stage.do(ZOE, OpenDirect(("cyn",))).seen.standing.room.slug
    left = stage.do(ZOE, OpenDirect(("bob",))).seen.standing.room.slug
    stage.do("bob", LeaveRoom(left))
    say(stage, ZOE, "between us", stayed)
    heard = stage.heard(lambda: erased(stage))
    assert stage.seen(stayed).name == f"cyn, {NAMELESS}"
    assert [event.changed.name for event in heard if isinstance(event, RoomChanged)] == [f"cyn, {NAMELESS}"]
    assert [event.room for event in heard if isinstance(event, RoomDeleted)] == [left]
    assert b"between us" not in stage.dump()


@pytest.mark.parametrize(
    ("title", "renamed"),
    [
        ("ann, bo", "ann, deleted-1"),
        ("bo, bob", "deleted-1, bob"),
        ("bobby, cyn", "bobby, cyn"),
        (f"{'a' * 32}, {'b' * 32}, {'c' * 10}, b", None),
        (f"{'a' * 32}, {'b' * 32}, {'c' * 8}, bo", f"{'a' * 32}, {'b' * 32}, {'c' * 8}, de"),
    ],
)
def test_a_name_is_replaced_in_a_rooms_name_also_where_it_was_cut_off(title: str, renamed: str | None) -> None:
    assert erasures.renamed(title, "bo", "deleted-1") == (renamed or title)


def test_a_name_that_was_cut_off_in_a_rooms_name_is_found_too() -> None:
    stage = Stage()
    others = tuple(stage.user(letter * 32, Role.MEMBER).username for letter in "xy")
    stage.user(ZOE, Role.MEMBER)
    slug = stage.do(ZOE, OpenDirect(others)).seen.standing.room.slug
    assert stage.seen(slug).name.endswith(", zoe-quillfea")
    erased(stage)
    assert stage.seen(slug).name.endswith(f", {NAMELESS[:12]}")


def test_calls_of_somebody_who_is_gone_are_gone_too(stage: Stage) -> None:
    say(stage, "bob", f"hello, @{ZOE}")
    assert stage.do(ZOE, ListMentions(None, 10))
    zoe = stage.who(ZOE)
    erased(stage)
    assert stage.run(lambda tx: tx.mentions.of_user(zoe.id, None, 10)) == []
    (message,) = shown(stage)
    assert ZOE in message.text, "what others wrote is theirs"


def test_who_was_deleted_before_can_still_be_erased_but_nobody_twice(stage: Stage) -> None:
    say(stage, ZOE, "hello")
    stage.do("ann", DeleteUser(ZOE))
    assert erased(stage).changed == 1
    assert stage.refusal("ann", EraseUser(ZOE, Messages.DELETE)).code is Code.NOT_FOUND
    assert stage.refusal("ann", EraseUser(NAMELESS, Messages.DELETE)).code is Code.NOT_FOUND


def test_admins_erase_others_and_the_last_one_stays(stage: Stage) -> None:
    for username in ("mo", "bob"):
        assert stage.refusal(username, EraseUser(ZOE, Messages.DELETE)).code is Code.ROLE_TOO_LOW
    refusal = stage.refusal("ann", EraseUser("ann", Messages.DETACH))
    assert (refusal.code, refusal.why and refusal.why.rule) == (Code.CONFLICT, "last_admin")
    for command in (LeaveForGood(None), EraseOneself(None, Messages.DELETE)):
        assert stage.refusal("ann", command).code is Code.CONFLICT


def test_the_last_owner_hands_a_room_over_before_they_go(stage: Stage) -> None:
    stage.room("den", owner=ZOE)
    stage.place("den", "cyn", RoomRole.MEMBER)
    for command in (LeaveForGood(None), EraseOneself(None, Messages.DETACH)):
        refusal = stage.refusal(ZOE, command)
        assert (refusal.code, refusal.why and refusal.why.rule) == (Code.CONFLICT, "last_owner")
        assert "den" in refusal.message
    stage.do("cyn", LeaveRoom("den"))
    stage.do(ZOE, LeaveForGood(None))
    assert stage.run(lambda tx: tx.users.taken(ZOE))


def test_ones_own_password_has_to_be_the_one_that_was_given(stage: Stage) -> None:
    for command in (LeaveForGood("an older one"), EraseOneself("an older one", Messages.DELETE)):
        assert stage.refusal(ZOE, command).code is Code.CONFLICT


def test_admins_see_how_far_it_has_come(stage: Stage) -> None:
    erasure = begun(stage)
    assert stage.do("ann", SeeErasure(erasure.uid)) == erasure
    assert stage.do("ann", ListErasures(ALL)) == [erasure]
    assert stage.refusal("mo", SeeErasure(erasure.uid)).code is Code.ROLE_TOO_LOW
    assert stage.refusal("mo", ListErasures(ALL)).code is Code.ROLE_TOO_LOW
    assert stage.refusal("ann", SeeErasure("e0")).code is Code.NOT_FOUND
    assert stage.refusal("ann", ListErasures(Page("one", 1))).code is Code.INVALID
    assert stage.do("ann", ListErasures(Page(str(erasure.id), 10))) == []


def test_who_may_erase_may_count_before(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "EVENTS_AT_ONCE", 3)
    for _ in range(4):
        say(stage, ZOE, "hello")
    for who, username in (("ann", ZOE), (ZOE, None)):
        messages, to = 0, erasures.Place()
        while not to.last:
            counted = stage.do(who, CountMessages(username, to))
            messages, to = messages + counted.messages, counted.to
        assert messages == 4
    assert stage.refusal("mo", CountMessages(ZOE)).code is Code.ROLE_TOO_LOW


def test_sessions_are_forgotten_in_the_end(stage: Stage) -> None:
    sign_in(stage, ZOE)
    assert open_sessions(stage, ZOE)
    zoe = stage.who(ZOE)
    erased(stage)
    assert stage.run(lambda tx: tx.sessions.of_user(zoe.id, 0)) == []


def test_parts_are_found_by_indexes(stage: Stage) -> None:
    place = {"of_user": 1, "of_room": 1, "of_seq": 1, "after": 0, "upto": 100, "most": 10}
    found = (stored.IN_LOG, stored.REACTIONS, stored.CALLS, stored.FOLLOWED, stored.NONCES, stored.SESSIONS)
    for statement in found:
        assert scans(plan(stage, statement, **place)) == [], statement
    assert scans(plan(stage, stored.WAITING_FILES, of_user=1, now=1)) == []
    assert scans(plan(stage, ERASED, digest=b"")) == scans(plan(stage, TAKEN, username="bob")) == []


# What becomes of each column that refers to an account: it is emptied, its row goes, or it shows who has no name.
GOES = {
    "sessions.user_id",
    "invites.created_by",
    "clients.user_id",
    "members.user_id",
    "blocks.user_id",
    "blocks.blocked_id",
    "reactions.user_id",
    "followers.user_id",
    "mentions.user_id",
}
NAMELESS_THERE = {
    "files.author_id",
    "pins.by_id",
    "actions.by_id",
    "actions.on_id",
    "actions.undone_by",
    "sanctions.user_id",
    "sanctions.by_id",
    "sanctions.lifted_by",
    "filters.by_id",
    "reports.author_id",
    "reports.reporter_id",
    "reports.handler_id",
    "room_rules.by_id",
    "erasures.user_id",
}


def test_every_column_that_refers_to_an_account_has_been_thought_of(stage: Stage) -> None:
    referring = {
        str(key.parent)
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "users"
    }
    assert referring == GOES | NAMELESS_THERE
    lived(stage)
    zoe = stage.who(ZOE)
    erased(stage)
    with stage.engine.connect() as connection:
        for column in GOES:
            table, name = column.split(".")
            query = f"SELECT count(*) FROM {table} WHERE {name} = {zoe.id}"  # noqa: S608
            assert connection.exec_driver_sql(query).scalar_one() == 0, column
