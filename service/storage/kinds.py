"""The kinds of events, as numbers in the log. A number that was given stays what it is: logs hold it."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What a row of the log tells."""

    MESSAGE = 1
    JOINED = 2
    LEFT = 3
    MEMBER_CHANGED = 4
    ROOM_CHANGED = 5
    ROOM_DELETED = 6
    MESSAGE_DELETED = 7
    MESSAGE_RESTORED = 8
    MESSAGE_EDITED = 9
    REACTION_ADDED = 10
    REACTION_REMOVED = 11
    MESSAGE_PINNED = 12
    MESSAGE_UNPINNED = 13
