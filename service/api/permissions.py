"""The route that explains what somebody may do in a room, and why not."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from service.api.answers import Answer, Time
from service.api.bearer import Asking
from service.api.fields import RoleWord, RoomRoleWord
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.api.sanctions import SanctionAnswer
from service.chat.names import USERNAME_TYPED_MAX
from service.chat.permissions import Clause, ExplainPermissions, Permission, Permissions
from service.wire import shapes

router = APIRouter(prefix="/api/rooms/{slug}/permissions", tags=["moderation"])

Whom = Annotated[
    str | None,
    Query(max_length=USERNAME_TYPED_MAX, description="A username; yourself, if left out.", examples=["bob"]),
]


class WhyAnswer(Answer):
    """The rule that decides, and who set it to what it is, as far as somebody did."""

    rule: str
    by: str | None = Field(None, examples=["mo"])
    since: Time | None = None
    until: Time | None = None
    reason: str | None = Field(None, examples=["spam"])


class RuleAnswer(Answer):
    """One rule about an action."""

    rule: str = Field(examples=["mute"])
    holds: bool
    message: str | None = Field(None, description="What they are told, where it does not hold.")
    why: WhyAnswer | None = Field(None, description="Where it does not hold.")


class PermissionAnswer(Answer):
    """An action, and every rule about it: it is allowed where all of them hold."""

    action: str = Field(examples=["post"])
    allowed: bool
    rules: list[RuleAnswer]


class PermissionsAnswer(Answer):
    """What somebody may do in a room, rule by rule."""

    user: str = Field(description="The username.", examples=["bob"])
    role: RoleWord = Field(description="On the whole server.")
    room_role: RoomRoleWord | None = Field(description="null: no member.")
    rank: str = Field(description="Their authority over others in this room.", examples=["room_moderator"])
    can: list[str] = Field(description="What they could do now.", examples=[["see", "read", "join"]])
    actions: list[PermissionAnswer]
    sanctions: list[SanctionAnswer] = Field(description="Those in force on them that count here.")


@router.get("", response_model=PermissionsAnswer, response_model_exclude_unset=True)
async def explain_permissions(parts: TheParts, asking: Asking, slug: RoomSlug, user: Whom = None) -> dict[str, Any]:
    """What you may do in a room, and which rule says no, by whom, until when and why. About others, also those who are
    no member, for who moderates the room."""
    return _shape(await parts.door.ask(asking, ExplainPermissions(slug, user)))


def _shape(found: Permissions) -> dict[str, Any]:
    standing = found.standing
    return {
        "user": found.user.username,
        "role": standing.role.word,
        "room_role": None if standing.room_role is None else standing.room_role.word,
        "rank": standing.rank.name.lower(),
        "can": [permission.action.value for permission in found.actions if permission.allowed],
        "actions": [_permission(permission) for permission in found.actions],
        "sanctions": [shapes.sanction(sanction) for sanction in found.sanctions],
    }


def _permission(permission: Permission) -> dict[str, Any]:
    return {
        "action": permission.action.value,
        "allowed": permission.allowed,
        "rules": [_rule(clause) for clause in permission.rules],
    }


def _rule(clause: Clause) -> dict[str, Any]:
    shape: dict[str, Any] = {"rule": clause.rule, "holds": clause.holds}
    if clause.message is not None:
        shape["message"] = clause.message
    if clause.why is not None:
        shape["why"] = shapes.why(clause.why)
    return shape
