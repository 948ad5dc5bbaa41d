"""What authority did and can take back, in the database, with the steps of it as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, get_args

from sqlalchemy import Select, and_, bindparam, insert, not_, or_, select, update

from service.chat.deeds import Action, Deed, Step, What
from service.chat.ids import new_uid
from service.chat.records import SYSTEM, User
from service.chat.roles import Visibility
from service.storage.rooms import ROOM_COLUMNS, room_of
from service.storage.tables import actions, heads, rooms, users
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

ID_MAX = 2**63 - 1  # the databases' widest integer: above every id

_doer = users.alias("doer")
_target = users.alias("target")
_undoer = users.alias("undoer")

_COLUMNS = (
    actions.c.id,
    actions.c.uid,
    actions.c.what,
    actions.c.rank,
    actions.c.at,
    actions.c.reason,
    actions.c.steps,
    actions.c.undone_at,
    _undoer.c.username,
)
_DOER = tuple(_doer.c[column.name] for column in USER_COLUMNS)
_TARGET = tuple(_target.c[column.name] for column in USER_COLUMNS)
_ACTION = (
    select(*_COLUMNS, *_DOER, *_TARGET, *ROOM_COLUMNS)
    .select_from(actions)
    .outerjoin(_doer, _doer.c.id == actions.c.by_id)
    .outerjoin(_target, _target.c.id == actions.c.on_id)
    .outerjoin(_undoer, _undoer.c.id == actions.c.undone_by)
    .outerjoin(rooms, rooms.c.id == actions.c.room_id)
    .outerjoin(heads, heads.c.room_id == rooms.c.id)
)
GET = _ACTION.where(actions.c.uid == bindparam("uid"))
# What people take back of their own words is nobody else's to know; nor what goes on in direct rooms.
_OWN_WORDS = and_(
    actions.c.what == What.MESSAGES_DELETED.value,
    actions.c.by_id.is_not(None),
    actions.c.by_id.is_not_distinct_from(actions.c.on_id),
)
_LISTED = (
    _ACTION.where(actions.c.id < bindparam("before"), not_(_OWN_WORDS))
    .order_by(actions.c.id.desc())
    .limit(bindparam("most"))
)
PAGE = _LISTED.where(or_(actions.c.room_id.is_(None), rooms.c.visibility != Visibility.DIRECT.value))
PAGE_OF_ROOM = _LISTED.where(actions.c.room_id == bindparam("of_room"))
_MARK = (
    update(actions).where(actions.c.id == bindparam("of")).values(undone_at=bindparam("now"), undone_by=bindparam("by"))
)
_STEPS: dict[str, Callable[..., Step]] = {step.__name__: step for step in get_args(Step)}


class SqlActions:
    """The actions, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._now = unit.now

    def add(self, deed: Deed) -> Action:
        """What was done now, with the steps noted on the way."""
        uid = new_uid("a", self._now)
        row = {
            "uid": uid,
            "what": deed.what.value,
            "by_id": None if deed.by is None else deed.by.id,
            "rank": int(deed.rank),
            "at": self._now,
            "room_id": None if deed.room is None else deed.room.id,
            "on_id": None if deed.on is None else deed.on.id,
            "reason": deed.reason,
            "steps": json.dumps([{"step": type(step).__name__, **asdict(step)} for step in deed.steps]),
        }
        key = self._connection.execute(insert(actions).returning(actions.c.id), row).scalar_one()
        steps = tuple(deed.steps)
        return Action(
            int(key), uid, deed.what, deed.by, int(deed.rank), self._now, deed.room, deed.on, deed.reason, steps
        )

    def get(self, uid: str) -> Action | None:
        """The action of that id."""
        row = self._connection.execute(GET, {"uid": uid}).one_or_none()
        return None if row is None else _action(row)

    def mark_undone(self, action: Action, by: User | None) -> None:
        """It has been taken back."""
        row = {"of": action.id, "now": self._now, "by": None if by is None else by.id}
        self._connection.execute(_MARK, row)

    def page(self, room_id: int | None, before: int | None, limit: int) -> list[Action]:
        """Newest first, below the id ``before``; of one room, or of the whole server and all rooms but direct ones."""
        wanted = {"before": ID_MAX if before is None else before, "most": limit}
        if room_id is None:
            return self._found(PAGE, wanted)
        return self._found(PAGE_OF_ROOM, {**wanted, "of_room": room_id})

    def _found(self, statement: Select[Any], wanted: dict[str, int]) -> list[Action]:
        return [_action(row) for row in self._connection.execute(statement, wanted)]


def _action(row: Sequence[Any]) -> Action:
    own, user = len(_COLUMNS), len(USER_COLUMNS)
    id_, uid, what, rank, at, reason, steps, undone_at, undone_by = row[:own]
    doer, target, room = row[own : own + user], row[own + user : own + 2 * user], row[own + 2 * user :]
    return Action(
        id=id_,
        uid=uid,
        what=What(what),
        by=None if doer[0] is None else user_of(doer),
        rank=rank,
        at=at,
        room=None if room[0] is None else room_of(room),
        on=None if target[0] is None else user_of(target),
        reason=reason,
        steps=tuple(_step(step) for step in json.loads(steps)),
        undone_at=undone_at,
        undone_by=None if undone_at is None else undone_by or SYSTEM,
    )


def _step(fields: dict[str, Any]) -> Step:
    kind = _STEPS[fields.pop("step")]
    # JSON has no tuples
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})
