"""The data directory without a server: what the commands that manage it work on. A server may run on it at the same
time; it notices what changed within a second.

Whoever may write in that directory is the operator, and is above all roles: these commands ask no policy.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine, exc

from service.app import DATABASE_FILE, now_ms
from service.chat.accounts import Accounts
from service.chat.bots import Bots
from service.chat.keyfiles import KeyFileError
from service.chat.passwords import Passwords
from service.chat.ports import Transaction
from service.cli.console import Failure
from service.config import Settings
from service.storage import replacement, schema
from service.storage.database import SqlDatabase
from service.storage.engine import open_engine

T = TypeVar("T")

DIRECTORY_MODE = 0o700
UMASK = 0o077  # what is in the data directory is its owner's alone: messages, hashes, keys


@dataclass(frozen=True, slots=True)
class House:
    """The use cases, over the database in the data directory."""

    database: SqlDatabase
    passwords: Passwords
    accounts: Accounts
    bots: Bots


def visit(current: Settings, work: Callable[[House], Awaitable[T]]) -> T:
    """Open the house, do the work, and close it again."""
    new = not (current.data / DATABASE_FILE).exists()
    with engine(current) as opened, expected_failures():
        if new:
            schema.migrate(opened)
        elif schema.pending(opened):
            # A server of the older version may be running on it: whoever runs it says when.
            raise Failure("The database is of another version. Bring it up to date first, with: folkmoot migrate")
        return asyncio.run(_visit(current, opened, work))


def change(current: Settings, fn: Callable[[Transaction], T]) -> T:
    """Run one transaction that changes something."""
    return visit(current, lambda house: house.database.write(fn))


def look(current: Settings, fn: Callable[[Transaction], T]) -> T:
    """Run one transaction that only reads."""
    return visit(current, lambda house: house.database.read(fn))


@contextlib.contextmanager
def engine(current: Settings) -> Iterator[Engine]:
    """The database of the data directory, which is made if it is not there."""
    with expected_failures():
        make_directory(current)
    opened = open_engine(f"sqlite:///{(current.data / DATABASE_FILE).absolute()}")
    try:
        yield opened
    finally:
        opened.dispose()


def make_directory(current: Settings, *, unfinished: bool = False) -> None:
    """Make the data directory; from here on, what this process makes is nobody else's to read. One with an
    ``unfinished`` restore in it is for nobody but who finishes that."""
    os.umask(UMASK)
    current.data.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    if not unfinished and replacement.unfinished(current.data) is not None:
        raise Failure(
            f"A restore into {current.data} was interrupted. Run it again, and it is finished: folkmoot restore FILE"
        )


def require_database(current: Settings) -> None:
    """A slip in the name of the directory must not make an empty one, and find nothing in it."""
    if not (current.data / DATABASE_FILE).exists():
        raise Failure(f"There is no database in {current.data}.")


@contextlib.contextmanager
def expected_failures() -> Iterator[None]:
    """Turn what goes wrong outside of this program into a sentence about it."""
    try:
        yield
    except KeyFileError as error:
        raise Failure(str(error)) from error
    except exc.DBAPIError as error:
        raise Failure(f"The database can't be used: {error.orig}.") from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise Failure(f"{place}{error.strerror or error}.") from error


async def _visit(current: Settings, opened: Engine, work: Callable[[House], Awaitable[T]]) -> T:
    database = SqlDatabase(opened, now_ms, lambda entries, posts, seconds: None)
    passwords = Passwords(at_once=1, waiting=1, shortest=current.password_min)
    # What is committed here is delivered by the server, if one runs: it watches the database.
    database.start(lambda events, changes, told: None)
    try:
        return await work(House(database, passwords, Accounts(database, passwords), Bots(database)))
    finally:
        passwords.stop()
        await database.stop()
