"""Routes of what was read and what was not: rooms, threads, the inbox of mentions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from service.api.answers import Answer, MessageAnswer, MessagesAnswer, PageAnswer, Seq
from service.api.bearer import Asking
from service.api.fields import Body
from service.api.messages import OneId
from service.api.pages import LIMIT, Cursor, Limit, position, unknown_cursor
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.events import SEQ_MAX
from service.chat.mentions import ListMentions
from service.chat.reading import ListReaders
from service.chat.records import FollowedThread, Mention, User
from service.chat.threads import FollowThread, ListThreads, ReadThread, SeeThread, place_of
from service.wire import shapes

router = APIRouter(tags=["rooms"])


class Position(Body):
    """How far somebody has read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"seq": 42}]})

    seq: int = Field(ge=0, le=SEQ_MAX, description="An earlier one than before: unread again from there.")


class ReadAnswer(Answer):
    """How far you have read, and what came after."""

    seq: Seq
    unread: int = Field(ge=0)
    mentions: int = Field(ge=0)


class FollowedAnswer(Answer):
    """A thread that you follow."""

    message: MessageAnswer
    read: Seq
    unread: int = Field(ge=0)


class MentionAnswer(Answer):
    """A message in which you are called."""

    message: MessageAnswer
    everybody: bool = Field(description="You are called with everybody in the room.")


class ReaderAnswer(Answer):
    """Somebody who has read."""

    user: str
    name: str


@router.put("/api/rooms/{slug}/read", response_model=ReadAnswer)
async def read_room(parts: TheParts, asking: Asking, slug: RoomSlug, body: Position) -> dict[str, Any]:
    """Remember how far you have read in a room."""
    read = await parts.hub.reads.place(asking, slug, body.seq)
    return {"seq": read.seq, "unread": read.unread, "mentions": read.mentions}


@router.get("/api/messages/{id}/readers", response_model=PageAnswer[ReaderAnswer])
async def list_readers(parts: TheParts, asking: Asking, id: OneId, cursor: Cursor) -> dict[str, Any]:
    """Who has read a message, where the room shows it (`receipts`)."""
    found = await parts.door.ask(asking, ListReaders(id, cursor.page))
    return cursor.render(found, key=_username, shape=lambda user: {"user": user.username, "name": user.name})


@router.get("/api/messages/{id}/thread", response_model=MessagesAnswer, response_model_exclude_unset=True)
async def see_thread(
    parts: TheParts,
    asking: Asking,
    id: OneId,
    after: Annotated[int, Query(ge=0, le=SEQ_MAX)] = 0,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """The replies under a message, oldest first; `next` is a seq to go on after."""
    found = await parts.door.ask(asking, SeeThread(id, after, limit + 1))
    shown = found[:limit]
    return {"items": [shapes.message(m) for m in shown], "next": shown[-1].seq if len(found) > limit else None}


@router.put("/api/messages/{id}/thread/follow", status_code=204, response_model=None)
async def follow_thread(parts: TheParts, asking: Asking, id: OneId) -> None:
    """Follow a thread. Who takes part does so by itself."""
    await parts.door.do(asking, FollowThread(id, following=True))


@router.delete("/api/messages/{id}/thread/follow", status_code=204, response_model=None)
async def unfollow_thread(parts: TheParts, asking: Asking, id: OneId) -> None:
    """Follow a thread no longer."""
    await parts.door.do(asking, FollowThread(id, following=False))


@router.put("/api/messages/{id}/thread/read", status_code=204, response_model=None)
async def read_thread(parts: TheParts, asking: Asking, id: OneId, body: Position) -> None:
    """Remember how far you have read in a thread that you follow."""
    await parts.door.do(asking, ReadThread(id, body.seq))


@router.get("/api/me/threads", response_model=PageAnswer[FollowedAnswer], response_model_exclude_unset=True)
async def list_threads(parts: TheParts, asking: Asking, cursor: Cursor) -> dict[str, Any]:
    """The threads that you follow, the latest reply first."""
    found = await parts.door.ask(asking, ListThreads(_place(cursor.key), cursor.page.limit))
    return cursor.render(found, key=_place_key, shape=_followed)


@router.get("/api/me/mentions", response_model=PageAnswer[MentionAnswer], response_model_exclude_unset=True)
async def list_mentions(parts: TheParts, asking: Asking, cursor: Cursor) -> dict[str, Any]:
    """The messages in which you are called, newest first."""
    found = await parts.door.ask(asking, ListMentions(position(cursor.key), cursor.page.limit))
    return cursor.render(found, key=_mention_id, shape=_mention)


def _username(user: User) -> str:
    return user.username


def _place(key: str | None) -> tuple[int, int, int] | None:
    if key is None:
        return None
    parts = [position(part) or 0 for part in key.split(".")]
    if len(parts) != 3:
        raise unknown_cursor()
    return parts[0], parts[1], parts[2]


def _place_key(thread: FollowedThread) -> str:
    return ".".join(map(str, place_of(thread)))


def _followed(thread: FollowedThread) -> dict[str, Any]:
    return {"message": shapes.message(thread.root), "read": thread.read_seq, "unread": thread.unread}


def _mention_id(mention: Mention) -> str:
    return str(mention.id)


def _mention(mention: Mention) -> dict[str, Any]:
    return {"message": shapes.message(mention.message), "everybody": mention.everybody}
