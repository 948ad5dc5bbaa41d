"""What is remembered: the nouns of the domain as frozen values, as the database holds them.

Times are Unix milliseconds, UTC. ``id`` (an integer) is for us; ``uid`` is the opaque id that clients see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from service.chat.roles import Role, RoomRole, Scope, Visibility

FOREVER = 253_402_300_799_999  # Unix ms, the last that RFC 3339 can say: an end that never comes
SYSTEM = "system"  # who did what nobody did by name: the operator at the command line, or the server itself


@dataclass(frozen=True, slots=True)
class User:
    """An account: a person's or a bot's."""

    id: int
    uid: str
    username: str
    name: str
    role: Role
    bot: bool
    suspended: bool
    deleted: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class Session:
    """One login and all tokens that come from it. ``ended_at`` is set by logout, revocation, reuse, suspension.

    ``rotated_at`` is when the refresh token of ``generation`` took the place of the one before; ``rotated_before``,
    when that one had done so.
    """

    sid: str
    user_id: int
    client_id: str
    client: str
    address: str
    scope: frozenset[Scope]
    created_at: int
    used_at: int
    expires_at: int
    generation: int
    rotated_at: int
    ended_at: int | None
    rotated_before: int = 0


@dataclass(frozen=True, slots=True)
class Invite:
    """A code that lets somebody sign up with ``role``, ``uses_left`` times, before ``expires_at``."""

    code: str
    role: Role
    uses_left: int
    expires_at: int
    created_by: int | None  # None: the operator
    created_at: int


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client that authenticates by a secret: a bot. Only the digest of its secret is kept."""

    client_id: str
    user_id: int
    secret_digest: bytes
    created_at: int


@dataclass(frozen=True, slots=True)
class Room:
    """A room as everyone sees it. ``seq`` is the last event's; ``members`` counts members."""

    id: int
    slug: str
    name: str
    topic: str
    visibility: Visibility
    join_role: Role
    post_role: Role
    locked: bool
    slow_mode: int
    epoch: str
    seq: int
    members: int
    created_at: int
    deleted: bool
    receipts: bool = False
    retention_days: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a room. ``muted_until`` is 0 for who may speak, and ``FOREVER`` for a mute without an end."""

    room_id: int
    user: User
    role: RoomRole
    joined_at: int
    last_posted_at: int = 0
    muted_until: int = 0


class SanctionKind(StrEnum):
    """What a moderator can do to somebody. In a room: kick, mute, ban; on the whole server: mute, suspend."""

    KICK = "kick"
    MUTE = "mute"
    BAN = "ban"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class Sanction:
    """A moderator's measure against a user.

    ``room`` is a slug, or None for the whole server. ``by`` is a username, ``rank`` what its setter's rank was
    (``policy.Rank``). ``until`` is ``FOREVER`` where there is no end. ``seqs`` are its events, by the rooms' slugs;
    ``action`` is the id under which it is undone. A kick is over as soon as it is done.
    """

    id: int
    uid: str
    kind: SanctionKind
    room: str | None
    user: User
    by: str
    rank: int
    at: int
    until: int
    reason: str | None
    seqs: dict[str, int]
    action: str
    lifted_at: int | None = None
    lifted_by: str | None = None


@dataclass(frozen=True, slots=True)
class Setter:
    """Who set a room's rule to what it is, when, and why. ``by`` is a username."""

    by: str
    at: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Author:
    """What a message shows of its author."""

    username: str
    name: str
    role: Role
    bot: bool


@dataclass(frozen=True, slots=True)
class Deletion:
    """By whom (a username) a message was deleted, and when."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji under a message, and who put it there: all of them counted, the first ones named."""

    emoji: str
    count: int
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """What hangs under a message: how many replies, and the last one's seq and time."""

    replies: int
    last_seq: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Pin:
    """By whom (a username) a message was pinned, and when."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class File:
    """Something uploaded, as it is shown. ``name`` is what its author calls it; ``type`` what its content is; ``size``
    is in bytes. A picture has a width and a height in pixels, and mostly a ``thumbnail``, which has its own."""

    id: str
    name: str
    type: str
    size: int
    width: int | None = None
    height: int | None = None
    thumbnail: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file, and where it belongs: ``seq`` is its message's, None as long as it stands in none. ``key`` is its blob's,
    ``digest`` the SHA-256 of its content. One that is ``gone`` is known by its name alone."""

    file: File
    room_id: int
    author_id: int
    seq: int | None
    key: str
    digest: bytes
    thumbnail_bytes: int
    at: int
    gone: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is now. The text of one that is ``deleted`` is empty, and its files are not shown.

    ``reply_to`` is the id of the message that it answers, ``root`` of the one whose thread it stands in; ``thread`` is
    what hangs under it itself. ``html`` is there where the text has formatting.
    """

    id: str
    room: str
    seq: int
    author: Author
    text: str
    at: int
    reply_to: str | None = None
    nonce: str | None = None
    deleted: Deletion | None = None
    html: str | None = None
    edited_at: int | None = None
    root: str | None = None
    thread: Thread | None = None
    pinned: Pin | None = None
    reactions: tuple[Reaction, ...] = ()
    files: tuple[File, ...] = ()


class FilterKind(StrEnum):
    """What a filter looks for: a word, which stands by itself, or a pattern."""

    WORD = "word"
    PATTERN = "pattern"


class FilterAction(StrEnum):
    """What becomes of a message in which a filter finds something."""

    REJECT = "reject"
    MASK = "mask"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Filter:
    """A room's rule about what is said there. ``by`` is a username."""

    id: int
    uid: str
    room: str
    kind: FilterKind
    pattern: str
    action: FilterAction
    by: str
    at: int
    reason: str | None


class ReportState(StrEnum):
    """How far a report has come."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody wants a moderator to look at: ``message`` as it was then, and as it is ``now``.

    ``reporter`` is None for a filter; ``handler`` is who has taken or closed it. ``id`` orders reports by their making.
    """

    id: int
    uid: str
    room_id: int
    message: Message
    now: Message
    author: User
    reporter: User | None
    reason: str
    at: int
    state: ReportState
    handler: User | None
    changed_at: int
    resolution: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """What a message said from ``at`` on."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class FollowedThread:
    """A thread that somebody follows: the message that it hangs under, and how far they have read."""

    root: Message
    read_seq: int
    unread: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A message in which somebody was called, by their name or with everybody."""

    id: int
    message: Message
    everybody: bool


@dataclass(frozen=True, slots=True)
class ReadState:
    """How far a member has read in a room, how many messages came after that (without replies in threads), and in how
    many they are called."""

    seq: int
    unread: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request came from: its network address, and the id under which the server's log knows it."""

    address: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as the database says now: what every policy decision starts from."""

    user: User
    session: Session
    scope: frozenset[Scope]
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class Credential:
    """What a verified access token says: whose it is, of which session, for what, and until when (Unix seconds).

    ``source`` says which request brought it; ``rehearsal``, that it wants to know what would be
    done, and nothing to be done.
    """

    user_uid: str
    sid: str
    client_id: str
    scope: frozenset[Scope]
    expires_at: int
    source: Source = field(default=Source(), compare=False)
    rehearsal: bool = field(default=False, compare=False)
