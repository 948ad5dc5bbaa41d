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
from service.chat.records import Asker, Mention, Message, Room
from service.chat.roles import Scope, Visibility

NAMES_MAX = 50  # called in one message; whoever wants more calls the room
MARK = "@"
ROOM = "room"
HERE = "here"

_NAME = re.compile(r"(?<![\w@/.:+-])@([A-Za-z0-9][A-Za-z0-9._-]{1,31})(?![A-Za-z0-9._-])")
_TRAILING = "._-"  # punctuation behind a name, which could have been part of it
_TICKS = re.compile("`+")
_FENCE = 3  # backticks; so many begin a block of code that need not end


@dataclass(frozen=True, slots=True)
class Calls:
    """Who is called in a text: names as they stand there, and whether everybody in the room, or who is there just
    now."""

    names: tuple[str, ...]
    room: bool
    here: bool


def calls_in(text: str) -> Calls | None:
    """Who is called in a text; None, at next to no cost, in most. What stands in code calls nobody: there, ``@name`` is
    a decorator or an address, and who shows it to others means just that."""
    if MARK not in text:
        return None
    if "`" in text:
        text = _without_code(text)
    found: dict[str, None] = {}
    for match in _NAME.finditer(text):
        found[match[1].lower()] = None
        if len(found) >= NAMES_MAX:
            break
    if not found:
        return None
    bare = {name.rstrip(_TRAILING) for name in found}
    names = tuple(name for name in found if name.rstrip(_TRAILING) not in (ROOM, HERE))
    return Calls(names, ROOM in bare, HERE in bare)


def may_call_here(text: str) -> bool:
    """Whether a text might call who is there just now: then it has to be known who that is. In most, at next to no
    cost, not."""
    return MARK in text and MARK + HERE in text.lower()


def _without_code(text: str) -> str:
    """The text without its code: what stands between two runs of equally many backticks, and behind a fence that is not
    closed. In one pass, however many there are."""
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    closing: dict[int, int] = {}  # the next run of that length
    ends: list[int | None] = [None] * len(runs)
    for number in range(len(runs) - 1, -1, -1):
        start, end = runs[number]
        ends[number] = closing.get(end - start)
        closing[end - start] = number
    kept: list[str] = []
    at = number = 0
    while number < len(runs):
        start, end = runs[number]
        last = ends[number]
        if last is not None:
            kept.append(text[at:start])
            at, number = runs[last][1], last + 1
        elif end - start >= _FENCE and not text[text.rfind("\n", 0, start) + 1 : start].strip():
            kept.append(text[at:start])
            return " ".join(kept)
        else:
            number += 1
    return " ".join([*kept, text[at:]])


def call(tx: Transaction, ruling: Ruling, message: Message, here: frozenset[int]) -> None:
    """Remember who is called in a message that was just posted, and tell them. ``here`` are the ids of the users who
    are connected to the room now. Whoever may not call everybody has said a word like any other."""
    calls = calls_in(message.text)
    if calls is None:
        return
    room, everybody = ruling.room, calls.room and ruling.may_call
    called = _named(tx, room, calls.names)
    if calls.here and ruling.may_call:
        called |= here
    if everybody:
        told = tx.members.ids(room.id)
        # One row for all, but in a direct room, where everybody may do this and nobody else should read past it.
        called = told if room.visibility is Visibility.DIRECT else set()
    else:
        told = called
    told, called = told - {ruling.author_id}, called - {ruling.author_id}
    if told:
        tx.mentions.add(room.id, message, called, everybody and not called)
        tx.tell(Told(frozenset(told), room.slug, Scope.READ, Mentioned(message)))


def _named(tx: Transaction, room: Room, names: tuple[str, ...]) -> set[int]:
    """The members who are meant. ``@bob.`` is bob at the end of a sentence, unless there is somebody called ``bob.``"""
    if not names:
        return set()
    members = tx.members.among(room.id, {*names, *(name.rstrip(_TRAILING) for name in names)})
    meant = (members.get(name, members.get(name.rstrip(_TRAILING))) for name in names)
    return {user_id for user_id in meant if user_id is not None}


@dataclass(frozen=True, slots=True)
class ListMentions:
    """The messages in which the asker was called, newest first, below the id ``before``."""

    before: int | None
    limit: int

    def run(self, tx: Transaction, asker: Asker) -> list[Mention]:
        """Those in rooms that they are still in."""
        may_list(asker.scope).require()
        return tx.mentions.of_user(asker.user.id, self.before, self.limit)
