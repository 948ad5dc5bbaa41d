"""Routes of one's own account: see it, change one's name and password."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field

from service.api.answers import UserAnswer
from service.api.bearer import Asking
from service.api.caller import address_of
from service.api.fields import Body, DisplayName, NewPassword
from service.api.parts import TheParts
from service.chat.profile import SeeMe
from service.wire import shapes

router = APIRouter(prefix="/api/me", tags=["accounts"])


class OwnChange(Body):
    """What is to be another in one's own account. What is left out, or null, stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Zoe"}]})

    name: DisplayName | None = None
    password: NewPassword | None = Field(None, repr=False)
    current_password: str | None = Field(None, repr=False, description="Needed for a new password.")


@router.get("", summary="Oneself", response_model=UserAnswer, response_model_exclude_unset=True)
async def see_me(parts: TheParts, asking: Asking) -> dict[str, Any]:
    """Whose token this is."""
    return shapes.user(await parts.door.ask(asking, SeeMe()))


@router.patch("", summary="Change oneself", response_model=UserAnswer, response_model_exclude_unset=True)
async def change_me(parts: TheParts, asking: Asking, body: OwnChange, request: Request) -> dict[str, Any]:
    """Change your name, or your password: that needs the current one, and ends all of your other sessions."""
    changed = await parts.profiles.change(
        asking,
        name=body.name,
        password=body.password,
        current=body.current_password,
        address=address_of(request.scope),
    )
    return shapes.user(changed)
