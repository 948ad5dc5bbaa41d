"""Values of the domain as the objects that stand on the wire, the same for HTTP and for frames.

Every function answers a plain dict of JSON's own types. What is absent is left out rather than sent as null.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from service.chat import policy
from service.chat.deeds import Action
from service.chat.errors import FieldError, Why
from service.chat.records import (
    FOREVER,
    SYSTEM,
    Author,
    File,
    Filter,
    Member,
    Message,
    Reaction,
    ReadState,
    Report,
    Room,
    Sanction,
    SanctionKind,
    User,
)
from service.chat.stores.erasures import Erasure
from service.wire import times

Shape = dict[str, Any]

time = times.render


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


def room(r: Room, standing: policy.Standing | None = None, read: ReadState | None = None) -> Shape:
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
        "receipts": r.receipts,
        "retention_days": r.retention_days,
        "seq": r.seq,
        "members": r.members,
        "created_at": time(r.created_at),
    }
    if standing is not None:
        role = None if standing.room_role is None else standing.room_role.word
        shape["you"] = {"role": role, "can": policy.actions(standing)}
        if standing.muted is not None:
            shape["you"]["muted_until"] = time(standing.muted.until)
        if read is not None:
            shape["you"] |= {"read": read.seq, "unread": read.unread, "mentions": read.mentions}
    return shape


def member(m: Member) -> Shape:
    """A user in a room. A mute without an end lasts until the last moment of the year 9999."""
    shape: Shape = {"user": m.user.username, "name": m.user.name, "role": m.role.word, "joined_at": time(m.joined_at)}
    if m.muted_until:
        shape["muted_until"] = time(m.muted_until)
    return shape


def message(m: Message) -> Shape:
    """A message as it is now."""
    shape: Shape = {
        "id": m.id,
        "room": m.room,
        "seq": m.seq,
        "author": author(m.author),
        "text": m.text,
        "at": time(m.at),
        "reactions": [reaction(r) for r in m.reactions],
    }
    if m.files:
        shape["files"] = [file(f) for f in m.files]
    if m.html is not None:
        shape["html"] = m.html
    if m.edited_at is not None:
        shape["edited_at"] = time(m.edited_at)
    if m.reply_to is not None:
        shape["reply_to"] = m.reply_to
    if m.nonce is not None:
        shape["nonce"] = m.nonce
    if m.deleted is not None:
        shape["deleted"] = {"by": m.deleted.by, "at": time(m.deleted.at)}
    if m.root is not None:
        shape["root"] = m.root
    if m.thread is not None:
        thread = m.thread
        shape["thread"] = {
            "replies": thread.replies,
            "last_seq": thread.last_seq,
            "last_at": time(thread.last_at),
        }
    if m.pinned is not None:
        shape["pinned"] = {"by": m.pinned.by, "at": time(m.pinned.at)}
    return shape


def file(f: File) -> Shape:
    """Something uploaded."""
    shape: Shape = {"id": f.id, "name": f.name, "type": f.type, "size": f.size}
    if f.width is not None and f.height is not None:
        shape |= {"width": f.width, "height": f.height}
    if f.thumbnail is not None:
        shape["thumbnail"] = {"width": f.thumbnail[0], "height": f.thumbnail[1]}
    return shape


def reaction(r: Reaction) -> Shape:
    """One emoji under a message."""
    return {"emoji": r.emoji, "count": r.count, "users": list(r.users)}


def sanction(s: Sanction) -> Shape:
    """A sanction, in a room or on the whole server."""
    shape: Shape = {"id": s.uid, "user": s.user.username, "kind": s.kind.value, "by": s.by, "at": time(s.at)}
    if s.room is not None:
        shape |= {"room": s.room, "seq": s.seqs[s.room]}
    else:
        shape["seqs"] = s.seqs
    if s.until != FOREVER:
        shape["until"] = time(s.until)
    if s.reason is not None:
        shape["reason"] = s.reason
    if s.lifted_at is not None and s.lifted_by is not None and s.kind is not SanctionKind.KICK:
        shape["lifted"] = {"by": s.lifted_by, "at": time(s.lifted_at)}
    return shape


def action(a: Action) -> Shape:
    """What was done with authority, and until when it can be undone."""
    by = SYSTEM if a.by is None else a.by.username
    shape: Shape = {"id": a.uid, "what": a.what.value, "by": by, "at": time(a.at), "undo_until": time(a.undo_until)}
    if a.room is not None:
        shape["room"] = a.room.slug
    if a.on is not None:
        shape["on"] = a.on.username
    if a.reason is not None:
        shape["reason"] = a.reason
    if a.undone_at is not None and a.undone_by is not None:
        shape["undone"] = {"by": a.undone_by, "at": time(a.undone_at)}
    return shape


def filter(f: Filter) -> Shape:  # noqa: A001 - the name of the thing
    """A room's rule about what is said there."""
    shape: Shape = {
        "id": f.uid,
        "room": f.room,
        "kind": f.kind.value,
        "pattern": f.pattern,
        "action": f.action.value,
        "by": f.by,
        "at": time(f.at),
    }
    if f.reason is not None:
        shape["reason"] = f.reason
    return shape


def report(r: Report) -> Shape:
    """A report, as who may handle it sees it: the message as it was then, and as it is now."""
    shape = own_report(r) | {
        "message": message(r.message),
        "now": message(r.now),
        "reporter": SYSTEM if r.reporter is None else r.reporter.username,
    }
    if r.handler is not None:
        shape["handler"] = r.handler.username
    if r.resolution is not None:
        shape["resolution"] = r.resolution
    return shape


def own_report(r: Report) -> Shape:
    """A report, as who made it sees it: what moderators say among themselves is not for them."""
    return {
        "id": r.uid,
        "room": r.message.room,
        "message_id": r.message.id,
        "reason": r.reason,
        "at": time(r.at),
        "state": r.state.value,
        "changed_at": time(r.changed_at),
    }


def erasure(e: Erasure) -> Shape:
    """How far an erasure has come. Whoever it was has no name any more."""
    shape: Shape = {
        "id": e.uid,
        "user": e.user.username,
        "messages": e.messages.value,
        "at": time(e.at),
        "state": "running" if e.finished_at is None else "done",
        "looked": e.looked,
        "whole": e.whole,
        "changed": e.changed,
    }
    if e.finished_at is not None:
        shape["finished_at"] = time(e.finished_at)
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
