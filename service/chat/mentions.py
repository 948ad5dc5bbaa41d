"""Mentions: who is called in a message by ``@name``, ``@room`` or ``@here``, and one's inbox of them.

Names are resolved when a message is posted, among those who are members of its room then: to call somebody who may not
read the message would tell them of a room that they do not see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.chat import standing
from service.chat.policy import VISIBLE, may_list
from service.chat.ports import Transaction
from service.chat.records import Asker, Message

NAMES_MAX = 50  # called in one message; whoever wants more calls the room
MARK = "@"
ROOM = "room"
HERE = "here"

_NAME = re.compile(r"(?<![\w@/.:+-])@([a-z0-9][a-z0-9._-]{1,31})", re.ASCII | re.IGNORECASE)
_TRAILING = "._-"  # punctuation behind a name, which could have been part of it


@dataclass(frozen=True, slots=True)
class Calls:
    """Who is called in a text: usernames, and whether everybody in the room, or who is there just now."""

    names: frozenset[str]
    room: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """One entry of somebody's inbox."""

    id: int
    message: Message
    everybody: bool


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


@dataclass(frozen=True, slots=True)
class ListMentions:
    """The messages in which the asker was called, newest first, below the id ``before``."""

    before: int | None
    limit: int

    def run(self, tx: Transaction, asker: Asker) -> list[Mention]:
        """Those in rooms that they may still read; deleted ones are left out."""
        may_list(asker.scope).require()
        found = tx.mentions.of_user(asker.user.id, self.before, self.limit)
        return [mention for mention in found if _may_read(tx, asker, mention.message.room)]


def _may_read(tx: Transaction, asker: Asker, slug: str) -> bool:
    seen = tx.rooms.seen_by(slug, asker.user.id)
    return seen is not None and VISIBLE.holds(standing.sanctioned_before(tx, asker, *seen))
