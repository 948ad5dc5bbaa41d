"""The rounds that carry out erasures, as long as the server runs."""

from __future__ import annotations

from service.chat.erasing import Erasing
from service.live.rounds import Rounds

LOOK_SECONDS = 10.0  # between two looks for one that another process has begun


class Eraser(Rounds):
    """Goes on at the start with what was begun before; then with each new one, as soon as it is woken for it. Another
    start goes on from the last part that was committed."""

    def __init__(self, erasing: Erasing) -> None:
        super().__init__("erasing people", LOOK_SECONDS)
        self._erasing = erasing

    async def look(self) -> float:
        """Carry out all that have been begun."""
        await self._erasing.go_on()
        return LOOK_SECONDS
