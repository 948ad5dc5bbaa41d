"""A backup as one file: a tar with what belongs together, and at its end a manifest that says what has to be in it.

The manifest comes last, so a file that was cut off anywhere has none, and is no backup. Any program that reads tars
reads it; the digests are SHA-256. What is in a backup is put together by ``cli.backup`` and taken apart by
``cli.restore``; nothing of an archive is believed before it has been compared with its manifest, and no name in it
becomes a path that is not one of ours.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

FORMAT = "folkmoot-backup-1"
MANIFEST = "manifest.json"
DATABASE = "folkmoot.db"
MANIFEST_BYTES_MAX = 1_073_741_824  # some 150 bytes for each file
COPY_BYTES = 1_048_576
FILE_MODE = 0o600

_NAME = re.compile(
    r"folkmoot\.db|files/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{16,64}[a-z]?|keys/(access|refresh)/[A-Za-z0-9_-]{1,64}\.key"
)

Copied = Callable[[int], None]
"""Called with the bytes that went by."""


class NoBackup(Exception):
    """A file that is no backup, or not a whole one; the text is a sentence about it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds: made when (Unix ms), by which version, of which schema; how many rows; and each file's
    size and digest."""

    made_at: int
    version: str
    revision: str
    counts: dict[str, int]
    with_keys: bool
    files: dict[str, tuple[int, str]]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(size for size, _ in self.files.values())


class ArchiveWriter:
    """An archive that is being written."""

    def __init__(self, to: BinaryIO, made_at: int) -> None:
        self._tar = tarfile.open(fileobj=to, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by finish
        self._tar.copybufsize = COPY_BYTES  # type: ignore[attr-defined]
        self._made_at = made_at
        self._files: dict[str, tuple[int, str]] = {}

    def add(self, name: str, source: BinaryIO, copied: Copied = lambda _: None) -> None:
        """Add a file, as long as it is now."""
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
        hashed = _Hashed(source, copied)
        self._tar.addfile(self._info(name, size), hashed)
        self._files[name] = (size, hashed.digest)

    def finish(self, version: str, revision: str, counts: dict[str, int], *, with_keys: bool) -> Manifest:
        """Say what is in it. Only now it is a backup."""
        manifest = Manifest(self._made_at, version, revision, counts, with_keys, self._files)
        written = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1).encode()
        self._tar.addfile(self._info(MANIFEST, len(written)), io.BytesIO(written))
        self._tar.close()
        return manifest

    def _info(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, FILE_MODE, self._made_at // 1000
        return info


class ArchiveReader:
    """An archive that was written: ``with ArchiveReader(path) as archive``."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed by __exit__
        except tarfile.TarError as error:
            raise NoBackup(f"{path} is no backup of Folkmoot.") from error
        self._path = path
        try:
            self._members = self._tar.getmembers()
            self.manifest = self._read_manifest(path)
        except tarfile.TarError as error:
            self._tar.close()
            raise NoBackup(f"{path} is not whole: {error}.") from error
        except NoBackup:
            self._tar.close()
            raise

    def __enter__(self) -> ArchiveReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def check(self, copied: Copied) -> None:
        """Read all of it; ``NoBackup`` if it is not what its manifest says."""
        for _, content in self.contents(copied):
            for _ in iter(lambda content=content: content.read(COPY_BYTES), b""):  # type: ignore[misc]
                pass

    def contents(self, copied: Copied) -> Iterator[tuple[str, BinaryIO]]:
        """Each file, to be read to its end before the next one is asked for: then it has been compared."""
        for member in self._members[:-1]:
            source = self._tar.extractfile(member)
            assert source is not None  # noqa: S101  they are all regular files: looked at when it was opened
            hashed = _Hashed(source, copied)
            yield member.name, hashed
            if (hashed.size, hashed.digest) != self.manifest.files[member.name]:
                raise NoBackup(f"{self._path} is damaged: {member.name} is not what the manifest says.")

    def _read_manifest(self, path: Path) -> Manifest:
        last = self._members[-1] if self._members else None
        if last is None or last.name != MANIFEST or last.size > MANIFEST_BYTES_MAX:
            raise NoBackup(f"{path} is no backup, or not a whole one: it does not end with a manifest.")
        source = self._tar.extractfile(last)
        manifest = _manifest(path, b"" if source is None else source.read())
        there = [member.name for member in self._members[:-1]]
        strange = [member.name for member in self._members if not member.isreg()]
        strange += [name for name in there if _NAME.fullmatch(name) is None]
        if strange:
            raise NoBackup(f"{path} holds what no backup holds: {strange[0]!r}.")
        if sorted(there) != sorted(manifest.files) or DATABASE not in there:
            raise NoBackup(f"{path} does not hold the files that its manifest names.")
        return manifest


class _Hashed(io.RawIOBase, BinaryIO):
    """A file that is read once, from its beginning to its end; its digest is known then."""

    def __init__(self, source: IO[bytes], copied: Copied) -> None:
        self.size = 0
        self._source = source
        self._copied = copied
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            piece = self._source.read(size)
        except tarfile.TarError as error:
            raise NoBackup(f"The backup is not whole: {error}.") from error
        self.size += len(piece)
        self._hash.update(piece)
        self._copied(len(piece))
        return piece


def _manifest(path: Path, written: bytes) -> Manifest:
    try:
        read: dict[str, Any] = json.loads(written)
        if read.pop("format") != FORMAT:
            raise NoBackup(f"{path} is a backup of another version of Folkmoot, which this one can't read.")
        files = {str(name): (int(size), str(digest)) for name, (size, digest) in read.pop("files").items()}
        counts = {str(name): int(count) for name, count in read.pop("counts").items()}
        return Manifest(
            int(read["made_at"]),
            str(read["version"]),
            str(read["revision"]),
            counts,
            bool(read["with_keys"]),
            files,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoBackup(f"{path} is damaged: its manifest can't be read.") from error
