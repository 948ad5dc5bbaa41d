"""Routes of messages: read a room's history, and post."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field

from service.api.acting import Acting, Reason, acted
from service.api.answers import Answer, MessageAnswer, MessagesAnswer, Time
from service.api.bearer import Asking
from service.api.fields import ID_MAX, Body, FileIds, MessageId, Nonce, Text
from service.api.pages import LIMIT, Limit
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.deletions import DeleteMessage, SeeMessage
from service.chat.edits import ListRevisions
from service.chat.errors import Code, FieldError, Refusal, invalid
from service.chat.events import SEQ_MAX
from service.chat.mentions import may_call_here
from service.chat.messages import ListMessages, PostMessage
from service.wire import shapes

router = APIRouter(tags=["rooms"])

IN_ROOM = "/api/rooms/{slug}/messages"
ONE = "/api/messages/{id}"
OneId = Annotated[str, Path(max_length=ID_MAX, description="A message's id.")]

SeqBound = Annotated[int | None, Query(ge=0, le=SEQ_MAX)]
POSTED_BEFORE: dict[int | str, dict[str, Any]] = {
    200: {"model": MessageAnswer, "description": "The nonce was seen: the message as it is now."}
}


class NewMessage(Body):
    """Something to say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Hello, everyone.", "nonce": "0193f0c2-5d7e"}]})

    text: Text = ""
    nonce: Nonce | None = None
    reply_to: MessageId | None = None
    files: FileIds = Field(default_factory=list)


class NewText(Body):
    """What a message is to say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Hello, everybody."}]})

    text: Text


class RevisionAnswer(Answer):
    """What a message said from a time on."""

    text: str
    at: Time


class RevisionsAnswer(Answer):
    """All that it said, oldest first."""

    items: list[RevisionAnswer]


@router.get(IN_ROOM, response_model=MessagesAnswer, response_model_exclude_unset=True)
async def list_messages(
    parts: TheParts,
    asking: Asking,
    slug: RoomSlug,
    before: SeqBound = None,
    after: SeqBound = None,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """A room's messages, oldest first: the latest, or those next to a seq, which is left out itself."""
    if before is not None and after is not None:
        raise _one_direction()
    # One more than is shown tells whether there are more.
    found = await parts.door.ask(asking, ListMessages(slug, limit + 1, before, after))
    more = len(found) > limit
    shown = found[:limit] if after is not None else found[-limit:]
    edge = shown[-1 if after is not None else 0].seq if more else None
    return {"items": [shapes.message(message) for message in shown], "next": edge}


@router.post(
    IN_ROOM, status_code=201, response_model=MessageAnswer, response_model_exclude_unset=True, responses=POSTED_BEFORE
)
async def post_message(
    parts: TheParts, asking: Asking, slug: RoomSlug, body: NewMessage, response: Response
) -> dict[str, Any]:
    """Say something in a room that you have joined; with files there need be no text. Sent again with the same nonce,
    it is posted once."""
    if not body.text and not body.files:
        raise invalid("text", "there is nothing in the message")
    post = PostMessage(asking, slug, body.text, body.nonce, body.reply_to, files=tuple(body.files), read=True)
    manager = parts.hub.room(slug) if may_call_here(body.text) else None
    if manager is not None:
        post.here = manager.user_ids()
    posted = await parts.door.post(post)
    response.status_code = 200 if posted.duplicate else 201
    return shapes.message(posted.message)


@router.get(ONE, response_model=MessageAnswer, response_model_exclude_unset=True)
async def see_message(parts: TheParts, asking: Asking, id: OneId) -> dict[str, Any]:
    """One message as it is now, for whoever may read its room."""
    return shapes.message(await parts.door.ask(asking, SeeMessage(id)))


@router.patch(ONE, response_model=MessageAnswer, response_model_exclude_unset=True)
async def edit_message(parts: TheParts, asking: Asking, id: OneId, body: NewText) -> dict[str, Any]:
    """Give a message of your own another text. What it said before is kept for you and for who moderates the room."""
    return shapes.message(await parts.door.edit(asking, id, body.text))


@router.get(ONE + "/history", response_model=RevisionsAnswer)
async def message_history(parts: TheParts, asking: Asking, id: OneId) -> dict[str, Any]:
    """What a message said, from what was first posted to what it says now; for its author and who moderates."""
    found = await parts.door.ask(asking, ListRevisions(id))
    return {"items": [{"text": revision.text, "at": shapes.time(revision.at)} for revision in found]}


@router.delete(ONE, status_code=204, response_model=None)
async def delete_message(parts: TheParts, acting: Acting, id: OneId, response: Response, reason: Reason = None) -> None:
    """Delete a message of your own, or as who moderates the room one of somebody of lower rank. It stays in its place
    without its text. Can be undone."""
    deletion = DeleteMessage(id, reason, parts.door.windows.delete_seconds)
    acted(response, await parts.door.do(acting, deletion))


def _one_direction() -> Refusal:
    sentence = "give before or after, not both"
    errors = tuple(FieldError(field, sentence) for field in ("before", "after"))
    return Refusal(Code.INVALID, sentence.capitalize() + ".", errors=errors)
