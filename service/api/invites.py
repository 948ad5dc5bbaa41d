"""Routes of invites, for admins: give, list, take back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field

from service.api.acting import Acting
from service.api.answers import Answer, PageAnswer, Time
from service.api.bearer import Asking
from service.api.fields import Body
from service.api.pages import Cursor
from service.api.parts import Parts, TheParts
from service.chat.invites import (
    LIFETIME_DEFAULT,
    LIFETIME_MAX,
    USES_MAX,
    CreateInvite,
    DeleteInvite,
    ListInvites,
    cursor_of,
)
from service.chat.records import Invite
from service.chat.roles import Role
from service.wire import shapes

router = APIRouter(prefix="/api/invites", tags=["accounts"])

InvitedRole = Literal["guest", "member"]


class NewInvite(Body):
    """What an invite is good for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "guest", "uses": 5, "expires_in": 86400}]})

    role: InvitedRole = Field("member", description="What who comes by it becomes; more is given by an admin, later.")
    uses: Annotated[int, Field(ge=1, le=USES_MAX)] = Field(1, description="How many people may come by it.")
    expires_in: Annotated[int, Field(ge=1, le=LIFETIME_MAX)] = Field(LIFETIME_DEFAULT, description="Seconds.")

    def command(self) -> CreateInvite:
        """What it asks for."""
        return CreateInvite(Role.parse(self.role), self.uses, self.expires_in)


class InviteAnswer(Answer):
    """An invite that can be used."""

    code: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015"])
    link: str = Field(description="Leads to the page on which one signs up with it.")
    role: InvitedRole
    uses_left: int
    expires_at: Time


@router.get("", response_model=PageAnswer[InviteAnswer])
async def list_invites(parts: TheParts, asking: Asking, cursor: Cursor) -> dict[str, Any]:
    """The invites that can be used, oldest first."""
    found = await parts.door.ask(asking, ListInvites(cursor.page))
    return cursor.render(found, key=cursor_of, shape=lambda invite: _shape(parts, invite))


@router.post("", status_code=201, response_model=InviteAnswer)
async def create_invite(parts: TheParts, acting: Acting, body: NewInvite | None = None) -> dict[str, Any]:
    """Let somebody in: one member within a week, if nothing else is said."""
    return _shape(parts, await parts.door.do(acting, (body or NewInvite()).command()))


@router.delete("/{code}", status_code=204, response_model=None)
async def delete_invite(
    parts: TheParts, acting: Acting, code: Annotated[str, Path(description="The invite's code.")]
) -> None:
    """Take an invite back."""
    await parts.door.do(acting, DeleteInvite(code))


def _shape(parts: Parts, invite: Invite) -> dict[str, Any]:
    return {
        "code": invite.code,
        # In the fragment, which no browser sends and no proxy logs.
        "link": f"{parts.choices.public_url}/signup#invite={invite.code}",
        "role": invite.role.word,
        "uses_left": invite.uses_left,
        "expires_at": shapes.time(invite.expires_at),
    }
