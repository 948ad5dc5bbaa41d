"""One room's log, as it is imported: its events in the order in which they are put there, and what is counted of them.

What comes, and whether it may, is decided in ``imports``.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from service.chat import ids
from service.chat.direct import key_of
from service.chat.errors import invalid
from service.chat.events import SEQ_MAX
from service.chat.portable import Membership, Saying
from service.chat.records import Room, User
from service.chat.roles import RoomRole, Visibility
from service.storage.kinds import Kind
from service.storage.tables import events, followers, heads, members, rooms, threads
from service.storage.transaction import SqlTransaction

AT_ONCE = 500  # events between two writes

_AT = (events.c.room_id == bindparam("of_room"), events.c.seq == bindparam("of_seq"))
_SAID_AT = select(events.c.said).where(*_AT)
_AUTHOR_AT = select(events.c.actor_id).where(*_AT)


@dataclass(slots=True)
class Imported:
    """What came, and of it what did not: members who may not enter here, files without their content."""

    users: int = 0
    known: list[str] = field(default_factory=list)
    rooms: int = 0
    members: int = 0
    messages: int = 0
    files: int = 0
    left_out: int = 0
    missing: int = 0


class Unfit(Exception):
    """An export, or a line of one, that can't be imported; the text is a sentence about it."""


class RoomImport:
    """One room's log, as it grows: its seqs count from 1, and its time never goes back. For each message it knows the
    seq that it had and the one that it has (24 bytes), by which messages name each other."""

    def __init__(self, tx: SqlTransaction, room: Room, counts: Imported) -> None:
        self.room = room
        self._run = tx.connection.execute
        self._tx = tx
        self._counts = counts
        self._seq, self._at, self._said = 0, room.created_at, 0
        self._old, self._new, self._times = array("q"), array("q"), array("q")
        self._rows: dict[Any, list[dict[str, Any]]] = {}
        self._waiting = 0
        self._members: dict[int, tuple[Membership, RoomRole]] = {}
        self._threads: dict[int, _Thread] = {}

    def came(self, line: Membership, user: User) -> None:
        """Somebody is a member: if they may be, here."""
        gate = self.room.join_role
        if user.id in self._members or user.deleted or (user.role < gate and not self._direct):
            self._counts.left_out += 1
            return
        role = room_role_of(line.role)
        self._members[user.id] = (line, role)
        data = json.dumps({"role": role.word})
        self._append(Kind.JOINED, line.joined_at, actor_id=user.id, subject_id=user.id, data=data)
        self._counts.members += 1

    def said(self, line: Saying, author: User, text: str, html: str | None, deleted: tuple[int, int] | None) -> int:
        """Somebody said something; its seq."""
        if not (self._old[-1] if self._old else 0) < line.seq <= SEQ_MAX:
            raise Unfit("its seq is not above the one before it, or none")
        root = None if line.root is None else self._at_old(line.root)
        answered = None if line.reply_to is None else self._at_old(line.reply_to)
        if (root is None) is not (answered is None):
            raise Unfit("it stands in a thread and answers nothing, or the other way round")
        if root is None:
            self._said += 1
        row: dict[str, Any] = {
            "text": text,
            "html": html,
            "edited_at": line.edited_at,
            "root": None if root is None else self._new[root],
            "reply_to": None
            if answered is None
            else ids.message_id(self._times[answered], self.room.id, self._new[answered]),
        }
        if deleted is not None:
            row |= {"deleted_by": deleted[0], "deleted_at": deleted[1]}
        seq = self._append(Kind.MESSAGE, line.at, actor_id=author.id, **row)
        self._old.append(line.seq)
        self._new.append(seq)
        self._times.append(self._at)
        if root is not None:
            self._reply(root, seq, author)
        self._counts.messages += 1
        return seq

    def add(self, table: Any, row: dict[str, Any]) -> None:
        """A row of what hangs on messages."""
        self._rows.setdefault(table, []).append(row)

    def close(self, conflicts: list[str]) -> None:
        """All has come that belongs here."""
        self._flush()
        head = {"seq": self._seq, "at": self._at, "said": self._said, "members": len(self._members)}
        self._run(update(heads).where(heads.c.room_id == self.room.id).values(head))
        for user_id, (line, role) in self._members.items():
            seq, said = self._read(line.read)
            self.add(
                members,
                {
                    "room_id": self.room.id,
                    "user_id": user_id,
                    "role": int(role),
                    "joined_at": line.joined_at,
                    "last_posted_at": 0,
                    "read_seq": seq,
                    "read_said": said,
                },
            )
        for root, thread in self._threads.items():
            self.add(threads, thread.row(self.room.id, root))
            for user_id in thread.people:
                self.add(followers, thread.follower(self.room.id, root, user_id))
        self._flush()
        if self._direct:
            self._name_direct(conflicts)

    @property
    def _direct(self) -> bool:
        return self.room.visibility is Visibility.DIRECT

    def _append(self, kind: Kind, at: int, **columns: Any) -> int:
        self._seq += 1
        self._at = max(self._at, at)
        row = {"room_id": self.room.id, "seq": self._seq, "at": self._at, "kind": kind.value, "said": self._said}
        empty = dict.fromkeys(
            ("subject_id", "data", "text", "html", "edited_at", "root", "reply_to", "deleted_by", "deleted_at")
        )
        if self._waiting >= AT_ONCE:
            self._flush()
        self._waiting += 1
        self.add(events, empty | row | columns)
        return self._seq

    def _at_old(self, seq: int) -> int:
        """Where the message stands that had this seq."""
        place = bisect_left(self._old, seq)
        if place == len(self._old) or self._old[place] != seq:
            raise Unfit(f"it answers message {seq}, which did not come before it")
        return place

    def _read(self, old: int) -> tuple[int, int]:
        """What has been read, of who had read up to ``old``: a seq, and how many messages the room had then."""
        place = bisect_right(self._old, old)
        if place == len(self._old):
            return self._seq, self._said
        seq = self._new[place] - 1
        said = self._run(_SAID_AT, {"of_room": self.room.id, "of_seq": seq}).scalar_one_or_none()
        return seq, int(said or 0)

    def _reply(self, root: int, seq: int, author: User) -> None:
        key = self._new[root]
        thread = self._threads.get(key)
        if thread is None:
            self._flush()
            of = self._run(_AUTHOR_AT, {"of_room": self.room.id, "of_seq": key}).scalar_one()
            thread = self._threads[key] = _Thread({int(of)})
        thread.replies, thread.last_seq, thread.last_at = thread.replies + 1, seq, self._at
        thread.people.add(author.id)

    def _name_direct(self, conflicts: list[str]) -> None:
        key = key_of(self._members)
        if self._tx.rooms.direct(key) is not None:
            conflicts.append(f"The direct room {self.room.slug}: the same people have one here.")
            return
        self._run(update(rooms).where(rooms.c.id == self.room.id).values(direct_key=key))

    def _flush(self) -> None:
        waiting, self._rows, self._waiting = self._rows, {}, 0
        for table, rows in waiting.items():
            self._run(insert(table), rows)


@dataclass(slots=True)
class _Thread:
    """The replies under a message, and who takes part."""

    people: set[int]
    replies: int = 0
    last_seq: int = 0
    last_at: int = 0

    def row(self, room_id: int, root: int) -> dict[str, Any]:
        return {
            "room_id": room_id,
            "root": root,
            "replies": self.replies,
            "last_seq": self.last_seq,
            "last_at": self.last_at,
        }

    def follower(self, room_id: int, root: int, user_id: int) -> dict[str, Any]:
        """Whoever takes part follows it, and has read it: nobody is called back to what was said elsewhere."""
        return {"user_id": user_id, "room_id": room_id, "root": root, "following": True, "read_seq": self.last_seq}


def room_role_of(word: str) -> RoomRole:
    try:
        return RoomRole.parse(word)
    except ValueError as error:
        raise invalid("role", "it is none of member, moderator, owner") from error
