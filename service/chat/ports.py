"""What the rules of chat need from outside: a database with transactions, and time.

A transaction is used by a plain function that runs on a database thread: ``await database.write(fn)`` runs ``fn(tx)``,
commits, hands the events that it appended to the live side in order, and answers what ``fn`` answered. An exception
undoes all that ``fn`` did. ``await database.read(fn)`` sees one consistent state and may change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from service.chat.deeds import Actions
from service.chat.events import AuthorityChanged, Event, Told
from service.chat.records import FilterKind
from service.chat.stores.accounts import Blocks, Clients, Invites, Sessions, Users
from service.chat.stores.erasures import Erasures
from service.chat.stores.files import Files
from service.chat.stores.moderation import AuditLog, Filters, Reports, Sanctions
from service.chat.stores.page import Page
from service.chat.stores.rooms import Expiry, Log, Members, Mentions, Pins, Reactions, Rooms, Threads

__all__ = ["Authority", "Clock", "Database", "Formatter", "Page", "Patterns", "Transaction"]

T = TypeVar("T")

Clock = Callable[[], int]
"""Now, in Unix milliseconds."""


class Authority(Protocol):
    """The version of everybody's rights: it moves with each change that could take a right away, in the transaction
    that makes the change. A decision made at a version holds as long as the version stands."""

    def version(self) -> int: ...
    def user_changed(self, user_id: int) -> None: ...
    def session_changed(self, sid: str) -> None: ...
    def room_changed(self, room_id: int) -> None: ...
    def changed_since(self, version: int) -> tuple[set[int], set[str], set[int]]:
        """The ids of the users, sessions and rooms whose rights changed after ``version``."""
        ...

    def change(self) -> AuthorityChanged | None:
        """What this transaction has changed so far, if anything."""
        ...


class Transaction(Protocol):
    """All that can be read and changed, in one transaction that began at ``now`` (Unix ms)."""

    @property
    def now(self) -> int: ...
    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def invites(self) -> Invites: ...
    @property
    def clients(self) -> Clients: ...
    @property
    def blocks(self) -> Blocks: ...
    @property
    def rooms(self) -> Rooms: ...
    @property
    def members(self) -> Members: ...
    @property
    def log(self) -> Log: ...
    @property
    def reactions(self) -> Reactions: ...
    @property
    def pins(self) -> Pins: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def mentions(self) -> Mentions: ...
    @property
    def files(self) -> Files: ...
    @property
    def expiry(self) -> Expiry: ...
    @property
    def erasures(self) -> Erasures: ...
    @property
    def sanctions(self) -> Sanctions: ...
    @property
    def actions(self) -> Actions: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def filters(self) -> Filters: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def authority(self) -> Authority: ...
    def tell(self, told: Told) -> None:
        """Tell some users of something, once this is committed."""
        ...

    @property
    def appended(self) -> Sequence[Event]:
        """The events that this transaction has appended so far."""
        ...


class Database(Protocol):
    """Where transactions come from. ``unavailable`` is raised while the database is away or its queue is full."""

    async def read(self, fn: Callable[[Transaction], T]) -> T: ...
    async def write(self, fn: Callable[[Transaction], T], then: Callable[[T], None] | None = None) -> T:
        """What ``fn`` answers. ``then`` is called with it before the events that it appended are delivered."""
        ...


class Formatter(Protocol):
    """Makes safe HTML of what people write."""

    def marked(self, text: str) -> bool:
        """Whether a text might have formatting; at next to no cost, and right where it says that it has none."""
        ...

    async def html(self, text: str, whose: str) -> str | None:
        """The formatted text, sanitised; None where it is but a text. ``whose`` it is, whose texts wait for each other
        before they wait for anybody's."""
        ...


class Text(Protocol):
    """A text, made ready for what is looked for in it. ``length`` is in bytes."""

    @property
    def length(self) -> int: ...
    def meets(self, kind: FilterKind, pattern: str) -> bool:
        """Whether it is in the text."""
        ...

    def places(self, kind: FilterKind, pattern: str) -> tuple[list[tuple[int, int]], int]:
        """Where it is, from and up to which code point; and how many bytes were read to find that."""
        ...


class Patterns(Protocol):
    """Words and patterns, matched at a cost that has a bound."""

    def size(self, kind: FilterKind, pattern: str) -> int:
        """How much a byte of a text may cost, in steps; ``invalid`` if it is no pattern."""
        ...

    def read(self, text: str) -> Text: ...
