"""One client's conversation: in which order its commands run, and when it says too much. No I/O, no time of its own.

Commands run and are answered in the order in which they came. Sends may be under way together, for the journal keeps
their order; anything else waits until it is alone, and is alone while it runs.

    ============  =====================  ========================
    under way     a send comes           anything else comes
    ============  =====================  ========================
    nothing       run it                 run it
    sends         run it                 wait
    another       wait                   wait
    ============  =====================  ========================

What waits behind something else waits too, so that nothing overtakes.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

from service.chat.limits import Bucket
from service.wire.commands import BadCommand, Command, Send

Entry = Command | BadCommand
"""What a client said: a command, or something that is answered with an error in its turn."""

IN_FLIGHT_MAX = 256  # commands accepted and not yet answered; beyond that, reading pauses
STRIKES_MAX = 200  # commands over the rate, without a pause between, until the socket is closed


class Pace(Enum):
    """What the rate of commands calls for."""

    FINE = auto()
    REFUSE = auto()
    CLOSE = auto()


class Conversation:
    """The order and the pace of one connection's commands."""

    __slots__ = ("_bucket", "_busy", "_sends", "_strikes", "_waiting")

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._strikes = 0
        self._sends = 0
        self._busy = False
        self._waiting: deque[Entry] | None = None  # made when first needed: most connections never wait

    def pace(self, now: float) -> Pace:
        """Count one frame from the client."""
        if self._bucket.take(now):
            if self._strikes and self._bucket.full:
                self._strikes = 0
            return Pace.FINE
        self._strikes += 1
        return Pace.CLOSE if self._strikes > STRIKES_MAX else Pace.REFUSE

    @property
    def wait(self) -> float:
        """Seconds until the next command would be within the rate."""
        return self._bucket.wait

    def take(self, entry: Entry) -> bool:
        """Whether to run ``entry`` now; else it waits, and comes back from ``next``."""
        if not self._waiting and self._may_run(entry):
            self._start(entry)
            return True
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(entry)
        return False

    def done(self, send: bool) -> None:
        """One that ran is answered."""
        if send:
            self._sends -= 1
        else:
            self._busy = False

    def next(self) -> Entry | None:
        """The next one that may run now, if any; ask until there is none."""
        if not self._waiting or not self._may_run(self._waiting[0]):
            return None
        entry = self._waiting.popleft()
        self._start(entry)
        return entry

    @property
    def crowded(self) -> bool:
        """Whether so much is unanswered that nothing more should be read."""
        return self._sends + len(self._waiting or ()) >= IN_FLIGHT_MAX

    def _may_run(self, entry: Entry) -> bool:
        return not self._busy and (self._sends == 0 or isinstance(entry, Send))

    def _start(self, entry: Entry) -> None:
        if isinstance(entry, Send):
            self._sends += 1
        else:
            self._busy = True
