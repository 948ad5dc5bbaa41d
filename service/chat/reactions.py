"""Reactions: an emoji that somebody puts under a message."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from service.chat import standing
from service.chat.errors import Code, Refusal, invalid
from service.chat.located import whole
from service.chat.policy import Action
from service.chat.ports import Transaction
from service.chat.records import Asker, Message

EMOJI_MAX = 16  # code points: a family with skin tones has eleven
KINDS_MAX = 30  # of emoji under one message

_SHORTCODE = re.compile(r":[a-z0-9_+-]{1,32}:\Z")
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3"
_SYMBOLS = frozenset({"So", "Sk", "Sm", "Mn", "Me", "Cf", "Po", "Nd"})  # what emoji are made of (digits: keycaps)
_TAGS = range(0xE0020, 0xE0080)  # of the flags of England, Scotland and Wales


def emoji(raw: str) -> str:
    """An emoji as it is stored: in Unicode, or as ``:name:``; ``invalid`` if it is none."""
    if _SHORTCODE.match(raw):
        return raw
    text = unicodedata.normalize("NFC", raw)
    pictured = any(unicodedata.category(c) in ("So", "Sk") or c == "\u20e3" or c in "\u2122\u00a9\u00ae" for c in text)
    built = all(c in _JOINERS or ord(c) in _TAGS or unicodedata.category(c) in _SYMBOLS for c in text)
    if not 1 <= len(text) <= EMOJI_MAX or not pictured or not built:
        raise invalid("emoji", "use one emoji, or its name as :name:")
    return text


@dataclass(frozen=True, slots=True)
class React:
    """Put an emoji under a message, or (``on`` is false) take one's own away."""

    id: str
    emoji: str
    on: bool

    def run(self, tx: Transaction, asker: Asker) -> Message:
        """By members who are not muted. What is there already, or is not there, is no event."""
        reader, message = whole(tx, asker, self.id)
        standing.require(tx, Action.REACT, reader)
        chosen, room = emoji(self.emoji), reader.room
        there = tx.reactions.has(room.id, message.seq, chosen, asker.user.id)
        if there is self.on:
            return message
        if self.on:
            kinds = tx.reactions.kinds(room.id, message.seq)
            if chosen not in kinds and len(kinds) >= KINDS_MAX:
                raise Refusal(Code.LIMIT, f"A message has at most {KINDS_MAX} different emoji.")
            tx.reactions.add(room.id, message.seq, chosen, asker.user.id)
        else:
            tx.reactions.remove(room.id, message.seq, chosen, asker.user.id)
        tx.log.reacted(room, message, asker.user, chosen, self.on)
        now = tx.log.message(room, message.seq)
        return message if now is None else now
