"""What an export holds, line by line: people, rooms, who is in them and what was said, as values that name each other
by username, slug and seq, and hold none of our keys and no secret.

Times are Unix milliseconds here. A message is named by its room and its seq there; the seqs of an import are others.
How a line is written is in ``wire.portable``; where they come from and go to, in ``storage.exports`` and ``imports``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol

VERSION = 1


class Extent(StrEnum):
    """Of what an export is."""

    SERVER = "server"
    ROOM = "room"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line: of what it is, by which version of the server, and as of when."""

    version: int
    of: Extent
    server: str
    at: int
    name: str | None = None  # the room's slug, or the person's username


@dataclass(frozen=True, slots=True)
class Account:
    """A user, or a bot."""

    username: str
    name: str
    role: str
    created_at: int
    bot: bool = False
    suspended: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A room."""

    slug: str
    name: str
    topic: str
    visibility: str
    join_role: str
    post_role: str
    created_at: int
    locked: bool = False
    slow_mode: int = 0
    receipts: bool = False
    retention_days: int = 0


@dataclass(frozen=True, slots=True)
class Membership:
    """A user in a room, and up to which seq they have read."""

    room: str
    user: str
    role: str
    joined_at: int
    read: int = 0


@dataclass(frozen=True, slots=True)
class Wording:
    """What a message said from ``at`` on, until it was edited."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Who did something to a message, and when."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Emoji:
    """Somebody's reaction."""

    emoji: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """An uploaded file. Its content stands in the export under its id, if ``sha256`` is there."""

    id: str
    name: str
    type: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """A message. The text of a deleted one is empty."""

    room: str
    seq: int
    author: str
    at: int
    text: str
    reply_to: int | None = None
    root: int | None = None
    edited_at: int | None = None
    before: tuple[Wording, ...] = ()
    deleted: Mark | None = None
    pinned: Mark | None = None
    reactions: tuple[Emoji, ...] = ()
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Login:
    """One of a person's own sessions."""

    client: str
    address: str
    scope: str
    created_at: int
    used_at: int
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody whom a person does not want to hear from."""

    user: str
    at: int


@dataclass(frozen=True, slots=True)
class Reacted:
    """A person's own reaction to somebody's message."""

    room: str
    seq: int
    emoji: str
    at: int


@dataclass(frozen=True, slots=True)
class Sanctioned:
    """A measure against a person."""

    kind: str
    at: int
    until: int
    room: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """What a person reported to moderators."""

    room: str
    seq: int
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class Ending:
    """The last line: how many there are, with this one. An export without it is not whole."""

    lines: int


Line = Heading | Account | Place | Membership | Saying | Login | Blocked | Reacted | Sanctioned | Reported | Ending

LINES: dict[type[Line], str] = {
    Heading: "export",
    Account: "user",
    Place: "room",
    Membership: "member",
    Saying: "message",
    Login: "session",
    Blocked: "block",
    Reacted: "reaction",
    Sanctioned: "sanction",
    Reported: "report",
    Ending: "end",
}


@dataclass(frozen=True, slots=True)
class Content:
    """The content of an uploaded file: the file's id, and the key of its blob."""

    id: str
    key: str


class Source(Protocol):
    """One export, while its state of the database is held. To be used by one thread at a time."""

    def lines(self) -> Iterator[Line]: ...
    def contents(self) -> Iterator[Content]: ...
    def blob(self, key: str) -> BinaryIO | None:
        """The content of a file, if it is there."""
        ...


class Sources(Protocol):
    """Where exports come from."""

    def person(self, user_id: int, username: str) -> AbstractContextManager[Source]:
        """What a person has."""
        ...
