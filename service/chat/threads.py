"""Threads: the replies under a message, who follows them, and how far they have read.

A reply stands in the room's log like every message. Its root is the message that began the thread, also where it
answers another reply.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.chat.errors import Code, Refusal, Why, invalid
from service.chat.events import ThreadRead, Told
from service.chat.ids import parse_message_id
from service.chat.located import located
from service.chat.messages import Ruling
from service.chat.policy import Standing, may_list
from service.chat.ports import Transaction
from service.chat.records import Asker, FollowedThread, Message, Room
from service.chat.roles import Scope


@dataclass(frozen=True, slots=True)
class Root:
    """The message that a thread hangs under; ``author_id`` follows it from the first reply on."""

    id: str
    seq: int


def root_of(tx: Transaction, room: Room, reply_to: str) -> Root:
    """The root of the thread in which an answer to that message stands; ``invalid`` if it is in another room, or is no
    message."""
    parts = parse_message_id(reply_to)
    if parts is not None and parts[1] == room.id:
        message = tx.log.message(room, parts[2])
        if message is not None and message.id == reply_to:
            return _root(message)
    raise invalid("reply_to", "there is no such message in this room")


def replied(tx: Transaction, ruling: Ruling, root: Root, reply: Message) -> None:
    """A reply was posted: the thread is longer, and its author and the root's follow it from now on."""
    tx.threads.grow(ruling.room.id, root.seq, reply)
    tx.threads.join(ruling.room.id, root.seq, ruling.author_id, read_seq=reply.seq)


def _thread(tx: Transaction, asker: Asker, id: str) -> tuple[Standing, Root]:
    """The asker before the room of a thread, and its root. A reply stands for the thread that it is in."""
    reader, message = located(tx, asker, id)
    return reader, _root(message)


def _root(message: Message) -> Root:
    if message.root is None:
        return Root(message.id, message.seq)
    parts = parse_message_id(message.root)
    assert parts is not None  # noqa: S101  we made it
    return Root(message.root, parts[2])


@dataclass(frozen=True, slots=True)
class SeeThread:
    """The replies under a message, after a seq, oldest first."""

    message: str
    after: int
    limit: int

    def run(self, tx: Transaction, asker: Asker) -> list[Message]:
        """For whoever may read the room."""
        reader, root = _thread(tx, asker, self.message)
        return tx.log.replies(reader.room, root.seq, self.after, self.limit)


@dataclass(frozen=True, slots=True)
class FollowThread:
    """Follow a thread, or no longer: whoever takes part follows it unless they say so."""

    message: str
    following: bool

    def run(self, tx: Transaction, asker: Asker) -> None:
        """For members of the room."""
        reader, root = _thread(tx, asker, self.message)
        if reader.room_role is None:
            raise Refusal(Code.NOT_JOINED, "Join the room before you follow its threads.", why=Why("membership"))
        tx.threads.follow(reader.room.id, root.seq, asker.user.id, self.following)


@dataclass(frozen=True, slots=True)
class ReadThread:
    """Have read a thread up to a seq; or, with an earlier one than before, have it unread again from there. The
    user's connections hear of it."""

    message: str
    seq: int

    def run(self, tx: Transaction, asker: Asker) -> None:
        """For who follows it; for others there is nothing to remember."""
        reader, root = _thread(tx, asker, self.message)
        room, user = reader.room, asker.user
        seq = min(self.seq, room.seq)
        if tx.threads.read(room.id, root.seq, user.id, seq):
            tx.tell(Told(frozenset({user.id}), room.slug, Scope.READ, ThreadRead(room.slug, root.id, seq)))


@dataclass(frozen=True, slots=True)
class ListThreads:
    """The threads that the asker follows, with what they have not read in each; the latest reply first. ``before`` is
    where to go on: ``place_of`` the last thread that was seen."""

    before: tuple[int, int, int] | None
    limit: int

    def run(self, tx: Transaction, asker: Asker) -> list[FollowedThread]:
        """Those in rooms that they are still in."""
        may_list(asker.scope).require()
        return tx.threads.of_user(asker.user.id, self.before, self.limit)


def place_of(followed: FollowedThread) -> tuple[int, int, int]:
    """Where a thread stands in the list: by the time of its last reply, and then by room and seq."""
    parts = parse_message_id(followed.root.id)
    assert parts is not None  # noqa: S101  we made it
    last_at = 0 if followed.root.thread is None else followed.root.thread.last_at
    return last_at, parts[1], parts[2]
