"""What was typed and is not yet known to be stored.

One message is under way at a time, so that a retry can never overtake the message after it. Each keeps its nonce from
the first attempt to the last, however many connections lie between, so the server stores it once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pending:
    """A text on its way."""

    nonce: str
    text: str


class Outbox:
    """The messages that wait for the server's word, in the order in which they were typed."""

    def __init__(self, new_nonce: Callable[[], str]) -> None:
        self._new_nonce = new_nonce
        self._waiting: deque[Pending] = deque()
        self._under_way = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, text: str) -> None:
        """Something was typed."""
        self._waiting.append(Pending(self._new_nonce(), text))

    def next(self) -> Pending | None:
        """The message to send now, if there is one and none is under way."""
        if self._under_way or not self._waiting:
            return None
        self._under_way = True
        return self._waiting[0]

    def answered(self) -> Pending:
        """The message under way is stored, or refused for good."""
        self._under_way = False
        return self._waiting.popleft()

    def interrupted(self) -> None:
        """The message under way got no answer, or one that asks to try again."""
        self._under_way = False
