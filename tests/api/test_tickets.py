"""Tickets, over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.chat.tickets import TICKETS_OF_SESSION_MAX
from service.chat.tokens import BadCredential
from tests.desk import Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_token_buys_a_ticket_that_stands_for_its_session_and_expiry(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob", "chat:read")
    async with desk.client(headers={"Authorization": f"Bearer {grant.access.text}"}) as client:
        answer = await client.post("/api/tickets")
    assert answer.status_code == 200
    assert answer.json() == {"ticket": answer.json()["ticket"], "expires_in": 30}
    assert desk.tickets.redeem(answer.json()["ticket"]) == grant.access.credential


async def test_a_token_whose_session_has_ended_buys_none(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob")
    await desk.introspection.revoke(grant.access.text, None)
    async with desk.client(headers={"Authorization": f"Bearer {grant.access.text}"}) as client:
        assert (await client.post("/api/tickets")).status_code == 401


async def test_a_ticket_bought_before_its_session_ended_lets_nobody_in(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob")
    ticket = desk.tickets.issue(grant.access.credential)
    await desk.introspection.revoke(grant.access.text, None)
    credential = desk.tickets.redeem(ticket)
    with pytest.raises(BadCredential, match="session has ended"):
        desk.admitted(credential)


async def test_whoever_hoards_tickets_is_told_to_wait(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob")
    for _ in range(TICKETS_OF_SESSION_MAX):
        desk.tickets.issue(grant.access.credential)
    async with desk.client(headers={"Authorization": f"Bearer {grant.access.text}"}) as client:
        answer = await client.post("/api/tickets")
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answer.headers["retry-after"] == "30"
