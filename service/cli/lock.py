"""The lock of a data directory: one server at a time, and where it can be reached.

The kernel drops the lock when the process ends, however it ends; what the file says counts only while it is held.
"""

from __future__ import annotations

import fcntl
import os
from typing import IO

from service.cli import house
from service.cli.console import Failure
from service.config import Settings

LOCK_FILE = "server.lock"


def hold(current: Settings, *, unfinished: bool = False) -> IO[str]:
    """Take the lock. Two servers on one directory would each deliver to their own people only. ``unfinished`` is for
    who finishes a restore."""
    with house.expected_failures():
        house.make_directory(current, unfinished=unfinished)
        lock = (current.data / LOCK_FILE).open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        lock.seek(0)
        process = lock.readline().strip()
        lock.close()
        raise Failure(f"Another server (process {process}) is running on {current.data}.") from held
    lock.truncate(0)
    _write(lock, str(os.getpid()))
    return lock


def say_where(lock: IO[str], url: str) -> None:
    """Note the URL by which the server that holds the lock is reached."""
    _write(lock, url)


def server_url(current: Settings) -> str | None:
    """Where the server that runs on this directory is reached; None if there is none."""
    try:
        lock = (current.data / LOCK_FILE).open()
    except OSError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            lines = lock.read().splitlines()
            return lines[1] if len(lines) > 1 else None
    return None


def _write(lock: IO[str], line: str) -> None:
    lock.write(f"{line}\n")
    lock.flush()
