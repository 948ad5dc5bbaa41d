"""Doing what sanctions say, and undoing it, without asking who may: that is decided in ``sanctions``, and the operator
and the server itself need not ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.chat import members
from service.chat.deeds import SERVER, Actor, Deed, Done, Ejected, Sanctioned, What
from service.chat.directory import keep_an_admin
from service.chat.policy import Rank, may_undo
from service.chat.ports import Transaction
from service.chat.records import FOREVER, Member, Room, Sanction, SanctionKind, User

OUT = (SanctionKind.BAN, SanctionKind.SUSPEND)  # those that keep somebody out while they hold
LEFT = {SanctionKind.KICK: "kicked", SanctionKind.BAN: "banned", SanctionKind.SUSPEND: "suspended"}  # the events' code
DUE_AT_ONCE = 100  # sanctions that come to their end in one transaction

IMPOSED = {
    (SanctionKind.KICK, False): What.MEMBER_KICKED,
    (SanctionKind.MUTE, False): What.MEMBER_MUTED,
    (SanctionKind.BAN, False): What.MEMBER_BANNED,
    (SanctionKind.MUTE, True): What.USER_MUTED,
    (SanctionKind.SUSPEND, True): What.USER_SUSPENDED,
}
_LIFTED = {
    What.MEMBER_MUTED: What.MEMBER_UNMUTED,
    What.MEMBER_BANNED: What.MEMBER_UNBANNED,
    What.USER_MUTED: What.USER_UNMUTED,
    What.USER_SUSPENDED: What.USER_RESTORED,
}


@dataclass(frozen=True, slots=True)
class EndDue:
    """End what has come to its end. For the server itself."""

    def apply(self, tx: Transaction) -> int:
        """How many there were, ``DUE_AT_ONCE`` at most."""
        due = tx.sanctions.due(DUE_AT_ONCE)
        _end(tx, due)
        return len(due)


def impose(
    tx: Transaction,
    deed: Deed,
    kind: SanctionKind,
    until: int | None,
    rooms: Sequence[tuple[Room, Member | None]],
) -> Done[Sanction]:
    """A sanction on the user of the deed, in these rooms, where they are what stands beside each."""
    user = deed.on
    assert user is not None  # noqa: S101  a sanction is on somebody
    end = FOREVER if until is None else until
    replaced = () if kind is SanctionKind.KICK else _replace(tx, deed, kind, user)
    if kind in OUT:
        deed.steps += _taken_by_others(tx, deed, user)
    sanction = tx.sanctions.add(kind, deed.room, user, deed, end, {})
    seqs: dict[str, int] = {}
    for room, member in rooms:
        if kind is SanctionKind.MUTE:
            seqs[room.slug] = members.tell_changed(tx, deed, room, user)
        else:
            seqs[room.slug] = members.eject(tx, deed, room, user, member, LEFT[kind], until)
    deed.steps.append(Sanctioned(sanction.uid, replaced))
    action = deed.done(tx, sanction=sanction.uid, until=until)
    assert action is not None  # noqa: S101  there is a step
    sanction = tx.sanctions.settle(sanction, seqs, action.id)
    return Done(replace(sanction, action=action.uid), action)


def impose_on_server(
    tx: Transaction, actor: Actor, user: User, kind: SanctionKind, until: int | None, reason: str | None
) -> Done[Sanction]:
    """A server-wide sanction, without asking who may: one event in each of the user's rooms, in this transaction."""
    user = end_due_of(tx, user)
    deed = Deed(actor, IMPOSED[kind, True], actor.server_rank, on=user, reason=reason)
    if kind is SanctionKind.SUSPEND:
        keep_an_admin(tx, user)
        tx.users.set_suspended(user.id, True)
        tx.invites.delete_of(user.id)
        tx.sessions.end_all(user.id, tx.now)
    return impose(tx, deed, kind, until, tx.members.of_user(user.id))


def restore(tx: Transaction, actor: Actor, user: User, reason: str | None) -> None:
    """End all suspensions of a user, without asking who may."""
    deed = Deed(actor, What.USER_RESTORED, actor.server_rank, on=user, reason=reason)
    tx.users.set_suspended(user.id, False)  # also one of before there were sanctions
    for sanction in tx.sanctions.in_force(user.id):
        if sanction.kind is SanctionKind.SUSPEND:
            lift(tx, deed, sanction)
    deed.done(tx)


def end_due_of(tx: Transaction, user: User) -> User:
    """End what has come to its end of a user, before anything else is done to them: what it took is given back first,
    so that a new sanction takes it, and gives it back in its turn. The user as they are then."""
    while due := tx.sanctions.due(DUE_AT_ONCE, user.id):
        _end(tx, due)
    return tx.users.get(user.id) or user


def unmute_on_server(tx: Transaction, actor: Actor, user: User) -> None:
    """End all server-wide mutes of a user, without asking who may."""
    for sanction in tx.sanctions.in_force(user.id):
        if sanction.kind is SanctionKind.MUTE and sanction.room is None:
            deed = Deed(actor, What.USER_UNMUTED, actor.server_rank, on=user)
            lift(tx, deed, sanction)
            deed.done(tx)


def lift(tx: Transaction, deed: Deed, sanction: Sanction) -> None:
    """End a sanction, and give back what it took. Who may, has been decided."""
    if not tx.sanctions.lift(sanction, deed.by):
        return
    if sanction.kind is SanctionKind.MUTE:
        _unmute(tx, deed, sanction)
        return
    if sanction.kind is SanctionKind.SUSPEND:
        if any(other.kind is SanctionKind.SUSPEND for other in tx.sanctions.in_force(sanction.user.id)):
            return
        tx.users.set_suspended(sanction.user.id, False)
    action = tx.actions.get(sanction.action)
    for step in () if action is None else action.steps:
        if isinstance(step, Ejected):
            members.come_back(tx, deed, step)


def take_back(tx: Transaction, deed: Deed, step: Sanctioned) -> None:
    """Undo the imposing of a sanction: what it replaced is in force again, and it is no more. One that is over has
    nothing to take back: least of all may it bring an older one back over somebody who is free."""
    sanction = tx.sanctions.get(step.sanction)
    if sanction is None or not holds(tx, sanction):
        return
    for uid in step.replaced:
        older = tx.sanctions.get(uid)
        if older is not None and older.until > tx.now:
            tx.sanctions.revive(older)
    lift(tx, deed, sanction)


def _end(tx: Transaction, due: Sequence[Sanction]) -> None:
    for sanction in due:
        room = None if sanction.room is None else tx.rooms.by_slug(sanction.room)
        deed = Deed(SERVER, lifting(sanction), Rank.ADMIN, on=sanction.user, room=room)
        lift(tx, deed, sanction)
        deed.done(tx, expired=True)


def _replace(tx: Transaction, deed: Deed, kind: SanctionKind, user: User) -> tuple[str, ...]:
    """The new one stands in the place of older ones, but for those of a higher rank than its setter's: nobody could
    lift those by imposing a milder one. The ids of what it replaced."""
    slug = None if deed.room is None else deed.room.slug
    replaced = []
    for older in tx.sanctions.in_force(user.id):
        if older.kind is kind and older.room == slug and may_undo(deed.rank, older.rank).allowed:
            deed.steps += _ejected_by(tx, older)
            tx.sanctions.lift(older, deed.by)
            replaced.append(older.uid)
    return tuple(replaced)


def _taken_by_others(tx: Transaction, deed: Deed, user: User) -> list[Ejected]:
    """The places that bans and suspensions which stay in force beside this one have taken: whichever of them ends last
    gives them back."""
    known = {step.room_id for step in deed.steps if isinstance(step, Ejected)}
    taken: dict[int, Ejected] = {}
    for other in tx.sanctions.in_force(user.id):
        for step in _ejected_by(tx, other) if other.kind in OUT else ():
            if step.room_id not in known and (deed.room is None or deed.room.id == step.room_id):
                taken[step.room_id] = step
    return list(taken.values())


def _ejected_by(tx: Transaction, sanction: Sanction) -> list[Ejected]:
    """What a sanction took: whoever replaces it takes that over, to give it back."""
    action = tx.actions.get(sanction.action)
    return [] if action is None else [step for step in action.steps if isinstance(step, Ejected)]


def _unmute(tx: Transaction, deed: Deed, sanction: Sanction) -> None:
    for room, _ in tx.members.of_user(sanction.user.id):
        if sanction.room in (None, room.slug):
            members.tell_changed(tx, deed, room, sanction.user)


def holds(tx: Transaction, sanction: Sanction) -> bool:
    """Whether it is in force now."""
    return sanction.lifted_at is None and sanction.until > tx.now


def lifting(sanction: Sanction) -> What:
    """What the audit log calls the end of a sanction."""
    return _LIFTED[IMPOSED[sanction.kind, sanction.room is None]]
