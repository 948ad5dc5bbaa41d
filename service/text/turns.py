"""Who is next: people take turns, however much one of them brings.

Else whoever sends what takes long, on many sockets at once, would have everybody wait behind it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """What waits, of whom. ``most`` is of all together, ``own`` of one."""

    def __init__(self, most: int, own: int) -> None:
        self._most = most
        self._own = own
        self._count = 0
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()  # whoever is next stands first

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, whose: str, one: T) -> bool:
        """Have it wait behind what is theirs; False where too much does."""
        theirs = self._waiting.get(whose, ())
        if self._count >= self._most or len(theirs) >= self._own:
            return False
        self._waiting.setdefault(whose, deque()).append(one)
        self._count += 1
        return True

    def take(self) -> T:
        """The next one. Whoever has more is behind all others then."""
        whose, theirs = self._waiting.popitem(last=False)
        one = theirs.popleft()
        if theirs:
            self._waiting[whose] = theirs
        self._count -= 1
        return one
