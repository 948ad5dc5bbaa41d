"""The rows of uploaded files, in the database. Who may have which is decided in ``chat.files``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from service.chat.records import File, Room, StoredFile
from service.chat.stores.files import Usage
from service.storage.engine import thoroughly
from service.storage.tables import events, files, rooms
from service.storage.unit import Unit

AT_ONCE = 500  # values in one statement: databases bound its parameters
ERASED_FILE = "erased"  # in place of a file's name
LAST_DIGIT = "g"  # behind every hexadecimal one: the end of a shard

_HERE = files.c.gone_at.is_(None)
_FILE = (
    files.c.uid,
    files.c.name,
    files.c.type,
    files.c.size,
    files.c.width,
    files.c.height,
    files.c.thumbnail_width,
    files.c.thumbnail_height,
)
_STORED = (
    *_FILE,
    files.c.room_id,
    files.c.author_id,
    files.c.seq,
    files.c.key,
    files.c.digest,
    files.c.thumbnail_bytes,
    files.c.at,
    files.c.gone_at,
)
GET = select(*_STORED).where(files.c.uid == bindparam("of_uid"))
STORED = select(func.coalesce(func.sum(files.c.size), 0)).where(files.c.author_id == bindparam("of_author"), _HERE)
# Also those that were given up since: who deletes does not get the day's bytes back, or there would be no such bound.
SINCE = select(func.coalesce(func.sum(files.c.size), 0), func.count()).where(
    files.c.author_id == bindparam("of_author"), files.c.at > bindparam("since")
)
OF_MESSAGES = (
    select(files.c.seq, *_FILE, files.c.gone_at)
    .where(files.c.room_id == bindparam("room_id"), files.c.seq.in_(bindparam("seqs", expanding=True)))
    .order_by(files.c.seq, files.c.position)
)
WAITING = (
    select(files.c.id)
    .where(files.c.seq.is_(None), files.c.at < bindparam("before"))
    .order_by(files.c.at)
    .limit(bindparam("most"))
)
LOOKED_AT = (
    select(
        files.c.id,
        files.c.uid,
        files.c.gone_at,
        or_(events.c.deleted_at < bindparam("before"), rooms.c.deleted_at < bindparam("before")).label("over"),
    )
    .join(rooms, rooms.c.id == files.c.room_id)
    .outerjoin(events, and_(events.c.room_id == files.c.room_id, events.c.seq == files.c.seq))
    .where(files.c.id > bindparam("after_id"))
    .order_by(files.c.id)
    .limit(bindparam("most"))
)
SHARD = select(*_STORED).where(files.c.key >= bindparam("first"), files.c.key < bindparam("last"), _HERE)
_GIVEN_UP = select(files.c.key).where(files.c.key.in_(bindparam("keys", expanding=True)), files.c.gone_at.is_not(None))
_ANY = select(files.c.id).limit(1)
_ADD = insert(files)
_ATTACH = (
    update(files)
    .where(files.c.uid == bindparam("of_uid"))
    .values(seq=bindparam("to_seq"), position=bindparam("to_position"))
)
_GIVE_UP = update(files).where(files.c.uid == bindparam("of_uid")).values(gone_at=bindparam("now"))
_RELEASE = (
    update(files)
    .where(files.c.room_id == bindparam("of_room"), files.c.seq.in_(bindparam("seqs", expanding=True)), _HERE)
    .values(gone_at=bindparam("now"))
)
_ERASE = (
    update(files)
    .where(files.c.room_id == bindparam("of_room"), files.c.seq.in_(bindparam("seqs", expanding=True)))
    .values(name=ERASED_FILE, digest=b"")
)
_DROP = delete(files).where(files.c.id.in_(bindparam("ids", expanding=True)), files.c.seq.is_(None))
_FORGET = delete(files).where(files.c.uid == bindparam("of_uid"), files.c.seq.is_(None))


class SqlFiles:
    """The rows of files, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._run = unit.connection.execute
        self._now = unit.now

    def add(self, file: File, room_id: int, author_id: int, key: str, digest: bytes, thumbnail_bytes: int) -> None:
        """Something uploaded, which stands in no message yet."""
        thumbnail = file.thumbnail or (None, None)
        row = {
            "uid": file.id,
            "room_id": room_id,
            "author_id": author_id,
            "key": key,
            "name": file.name,
            "type": file.type,
            "size": file.size,
            "digest": digest,
            "width": file.width,
            "height": file.height,
            "thumbnail_width": thumbnail[0],
            "thumbnail_height": thumbnail[1],
            "thumbnail_bytes": thumbnail_bytes,
            "at": self._now,
        }
        self._run(_ADD, row)

    def get(self, uid: str) -> StoredFile | None:
        """The file of that id."""
        row = self._run(GET, {"of_uid": uid}).one_or_none()
        return None if row is None else _stored(row)

    def usage(self, author_id: int, since: int) -> Usage:
        """What somebody's files take, in all and since a time."""
        stored = self._run(STORED, {"of_author": author_id}).scalar_one()
        size, count = self._run(SINCE, {"of_author": author_id, "since": since}).one()
        return Usage(int(stored), int(size), int(count))

    def attach(self, room_id: int, seq: int, files: Sequence[StoredFile]) -> None:
        """These stand in a message, in this order."""
        rows = [{"of_uid": each.file.id, "to_seq": seq, "to_position": place} for place, each in enumerate(files)]
        self._run(_ATTACH, rows)

    def release(self, room: Room, seqs: Sequence[int]) -> int:
        """Give up the files of these messages for good."""
        released = 0
        for start in range(0, len(seqs), AT_ONCE):
            of = {"of_room": room.id, "seqs": list(seqs[start : start + AT_ONCE]), "now": self._now}
            released += self._run(_RELEASE, of).rowcount
        return released

    def erase(self, room: Room, seqs: Sequence[int]) -> None:
        """``release``, and forget what they were called and what was in them."""
        self.release(room, seqs)
        with thoroughly(self._connection):
            for start in range(0, len(seqs), AT_ONCE):
                self._run(_ERASE, {"of_room": room.id, "seqs": list(seqs[start : start + AT_ONCE])})

    def any(self) -> bool:
        """Whether there is any row."""
        return self._run(_ANY).first() is not None

    def drop_waiting(self, before: int, limit: int) -> int:
        """Forget files that were uploaded before a time and never stood in a message."""
        ids = list(self._run(WAITING, {"before": before, "most": limit}).scalars())
        return self._run(_DROP, {"ids": ids}).rowcount if ids else 0

    def deleted(self, before: int, after_id: int, limit: int) -> tuple[list[str], int | None]:
        """Those whose message, or room, was deleted before a time, among the next rows."""
        rows = self._run(LOOKED_AT, {"before": before, "after_id": after_id, "most": limit}).all()
        uids = [row.uid for row in rows if row.over and row.gone_at is None]
        return uids, rows[-1].id if len(rows) == limit else None

    def give_up(self, uids: Sequence[str]) -> None:
        """Know these by name alone from now on."""
        self._run(_GIVE_UP, [{"of_uid": uid, "now": self._now} for uid in uids])

    def kept(self, shard: str) -> dict[str, StoredFile]:
        """The files, by key, whose content has to be there, of those whose key begins so."""
        return {row.key: _stored(row) for row in self._run(SHARD, {"first": shard, "last": shard + LAST_DIGIT})}

    def given_up(self, keys: Sequence[str]) -> set[str]:
        """Which of these keys belong to files that were given up."""
        found: set[str] = set()
        for start in range(0, len(keys), AT_ONCE):
            found.update(self._run(_GIVEN_UP, {"keys": list(keys[start : start + AT_ONCE])}).scalars())
        return found

    def forget(self, uid: str) -> None:
        """Forget a file that stands in no message."""
        self._run(_FORGET, {"of_uid": uid})


def of_messages(
    connection: Connection, room_id: int, seqs: Sequence[int], *, gone: bool = False
) -> dict[int, tuple[File, ...]]:
    """The files of the messages at these seqs, at most ``AT_ONCE``, by seq and in their order; with ``gone`` also those
    that were given up."""
    found: dict[int, tuple[File, ...]] = {}
    for seq, *columns, gone_at in connection.execute(OF_MESSAGES, {"room_id": room_id, "seqs": list(seqs)}):
        if gone or gone_at is None:
            found[seq] = (*found.get(seq, ()), _file(columns))
    return found


def _file(columns: Sequence[Any]) -> File:
    uid, name, type, size, width, height, thumbnail_width, thumbnail_height = columns
    thumbnail = None if thumbnail_width is None else (thumbnail_width, thumbnail_height)
    return File(uid, name, type, size, width, height, thumbnail)


def _stored(row: Any) -> StoredFile:
    return StoredFile(
        _file(row[: len(_FILE)]),
        row.room_id,
        row.author_id,
        row.seq,
        row.key,
        bytes(row.digest),
        row.thumbnail_bytes,
        row.at,
        row.gone_at is not None,
    )
