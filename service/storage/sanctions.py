"""Sanctions, in the database. Who may impose or lift one is decided in ``chat.sanctions``; here they are only kept.

One that begins or ends moves the authority's version, here, where no caller can forget it: a decision about somebody
that was made before it no longer stands.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, func, insert, select, update

from service.chat.deeds import Deed
from service.chat.ids import new_uid
from service.chat.records import SYSTEM, Room, Sanction, SanctionKind, User
from service.storage.tables import actions, members, rooms, sanctions, users
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

_setter = users.alias("setter")
_lifter = users.alias("lifter")

_COLUMNS = (
    sanctions.c.id,
    sanctions.c.uid,
    sanctions.c.kind,
    rooms.c.slug,
    _setter.c.username,
    sanctions.c.rank,
    sanctions.c.at,
    sanctions.c.until,
    sanctions.c.reason,
    sanctions.c.seqs,
    actions.c.uid,
    sanctions.c.lifted_at,
    _lifter.c.username,
)
_SANCTION = (
    select(*_COLUMNS, *USER_COLUMNS)
    .join_from(sanctions, users, users.c.id == sanctions.c.user_id)
    .outerjoin(rooms, rooms.c.id == sanctions.c.room_id)
    .outerjoin(actions, actions.c.id == sanctions.c.action_id)
    .outerjoin(_setter, _setter.c.id == sanctions.c.by_id)
    .outerjoin(_lifter, _lifter.c.id == sanctions.c.lifted_by)
)
_NOT_LIFTED = sanctions.c.lifted_at.is_(None)
GET = _SANCTION.where(sanctions.c.uid == bindparam("uid"))
# Asked whenever somebody does something: nearly always empty, and found so by one look at a small index.
IN_FORCE = _SANCTION.where(
    sanctions.c.user_id == bindparam("of_user"), _NOT_LIFTED, sanctions.c.until > bindparam("now")
).order_by(sanctions.c.id)
DUE = (
    _SANCTION.where(_NOT_LIFTED, sanctions.c.until <= bindparam("now"))
    .order_by(sanctions.c.until)
    .limit(bindparam("most"))
)
DUE_OF_USER = DUE.where(sanctions.c.user_id == bindparam("of_user"))
NEXT_DUE = select(func.min(sanctions.c.until)).where(_NOT_LIFTED)
_LISTED = _SANCTION.where(sanctions.c.id < bindparam("before")).order_by(sanctions.c.id.desc()).limit(bindparam("most"))
PAGE_OF_ROOM = _LISTED.where(sanctions.c.room_id == bindparam("of_room"))
PAGE_OF_SERVER = _LISTED.where(sanctions.c.room_id.is_(None))
_STILL = (_NOT_LIFTED, sanctions.c.until > bindparam("now"))
_LIFT = (
    update(sanctions)
    .where(sanctions.c.id == bindparam("of"), _NOT_LIFTED)
    .values(lifted_at=bindparam("now"), lifted_by=bindparam("by"))
)
_REVIVE = update(sanctions).where(sanctions.c.id == bindparam("of")).values(lifted_at=None, lifted_by=None)
_SETTLE = (
    update(sanctions)
    .where(sanctions.c.id == bindparam("of"))
    .values(seqs=bindparam("to_seqs"), action_id=bindparam("to_action"))
)
ID_MAX = 2**63 - 1  # the databases' widest integer: above every id


def muted_until(room_id: ColumnElement[int]) -> ScalarSelect[int]:
    """How long the user of the surrounding statement may not speak in a room, by a mute there or on the whole server;
    null for who may. The statement is given ``now``."""
    return (
        select(func.max(sanctions.c.until))
        .where(
            sanctions.c.user_id == users.c.id,
            sanctions.c.kind == SanctionKind.MUTE.value,
            _NOT_LIFTED,
            sanctions.c.until > bindparam("now"),
            # So put that nobody looks through the sanctions of a whole room for each of its members.
            func.coalesce(sanctions.c.room_id, room_id) == room_id,
        )
        .correlate(users, members)
        .scalar_subquery()
    )


class SqlSanctions:
    """The sanctions, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._authority = unit.authority
        self._now = unit.now

    def add(
        self, kind: SanctionKind, room: Room | None, user: User, deed: Deed, until: int, seqs: dict[str, int]
    ) -> Sanction:
        """A new one, by the deed's actor and for its reason; a kick is over at once."""
        uid = new_uid("s", self._now)
        over = self._now if kind is SanctionKind.KICK else None
        row = {
            "uid": uid,
            "kind": kind.value,
            "room_id": None if room is None else room.id,
            "user_id": user.id,
            "by_id": None if deed.by is None else deed.by.id,
            "rank": int(deed.rank),
            "at": self._now,
            "until": until,
            "reason": deed.reason,
            "seqs": json.dumps(seqs),
            "lifted_at": over,
        }
        key = self._connection.execute(insert(sanctions).returning(sanctions.c.id), row).scalar_one()
        self._authority.user_changed(user.id)
        return Sanction(
            id=int(key),
            uid=uid,
            kind=kind,
            room=None if room is None else room.slug,
            user=user,
            by=SYSTEM if deed.by is None else deed.by.username,
            rank=int(deed.rank),
            at=self._now,
            until=until,
            reason=deed.reason,
            seqs=seqs,
            action="",
            lifted_at=over,
        )

    def settle(self, sanction: Sanction, seqs: dict[str, int], action_id: int) -> Sanction:
        """The sanction with its events and the action that undoes it."""
        row = {"of": sanction.id, "to_seqs": json.dumps(seqs), "to_action": action_id}
        self._connection.execute(_SETTLE, row)
        return replace(sanction, seqs=seqs)

    def get(self, uid: str) -> Sanction | None:
        """The sanction of that id, in force or past."""
        row = self._connection.execute(GET, {"uid": uid}).one_or_none()
        return None if row is None else _sanction(row)

    def in_force(self, user_id: int) -> list[Sanction]:
        """Those on a user that have neither been lifted nor come to their end, in any room and on the server."""
        return self._found(IN_FORCE, {"of_user": user_id, "now": self._now})

    def page(self, room_id: int | None, before: int | None, limit: int, history: bool) -> list[Sanction]:
        """Of one room, or server-wide; newest first, below the id ``before``; with ``history`` also past ones."""
        statement = PAGE_OF_SERVER if room_id is None else PAGE_OF_ROOM
        wanted = {"before": ID_MAX if before is None else before, "most": limit}
        if room_id is not None:
            wanted["of_room"] = room_id
        if history:
            return self._found(statement, wanted)
        return self._found(statement.where(*_STILL), {**wanted, "now": self._now})

    def due(self, limit: int, user_id: int | None = None) -> list[Sanction]:
        """Those that have come to their end and have not been lifted: everybody's, or a user's."""
        wanted = {"now": self._now, "most": limit}
        if user_id is None:
            return self._found(DUE, wanted)
        return self._found(DUE_OF_USER, {**wanted, "of_user": user_id})

    def next_due(self) -> int | None:
        """When the next one comes to its end (Unix ms); one without an end counts as ``FOREVER``."""
        due = self._connection.execute(NEXT_DUE).scalar_one()
        return None if due is None else int(due)

    def lift(self, sanction: Sanction, by: User | None) -> bool:
        """End it; False if it had been."""
        row = {"of": sanction.id, "now": self._now, "by": None if by is None else by.id}
        if self._connection.execute(_LIFT, row).rowcount != 1:
            return False
        self._authority.user_changed(sanction.user.id)
        return True

    def revive(self, sanction: Sanction) -> None:
        """It is in force again, to its own end."""
        self._connection.execute(_REVIVE, {"of": sanction.id})
        self._authority.user_changed(sanction.user.id)

    def _found(self, statement: Select[Any], wanted: dict[str, Any]) -> list[Sanction]:
        return [_sanction(row) for row in self._connection.execute(statement, wanted)]


def _sanction(row: Sequence[Any]) -> Sanction:
    width = len(_COLUMNS)
    id_, uid, kind, room, by, rank, at, until, reason, seqs, action, lifted_at, lifted_by = row[:width]
    return Sanction(
        id=id_,
        uid=uid,
        kind=SanctionKind(kind),
        room=room,
        user=user_of(row[width:]),
        by=by or SYSTEM,
        rank=rank,
        at=at,
        until=until,
        reason=reason,
        seqs=json.loads(seqs),
        action=action or "",
        lifted_at=lifted_at,
        lifted_by=None if lifted_at is None else lifted_by or SYSTEM,
    )
