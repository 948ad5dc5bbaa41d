"""Acts of authority: who did what, to whom, where and why; and the steps by which it can be taken back.

A use case that acts on others opens a ``Deed``, hands it to whatever changes something, and closes it with ``done``:
that writes the audit log's row in the same transaction, and remembers the steps if there are any. Each kind of step is
undone by the module of its noun; ``undo`` puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from service.chat.policy import Rank
from service.chat.records import Asker, Room, Source, User
from service.chat.roles import Role

REASON_MAX = 500  # characters
UNDO_SECONDS = 900  # in which an act can be taken back

Scalar = str | int | bool | None
T = TypeVar("T")


class What(StrEnum):
    """What was done, as the audit log names it."""

    SERVER_SET_UP = "server.set_up"
    USER_ADDED = "user.added"
    USER_RENAMED = "user.renamed"
    USER_ROLE = "user.role"
    USER_DELETED = "user.deleted"
    USER_ERASED = "user.erased"
    USER_SUSPENDED = "user.suspended"
    USER_RESTORED = "user.restored"
    USER_MUTED = "user.muted"
    USER_UNMUTED = "user.unmuted"
    PASSWORD_RESET = "password.reset"  # noqa: S105 - the name of an act
    PASSWORD_SET = "password.set"  # noqa: S105
    SESSIONS_REVOKED = "sessions.revoked"
    BOT_ADDED = "bot.added"
    INVITE_MADE = "invite.made"
    INVITE_DELETED = "invite.deleted"
    ROOM_CREATED = "room.created"
    ROOM_CHANGED = "room.changed"
    ROOM_DELETED = "room.deleted"
    MEMBER_INVITED = "member.invited"
    MEMBER_ROLE = "member.role"
    MEMBER_KICKED = "member.kicked"
    MEMBER_BANNED = "member.banned"
    MEMBER_UNBANNED = "member.unbanned"
    MEMBER_MUTED = "member.muted"
    MEMBER_UNMUTED = "member.unmuted"
    MESSAGES_DELETED = "messages.deleted"
    CONNECTION_DROPPED = "connection.dropped"
    FILTER_ADDED = "filter.added"
    FILTER_REMOVED = "filter.removed"
    REPORT_TAKEN = "report.taken"
    REPORT_CLOSED = "report.closed"
    REPORT_OPENED = "report.reopened"
    KEYS_ROTATED = "keys.rotated"
    AUDIT_ERASED = "audit.erased"
    EPOCH_RENEWED = "epoch.renewed"
    RESTORED = "server.restored"
    IMPORTED = "server.imported"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user, or None for the operator at the command line and for the server itself."""

    user: User | None
    source: Source

    @property
    def server_rank(self) -> Rank:
        """The authority of the actor on the whole server."""
        if self.user is None or self.user.role is Role.ADMIN:
            return Rank.ADMIN
        return Rank.SERVER_MODERATOR if self.user.role is Role.MODERATOR else Rank.STRANGER


OPERATOR = Actor(None, Source("", "command line"))
SERVER = Actor(None, Source("", "server"))


def actor_of(asker: Asker) -> Actor:
    """Whoever asks, as the one who acts."""
    return Actor(asker.user, asker.source)


# The steps by which something is taken back. Ids are the database's.


@dataclass(frozen=True, slots=True)
class MessagesDeleted:
    """These messages of a room were deleted."""

    room_id: int
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RoomSet:
    """A room's setting became another one: a role as its number."""

    room_id: int
    field: str
    before: Scalar
    after: Scalar


@dataclass(frozen=True, slots=True)
class Ejected:
    """A member lost their place, which was this role, by the event of this seq."""

    room_id: int
    user_id: int
    role: int
    seq: int


@dataclass(frozen=True, slots=True)
class RoomRoleSet:
    """A member's role became another one."""

    room_id: int
    user_id: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class RoleSet:
    """A user's server-wide role became another one."""

    user_id: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Sanctioned:
    """A sanction was imposed, in place of others."""

    sanction: str
    replaced: tuple[str, ...] = ()


Step = MessagesDeleted | RoomSet | Ejected | RoomRoleSet | RoleSet | Sanctioned


@dataclass(frozen=True, slots=True)
class Action:
    """A deed that was done, and can be undone until ``UNDO_SECONDS`` after ``at`` (Unix ms)."""

    id: int
    uid: str
    what: What
    by: User | None
    rank: int
    at: int
    room: Room | None
    on: User | None
    reason: str | None
    steps: tuple[Step, ...]
    undone_at: int | None = None
    undone_by: str | None = None

    @property
    def undo_until(self) -> int:
        """The last moment at which it can be taken back."""
        return self.at + UNDO_SECONDS * 1000


@dataclass(slots=True)
class Deed:
    """An act of authority under way. ``rank`` is that of the actor there; ``steps`` are noted as they happen."""

    actor: Actor
    what: What
    rank: Rank
    on: User | None = None
    room: Room | None = None
    reason: str | None = None
    steps: list[Step] = field(default_factory=list)

    @property
    def by(self) -> User | None:
        """The user who acts; None for the operator and the server."""
        return self.actor.user

    def done(self, tx: Books, **detail: Scalar) -> Action | None:
        """Write it into the audit log, with what else is to be known of it (which must name nobody); the action that
        can be undone, if something can be."""
        tx.audit.append(self, detail)
        return tx.actions.add(self) if self.steps else None


class Audit(Protocol):
    """The audit log, as a deed writes it: nothing in it is ever changed or deleted."""

    def append(self, deed: Deed, detail: Mapping[str, Scalar]) -> None:
        """Add the deed's row to the chain."""
        ...


class Actions(Protocol):
    """What was done and can be undone."""

    def add(self, deed: Deed) -> Action: ...
    def get(self, uid: str) -> Action | None: ...
    def mark_undone(self, action: Action, by: User | None) -> None: ...
    def page(self, room_id: int | None, before: int | None, limit: int) -> list[Action]:
        """Newest first, below the id ``before``; of one room, or of the whole server and all rooms."""
        ...


class Books(Protocol):
    """Where deeds are written down: what a deed needs of a transaction."""

    @property
    def audit(self) -> Audit: ...
    @property
    def actions(self) -> Actions: ...


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What a command answers that can be undone; ``action`` is None where nothing was changed."""

    value: T
    action: Action | None = None
