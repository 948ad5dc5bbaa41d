"""Sanctions: kick, mute and ban in a room; mute and suspend on the whole server; and how they end.

A sanction is an event: its seq stands in its answer, and from there on it holds. One that takes somebody's place away
gives it back when it ends, for who comes back did not choose to leave. A kick has no end: who was kicked joins again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.chat import members, names, standing
from service.chat.deeds import Deed, Done, actor_of
from service.chat.directory import find
from service.chat.enforcement import IMPOSED, end_due_of, holds, impose, impose_on_server, lift, lifting
from service.chat.errors import invalid, not_found
from service.chat.policy import Action, Rank, may_act_on, may_act_on_user, may_moderate_users, may_undo
from service.chat.ports import Transaction
from service.chat.reasons import reason_of
from service.chat.records import FOREVER, Asker, Room, Sanction, SanctionKind, User

IN_A_ROOM = (SanctionKind.KICK, SanctionKind.MUTE, SanctionKind.BAN)
ON_THE_SERVER = (SanctionKind.MUTE, SanctionKind.SUSPEND)


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
        return _as_seen(tx, asker, impose_on_server(tx, actor_of(asker), user, self.kind, self.until, reason))

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
        what = IMPOSED[self.kind, False]
        deed = Deed(actor_of(asker), what, actor.rank, on=user, room=actor.room, reason=reason)
        return impose(tx, deed, self.kind, self.until, [(actor.room, member)])

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
        if not holds(tx, sanction):
            raise not_found("sanction")
        may_undo(rank, sanction.rank).require()
        deed = Deed(actor_of(asker), lifting(sanction), rank, on=sanction.user, room=room)
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
            return _shown_to(tx, asker.user, found)
        actor = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Action.MODERATE, actor)
        return tx.sanctions.page(actor.room.id, self.before, self.limit, self.history)


def shown(tx: Transaction, asker: Asker, sanction: Sanction) -> Sanction:
    """A sanction as the asker may see it: a room that they can't see is not named."""
    (seen,) = _shown_to(tx, asker.user, [sanction])
    return seen


def _authority_over(tx: Transaction, asker: Asker, sanction: Sanction) -> tuple[Rank, Room | None]:
    """The asker's rank where a sanction holds, if they could impose it now: so nobody lifts their own."""
    if sanction.room is None:
        may_moderate_users(asker.user, asker.scope).require()
        may_act_on_user(asker.user, sanction.user).require()
        return actor_of(asker).server_rank, None
    actor = standing.of_asker(tx, asker, sanction.room, "sanction")
    standing.require(tx, Action.MODERATE, actor)
    held = tx.members.role(actor.room.id, sanction.user.id)
    may_act_on(actor, standing.of_user(tx, actor.room, sanction.user, held)).require()
    return actor.rank, actor.room


def _check_other(asker: Asker, user: User) -> None:
    if user.id == asker.user.id:
        raise invalid("user", "this is you: leave the room, or sign out, instead")


def _as_seen(tx: Transaction, asker: Asker, done: Done[Sanction]) -> Done[Sanction]:
    return Done(shown(tx, asker, done.value), done.action)


def _shown_to(tx: Transaction, user: User, sanctions: Sequence[Sanction]) -> list[Sanction]:
    """As that user may see them. All their rooms are asked for at once: a server-wide one stands in each room that its
    user was in."""
    visible = standing.seen_among(tx, user, {slug for sanction in sanctions for slug in sanction.seqs})
    return [
        replace(sanction, seqs={slug: seq for slug, seq in sanction.seqs.items() if slug in visible})
        for sanction in sanctions
    ]
