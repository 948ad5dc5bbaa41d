"""Who was let in lately: sessions and their users as the database last said, until somebody's rights change.

Letting somebody in asks the database, and that costs as much as the rest of a handshake. What it said stays true until
a change of rights, of which this process hears with the commit, and of another's within a second; whoever comes in
between on a right that is gone is closed then. Only sockets are let in from here. Whatever writes asks the database.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from service.chat.errors import Code, Refusal
from service.chat.ports import Database
from service.chat.records import Asker, Credential, Session, User
from service.chat.roles import Scope
from service.chat.sessions import admit, admitted

REMEMBERED_MAX = 20_000  # sessions; the one that came longest ago goes first


class Admissions:
    """The gate for sockets."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now
        self._known: OrderedDict[str, tuple[Session, User]] = OrderedDict()
        self._changes = 0

    async def admit(self, credential: Credential) -> Asker:
        """Who it is; or ``unauthenticated``, ``suspended``, or ``insufficient_scope`` without the right to read."""
        known = self._known.get(credential.sid)
        if known is not None:
            try:
                return _reader(admitted(known, credential, self._now()))
            except Refusal:
                del self._known[credential.sid]  # its session may have been prolonged since

        changes = self._changes
        asker = _reader(await self._database.read(lambda tx: admit(tx, credential)))
        if changes == self._changes:
            self._known[credential.sid] = asker.session, asker.user
            if len(self._known) > REMEMBERED_MAX:
                self._known.popitem(last=False)
        return asker

    def forget(self, users: Iterable[int], sessions: Iterable[str]) -> None:
        """Their rights have changed. What is being read right now may be older than that, and is not kept."""
        self._changes += 1
        for sid in sessions:
            self._known.pop(sid, None)
        gone = frozenset(users)
        if gone:
            for sid in [sid for sid, (_, user) in self._known.items() if user.id in gone]:
                del self._known[sid]

    def forget_all(self) -> None:
        """Nothing is known of what has changed."""
        self._changes += 1
        self._known.clear()


def _reader(asker: Asker) -> Asker:
    if Scope.READ not in asker.scope:
        raise Refusal(Code.INSUFFICIENT_SCOPE, "A socket needs a token with the scope chat:read.")
    return asker
