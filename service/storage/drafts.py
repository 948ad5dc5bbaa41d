"""Files that are whole or not there: made in a directory of their own beside where they are to be, and put into their
place in one step. What a process leaves behind that was killed meanwhile is cleared away by the next one.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".folkmoot-unfinished-"
NAME_BYTES = 8  # of chance in a draft's name
DIRECTORY_MODE = 0o700


@contextmanager
def drafts(beside: Path) -> Iterator[Path]:
    """A new directory in the one that is given, which nobody else can read, and which is gone at the end."""
    clear(beside)
    place = beside / f"{PREFIX}{secrets.token_hex(NAME_BYTES)}"
    place.mkdir(mode=DIRECTORY_MODE)
    try:
        with _held(place):
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def clear(directory: Path) -> int:
    """Remove what nobody is working on any more; how many directories that were."""
    left = 0
    for place in directory.glob(f"{PREFIX}*"):
        try:
            with _held(place):
                shutil.rmtree(place)
                left += 1
        except (BlockingIOError, FileNotFoundError):  # somebody's own, or gone already
            continue
    return left


def publish(draft: Path, to: Path) -> None:
    """Give a file that is whole its name, which must be free, and bring both to the disk."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.link(draft, to, follow_symlinks=False)  # unlike a renaming, this takes nobody's place
    draft.unlink()
    sync(to.parent)


def sync(directory: Path) -> None:
    """Bring the names in a directory to the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _held(directory: Path) -> Iterator[None]:
    """Have a directory to oneself, as long as this process lives; ``BlockingIOError`` if somebody else has it."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
