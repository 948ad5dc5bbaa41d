"""Erasures, in the database: how far each has come; and all that tables keep about a person, for it to be taken out.

Every column that refers to an account is accounted for here or in the log: what is not taken out shows the nameless
account that is left. A test goes through them, so that a new table is thought of.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, union, update

from service.chat.ids import new_uid
from service.chat.names import ROOM_NAME_MAX
from service.chat.records import Room
from service.chat.roles import Visibility
from service.chat.stores.erasures import Erasure, Messages, Span
from service.storage.engine import thoroughly
from service.storage.files import ERASED_FILE
from service.storage.kinds import Kind
from service.storage.rooms import ROOM_COLUMNS, room_of
from service.storage.tables import (
    actions,
    blocks,
    erasures,
    events,
    files,
    followers,
    heads,
    mentions,
    pins,
    reactions,
    reports,
    rooms,
    sanctions,
    sessions,
    users,
)
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

ID_MAX = 2**63 - 1  # the databases' widest integer: above every id
NO_DIGEST = b""  # in place of one that was made of a content or a text

_COLUMNS = (
    erasures.c.id,
    erasures.c.uid,
    erasures.c.messages,
    erasures.c.at,
    erasures.c.room_id,
    erasures.c.seq,
    erasures.c.looked,
    erasures.c.whole,
    erasures.c.changed,
    erasures.c.finished_at,
)
_ERASURE = select(*_COLUMNS, *USER_COLUMNS).join_from(erasures, users, users.c.id == erasures.c.user_id)
GET = _ERASURE.where(erasures.c.uid == bindparam("uid"))
_UNFINISHED = _ERASURE.where(erasures.c.finished_at.is_(None)).order_by(erasures.c.id)
_PAGE = _ERASURE.where(erasures.c.id < bindparam("before")).order_by(erasures.c.id.desc()).limit(bindparam("most"))
_WHOLE = select(func.coalesce(func.sum(heads.c.seq), 0))
_MOVE = (
    update(erasures)
    .where(erasures.c.id == bindparam("of"))
    .values(
        room_id=bindparam("to_room"),
        seq=bindparam("to_seq"),
        looked=erasures.c.looked + bindparam("more_looked"),
        changed=erasures.c.changed + bindparam("more_changed"),
    )
)
_FINISH = update(erasures).where(erasures.c.id == bindparam("of")).values(finished_at=bindparam("now"))


def _within(table: Any) -> tuple[Any, ...]:
    return (
        table.c.room_id == bindparam("of_room"),
        table.c.seq > bindparam("after"),
        table.c.seq <= bindparam("upto"),
    )


def _at(table: Any) -> tuple[Any, ...]:
    return (table.c.room_id == bindparam("of_room"), table.c.seq == bindparam("of_seq"))


# What somebody has to do with a part of a log. It is gone through by its key: an index over who said what would cost
# every post more than a part costs here, once.
IN_LOG = (
    select(events.c.seq, events.c.kind, events.c.actor_id)
    .where(
        *_within(events),
        or_(
            (events.c.kind == Kind.MESSAGE.value)
            & or_(events.c.actor_id == bindparam("of_user"), events.c.deleted_by == bindparam("of_user")),
            (events.c.subject_id == bindparam("of_user")) & events.c.data.contains('"reason"'),
        ),
    )
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)
HUNG = union(
    select(reactions.c.seq).where(*_within(reactions), reactions.c.user_id == bindparam("of_user")),
    select(pins.c.seq).where(*_within(pins), pins.c.by_id == bindparam("of_user")),
).order_by("seq")

# What goes with a part of a log.
REACTIONS = delete(reactions).where(*_at(reactions), reactions.c.user_id == bindparam("of_user"))
CALLS = delete(mentions).where(mentions.c.user_id == bindparam("of_user"), *_within(mentions))
FOLLOWED = delete(followers).where(
    followers.c.user_id == bindparam("of_user"),
    followers.c.room_id == bindparam("of_room"),
    followers.c.root > bindparam("after"),
    followers.c.root <= bindparam("upto"),
)
NONCES = update(events).where(*_at(events)).values(nonce=None, digest=None)
_DATA = select(events.c.data).where(*_at(events))
_SET_DATA = update(events).where(*_at(events)).values(data=bindparam("to_data"))

# What goes at once.
BLOCKS = delete(blocks).where(
    or_(blocks.c.user_id == bindparam("of_user"), blocks.c.blocked_id == bindparam("of_user"))
)
OWN_REPORTS = update(reports).where(reports.c.reporter_id == bindparam("of_user")).values(reason="")
REPORTS_OF_THEM = update(reports).where(reports.c.author_id == bindparam("of_user")).values(text="", reason="")
SANCTIONS = update(sanctions).where(sanctions.c.user_id == bindparam("of_user")).values(reason=None)
ACTIONS = update(actions).where(actions.c.on_id == bindparam("of_user")).values(reason=None)

# What goes last: until then it says to other processes that the account has ended.
SESSIONS = delete(sessions).where(sessions.c.user_id == bindparam("of_user"))
WAITING_FILES = (
    update(files)
    .where(files.c.author_id == bindparam("of_user"), files.c.seq.is_(None))
    .values(gone_at=bindparam("now"), name=ERASED_FILE, digest=NO_DIGEST)
)

_NAMED = (
    select(*ROOM_COLUMNS)
    .join_from(rooms, heads, heads.c.room_id == rooms.c.id)
    .where(
        rooms.c.visibility == Visibility.DIRECT.value,
        or_(
            rooms.c.name.contains(bindparam("whole")),
            # Where the last name was cut off, it begins so.
            (func.length(rooms.c.name) == ROOM_NAME_MAX) & rooms.c.name.contains(bindparam("beginning")),
        ),
    )
)
_NAME_ROOM = update(rooms).where(rooms.c.id == bindparam("of")).values(name=bindparam("to_name"))


class SqlErasures:
    """The erasures, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._run = unit.connection.execute
        self._now = unit.now
        self._authority = unit.authority

    def begin(self, user_id: int, messages: Messages) -> Erasure:
        """The erasure of a user, of whom their row is left."""
        row = {
            "uid": new_uid("e", self._now),
            "user_id": user_id,
            "messages": messages.value,
            "at": self._now,
            "room_id": 0,
            "seq": 0,
            "looked": 0,
            "whole": self._run(_WHOLE).scalar_one(),
            "changed": 0,
        }
        self._run(insert(erasures), row)
        return _erasure(self._run(GET, {"uid": row["uid"]}).one())

    def get(self, uid: str) -> Erasure | None:
        """The erasure of that id."""
        row = self._run(GET, {"uid": uid}).one_or_none()
        return None if row is None else _erasure(row)

    def unfinished(self) -> list[Erasure]:
        """Those that are not done, oldest first."""
        return [_erasure(row) for row in self._run(_UNFINISHED)]

    def page(self, before: int | None, limit: int) -> list[Erasure]:
        """Newest first, below the id ``before``."""
        wanted = {"before": ID_MAX if before is None else before, "most": limit}
        return [_erasure(row) for row in self._run(_PAGE, wanted)]

    def look(self, user_id: int, room: Room, after: int, upto: int, most: int) -> Span:
        """What a user has to do with a part of a room's log, which is cut where that is more than ``most``."""
        place = {"of_user": user_id, "of_room": room.id, "after": after, "upto": upto}
        rows = self._run(IN_LOG, {**place, "most": most + 1}).all()
        hung = list(self._run(HUNG, place).scalars())
        seqs = sorted({*(row.seq for row in rows), *hung})
        if len(seqs) > most:
            upto = seqs[most - 1]
        rows = [row for row in rows if row.seq <= upto]
        said = tuple(row.seq for row in rows if row.kind == Kind.MESSAGE and row.actor_id == user_id)
        about = tuple(row.seq for row in rows if row.kind != Kind.MESSAGE)
        shown_in = {row.seq for row in rows} | {seq for seq in hung if seq <= upto}
        return Span(room, after, upto, said, tuple(sorted(shown_in - {*said, *about})), about)

    def move(self, erasure: Erasure, room_id: int, seq: int, looked: int, changed: int) -> None:
        """It has come there; ``looked`` and ``changed`` are how many more."""
        row = {"of": erasure.id, "to_room": room_id, "to_seq": seq, "more_looked": looked, "more_changed": changed}
        self._run(_MOVE, row)

    def finish(self, erasure: Erasure) -> None:
        """It is done, and what was kept for its sake is gone too."""
        with thoroughly(self._connection):
            self._run(SESSIONS, {"of_user": erasure.user.id})
            self._run(WAITING_FILES, {"of_user": erasure.user.id, "now": self._now})
        self._run(_FINISH, {"of": erasure.id, "now": self._now})

    def forget(self, user_id: int, messages: Messages) -> None:
        """Take out what is kept about a user beside the log."""
        with thoroughly(self._connection):
            for statement in (BLOCKS, OWN_REPORTS, SANCTIONS, ACTIONS):
                self._run(statement, {"of_user": user_id})
            if messages is Messages.DELETE:
                self._run(REPORTS_OF_THEM, {"of_user": user_id})

    def forget_in(self, user_id: int, span: Span) -> None:
        """Take out what is kept about a user in a part of a room's log."""
        room, seqs = {"of_room": span.room.id, "of_user": user_id}, [*span.said, *span.shown_in]
        with thoroughly(self._connection):
            for statement in (CALLS, FOLLOWED):
                self._run(statement, {**room, "after": span.after, "upto": span.upto})
            if seqs:
                self._run(REACTIONS, [{**room, "of_seq": seq} for seq in seqs])
            if span.said:
                self._run(NONCES, [{"of_room": span.room.id, "of_seq": seq} for seq in span.said])
            for seq in span.about:
                self._forget_why({"of_room": span.room.id, "of_seq": seq})

    def direct_rooms_named(self, username: str) -> Sequence[Room]:
        """The direct rooms that may have that name in theirs; also deleted ones."""
        return [room_of(row) for row in self._run(_NAMED, {"whole": username, "beginning": username[:2]})]

    def name_room(self, room: Room, name: str) -> None:
        """Give a room another name."""
        with thoroughly(self._connection):
            self._run(_NAME_ROOM, {"of": room.id, "to_name": name})
        self._authority.room_changed(room.id)

    def _forget_why(self, place: dict[str, int]) -> None:
        data = json.loads(self._run(_DATA, place).scalar_one())
        data.pop("reason", None)
        self._run(_SET_DATA, {**place, "to_data": json.dumps(data)})


def _erasure(row: Sequence[Any]) -> Erasure:
    id_, uid, messages, at, room_id, seq, looked, whole, changed, finished_at = row[: len(_COLUMNS)]
    user = user_of(row[len(_COLUMNS) :])
    return Erasure(id_, uid, user, Messages(messages), at, room_id, seq, looked, whole, changed, finished_at)
