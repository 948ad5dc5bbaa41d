"""Routes of one's own sessions: where one is signed in, and signing out there."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from service.api.answers import Answer, PageAnswer, Time
from service.api.bearer import Asking
from service.api.pages import Cursor
from service.api.parts import TheParts
from service.chat.records import Session
from service.chat.sessions import EndOtherSessions, EndSession, ListSessions
from service.wire import shapes

SID_MAX = 64  # characters

router = APIRouter(prefix="/api/me/sessions", tags=["tokens"])


class SessionAnswer(Answer):
    """One login of the asker's."""

    sid: str
    client: str = Field(description="What the client said of itself.", examples=["Mozilla/5.0"])
    address: str = Field(description="From where it was last refreshed.", examples=["192.0.2.7"])
    created_at: Time
    used_at: Time
    current: bool = Field(description="This is the session that asks.")


@router.get("", summary="One's own sessions", response_model=PageAnswer[SessionAnswer])
async def list_sessions(asking: Asking, parts: TheParts, listing: Cursor) -> dict[str, Any]:
    """Where one is signed in, the newest first."""
    found = await parts.door.ask(asking, ListSessions(listing.page))
    return listing.render(found, lambda session: session.sid, lambda session: _shape(session, asking.sid))


@router.delete("", summary="Sign out everywhere else", status_code=204)
async def end_other_sessions(asking: Asking, parts: TheParts) -> None:
    """End all of one's sessions but the one that asks."""
    await parts.door.do(asking, EndOtherSessions())


@router.delete("/{sid}", summary="End one of one's own sessions", status_code=204)
async def end_session(
    asking: Asking, parts: TheParts, sid: Annotated[str, Path(max_length=SID_MAX, description="The session's id.")]
) -> None:
    """End a session, this one or another: its tokens are no good from now on, and its sockets are closed."""
    await parts.door.do(asking, EndSession(sid))


def _shape(session: Session, current: str) -> dict[str, Any]:
    return {
        "sid": session.sid,
        "client": session.client,
        "address": session.address,
        "created_at": shapes.time(session.created_at),
        "used_at": shapes.time(session.used_at),
        "current": session.sid == current,
    }
