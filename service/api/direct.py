"""Routes of direct rooms, and of blocking."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict, Field

from service.api.answers import Answer, PageAnswer, RoomAnswer
from service.api.bearer import Asking
from service.api.fields import Body
from service.api.pages import Cursor
from service.api.parts import TheParts
from service.chat.blocks import Block, ListBlocked
from service.chat.direct import PEOPLE_MAX, OpenDirect
from service.chat.records import User
from service.wire import shapes

router = APIRouter(tags=["rooms"])

Username = Annotated[str, Path(description="A username.", examples=["cyn"])]
THERE: dict[int | str, dict[str, Any]] = {200: {"model": RoomAnswer, "description": "It was there."}}


class People(Body):
    """Whom you want to talk to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"users": ["cyn"]}]})

    users: list[str] = Field(min_length=1, max_length=PEOPLE_MAX, description="Usernames; your own need not be there.")


class BlockedAnswer(Answer):
    """Somebody whom you have blocked."""

    user: str
    name: str


@router.post(
    "/api/direct", status_code=201, response_model=RoomAnswer, response_model_exclude_unset=True, responses=THERE
)
async def open_direct_room(parts: TheParts, asking: Asking, body: People, response: Response) -> dict[str, Any]:
    """Go to the direct room with somebody, or with a few people; the same people always get the same room."""
    opened = await parts.door.do(asking, OpenDirect(tuple(body.users)))
    response.status_code = 201 if opened.made else 200
    response.headers["Location"] = f"/api/rooms/{opened.seen.room.slug}"
    return shapes.room(opened.seen.room, opened.seen.standing, opened.seen.read)


@router.get("/api/me/blocks", response_model=PageAnswer[BlockedAnswer])
async def list_blocked(parts: TheParts, asking: Asking, cursor: Cursor) -> dict[str, Any]:
    """Whom you have blocked, by username."""
    found = await parts.door.ask(asking, ListBlocked(cursor.page))
    return cursor.render(found, key=_username, shape=lambda user: {"user": user.username, "name": user.name})


@router.put("/api/me/blocks/{username}", status_code=204, response_model=None)
async def block(parts: TheParts, asking: Asking, username: Username) -> None:
    """Block somebody: you do not talk directly any more. They are not told."""
    await parts.door.do(asking, Block(username, on=True))


@router.delete("/api/me/blocks/{username}", status_code=204, response_model=None)
async def unblock(parts: TheParts, asking: Asking, username: Username) -> None:
    """Block somebody no longer."""
    await parts.door.do(asking, Block(username, on=False))


def _username(user: User) -> str:
    return user.username
