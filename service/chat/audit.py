"""Reading the audit log, and erasing people from it. How it is written is in ``deeds``; how it holds together, in
``chain``."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import names, standing
from service.chat.chain import Entry
from service.chat.deeds import OPERATOR, Deed, What
from service.chat.errors import invalid, not_found
from service.chat.events import SEQ_MAX
from service.chat.policy import Action, Rank, may_administer
from service.chat.ports import Page, Transaction
from service.chat.records import Asker


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the log as one user sees them; ``addresses`` says whether they are told where requests came from."""

    entries: list[Entry]
    addresses: bool


@dataclass(frozen=True, slots=True)
class ListAudit:
    """The whole log, newest first; or what one user did or was done to, one kind of act, one room's part."""

    page: Page
    user: str | None = None
    what: What | None = None
    room: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Rows:
        """For admins. Who is gone, and a room that was deleted, can still be asked for."""
        may_administer(asker.user, asker.scope).require()
        before = _before(self.page.cursor)
        user = None if self.user is None else names.fold_username(self.user)
        # What is no name at all was never written: nothing is found, as of any other name that nobody has.
        if (self.user is not None and not user) or (self.room is not None and not names.is_slug(self.room)):
            return Rows([], addresses=True)
        what = None if self.what is None else self.what.value
        return Rows(tx.audit.page(before, self.page.limit, user=user, what=what, room=self.room), addresses=True)


@dataclass(frozen=True, slots=True)
class ListRoomAudit:
    """A room's part of the log, newest first."""

    slug: str
    page: Page

    def run(self, tx: Transaction, asker: Asker) -> Rows:
        """For who moderates it. They are not told addresses: those belong to the whole server."""
        asking = standing.of_asker(tx, asker, self.slug)
        standing.require(tx, Action.MODERATE, asking)
        before = _before(self.page.cursor)
        return Rows(tx.audit.page(before, self.page.limit, room=asking.room.slug), addresses=False)


def cursor_of(entry: Entry) -> str:
    """Where the page goes on behind this row."""
    return str(entry.row.seq)


def erase(tx: Transaction, username: str) -> int:
    """Take from the log who this was, by the operator; how many facts that was. The rows stay, and say that somebody
    did it; that something was erased is itself written down, without a name."""
    folded = names.fold_username(username)
    erased = tx.audit.erase(folded) if folded else 0
    if erased == 0:
        raise not_found("name in the audit log")
    Deed(OPERATOR, What.AUDIT_ERASED, Rank.ADMIN).done(tx, facts=erased)
    return erased


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < len(str(SEQ_MAX))):
        raise invalid("cursor", "this is no cursor that the server gave out")
    return int(cursor)
