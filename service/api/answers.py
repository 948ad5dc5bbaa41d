"""What a success looks like, for the description and as its check: the shapes of ``wire.shapes`` as models. A shape may
have more than stands here, as clients must expect; it never has less."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from service.api.fields import RoleWord, RoomRoleWord

Item = TypeVar("Item")

Time = Annotated[
    str, WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T09:30:00.000Z"]})
]
Seq = Annotated[int, Field(ge=0, description="Numbers the events of a room from 1, without holes.")]


def _absent_not_null(schema: dict[str, Any]) -> None:
    """What has a default here is left out where it is absent: null is no value of it that anybody will meet."""
    for field in schema.get("properties", {}).values():
        if "default" not in field:
            continue
        del field["default"]
        (kind,) = (kind for kind in field.pop("anyOf") if kind != {"type": "null"})
        field.update(kind)


class Answer(BaseModel):
    """A JSON object that we send."""

    model_config = ConfigDict(strict=True, extra="allow", json_schema_extra=_absent_not_null)


class UserAnswer(Answer):
    """An account."""

    id: str
    username: str = Field(examples=["bob"])
    name: str = Field(examples=["Bob"])
    role: RoleWord
    bot: bool
    suspended: bool | None = Field(None, description="For moderators and admins only.")


class You(Answer):
    """What the asker is in a room, and what they may do there."""

    role: RoomRoleWord | None = Field(description="null: no member.")
    can: list[str] = Field(examples=[["see", "read", "join", "post"]])
    muted_until: Time | None = Field(None, description="Absent for who may speak; the year 9999: without an end.")
    read: Seq | None = Field(None, description="How far you have read; absent for who is no member.")
    unread: int | None = Field(None, ge=0, description="Messages after that, without replies in threads.")
    mentions: int | None = Field(None, ge=0, description="In how many of them, and of the replies, you are called.")


class RoomAnswer(Answer):
    """A room as the asker sees it."""

    slug: str = Field(examples=["lobby"])
    name: str = Field(examples=["The lobby"])
    topic: str = Field(examples=["Come in, sit down"])
    visibility: Literal["public", "private", "direct"]
    join_role: RoleWord = Field(description="The lowest server-wide role that may enter.")
    post_role: RoleWord = Field(description="The lowest server-wide role that may post.")
    locked: bool = Field(description="Only who moderates the room posts.")
    receipts: bool = Field(description="Whether members see who has read a message.")
    retention_days: int = Field(description="Days for which messages are kept; 0: as the server has it.")
    slow_mode: int = Field(description="Seconds between two messages of one user; 0: off.")
    seq: Seq
    members: int = Field(ge=0, examples=[3])
    created_at: Time
    you: You


class MemberAnswer(Answer):
    """A user in a room."""

    user: str = Field(description="The username.", examples=["bob"])
    name: str = Field(description="The name that is shown.", examples=["Bob"])
    role: RoomRoleWord
    joined_at: Time
    muted_until: Time | None = Field(None, description="Absent for who may speak; the year 9999: without an end.")


class AuthorAnswer(Answer):
    """Who wrote a message."""

    username: str = Field(examples=["bob"])
    name: str = Field(examples=["Bob"])
    role: RoleWord
    bot: bool


class ReactionAnswer(Answer):
    """One emoji under a message."""

    emoji: str = Field(examples=["\U0001f44d"])
    count: int = Field(ge=1)
    users: list[str] = Field(description="The first ones' usernames.")


class ThreadAnswer(Answer):
    """What hangs under a message."""

    replies: int = Field(ge=1)
    last_seq: Seq
    last_at: Time


class PinAnswer(Answer):
    """By whom a message was pinned."""

    by: str = Field(description="A username.", examples=["mo"])
    at: Time


class Deletion(Answer):
    """By whom a message was deleted."""

    by: str = Field(description="A username.", examples=["mo"])
    at: Time


class ThumbnailAnswer(Answer):
    """A small picture of a file, as large as it is shown."""

    width: int
    height: int


class FileAnswer(Answer):
    """Something uploaded. Its content stands at `/api/files/{id}`."""

    id: str
    name: str = Field(examples=["harbour.jpg"])
    type: str = Field(description="What its content is; `application/octet-stream`: bytes to be saved.")
    size: int = Field(description="Bytes.")
    width: int | None = Field(None, description="Pixels, of a picture.")
    height: int | None = None
    thumbnail: ThumbnailAnswer | None = Field(None, description="It stands at `/api/files/{id}/thumbnail`.")


class MessageAnswer(Answer):
    """A message as it is now. The text of a deleted one is empty."""

    id: str
    room: str = Field(examples=["lobby"])
    seq: Seq
    author: AuthorAnswer
    text: str = Field(examples=["Hello, everyone."])
    at: Time
    reply_to: str | None = Field(None, description="The id of the message that this one answers.")
    nonce: str | None = Field(None, description="The sender's own name for it.")
    html: str | None = Field(None, description="Where the text has formatting; sanitised.")
    edited_at: Time | None = None
    deleted: Deletion | None = None
    root: str | None = Field(None, description="The id of the message in whose thread it stands.")
    thread: ThreadAnswer | None = None
    pinned: PinAnswer | None = None
    reactions: list[ReactionAnswer]
    files: list[FileAnswer] | None = Field(None, description="What it carries; absent where it carries nothing.")


class PageAnswer(Answer, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="The `cursor` of the next page; null: this is the last one.")


class MessagesAnswer(Answer):
    """Messages, oldest first."""

    items: list[MessageAnswer]
    next: int | None = Field(description="A seq to go on from in the direction asked; null: there are no more.")
