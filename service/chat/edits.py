"""Giving a message another text, and what it said before."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import names, standing
from service.chat.errors import Code, Refusal, Why
from service.chat.located import located, whole
from service.chat.policy import Action, may
from service.chat.ports import Transaction
from service.chat.records import Asker, Message, Revision

EDITS_MAX = 100  # of one message: each keeps what it said before


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Change the text of a message of one's own. ``html`` is that of the new text; ``within`` is the time limit in
    seconds, 0 for none."""

    id: str
    text: str
    html: str | None = None
    within: int = 0

    def run(self, tx: Transaction, asker: Asker) -> Message:
        """By its author, while they may post there. The same text again is no event."""
        reader, message = whole(tx, asker, self.id)
        if message.author.username != asker.user.username:
            raise Refusal(Code.FORBIDDEN, "Only its author edits a message.", why=Why("author"))
        standing.require(tx, Action.POST, reader)
        if self.within and message.at + self.within * 1000 < tx.now:
            text = f"A message can be edited for {self.within} seconds, which have passed."
            raise Refusal(Code.FORBIDDEN, text, why=Why("edit_window", until=message.at + self.within * 1000))
        text = names.text(self.text)
        if text == message.text:
            return message
        if len(tx.log.revisions(reader.room, message.seq)) >= EDITS_MAX:
            raise Refusal(Code.LIMIT, f"A message can be edited {EDITS_MAX} times.")
        return tx.log.edit(reader.room, message, asker.user, text, self.html)


@dataclass(frozen=True, slots=True)
class ListRevisions:
    """What a message said, from what was first posted to what it says now."""

    id: str

    def run(self, tx: Transaction, asker: Asker) -> list[Revision]:
        """For its author and who moderates the room; of a deleted one for the latter alone."""
        reader, message = located(tx, asker, self.id)
        own = message.author.username == asker.user.username and message.deleted is None
        if not own and not may(Action.MODERATE, reader).allowed:
            raise Refusal(
                Code.FORBIDDEN,
                "Only its author and who moderates the room see what a message said before.",
                why=Why("room_moderator"),
            )
        return tx.log.revisions(reader.room, message.seq, current=True)
