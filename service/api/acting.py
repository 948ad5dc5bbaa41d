"""Routes that act with authority: each can be tried without doing anything (``?dry_run=true``), and what can be undone
says so in the header ``Folkmoot-Action``, whose value ``POST /api/moderation/{action}/undo`` takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypeVar

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from service.api.answers import Answer
from service.api.bearer import AccessToken
from service.api.parts import parts_of
from service.chat.deeds import REASON_MAX, Done
from service.chat.door import Rehearsed
from service.chat.records import Credential
from service.live.reach import reach

ACTION_HEADER = "Folkmoot-Action"

T = TypeVar("T")

Reason = Annotated[
    str | None,
    Query(max_length=REASON_MAX, description="Why: told to whom it concerns, and kept in the audit log."),
]


class PreviewAnswer(Answer):
    """What an act would do; nothing has been done."""

    dry_run: bool
    messages: int = Field(ge=0, description="Messages that would be deleted, detached or restored.")
    rooms: int = Field(ge=0, description="Rooms whose log would get events.")
    members: int = Field(ge=0, description="Memberships that would end.")
    connections: int = Field(ge=0, description="Open connections that would be closed, or lose a room.")


async def _acting(
    asking: Annotated[Credential, Depends(AccessToken(tries=True))],
    dry_run: Annotated[bool, Query(description="Answer what would be touched, and touch nothing.")] = False,
) -> Credential:
    return replace(asking, rehearsal=True) if dry_run else asking


Acting = Annotated[Credential, Depends(_acting)]
"""Who asks for something to be done, or to be told what would be done, as a parameter of a route."""


def acted(response: Response, done: Done[T]) -> T:
    """What was done; the answer says how it is undone, if it can be."""
    if done.action is not None:
        response.headers[ACTION_HEADER] = done.action.uid
    return done.value


def install(http: FastAPI) -> None:
    """Have rehearsals answered."""
    http.add_exception_handler(Rehearsed, _on_rehearsed)


async def _on_rehearsed(request: Request, rehearsed: Exception) -> Response:
    assert isinstance(rehearsed, Rehearsed)  # noqa: S101  registered for this type only
    found = reach(parts_of(request).hub, rehearsed.events, rehearsed.change)
    return JSONResponse(
        {
            "dry_run": True,
            "messages": found.messages + rehearsed.messages,
            "rooms": found.rooms,
            "members": found.members,
            "connections": found.connections,
        }
    )
