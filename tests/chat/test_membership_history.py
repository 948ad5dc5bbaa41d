"""Whatever the cast does to rooms and members, the log tells it: who folds its events knows who is in which room.

A state machine tries acts of all kinds, allowed and refused, in any order, and after each compares what is in the
database with what the events say. A membership that changed without its event, an event without its change, a hole in
a log, or a member below a gate would be found.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service.chat import members
from service.chat.deeds import OPERATOR, Deed, What
from service.chat.errors import Code, Refusal
from service.chat.events import MemberChanged, MemberJoined, MemberLeft, RoomDeleted
from service.chat.members import JoinRoom, LeaveRoom, SetMember
from service.chat.policy import Rank
from service.chat.roles import Role, RoomRole, Visibility
from service.chat.rooms import ChangeRoom, CreateRoom, DeleteRoom
from service.chat.sanctions import RemoveMember
from service.chat.users import ChangeUser
from tests.stage import CAST, Stage

SLUGS = ("lobby", "den")
REFUSED_WITH = {
    None,
    Code.NOT_FOUND,
    Code.FORBIDDEN,
    Code.ROLE_TOO_LOW,
    Code.CONFLICT,
    Code.INSUFFICIENT_SCOPE,
}
EXAMPLES = 40
STEPS = 30

users = st.sampled_from(tuple(CAST))
slugs = st.sampled_from(SLUGS)
roles = st.sampled_from(Role)
room_roles = st.none() | st.sampled_from(RoomRole)
visibilities = st.sampled_from((Visibility.PUBLIC, Visibility.PRIVATE))


class Moot(RuleBasedStateMachine):
    """Two rooms and five people who do as they please."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage()

    @initialize(gate=st.sampled_from((Role.GUEST, Role.MEMBER)))
    def furnish(self, gate: Role) -> None:
        """A public and a private room."""
        self.stage.do("bob", CreateRoom("lobby", join_role=Role.GUEST))
        self.stage.do("mo", CreateRoom("den", visibility=Visibility.PRIVATE, join_role=gate))

    def act(self, username: str, command: Any) -> None:
        """Something that is done, or refused with a code that clients know what to do with."""
        try:
            self.stage.do(username, command)
        except Refusal as refusal:
            refused = refusal.code
        else:
            refused = None
        assert refused in REFUSED_WITH

    @rule(username=users, slug=slugs)
    def join(self, username: str, slug: str) -> None:
        """Somebody joins."""
        self.act(username, JoinRoom(slug))

    @rule(username=users, slug=slugs)
    def leave(self, username: str, slug: str) -> None:
        """Somebody leaves."""
        self.act(username, LeaveRoom(slug))

    @rule(username=users, slug=slugs, whom=users, role=room_roles)
    def place(self, username: str, slug: str, whom: str, role: RoomRole | None) -> None:
        """Somebody is invited, promoted, demoted, or steps down."""
        self.act(username, SetMember(slug, whom, role))

    @rule(username=users, slug=slugs, whom=users)
    def remove(self, username: str, slug: str, whom: str) -> None:
        """Somebody is removed."""
        self.act(username, RemoveMember(slug, whom))

    @rule(username=users, slug=slugs, join_role=roles, visibility=visibilities)
    def change(self, username: str, slug: str, join_role: Role, visibility: Visibility) -> None:
        """A gate moves."""
        self.act(username, ChangeRoom(slug, join_role=join_role, visibility=visibility))

    @rule(username=users, slug=slugs)
    def delete(self, username: str, slug: str) -> None:
        """A room is deleted; of two, one stays."""
        if not any(self.stage.seen(other).deleted for other in SLUGS):
            self.act(username, DeleteRoom(slug))

    @rule(username=st.sampled_from(("mo", "bob", "cyn", "gus")), role=roles)
    def appoint(self, username: str, role: Role) -> None:
        """The server-wide role of somebody is another one."""
        self.stage.run(lambda tx: ChangeUser(username, role=role).apply(tx, OPERATOR))

    @rule(username=users)
    def suspend(self, username: str) -> None:
        """Somebody is out of everything."""
        user = self.stage.who(username)
        deed = Deed(OPERATOR, What.USER_SUSPENDED, Rank.ADMIN, on=user)
        self.stage.run(lambda tx: members.leave_all(tx, deed, user, "suspended"))

    @invariant()
    def the_log_tells_who_is_where(self) -> None:
        """The events, folded, are the rows."""
        told: dict[str, dict[str, RoomRole]] = {}
        for event in self.stage.events:
            room = told.setdefault(event.room, {})
            if isinstance(event, MemberJoined):
                assert event.member.user.username not in room
                room[event.member.user.username] = event.member.role
            elif isinstance(event, MemberLeft):
                del room[event.user]
            elif isinstance(event, MemberChanged):
                assert event.member.user.username in room
                room[event.member.user.username] = event.member.role
            elif isinstance(event, RoomDeleted):
                room.clear()
        assert {slug: self.stage.places(slug) for slug in told} == told

    @invariant()
    def every_log_is_numbered_without_holes(self) -> None:
        """From 1 to the head, and the same when read back."""
        for slug in {event.room for event in self.stage.events}:
            live = [event for event in self.stage.events if event.room == slug]
            room = self.stage.seen(slug)
            assert [event.seq for event in live] == list(range(1, room.seq + 1))
            kept = self.stage.run(lambda tx, room=room: tx.log.events(room, 0, 10_000))
            assert [(type(event), event.seq, event.at) for event in kept] == [
                (type(event), event.seq, event.at) for event in live
            ]

    @invariant()
    def nobody_is_in_a_room_below_its_gate(self) -> None:
        """Invited, promoted or owning: a gate is a gate."""
        for slug in {event.room for event in self.stage.events}:
            room = self.stage.seen(slug)
            assert all(self.stage.who(username).role >= room.join_role for username in self.stage.places(slug))


def test_the_log_tells_every_change_of_membership() -> None:
    run_state_machine_as_test(
        Moot, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True)
    )
