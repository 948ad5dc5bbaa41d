"""Files in rooms: who may upload, which files a message may carry, and who may have one.

A file is uploaded first and stands in a message afterwards. Until then it is its author's alone; from then on the room
decides, as it is now, each time that somebody asks. How the bytes come in and go out is in ``uploads``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service.chat import standing
from service.chat.errors import Code, Refusal, Why, invalid, not_found
from service.chat.policy import Action
from service.chat.ports import Transaction
from service.chat.records import Asker, File, StoredFile

PER_MESSAGE = 10  # files
DAY_MS = 86_400_000
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Quota:
    """What one user may upload: bytes of one file, bytes of all that they have, and bytes and files in 24 hours."""

    file_bytes: int
    stored_bytes: int
    bytes_per_day: int
    files_per_day: int


@dataclass(frozen=True, slots=True)
class MayUpload:
    """Whether somebody may upload a file of so many bytes into a room: asked before its content is read."""

    room: str
    size: int
    quota: Quota

    def run(self, tx: Transaction, asker: Asker) -> int:
        """The room's id; refused as posting would be."""
        place = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Action.POST, place)
        _require_quota(tx, asker, self.size, self.quota)
        return place.room.id


@dataclass(frozen=True, slots=True)
class AddFile:
    """Remember a file whose content is kept."""

    room: str
    file: File
    key: str
    digest: bytes
    thumbnail_bytes: int
    quota: Quota

    def run(self, tx: Transaction, asker: Asker) -> File:
        """All is asked again: much can happen while bytes come in, another upload for one thing."""
        room_id = MayUpload(self.room, self.file.size, self.quota).run(tx, asker)
        tx.files.add(self.file, room_id, asker.user.id, self.key, self.digest, self.thumbnail_bytes)
        return self.file


@dataclass(frozen=True, slots=True)
class SeeFile:
    """One file, to be read."""

    id: str

    def run(self, tx: Transaction, asker: Asker) -> StoredFile:
        """For whoever may read its message; its author's alone, as long as it has none. Gone with a deleted message,
        and back with a restored one."""
        stored = tx.files.get(self.id)
        room = None if stored is None else tx.rooms.get(stored.room_id)
        if stored is None or stored.gone or room is None:
            raise not_found("file")
        if stored.seq is None and stored.author_id != asker.user.id:
            raise not_found("file")
        try:
            reader = standing.of_asker(tx, asker, room.slug)
        except Refusal as unseen:
            raise not_found("file") from unseen
        standing.require(tx, Action.READ, reader)
        if stored.seq is not None:
            message = tx.log.message(room, stored.seq)
            if message is None or message.deleted is not None:
                raise not_found("file")
        return stored


def carried(
    tx: Transaction, room_id: int, author_id: int, ids: Sequence[str], taken: Collection[str] = ()
) -> tuple[StoredFile, ...]:
    """The files that a message of that author in that room is to carry; ``taken`` are those of others that are being
    stored just now."""
    if len(ids) > PER_MESSAGE:
        raise invalid("files", f"a message carries at most {PER_MESSAGE} files")
    if len(set(ids)) != len(ids):
        raise invalid("files", "name each file once")
    found = []
    for id in ids:
        stored = tx.files.get(id)
        if stored is None or stored.gone or (stored.author_id, stored.room_id) != (author_id, room_id):
            raise invalid("files", "name files that you have uploaded into this room")
        if stored.seq is not None or id in taken:
            raise Refusal(Code.CONFLICT, "One of the files stands in another message already; upload it again.")
        found.append(stored)
    return tuple(found)


def _require_quota(tx: Transaction, asker: Asker, size: int, quota: Quota) -> None:
    if size > quota.file_bytes:
        raise Refusal(Code.TOO_LARGE, f"A file has at most {quota.file_bytes:,} bytes.")
    usage = tx.files.usage(asker.user.id, tx.now - DAY_MS)
    if usage.stored + size > quota.stored_bytes:
        text = f"Your files may take {quota.stored_bytes // MIB:,} MiB in all; delete messages with files to make room."
        raise Refusal(Code.LIMIT, text, why=Why("stored_bytes"))
    if usage.bytes_since + size > quota.bytes_per_day:
        text = f"You may upload {quota.bytes_per_day // MIB:,} MiB in 24 hours."
        raise Refusal(Code.LIMIT, text, why=Why("bytes_per_day"))
    if usage.files_since >= quota.files_per_day:
        text = f"You may upload {quota.files_per_day:,} files in 24 hours."
        raise Refusal(Code.LIMIT, text, why=Why("files_per_day"))
