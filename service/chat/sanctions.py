"""Sanctions: kick, mute and ban in a room; mute and suspend on the whole server; and how they end.

A sanction is an event: its seq stands in its answer, and from there on it holds. One that takes somebody's place away
gives it back when it ends, for who comes back did not choose to leave. A kick has no end: who was kicked joins again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.chat import members, names, standing
from service.chat.deeds import SERVER, Actor, Deed, Done, Ejected, Sanctioned, What, actor_of
from service.chat.directory import find, keep_an_admin
from service.chat.errors import Refusal, invalid, not_found
from service.chat.policy import Action, Rank, Standing, may_act_on, may_act_on_user, may_moderate_users, may_undo
from service.chat.ports import Transaction
from service.chat.reasons import reason_of
from service.chat.records import FOREVER, Asker, Member, Room, Sanction, SanctionKind, User

IN_A_ROOM = (SanctionKind.KICK, SanctionKind.MUTE, SanctionKind.BAN)
ON_THE_SERVER = (SanctionKind.MUTE, SanctionKind.SUSPEND)
OUT = (SanctionKind.BAN, SanctionKind.SUSPEND)  # those that keep somebody out while they hold
LEFT = {SanctionKind.KICK: "kicked", SanctionKind.BAN: "banned", SanctionKind.SUSPEND: "suspended"}  # the events' code
DUE_AT_ONCE = 100  # sanctions that come to their end in one transaction

_IMPOSED = {
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
class Impose:
    """Act against a user: in a room, or (``room`` is None) on the whole server.

    ``until`` is in Unix ms; None is without an end. A kick has none.
    """

    room: str | None
    username: str
    kind: SanctionKind
    until: int | None = None
    reason: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Done[Sanction]:
        """By who moderates, on those of lower rank. It takes the place of those of its kind on the same user that the
        asker could lift: the last word counts, also where it is the milder one."""
        reason = reason_of(self.reason)
        if self.room is not None:
            return self._in_room(tx, asker, self.room, reason)
        self._check(ON_THE_SERVER, tx.now)
        may_moderate_users(asker.user, asker.scope).require()
        user = find(tx, self.username)
        may_act_on_user(asker.user, user).require()
        _check_other(asker, user)
        return impose_on_server(tx, actor_of(asker), user, self.kind, self.until, reason)

    def _in_room(self, tx: Transaction, asker: Asker, slug: str, reason: str | None) -> Done[Sanction]:
        actor = standing.of_asker(tx, asker, slug)
        standing.require(tx, Action.MODERATE, actor)
        self._check(IN_A_ROOM, tx.now)
        user = end_due_of(tx, find(tx, self.username))
        member = tx.members.get(actor.room.id, user.id)
        if member is None and self.kind is not SanctionKind.BAN:
            raise not_found("member")
        target = standing.of_user(tx, actor.room, user, None if member is None else member.role)
        may_act_on(actor, target).require()
        _check_other(asker, user)
        what = _IMPOSED[self.kind, False]
        deed = Deed(actor_of(asker), what, actor.rank, on=user, room=actor.room, reason=reason)
        return _impose(tx, deed, self.kind, self.until, [(actor.room, member)])

    def _check(self, kinds: tuple[SanctionKind, ...], now: int) -> None:
        if self.kind not in kinds:
            raise invalid("kind", f"use one of {', '.join(kinds)} here")
        if self.until is None:
            return
        if self.kind is SanctionKind.KICK:
            raise invalid("until", "a kick has no end: who was kicked may join again")
        if not now < self.until < FOREVER:
            raise invalid("until", "use a time to come, or leave it out")


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Remove somebody from a room; oneself: leave. Not for good: who may enter may join again."""

    slug: str
    username: str
    reason: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Done[None]:
        """A kick, by another name."""
        if names.fold_username(self.username) == asker.user.username:
            members.LeaveRoom(self.slug).run(tx, asker)
            return Done(None)
        return Done(None, Impose(self.slug, self.username, SanctionKind.KICK, None, self.reason).run(tx, asker).action)


@dataclass(frozen=True, slots=True)
class Lift:
    """End a sanction before its time. ``room`` is the slug of the room that it is in, None for the server's, and may
    be left open (``anywhere``)."""

    uid: str
    room: str | None = None
    anywhere: bool = False

    def run(self, tx: Transaction, asker: Asker) -> Sanction:
        """By who could have imposed it, and is not of lower rank than who did."""
        sanction = tx.sanctions.get(self.uid)
        if sanction is None or not (self.anywhere or sanction.room == self.room):
            raise not_found("sanction")
        rank, room = _authority_over(tx, asker, sanction)
        if not _holds(tx, sanction):
            raise not_found("sanction")
        may_undo(rank, sanction.rank).require()
        deed = Deed(actor_of(asker), _lifting(sanction), rank, on=sanction.user, room=room)
        lift(tx, deed, sanction)
        deed.done(tx)
        return replace(shown(tx, asker, sanction), lifted_at=tx.now, lifted_by=asker.user.username)


@dataclass(frozen=True, slots=True)
class ListSanctions:
    """The sanctions of a room, or (``room`` is None) the server-wide ones, newest first, below the id ``before``.

    Those in force; with ``history`` also kicks and what has ended.
    """

    room: str | None
    before: int | None
    limit: int
    history: bool = False

    def run(self, tx: Transaction, asker: Asker) -> list[Sanction]:
        """For who moderates. The rooms of a server-wide one that the asker can't see are left out of it."""
        if self.room is None:
            may_moderate_users(asker.user, asker.scope).require()
            found = tx.sanctions.page(None, self.before, self.limit, self.history)
            return [shown(tx, asker, sanction) for sanction in found]
        actor = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Action.MODERATE, actor)
        return tx.sanctions.page(actor.room.id, self.before, self.limit, self.history)


@dataclass(frozen=True, slots=True)
class EndDue:
    """End what has come to its end. For the server itself."""

    def apply(self, tx: Transaction) -> int:
        """How many there were, ``DUE_AT_ONCE`` at most."""
        due = tx.sanctions.due(DUE_AT_ONCE)
        _end(tx, due)
        return len(due)


def impose_on_server(
    tx: Transaction, actor: Actor, user: User, kind: SanctionKind, until: int | None, reason: str | None
) -> Done[Sanction]:
    """A server-wide sanction, without asking who may: one event in each of the user's rooms, in this transaction."""
    user = end_due_of(tx, user)
    deed = Deed(actor, _IMPOSED[kind, True], actor.server_rank, on=user, reason=reason)
    if kind is SanctionKind.SUSPEND:
        keep_an_admin(tx, user)
        tx.users.set_suspended(user.id, True)
        tx.invites.delete_of(user.id)
        tx.sessions.end_all(user.id, tx.now)
    done = _impose(tx, deed, kind, until, tx.members.of_user(user.id))
    return done if actor.user is None else Done(_shown_to(tx, actor.user, done.value), done.action)


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
            members.come_back(tx, step)


def take_back(tx: Transaction, deed: Deed, step: Sanctioned) -> None:
    """Undo the imposing of a sanction: what it replaced is in force again, and it is no more. One that is over has
    nothing to take back: least of all may it bring an older one back over somebody who is free."""
    sanction = tx.sanctions.get(step.sanction)
    if sanction is None or not _holds(tx, sanction):
        return
    for uid in step.replaced:
        older = tx.sanctions.get(uid)
        if older is not None and older.until > tx.now:
            tx.sanctions.revive(older)
    lift(tx, deed, sanction)


def shown(tx: Transaction, asker: Asker, sanction: Sanction) -> Sanction:
    """A sanction as the asker may see it: a room that they can't see is not named."""
    return _shown_to(tx, asker.user, sanction)


def _impose(
    tx: Transaction,
    deed: Deed,
    kind: SanctionKind,
    until: int | None,
    rooms: Sequence[tuple[Room, Member | None]],
) -> Done[Sanction]:
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


def _end(tx: Transaction, due: Sequence[Sanction]) -> None:
    for sanction in due:
        room = None if sanction.room is None else tx.rooms.by_slug(sanction.room)
        deed = Deed(SERVER, _lifting(sanction), Rank.ADMIN, on=sanction.user, room=room)
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


def _holds(tx: Transaction, sanction: Sanction) -> bool:
    return sanction.lifted_at is None and sanction.until > tx.now


def _authority_over(tx: Transaction, asker: Asker, sanction: Sanction) -> tuple[Rank, Room | None]:
    """The asker's rank where a sanction holds, if they could impose it now: so nobody lifts their own."""
    if sanction.room is None:
        may_moderate_users(asker.user, asker.scope).require()
        may_act_on_user(asker.user, sanction.user).require()
        return actor_of(asker).server_rank, None
    actor = _moderator(tx, asker, sanction.room)
    standing.require(tx, Action.MODERATE, actor)
    held = tx.members.role(actor.room.id, sanction.user.id)
    may_act_on(actor, standing.of_user(tx, actor.room, sanction.user, held)).require()
    return actor.rank, actor.room


def _moderator(tx: Transaction, asker: Asker, slug: str) -> Standing:
    try:
        return standing.of_asker(tx, asker, slug)
    except Refusal as unseen:
        raise not_found("sanction") from unseen


def _lifting(sanction: Sanction) -> What:
    return _LIFTED[_IMPOSED[sanction.kind, sanction.room is None]]


def _check_other(asker: Asker, user: User) -> None:
    if user.id == asker.user.id:
        raise invalid("user", "this is you: leave the room, or sign out, instead")


def _shown_to(tx: Transaction, user: User, sanction: Sanction) -> Sanction:
    visible = {slug: seq for slug, seq in sanction.seqs.items() if standing.sees(tx, user, slug)}
    return sanction if len(visible) == len(sanction.seqs) else replace(sanction, seqs=visible)
