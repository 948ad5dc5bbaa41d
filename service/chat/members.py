"""Who is in a room: joining, leaving, inviting, promoting, removing, and what happens to memberships when a gate or a
role moves.

Whoever enters or leaves does so by ``enter``, ``leave`` or ``eject``, so that no membership changes without its event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.chat import names, standing
from service.chat.deeds import Deed, Done, Ejected, RoomRoleSet, What, actor_of
from service.chat.errors import Code, Refusal, Why, invalid, not_found
from service.chat.events import Invited, Told
from service.chat.policy import JOIN_ROLE, NOT_BANNED, Action, Standing, may_act_on, may_give
from service.chat.ports import Page, Transaction
from service.chat.records import SYSTEM, Asker, Member, Room, User
from service.chat.roles import RoomRole, Scope

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
        standing.require(tx, Action.JOIN, before)
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
        standing.require(tx, Action.JOIN, before)
        if before.room_role is None:
            raise not_found("member")
        _keep_an_owner(tx, before)
        tx.members.remove(before.room.id, asker.user.id)
        tx.log.left(before.room, asker.user, "left", None)


@dataclass(frozen=True, slots=True)
class SetMember:
    """Make somebody a member, or set the role of one; oneself: join, or step down. Without a role, ``member`` for
    who is new and no change for who is there."""

    slug: str
    username: str
    role: RoomRole | None = None

    def run(self, tx: Transaction, asker: Asker) -> Done[Placed]:
        """An unchanged role is no event."""
        actor = standing.of_asker(tx, asker, self.slug)
        username = names.fold_username(self.username)
        if username == asker.user.username:
            return self._oneself(tx, asker, actor)
        member = tx.members.by_username(actor.room.id, username)
        if member is None:
            return self._invite(tx, asker, actor, username)
        return self._another(tx, asker, actor, member)

    def _oneself(self, tx: Transaction, asker: Asker, actor: Standing) -> Done[Placed]:
        standing.require(tx, Action.JOIN, actor)
        member = tx.members.get(actor.room.id, asker.user.id)
        held = RoomRole.MEMBER if member is None else member.role
        role = held if self.role is None else self.role
        if role > held:
            standing.require(tx, Action.MODERATE, actor)
            may_give(actor, role).require()
        if member is None:
            entered = enter(tx, actor.room, asker.user, role)
            if role > held:  # a place above the others is taken by authority, also by who gives it to themselves
                deed = Deed(actor_of(asker), What.MEMBER_ROLE, actor.rank, on=asker.user, room=actor.room)
                deed.done(tx, before=held.word, after=role.word)
            return Done(Placed(entered, joined=True))
        if role < held:
            _keep_an_owner(tx, actor)
        return _promote(tx, asker, actor, member, role)

    def _invite(self, tx: Transaction, asker: Asker, actor: Standing, username: str) -> Done[Placed]:
        standing.require(tx, Action.INVITE, actor)
        role = RoomRole.MEMBER if self.role is None else self.role
        may_give(actor, role).require()
        user = tx.users.by_username(username) if names.is_username(username) else None
        if user is None or user.deleted:
            raise not_found("user")
        if user.suspended:
            raise Refusal(Code.CONFLICT, f"The account {username} is suspended.")
        invited = standing.of_user(tx, actor.room, user, None)
        if not NOT_BANNED.holds(invited):
            raise Refusal(
                Code.BANNED,
                f"{username} is banned from this room: lift the ban first.",
                why=standing.why(tx, invited, NOT_BANNED.name),
            )
        if not JOIN_ROLE.holds(invited):
            raise Refusal(
                Code.ROLE_TOO_LOW,
                f"An invitation does not lift the gate: the room is for the role {actor.room.join_role.word} "
                f"and above, and {username} is {user.role.word}.",
                why=standing.why(tx, invited, JOIN_ROLE.name),
            )
        member = enter(tx, actor.room, user, role)
        news = Invited(actor.room.slug, asker.user.username)
        tx.tell(Told(frozenset({user.id}), actor.room.slug, Scope.READ, news))
        Deed(actor_of(asker), What.MEMBER_INVITED, actor.rank, on=user, room=actor.room).done(tx, role=role.word)
        return Done(Placed(member, joined=True))

    def _another(self, tx: Transaction, asker: Asker, actor: Standing, member: Member) -> Done[Placed]:
        standing.require(tx, Action.MODERATE, actor)
        role = member.role if self.role is None else self.role
        if role is not member.role:
            may_act_on(actor, standing.of_user(tx, actor.room, member.user, member.role)).require()
            may_give(actor, role).require()
        return _promote(tx, asker, actor, member, role)


@dataclass(frozen=True, slots=True)
class ListMembers:
    """Who is in a room, for whoever may read it."""

    slug: str
    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[Member]:
        """In the order in which the accounts were made."""
        reader = standing.of_asker(tx, asker, self.slug)
        standing.require(tx, Action.READ, reader)
        return tx.members.page(reader.room.id, _last_user(self.page.cursor), self.page.limit)


def enter(tx: Transaction, room: Room, user: User, role: RoomRole) -> Member:
    """Make a member of somebody who is none. Who may, has been decided."""
    tx.members.add(room.id, user.id, role, tx.now)
    member = _member(tx, room, user)
    tx.log.joined(room, member)
    return member


def eject(
    tx: Transaction, deed: Deed, room: Room, user: User, member: Member | None, code: str, until: int | None = None
) -> int:
    """Take somebody's place away, if they have one, and say so in the log: the seq from which on nothing reaches them
    here. The deed remembers what they were."""
    seq = tx.log.left(room, user, code, deed.by, deed.reason, until)
    if member is not None:
        tx.members.remove(room.id, user.id)
        deed.steps.append(Ejected(room.id, user.id, member.role, seq))
    return seq


def come_back(tx: Transaction, deed: Deed, step: Ejected) -> None:
    """Give somebody the place back that they lost, unless something else now stands against it. They hear no room that
    they are not in, so they are told."""
    room, user = tx.rooms.get(step.room_id), tx.users.get(step.user_id)
    if room is None or room.deleted or user is None or user.deleted or user.suspended:
        return
    if tx.members.role(room.id, user.id) is not None:
        return
    outside = standing.of_user(tx, room, user, None)
    if NOT_BANNED.holds(outside) and JOIN_ROLE.holds(outside):
        enter(tx, room, user, RoomRole(step.role))
        news = Invited(room.slug, SYSTEM if deed.by is None else deed.by.username)
        tx.tell(Told(frozenset({user.id}), room.slug, Scope.READ, news))


def undo_ejection(tx: Transaction, deed: Deed, step: Ejected) -> None:
    """``come_back``, for who may have come back before: they get the role again that they had, and who has left since
    by their own choice stays away."""
    room = tx.rooms.get(step.room_id)
    member = tx.members.get(step.room_id, step.user_id)
    if room is None or room.deleted:
        return
    if member is None:
        if not tx.log.joined_since(room, step.user_id, step.seq):
            come_back(tx, deed, step)
    elif member.role < step.role:
        set_room_role(tx, deed, room, member, RoomRole(step.role))


def tell_changed(tx: Transaction, deed: Deed, room: Room, user: User) -> int:
    """One event about a member as they are now: they are muted, or may speak again. Its seq."""
    return tx.log.member_changed(room, _member(tx, room, user), deed.by, deed.reason)


def close_gate(tx: Transaction, deed: Deed, room: Room) -> None:
    """After a room's ``join_role`` was raised: who is below it is out, invited or not."""
    for member in tx.members.below(room.id, room.join_role):
        eject(tx, deed, room, member.user, member, "role_too_low")


def lose_gates(tx: Transaction, deed: Deed, user: User) -> None:
    """After a change of role (``user`` as they are now): out of each room whose gate they no longer pass, and one event
    in each of the others, so that from its seq on everyone there sees them as what they are."""
    for room, member in tx.members.of_user(user.id):
        if JOIN_ROLE.holds(Standing(room, user.role, member.role, frozenset())):
            tx.log.member_changed(room, replace(member, user=user), deed.by, deed.reason)
        else:
            eject(tx, deed, room, user, member, "role_too_low")


def leave_all(tx: Transaction, deed: Deed, user: User, code: str) -> None:
    """End all memberships of a user. A room that loses its last owner by this is left to the admins."""
    for room, member in tx.members.of_user(user.id):
        eject(tx, deed, room, user, member, code)


def set_room_role(tx: Transaction, deed: Deed, room: Room, member: Member, role: RoomRole) -> Member:
    """Give a member another role. Who may, has been decided."""
    changed = replace(member, role=role)
    tx.members.set_role(room.id, member.user.id, role)
    tx.log.member_changed(room, changed, deed.by, deed.reason)
    deed.steps.append(RoomRoleSet(room.id, member.user.id, member.role, role))
    return changed


def _promote(tx: Transaction, asker: Asker, actor: Standing, member: Member, role: RoomRole) -> Done[Placed]:
    if role is member.role:
        return Done(Placed(member, joined=False))
    deed = Deed(actor_of(asker), What.MEMBER_ROLE, actor.rank, on=member.user, room=actor.room)
    changed = set_room_role(tx, deed, actor.room, member, role)
    return Done(Placed(changed, joined=False), deed.done(tx, before=member.role.word, after=role.word))


def _member(tx: Transaction, room: Room, user: User) -> Member:
    member = tx.members.get(room.id, user.id)
    if member is None:
        raise not_found("member")
    return member


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
