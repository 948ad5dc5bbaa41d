"""How memberships are kept: counted with the row, found by an index, and never ended without the authority's notice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from service.chat.records import Member
from service.chat.roles import Role, RoomRole
from service.storage import members
from service.storage.tables import members as table
from tests.stage import Stage
from tests.storage.plans import plan, scans


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby")
    stage.changes.clear()
    return stage


def test_a_membership_comes_back_as_it_was_put_in(stage: Stage) -> None:
    room, bob = stage.seen("lobby"), stage.who("bob")
    stage.run(lambda tx: tx.members.add(room.id, bob.id, RoomRole.MODERATOR, 1234))
    expected = Member(room.id, bob, RoomRole.MODERATOR, 1234, 0)
    assert stage.run(lambda tx: tx.members.get(room.id, bob.id)) == expected
    assert stage.run(lambda tx: tx.members.by_username(room.id, "bob")) == expected
    assert stage.run(lambda tx: tx.members.role(room.id, bob.id)) is RoomRole.MODERATOR
    assert stage.seen("lobby").members == 2


def test_who_is_no_member_is_none(stage: Stage) -> None:
    room, cyn = stage.seen("lobby"), stage.who("cyn")
    with stage.transaction() as tx:
        found = (tx.members.get(room.id, cyn.id), tx.members.by_username(room.id, "cyn"))
        assert (*found, tx.members.role(room.id, cyn.id)) == (None, None, None)


def test_nobody_is_a_member_twice(stage: Stage) -> None:
    room, ann = stage.seen("lobby"), stage.who("ann")
    with pytest.raises(IntegrityError):
        stage.run(lambda tx: tx.members.add(room.id, ann.id, RoomRole.MEMBER, 1))
    assert stage.places("lobby") == {"ann": RoomRole.OWNER}


def test_removing_counts_and_is_noticed_once(stage: Stage) -> None:
    stage.place("lobby", "bob", RoomRole.MEMBER)
    room, bob = stage.seen("lobby"), stage.who("bob")
    assert stage.changes == [], "who comes in takes nobody's right away"
    stage.run(lambda tx: tx.members.remove(room.id, bob.id))
    stage.run(lambda tx: tx.members.remove(room.id, bob.id))
    assert stage.places("lobby") == {"ann": RoomRole.OWNER}
    assert [change.rooms for change in stage.changes] == [{room.id}]


def test_another_room_role_is_noticed(stage: Stage) -> None:
    stage.place("lobby", "bob", RoomRole.OWNER)
    stage.place("lobby", "bob", RoomRole.MEMBER)
    assert stage.places("lobby")["bob"] is RoomRole.MEMBER
    assert [change.rooms for change in stage.changes] == [{stage.seen("lobby").id}]


def test_the_last_post_is_remembered_without_moving_the_authority(stage: Stage) -> None:
    room, ann = stage.seen("lobby"), stage.who("ann")
    stage.run(lambda tx: tx.members.posted(room.id, ann.id, 77))
    member = stage.run(lambda tx: tx.members.get(room.id, ann.id))
    assert member is not None
    assert member.last_posted_at == 77
    assert stage.changes == []


def test_pages_follow_the_accounts(stage: Stage) -> None:
    for username in ("gus", "bob", "mo"):
        stage.place("lobby", username, RoomRole.MEMBER)
    room, mo = stage.seen("lobby"), stage.who("mo")

    def page(after: int, limit: int) -> list[str]:
        return [member.user.username for member in stage.run(lambda tx: tx.members.page(room.id, after, limit))]

    assert page(0, 9) == ["ann", "mo", "bob", "gus"]
    assert page(0, 2) == ["ann", "mo"]
    assert page(mo.id, 2) == ["bob", "gus"]


def test_the_rooms_of_a_user_come_whole_and_without_the_deleted_ones(stage: Stage) -> None:
    for slug in ("den", "news"):
        stage.room(slug, owner="bob")
    stage.place("lobby", "bob", RoomRole.MEMBER)
    den, bob = stage.seen("den"), stage.who("bob")
    stage.run(lambda tx: tx.rooms.delete(den.id))
    found = stage.run(lambda tx: tx.members.of_user(bob.id))
    assert [room for room, _ in found] == [stage.seen("lobby"), stage.seen("news")]
    assert [(member.user, member.role) for _, member in found] == [(bob, RoomRole.MEMBER), (bob, RoomRole.OWNER)]


def test_below_a_gate_are_those_whose_server_role_is_lower_whatever_they_are_in_the_room(stage: Stage) -> None:
    for username in ("mo", "bob", "gus"):
        stage.place("lobby", username, RoomRole.OWNER)
    room = stage.seen("lobby")

    def below(role: Role) -> list[str]:
        return [member.user.username for member in stage.run(lambda tx: tx.members.below(room.id, role))]

    assert [below(role) for role in Role] == [[], ["gus"], ["bob", "gus"], ["mo", "bob", "gus"]]
    assert stage.run(lambda tx: tx.members.owners(room.id)) == 4


@pytest.mark.parametrize(
    ("statement", "bound"),
    [
        (members.ROLE, {"of_room": 1, "of_user": 1}),
        (members.GET, {"of_room": 1, "of_user": 1}),
        (members.BY_USERNAME, {"of_room": 1, "username": "bob"}),
        (members.PAGE, {"of_room": 1, "after": 0, "most": 50}),
        (members.OF_USER, {"of_user": 1}),
        (members.BELOW, {"of_room": 1, "gate": 2}),
        (members.OWNERS, {"of_room": 1}),
    ],
    ids=["role", "get", "by_username", "page", "of_user", "below", "owners"],
)
def test_each_question_is_answered_from_an_index_without_sorting(
    stage: Stage, statement: Select[Any], bound: dict[str, Any]
) -> None:
    lines = plan(stage, statement, **bound)
    assert lines
    assert not scans(lines)


def test_the_check_of_plans_sees_a_scan_and_a_sort_where_there_is_one(stage: Stage) -> None:
    everyone = select(table.c.role).order_by(table.c.joined_at)
    assert len(scans(plan(stage, everyone))) == 2
