"""Routes of erasures: how far each has come. They begin where an account is deleted: in ``users`` and ``me``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import Field

from service.api.answers import Answer, PageAnswer, Time
from service.api.bearer import Asking
from service.api.pages import Cursor
from service.api.parts import Parts, TheParts
from service.chat.door import Command, Rehearsed
from service.chat.erasures import CountMessages, ListErasures, Place, SeeErasure
from service.chat.records import Credential
from service.chat.stores.erasures import Erasure, Messages
from service.wire import shapes

router = APIRouter(prefix="/api/erasures", tags=["accounts"])

KEEP = "keep"
MessagesWord = Literal["keep", "detach", "delete"]
ABOUT_MESSAGES = (
    "`keep`: the account ends, and what was said stays under its name; `detach`: the person is erased, and what they "
    "said stays under a name that tells nothing; `delete`: the person is erased with what they said."
)


class ErasureAnswer(Answer):
    """Somebody who was erased, or is being erased."""

    id: str
    user: str = Field(description="What is shown in place of their name.", examples=["deleted-4f1c09ab27"])
    messages: Literal["detach", "delete"]
    at: Time
    state: Literal["running", "done"]
    looked: int = Field(ge=0, description="Events of all rooms that have been looked at, of `whole`.")
    whole: int = Field(ge=0, description="Events that there were when it began.")
    changed: int = Field(ge=0, description="Messages of theirs that it has come to.")
    finished_at: Time | None = Field(None, description="Absent while it is running.")


BEGUN: dict[int | str, dict[str, Any]] = {
    202: {"model": ErasureAnswer, "description": "The account has ended, and the rest has been begun."}
}


@router.get("", response_model=PageAnswer[ErasureAnswer], response_model_exclude_unset=True)
async def list_erasures(parts: TheParts, asking: Asking, cursor: Cursor) -> dict[str, Any]:
    """Who is being erased and who was, newest first, as an admin."""
    found = await parts.door.ask(asking, ListErasures(cursor.page))
    return cursor.render(found, key=lambda erasure: str(erasure.id), shape=shapes.erasure)


@router.get("/{id}", response_model=ErasureAnswer, response_model_exclude_unset=True)
async def see_erasure(
    parts: TheParts, asking: Asking, id: Annotated[str, Path(description="An erasure's id.")]
) -> dict[str, Any]:
    """How far one has come, as an admin."""
    return shapes.erasure(await parts.door.ask(asking, SeeErasure(id)))


def messages_of(word: MessagesWord) -> Messages | None:
    """What is to become of messages; None if nothing is."""
    return None if word == KEEP else Messages(word)


def begun(parts: Parts, erasure: Erasure) -> JSONResponse:
    """The answer to who has begun one."""
    parts.eraser.wake()
    location = {"Location": f"{router.prefix}/{erasure.uid}"}
    return JSONResponse(shapes.erasure(erasure), status_code=202, headers=location)


async def do(parts: Parts, acting: Credential, command: Command[Erasure], username: str | None) -> Erasure:
    """Begin an erasure; or, for who tries it, also count what it would go through: that happens later, and so is in
    nothing that a rehearsal sees."""
    try:
        return await parts.door.do(acting, command)
    except Rehearsed as rehearsed:
        messages, to = 0, Place()
        while not to.last:
            counted = await parts.door.ask(acting, CountMessages(username, to), counted=True)
            messages, to = messages + counted.messages, counted.to
        raise Rehearsed(rehearsed.events, rehearsed.change, messages) from None
