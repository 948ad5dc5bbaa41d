"""Routes of what hangs on messages: reactions, and pins."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from service.api.answers import MessageAnswer, MessagesAnswer
from service.api.bearer import Asking
from service.api.messages import OneId
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.pins import ListPins, PinMessage
from service.chat.reactions import React
from service.wire import shapes

router = APIRouter(tags=["rooms"])

Emoji = Annotated[str, Path(max_length=64, description="One emoji, or its name as :name:.", examples=["\U0001f44d"])]


@router.put("/api/messages/{id}/reactions/{emoji}", response_model=MessageAnswer, response_model_exclude_unset=True)
async def react(parts: TheParts, asking: Asking, id: OneId, emoji: Emoji) -> dict[str, Any]:
    """Put an emoji under a message."""
    return shapes.message(await parts.door.do(asking, React(id, emoji, on=True)))


@router.delete("/api/messages/{id}/reactions/{emoji}", response_model=MessageAnswer, response_model_exclude_unset=True)
async def take_reaction_back(parts: TheParts, asking: Asking, id: OneId, emoji: Emoji) -> dict[str, Any]:
    """Take your emoji away again."""
    return shapes.message(await parts.door.do(asking, React(id, emoji, on=False)))


@router.get("/api/rooms/{slug}/pins", response_model=MessagesAnswer, response_model_exclude_unset=True)
async def list_pins(parts: TheParts, asking: Asking, slug: RoomSlug) -> dict[str, Any]:
    """A room's pinned messages, the latest pin first."""
    found = await parts.door.ask(asking, ListPins(slug))
    return {"items": [shapes.message(message) for message in found], "next": None}


@router.put("/api/messages/{id}/pin", response_model=MessageAnswer, response_model_exclude_unset=True)
async def pin(parts: TheParts, asking: Asking, id: OneId) -> dict[str, Any]:
    """Pin a message, as who moderates its room."""
    return shapes.message(await parts.door.do(asking, PinMessage(id, on=True)))


@router.delete("/api/messages/{id}/pin", response_model=MessageAnswer, response_model_exclude_unset=True)
async def unpin(parts: TheParts, asking: Asking, id: OneId) -> dict[str, Any]:
    """Take a pin off, as who moderates the room."""
    return shapes.message(await parts.door.do(asking, PinMessage(id, on=False)))
