"""What the rules of chat need from outside: a database with transactions, and time.

A transaction is used by a plain function that runs on a database thread: ``await database.write(fn)`` runs ``fn(tx)``,
commits, hands the events that it appended to the live side in order, and answers what ``fn`` answered. An exception
undoes all that ``fn`` did. ``await database.read(fn)`` sees one consistent state and may change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from service.chat.chain import Entry, Fact, Head
from service.chat.deeds import Actions, Audit, Deed
from service.chat.events import AuthorityChanged, Event, Told
from service.chat.records import (
    Client,
    Filter,
    FilterAction,
    FilterKind,
    Invite,
    Member,
    Message,
    Report,
    ReportState,
    Room,
    Sanction,
    SanctionKind,
    Session,
    Setter,
    User,
)
from service.chat.roles import Role, RoomRole

T = TypeVar("T")

Clock = Callable[[], int]
"""Now, in Unix milliseconds."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where to go on (``cursor``: the last key seen, or None from the start) and how many items at most."""

    cursor: str | None
    limit: int


class Users(Protocol):
    """Accounts. Usernames are folded before they come here, and are never given out twice."""

    def get(self, user_id: int) -> User | None: ...
    def by_uid(self, uid: str) -> User | None: ...
    def by_username(self, username: str) -> User | None:
        """The account of that name; a deleted one is found by its keys only."""
        ...

    def taken(self, username: str) -> bool:
        """Whether the name is or was in use."""
        ...

    def add(self, username: str, name: str, role: Role, bot: bool, password_hash: str | None) -> User:
        """A new account; ``conflict`` if the name is or was in use."""
        ...

    def page(self, page: Page) -> list[User]: ...
    def bots(self) -> list[User]: ...
    def exist(self) -> bool:
        """Whether there is any person; bots do not count."""
        ...

    def active_admins(self) -> int:
        """How many people are admins and can act as such; none of them stops being one until this transaction ends."""
        ...

    def password_hash(self, user_id: int) -> str | None: ...
    def set_password_hash(self, user_id: int, password_hash: str | None) -> None:
        """Another password, or none; a reset that was on its way is void."""
        ...

    def set_name(self, user_id: int, name: str) -> None: ...
    def set_role(self, user_id: int, role: Role) -> None: ...
    def set_suspended(self, user_id: int, suspended: bool) -> None: ...
    def delete(self, user_id: int) -> None:
        """The account can no longer be used; its row and its name stay, so that the log keeps its authors."""
        ...

    def set_reset(self, user_id: int, digest: bytes, expires_at: int) -> None: ...
    def by_reset(self, digest: bytes, now: int) -> User | None:
        """The user of an unexpired password reset, which stays as it is."""
        ...

    def take_reset(self, digest: bytes, now: int) -> User | None:
        """The user of an unexpired password reset, which is used up by this."""
        ...


class Sessions(Protocol):
    """Logins."""

    def get(self, sid: str) -> Session | None: ...
    def with_user(self, sid: str) -> tuple[Session, User] | None:
        """The session and whose it is, in one query; also one that has ended."""
        ...

    def add(self, session: Session) -> None: ...
    def of_user(self, user_id: int, now: int) -> list[Session]:
        """The user's sessions that are neither ended nor expired, newest use first."""
        ...

    def addresses_of(self, username: str, since: int, most: int) -> list[str]:
        """The network addresses, ``most`` at most, from which that user had sessions in use after ``since``."""
        ...

    def rotate(self, sid: str, generation: int, now: int, expires_at: int, address: str) -> bool:
        """Move on from ``generation`` to the next one, unless somebody else has done so: then False."""
        ...

    def end(self, sid: str, now: int) -> bool:
        """End a session; False if it is not there or had ended."""
        ...

    def end_all(self, user_id: int, now: int, but: str | None = None) -> int:
        """End all open sessions of a user, ``but`` one; how many they were."""
        ...

    def forget(self, user_id: int, before: int) -> None:
        """Delete the user's sessions that expired before then: nobody asks for them any more."""
        ...


class Invites(Protocol):
    """Invitations to sign up."""

    def get(self, code: str) -> Invite | None: ...
    def add(self, invite: Invite) -> None: ...
    def page(self, after: tuple[int, str], limit: int, now: int) -> list[Invite]:
        """The valid ones, oldest first, from the one on that was made ``after`` this time and code."""
        ...

    def use(self, code: str, now: int) -> Invite | None:
        """Take one use of a valid invite, or None."""
        ...

    def delete(self, code: str) -> bool:
        """Take an invite back; False if there is none."""
        ...

    def delete_of(self, user_id: int) -> None:
        """Take back all that a user gave out."""
        ...


class Clients(Protocol):
    """OAuth clients that have a secret: bots."""

    def get(self, client_id: str) -> Client | None: ...
    def add(self, client: Client) -> None: ...
    def all(self) -> list[Client]: ...
    def delete_of(self, user_id: int) -> None:
        """Delete all clients of a user."""
        ...


class Rooms(Protocol):
    """Rooms. A deleted one keeps its row and its slug."""

    def get(self, room_id: int) -> Room | None: ...
    def by_slug(self, slug: str) -> Room | None: ...
    def seen_by(self, slug: str, user_id: int) -> tuple[Room, RoomRole | None] | None:
        """The room and what the user is in it, in one query; also one that they may not see, or that is deleted."""
        ...

    def add(self, room: Room) -> Room:
        """The room with its id; ``conflict`` if the slug is or was in use."""
        ...

    def save(self, room: Room) -> None:
        """Store the settings (name, topic, visibility, gates, locked, slow mode)."""
        ...

    def delete(self, room_id: int) -> None:
        """The room can no longer be used and has no members; its row and its slug stay."""
        ...

    def page(self, user_id: int, all_private: bool, page: Page) -> list[tuple[Room, RoomRole | None]]:
        """By slug: public rooms, those of the user, and all private ones for admins; and what the user is in each."""
        ...

    def heads(self, room_ids: Iterable[int]) -> dict[int, int]:
        """The last seq of each of these rooms."""
        ...

    def note_setter(self, room_id: int, rule: str, by: User | None, reason: str | None) -> None:
        """Remember who set a rule of the room to what it is."""
        ...

    def setter(self, room_id: int, rule: str) -> Setter | None:
        """Who set a rule of the room to what it is."""
        ...


class Members(Protocol):
    """Users in rooms."""

    def get(self, room_id: int, user_id: int) -> Member | None: ...
    def by_username(self, room_id: int, username: str) -> Member | None: ...
    def role(self, room_id: int, user_id: int) -> RoomRole | None: ...
    def add(self, room_id: int, user_id: int, role: RoomRole, now: int) -> None: ...
    def remove(self, room_id: int, user_id: int) -> None: ...
    def set_role(self, room_id: int, user_id: int, role: RoomRole) -> None: ...
    def posted(self, room_id: int, user_id: int, now: int) -> None:
        """Remember when the member last posted (kept in slow mode only)."""
        ...

    def page(self, room_id: int, after: int, limit: int) -> list[Member]:
        """The members whose user id is above ``after``, in that order: it is the order of their accounts' creation."""
        ...

    def of_user(self, user_id: int) -> list[tuple[Room, Member]]:
        """The rooms that a user is in, by room id."""
        ...

    def below(self, room_id: int, role: Role) -> list[Member]:
        """The members whose server-wide role is lower than ``role``."""
        ...

    def owners(self, room_id: int) -> int:
        """How many owners the room has."""
        ...


class Log(Protocol):
    """The rooms' logs: every event, numbered by seq within its room."""

    def joined(self, room: Room, member: Member) -> None: ...
    def left(
        self,
        room: Room,
        user: User,
        code: str,
        by: User | None,
        reason: str | None = None,
        until: int | None = None,
    ) -> int:
        """``member.left``; its seq."""
        ...

    def member_changed(self, room: Room, member: Member, by: User | None, reason: str | None = None) -> int:
        """``member.changed``; its seq."""
        ...

    def room_changed(self, room: Room, by: User | None) -> None: ...
    def room_deleted(self, room: Room, by: User | None) -> None: ...
    def delete(self, room: Room, messages: Sequence[Message], by: User | None) -> None:
        """Show these messages' texts no more: one ``message.deleted`` for each. None of them is deleted yet."""
        ...

    def restore(self, room: Room, seqs: Sequence[int], by: User | None) -> int:
        """Show these again, those that are deleted: one ``message.restored`` for each. How many they were."""
        ...

    def seq_at(self, room: Room, at: int) -> int:
        """The last seq of the room whose time is before ``at``."""
        ...

    def said_by(self, room: Room, author_id: int, after: int, until: int, limit: int) -> list[Message]:
        """The messages of one author with ``after < seq <= until`` that are not deleted, newest first."""
        ...

    def events(self, room: Room, after: int, limit: int, until: int | None = None) -> list[Event]:
        """Events with ``after < seq <= until``, in order."""
        ...

    def messages(self, room: Room, limit: int, before: int | None = None, after: int | None = None) -> list[Message]:
        """Messages, oldest first: the latest, or those next to a seq, which they exclude."""
        ...

    def message(self, room: Room, seq: int) -> Message | None: ...
    def messages_at(self, room: Room, seqs: Sequence[int]) -> dict[int, Message]:
        """The messages at these seqs, by seq; what is no message is left out."""
        ...

    def by_nonce(self, room: Room, author_id: int, nonce: str) -> tuple[Message, bytes] | None:
        """The message first posted under that nonce, and the digest of its content then."""
        ...


class Sanctions(Protocol):
    """Measures against users, in force and past."""

    def add(
        self,
        kind: SanctionKind,
        room: Room | None,
        user: User,
        deed: Deed,
        until: int,
        seqs: dict[str, int],
    ) -> Sanction:
        """A new one, by the deed's actor and for its reason; a kick is over at once."""
        ...

    def settle(self, sanction: Sanction, seqs: dict[str, int], action_id: int) -> Sanction:
        """The sanction with its events and the action that undoes it."""
        ...

    def get(self, uid: str) -> Sanction | None: ...
    def in_force(self, user_id: int) -> list[Sanction]:
        """Those on a user that have neither been lifted nor come to their end, in any room and on the server."""
        ...

    def page(self, room_id: int | None, before: int | None, limit: int, history: bool) -> list[Sanction]:
        """Of one room, or server-wide; newest first, below the id ``before``; with ``history`` also past ones."""
        ...

    def due(self, limit: int) -> list[Sanction]:
        """Those that have come to their end and have not been lifted."""
        ...

    def next_due(self) -> int | None:
        """When the next one comes to its end (Unix ms)."""
        ...

    def lift(self, sanction: Sanction, by: User | None) -> bool:
        """End it; False if it had been."""
        ...

    def revive(self, sanction: Sanction) -> None:
        """It is in force again, to its own end."""
        ...


class Filters(Protocol):
    """The rooms' rules about what is said there."""

    def of_room(self, room_id: int) -> tuple[Filter, ...]:
        """In the order in which they were made."""
        ...

    def add(
        self, room: Room, kind: FilterKind, pattern: str, action: FilterAction, by: User, reason: str | None
    ) -> Filter: ...
    def delete(self, found: Filter, room_id: int) -> None: ...


class Text(Protocol):
    """A text, made ready for what is looked for in it."""

    def meets(self, kind: FilterKind, pattern: str) -> bool:
        """Whether it is in the text."""
        ...

    def places(self, kind: FilterKind, pattern: str) -> list[tuple[int, int]]:
        """Where it is: from and up to which code point."""
        ...


class Patterns(Protocol):
    """Words and patterns, matched at a cost that has a bound."""

    def size(self, kind: FilterKind, pattern: str) -> int:
        """How much a byte of a text may cost, in steps; ``invalid`` if it is no pattern."""
        ...

    def read(self, text: str) -> Text: ...


class Reports(Protocol):
    """What people and filters want a moderator to look at."""

    def add(self, room: Room, seq: int, reporter: User | None, reason: str) -> Report:
        """A new one of the message at ``seq``, with its text as it was posted, though it may be deleted since."""
        ...

    def get(self, uid: str) -> Report | None: ...
    def of_reporter(self, room_id: int, seq: int, reporter_id: int) -> Report | None:
        """What somebody has reported of a message."""
        ...

    def unclosed(self, reporter_id: int, most: int) -> int:
        """How many of somebody's reports are not closed; counted up to ``most``."""
        ...

    def unclosed_by_filters(self, room_id: int, most: int) -> int:
        """How many of the reports that a room's filters made are not closed; counted up to ``most``."""
        ...

    def candidates(self, room_id: int) -> list[tuple[User, RoomRole | None]]:
        """Everybody who, by either of their roles, might handle a report from the room; and what they are in it."""
        ...

    def page(
        self,
        handler: User,
        room: Room | None,
        but: Sequence[str],
        state: ReportState | None,
        before: int | None,
        limit: int,
    ) -> list[Report]:
        """Of a room, or of all whose reports ``handler`` may handle ``but`` for some (slugs); not those about what
        they said themselves. Newest first, below the id ``before``."""
        ...

    def page_of(self, reporter_id: int, before: int | None, limit: int) -> list[Report]:
        """What somebody has reported, newest first, below the id ``before``."""
        ...

    def change(self, report: Report, state: ReportState, handler: User | None, resolution: str | None) -> Report:
        """The report in another state."""
        ...


class AuditLog(Audit, Protocol):
    """The audit log, as it is read; and the facts beside it, which can be erased."""

    def head(self) -> Head:
        """Where the chain ends; ``chain.Broken`` if that is not noted any more."""
        ...

    def entries(self, after: int = ...) -> Iterator[Entry]:
        """All rows, or those after a seq, oldest first; ``chain.Broken`` at one that can't be read."""
        ...

    def facts(self) -> Iterator[Fact]: ...
    def page(
        self,
        before: int | None,
        limit: int,
        *,
        user: str | None = None,
        what: str | None = None,
        room: str | None = None,
    ) -> list[Entry]:
        """Newest first, below the seq ``before``: what a user did or was done to, what was done, in which room."""
        ...

    def erase(self, username: str) -> int:
        """Erase a user's name and what goes with it; how many facts that was."""
        ...


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
    def rooms(self) -> Rooms: ...
    @property
    def members(self) -> Members: ...
    @property
    def log(self) -> Log: ...
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
    async def write(self, fn: Callable[[Transaction], T]) -> T: ...
