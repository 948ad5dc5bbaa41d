"""How rooms are kept: by their slug for ever, counted where they are changed, and found by an index."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import bindparam, select

from service.chat.errors import Code, Refusal
from service.chat.ports import Page
from service.chat.records import Room
from service.chat.roles import Role, RoomRole, Visibility
from service.storage import rooms
from tests.stage import Stage
from tests.storage.plans import plan, scans


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_room_comes_back_as_it_was_put_in(stage: Stage) -> None:
    room = Room(
        0, "den", "The den", "x", Visibility.PRIVATE, Role.MEMBER, Role.MODERATOR, True, 7, "e1", 0, 0, 12, False
    )
    added = stage.run(lambda tx: tx.rooms.add(room))
    assert added == replace(room, id=added.id)
    assert added.id > 0
    assert stage.run(lambda tx: tx.rooms.get(added.id)) == added
    assert stage.run(lambda tx: tx.rooms.by_slug("den")) == added
    changed = replace(added, name="Den", topic="", visibility=Visibility.PUBLIC, locked=False, slow_mode=0)
    stage.run(lambda tx: tx.rooms.save(changed))
    assert stage.seen("den") == changed


def test_a_room_that_is_not_there_is_none(stage: Stage) -> None:
    assert stage.run(lambda tx: (tx.rooms.get(99), tx.rooms.by_slug("den"), tx.rooms.seen_by("den", 1))) == (
        None,
        None,
        None,
    )


def test_a_taken_slug_is_a_conflict_and_leaves_the_transaction_usable(stage: Stage) -> None:
    stage.room("den")

    den = stage.seen("den")
    with stage.transaction() as tx:
        with pytest.raises(Refusal) as caught:
            tx.rooms.add(replace(den, id=0))
        assert caught.value.code is Code.CONFLICT
        assert tx.rooms.by_slug("den") == den


def test_seen_by_finds_the_room_and_what_the_user_is_in_it(stage: Stage) -> None:
    room = stage.room("den", visibility=Visibility.PRIVATE)
    stage.place("den", "bob", RoomRole.MODERATOR)
    now = stage.seen("den")
    bob, cyn = stage.who("bob"), stage.who("cyn")
    assert stage.run(lambda tx: tx.rooms.seen_by("den", bob.id)) == (now, RoomRole.MODERATOR)
    assert stage.run(lambda tx: tx.rooms.seen_by("den", cyn.id)) == (now, None)
    assert now.id == room.id


def test_a_deleted_room_keeps_its_row_and_no_member(stage: Stage) -> None:
    room = stage.room("den")
    stage.place("den", "bob", RoomRole.MEMBER)
    stage.run(lambda tx: tx.rooms.delete(room.id))
    assert stage.seen("den").deleted
    assert stage.places("den") == {}
    bob = stage.who("bob")
    assert stage.run(lambda tx: tx.members.of_user(bob.id)) == []


def test_heads_are_the_last_seqs_also_of_more_rooms_than_one_statement_holds(stage: Stage) -> None:
    lobby, den = stage.room("lobby"), stage.room("den")
    asked = [*range(10_000, 10_000 + 2 * rooms.AT_ONCE), lobby.id, den.id]
    assert stage.run(lambda tx: tx.rooms.heads(asked)) == {lobby.id: 1, den.id: 1}
    assert stage.run(lambda tx: tx.rooms.heads([])) == {}


def test_what_is_asked_of_each_request_is_found_by_an_index(stage: Stage) -> None:
    for statement, bound in (
        (rooms.SEEN_BY, {"slug": "den", "user_id": 1}),
        (rooms.BY_SLUG, {"slug": "den"}),
        (rooms.GET, {"room_id": 1}),
    ):
        lines = plan(stage, statement, **bound)
        assert lines
        assert not scans(lines)
    by_name = select(rooms.ROOM_COLUMNS[0]).where(rooms.ROOM_COLUMNS[2] == bindparam("name"))
    assert scans(plan(stage, by_name, name="Den")), "the check sees a scan where there is one"


def test_the_pages_of_members_and_admins_differ_in_private_rooms_alone(stage: Stage) -> None:
    for slug, visibility in (("a", Visibility.PUBLIC), ("b", Visibility.PRIVATE), ("c", Visibility.PRIVATE)):
        stage.room(slug, visibility=visibility)
    direct = replace(stage.seen("a"), id=0, slug="dm-1", visibility=Visibility.DIRECT, members=0)
    stage.run(lambda tx: tx.rooms.add(direct))
    stage.place("c", "bob", RoomRole.OWNER)
    stage.place("dm-1", "bob", RoomRole.MEMBER)
    bob, zoe = stage.who("bob"), stage.user("zoe", Role.ADMIN)

    def listed(
        user_id: int, all_private: bool, after: str | None = None, limit: int = 9
    ) -> list[tuple[str, RoomRole | None]]:
        found = stage.run(lambda tx: tx.rooms.page(user_id, all_private, Page(after, limit)))
        return [(room.slug, role) for room, role in found]

    assert listed(bob.id, False) == [("a", None), ("c", RoomRole.OWNER), ("dm-1", RoomRole.MEMBER)]
    assert listed(bob.id, False, limit=2) == listed(bob.id, False)[:2]
    assert listed(bob.id, False, after="a") == listed(bob.id, False)[1:]
    assert listed(zoe.id, True) == [("a", None), ("b", None), ("c", None)]
