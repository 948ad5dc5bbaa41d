"""Routes of the audit log: the whole of it for admins, a room's part for who moderates the room."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from service.api.answers import Answer, PageAnswer, Time
from service.api.bearer import Asking
from service.api.pages import Cursor
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.audit import ListAudit, ListRoomAudit, Rows, cursor_of
from service.chat.chain import Entry
from service.chat.deeds import Scalar, What
from service.chat.names import USERNAME_TYPED_MAX
from service.chat.records import SYSTEM
from service.wire import shapes

SLUG_MAX = 64  # characters

router = APIRouter(tags=["moderation"])

ByUser = Annotated[
    str | None, Query(max_length=USERNAME_TYPED_MAX, description="Only what this user did, or was done to them.")
]
ByWhat = Annotated[What | None, Query(description="Only acts of this kind.")]
ByRoom = Annotated[str | None, Query(max_length=SLUG_MAX, description="Only what was done in this room.")]


def _absent_has_no_value(schema: dict[str, Any]) -> None:
    """What has a default here is left out where there was nothing; null is a name that was erased."""
    for field in schema["properties"].values():
        field.pop("default", None)


class AuditAnswer(Answer):
    """An act of authority. A name, a reason or an address that was erased is null."""

    model_config = ConfigDict(json_schema_extra=_absent_has_no_value)

    seq: Annotated[int, Field(ge=1, description="Numbers the rows of the log from 1, without holes.")]
    at: Time
    what: str = Field(examples=[What.MEMBER_MUTED.value])
    by: str | None = Field(description="Who did it; `system`: the operator, or the server itself.", examples=["mo"])
    on: str | None = Field(None, description="To whom.", examples=["bob"])
    room: str = Field("", description="Where, by its slug; left out: on the whole server.", examples=["lobby"])
    reason: str | None = Field(None, examples=["spam"])
    detail: dict[str, Scalar] = Field(description="What else is to be known of it; names nobody.")
    request: str = Field(
        "", description="The id of the request; `command line`: the operator's, `server`: of nobody's."
    )
    address: str | None = Field(None, description="Where the request came from; for admins only.")
    hash: str = Field(description="SHA-256 over this row and the hash of the one before it, in hex.")


@router.get("/api/audit", response_model=PageAnswer[AuditAnswer], response_model_exclude_unset=True)
async def list_audit(
    parts: TheParts, asking: Asking, cursor: Cursor, user: ByUser = None, what: ByWhat = None, room: ByRoom = None
) -> dict[str, Any]:
    """The audit log, newest first, as an admin: who did what, to whom, where and why."""
    return _render(cursor, await parts.door.ask(asking, ListAudit(cursor.page, user, what, room)))


@router.get("/api/rooms/{slug}/audit", response_model=PageAnswer[AuditAnswer], response_model_exclude_unset=True)
async def list_room_audit(parts: TheParts, asking: Asking, slug: RoomSlug, cursor: Cursor) -> dict[str, Any]:
    """A room's part of the audit log, newest first, for who moderates the room."""
    return _render(cursor, await parts.door.ask(asking, ListRoomAudit(slug, cursor.page)))


def _render(cursor: Cursor, told: Rows) -> dict[str, Any]:
    return cursor.render(told.entries, key=cursor_of, shape=lambda entry: _shape(entry, told.addresses))


def _shape(entry: Entry, addresses: bool) -> dict[str, Any]:
    row = entry.row
    shape: dict[str, Any] = {
        "seq": row.seq,
        "at": shapes.time(row.at),
        "what": row.what,
        "by": SYSTEM if row.actor is None else entry.value("actor"),
        "detail": json.loads(row.detail),
        "hash": row.hash,
    }
    if row.subject is not None:
        shape["on"] = entry.value("subject")
    if row.room is not None:
        shape["room"] = row.room
    if row.reason is not None:
        shape["reason"] = entry.value("reason")
    if row.request is not None:
        shape["request"] = row.request
    if addresses and row.address is not None:
        shape["address"] = entry.value("address")
    return shape
