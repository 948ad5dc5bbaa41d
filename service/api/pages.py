"""Lists in pages: the query parameters ``cursor`` and ``limit``, and the answer ``{items, next}``.

A cursor is the key of the last item shown, made opaque so that nobody builds on what it holds. Pages go on behind a
key rather than at an offset: what is added or removed meanwhile neither repeats an item nor hides one.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query

from service.chat.errors import Refusal, invalid
from service.chat.ports import Page

LIMIT = 50  # items, if nothing is said
LIMIT_MAX = 200  # items
NUMBER_MAX = 2**63 - 1  # the databases' widest integer
CURSOR_MAX = 256  # characters; the longest key is a slug of 64

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many items at most.")]


@dataclass(frozen=True, slots=True)
class Listing:
    """One asked-for page of a list."""

    key: str | None
    limit: int

    @property
    def page(self) -> Page:
        """What to ask for: one item more than is shown, which tells whether there is a next page."""
        return Page(self.key, self.limit + 1)

    def render(
        self, found: Sequence[T], key: Callable[[T], str], shape: Callable[[T], dict[str, Any]]
    ) -> dict[str, Any]:
        """The answer, from what was ``found`` for ``page``."""
        shown = found[: self.limit]
        more = len(found) > self.limit
        return {"items": [shape(item) for item in shown], "next": encode(key(shown[-1])) if more else None}


def position(key: str | None) -> int | None:
    """The number behind a key, where lists go by numbers; ``invalid`` if it is none."""
    if key is None:
        return None
    if not (key.isascii() and key.isdigit() and len(key) < len(str(NUMBER_MAX))):
        raise unknown_cursor()
    return int(key)


def encode(key: str) -> str:
    """The cursor that stands for a key."""
    return urlsafe_b64encode(key.encode()).rstrip(b"=").decode("ascii")


def decode(cursor: str) -> str:
    """The key behind a cursor; ``invalid`` if it is none of ours."""
    try:
        key = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeError) as error:
        raise unknown_cursor() from error
    # Decoding skips what is not base64: only the one spelling that was given out is taken. No key holds a NUL.
    if not key or "\0" in key or encode(key) != cursor:
        raise unknown_cursor()
    return key


def unknown_cursor() -> Refusal:
    """The refusal of what is no cursor of ours."""
    return invalid("cursor", "this is no cursor that the server gave out")


def _listing(
    limit: Limit = LIMIT,
    cursor: Annotated[
        str | None, Query(max_length=CURSOR_MAX, description="`next` of the page before; none for the first page.")
    ] = None,
) -> Listing:
    return Listing(None if cursor is None else decode(cursor), limit)


Cursor = Annotated[Listing, Depends(_listing)]
"""The query parameters of a list, as a parameter of its route."""
