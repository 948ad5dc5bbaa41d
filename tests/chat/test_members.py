"""Members: joining, leaving, inviting, promoting and removing, by rank; and what a lost gate does."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from service.chat import members
from service.chat.deeds import Actor, Deed, Done, Ejected, What
from service.chat.errors import Code
from service.chat.events import MemberChanged, MemberJoined, MemberLeft
from service.chat.members import JoinRoom, LeaveRoom, ListMembers, Placed, SetMember
from service.chat.policy import Rank
from service.chat.ports import Page
from service.chat.records import Room, Source, User
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import DeleteRoom
from service.chat.sanctions import RemoveMember
from service.storage.transaction import SqlTransaction
from tests.stage import Stage

MEMBER, MODERATOR, OWNER = RoomRole


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("staff", join_role=Role.MODERATOR)
    stage.room("den", visibility=Visibility.PRIVATE)
    stage.place("den", "bob", MEMBER)
    return stage


# Joining


def test_who_joins_is_a_member_from_then_on_and_the_room_says_so_once(stage: Stage) -> None:
    joined = stage.do("bob", JoinRoom("lobby"))
    assert joined.joined
    assert (joined.member.user.username, joined.member.role, joined.member.joined_at) == ("bob", MEMBER, stage.now)
    assert (joined.standing.room_role, joined.standing.room.members) == (MEMBER, 2)
    event = stage.events[-1]
    assert isinstance(event, MemberJoined)
    assert (event.member, event.seq) == (joined.member, joined.standing.room.seq)

    again = []
    assert not stage.heard(lambda: again.append(stage.do("bob", JoinRoom("lobby"))))
    assert not again[0].joined
    assert (again[0].member, again[0].standing) == (joined.member, joined.standing)


def test_below_the_gate_nobody_joins(stage: Stage) -> None:
    for username in ("bob", "gus"):
        assert stage.refusal(username, JoinRoom("staff")).code is Code.ROLE_TOO_LOW
    assert stage.do("mo", JoinRoom("staff")).joined


def test_an_admin_may_join_a_private_room_and_nobody_else_finds_it(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    assert stage.do("zoe", JoinRoom("den")).joined
    for username in ("mo", "cyn", "gus"):
        assert stage.refusal(username, JoinRoom("den")).code is Code.NOT_FOUND


def test_setting_oneself_as_a_member_is_joining(stage: Stage) -> None:
    placed = stage.do("cyn", SetMember("lobby", "cyn")).value
    assert (placed.joined, placed.member.role) == (True, MEMBER)
    assert not stage.heard(lambda: stage.do("cyn", SetMember("lobby", "CYN", MEMBER))), "and is folded, and is once"
    assert stage.refusal("cyn", SetMember("staff", "cyn")).code is Code.ROLE_TOO_LOW


# Leaving


def test_who_leaves_is_out_by_themselves(stage: Stage) -> None:
    stage.do("bob", JoinRoom("lobby"))
    stage.changes.clear()
    (left,) = stage.heard(lambda: stage.do("bob", LeaveRoom("lobby")))
    assert isinstance(left, MemberLeft)
    assert (left.user, left.code, left.by) == ("bob", "left", None)
    assert set(stage.places("lobby")) == {"ann"}
    assert [change.rooms for change in stage.changes] == [{stage.seen("lobby").id}]
    assert stage.do("bob", JoinRoom("lobby")).joined, "and may come back"


def test_who_is_no_member_has_nothing_to_leave(stage: Stage) -> None:
    assert stage.refusal("bob", LeaveRoom("lobby")).code is Code.NOT_FOUND
    assert stage.refusal("bob", LeaveRoom("staff")).code is Code.ROLE_TOO_LOW
    assert stage.refusal("cyn", LeaveRoom("den")).message == "There is no such room."


@pytest.mark.parametrize("act", [LeaveRoom("lobby"), RemoveMember("lobby", "ann"), SetMember("lobby", "ann", MEMBER)])
def test_the_last_owner_hands_over_first(stage: Stage, act: LeaveRoom | RemoveMember | SetMember) -> None:
    stage.do("bob", JoinRoom("lobby"))
    refusal = stage.refusal("ann", act)
    assert refusal.code is Code.CONFLICT
    assert "another" in refusal.message or "somebody else" in refusal.message
    stage.do("ann", SetMember("lobby", "bob", OWNER))
    stage.do("ann", act)
    assert stage.places("lobby")["bob"] is OWNER
    assert stage.places("lobby").get("ann") is not OWNER
    stage.do("bob", DeleteRoom("lobby"))


def test_stepping_down_is_free_and_stepping_up_is_not(stage: Stage) -> None:
    stage.place("lobby", "bob", MODERATOR)
    (changed,) = stage.heard(lambda: stage.do("bob", SetMember("lobby", "bob", MEMBER)))
    assert isinstance(changed, MemberChanged)
    assert (changed.member.role, changed.by) == (MEMBER, "bob")
    assert stage.refusal("bob", SetMember("lobby", "bob", MODERATOR)).code is Code.FORBIDDEN
    stage.place("lobby", "bob", MODERATOR)
    assert stage.refusal("bob", SetMember("lobby", "bob", OWNER)).code is Code.FORBIDDEN


def test_stepping_down_needs_no_scope_to_moderate(stage: Stage) -> None:
    stage.place("lobby", "bob", MODERATOR)
    scope = frozenset({Scope.READ, Scope.WRITE})
    assert stage.do("bob", SetMember("lobby", "bob", MEMBER), scope).value.member.role is MEMBER


def test_nobody_comes_in_with_a_role_that_they_could_not_give(stage: Stage) -> None:
    assert stage.refusal("bob", SetMember("lobby", "bob", OWNER)).code is Code.FORBIDDEN
    assert stage.refusal("mo", SetMember("lobby", "mo", OWNER)).code is Code.FORBIDDEN
    assert stage.do("mo", SetMember("lobby", "mo", MODERATOR)) == Done(
        Placed(stage.do("mo", JoinRoom("lobby")).member, joined=True)
    ), "to enter is nobody's to undo"
    stage.user("zoe", Role.ADMIN)
    assert stage.do("zoe", SetMember("den", "zoe", OWNER)).value.member.role is OWNER


# Inviting


def test_an_invitation_makes_a_member_at_once(stage: Stage) -> None:
    (joined,) = stage.heard(lambda: stage.do("ann", SetMember("den", "cyn")))
    assert isinstance(joined, MemberJoined)
    assert (joined.member.user.username, joined.member.role) == ("cyn", MEMBER)
    assert stage.places("den")["cyn"] is MEMBER


@pytest.mark.parametrize(("inviter", "held"), [("bob", OWNER), ("bob", MODERATOR), ("mo", MEMBER)])
def test_owners_room_moderators_and_present_server_moderators_invite_anybody_even_an_admin(
    stage: Stage, inviter: str, held: RoomRole
) -> None:
    stage.user("zoe", Role.ADMIN)
    stage.place("den", inviter, held)
    for username in ("cyn", "zoe"):
        assert stage.do(inviter, SetMember("den", username)).value.joined


def test_a_plain_member_invites_nobody(stage: Stage) -> None:
    for username in ("cyn", "nobody", "\0"):
        assert stage.refusal("bob", SetMember("den", username)).code is Code.FORBIDDEN, "whether they exist or not"
    assert stage.refusal("cyn", SetMember("den", "gus")).code is Code.NOT_FOUND


def test_inviting_wants_the_scope_to_write(stage: Stage) -> None:
    scope = frozenset({Scope.READ, Scope.MODERATE})
    assert stage.refusal("ann", SetMember("den", "cyn"), scope).code is Code.INSUFFICIENT_SCOPE


def test_an_invitation_never_lifts_a_gate(stage: Stage) -> None:
    refusal = stage.refusal("ann", SetMember("den", "gus"))
    assert refusal.code is Code.ROLE_TOO_LOW
    assert "gus" in refusal.message
    assert refusal.why is not None
    assert refusal.why.rule == "join_role"


def test_an_invitation_gives_no_higher_role_than_its_giver_has(stage: Stage) -> None:
    stage.place("den", "bob", MODERATOR)
    assert stage.refusal("bob", SetMember("den", "cyn", OWNER)).code is Code.FORBIDDEN
    assert stage.do("bob", SetMember("den", "cyn", MODERATOR)).value.member.role is MODERATOR


@pytest.mark.parametrize("username", ["nobody", "", "Ann!", "\0", "a" * 100, "here"])
def test_who_does_not_exist_is_not_invited(stage: Stage, username: str) -> None:
    refusal = stage.refusal("ann", SetMember("den", username))
    assert (refusal.code, refusal.message) == (Code.NOT_FOUND, "There is no such user.")


def test_who_is_suspended_is_not_invited(stage: Stage) -> None:
    cyn = stage.who("cyn")
    stage.run(lambda tx: tx.users.set_suspended(cyn.id, True))
    assert stage.refusal("ann", SetMember("den", "cyn")).code is Code.CONFLICT


# Promoting and removing, by rank


def rank(role: Role, held: RoomRole | None) -> int:
    """In a public room: admins, then server moderators, then the room roles."""
    return {Role.ADMIN: 9, Role.MODERATOR: 8}.get(role, -1 if held is None else held.value)


ACTORS = list(product(Role, (None, *RoomRole)))
TARGETS = list(product(Role, RoomRole))


def cast_of_two(stage: Stage, actor: tuple[Role, RoomRole | None], target: tuple[Role, RoomRole]) -> None:
    stage.user("actor", actor[0])
    stage.user("target", target[0])
    if actor[1] is not None:
        stage.place("lobby", "actor", actor[1])
    stage.place("lobby", "target", target[1])


@pytest.mark.parametrize("actor", ACTORS, ids=str)
@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_everyone_removes_whom_they_outrank(
    stage: Stage, actor: tuple[Role, RoomRole | None], target: tuple[Role, RoomRole]
) -> None:
    cast_of_two(stage, actor, target)
    act = RemoveMember("lobby", "target")
    outranks = rank(*actor) > rank(*target) or actor[0] is target[0] is Role.ADMIN
    if rank(*actor) >= MODERATOR and outranks:
        (left,) = stage.heard(lambda: stage.do("actor", act))
        assert isinstance(left, MemberLeft)
        assert (left.user, left.code, left.by) == ("target", "kicked", "actor")
        assert "target" not in stage.places("lobby")
    else:
        assert stage.refusal("actor", act).code is Code.FORBIDDEN


@pytest.mark.parametrize("actor", ACTORS, ids=str)
@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_everyone_promotes_whom_they_outrank_up_to_what_they_have(
    stage: Stage, actor: tuple[Role, RoomRole | None], target: tuple[Role, RoomRole]
) -> None:
    cast_of_two(stage, actor, target)
    owns = actor[1] is OWNER or actor[0] is Role.ADMIN
    moderates = rank(*actor) >= MODERATOR
    outranks = rank(*actor) > rank(*target) or actor[0] is target[0] is Role.ADMIN
    for role in RoomRole:
        act = SetMember("lobby", "target", role)
        if role is target[1] and moderates:
            assert not stage.heard(lambda act=act: stage.do("actor", act)), "unchanged is no event"
        elif moderates and outranks and (role <= MODERATOR or owns):
            (changed,) = stage.heard(lambda act=act: stage.do("actor", act))
            assert isinstance(changed, MemberChanged)
            assert (changed.member.user.username, changed.member.role, changed.by) == ("target", role, "actor")
            assert stage.places("lobby")["target"] is role
            stage.place("lobby", "target", target[1])
        else:
            assert stage.refusal("actor", act).code is Code.FORBIDDEN


def test_a_server_moderator_who_is_not_in_a_private_room_has_no_say_there(stage: Stage) -> None:
    assert stage.refusal("mo", RemoveMember("den", "bob")).code is Code.NOT_FOUND
    stage.place("den", "mo", MEMBER)
    stage.do("mo", RemoveMember("den", "bob"))


def test_whoever_is_made_a_room_moderator_moderates_also_a_guest(stage: Stage) -> None:
    stage.place("lobby", "cyn", MEMBER)
    stage.place("lobby", "gus", MODERATOR)
    stage.do("gus", RemoveMember("lobby", "cyn"))
    assert set(stage.places("lobby")) == {"ann", "gus"}


def test_removing_wants_the_scope_to_moderate(stage: Stage) -> None:
    scope = frozenset({Scope.READ, Scope.WRITE})
    assert stage.refusal("ann", RemoveMember("den", "bob"), scope).code is Code.INSUFFICIENT_SCOPE
    assert stage.refusal("ann", SetMember("den", "bob", MODERATOR), scope).code is Code.INSUFFICIENT_SCOPE


def test_who_is_no_member_cannot_be_removed(stage: Stage) -> None:
    assert stage.refusal("ann", RemoveMember("den", "cyn")).message == "There is no such member."
    for username in ("nobody", "\0"):
        assert stage.refusal("ann", RemoveMember("den", username)).message == "There is no such user."


def test_who_was_removed_may_join_again_where_they_may_enter(stage: Stage) -> None:
    stage.do("bob", JoinRoom("lobby"))
    for slug in ("lobby", "den"):
        stage.do("ann", RemoveMember(slug, "bob"))
    assert stage.do("bob", JoinRoom("lobby")).joined
    assert stage.refusal("bob", JoinRoom("den")).code is Code.NOT_FOUND


def test_even_the_last_owner_is_removed_by_who_outranks_them(stage: Stage) -> None:
    """A sanction must not depend on who else is there; the room is left to the admins."""
    stage.room("garden", owner="bob")
    stage.do("mo", RemoveMember("garden", "bob"))
    assert stage.places("garden") == {}
    assert stage.do("ann", SetMember("garden", "cyn", OWNER)).value.member.role is OWNER


# Listing


def names(stage: Stage, username: str, page: Page) -> list[str]:
    return [member.user.username for member in stage.do(username, ListMembers("lobby", page))]


def test_who_may_read_a_room_sees_its_members_without_joining(stage: Stage) -> None:
    for username in ("gus", "bob", "mo"):
        stage.place("lobby", username, MEMBER)
    assert names(stage, "cyn", Page(None, 3)) == ["ann", "mo", "bob"]
    assert names(stage, "cyn", Page(str(stage.who("bob").id), 3)) == ["gus"]
    assert stage.refusal("cyn", ListMembers("staff", Page(None, 3))).code is Code.ROLE_TOO_LOW
    assert stage.refusal("cyn", ListMembers("den", Page(None, 3))).code is Code.NOT_FOUND


@pytest.mark.parametrize("cursor", ["bob", "-1", "1.5", "", " 1", "١", "9" * 30, str(2**63)])
def test_a_cursor_of_ones_own_making_is_invalid(stage: Stage, cursor: str) -> None:
    refusal = stage.refusal("ann", ListMembers("lobby", Page(cursor, 3)))
    assert (refusal.code, refusal.errors[0].field) == (Code.INVALID, "cursor")


# Gates that are lost


def by_ann(tx: SqlTransaction, what: What, on: User, reason: str | None = None) -> Deed:
    return Deed(Actor(tx.users.by_username("ann"), Source()), what, Rank.ADMIN, on=on, reason=reason)


def bob_in_four_rooms(stage: Stage) -> User:
    stage.room("garden", visibility=Visibility.PRIVATE, join_role=Role.GUEST)
    stage.run(lambda tx: tx.rooms.add(direct_room("dm-1")))
    for slug in ("lobby", "garden", "dm-1"):
        stage.place(slug, "bob", MODERATOR)
    return stage.who("bob")


def direct_room(slug: str) -> Room:
    return Room(0, slug, slug, "", Visibility.DIRECT, Role.MEMBER, Role.MEMBER, False, 0, "e", 0, 0, 0, False)


def test_a_demotion_ends_the_memberships_whose_gate_is_lost_and_tells_the_other_rooms(stage: Stage) -> None:
    bob = bob_in_four_rooms(stage)

    def demote(tx: SqlTransaction) -> None:
        tx.users.set_role(bob.id, Role.GUEST)
        members.lose_gates(tx, by_ann(tx, What.USER_ROLE, bob), replace(bob, role=Role.GUEST))

    events = stage.heard(lambda: stage.run(demote))
    told = {event.room: event for event in events}
    assert len(told) == len(events) == 4, "one in each room of the user"
    left = told["den"]
    assert isinstance(left, MemberLeft)
    assert (left.code, left.by) == ("role_too_low", "ann")
    for slug in ("lobby", "garden", "dm-1"):
        changed = told[slug]
        assert isinstance(changed, MemberChanged)
        assert (changed.member.role, changed.member.user.role, changed.by) == (MODERATOR, Role.GUEST, "ann")
    assert "bob" not in stage.places("den")


@pytest.mark.parametrize("code", ["suspended", "left"])
def test_who_is_suspended_or_deleted_leaves_every_room_in_one_transaction(stage: Stage, code: str) -> None:
    bob = bob_in_four_rooms(stage)
    deeds: list[Deed] = []

    def leave(tx: SqlTransaction) -> None:
        deeds.append(by_ann(tx, What.USER_SUSPENDED, bob, "spam"))
        members.leave_all(tx, deeds[0], bob, code)

    events = stage.heard(lambda: stage.run(leave))
    assert {event.room for event in events} == {"den", "lobby", "garden", "dm-1"}
    assert all(isinstance(event, MemberLeft) and event.code == code and event.reason == "spam" for event in events)
    assert all("bob" not in stage.places(slug) for slug in ("den", "lobby", "garden", "dm-1"))
    held = {"den": MEMBER, "lobby": MODERATOR, "garden": MODERATOR, "dm-1": MODERATOR}
    assert deeds[0].steps == [Ejected(event.room_id, bob.id, held[event.room], event.seq) for event in events]


def test_a_deleted_room_is_none_that_anybody_leaves(stage: Stage) -> None:
    stage.do("ann", DeleteRoom("den"))
    bob = stage.who("bob")
    assert not stage.heard(
        lambda: stage.run(lambda tx: members.leave_all(tx, by_ann(tx, What.USER_DELETED, bob), bob, "left"))
    )
