"""What the rules need to have kept of rooms: themselves, who is in them, and their logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from service.chat.events import Event
from service.chat.records import FollowedThread, Member, Mention, Message, ReadState, Revision, Room, Setter, User
from service.chat.roles import Role, RoomRole
from service.chat.stores.page import Page


class Rooms(Protocol):
    """Rooms. A deleted one keeps its row and its slug."""

    def get(self, room_id: int) -> Room | None: ...
    def by_slug(self, slug: str) -> Room | None: ...
    def seen_by(self, slug: str, user_id: int) -> tuple[Room, RoomRole | None] | None:
        """The room and what the user is in it, in one query; also one that they may not see, or that is deleted."""
        ...

    def seen_among(self, slugs: Iterable[str], user_id: int) -> list[tuple[Room, RoomRole | None]]:
        """``seen_by`` for many slugs; those that there are."""
        ...

    def add(self, room: Room) -> Room:
        """The room with its id; ``conflict`` if the slug is or was in use."""
        ...

    def direct(self, key: bytes) -> Room | None:
        """The direct room with that key."""
        ...

    def add_direct(self, room: Room, key: bytes) -> Room: ...
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

    def epochs(self, room_ids: Iterable[int]) -> dict[int, str]:
        """The epoch of each of these rooms."""
        ...

    def every(self, after: int, limit: int) -> list[Room]:
        """All rooms that are not deleted, direct ones too, behind an id."""
        ...

    def set_epoch(self, room_id: int, epoch: str) -> None:
        """The room's log is another one from now on, whatever it says."""
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

    def among(self, room_id: int, usernames: Iterable[str]) -> dict[str, int]:
        """The ids of those of these users who are members, by username."""
        ...

    def ids(self, room_id: int) -> set[int]:
        """The ids of all members."""
        ...

    def read(self, room_id: int, user_id: int, seq: int, said: int) -> bool:
        """Remember that a member has read up to ``seq``, where the room had ``said`` messages; also if they had read
        further before. False if that is nothing new."""
        ...

    def read_on(self, room_id: int, seq: int, said: int, user_ids: Iterable[int]) -> None:
        """Remember that these members have read up to ``seq``, those who had not read so far."""
        ...

    def reads(self, user_id: int, room_id: int | None = None) -> dict[int, ReadState]:
        """How far a user has read, by room; in all rooms that they are in, or in one."""
        ...

    def readers(self, room_id: int, seq: int, at: int, page: Page) -> list[User]:
        """The members who have read what was said at ``seq``, at the time ``at``, by username. Who came later has a
        position behind it, and has not seen it for that."""
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
    def delete(self, room: Room, messages: Sequence[Message], by: User | None, *, author_erased: bool = False) -> None:
        """Show these messages' texts no more: one ``message.deleted`` for each, which also says who is shown as the
        author now if they were erased. None of them is deleted yet."""
        ...

    def restore(self, room: Room, seqs: Sequence[int], by: User | None) -> int:
        """Show these again, those that are deleted: one ``message.restored`` for each. How many they were."""
        ...

    def edit(self, room: Room, message: Message, by: User, text: str, html: str | None) -> Message:
        """``message.edited``; the message with its new text. What it said before is kept."""
        ...

    def revisions(self, room: Room, seq: int, *, current: bool = False) -> list[Revision]:
        """What the message at ``seq`` said before it was edited, oldest first; with ``current`` also what it says."""
        ...

    def show_anew(self, room: Room, seqs: Sequence[int]) -> None:
        """One ``message.edited`` for each of these messages as it is now: not what it says is another, but who is
        shown with it."""
        ...

    def reacted(self, room: Room, message: Message, by: User, emoji: str, on: bool, count: int) -> None:
        """``reaction.added`` or ``reaction.removed``; ``count`` is how many of that emoji there are now."""
        ...

    def pinned(self, room: Room, message: Message, by: User, on: bool) -> None: ...
    def replies(self, room: Room, root: int, after: int, limit: int) -> list[Message]:
        """The messages in the thread under the message at ``root``, after a seq, oldest first."""
        ...

    def said(self, room: Room, seq: int) -> int:
        """How many messages the room had with the event at ``seq``, without replies in threads."""
        ...

    def seq_at(self, room: Room, at: int, known: int = 0) -> int:
        """The last seq of the room whose time is before ``at``, where ``known`` is one before it."""
        ...

    def joined_since(self, room: Room, user_id: int, after: int) -> bool:
        """Whether a user became a member after this seq."""
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


class Reactions(Protocol):
    """Who put which emoji under which message. A message is named by its room and its seq."""

    def has(self, room_id: int, seq: int, emoji: str, user_id: int) -> bool: ...
    def kinds(self, room_id: int, seq: int) -> set[str]: ...
    def count(self, room_id: int, seq: int, emoji: str) -> int: ...
    def add(self, room_id: int, seq: int, emoji: str, user_id: int) -> None: ...
    def remove(self, room_id: int, seq: int, emoji: str, user_id: int) -> None: ...


class Pins(Protocol):
    """Which messages of a room are pinned."""

    def has(self, room_id: int, seq: int) -> bool: ...
    def count(self, room_id: int) -> int:
        """How many there are, without those of deleted messages."""
        ...

    def of_room(self, room_id: int) -> list[int]:
        """The seqs of the pinned messages, the latest pin first; without the deleted ones."""
        ...

    def add(self, room_id: int, seq: int, by_id: int) -> None: ...
    def remove(self, room_id: int, seq: int) -> None: ...


class Threads(Protocol):
    """The replies under messages. A thread is named by its room and the seq of its root."""

    def grow(self, room_id: int, root: int, reply: Message) -> None:
        """One reply more; the first one makes the thread, which the root's author follows."""
        ...

    def join(self, room_id: int, root: int, user_id: int, read_seq: int) -> None:
        """Somebody took part: they follow it, unless they have said that they do not want to, and have read it."""
        ...

    def follow(self, room_id: int, root: int, user_id: int, following: bool) -> None: ...
    def read(self, room_id: int, root: int, user_id: int, seq: int) -> bool:
        """Remember how far somebody has read; False if that is nothing new, or if they do not follow it."""
        ...

    def of_user(self, user_id: int, before: tuple[int, int, int] | None, limit: int) -> list[FollowedThread]:
        """Those that somebody follows, the latest reply first: behind the one whose last reply has that time, in that
        room, and which hangs under that seq."""
        ...


class Mentions(Protocol):
    """Who was called in which message."""

    def add(self, room_id: int, message: Message, user_ids: Iterable[int], everybody: bool) -> None:
        """These users are called in a message; one row stands for everybody in its room."""
        ...

    def of_user(self, user_id: int, before: int | None, limit: int) -> list[Mention]:
        """In which messages somebody was called, newest first, below the id ``before``."""
        ...


class Expiry(Protocol):
    """What has been taken out of the logs for good."""

    def rooms(self, after: int, limit: int) -> list[Room]:
        """All rooms behind an id: direct ones, and deleted ones too, whose log is still there."""
        ...

    def reached(self, room: Room) -> int:
        """The seq up to which nothing is left of what was said in a room."""
        ...

    def said(self, room: Room, after: int, upto: int) -> Sequence[int]:
        """The seqs of the messages with ``after < seq <= upto``."""
        ...

    def erase(self, room: Room, seqs: Sequence[int]) -> None:
        """Take out what these messages say and said, and what hangs on them but their threads."""
        ...

    def advance(self, room: Room, upto: int) -> None:
        """Remember that nothing is left of what was said in a room up to there."""
        ...
