"""Routes of sanctions: kick, mute and ban in a room; mute, suspend and sign out on the whole server."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field

from service.api.acting import Acting, Reason, acted
from service.api.answers import Answer, PageAnswer, Seq, Time
from service.api.bearer import Asking
from service.api.fields import Body, ReasonText, TimeText
from service.api.pages import Cursor, position
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.records import Sanction, SanctionKind
from service.chat.sanctions import Impose, Lift, ListSanctions
from service.chat.users import RevokeSessions
from service.wire import shapes

router = APIRouter(tags=["moderation"])

SanctionId = Annotated[str, Path(description="A sanction's id.")]
History = Annotated[bool, Query(description="Also kicks, and what has ended.")]


class NewSanction(Body):
    """What is to be done to somebody."""

    user: str = Field(description="The username.", examples=["bob"])
    until: TimeText | None = Field(None, description="When it ends by itself; without an end, if left out.")
    reason: ReasonText | None = Field(None, description="Told to whom it concerns.")


class NewRoomSanction(NewSanction):
    """A sanction in a room. A kick is over at once: who was kicked may join again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"user": "bob", "kind": "mute", "until": "2030-01-01T12:00:00Z", "reason": "spam"}]
        }
    )

    kind: Literal["kick", "mute", "ban"]


class NewServerSanction(NewSanction):
    """A sanction on the whole server."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user": "bob", "kind": "suspend", "reason": "spam"}]})

    kind: Literal["mute", "suspend"]


class Lifted(Answer):
    """How a sanction ended before its time, or by itself."""

    by: str
    at: Time


class SanctionAnswer(Answer):
    """A sanction."""

    id: str
    user: str = Field(description="The username.", examples=["bob"])
    kind: Literal["kick", "mute", "ban", "suspend"]
    by: str = Field(description="Who imposed it.", examples=["mo"])
    at: Time
    until: Time | None = Field(None, description="Without an end, if absent.")
    reason: str | None = Field(None, examples=["spam"])
    lifted: Lifted | None = None


class RoomSanctionAnswer(SanctionAnswer):
    """A sanction in a room."""

    room: str
    seq: Seq


class ServerSanctionAnswer(SanctionAnswer):
    """A sanction on the whole server, with its event in each room of the user that the asker sees."""

    seqs: dict[str, int]


@router.get(
    "/api/rooms/{slug}/sanctions", response_model=PageAnswer[RoomSanctionAnswer], response_model_exclude_unset=True
)
async def list_room_sanctions(
    parts: TheParts, asking: Asking, slug: RoomSlug, cursor: Cursor, history: History = False
) -> dict[str, Any]:
    """A room's sanctions that are in force, newest first, for who moderates it."""
    question = ListSanctions(slug, position(cursor.key), cursor.page.limit, history)
    return cursor.render(await parts.door.ask(asking, question), key=_id_of, shape=shapes.sanction)


@router.post(
    "/api/rooms/{slug}/sanctions",
    status_code=201,
    response_model=RoomSanctionAnswer,
    response_model_exclude_unset=True,
)
async def sanction_in_room(
    parts: TheParts, acting: Acting, slug: RoomSlug, body: NewRoomSanction, response: Response
) -> dict[str, Any]:
    """Kick, mute or ban somebody. From `seq` on it holds: no later message of theirs, and, but for a mute, no later
    event to them. A second one of a kind takes the place of the first."""
    command = Impose(slug, body.user, SanctionKind(body.kind), body.until, body.reason)
    return shapes.sanction(acted(response, await parts.door.do(acting, command)))


@router.delete("/api/rooms/{slug}/sanctions/{id}", status_code=204, response_model=None)
async def lift_room_sanction(parts: TheParts, acting: Acting, slug: RoomSlug, id: SanctionId) -> None:
    """End a sanction before its time. A place that a ban took is given back."""
    await parts.door.do(acting, Lift(id, slug))


@router.get("/api/sanctions", response_model=PageAnswer[ServerSanctionAnswer], response_model_exclude_unset=True)
async def list_server_sanctions(
    parts: TheParts, asking: Asking, cursor: Cursor, history: History = False
) -> dict[str, Any]:
    """The sanctions on the whole server that are in force, newest first, for moderators and admins."""
    question = ListSanctions(None, position(cursor.key), cursor.page.limit, history)
    return cursor.render(await parts.door.ask(asking, question), key=_id_of, shape=shapes.sanction)


@router.post("/api/sanctions", status_code=201, response_model=ServerSanctionAnswer, response_model_exclude_unset=True)
async def sanction_on_server(
    parts: TheParts, acting: Acting, body: NewServerSanction, response: Response
) -> dict[str, Any]:
    """Mute or suspend somebody everywhere, at one moment in all of their rooms."""
    command = Impose(None, body.user, SanctionKind(body.kind), body.until, body.reason)
    return shapes.sanction(acted(response, await parts.door.do(acting, command)))


@router.delete("/api/sanctions/{id}", status_code=204, response_model=None)
async def lift_server_sanction(parts: TheParts, acting: Acting, id: SanctionId) -> None:
    """End a server-wide sanction before its time. The places that a suspension took are given back."""
    await parts.door.do(acting, Lift(id))


@router.delete("/api/users/{username}/sessions", status_code=204, response_model=None)
async def revoke_sessions(
    parts: TheParts,
    acting: Acting,
    username: Annotated[str, Path(description="Whose sessions end.", examples=["bob"])],
    reason: Reason = None,
) -> None:
    """Sign somebody of a lower role out everywhere: their sessions end, and their sockets close."""
    await parts.door.do(acting, RevokeSessions(username, reason))


def _id_of(sanction: Sanction) -> str:
    return str(sanction.id)
