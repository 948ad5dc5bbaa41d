"""The JSON of what is said most: a message, the event that it was posted, and the reply to its sender.

The same objects as ``shapes`` and ``frames`` describe, spelled out byte by byte: a general encoder walks a dict for
each, which costs twice as much. A test holds both against each other.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from service.chat.events import MessagePosted
from service.chat.records import Author, Message
from service.wire import shapes

AUTHORS_MAX = 4_096  # whose JSON is kept

_encode = msgspec.json.Encoder().encode
_authors: dict[int, tuple[Author, bytes]] = {}


def message(m: Message) -> bytes:
    """A message. Ids, slugs and times hold nothing that JSON would have to escape."""
    if not _is_plain(m):
        return _encode(shapes.message(m))
    more = b"" if m.nonce is None else b',"nonce":' + _encode(m.nonce)
    return b'{"id":"%b","room":"%b","seq":%d,"author":%b,"text":%b,"at":"%b","reactions":[]%b}' % (
        m.id.encode(),
        m.room.encode(),
        m.seq,
        _author(m.author),
        _encode(m.text),
        _time(m.at),
        more,
    )


def _is_plain(m: Message) -> bool:
    """Whether it is a text and nothing more, as most are when they are posted."""
    return (
        m.html is None
        and m.reply_to is None
        and m.deleted is None
        and m.edited_at is None
        and m.thread is None
        and m.pinned is None
        and not m.reactions
        and not m.files
    )


def posted(e: MessagePosted, encoded: bytes) -> bytes:
    """``message.posted``, with its message as ``message`` made it."""
    return b'{"type":"message.posted","room":"%b","seq":%d,"at":"%b","message":%b}' % (
        e.room.encode(),
        e.seq,
        _time(e.at),
        encoded,
    )


def ok(id: str, encoded: bytes, duplicate: bool) -> bytes:
    """The reply to a send."""
    return b'{"type":"ok","id":%b,"message":%b,"duplicate":%b}' % (
        _encode(id),
        encoded,
        b"true" if duplicate else b"false",
    )


def _author(author: Author) -> bytes:
    """By identity, which costs nothing to look up: an author's posts share one object until something changes."""
    known = _authors.get(id(author))
    if known is not None and known[0] is author:
        return known[1]
    if len(_authors) >= AUTHORS_MAX:
        _authors.clear()
    encoded = _encode(shapes.author(author))
    _authors[id(author)] = author, encoded
    return encoded


@lru_cache(maxsize=256)
def _time(at: int) -> bytes:
    return shapes.time(at).encode()
