"""Which connections are open on this node: by user, by session, by address, and how many there may be of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from service.chat.errors import Code, Refusal, Why
from service.live.connection import Connection

RETRY_SECONDS = 5.0  # when to come back after a limit

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class HubLimits:
    """How many sockets there may be."""

    connections: int
    per_user: int
    per_address: int


class Registry:
    """The open connections."""

    def __init__(self, limits: HubLimits) -> None:
        self._limits = limits
        self._all: dict[int, Connection] = {}  # by number: in the order in which they came
        self._by_user: dict[int, set[Connection]] = {}
        self._by_session: dict[str, set[Connection]] = {}
        self._by_address: Counter[str] = Counter()
        self._numbers = count(1)

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Connection]:
        """All of them, in the order in which they came, as they are now: who is closed while one goes through them
        changes nothing."""
        return iter(list(self._all.values()))

    def get(self, number: int) -> Connection | None:
        """The one with that number, while it is open."""
        return self._all.get(number)

    def check_room_for(self, user_id: int, address: str) -> None:
        """Raise the refusal where one more socket would be one too many."""
        if len(self._all) >= self._limits.connections:
            raise Refusal(Code.UNAVAILABLE, "The server has no place for more sockets.", retry_after=RETRY_SECONDS)
        if len(self._by_user.get(user_id, ())) >= self._limits.per_user:
            text = f"At most {self._limits.per_user} sockets may be open for one account."
            raise Refusal(Code.RATE_LIMITED, text, why=Why("sockets_per_user"), retry_after=RETRY_SECONDS)
        if self._by_address[address] >= self._limits.per_address:
            text = f"At most {self._limits.per_address} sockets may be open from one address."
            raise Refusal(Code.RATE_LIMITED, text, why=Why("sockets_per_address"), retry_after=RETRY_SECONDS)

    def add(self, connection: Connection) -> None:
        """A connection was let in: it gets its number."""
        connection.number = next(self._numbers)
        self._all[connection.number] = connection
        self._by_user.setdefault(connection.user_id, set()).add(connection)
        self._by_session.setdefault(connection.sid, set()).add(connection)
        self._by_address[connection.address] += 1

    def remove(self, connection: Connection) -> None:
        """A connection is gone."""
        if self._all.pop(connection.number, None) is None:
            return
        _discard(self._by_user, connection.user_id, connection)
        _discard(self._by_session, connection.sid, connection)
        self._by_address[connection.address] -= 1
        if not self._by_address[connection.address]:
            del self._by_address[connection.address]

    def moved(self, connection: Connection, sid: str) -> None:
        """A connection belongs to another session from now on."""
        _discard(self._by_session, connection.sid, connection)
        connection.sid = sid
        self._by_session.setdefault(sid, set()).add(connection)

    def of(self, users: Iterable[int], sessions: Iterable[str]) -> set[Connection]:
        """The connections of any of these users or sessions."""
        found: set[Connection] = set()
        for user_id in users:
            found |= self._by_user.get(user_id, set())
        for sid in sessions:
            found |= self._by_session.get(sid, set())
        return found


def _discard(index: dict[K, set[Connection]], key: K, connection: Connection) -> None:
    found = index.get(key)
    if found is not None:
        found.discard(connection)
        if not found:
            del index[key]
