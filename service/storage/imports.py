"""Putting an export into a database, line by line, in one transaction: all of it, or nothing.

People are known by their usernames: who is here already stays as they are, and what they said is theirs; everybody else
gets an account without a password. Rooms are new ones, with epochs and seqs of their own. What would not be true here
is a conflict, and all conflicts are named at once: a room whose slug is taken, a name that belonged to somebody else.

Nothing in a file is believed: names, texts, roles and times meet the same rules as those that come by the door.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from service.chat import ids, names
from service.chat.direct import key_of
from service.chat.errors import invalid
from service.chat.portable import VERSION, Account, Attachment, Ending, Extent, Heading, Line, Membership, Place, Saying
from service.chat.reactions import emoji
from service.chat.records import SYSTEM, File, Room, User
from service.chat.roles import Role, RoomRole, Visibility
from service.chat.rooms import GATES, RULES, SLOW_MODE_MAX, UNSAVED, new_epoch
from service.storage.kinds import Kind
from service.storage.log import SYSTEM_ID
from service.storage.tables import (
    events,
    files,
    followers,
    heads,
    members,
    pins,
    reactions,
    revisions,
    rooms,
    threads,
    users,
)
from service.storage.transaction import SqlTransaction

AT_ONCE = 500  # lines between two writes
CONFLICTS_MAX = 50  # named at once

_AT = (events.c.room_id == bindparam("of_room"), events.c.seq == bindparam("of_seq"))
_SAID_AT = select(events.c.said).where(*_AT)
_AUTHOR_AT = select(events.c.actor_id).where(*_AT)

Html = Callable[[str], str | None]
"""The formatted text; None where it is but a text."""


@dataclass(frozen=True, slots=True)
class Brought:
    """An uploaded file whose content is kept here now."""

    file: File
    key: str
    digest: bytes
    thumbnail_bytes: int


Bring = Callable[[Attachment], Brought | None]
"""Keeps the content of a file; None where the export does not have it."""


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


class Conflicts(Exception):
    """What of an export can't be here; a sentence each."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(" ".join(found))
        self.found = tuple(found)


class Unfit(Exception):
    """An export, or a line of one, that can't be imported; the text is a sentence about it."""


class Import:
    """One export on its way in. ``take`` is given its lines, in their order, and ``end`` called after the last one."""

    def __init__(self, tx: SqlTransaction, html: Html, bring: Bring) -> None:
        self.counts = Imported()
        self._tx = tx
        self._html = html
        self._bring = bring
        self._users: dict[str, User] = {}
        self._rooms: dict[str, Room] = {}
        self._conflicts: list[str] = []
        self._room: _Log | None = None
        self._lines = 0
        self._ended = False

    def take(self, line: Line) -> None:
        """The next line."""
        self._lines += 1
        if (self._lines == 1) is not isinstance(line, Heading) or self._ended:
            raise Unfit("it is out of place")
        match line:
            case Heading():
                self._begin(line)
            case Account():
                self._account(line)
            case Place():
                self._place(line)
            case Membership():
                self._log(line.room).came(line, self._user(line.user))
            case Saying():
                self._say(line)
            case Ending():
                if line.lines != self._lines:
                    raise Unfit("lines are missing before it")
                self._ended = True
            case _:
                raise Unfit("it belongs into the export of a person")

    def end(self) -> Imported:
        """All has come."""
        if not self._ended:
            raise Unfit("The export is not whole: its last line is missing.")
        self._close()
        self._require_none()
        return self.counts

    def _begin(self, heading: Heading) -> None:
        if heading.version != VERSION:
            raise Unfit("it is of another version of the format")
        if heading.of is Extent.PERSON:
            raise Unfit("it is one person's own data, which is for them to have, and not a server's or a room's")

    # People

    def _account(self, line: Account) -> None:
        username = names.username(line.username)
        known = self._tx.users.by_username(username)
        if known is None and self._tx.users.taken(username):
            self._conflicts.append(f"The user {username}: somebody here had that name, and it is not given out again.")
            return
        if known is not None:
            if known.bot is not line.bot or line.deleted:
                self._conflicts.append(f"The user {username}: the one here is somebody else ({_what(known)}).")
            self.counts.known.append(username)
            self._users[line.username] = known
            return
        self._users[line.username] = self._new(username, line)
        self.counts.users += 1

    def _new(self, username: str, line: Account) -> User:
        shown = names.line("name", line.name, names.NAME_MAX)
        made = self._tx.users.add(username, shown, _role(line.role), line.bot, None)
        self._tx.connection.execute(update(users).where(users.c.id == made.id).values(created_at=line.created_at))
        if line.suspended:
            self._tx.users.set_suspended(made.id, True)
        if line.deleted:
            self._tx.users.delete(made.id)
        return made

    def _user(self, username: str) -> User:
        user = self._users.get(username)
        if user is None:
            raise Unfit(f"nobody of the name {username!r} came before it")
        return user

    def _by(self, username: str) -> int:
        return SYSTEM_ID if username == SYSTEM else self._user(username).id

    # Rooms

    def _place(self, line: Place) -> None:
        visibility = _visibility(line.visibility)
        if not (names.is_slug(line.slug) if visibility is Visibility.DIRECT else names.slug(line.slug)):
            raise invalid("slug", "it can be no room's")
        if self._tx.rooms.by_slug(line.slug) is not None:
            self._conflicts.append(f"The room {line.slug}: there is one here, or was, and a slug is given out once.")
            return
        if not 0 <= line.slow_mode <= SLOW_MODE_MAX:
            raise invalid("slow_mode", f"use 0 to {SLOW_MODE_MAX:,} seconds")
        room = self._tx.rooms.add(
            Room(
                id=UNSAVED,
                slug=line.slug,
                name=names.line("name", line.name, names.ROOM_NAME_MAX),
                topic=names.line("topic", line.topic, names.TOPIC_MAX, empty=True),
                visibility=visibility,
                join_role=_role(line.join_role),
                post_role=_role(line.post_role),
                locked=line.locked,
                slow_mode=line.slow_mode,
                epoch=new_epoch(),
                seq=0,
                members=0,
                created_at=line.created_at,
                deleted=False,
                receipts=line.receipts,
            )
        )
        for rule in RULES:
            if rule in GATES or getattr(room, rule):
                self._tx.rooms.note_setter(room.id, rule, None, None)
        self._rooms[line.slug] = room
        self.counts.rooms += 1

    def _log(self, slug: str) -> _Log:
        """Where that room's lines go; those of one room stand together."""
        self._require_none()
        if self._room is None or self._room.room.slug != slug:
            self._close()
            room = self._rooms.pop(slug, None)
            if room is None:
                raise Unfit(f"the room {slug!r} did not come before it, or has had its lines")
            self._room = _Log(self._tx, room, self.counts)
        return self._room

    def _close(self) -> None:
        if self._room is not None:
            self._room.close(self._conflicts)
            self._room = None

    def _require_none(self) -> None:
        if self._conflicts:
            raise Conflicts(self._conflicts[:CONFLICTS_MAX])

    # Messages

    def _say(self, line: Saying) -> None:
        text = names.text(line.text, empty=bool(line.files) or line.deleted is not None)
        log = self._log(line.room)
        deleted = None if line.deleted is None else (self._by(line.deleted.by), line.deleted.at)
        seq = log.said(line, self._user(line.author), text, self._html(text) if text else None, deleted)
        place = {"room_id": log.room.id, "seq": seq}
        for number, before in enumerate(line.before, 1):
            said = {"number": number, "text": names.text(before.text, empty=True), "at": before.at}
            log.add(revisions, place | said)
        if line.pinned is not None:
            log.add(pins, place | {"by_id": self._user(line.pinned.by).id, "at": line.pinned.at})
        for put in {(put.emoji, put.by): put for put in line.reactions}.values():
            log.add(reactions, place | {"emoji": emoji(put.emoji), "user_id": self._user(put.by).id, "at": put.at})
        for position, attachment in enumerate(line.files):
            self._attach(log, place | {"position": position}, line, attachment)

    def _attach(self, log: _Log, place: dict[str, Any], line: Saying, attachment: Attachment) -> None:
        brought = self._bring(attachment)
        if brought is None:
            self.counts.missing += 1
            return
        file, thumbnail = brought.file, brought.file.thumbnail or (None, None)
        row = {
            "uid": file.id,
            "author_id": self._user(line.author).id,
            "key": brought.key,
            "name": file.name,
            "type": file.type,
            "size": file.size,
            "digest": brought.digest,
            "width": file.width,
            "height": file.height,
            "thumbnail_width": thumbnail[0],
            "thumbnail_height": thumbnail[1],
            "thumbnail_bytes": brought.thumbnail_bytes,
            "at": line.at,
        }
        log.add(files, place | row)
        self.counts.files += 1


class _Log:
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
        role = _room_role(line.role)
        self._members[user.id] = (line, role)
        data = json.dumps({"role": role.word})
        self._append(Kind.JOINED, line.joined_at, actor_id=user.id, subject_id=user.id, data=data)
        self._counts.members += 1

    def said(self, line: Saying, author: User, text: str, html: str | None, deleted: tuple[int, int] | None) -> int:
        """Somebody said something; its seq."""
        if self._old and line.seq <= self._old[-1]:
            raise Unfit("its seq is not above the one before it")
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


def _role(word: str) -> Role:
    try:
        return Role.parse(word)
    except ValueError as error:
        raise invalid("role", "it is none of guest, member, moderator, admin") from error


def _room_role(word: str) -> RoomRole:
    try:
        return RoomRole.parse(word)
    except ValueError as error:
        raise invalid("role", "it is none of member, moderator, owner") from error


def _visibility(word: str) -> Visibility:
    try:
        return Visibility(word)
    except ValueError as error:
        raise invalid("visibility", "it is none of public, private, direct") from error


def _what(user: User) -> str:
    return "a bot" if user.bot else "a person"
