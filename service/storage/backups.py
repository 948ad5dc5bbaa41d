"""Backups of a data directory: what belongs to one, brought together while a server runs.

The database comes first, as it is at one moment; then the contents of the files that it refers to. A file may be given
up and collected between the two: the copy of the database learns of that, so that it never promises what is not there.
What neither knows where it went is told: the backup can't be better than the directory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from service.chat.stores.files import BlobMissing
from service.chat.uploads import THUMBNAIL_MARK
from service.storage import archive, snapshot
from service.storage.archive import ArchiveReader, ArchiveWriter, Copied, Manifest
from service.storage.blobs import DiskBlobs

NS_PER_MS = 1_000_000
FILES = "files"  # the directory of uploads, in the data directory and in a backup
KEYS = "keys"
KEY_RINGS = ("access", "refresh")


class Watcher(Protocol):
    """Who is told how far a backup is."""

    def step(self, what: str, total: int) -> None:
        """Something begins; ``total`` is how much it is."""
        ...

    def advance(self, more: int) -> None:
        """So much more of it is done."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written: what it holds, and which files' contents were missing in the data directory."""

    manifest: Manifest
    missing: tuple[str, ...]


def make(data: Path, to: BinaryIO, copy: Path, version: str, watcher: Watcher, *, with_keys: bool) -> Made:
    """Write a backup of a data directory. ``copy`` is where the database's copy is made, which the caller removes."""
    made_at = time.time_ns() // NS_PER_MS
    database = data / archive.DATABASE
    watcher.step("Copying the database", 0)
    snapshot.take(database, copy, _absolute(watcher, "Copying the database"))
    writer = ArchiveWriter(to, made_at)
    watcher.step("Copying files", snapshot.bytes_of_blobs(copy))
    lost = list(_copy_blobs(copy, DiskBlobs(data / FILES, 0), writer, watcher.advance))
    released = snapshot.given_up(database, lost)
    snapshot.give_up(copy, released, made_at)
    if with_keys:
        for ring in KEY_RINGS:
            _copy_directory(data / KEYS / ring, f"{KEYS}/{ring}", writer)
    watcher.step("Writing the database", copy.stat().st_size)
    with copy.open("rb") as source:
        writer.add(archive.DATABASE, source, watcher.advance)
    manifest = writer.finish(version, snapshot.revision(copy), snapshot.counts(copy), with_keys=with_keys)
    return Made(manifest, tuple(uid for uid in lost if uid not in released))


def check(path: Path, watcher: Watcher) -> Manifest:
    """Read a backup from its beginning to its end; ``NoBackup`` if it is not what it says."""
    with ArchiveReader(path) as reader:
        watcher.step("Verifying", reader.manifest.size)
        reader.check(watcher.advance)
        return reader.manifest


def _copy_blobs(copy: Path, blobs: DiskBlobs, writer: ArchiveWriter, copied: Copied) -> Iterator[str]:
    """Add all contents; the ids of files whose content is not there."""
    for blob in snapshot.blobs(copy):
        try:
            _copy_blob(blobs, blob.key, writer, copied)
        except BlobMissing:
            yield blob.uid
            continue
        if blob.has_thumbnail:
            try:
                _copy_blob(blobs, blob.key + THUMBNAIL_MARK, writer, copied)
            except BlobMissing:  # the large picture is there: who looks at it gets that
                continue


def _copy_blob(blobs: DiskBlobs, key: str, writer: ArchiveWriter, copied: Copied) -> None:
    with blobs.open(key) as source:
        writer.add(f"{FILES}/{key[:2]}/{key[2:4]}/{key}", source, copied)


def _copy_directory(directory: Path, name: str, writer: ArchiveWriter) -> None:
    for path in sorted(directory.glob("*.key")):
        with path.open("rb") as source:
            writer.add(f"{name}/{path.name}", source)


def _absolute(watcher: Watcher, what: str) -> Callable[[int, int], None]:
    """The copying of a database tells how far it is; a watcher wants to know how much more that is."""
    before = -1

    def told(done: int, total: int) -> None:
        nonlocal before
        if before < 0:
            watcher.step(what, total)
            before = 0
        watcher.advance(done - before)
        before = done

    return told
