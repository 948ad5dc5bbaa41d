"""Files which nobody needs any more: looked for at the start, and then every hour."""

from __future__ import annotations

from service.chat.orphans import Orphans
from service.live.rounds import Rounds

LOOK_SECONDS = 3600.0  # between two looks through all files


class Collector(Rounds):
    """What could not be removed today is removed another day."""

    def __init__(self, orphans: Orphans) -> None:
        super().__init__("collecting files", LOOK_SECONDS)
        self._orphans = orphans

    async def look(self) -> float:
        """Through all of them."""
        await self._orphans.collect()
        return LOOK_SECONDS
