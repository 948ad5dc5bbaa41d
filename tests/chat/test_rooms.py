"""Rooms: who makes, sees, changes and deletes them, and what that appends to their logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.chat.errors import Code
from service.chat.events import MemberJoined, MemberLeft, RoomChanged, RoomDeleted
from service.chat.members import JoinRoom
from service.chat.ports import Page
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import SLOW_MODE_MAX, ChangeRoom, CreateRoom, DeleteRoom, ListRooms, SeenRoom, SeeRoom
from tests.stage import Stage

EVERYTHING = Page(None, 100)


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("staff", join_role=Role.MODERATOR)
    stage.room("news", join_role=Role.GUEST, post_role=Role.MODERATOR)
    stage.room("den", visibility=Visibility.PRIVATE)
    stage.place("den", "bob", RoomRole.MEMBER)
    return stage


# Making


def test_who_makes_a_room_owns_it_and_is_the_first_in_its_log(stage: Stage) -> None:
    seen: list[SeenRoom] = []
    events = stage.heard(lambda: seen.append(stage.do("bob", CreateRoom("garden", name=" The garden "))))
    (joined,) = events
    assert isinstance(joined, MemberJoined)
    assert (joined.room, joined.seq, joined.member.role) == ("garden", 1, RoomRole.OWNER)
    room = seen[0].room
    assert (room.name, room.seq, room.members, room.created_at) == ("The garden", 1, 1, stage.now)
    assert (room.join_role, room.post_role, room.visibility) == (Role.MEMBER, Role.MEMBER, Visibility.PUBLIC)
    assert seen[0].standing.room_role is RoomRole.OWNER


def test_a_room_without_a_name_is_called_as_its_slug(stage: Stage) -> None:
    assert stage.do("bob", CreateRoom("garden")).room.name == "garden"


def test_guests_make_no_rooms(stage: Stage) -> None:
    assert stage.refusal("gus", CreateRoom("garden")).code is Code.ROLE_TOO_LOW


def test_a_token_without_the_scope_to_write_makes_no_rooms(stage: Stage) -> None:
    assert stage.refusal("bob", CreateRoom("garden"), frozenset({Scope.READ})).code is Code.INSUFFICIENT_SCOPE


def test_a_slug_that_is_taken_is_a_conflict_in_the_same_words_whoever_may_see_its_room(stage: Stage) -> None:
    stage.do("ann", DeleteRoom("news"))
    words = {}
    for slug in ("lobby", "den", "news"):
        refusal = stage.refusal("cyn", CreateRoom(slug))
        assert refusal.code is Code.CONFLICT
        words[refusal.message.replace(slug, "…")] = slug
    assert len(words) == 1, "public, private and deleted rooms are told apart by nothing"


def test_every_room_has_a_log_of_its_own_name(stage: Stage) -> None:
    epochs = {stage.do("bob", CreateRoom(slug)).room.epoch for slug in ("a", "b", "c")}
    assert len(epochs) == 3


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"slug": "Garden"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"slug": "-garden"}, "slug"),
        ({"slug": "g" * 65}, "slug"),
        ({"slug": "garden\n"}, "slug"),
        ({"slug": "dm-garden"}, "slug"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "n" * 81}, "name"),
        ({"topic": "t" * 501}, "topic"),
        ({"topic": "right \u202e left"}, "topic"),
        ({"topic": "\0"}, "topic"),
        ({"topic": "\ud800"}, "topic"),
        ({"visibility": Visibility.DIRECT}, "visibility"),
        ({"slow_mode": -1}, "slow_mode"),
        ({"slow_mode": SLOW_MODE_MAX + 1}, "slow_mode"),
    ],
)
def test_what_no_room_can_have_is_refused_by_its_field(stage: Stage, settings: dict[str, Any], field: str) -> None:
    refusal = stage.refusal("bob", CreateRoom(**{"slug": "garden", **settings}))
    assert refusal.code is Code.INVALID
    assert [error.field for error in refusal.errors] == [field]


@pytest.mark.parametrize("gate", ["join_role", "post_role"])
def test_nobody_makes_a_room_whose_gate_is_above_their_own_role(stage: Stage, gate: str) -> None:
    above: dict[str, Any] = {gate: Role.MODERATOR}
    assert stage.refusal("bob", CreateRoom("garden", **above)).code is Code.FORBIDDEN
    assert getattr(stage.do("mo", CreateRoom("garden", **above)).room, gate) is Role.MODERATOR


# Seeing


def slugs(stage: Stage, username: str, page: Page = EVERYTHING) -> list[str]:
    return [standing.room.slug for standing in stage.do(username, ListRooms(page))]


def test_each_of_the_cast_is_listed_the_rooms_that_they_see(stage: Stage) -> None:
    public = ["lobby", "news", "staff"]
    assert slugs(stage, "ann") == ["den", *public]
    assert slugs(stage, "bob") == ["den", *public]
    assert slugs(stage, "mo") == slugs(stage, "cyn") == slugs(stage, "gus") == public


def test_a_list_says_what_the_asker_is_in_each_room_and_what_they_may_do(stage: Stage) -> None:
    found = {seen.room.slug: seen for seen in stage.do("bob", ListRooms(EVERYTHING))}
    assert (found["den"].standing.room_role, found["lobby"].standing.room_role) == (RoomRole.MEMBER, None)
    assert found == {slug: stage.do("bob", SeeRoom(slug)) for slug in found}


def test_a_list_goes_on_behind_a_slug(stage: Stage) -> None:
    assert slugs(stage, "ann", Page(None, 2)) == ["den", "lobby"]
    assert slugs(stage, "ann", Page("lobby", 2)) == ["news", "staff"]
    assert slugs(stage, "ann", Page("staff", 2)) == []


def test_listing_wants_the_scope_to_read(stage: Stage) -> None:
    assert stage.refusal("ann", ListRooms(EVERYTHING), frozenset({Scope.WRITE})).code is Code.INSUFFICIENT_SCOPE
    assert stage.refusal("ann", SeeRoom("lobby"), frozenset({Scope.WRITE})).code is Code.INSUFFICIENT_SCOPE


@pytest.mark.parametrize("slug", ["den", "nowhere", "DEN", "", "a" * 65, "den\0", "../den"])
def test_a_room_that_one_may_not_see_is_as_absent_as_one_that_is_not_there(stage: Stage, slug: str) -> None:
    asked: tuple[Callable[[str], Any], ...] = (SeeRoom, JoinRoom, DeleteRoom, lambda slug: ChangeRoom(slug, topic="x"))
    answers = {(r.code, r.message, r.why) for r in (stage.refusal("mo", ask(slug)) for ask in asked)}
    assert answers == {(Code.NOT_FOUND, "There is no such room.", None)}


def test_below_its_gate_a_public_room_shows_its_object_and_nothing_else(stage: Stage) -> None:
    assert stage.do("gus", SeeRoom("staff")).room.join_role is Role.MODERATOR
    refusal = stage.refusal("gus", JoinRoom("staff"))
    assert refusal.code is Code.ROLE_TOO_LOW
    assert refusal.why is not None
    assert refusal.why.rule == "join_role"


# Changing


def test_a_change_is_an_event_that_carries_the_room_as_it_is_then(stage: Stage) -> None:
    events = stage.heard(lambda: stage.do("ann", ChangeRoom("lobby", topic="Come in", slow_mode=5)))
    (changed,) = events
    assert isinstance(changed, RoomChanged)
    assert (changed.by, changed.changed.topic, changed.changed.slow_mode) == ("ann", "Come in", 5)
    room = stage.seen("lobby")
    assert (room.topic, room.slow_mode, room.name, room.seq) == ("Come in", 5, "lobby", changed.seq)
    assert changed.changed.seq == changed.seq, "who takes it over does not fall behind what they have heard"


def test_a_change_to_what_is_there_already_is_no_event(stage: Stage) -> None:
    assert not stage.heard(lambda: stage.do("ann", ChangeRoom("lobby", name="lobby", locked=False)))
    assert not stage.heard(lambda: stage.do("ann", ChangeRoom("lobby")))


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "x"},
        {"locked": True},
        {"slow_mode": 1},
        {"join_role": Role.ADMIN},
        {"post_role": Role.ADMIN},
        {"visibility": Visibility.PRIVATE},
    ],
)
def test_a_change_moves_the_authority_of_its_room(stage: Stage, change: dict[str, Any]) -> None:
    """Otherwise a decision made before it would still be taken for good by the next post."""
    stage.changes.clear()
    stage.do("ann", ChangeRoom("lobby", **change))
    assert [change.rooms for change in stage.changes] == [frozenset({stage.seen("lobby").id})]


@pytest.mark.parametrize(("username", "held"), [("mo", None), ("bob", RoomRole.MODERATOR), ("cyn", RoomRole.MEMBER)])
def test_only_owners_and_admins_change_and_delete(stage: Stage, username: str, held: RoomRole | None) -> None:
    if held is not None:
        stage.place("lobby", username, held)
    assert stage.refusal(username, ChangeRoom("lobby", topic="x")).code is Code.FORBIDDEN
    assert stage.refusal(username, DeleteRoom("lobby")).code is Code.FORBIDDEN
    stage.place("lobby", username, RoomRole.OWNER)
    assert stage.do(username, ChangeRoom("lobby", topic="x")).value.room.topic == "x"
    stage.do(username, DeleteRoom("lobby"))
    assert stage.seen("lobby").deleted


@pytest.mark.parametrize(("username", "held"), [("mo", None), ("bob", RoomRole.MODERATOR)])
@pytest.mark.parametrize("peace", [{"locked": True}, {"slow_mode": 5}, {"post_role": Role.MEMBER}], ids=str)
def test_who_moderates_locks_slows_and_gates_what_is_said_but_changes_nothing_else_with_it(
    stage: Stage, username: str, held: RoomRole | None, peace: dict[str, Any]
) -> None:
    if held is not None:
        stage.place("lobby", username, held)
    stage.place("lobby", "cyn", RoomRole.MEMBER)
    for other in ({"topic": "x"}, {"join_role": Role.MEMBER}, {"visibility": Visibility.PRIVATE}, {"name": "x"}):
        assert stage.refusal(username, ChangeRoom("lobby", **peace, **other)).code is Code.FORBIDDEN
    assert stage.refusal("cyn", ChangeRoom("lobby", **peace)).code is Code.FORBIDDEN
    done = stage.do(username, ChangeRoom("lobby", **peace))
    assert {name: getattr(done.value.room, name) for name in peace} == peace
    assert done.action is not None


def test_a_moderator_sets_no_post_role_above_their_own(stage: Stage) -> None:
    assert stage.refusal("mo", ChangeRoom("lobby", post_role=Role.ADMIN)).code is Code.FORBIDDEN
    stage.place("lobby", "bob", RoomRole.MODERATOR)
    assert stage.refusal("bob", ChangeRoom("lobby", post_role=Role.MODERATOR)).code is Code.FORBIDDEN


def test_an_owner_keeps_a_gate_that_an_admin_set_but_sets_none_above_their_own_role(stage: Stage) -> None:
    stage.do("bob", CreateRoom("garden"))
    stage.do("ann", ChangeRoom("garden", post_role=Role.MODERATOR))
    assert stage.do("bob", ChangeRoom("garden", topic="x", post_role=Role.MODERATOR)).value.room.topic == "x"
    assert stage.refusal("bob", ChangeRoom("garden", post_role=Role.ADMIN)).code is Code.FORBIDDEN
    assert stage.refusal("bob", ChangeRoom("garden", join_role=Role.MODERATOR)).code is Code.FORBIDDEN


def test_a_room_never_becomes_a_direct_one(stage: Stage) -> None:
    assert stage.refusal("ann", ChangeRoom("lobby", visibility=Visibility.DIRECT)).code is Code.INVALID


def test_a_room_that_turns_private_is_gone_for_who_is_no_member(stage: Stage) -> None:
    stage.place("lobby", "cyn", RoomRole.MEMBER)
    stage.do("ann", ChangeRoom("lobby", visibility=Visibility.PRIVATE))
    assert stage.refusal("bob", SeeRoom("lobby")).code is Code.NOT_FOUND
    assert stage.do("cyn", SeeRoom("lobby")).standing.room_role is RoomRole.MEMBER


# Gates that rise


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.PRIVATE])
def test_a_raised_join_role_ends_the_memberships_below_it_in_the_same_transaction(
    stage: Stage, visibility: Visibility
) -> None:
    stage.room("garden", visibility=visibility, join_role=Role.GUEST)
    for username in ("mo", "bob", "gus"):
        stage.place("garden", username, RoomRole.MEMBER)
    events = stage.heard(lambda: stage.do("ann", ChangeRoom("garden", join_role=Role.MODERATOR)))
    changed, *left = events
    assert isinstance(changed, RoomChanged)
    gone = [(event.user, event.code, event.by) for event in left if isinstance(event, MemberLeft)]
    assert gone == [("bob", "role_too_low", "ann"), ("gus", "role_too_low", "ann")]
    assert [event.seq for event in events] == list(range(changed.seq, changed.seq + 3))
    assert set(stage.places("garden")) == {"ann", "mo"}


def test_a_raised_gate_spares_no_owner(stage: Stage) -> None:
    stage.do("bob", CreateRoom("garden"))
    stage.do("ann", ChangeRoom("garden", join_role=Role.MODERATOR))
    assert stage.places("garden") == {}
    assert stage.refusal("bob", ChangeRoom("garden", join_role=Role.GUEST)).code is Code.ROLE_TOO_LOW


def test_a_lowered_join_role_and_a_raised_post_role_eject_nobody(stage: Stage) -> None:
    stage.place("lobby", "gus", RoomRole.MEMBER)
    for change in (ChangeRoom("lobby", post_role=Role.ADMIN), ChangeRoom("staff", join_role=Role.GUEST)):
        (event,) = stage.heard(lambda change=change: stage.do("ann", change))
        assert isinstance(event, RoomChanged)
    assert set(stage.places("lobby")) == {"ann", "gus"}


# Deleting


def test_a_deleted_room_is_gone_for_everyone_with_a_last_event(stage: Stage) -> None:
    stage.place("den", "cyn", RoomRole.MODERATOR)
    (deleted,) = stage.heard(lambda: stage.do("ann", DeleteRoom("den")))
    assert isinstance(deleted, RoomDeleted)
    assert (deleted.by, deleted.room, deleted.seq) == ("ann", "den", stage.seen("den").seq)
    for username in ("ann", "bob", "cyn"):
        assert stage.refusal(username, SeeRoom("den")).code is Code.NOT_FOUND
        assert "den" not in slugs(stage, username)
    assert stage.places("den") == {}
    assert stage.changes[-1].rooms == {stage.seen("den").id}


def test_the_slug_of_a_deleted_room_is_never_used_again(stage: Stage) -> None:
    stage.do("ann", DeleteRoom("den"))
    assert stage.refusal("ann", CreateRoom("den")).code is Code.CONFLICT
