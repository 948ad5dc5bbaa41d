"""Tickets: what a browser puts into the URL of a socket in place of a token.

A URL ends up in logs and histories, so what stands in it has to be worthless soon: a ticket is good once, for half a
minute, and it stands for the session and the expiry of the token that it was bought with.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from service.chat.errors import Code, Refusal, Why
from service.chat.ports import Clock
from service.chat.records import Credential
from service.chat.tokens import BadCredential, expired_credential

TICKET_SECONDS = 30
TICKETS_MAX = 20_000  # of everybody, about 300 bytes each
TICKETS_OF_SESSION_MAX = 50  # unused at one time
TICKET_BYTES = 24  # of chance
PREFIX = "tk_"


class Tickets(Protocol):
    """Where tickets are kept. One kept elsewhere than in this process would be good on every node."""

    def issue(self, credential: Credential) -> str:
        """A new ticket in place of that credential."""
        ...

    def redeem(self, ticket: str) -> Credential:
        """The credential behind a ticket, which is used up by this; ``BadCredential`` if it is not good."""
        ...


@dataclass(frozen=True, slots=True)
class _Issued:
    credential: Credential
    until: int  # Unix ms


class MemoryTickets:
    """The tickets of one process."""

    def __init__(self, clock: Clock, random: Callable[[int], str] = secrets.token_urlsafe) -> None:
        self._clock = clock
        self._random = random
        self._issued: OrderedDict[str, _Issued] = OrderedDict()  # all live equally long, so the oldest expires first
        self._of_session: dict[str, int] = {}

    def issue(self, credential: Credential) -> str:
        """A new ticket in place of that credential."""
        now = self._clock()
        self._drop_expired(now)
        unused = self._of_session.get(credential.sid, 0)
        if unused >= TICKETS_OF_SESSION_MAX or len(self._issued) >= TICKETS_MAX:
            raise Refusal(
                Code.RATE_LIMITED,
                "Too many tickets have not been used yet.",
                why=Why("tickets"),
                retry_after=float(TICKET_SECONDS),
            )
        ticket = PREFIX + self._random(TICKET_BYTES)
        self._issued[ticket] = _Issued(credential, now + TICKET_SECONDS * 1000)
        self._of_session[credential.sid] = unused + 1
        return ticket

    def redeem(self, ticket: str) -> Credential:
        """The credential behind a ticket, which is used up by this."""
        now = self._clock()
        self._drop_expired(now)
        issued = self._issued.pop(ticket, None)
        if issued is None:
            raise BadCredential("The ticket is not valid: it is good once, and for half a minute.")
        self._count_down(issued)
        if issued.credential.expires_at * 1000 <= now:
            raise expired_credential()
        return issued.credential

    def _drop_expired(self, now: int) -> None:
        while self._issued and next(iter(self._issued.values())).until <= now:
            self._count_down(self._issued.popitem(last=False)[1])

    def _count_down(self, issued: _Issued) -> None:
        left = self._of_session[issued.credential.sid] - 1
        if left:
            self._of_session[issued.credential.sid] = left
        else:
            del self._of_session[issued.credential.sid]
