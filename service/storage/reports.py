"""Reports, in the database. Who may see and handle one is decided in ``chat.reports``; here they are only kept and
found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)

from service.chat import ids
from service.chat.ids import new_uid
from service.chat.records import SYSTEM, Author, Deletion, Message, Report, ReportState, Room, User
from service.chat.roles import Role, RoomRole, Visibility
from service.storage import files
from service.storage.tables import events, members, reports, rooms, users
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

ID_MAX = 2**63 - 1  # the databases' widest integer: above every id

_author = users.alias("author")
_reporter = users.alias("reporter")
_handler = users.alias("handler")
_deleter = users.alias("deleter")


def _all_of(who: Any) -> list[ColumnElement[Any]]:
    return [who.c[column.name].label(f"{who.name}_{column.name}") for column in USER_COLUMNS]


_COLUMNS = (
    reports.c.id,
    reports.c.uid,
    reports.c.room_id,
    rooms.c.slug,
    reports.c.seq,
    reports.c.text,
    reports.c.reason,
    reports.c.at,
    reports.c.state,
    reports.c.changed_at,
    reports.c.resolution,
    events.c.at.label("said_at"),
    events.c.text.label("text_now"),
    events.c.reply_to,
    events.c.deleted_at,
    _deleter.c.username.label("deleter"),
)
_REPORT = (
    select(*_COLUMNS, *_all_of(_author), *_all_of(_reporter), *_all_of(_handler))
    .join_from(reports, rooms, rooms.c.id == reports.c.room_id)
    .join(events, and_(events.c.room_id == reports.c.room_id, events.c.seq == reports.c.seq))
    .join(_author, _author.c.id == reports.c.author_id)
    .outerjoin(_reporter, _reporter.c.id == reports.c.reporter_id)
    .outerjoin(_handler, _handler.c.id == reports.c.handler_id)
    .outerjoin(_deleter, _deleter.c.id == events.c.deleted_by)
)
GET = _REPORT.where(reports.c.uid == bindparam("uid"))
OF_REPORTER = _REPORT.where(
    reports.c.room_id == bindparam("of_room"),
    reports.c.seq == bindparam("of_seq"),
    reports.c.reporter_id == bindparam("of_user"),
).limit(1)
_LISTED = _REPORT.where(reports.c.id < bindparam("before")).order_by(reports.c.id.desc()).limit(bindparam("most"))
PAGE_OF_REPORTER = _LISTED.where(reports.c.reporter_id == bindparam("of_user"))
_NOT_CLOSED = reports.c.state != literal_column(f"'{ReportState.CLOSED}'")  # as the partial index has it
UNCLOSED = select(reports.c.id).where(reports.c.reporter_id == bindparam("of_user"), _NOT_CLOSED)
UNCLOSED_BY_FILTERS = select(reports.c.id).where(
    reports.c.reporter_id.is_(None), reports.c.room_id == bindparam("of_room"), _NOT_CLOSED
)
CANDIDATES = (
    select(members.c.role.label("held"), *USER_COLUMNS)
    .select_from(users)
    .outerjoin(members, and_(members.c.user_id == users.c.id, members.c.room_id == bindparam("of_room")))
    .where(
        users.c.deleted_at.is_(None),
        users.c.suspended.is_(false()),
        or_(users.c.role >= Role.MODERATOR.value, members.c.role >= RoomRole.MODERATOR.value),
    )
    .order_by(users.c.id)
)
_ORIGINAL = select(events.c.actor_id, events.c.text).where(
    events.c.room_id == bindparam("of_room"), events.c.seq == bindparam("of_seq")
)
_ADD = insert(reports)
_CHANGE = (
    update(reports)
    .where(reports.c.id == bindparam("of"))
    .values(
        state=bindparam("to_state"),
        handler_id=bindparam("to_handler"),
        resolution=bindparam("to_resolution"),
        changed_at=bindparam("now"),
    )
)


class SqlReports:
    """The reports, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._now = unit.now

    def add(self, room: Room, seq: int, reporter: User | None, reason: str) -> Report:
        """A new one, with the text as it was posted: that of a deleted message is no longer shown, but kept."""
        author_id, text = self._connection.execute(_ORIGINAL, {"of_room": room.id, "of_seq": seq}).one()
        uid = new_uid("r", self._now)
        row = {
            "uid": uid,
            "room_id": room.id,
            "seq": seq,
            "author_id": author_id,
            "text": text,
            "reporter_id": None if reporter is None else reporter.id,
            "reason": reason,
            "at": self._now,
            "state": ReportState.OPEN.value,
            "changed_at": self._now,
        }
        self._connection.execute(_ADD, row)
        return self._found(uid)

    def get(self, uid: str) -> Report | None:
        """The report of that id."""
        row = self._connection.execute(GET, {"uid": uid}).one_or_none()
        return None if row is None else self._report(row)

    def of_reporter(self, room_id: int, seq: int, reporter_id: int) -> Report | None:
        """What somebody has reported of a message."""
        wanted = {"of_room": room_id, "of_seq": seq, "of_user": reporter_id}
        row = self._connection.execute(OF_REPORTER, wanted).one_or_none()
        return None if row is None else self._report(row)

    def unclosed(self, reporter_id: int, most: int) -> int:
        """How many of somebody's reports are not closed; counted up to ``most``."""
        return self._count(UNCLOSED, {"of_user": reporter_id}, most)

    def unclosed_by_filters(self, room_id: int, most: int) -> int:
        """How many of the reports that a room's filters made are not closed; counted up to ``most``."""
        return self._count(UNCLOSED_BY_FILTERS, {"of_room": room_id}, most)

    def candidates(self, room_id: int) -> list[tuple[User, RoomRole | None]]:
        """Everybody who, by either of their roles, might handle a report from the room; and what they are in it."""
        rows = self._connection.execute(CANDIDATES, {"of_room": room_id})
        return [(user_of(row[1:]), None if row.held is None else RoomRole(row.held)) for row in rows]

    def page(
        self,
        handler: User,
        room: Room | None,
        but: Sequence[str],
        state: ReportState | None,
        before: int | None,
        limit: int,
    ) -> list[Report]:
        """Of a room, or of all whose reports ``handler`` may handle ``but`` for some; not those about what they said
        themselves. Newest first."""
        listed = _LISTED.where(reports.c.author_id != handler.id)
        if state is not None:
            listed = listed.where(reports.c.state == state.value)
        if room is not None:
            listed = listed.where(reports.c.room_id == room.id)
        else:
            listed = listed.where(_may_be_handled_by(handler), rooms.c.slug.not_in(but))
        return self._page(listed, {}, before, limit)

    def page_of(self, reporter_id: int, before: int | None, limit: int) -> list[Report]:
        """What somebody has reported, newest first."""
        return self._page(PAGE_OF_REPORTER, {"of_user": reporter_id}, before, limit)

    def change(self, report: Report, state: ReportState, handler: User | None, resolution: str | None) -> Report:
        """The report in another state."""
        row = {
            "of": report.id,
            "to_state": state.value,
            "to_handler": None if handler is None else handler.id,
            "to_resolution": resolution,
            "now": self._now,
        }
        self._connection.execute(_CHANGE, row)
        return self._found(report.uid)

    def _found(self, uid: str) -> Report:
        return self._report(self._connection.execute(GET, {"uid": uid}).one())

    def _count(self, which: Select[Any], wanted: dict[str, Any], most: int) -> int:
        counted = select(func.count()).select_from(which.limit(most).subquery())
        return int(self._connection.execute(counted, wanted).scalar_one())

    def _page(self, which: Select[Any], wanted: dict[str, Any], before: int | None, limit: int) -> list[Report]:
        below = ID_MAX if before is None else before
        rows = self._connection.execute(which, {**wanted, "before": below, "most": limit}).all()
        return [self._report(row) for row in rows]

    def _report(self, row: Any) -> Report:
        """The report, with its message's files: as it was then also those that were given up since, by their names."""
        report, place = _report(row), (self._connection, row.room_id, [row.seq])
        then = files.of_messages(*place, gone=True).get(row.seq, ())
        now = files.of_messages(*place).get(row.seq, ()) if report.now.deleted is None else ()
        return replace(report, message=replace(report.message, files=then), now=replace(report.now, files=now))


def _may_be_handled_by(handler: User) -> ColumnElement[bool]:
    """The rooms whose reports somebody may handle, as ``chat.policy`` has it: a list is not asked about row by row."""
    own = select(members.c.room_id).where(members.c.user_id == handler.id)
    if handler.role is Role.ADMIN:
        within: ColumnElement[bool] = true()
    elif handler.role is Role.MODERATOR:
        within = or_(rooms.c.visibility == Visibility.PUBLIC.value, reports.c.room_id.in_(own))
    else:
        within = reports.c.room_id.in_(own.where(members.c.role >= RoomRole.MODERATOR.value))
    direct = rooms.c.visibility == Visibility.DIRECT.value
    reached = and_(~direct, rooms.c.join_role <= handler.role.value, within)
    return and_(rooms.c.deleted_at.is_(None), or_(reached, direct) if handler.role >= Role.MODERATOR else reached)


def _report(row: Any) -> Report:
    width = len(USER_COLUMNS)
    author, reporter, handler = (
        row[len(_COLUMNS) + number * width : len(_COLUMNS) + (number + 1) * width] for number in range(3)
    )
    said_by = user_of(author)
    shown = Author(said_by.username, said_by.name, said_by.role, said_by.bot)
    id = ids.message_id(row.said_at, row.room_id, row.seq)
    deletion = None if row.deleted_at is None else Deletion(row.deleter or SYSTEM, row.deleted_at)
    text_now = row.text_now if deletion is None else ""
    return Report(
        id=row.id,
        uid=row.uid,
        room_id=row.room_id,
        message=Message(id, row.slug, row.seq, shown, row.text, row.said_at, row.reply_to),
        now=Message(id, row.slug, row.seq, shown, text_now, row.said_at, row.reply_to, deleted=deletion),
        author=said_by,
        reporter=None if reporter[0] is None else user_of(reporter),
        reason=row.reason,
        at=row.at,
        state=ReportState(row.state),
        handler=None if handler[0] is None else user_of(handler),
        changed_at=row.changed_at,
        resolution=row.resolution,
    )
