"""The route of one's own data."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from service.api.bearer import Asking
from service.api.own_exports import ZIP
from service.api.parts import TheParts
from service.chat.profile import TakeAlong

router = APIRouter(prefix="/api/me", tags=["accounts"])

SENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The zip.", "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/export", response_class=Response, responses=SENT)
async def export_me(parts: TheParts, asking: Asking) -> Response:
    """All that the server has of you, as a zip: your account, sessions, memberships and blocks, your messages with what
    they said before they were edited, your reactions, reports and files, and what was imposed on you."""
    return parts.own_exports.begin(await parts.door.ask(asking, TakeAlong()))
