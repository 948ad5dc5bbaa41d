"""What the rules need to have kept of files: their rows in the database, their content (blobs) somewhere else, and
pictures made small.

A blob is written once and never changed, under a name that nobody chose. A directory keeps them; an object store can
do the same, so nothing here knows of paths. All of ``Blobs``, ``Draft`` and ``Pictures`` blocks: it is called on
threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from service.chat.records import File, Room, StoredFile

SHARD_CHARS = 2  # at the beginning of a blob's key: by these, all blobs are gone through, a part at a time


class BlobMissing(Exception):
    """There is no such blob."""


class NoRoom(Exception):
    """The store takes nothing more: it is full, or fails."""


class Draft(Protocol):
    """A blob that is being written. Nobody sees it before it is kept, and what is not kept leaves nothing."""

    def write(self, data: bytes) -> None:
        """Add to it; ``NoRoom`` if that fails."""
        ...

    def keep(self) -> None:
        """Have it under its key for good: it survives a power cut when this returns."""
        ...

    def discard(self) -> None:
        """Forget it; nothing happens if it is kept."""
        ...


class Blobs(Protocol):
    """The contents of files, by key: hexadecimal digits, and perhaps a letter behind them."""

    def create(self, key: str) -> Draft:
        """Begin a blob; ``NoRoom`` if there is no place for more."""
        ...

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """Its content from an offset on; ``BlobMissing`` if there is none."""
        ...

    def delete(self, key: str) -> None:
        """Remove it, if it is there."""
        ...

    def keys(self, shard: str) -> Iterable[tuple[str, int]]:
        """Those whose key begins so, and when each was written (Unix ms)."""
        ...

    def tidy(self) -> int:
        """Remove the drafts of a process that has ended; how many there were. Called before any is begun."""
        ...


@dataclass(frozen=True, slots=True)
class Picture:
    """What was found out about a picture: its size in pixels as it is shown, and a smaller one (WebP) if it could be
    made, with its own size."""

    width: int
    height: int
    thumbnail: bytes | None = None
    thumbnail_size: tuple[int, int] | None = None


class Pictures(Protocol):
    """Where pictures are looked at, apart from everything else and bounded in memory and time."""

    def look(self, type: str, content: Callable[[], BinaryIO], size: int) -> Picture | None:
        """What is to be known of a picture of that type (``filetypes.PICTURES``) and size in bytes; None if it can't
        be read as one, or not within the bounds."""
        ...


@dataclass(frozen=True, slots=True)
class Usage:
    """What somebody's files take: bytes in all; and bytes and files since a moment."""

    stored: int
    bytes_since: int
    files_since: int


class Files(Protocol):
    """The rows of files. A message is named by its room and its seq."""

    def add(self, file: File, room_id: int, author_id: int, key: str, digest: bytes, thumbnail_bytes: int) -> None:
        """Something uploaded, which stands in no message yet."""
        ...

    def get(self, uid: str) -> StoredFile | None: ...
    def usage(self, author_id: int, since: int) -> Usage: ...
    def attach(self, room_id: int, seq: int, files: Sequence[StoredFile]) -> None:
        """These stand in a message, in this order."""
        ...

    def release(self, room: Room, seqs: Sequence[int]) -> int:
        """Give up the files of these messages for good, as erasing and retention do: they are known by name alone
        from now on, and their content is removed with the next collection. How many there were."""
        ...

    def erase(self, room: Room, seqs: Sequence[int]) -> None:
        """``release``, and forget what they were called and what was in them."""
        ...

    def any(self) -> bool: ...
    def drop_waiting(self, before: int, limit: int) -> int:
        """Forget files that were uploaded before a time and never stood in a message; how many, at most ``limit``."""
        ...

    def deleted(self, before: int, after_id: int, limit: int) -> tuple[list[str], int | None]:
        """Those whose message, or room, was deleted before a time: looks at ``limit`` rows behind an id. Their ids,
        and behind which row to go on; None at the end."""
        ...

    def give_up(self, uids: Sequence[str]) -> None:
        """Know these by name alone from now on."""
        ...

    def kept(self, shard: str) -> dict[str, StoredFile]:
        """The files, by key, whose content has to be there, of those whose key begins so."""
        ...

    def given_up(self, keys: Sequence[str]) -> set[str]:
        """Which of these keys belong to files that were given up."""
        ...

    def forget(self, uid: str) -> None:
        """Forget a file that stands in no message."""
        ...
