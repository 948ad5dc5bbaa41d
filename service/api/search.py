"""The route of search: what was said, found by its words."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from service.api import pages
from service.api.answers import Answer, MessageAnswer
from service.api.bearer import Asking
from service.api.pages import Cursor
from service.api.parts import TheParts
from service.chat.queries import QUERY_MAX
from service.chat.search import Item, Sort
from service.chat.stores.search import Piece
from service.wire import shapes

router = APIRouter(tags=["rooms"])

Q = Annotated[
    str,
    Query(
        min_length=1,
        max_length=QUERY_MAX,
        description=(
            'Words, all of which are looked for; `"a phrase"`, `begin*`, `-without`; `from:bob` (or `from:me`), '
            "`in:lobby`, `has:link`, `has:file`, `has:reaction`, each also with a minus; `before:`, `after:` and `on:` "
            "with a day (`2026-11-22`, in UTC) or a time."
        ),
        examples=['from:bob "free lunch" -monday'],
    ),
]


class PieceAnswer(Answer):
    """A part of an excerpt."""

    text: str
    hit: bool | None = Field(None, description="Present, and true, where it is what was looked for.")


class FoundAnswer(Answer):
    """A message that was found."""

    message: MessageAnswer
    excerpt: list[PieceAnswer] = Field(description="The part of its text that fits best, as plain text in pieces.")


class SearchAnswer(Answer):
    """One page of what was found."""

    items: list[FoundAnswer]
    next: str | None = Field(description="The `cursor` of the next page; null: this is the last one.")
    complete: bool = Field(description="false: a part of what was said is still being indexed, and may be missing.")


@router.get("/api/search", response_model=SearchAnswer, response_model_exclude_unset=True)
async def search(parts: TheParts, asking: Asking, q: Q, cursor: Cursor, sort: Sort = Sort.NEWEST) -> dict[str, Any]:
    """Find messages in all rooms that you may read: the latest first, or those that fit best among the latest."""
    found = await parts.searches.find(asking, q, sort, cursor.key, cursor.limit)
    following = None if found.next is None else pages.encode(found.next)
    return {"items": [_item(item) for item in found.items], "next": following, "complete": found.complete}


def _item(item: Item) -> dict[str, Any]:
    return {"message": shapes.message(item.message), "excerpt": [_piece(piece) for piece in item.excerpt]}


def _piece(piece: Piece) -> dict[str, Any]:
    return {"text": piece.text, "hit": True} if piece.hit else {"text": piece.text}
