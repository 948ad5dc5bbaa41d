"""A room's epoch names its log. Where a log may say something else than it did, its epoch becomes a new one: a client
that comes back with the old one begins anew, instead of going on from a position that means nothing there."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat.deeds import Actor, Deed, Scalar, What
from service.chat.errors import not_found
from service.chat.ports import Transaction
from service.chat.records import Room
from service.chat.rooms import new_epoch

ROOMS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore took back beside the log: sessions that were ended, invites that were deleted."""

    rooms: int
    sessions: int
    invites: int


def renew(tx: Transaction, actor: Actor, slug: str | None) -> int:
    """Give one room, or all of them, a new epoch; how many they are."""
    if slug is not None:
        room = tx.rooms.by_slug(slug)
        if room is None or room.deleted:
            raise not_found("room")
        tx.rooms.set_epoch(room.id, new_epoch())
        Deed(actor, What.EPOCH_RENEWED, actor.server_rank, room=room).done(tx)
        return 1
    renewed = _renew_all(tx)
    Deed(actor, What.EPOCH_RENEWED, actor.server_rank).done(tx, rooms=renewed)
    return renewed


def restored(tx: Transaction, actor: Actor, made_at: int, *, keep_sessions: bool) -> Restored:
    """Make the state of an earlier moment one that can be gone on from.

    Between that moment and now people signed out, lost devices, used invites up: what could be used then could be used
    again. So nobody is signed in unless ``keep_sessions``, and no invite and no reset link is valid.
    """
    sessions = 0 if keep_sessions else tx.sessions.end_every(tx.now)
    invites = 0 if keep_sessions else tx.invites.delete_all()
    tx.users.void_resets()
    rooms = _renew_all(tx)
    detail: dict[str, Scalar] = {"made_at": made_at, "rooms": rooms, "sessions": sessions, "invites": invites}
    Deed(actor, What.RESTORED, actor.server_rank).done(tx, **detail)
    return Restored(rooms, sessions, invites)


def _renew_all(tx: Transaction) -> int:
    renewed, after = 0, 0
    while rooms := _behind(tx, after):
        for room in rooms:
            tx.rooms.set_epoch(room.id, new_epoch())
        renewed += len(rooms)
        after = rooms[-1].id
    return renewed


def _behind(tx: Transaction, after: int) -> list[Room]:
    return tx.rooms.every(after, ROOMS_AT_ONCE)
