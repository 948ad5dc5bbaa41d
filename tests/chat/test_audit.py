"""The audit log is admins' to read, a room's part who moderates it; and the operator erases people from it."""

from __future__ import annotations

import pytest

from service.chat import audit
from service.chat.audit import ListAudit, ListRoomAudit, Rows, cursor_of
from service.chat.chain import verify
from service.chat.deeds import What
from service.chat.errors import Code, Refusal
from service.chat.members import JoinRoom
from service.chat.ports import Page
from service.chat.records import SanctionKind
from service.chat.roles import RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, CreateRoom, DeleteRoom
from service.chat.sanctions import Impose
from tests.stage import Stage

ALL = Page(None, 50)


@pytest.fixture
def stage() -> Stage:
    """ann owns the lobby and the den, and has changed their topics; mo has muted bob in the lobby, for spam."""
    stage = Stage()
    stage.do("ann", CreateRoom("lobby"))
    stage.do("ann", CreateRoom("den", visibility=Visibility.PRIVATE))
    stage.do("bob", JoinRoom("lobby"))
    stage.do("mo", Impose("lobby", "bob", SanctionKind.MUTE, reason="spam"))
    stage.do("ann", ChangeRoom("den", topic="Whispers"))
    return stage


def acts(told: Rows) -> list[tuple[str, str | None, str | None]]:
    """What was done, by whom, where."""
    return [(entry.row.what, entry.value("actor"), entry.row.room) for entry in told.entries]


def erase(stage: Stage, username: str) -> int:
    """What the operator does."""
    return stage.run(lambda tx: audit.erase(tx, username))


def test_an_admin_reads_all_of_it_newest_first(stage: Stage) -> None:
    told = stage.do("ann", ListAudit(ALL))
    assert acts(told) == [
        ("room.changed", "ann", "den"),
        ("member.muted", "mo", "lobby"),
        ("room.created", "ann", "den"),
        ("room.created", "ann", "lobby"),
    ]
    assert told.addresses
    muted = told.entries[1]
    assert (muted.value("subject"), muted.value("reason")) == ("bob", "spam")


def test_nobody_else_reads_the_whole_of_it(stage: Stage) -> None:
    for username in ("mo", "bob", "gus"):
        assert stage.refusal(username, ListAudit(ALL), frozenset(Scope)).code is Code.ROLE_TOO_LOW
    refusal = stage.refusal("ann", ListAudit(ALL), frozenset(Scope) - {Scope.ADMIN})
    assert refusal.code is Code.INSUFFICIENT_SCOPE


def test_it_is_asked_for_by_user_by_act_and_by_room(stage: Stage) -> None:
    def found(**wanted: object) -> list[str]:
        return [what for what, _, _ in acts(stage.do("ann", ListAudit(ALL, **wanted)))]  # type: ignore[arg-type]

    assert found(user="mo") == ["member.muted"]
    assert found(user="BOB ") == ["member.muted"], "what was done to them, in whatever spelling"
    assert found(user="ann", room="den") == ["room.changed", "room.created"]
    assert found(what=What.ROOM_CREATED) == ["room.created", "room.created"]
    for nobody in ("cyn", "nobody", "", "\0", "\ud800", "x" * 1_000):
        assert found(user=nobody) == []
    for nowhere in ("staff", "", "No Slug", "\0"):
        assert found(room=nowhere) == []


def test_who_and_what_is_gone_can_still_be_asked_for(stage: Stage) -> None:
    stage.do("ann", DeleteRoom("den"))
    bob = stage.who("bob")
    stage.run(lambda tx: tx.users.delete(bob.id))
    assert len(stage.do("ann", ListAudit(ALL, room="den")).entries) == 3
    assert len(stage.do("ann", ListAudit(ALL, user="bob")).entries) == 1


def test_pages_go_on_behind_the_last_row(stage: Stage) -> None:
    first = stage.do("ann", ListAudit(Page(None, 3)))
    rest = stage.do("ann", ListAudit(Page(cursor_of(first.entries[-1]), 3)))
    assert [entry.row.seq for entry in first.entries + rest.entries] == [4, 3, 2, 1]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "²", "1" * 16])
def test_a_cursor_that_was_not_given_out_is_refused(stage: Stage, cursor: str) -> None:
    for question in (ListAudit(Page(cursor, 3)), ListRoomAudit("lobby", Page(cursor, 3))):
        assert stage.refusal("ann", question).code is Code.INVALID


def test_who_moderates_a_room_reads_its_part_without_addresses(stage: Stage) -> None:
    for username in ("ann", "mo"):
        told = stage.do(username, ListRoomAudit("lobby", ALL))
        assert acts(told) == [("member.muted", "mo", "lobby"), ("room.created", "ann", "lobby")]
        assert not told.addresses
    stage.place("den", "bob", RoomRole.MODERATOR)
    assert [room for _, _, room in acts(stage.do("bob", ListRoomAudit("den", ALL)))] == ["den", "den"]


def test_a_rooms_part_is_for_nobody_else(stage: Stage) -> None:
    for username in ("bob", "cyn"):
        assert stage.refusal(username, ListRoomAudit("lobby", ALL)).code is Code.FORBIDDEN
    assert stage.refusal("mo", ListRoomAudit("den", ALL)).code is Code.NOT_FOUND
    assert stage.refusal("mo", ListRoomAudit("nowhere", ALL)).code is Code.NOT_FOUND
    refusal = stage.refusal("mo", ListRoomAudit("lobby", ALL), frozenset({Scope.READ}))
    assert refusal.code is Code.INSUFFICIENT_SCOPE


def test_reading_it_is_no_act(stage: Stage) -> None:
    before = stage.dump()
    stage.do("ann", ListAudit(ALL))
    stage.do("mo", ListRoomAudit("lobby", ALL))
    assert stage.dump() == before


def test_an_erasure_is_a_row_that_names_nobody(stage: Stage) -> None:
    assert erase(stage, "Bob") == 2, "a name and a reason"
    told = stage.do("ann", ListAudit(ALL))
    erased, _, muted, *_ = told.entries
    assert (erased.row.what, erased.row.actor, erased.row.subject) == ("audit.erased", None, None)
    assert (erased.row.request, erased.row.detail) == ("command line", '{"facts":2}')
    assert (muted.value("actor"), muted.value("subject"), muted.value("reason")) == ("mo", None, None)
    assert stage.run(lambda tx: verify(tx.audit.entries(), tx.audit.facts(), tx.audit.head())).rows == 5


def test_an_erasure_of_nobody_is_refused_and_no_row(stage: Stage) -> None:
    before = stage.dump()
    for nobody in ("cyn", "nobody", "", "\0"):
        with pytest.raises(Refusal) as caught:
            erase(stage, nobody)
        assert caught.value.code is Code.NOT_FOUND
    assert stage.dump() == before
