"""Routes of rooms: make, list, see, change, delete."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict, Field

from service.api.acting import Acting, acted
from service.api.answers import PageAnswer, RoomAnswer
from service.api.bearer import Asking
from service.api.fields import Body, ReasonText, RoleWord, RoomName, Slug, Topic
from service.api.pages import Cursor
from service.api.parts import TheParts
from service.chat.retention import RETENTION_MAX
from service.chat.roles import Role, Visibility
from service.chat.rooms import SLOW_MODE_MAX, ChangeRoom, CreateRoom, DeleteRoom, ListRooms, SeenRoom, SeeRoom
from service.wire import shapes

router = APIRouter(prefix="/api/rooms", tags=["rooms"])

RoomSlug = Annotated[str, Path(description="The room's slug.", examples=["lobby"])]
SlowMode = Annotated[int, Field(ge=0, le=SLOW_MODE_MAX, description="Seconds between two messages of one user.")]
Receipts = Annotated[bool, Field(description="Whether members see who has read a message.")]
RetentionDays = Annotated[
    int,
    Field(
        ge=0,
        le=RETENTION_MAX,
        description="Days for which messages are kept, within what the server allows; 0: as the server has it.",
    ),
]
VisibilityWord = Literal["public", "private"]


class NewRoom(Body):
    """A room to be made. Only its slug has to be given; a gate is never above one's own role."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"slug": "garden", "name": "The garden", "topic": "Seeds and weeds"}]}
    )

    slug: Slug
    name: RoomName | None = None
    topic: Topic = ""
    visibility: VisibilityWord = "public"
    join_role: RoleWord = "member"
    post_role: RoleWord = "member"
    locked: bool = False
    slow_mode: SlowMode = 0
    receipts: Receipts = False
    retention_days: RetentionDays = 0

    def command(self) -> CreateRoom:
        """What it asks for."""
        return CreateRoom(
            slug=self.slug,
            name=self.name,
            topic=self.topic,
            visibility=Visibility(self.visibility),
            join_role=Role.parse(self.join_role),
            post_role=Role.parse(self.post_role),
            locked=self.locked,
            slow_mode=self.slow_mode,
            receipts=self.receipts,
            retention_days=self.retention_days,
        )


class RoomChange(Body):
    """What is to be another in a room. What is left out, or null, stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"topic": "Harvest on Sunday", "slow_mode": 10}]})

    name: RoomName | None = None
    topic: Topic | None = None
    visibility: VisibilityWord | None = None
    join_role: RoleWord | None = None
    post_role: RoleWord | None = None
    locked: bool | None = None
    slow_mode: SlowMode | None = None
    receipts: Receipts | None = None
    retention_days: RetentionDays | None = None
    reason: ReasonText | None = None

    def command(self, slug: str) -> ChangeRoom:
        """What it asks for."""
        return ChangeRoom(
            slug,
            name=self.name,
            topic=self.topic,
            visibility=None if self.visibility is None else Visibility(self.visibility),
            join_role=None if self.join_role is None else Role.parse(self.join_role),
            post_role=None if self.post_role is None else Role.parse(self.post_role),
            locked=self.locked,
            slow_mode=self.slow_mode,
            receipts=self.receipts,
            retention_days=self.retention_days,
            reason=self.reason,
        )


def _slug_of(seen: SeenRoom) -> str:
    return seen.standing.room.slug


def _shape(seen: SeenRoom) -> dict[str, Any]:
    return shapes.room(seen.standing.room, seen.standing, seen.read)


@router.get("", response_model=PageAnswer[RoomAnswer], response_model_exclude_unset=True)
async def list_rooms(parts: TheParts, asking: Asking, cursor: Cursor) -> dict[str, Any]:
    """The rooms that you see, by slug: public ones, and the private ones that you are in."""
    await parts.hub.reads.settle(asking.user_uid)
    found = await parts.door.ask(asking, ListRooms(cursor.page))
    return cursor.render(found, key=_slug_of, shape=_shape)


@router.post("", status_code=201, response_model=RoomAnswer, response_model_exclude_unset=True)
async def create_room(parts: TheParts, asking: Asking, body: NewRoom, response: Response) -> dict[str, Any]:
    """Make a room and own it. A slug is given out once: also a deleted room keeps its own."""
    made = await parts.door.do(asking, body.command())
    response.headers["Location"] = f"{router.prefix}/{made.room.slug}"
    return _shape(made)


@router.get("/{slug}", response_model=RoomAnswer, response_model_exclude_unset=True)
async def see_room(parts: TheParts, asking: Asking, slug: RoomSlug) -> dict[str, Any]:
    """One room, and what you may do there."""
    await parts.hub.reads.settle(asking.user_uid)
    return _shape(await parts.door.ask(asking, SeeRoom(slug)))


@router.patch("/{slug}", response_model=RoomAnswer, response_model_exclude_unset=True)
async def change_room(
    parts: TheParts, acting: Acting, slug: RoomSlug, body: RoomChange, response: Response
) -> dict[str, Any]:
    """Change a room's settings: `locked`, `slow_mode` and `post_role` as who moderates it, the rest as its owner. A
    raised `join_role` ends the memberships below it. Can be undone."""
    return _shape(acted(response, await parts.door.do(acting, body.command(slug))))


@router.delete("/{slug}", status_code=204, response_model=None)
async def delete_room(parts: TheParts, acting: Acting, slug: RoomSlug) -> None:
    """Delete a room for good."""
    await parts.door.do(acting, DeleteRoom(slug))
