"""Alive, and able to serve: two different questions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.api import health, problems
from service.api.health import PROBE_SECONDS, Readiness
from service.chat.errors import Code, Refusal
from tests.api.framed import client_of

pytestmark = pytest.mark.anyio


class Patient:
    """A database that can be away, and a clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.away = False
        self.draining = False
        self.now = 0.0
        self.commits = 0

    async def write(self, _fn: Any) -> None:
        """A transaction, or the refusal of one."""
        if self.away:
            raise Refusal(Code.UNAVAILABLE, "The database is away.", retry_after=1.0)
        self.commits += 1

    async def ask(self, path: str) -> httpx.Response:
        """One probe."""
        http = FastAPI()
        problems.install(http)
        http.include_router(health.router)
        http.state.parts = SimpleNamespace(readiness=self.readiness)
        async with client_of(http) as client:
            return await client.get(path)

    def begin(self) -> Patient:
        """Nothing has been asked yet."""
        self.readiness = Readiness(self, lambda: self.draining, lambda: self.now)  # type: ignore[arg-type]
        return self


async def test_a_server_that_can_commit_is_ready() -> None:
    patient = Patient().begin()
    answer = await patient.ask("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert patient.commits == 1, "it was tried, not assumed"


async def test_without_a_database_it_is_alive_but_not_ready() -> None:
    patient = Patient().begin()
    patient.away = True
    ready, alive = await patient.ask("/readyz"), await patient.ask("/healthz")
    assert (ready.status_code, ready.json()["code"]) == (503, "unavailable")
    assert ready.headers["retry-after"] == "1"
    assert alive.json() == {"status": "alive"}


async def test_it_is_ready_again_as_soon_as_the_database_is_back() -> None:
    patient = Patient().begin()
    patient.away = True
    await patient.ask("/readyz")
    patient.away = False
    assert (await patient.ask("/readyz")).status_code == 200


async def test_asking_often_costs_one_transaction_a_second() -> None:
    patient = Patient().begin()
    for _ in range(20):
        await patient.ask("/readyz")
    assert patient.commits == 1
    patient.now += PROBE_SECONDS
    await patient.ask("/readyz")
    assert patient.commits == 2


async def test_a_server_that_is_about_to_stop_is_not_ready_at_once() -> None:
    patient = Patient().begin()
    await patient.ask("/readyz")
    patient.draining = True
    assert (await patient.ask("/readyz")).status_code == 503
