"""Files that hold one secret each: made once, readable by their owner alone, and refused if they are anything less.

A directory of such files is a ring: the one whose name sorts last is in use, the others are still believed. Names
begin with their time, so a rotation is one more file, and the files that came before it can go when nothing that they
vouched for is alive. What the secrets are for is said by ``keyring`` and ``refresh``.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from service.chat.ids import new_uid

SECRET_BYTES = 32  # of chance in a secret: 256 bits, as long as the output of the hash that uses it (RFC 7518, 3.2)
SECRET_CHARS_MIN = 43  # those bytes in base64url
FILE_BYTES_MAX = 16_384  # a file beyond this is no key
DISTINCT_CHARS_MIN = 16  # 43 characters of chance have fewer less than once in a million million files
SUFFIX = ".key"
FIRST = "first"  # sorts before the names that rotation gives

PUBLIC_PEM = b"-----BEGIN PUBLIC KEY-----"

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_SECRET = re.compile(r"[A-Za-z0-9_-]+\Z")
_PLACEHOLDERS = (
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "example",
    "your-secret",
    "yoursecret",
    "insecure",
)
_OTHERS = 0o077  # permission bits of everybody but the owner


class KeyFileError(Exception):
    """A key file that must not be used; the text tells the operator what to do about it."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One secret, under the name of its file (without the suffix)."""

    name: str
    secret: bytes

    def __repr__(self) -> str:
        """Without the secret: this is what ends in a log."""
        return f"KeyFile({self.name!r})"


def ring(directory: Path) -> tuple[KeyFile, ...]:
    """The secrets in a directory, newest first; the first of them is made if there is none yet."""
    found = _read_all(directory)
    if not found:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The first one has a name that all processes know: of two that start at once one makes it, both read it.
        with contextlib.suppress(FileExistsError):
            _create(directory / f"{FIRST}{SUFFIX}", secrets.token_urlsafe(SECRET_BYTES))
        found = _read_all(directory)
    return tuple(sorted(found, key=lambda file: file.name, reverse=True))


def rotate(directory: Path, now: int) -> str:
    """Add a new secret, which is the one in use from the next start on; the name of it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = new_uid("k", now)
    _create(directory / f"{name}{SUFFIX}", secrets.token_urlsafe(SECRET_BYTES))
    return name


def prune(directory: Path, before: int) -> list[str]:
    """Delete the secrets that were superseded before then (Unix ms); their names. The newest always stays."""
    names = sorted(path.stem for path in directory.glob(f"*{SUFFIX}"))
    superseded = [name for name, successor in itertools.pairwise(names) if _made_at(successor) < before]
    for name in superseded:
        (directory / f"{name}{SUFFIX}").unlink(missing_ok=True)
    return superseded


def read(path: Path, *, follow: bool = False) -> bytes:
    """The content of a key file that only its owner can read, or of a public key; ``KeyFileError`` for any other.

    Symbolic links are followed only where the operator named the file: secrets are often mounted in that way.
    """
    try:
        # Without O_NONBLOCK, a pipe in place of the file would hold up the start for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        raise KeyFileError(f"The key file {path} can't be read: {error.strerror}.") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileError(f"The key file {path} is not a regular file.")
        content = os.read(descriptor, FILE_BYTES_MAX + 1)
    finally:
        os.close(descriptor)
    if len(content) > FILE_BYTES_MAX:
        raise KeyFileError(f"The key file {path} is longer than any key.")
    if status.st_mode & _OTHERS and not content.startswith(PUBLIC_PEM):
        raise KeyFileError(
            f"Others can read the key file {path} (mode {stat.S_IMODE(status.st_mode):04o}). "
            f"If nobody has read it, run: chmod 600 {path}. If you are not sure, replace the key."
        )
    return content


def _read_all(directory: Path) -> list[KeyFile]:
    return [_read(path) for path in directory.glob(f"*{SUFFIX}")]


def _read(path: Path) -> KeyFile:
    if not _NAME.match(path.stem):
        raise KeyFileError(f"The key file {path} needs a name of 1 to 64 letters, digits, hyphens and underscores.")
    text = read(path).decode("ascii", "replace").strip()
    # Only base64url: a public key in PEM or DER, taken for a shared secret, would let everyone sign who can read it.
    if not _SECRET.match(text):
        raise KeyFileError(f"The key file {path} must hold one line of letters, digits, hyphens and underscores.")
    if len(text) < SECRET_CHARS_MIN:
        raise KeyFileError(
            f"The secret in {path} is too short to be safe: it needs {SECRET_CHARS_MIN} characters. "
            "Delete the file, and a good one is made at the next start."
        )
    if len(set(text)) < DISTINCT_CHARS_MIN or any(word in text.lower() for word in _PLACEHOLDERS):
        raise KeyFileError(
            f"The secret in {path} looks like a placeholder. Delete the file, and a good one is made at the next start."
        )
    return KeyFile(path.stem, text.encode("ascii"))


def _create(path: Path, text: str) -> None:
    """Write a new file that nobody else can read, and give it its name when it is whole: who finds a key file finds
    all of it, also after a power cut in the middle."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path, follow_symlinks=False)
    finally:
        draft.unlink()
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _made_at(name: str) -> int:
    """When one of our own names was given (ms); names from elsewhere count as made just now, so nothing is lost."""
    match = re.match(r"k([0-9a-f]{11})[0-9a-f]{16}\Z", name)
    return int(match.group(1), 16) if match else 1 << 62
