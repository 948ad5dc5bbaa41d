"""Reactions: an emoji that somebody puts under a message."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.chat import standing
from service.chat.errors import Code, Refusal, Why, invalid
from service.chat.located import whole
from service.chat.policy import Action
from service.chat.ports import Transaction
from service.chat.records import Asker, Message

EMOJI_MAX = 16  # code points: a family with skin tones has eleven
KINDS_MAX = 30  # of emoji under one message

_SHORTCODE = re.compile(r":[a-z0-9_+-]{1,32}:\Z")
# One emoji, as Unicode builds them (UTS 51): a picture with its style and skin tone, or the tags of a region's flag;
# several joined to one; a flag of two letters; a keycap. The ranges have places for pictures that are yet to come, so
# that it need not be known which version of Unicode a client has.
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
_STYLE, _TONE, _TAGS = "[\ufe0e\ufe0f]?", "[\U0001f3fb-\U0001f3ff]?", "(?:[\U000e0020-\U000e007e]{1,10}\U000e007f)?"
_PART = f"{_PICTURE}{_STYLE}{_TONE}{_STYLE}{_TAGS}"
_EMOJI = re.compile(
    f"(?:{_PART}(?:\u200d{_PART})*|[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3)\\Z",
)


def emoji(raw: str) -> str:
    """An emoji as it is stored: in Unicode, or as ``:name:``; ``invalid`` if it is none, or more than one."""
    if _SHORTCODE.match(raw) or (len(raw) <= EMOJI_MAX and _EMOJI.match(raw)):
        return raw
    raise invalid("emoji", "use one emoji, or its name as :name:")


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
                raise Refusal(
                    Code.LIMIT, f"A message has at most {KINDS_MAX} different emoji.", why=Why("emoji_per_message")
                )
            tx.reactions.add(room.id, message.seq, chosen, asker.user.id)
        else:
            tx.reactions.remove(room.id, message.seq, chosen, asker.user.id)
        tx.log.reacted(room, message, asker.user, chosen, self.on, tx.reactions.count(room.id, message.seq, chosen))
        now = tx.log.message(room, message.seq)
        return message if now is None else now
