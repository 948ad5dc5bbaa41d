"""Blobs in a directory: the contents of uploaded files, outside of all that is served by path.

A blob is written under a temporary name that nothing else can have, brought to the disk, and renamed into its place.
So under a blob's own name there is a whole one or none, whatever happens in between. Two levels of directories keep
each of them short.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from service.chat.stores.files import BlobMissing, NoRoom

UNFINISHED = "unfinished"  # the directory of what is being written
DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
NS_PER_MS = 1_000_000

_KEY = re.compile(r"[0-9a-f]{16,64}[a-z]?\Z")

log = logging.getLogger("folkmoot.files")


class DiskBlobs:
    """Blobs below ``root``. Writing leaves ``spare`` bytes of the disk to others: the database is on it, too, and
    messages go before files."""

    def __init__(self, root: Path, spare: int) -> None:
        self._root = root
        self._spare = spare

    def create(self, key: str) -> DiskDraft:
        """Begin a blob."""
        try:
            _make(self._root, self._unfinished)
            place = os.statvfs(self._root)
            if place.f_bavail * place.f_frsize < self._spare:
                log.warning("the disk is too full for files", extra={"spare": self._spare})
                raise NoRoom
            return DiskDraft(self._unfinished / key, self._path(key))
        except OSError as error:
            raise _no_room(error) from error

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """Its content from an offset on."""
        try:
            blob = self._path(key).open("rb")
        except FileNotFoundError:
            raise BlobMissing(key) from None
        blob.seek(start)
        return blob

    def delete(self, key: str) -> None:
        """Remove it, if it is there."""
        self._path(key).unlink(missing_ok=True)

    def keys(self, shard: str) -> Iterator[tuple[str, int]]:
        """Those whose key begins so, and when each was written."""
        for folder in _entries(self._root / shard):
            if folder.is_dir(follow_symlinks=False):
                for entry in _entries(Path(folder.path)):
                    if _KEY.match(entry.name) and entry.name.startswith(shard):
                        yield entry.name, entry.stat(follow_symlinks=False).st_mtime_ns // NS_PER_MS

    def tidy(self) -> int:
        """Remove what a process that has ended was writing."""
        left = list(_entries(self._unfinished))
        for entry in left:
            Path(entry.path).unlink(missing_ok=True)
        return len(left)

    @property
    def _unfinished(self) -> Path:
        return self._root / UNFINISHED

    def _path(self, key: str) -> Path:
        if not _KEY.match(key):  # keys are ours; whatever else comes here must not become a path
            raise BlobMissing(key)
        return self._root / key[:2] / key[2:4] / key


class DiskDraft:
    """A blob that is being written. It may be discarded on another thread than it is written on: a descriptor that is
    closed in the middle of a write might be another file's by then, so one thing is done at a time."""

    def __init__(self, temporary: Path, path: Path) -> None:
        self._lock = threading.Lock()
        self._temporary = temporary
        self._path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor: int | None = os.open(temporary, flags, FILE_MODE)

    def write(self, data: bytes) -> None:
        """Add to it."""
        try:
            with self._lock:
                view = memoryview(data)
                while view:  # a disk that is nearly full takes a part
                    view = view[os.write(self._open, view) :]
        except OSError as error:
            raise _no_room(error) from error

    def keep(self) -> None:
        """Bring it to the disk, and then give it its name."""
        try:
            with self._lock:
                os.fsync(self._open)
                self._close()
                self._rename()
        except OSError as error:
            raise _no_room(error) from error

    def discard(self) -> None:
        """Forget it, unless it is kept."""
        with self._lock:
            self._close()
            self._temporary.unlink(missing_ok=True)

    def _rename(self) -> None:
        folder = self._path.parent
        _make(folder.parent, folder)
        self._temporary.rename(self._path)
        for directory in (folder, folder.parent, folder.parent.parent):  # each may be new in the one above it
            _sync(directory)

    @property
    def _open(self) -> int:
        if self._descriptor is None:
            raise OSError(errno.EBADF, "the draft is closed")
        return self._descriptor

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _make(*directories: Path) -> None:
    """One by one: parents that are made along the way do not get the mode."""
    for directory in directories:
        directory.mkdir(mode=DIRECTORY_MODE, exist_ok=True)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as found:
            return list(found)
    except FileNotFoundError:
        return []


def _no_room(error: OSError) -> NoRoom:
    """The disk is full, or broken: the operator has to hear of either, the person only that it was not stored."""
    log.error("files can't be written", extra={"errno": errno.errorcode.get(error.errno or 0, "?")})
    return NoRoom()
