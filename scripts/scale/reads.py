"""What is asked of a log all day long: the use cases that the server's door runs, and who would ask each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from scripts.scale.talk import CALLS_OF_READER
from scripts.scale.town import HUGE, LURKER, NEWCOMER, READER, ROOMS, signed_in
from scripts.scale.writing import FOLLOWED
from service.chat.deletions import SeeMessage
from service.chat.ids import message_id
from service.chat.mentions import ListMentions
from service.chat.messages import ListMessages
from service.chat.ports import Page
from service.chat.records import Credential
from service.chat.replay import REPLAY_MAX, EnterRoom
from service.chat.retention import FindDue, Retention
from service.chat.rooms import ListRooms
from service.chat.sessions import admit
from service.chat.threads import ListThreads, SeeThread
from service.storage.kinds import Kind
from service.storage.members import CALLED_MAX
from service.storage.transaction import SqlTransaction

PAGE = 50  # messages, as clients ask for them
KEPT = Retention(default_days=3_650)  # nothing is over, as at nearly every look
ROOMS_AT_ONCE = 100  # of a look by retention

_BUSIEST = "SELECT root FROM threads WHERE room_id = ? ORDER BY replies DESC LIMIT 1"
_MESSAGE_FROM = "SELECT seq, at FROM events WHERE room_id = ? AND seq >= ? AND kind = ? ORDER BY seq LIMIT 1"

Question = Callable[[SqlTransaction], Any]


@dataclass(frozen=True, slots=True)
class World:
    """A log to be read, and who reads in it."""

    messages: int
    engine: Engine
    people: Mapping[str, Credential]
    now: int  # Unix ms
    huge: int  # the id of the room where half of everything was said
    head: int  # its last seq
    busiest: str  # the id of the message with the longest thread

    def asks(self, who: str, command: Any) -> Question:
        """A question as the door puts it: who asks is looked up each time."""
        return lambda tx: command.run(tx, admit(tx, self.people[who]))

    def message(self, tx: SqlTransaction, place: float) -> tuple[int, str]:
        """Seq and id of a message of the huge room, at that part of its log."""
        wanted = (self.huge, int(self.head * place), Kind.MESSAGE.value)
        seq, at = tx.connection.exec_driver_sql(_MESSAGE_FROM, wanted).one()
        return seq, message_id(at, self.huge, seq)


def world_of(messages: int, engine: Engine, now: int) -> World:
    """A log that was written earlier, with the people of its town signed in."""
    people = {name: signed_in(engine, name, now) for name in (READER, LURKER, NEWCOMER)}
    with engine.connect().execution_options(reading=True) as connection, connection.begin():
        tx = SqlTransaction(connection, now)
        room = tx.rooms.by_slug(HUGE)
        if room is None:
            raise LookupError(f"there is no room {HUGE} in this database")
        root = tx.log.message(room, connection.exec_driver_sql(_BUSIEST, (room.id,)).scalar_one())
        if root is None:
            raise LookupError("the longest thread hangs under no message")
        return World(messages, engine, people, now, room.id, room.seq, root.id)


@dataclass(frozen=True, slots=True)
class Read:
    """Something that is asked. ``prepare`` looks up, before the clock runs, what it is about at a part of the log (0 to
    1)."""

    title: str
    prepare: Callable[[World, SqlTransaction, float], Question]


def _always(who: str, command: Callable[[World], Any]) -> Callable[[World, SqlTransaction, float], Question]:
    return lambda world, tx, place: world.asks(who, command(world))


def _middle(world: World, tx: SqlTransaction, place: float) -> Question:
    return world.asks(READER, ListMessages(HUGE, PAGE, before=world.message(tx, place)[0]))


def _around(world: World, tx: SqlTransaction, place: float) -> Question:
    """A message with what was said before and after it, as a client shows what was found."""
    seq, id_ = world.message(tx, place)
    parts = (
        SeeMessage(id_),
        ListMessages(HUGE, PAGE // 2, before=seq),
        ListMessages(HUGE, PAGE // 2, after=seq),
    )
    asked = [world.asks(READER, part) for part in parts]
    return lambda tx: [ask(tx) for ask in asked]


def _one(world: World, tx: SqlTransaction, place: float) -> Question:
    return world.asks(READER, SeeMessage(world.message(tx, place)[1]))


def _thread(world: World, tx: SqlTransaction, place: float) -> Question:
    return world.asks(READER, SeeThread(world.busiest, int(world.head * place * 0.5), PAGE))


def _due(world: World, tx: SqlTransaction, place: float) -> Question:
    return FindDue(KEPT, 0, ROOMS_AT_ONCE).read


READS = (
    Read(f"latest page, {PAGE} messages", _always(READER, lambda world: ListMessages(HUGE, PAGE))),
    Read("page in the middle", _middle),
    Read("around a message", _around),
    Read("one message by its id", _one),
    Read("entering the room anew", _always(READER, lambda world: EnterRoom(HUGE))),
    Read(
        f"replay of {REPLAY_MAX:,} events",
        _always(READER, lambda world: EnterRoom(HUGE, since=world.head - REPLAY_MAX)),
    ),
    Read(f"own {ROOMS} rooms with unread counts", _always(READER, lambda world: ListRooms(Page(None, ROOMS)))),
    Read(
        f"the same, of who has never read: {CALLED_MAX} calls counted",
        _always(LURKER, lambda world: ListRooms(Page(None, ROOMS))),
    ),
    Read("page of the longest thread", _thread),
    Read(f"own threads, {FOLLOWED} followed", _always(READER, lambda world: ListThreads(None, PAGE))),
    Read(f"own mentions, {CALLS_OF_READER} by name", _always(READER, lambda world: ListMentions(None, PAGE))),
    Read("the same, of who has just come", _always(NEWCOMER, lambda world: ListMentions(None, PAGE))),
    Read(f"retention's look at {ROOMS_AT_ONCE} rooms", _due),
)
