"""Opaque ids that sort roughly by creation.

A message's id is built from its time, its room and its seq, so that it can be found by the log's one clustered key
and no index has to be kept for it (three random-order indexes cost more than the rest of an insert together).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

_MESSAGE = re.compile(r"m([0-9a-f]{11})([0-9a-f]{6,12})-([0-9a-f]{6,12})\Z")


def new_uid(prefix: str, now: int, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """An id for something made at ``now`` (ms): a prefix, 11 hex digits of time and 16 of chance."""
    return f"{prefix}{now:011x}{random(8).hex()}"


def message_id(at: int, room_id: int, seq: int) -> str:
    """The id of the message that stands at ``seq`` in the log of a room."""
    return f"m{at:011x}{room_id:06x}-{seq:06x}"


def parse_message_id(text: str) -> tuple[int, int, int] | None:
    """``(at, room_id, seq)`` of a message id, or None if it is none of ours."""
    match = _MESSAGE.match(text)
    if match is None:
        return None
    at, room_id, seq = (int(part, 16) for part in match.groups())
    return at, room_id, seq
