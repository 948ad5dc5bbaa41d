"""Values of the domain as the objects that stand on the wire, the same for HTTP and for frames.

Every function answers a plain dict of JSON's own types. What is absent is left out rather than sent as null.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from service.chat import policy
from service.chat.errors import FieldError, Why
from service.chat.records import Author, Member, Message, Room, User

Shape = dict[str, Any]


@lru_cache(maxsize=4096)
def time(at: int) -> str:
    """Unix milliseconds as RFC 3339 in UTC with milliseconds."""
    seconds, ms = divmod(at, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"


def user(u: User, *, suspended: bool = False) -> Shape:
    """An account. ``suspended`` is shown only to those whom it concerns."""
    shape: Shape = {"id": u.uid, "username": u.username, "name": u.name, "role": u.role.word, "bot": u.bot}
    if suspended:
        shape["suspended"] = u.suspended
    return shape


@lru_cache(maxsize=4096)
def author(a: Author) -> Shape:
    """What a message shows of its author. Shared between calls: not to be changed."""
    return {"username": a.username, "name": a.name, "role": a.role.word, "bot": a.bot}


def room(r: Room, standing: policy.Standing | None = None) -> Shape:
    """A room; with ``you`` where there is somebody to whom it is shown."""
    shape: Shape = {
        "slug": r.slug,
        "name": r.name,
        "topic": r.topic,
        "visibility": r.visibility.value,
        "join_role": r.join_role.word,
        "post_role": r.post_role.word,
        "locked": r.locked,
        "slow_mode": r.slow_mode,
        "seq": r.seq,
        "members": r.members,
        "created_at": time(r.created_at),
    }
    if standing is not None:
        role = None if standing.room_role is None else standing.room_role.word
        shape["you"] = {"role": role, "can": policy.actions(standing)}
    return shape


def member(m: Member) -> Shape:
    """A user in a room."""
    return {"user": m.user.username, "name": m.user.name, "role": m.role.word, "joined_at": time(m.joined_at)}


def message(m: Message) -> Shape:
    """A message as it is now."""
    shape: Shape = {
        "id": m.id,
        "room": m.room,
        "seq": m.seq,
        "author": author(m.author),
        "text": m.text,
        "at": time(m.at),
        "reactions": [],
    }
    if m.reply_to is not None:
        shape["reply_to"] = m.reply_to
    if m.nonce is not None:
        shape["nonce"] = m.nonce
    return shape


def why(w: Why) -> Shape:
    """The rule that decided."""
    shape: Shape = {"rule": w.rule}
    if w.by is not None:
        shape["by"] = w.by
    if w.since is not None:
        shape["since"] = time(w.since)
    if w.until is not None:
        shape["until"] = time(w.until)
    if w.reason is not None:
        shape["reason"] = w.reason
    return shape


def errors(found: tuple[FieldError, ...]) -> list[Shape]:
    """What is wrong, field by field."""
    return [{"field": error.field, "message": error.message} for error in found]
