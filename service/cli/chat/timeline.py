"""How far one has read a room's log: which events are new, and where to go on after a break.

The server numbers a room's events from 1 without holes, so one number and the log's name (``epoch``) say it all: what
is not above the number has been shown, and what is not the next one means that something is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Shape = Mapping[str, Any]


class Gap(Exception):
    """An event came that is not the next one."""


class Timeline:
    """One room's log, as far as it was shown."""

    def __init__(self) -> None:
        self._seq = 0
        self._epoch: str | None = None
        self._oldest: int | None = None

    @property
    def position(self) -> dict[str, Any]:
        """What a ``join`` says in order to go on here; nothing before the first one."""
        return {} if self._epoch is None else {"since": self._seq, "epoch": self._epoch}

    @property
    def oldest(self) -> int | None:
        """The seq before which older messages may be asked for; None when there are none."""
        return self._oldest

    def start_over(self, messages: list[Shape], seq: int, epoch: str) -> tuple[list[Shape], bool]:
        """Take the latest messages in place of a replay: those not yet shown, and whether some before them are missing
        on the screen."""
        known = self._seq if epoch == self._epoch else 0
        fresh = [message for message in messages if message["seq"] > known]
        missing = self._epoch is not None and len(fresh) == len(messages) > 0
        if missing or self._epoch is None:
            self._oldest = messages[0]["seq"] if messages else None
        self._seq, self._epoch = seq, epoch
        return fresh, missing

    def replay(self, events: Iterable[Shape], epoch: str) -> list[Shape]:
        """The events of a replay that are new."""
        self._epoch = epoch
        return [event for event in events if self.accept(event)]

    def accept(self, event: Shape) -> bool:
        """Whether this event is new; :class:`Gap` if one before it is missing."""
        seq = int(event["seq"])
        if seq <= self._seq:
            return False
        if seq != self._seq + 1:
            raise Gap
        self._seq = seq
        return True

    def older(self, messages: list[Shape], more: bool) -> None:
        """A page of older messages was shown."""
        self._oldest = messages[0]["seq"] if messages and more else None
