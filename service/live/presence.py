"""Who is in a room right now: connections counted by user.

Changes are told a moment later and together, so that a thousand arrivals cost a handful of writes for each and not a
thousand, and a user whose connection blinked has not been away.
"""

from __future__ import annotations

TELL_SECONDS = 0.1  # how long changes are gathered


class Presence:
    """One room's users, with how many connections each has here."""

    __slots__ = ("_connections", "_left", "_told")

    def __init__(self) -> None:
        self._connections: dict[str, int] = {}
        self._told: dict[str, bool] = {}  # users of whom something is to be told: whether they were there before
        self._left: set[str] = set()

    def __len__(self) -> int:
        return len(self._connections)

    def online(self) -> list[str]:
        """The usernames, sorted."""
        return sorted(self._connections)

    def came(self, user: str) -> bool:
        """One more connection; whether there is something new to tell."""
        count = self._connections.get(user, 0)
        self._connections[user] = count + 1
        if count == 0:
            self._told.setdefault(user, False)
            self._left.discard(user)
        return count == 0

    def went(self, user: str, left: bool) -> bool:
        """One connection less; ``left`` if the user is no longer a member, which an event has told already."""
        count = self._connections.get(user, 0) - 1
        if count > 0:
            self._connections[user] = count
            return False
        self._connections.pop(user, None)
        self._told.setdefault(user, True)
        if left:
            self._left.add(user)
        return True

    def changes(self) -> list[tuple[str, bool, bool]]:
        """``(user, online, left)`` for each user who is not what they were when this was last asked."""
        told, self._told = self._told, {}
        left, self._left = self._left, set()
        return [
            (user, user in self._connections, user in left)
            for user, before in told.items()
            if before != (user in self._connections)
        ]
