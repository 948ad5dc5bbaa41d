"""Routes for cleaning up, and for taking back: messages deleted in bulk, what was done, and its undoing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from service.api.acting import Acting, Reason, acted
from service.api.answers import Answer, PageAnswer, Time
from service.api.bearer import Asking
from service.api.fields import TimeText
from service.api.pages import Cursor, position
from service.api.parts import Parts, TheParts
from service.api.rooms import RoomSlug
from service.chat.deeds import Action, Done
from service.chat.deletions import AT_ONCE, Deleted, DeleteMessages, FindMessages
from service.chat.records import FOREVER, Credential
from service.chat.undo import ListActions, Undo
from service.wire import shapes

router = APIRouter(tags=["moderation"])

Whose = Annotated[str, Query(description="Whose messages: a username.", examples=["cyn"])]
Since = Annotated[TimeText, Query(description="Those said at this time or later.")]
Until = Annotated[TimeText | None, Query(description="Those said before this time; up to now, if left out.")]


class DeletedAnswer(Answer):
    """What was deleted."""

    messages: int = Field(ge=0)
    rooms: int = Field(ge=0)
    more: bool = Field(description=f"One act deletes {AT_ONCE:,} messages at most: there are others, so ask again.")


class Undone(Answer):
    """Who took it back."""

    by: str
    at: Time


class ActionAnswer(Answer):
    """What somebody did with authority, and until when it can be undone."""

    id: str
    what: str = Field(examples=["member.muted"])
    by: str = Field(examples=["mo"])
    at: Time
    undo_until: Time
    room: str | None = None
    on: str | None = Field(None, description="Whom it concerns: a username.")
    reason: str | None = None
    undone: Undone | None = None


@router.delete("/api/rooms/{slug}/messages", response_model=DeletedAnswer)
async def delete_messages_in_room(
    parts: TheParts,
    acting: Acting,
    slug: RoomSlug,
    response: Response,
    user: Whose,
    since: Since,
    until: Until = None,
    reason: Reason = None,
) -> dict[str, Any]:
    """Delete all that somebody said in a room in a span of time, the latest first. Can be undone as a whole."""
    wanted = FindMessages(user, slug, since, _end(until), parts.door.windows.delete_seconds)
    return _shape(acted(response, await _delete(parts, acting, wanted, reason)))


@router.delete("/api/messages", response_model=DeletedAnswer)
async def delete_messages(
    parts: TheParts,
    acting: Acting,
    response: Response,
    user: Whose,
    since: Since,
    until: Until = None,
    reason: Reason = None,
) -> dict[str, Any]:
    """Delete all that somebody said in a span of time, in every room that you moderate. Can be undone as a whole."""
    wanted = FindMessages(user, None, since, _end(until), parts.door.windows.delete_seconds)
    return _shape(acted(response, await _delete(parts, acting, wanted, reason)))


@router.get("/api/moderation", response_model=PageAnswer[ActionAnswer], response_model_exclude_unset=True)
async def list_actions(
    parts: TheParts,
    asking: Asking,
    cursor: Cursor,
    room: Annotated[str | None, Query(description="A room's slug; all rooms and the server, for admins.")] = None,
) -> dict[str, Any]:
    """What was done with authority and can, or could, be undone; newest first."""
    found = await parts.door.ask(asking, ListActions(room, position(cursor.key), cursor.page.limit))
    return cursor.render(found, key=_id_of, shape=shapes.action)


@router.post("/api/moderation/{action}/undo", response_model=ActionAnswer, response_model_exclude_unset=True)
async def undo(
    parts: TheParts, acting: Acting, action: Annotated[str, Path(description="An action's id.")]
) -> dict[str, Any]:
    """Take something back, within 15 minutes. What was changed again since is left as it is."""
    return shapes.action(await parts.door.do(acting, Undo(action)))


async def _delete(parts: Parts, acting: Credential, wanted: FindMessages, reason: str | None) -> Done[Deleted]:
    """Find first, for that may take long and must hold nobody up; then delete just that."""
    found = await parts.door.ask(acting, wanted)
    return await parts.door.do(acting, DeleteMessages(found, reason, wanted.within), counted=True)


def _end(until: int | None) -> int:
    return FOREVER if until is None else until


def _shape(deleted: Deleted) -> dict[str, Any]:
    return {"messages": deleted.messages, "rooms": deleted.rooms, "more": deleted.more}


def _id_of(action: Action) -> str:
    return str(action.id)
