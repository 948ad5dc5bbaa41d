"""Mentions: who is called in a message by ``@name``, ``@room`` or ``@here``, and one's inbox of them.

Names are resolved when a message is posted, among those who are members of its room then: to call somebody who may not
read the message would tell them of a room that they do not see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.chat.events import Mentioned, Told
from service.chat.messages import Ruling
from service.chat.policy import may_list
from service.chat.ports import Transaction
from service.chat.records import Asker, Mention, Message
from service.chat.roles import Scope

NAMES_MAX = 50  # called in one message; whoever wants more calls the room
MARK = "@"
ROOM = "room"
HERE = "here"
CALL_HERE = MARK + HERE

_NAME = re.compile(r"(?<![\w@/.:+-])@([a-z0-9][a-z0-9._-]{1,31})", re.ASCII | re.IGNORECASE)
_TRAILING = "._-"  # punctuation behind a name, which could have been part of it


@dataclass(frozen=True, slots=True)
class Calls:
    """Who is called in a text: usernames, and whether everybody in the room, or who is there just now."""

    names: frozenset[str]
    room: bool
    here: bool


def calls_in(text: str) -> Calls | None:
    """Who is called in a text; None, at next to no cost, in most."""
    if MARK not in text:
        return None
    found: dict[str, None] = {}
    for match in _NAME.finditer(text):
        name = match[1].lower()
        found[name] = None
        found[name.rstrip(_TRAILING)] = None  # "@bob." calls bob, unless there is somebody called "bob."
        if len(found) >= NAMES_MAX:
            break
    if not found:
        return None
    return Calls(frozenset(found) - {ROOM, HERE}, ROOM in found, HERE in found)


def call(tx: Transaction, ruling: Ruling, message: Message, here: frozenset[int]) -> None:
    """Remember who is called in a message that was just posted, and tell them. ``here`` are the ids of the users who
    are connected to the room now. Whoever may not call everybody has said a word like any other."""
    calls = calls_in(message.text)
    if calls is None:
        return
    everybody = calls.room and ruling.may_call
    called = tx.members.among(ruling.room.id, calls.names)
    if calls.here and ruling.may_call:
        called |= here
    called -= {ruling.author_id}
    if called or everybody:
        tx.mentions.add(ruling.room.id, message, called, everybody)
        told = called | tx.members.ids(ruling.room.id) - {ruling.author_id} if everybody else called
        tx.tell(Told(frozenset(told), ruling.room.slug, Scope.READ, Mentioned(message)))


@dataclass(frozen=True, slots=True)
class ListMentions:
    """The messages in which the asker was called, newest first, below the id ``before``."""

    before: int | None
    limit: int

    def run(self, tx: Transaction, asker: Asker) -> list[Mention]:
        """Those in rooms that they are still in."""
        may_list(asker.scope).require()
        return tx.mentions.of_user(asker.user.id, self.before, self.limit)
