"""Who is in a room: joining, leaving, inviting, promoting, removing, and what happens to memberships when a gate or a
role moves.

Whoever enters or leaves does so by ``enter`` or ``_eject``, so that no membership changes without its event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.chat import names, standing
from service.chat.errors import Code, Refusal, Why, invalid, not_found
from service.chat.policy import JOIN_ROLE, Action, Standing, may, may_act_on, may_give
from service.chat.ports import Page, Transaction
from service.chat.records import Asker, Member, Room, User
from service.chat.roles import RoomRole

USER_ID_MAX = 2**63 - 1  # the databases' widest integer


@dataclass(frozen=True, slots=True)
class Joined:
    """The answer to a join: the room as it is for the member now; ``joined`` if they were none before."""

    standing: Standing
    member: Member
    joined: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """The answer to a change of somebody's membership; ``joined`` if they were no member before."""

    member: Member
    joined: bool


@dataclass(frozen=True, slots=True)
class JoinRoom:
    """Become a member, if one may enter and isn't one."""

    slug: str

    def run(self, tx: Transaction, asker: Asker) -> Joined:
        """Once a member, always the same answer: ``member.joined`` is appended once."""
        before = standing.of_asker(tx, asker, self.slug)
        may(Action.JOIN, before).require()
        member = tx.members.get(before.room.id, asker.user.id)
        if member is not None:
            return Joined(before, member, joined=False)
        member = enter(tx, before.room, asker.user, RoomRole.MEMBER)
        return Joined(standing.of_asker(tx, asker, self.slug), member, joined=True)


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    """Stop being a member."""

    slug: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """Free to every member but the last owner."""
        before = standing.of_asker(tx, asker, self.slug)
        may(Action.JOIN, before).require()
        if before.room_role is None:
            raise not_found("member")
        _keep_an_owner(tx, before)
        _eject(tx, before.room, asker.user, "left", None)


@dataclass(frozen=True, slots=True)
class SetMember:
    """Make somebody a member, or set the role of one; oneself: join, or step down. Without a role, ``member`` for
    who is new and no change for who is there."""

    slug: str
    username: str
    role: RoomRole | None = None

    def run(self, tx: Transaction, asker: Asker) -> Placed:
        """An unchanged role is no event."""
        actor = standing.of_asker(tx, asker, self.slug)
        username = names.fold_username(self.username)
        if username == asker.user.username:
            return self._oneself(tx, asker, actor)
        member = tx.members.by_username(actor.room.id, username)
        if member is None:
            return self._invite(tx, asker, actor, username)
        return self._another(tx, asker, actor, member)

    def _oneself(self, tx: Transaction, asker: Asker, actor: Standing) -> Placed:
        may(Action.JOIN, actor).require()
        member = tx.members.get(actor.room.id, asker.user.id)
        held = RoomRole.MEMBER if member is None else member.role
        role = held if self.role is None else self.role
        if role > held:
            may(Action.MODERATE, actor).require()
            may_give(actor, role).require()
        if member is None:
            return Placed(enter(tx, actor.room, asker.user, role), joined=True)
        if role < held:
            _keep_an_owner(tx, actor)
        return Placed(_promote(tx, actor.room, member, role, asker.user), joined=False)

    def _invite(self, tx: Transaction, asker: Asker, actor: Standing, username: str) -> Placed:
        may(Action.INVITE, actor).require()
        role = RoomRole.MEMBER if self.role is None else self.role
        may_give(actor, role).require()
        user = tx.users.by_username(username) if names.is_username(username) else None
        if user is None or user.deleted:
            raise not_found("user")
        if user.suspended:
            raise Refusal(Code.CONFLICT, f"The account {username} is suspended.")
        if not JOIN_ROLE.holds(standing.of_user(actor.room, user, None)):
            raise Refusal(
                Code.ROLE_TOO_LOW,
                f"An invitation does not lift the gate: the room is for the role {actor.room.join_role.word} "
                f"and above, and {username} is {user.role.word}.",
                why=Why(JOIN_ROLE.name),
            )
        return Placed(enter(tx, actor.room, user, role), joined=True)

    def _another(self, tx: Transaction, asker: Asker, actor: Standing, member: Member) -> Placed:
        may(Action.MODERATE, actor).require()
        role = member.role if self.role is None else self.role
        if role is not member.role:
            may_act_on(actor, standing.of_user(actor.room, member.user, member.role)).require()
            may_give(actor, role).require()
        return Placed(_promote(tx, actor.room, member, role, asker.user), joined=False)


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Remove somebody from a room; oneself: leave."""

    slug: str
    username: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """Not for good: who may enter may join again."""
        actor = standing.of_asker(tx, asker, self.slug)
        username = names.fold_username(self.username)
        if username == asker.user.username:
            return LeaveRoom(self.slug).run(tx, asker)
        may(Action.MODERATE, actor).require()
        member = tx.members.by_username(actor.room.id, username)
        if member is None:
            raise not_found("member")
        may_act_on(actor, standing.of_user(actor.room, member.user, member.role)).require()
        return _eject(tx, actor.room, member.user, "kicked", asker.user)


@dataclass(frozen=True, slots=True)
class ListMembers:
    """Who is in a room, for whoever may read it."""

    slug: str
    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[Member]:
        """In the order in which the accounts were made."""
        reader = standing.of_asker(tx, asker, self.slug)
        may(Action.READ, reader).require()
        return tx.members.page(reader.room.id, _last_user(self.page.cursor), self.page.limit)


def enter(tx: Transaction, room: Room, user: User, role: RoomRole) -> Member:
    """Make a member of somebody who is none. Who may, has been decided."""
    tx.members.add(room.id, user.id, role, tx.now)
    member = Member(room.id, user, role, tx.now)
    tx.log.joined(room, member)
    return member


def close_gate(tx: Transaction, room: Room, by: User) -> None:
    """After a room's ``join_role`` was raised: who is below it is out, invited or not."""
    for user in tx.members.below(room.id, room.join_role):
        _eject(tx, room, user, "role_too_low", by)


def lose_gates(tx: Transaction, user: User, by: User | None) -> None:
    """After a demotion (``user`` as they are now): out of each room whose gate they no longer pass, and one event in
    each of the others, so that from its seq on everyone there sees them as what they are."""
    for room, member in tx.members.of_user(user.id):
        if JOIN_ROLE.holds(standing.of_user(room, user, member.role)):
            tx.log.member_changed(room, replace(member, user=user), by)
        else:
            _eject(tx, room, user, "role_too_low", by)


def leave_all(tx: Transaction, user: User, code: str, by: User | None, reason: str | None = None) -> None:
    """End all memberships of a user whose account is suspended or deleted. A room that loses its last owner by this
    is left to the admins."""
    for room, _ in tx.members.of_user(user.id):
        _eject(tx, room, user, code, by, reason)


def _eject(tx: Transaction, room: Room, user: User, code: str, by: User | None, reason: str | None = None) -> None:
    tx.members.remove(room.id, user.id)
    tx.log.left(room, user, code, by, reason)


def _promote(tx: Transaction, room: Room, member: Member, role: RoomRole, by: User) -> Member:
    if role is member.role:
        return member
    changed = replace(member, role=role)
    tx.members.set_role(room.id, member.user.id, role)
    tx.log.member_changed(room, changed, by)
    return changed


def _keep_an_owner(tx: Transaction, leaver: Standing) -> None:
    """Nobody could hand the room on once its last owner has gone by their own choice. Those of higher rank may still
    remove an owner: a sanction must not depend on who else is there."""
    if leaver.room_role is RoomRole.OWNER and tx.members.owners(leaver.room.id) == 1:
        raise Refusal(
            Code.CONFLICT,
            "You are the room's last owner: make somebody else an owner first, or delete the room.",
            why=Why("last_owner"),
        )


def _last_user(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < len(str(USER_ID_MAX))):
        raise invalid("cursor", "this is no cursor that the server gave out")
    return int(cursor)
