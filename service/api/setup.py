"""The route of setting up: the first admin."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field

from service.api.answers import UserAnswer
from service.api.caller import source_of
from service.api.fields import Body, NewPassword, NewUsername
from service.api.parts import TheParts
from service.chat.setup import TOKEN_MAX
from service.wire import shapes

router = APIRouter(prefix="/api/setup", tags=["accounts"])


class FirstAdmin(Body):
    """Who is to be the first admin."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"token": "printed by the server", "username": "ann", "password": "gravel orbit walnut"}]
        }
    )

    token: Annotated[str, Field(max_length=TOKEN_MAX)] = Field(
        repr=False, description="The one that the server printed."
    )
    username: NewUsername
    password: NewPassword = Field(repr=False)


@router.post("", status_code=201, summary="Set up", response_model=UserAnswer, response_model_exclude_unset=True)
async def set_up(parts: TheParts, body: FirstAdmin, request: Request) -> dict[str, Any]:
    """Make the first admin, once, with the token that the server printed when it started without users."""
    source = source_of(request.scope)
    return shapes.user(await parts.setup.complete(body.token, body.username, body.password, source))
