"""Routes of one's own account: see it, change one's name and password, leave for good."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from service.api import erasures
from service.api.acting import Acting
from service.api.answers import UserAnswer
from service.api.bearer import Asking
from service.api.caller import address_of
from service.api.fields import Body, DisplayName, NewPassword
from service.api.parts import TheParts
from service.chat.erasures import EraseOneself, LeaveForGood
from service.chat.profile import SeeMe
from service.wire import shapes

router = APIRouter(prefix="/api/me", tags=["accounts"])


class OwnChange(Body):
    """What is to be another in one's own account. What is left out, or null, stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Zoe"}]})

    name: DisplayName | None = None
    password: NewPassword | None = Field(None, repr=False)
    current_password: str | None = Field(None, repr=False, description="Needed for a new password.")


class Leave(Body):
    """One's own account is to end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "gravel orbit walnut", "messages": "keep"}]})

    password: str = Field(repr=False, description="Your own: a stolen token is not enough.")
    messages: erasures.MessagesWord = Field("keep", description=erasures.ABOUT_MESSAGES)


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


@router.delete("", summary="Leave for good", status_code=204, response_model=None, responses=erasures.BEGUN)
async def leave_for_good(parts: TheParts, acting: Acting, body: Leave, request: Request) -> Response | None:
    """End your own account for good, as yourself with your password. Hand over first what only you look after: rooms
    whose last owner you are, and the server if you are its last admin."""
    before = await parts.profiles.proved(acting, body.password, address_of(request.scope))
    what = erasures.messages_of(body.messages)
    if what is None:
        await parts.door.do(acting, LeaveForGood(before))
        return None
    return erasures.begun(parts, await erasures.do(parts, acting, EraseOneself(before, what), None))
