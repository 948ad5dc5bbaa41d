"""Routes of members: who is in a room; join, invite, promote; leave, remove."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict, Field

from service.api.acting import Acting, Reason, acted
from service.api.answers import MemberAnswer, PageAnswer
from service.api.bearer import Asking
from service.api.fields import Body, RoomRoleWord
from service.api.pages import Cursor
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.members import ListMembers, SetMember
from service.chat.records import Member
from service.chat.roles import RoomRole
from service.chat.sanctions import RemoveMember
from service.wire import shapes

router = APIRouter(prefix="/api/rooms/{slug}/members", tags=["rooms"])

Username = Annotated[str, Path(description="Whose membership it is; your own: join, or leave.", examples=["bob"])]


class Membership(Body):
    """What somebody is to be in a room."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "moderator"}]})

    role: RoomRoleWord | None = Field(None, description="`member` for who is new, if left out.")


JOINED: dict[int | str, dict[str, Any]] = {
    201: {"model": MemberAnswer, "description": "They are a member from now on."}
}


def _user_of(member: Member) -> str:
    return str(member.user.id)


@router.get("", response_model=PageAnswer[MemberAnswer], response_model_exclude_unset=True)
async def list_members(parts: TheParts, asking: Asking, slug: RoomSlug, cursor: Cursor) -> dict[str, Any]:
    """Who is in a room, in the order in which their accounts were made."""
    found = await parts.door.ask(asking, ListMembers(slug, cursor.page))
    return cursor.render(found, key=_user_of, shape=shapes.member)


@router.put("/{username}", response_model=MemberAnswer, response_model_exclude_unset=True, responses=JOINED)
async def set_member(
    parts: TheParts,
    acting: Acting,
    slug: RoomSlug,
    username: Username,
    response: Response,
    body: Membership | None = None,
) -> dict[str, Any]:
    """Yourself: join, or step down. Another: invite them, which makes a member at once, or set their role."""
    role = None if body is None or body.role is None else RoomRole.parse(body.role)
    placed = acted(response, await parts.door.do(acting, SetMember(slug, username, role)))
    response.status_code = 201 if placed.joined else 200
    return shapes.member(placed.member)


@router.delete("/{username}", status_code=204, response_model=None)
async def remove_member(
    parts: TheParts, acting: Acting, slug: RoomSlug, username: Username, response: Response, reason: Reason = None
) -> None:
    """Yourself: leave. Another: kick them; they may come back where they may enter."""
    acted(response, await parts.door.do(acting, RemoveMember(slug, username, reason)))
