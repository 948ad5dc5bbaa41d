"""The room as one user sees it: where whatever is asked of a room begins."""

from __future__ import annotations

from service.chat import names
from service.chat.errors import not_found
from service.chat.policy import VISIBLE, Standing
from service.chat.ports import Transaction
from service.chat.records import Asker, Room, User
from service.chat.roles import RoomRole


def of_asker(tx: Transaction, asker: Asker, slug: str) -> Standing:
    """The asker before the room of that slug.

    ``not_found`` where they may not see it, in the same words as where there is none: a private room's name is a
    secret too.
    """
    seen = tx.rooms.seen_by(slug, asker.user.id) if names.is_slug(slug) else None
    if seen is None:
        raise not_found("room")
    room, role = seen
    found = Standing(room, asker.user.role, role, asker.scope)
    if not VISIBLE.holds(found):
        raise not_found("room")
    return found


def of_user(room: Room, user: User, role: RoomRole | None) -> Standing:
    """Somebody before a room who is acted upon rather than asking: without a token, so without a scope."""
    return Standing(room, user.role, role, frozenset())
