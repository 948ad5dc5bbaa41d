"""The room as one user sees it: where whatever is asked of a room begins, and why it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from service.chat import names
from service.chat.errors import Code, Refusal, Why, not_found
from service.chat.policy import VISIBLE, Action, Standing, Verdict, entitled, may
from service.chat.ports import Transaction
from service.chat.records import FOREVER, Asker, Room, Sanction, SanctionKind, User
from service.chat.roles import RoomRole, Visibility

OWN_RULES = frozenset({"join_role", "post_role", "locked", "slow_mode"})  # of a room: somebody has set them


def of_asker(tx: Transaction, asker: Asker, slug: str, what: str = "room") -> Standing:
    """The asker before the room of that slug; ``what`` they asked for there is what is not found where it is unseen.

    ``not_found`` where they may not see it, in the same words as where there is none: a private room's name is a
    secret too.
    """
    seen = tx.rooms.seen_by(slug, asker.user.id) if names.is_slug(slug) else None
    if seen is None:
        raise not_found(what)
    room, role = seen
    found = sanctioned(Standing(room, asker.user.role, role, asker.scope), tx.sanctions.in_force(asker.user.id))
    if not VISIBLE.holds(found):
        raise not_found(what)
    if room.visibility is Visibility.DIRECT and room.members <= 2:
        return replace(found, blocked=tx.blocks.in_room(room.id, asker.user.id))
    return found


def sees(tx: Transaction, user: User, slug: str) -> bool:
    """Whether a user sees the room of that slug."""
    return slug in seen_among(tx, user, (slug,))


def seen_among(tx: Transaction, user: User, slugs: Iterable[str]) -> set[str]:
    """Which of these rooms a user sees."""
    return {
        room.slug
        for room, role in tx.rooms.seen_among(slugs, user.id)
        if VISIBLE.holds(Standing(room, user.role, role, frozenset()))
    }


def of_user(tx: Transaction, room: Room, user: User, role: RoomRole | None) -> Standing:
    """Somebody before a room who is acted upon rather than asking: without a token, so without a scope."""
    return sanctioned(Standing(room, user.role, role, frozenset()), tx.sanctions.in_force(user.id))


def sanctioned(bare: Standing, in_force: Iterable[Sanction]) -> Standing:
    """The same standing, with those of its user's sanctions that count in its room."""
    muted = banned = None
    for sanction in in_force:
        if sanction.room not in (None, bare.room.slug):
            continue
        if sanction.kind is SanctionKind.MUTE and (muted is None or sanction.until > muted.until):
            muted = sanction
        elif sanction.kind is SanctionKind.BAN and (banned is None or sanction.until > banned.until):
            banned = sanction
    if muted is None and banned is None:
        return bare
    return replace(bare, muted=muted, banned=banned)


def require(tx: Transaction, action: Action, asking: Standing) -> None:
    """Raise the refusal, with who set the rule that decided, unless the policy allows it."""
    _require(tx, asking, may(action, asking))


def require_entitled(tx: Transaction, action: Action, asking: Standing) -> None:
    """``require`` of the user themselves, whatever their token is for."""
    _require(tx, asking, entitled(action, asking))


def _require(tx: Transaction, asking: Standing, verdict: Verdict) -> None:
    if verdict.code is Code.NOT_FOUND:
        raise Refusal(verdict.code, verdict.message)
    if verdict.code is not None:
        raise Refusal(verdict.code, verdict.message, why=why(tx, asking, verdict.rule))


def why(tx: Transaction, asking: Standing, rule: str) -> Why:
    """The rule, who set it, since and until when, and the reason, as far as anybody set it."""
    sanction = {"mute": asking.muted, "ban": asking.banned}.get(rule)
    if sanction is not None:
        return why_sanctioned(rule, sanction)
    return why_room(tx, asking.room, rule)


def why_room(tx: Transaction, room: Room, rule: str) -> Why:
    """A rule of a room, for whom it stops; one that nobody set says no more than its name."""
    setter = tx.rooms.setter(room.id, rule) if rule in OWN_RULES else None
    return Why(rule) if setter is None else Why(rule, setter.by, setter.at, reason=setter.reason)


def why_sanctioned(rule: str, sanction: Sanction) -> Why:
    """A sanction, for whom it concerns."""
    until = None if sanction.until == FOREVER else sanction.until
    return Why(rule, sanction.by, sanction.at, until, sanction.reason)
