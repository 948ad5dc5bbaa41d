"""What is remembered: the nouns of the domain as frozen values, as the database holds them.

Times are Unix milliseconds, UTC. ``id`` (an integer) is for us; ``uid`` is the opaque id that clients see.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.chat.roles import Role, RoomRole, Scope, Visibility


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


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a room."""

    room_id: int
    user: User
    role: RoomRole
    joined_at: int
    last_posted_at: int = 0


@dataclass(frozen=True, slots=True)
class Author:
    """What a message shows of its author."""

    username: str
    name: str
    role: Role
    bot: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is now. ``reply_to`` is a message's id."""

    id: str
    room: str
    seq: int
    author: Author
    text: str
    at: int
    reply_to: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as the database says now: what every policy decision starts from."""

    user: User
    session: Session
    scope: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Credential:
    """What a verified access token says: whose it is, of which session, for what, and until when (Unix seconds)."""

    user_uid: str
    sid: str
    client_id: str
    scope: frozenset[Scope]
    expires_at: int
