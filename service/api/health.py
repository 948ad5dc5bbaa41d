"""For whatever keeps the server running: whether it is alive, and whether it can serve. They tell nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from service.chat.errors import Code, Refusal
from service.chat.ports import Database

PROBE_SECONDS = 1.0  # one answer stands for so long: nobody can keep the one writer busy by asking

router = APIRouter(tags=["watching"])


class Readiness:
    """Whether a transaction can be committed and the server is not about to stop. ``monotonic`` is in seconds."""

    def __init__(self, database: Database, draining: Callable[[], bool], monotonic: Callable[[], float]) -> None:
        self._database = database
        self._draining = draining
        self._monotonic = monotonic
        self._good_until = -1.0

    async def require(self) -> None:
        """Return if so, or raise ``unavailable``."""
        if self._draining():
            raise Refusal(Code.UNAVAILABLE, "The server is about to stop.", retry_after=PROBE_SECONDS)
        if self._monotonic() < self._good_until:
            return
        await self._database.write(lambda tx: tx.authority.version())
        self._good_until = self._monotonic() + PROBE_SECONDS


@router.get("/healthz", summary="Alive")
async def healthz() -> dict[str, Any]:
    """The process answers. It says nothing about the database: restarting would not bring that back."""
    return {"status": "alive"}


@router.get("/readyz", summary="Able to serve")
async def readyz(request: Request) -> dict[str, Any]:
    """A transaction could be committed within the last second, and the server is not about to stop."""
    await request.app.state.parts.readiness.require()
    return {"status": "ready"}
