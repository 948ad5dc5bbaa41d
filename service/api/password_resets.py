"""The route of who was given a link for a new password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from service.api.fields import Body, NewPassword
from service.api.parts import TheParts
from service.chat.resets import TOKEN_MAX

router = APIRouter(prefix="/api/password-reset", tags=["accounts"])


class PasswordReset(Body):
    """A new password, and what gives the right to set it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "from the link", "password": "gravel orbit walnut"}]}
    )

    token: Annotated[str, Field(max_length=TOKEN_MAX)] = Field(repr=False, description="The one in the link.")
    password: NewPassword = Field(repr=False)


@router.post("", status_code=204, summary="Choose a new password", response_model=None)
async def choose_password(parts: TheParts, body: PasswordReset) -> None:
    """Set a new password by the link that an admin handed over; it works once. Ends all sessions of the account."""
    await parts.resets.use(body.token, body.password)
