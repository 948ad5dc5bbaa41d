"""Giving a message another text, and what it said before."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import names, standing
from service.chat.errors import Code, Refusal, Why
from service.chat.located import located, whole
from service.chat.policy import Action, Standing, may
from service.chat.ports import Transaction
from service.chat.records import Asker, Filter, Message, Revision
from service.chat.reports import open_for_filter
from service.chat.screening import Screen, Screened
from service.chat.windows import require_open

EDITS_MAX = 100  # of one message: each keeps what it said before


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Change the text of a message of one's own. ``html`` is that of the new text; ``within`` is the time limit in
    seconds, 0 for none. ``screen`` asks the room's filters, past which an edit goes like a post: else who is refused
    would say something else first."""

    id: str
    text: str
    html: str | None = None
    within: int = 0
    screen: Screen | None = None

    def run(self, tx: Transaction, asker: Asker) -> Message:
        """By its author, while they may post there. The same text again is no event."""
        reader, message = whole(tx, asker, self.id)
        if message.author.username != asker.user.username:
            raise Refusal(Code.FORBIDDEN, "Only its author edits a message.", why=Why("author"))
        standing.require(tx, Action.POST, reader)
        require_open("edit_window", "edited", message, self.within, tx.now)
        text = names.text(self.text, empty=bool(message.files))
        if text == message.text:
            return message
        screened = self._screened(tx, asker, reader, text)
        if screened.text == message.text:
            return message
        if len(tx.log.revisions(reader.room, message.seq)) >= EDITS_MAX:
            raise Refusal(Code.LIMIT, f"A message can be edited {EDITS_MAX} times.", why=Why("edits_per_message"))
        html = self.html if screened.text == text else None  # it was formatted with what is masked now
        edited = tx.log.edit(reader.room, message, asker.user, screened.text, html)
        if screened.report is not None:
            open_for_filter(tx, reader.room, edited, screened.report)
        return edited

    def _screened(self, tx: Transaction, asker: Asker, author: Standing, text: str) -> Screened:
        filters: tuple[Filter, ...] = () if author.moderates else tx.filters.of_room(author.room.id)
        if not filters:
            return Screened(text)
        if self.screen is None:
            raise Refusal(Code.UNAVAILABLE, "The filters of this room can't be asked right now.")
        return self.screen.look(asker.user.uid, filters, text)


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
