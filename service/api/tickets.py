"""The route of tickets: something to put into a socket's URL in place of a token."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import Field

from service.api.answers import Answer
from service.api.bearer import Asking
from service.api.parts import TheParts
from service.chat.ports import Transaction
from service.chat.records import Asker
from service.chat.tickets import TICKET_SECONDS

router = APIRouter(prefix="/api/tickets", tags=["tokens"])


class TicketAnswer(Answer):
    """A ticket."""

    ticket: str = Field(description="Good once, as `?ticket=` of a socket.")
    expires_in: int = Field(description="Seconds.", examples=[TICKET_SECONDS])


@dataclass(frozen=True, slots=True)
class _MayConnect:
    """Whether the asker's token is good now: a ticket for one that is not would only fail later."""

    def run(self, _tx: Transaction, _asker: Asker) -> None:
        """Being admitted is all that it takes."""


@router.post("", summary="A ticket for a socket", response_model=TicketAnswer)
async def issue_ticket(asking: Asking, parts: TheParts) -> dict[str, str | int]:
    """A ticket that stands for the session and the expiry of this token: good once, for half a minute."""
    await parts.door.ask(asking, _MayConnect())
    return {"ticket": parts.tickets.issue(asking), "expires_in": TICKET_SECONDS}
