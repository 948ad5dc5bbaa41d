"""Routes of filters: a room's rules about what is said there."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field

from service.api.acting import Acting
from service.api.answers import Answer, Time
from service.api.bearer import Asking
from service.api.fields import Body, ReasonText
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.filters import (
    FILTERS_MAX,
    PATTERN_MAX,
    AddFilter,
    ListFilters,
    NewFilter,
    RemoveFilter,
    TryFilter,
)
from service.chat.records import FilterAction, FilterKind
from service.wire import shapes

router = APIRouter(prefix="/api/rooms/{slug}/filters", tags=["moderation"])

KindWord = Literal["word", "pattern"]
ActionWord = Literal["reject", "mask", "report"]


class FilterBody(Body):
    """What is looked for in the room's messages, and what becomes of those in which it is found."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "word", "pattern": "crypto", "action": "reject", "reason": "no ads"}]}
    )

    kind: KindWord = Field(description="A word stands by itself, in any case; a pattern is RE2's.")
    pattern: str = Field(description=f"1 to {PATTERN_MAX} characters in one line.", examples=["crypto"])
    action: ActionWord = Field(description="Refuse the message, store it with `*` in its place, or report it.")
    reason: ReasonText | None = Field(None, description="Told to whose message is refused, and to moderators.")

    def wanted(self) -> NewFilter:
        """What it asks for."""
        return NewFilter(FilterKind(self.kind), self.pattern, FilterAction(self.action), self.reason)


class FilterAnswer(Answer):
    """A filter."""

    id: str
    room: str = Field(examples=["lobby"])
    kind: KindWord
    pattern: str = Field(examples=["crypto"])
    action: ActionWord
    by: str = Field(description="Who set it.", examples=["mo"])
    at: Time
    reason: str | None = Field(None, examples=["no ads"])


class FiltersAnswer(Answer):
    """All filters of a room."""

    items: list[FilterAnswer]
    next: None = Field(description=f"They are {FILTERS_MAX} at most, and come on one page.")


@router.get("", response_model=FiltersAnswer, response_model_exclude_unset=True)
async def list_filters(parts: TheParts, asking: Asking, slug: RoomSlug) -> dict[str, Any]:
    """A room's filters, for who moderates it, in the order in which they were made."""
    found = await parts.door.ask(asking, ListFilters(slug))
    return {"items": [shapes.filter(one) for one in found], "next": None}


@router.post("", status_code=201, response_model=FilterAnswer, response_model_exclude_unset=True)
async def add_filter(
    parts: TheParts, acting: Acting, slug: RoomSlug, body: FilterBody
) -> dict[str, Any] | JSONResponse:
    """Have a word or a pattern refused, masked or reported from now on; who moderates the room is spared. With
    `dry_run`, in how many of its latest messages it would have been found."""
    if acting.rehearsal:
        tried = await parts.door.ask(acting, TryFilter(slug, body.wanted(), parts.screen))
        preview = {"dry_run": True, "messages": tried.met, "rooms": 0, "members": 0, "connections": 0}
        return JSONResponse({**preview, "looked_at": tried.looked_at})
    return shapes.filter(await parts.door.do(acting, AddFilter(slug, body.wanted(), parts.screen.patterns)))


@router.delete("/{id}", status_code=204, response_model=None)
async def remove_filter(
    parts: TheParts, acting: Acting, slug: RoomSlug, id: Annotated[str, Path(description="A filter's id.")]
) -> None:
    """Take a filter away. What it has masked stays masked."""
    await parts.door.do(acting, RemoveFilter(slug, id))
