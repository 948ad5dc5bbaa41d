"""Routes of a room's live connections: who is here, and ending one of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from service.api.answers import Answer, PageAnswer, Time
from service.api.bearer import Asking
from service.api.pages import Cursor
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.connections import Connected
from service.chat.deeds import REASON_MAX
from service.wire import shapes

ID_MAX = 64  # characters

router = APIRouter(prefix="/api/rooms/{slug}/connections", tags=["moderation"])

ConnectionId = Annotated[str, Path(max_length=ID_MAX, description="The connection's id.")]
DropReason = Annotated[
    str | None, Query(max_length=REASON_MAX, description="Why, for the audit log.", examples=["a bot gone wild"])
]


class ConnectionAnswer(Answer):
    """One socket in the room."""

    id: str
    user: str = Field(description="The username.", examples=["bob"])
    since: Time = Field(description="When the socket was opened.")
    address: str = Field(
        description="The network that it comes from: an IPv4 address' first 24 bits, an IPv6 address' first 48.",
        examples=["192.0.2.0/24"],
    )
    client: str = Field(description="What the client said of itself as it signed in.", examples=["Mozilla/5.0"])
    codec: Literal["json", "msgpack", "text"]
    state: Literal["live", "behind"] = Field(description="behind: fed from the log until it has caught up.")
    lag: int = Field(ge=0, description="Events of this room that it has not been written yet.")
    queue: int = Field(ge=0, description="Bytes that wait until its peer reads.")


@router.get("", response_model=PageAnswer[ConnectionAnswer])
async def list_connections(parts: TheParts, asking: Asking, slug: RoomSlug, cursor: Cursor) -> dict[str, Any]:
    """The sockets that hear a room right now, the oldest first; for who moderates it."""
    found = await parts.hub.connections.listed(asking, slug, cursor.page)
    return cursor.render(found, key=lambda connected: connected.id, shape=_shape)


@router.delete("/{id}", status_code=204, response_model=None)
async def drop_connection(
    parts: TheParts, asking: Asking, slug: RoomSlug, id: ConnectionId, reason: DropReason = None
) -> None:
    """End a socket, for ghosts and floods: it is closed with 4003, and its client may come back at once. For who
    moderates the room, on those of lower rank."""
    await parts.hub.connections.drop(asking, slug, id, reason)


def _shape(connected: Connected) -> dict[str, Any]:
    return {
        "id": connected.id,
        "user": connected.user,
        "since": shapes.time(connected.since),
        "address": connected.address,
        "client": connected.client,
        "codec": connected.codec,
        "state": "behind" if connected.behind else "live",
        "lag": connected.lag,
        "queue": connected.queue,
    }
