"""Putting an export into a database, line by line, in one transaction: all of it, or nothing.

People are known by their usernames: who is here already stays as they are, and what they said is theirs; everybody else
gets an account without a password. Rooms are new ones, with epochs and seqs of their own. What would not be true here
is a conflict, and all conflicts are named at once: a room whose slug is taken, a name that belonged to somebody else.

Nothing in a file is believed: names, texts, roles and times meet the same rules as those that come by the door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from service.chat import names
from service.chat.errors import invalid
from service.chat.files import PER_MESSAGE
from service.chat.portable import VERSION, Account, Attachment, Ending, Extent, Heading, Line, Membership, Place, Saying
from service.chat.reactions import KINDS_MAX, emoji
from service.chat.records import SYSTEM, File, Room, User
from service.chat.retention import RETENTION_MAX
from service.chat.roles import Role, Visibility
from service.chat.rooms import GATES, RULES, SLOW_MODE_MAX, UNSAVED, new_epoch
from service.storage.import_room import Imported, RoomImport, Unfit
from service.storage.log import SYSTEM_ID
from service.storage.tables import (
    files,
    pins,
    reactions,
    revisions,
    users,
)
from service.storage.transaction import SqlTransaction

CONFLICTS_MAX = 50  # named at once
AHEAD_MS = 300_000  # that the clock of whoever exported may be ahead

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


class Conflicts(Exception):
    """What of an export can't be here; a sentence each."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(" ".join(found))
        self.found = tuple(found)


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
        self._room: RoomImport | None = None
        self._files: set[str] = set()
        self._lines = 0
        self._ended = False

    def take(self, line: Line) -> None:
        """The next line."""
        self._lines += 1
        if (self._lines == 1) is not isinstance(line, Heading) or self._ended:
            raise Unfit("it is out of place")
        if not isinstance(line, Heading) and max(_times(line), default=0) > self._tx.now + AHEAD_MS:
            raise Unfit("it is from a time that is still to come")
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
        # Who was erased there is as nameless here; nobody who can sign in is.
        erased = line.deleted and names.is_nameless(line.username)
        username = line.username if erased else names.username(line.username)
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
        if not 0 <= line.retention_days <= RETENTION_MAX:
            raise invalid("retention_days", f"use 0 to {RETENTION_MAX:,} days")
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
                retention_days=line.retention_days,
            )
        )
        for rule in RULES:
            if rule in GATES or getattr(room, rule):
                self._tx.rooms.note_setter(room.id, rule, None, None)
        self._rooms[line.slug] = room
        self.counts.rooms += 1

    def _log(self, slug: str) -> RoomImport:
        """Where that room's lines go; those of one room stand together."""
        self._require_none()
        if self._room is None or self._room.room.slug != slug:
            self._close()
            room = self._rooms.pop(slug, None)
            if room is None:
                raise Unfit(f"the room {slug!r} did not come before it, or has had its lines")
            self._room = RoomImport(self._tx, room, self.counts)
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
        self._react(log, place, line)
        if len(line.files) > PER_MESSAGE:
            raise Unfit(f"it carries more than {PER_MESSAGE} files")
        for position, attachment in enumerate(line.files):
            self._attach(log, place | {"position": position}, line, attachment)

    def _react(self, log: RoomImport, place: dict[str, Any], line: Saying) -> None:
        if len({put.emoji for put in line.reactions}) > KINDS_MAX:
            raise Unfit(f"it has more than {KINDS_MAX} different emoji")
        at = 0
        for put in {(put.emoji, put.by): put for put in line.reactions}.values():
            at = max(at + 1, put.at)  # their time is their order
            log.add(reactions, place | {"emoji": emoji(put.emoji), "user_id": self._user(put.by).id, "at": at})

    def _attach(self, log: RoomImport, place: dict[str, Any], line: Saying, attachment: Attachment) -> None:
        if attachment.id in self._files:  # a small export would fill the disk with copies of one file
            raise Unfit("one of its files stands in another message")
        self._files.add(attachment.id)
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


def _times(line: Line) -> Iterator[int]:
    """When it was. Nothing comes by the door from a time that is still to come, and whoever's room had it would be told
    that time of all that they say from then on."""
    match line:
        case Account(created_at=at) | Place(created_at=at) | Membership(joined_at=at):
            yield at
        case Saying():
            yield from (line.at, line.edited_at or 0)
            marks = (line.deleted, line.pinned)
            yield from (said.at for said in (*line.before, *line.reactions, *marks) if said is not None)


def _role(word: str) -> Role:
    try:
        return Role.parse(word)
    except ValueError as error:
        raise invalid("role", "it is none of guest, member, moderator, admin") from error


def _visibility(word: str) -> Visibility:
    try:
        return Visibility(word)
    except ValueError as error:
        raise invalid("visibility", "it is none of public, private, direct") from error


def _what(user: User) -> str:
    return "a bot" if user.bot else "a person"
