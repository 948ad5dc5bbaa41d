"""What surrounds every answer: its id, its headers, its line in the log, its count."""

from __future__ import annotations

import logging

import pytest
from fastapi import APIRouter, Response

from service.api.frame import PROTECTION
from service.watch.metrics import Metrics
from tests.api.framed import client_of, small_app

pytestmark = pytest.mark.anyio

ANSWERS = ["/api/rooms/lobby", "/api/nothing", "/api/broken", "/healthz"]


@pytest.mark.parametrize("path", ANSWERS)
async def test_every_answer_protects_who_reads_it(path: str) -> None:
    async with client_of(small_app()) as client:
        answer = await client.get(path)
    assert {name: answer.headers[name] for name in PROTECTION} == PROTECTION
    assert "strict-transport-security" not in answer.headers


async def test_over_tls_browsers_are_told_to_stay_with_it() -> None:
    async with client_of(small_app(https=True)) as client:
        answer = await client.get("/healthz")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_a_route_may_say_otherwise_for_its_own_answer() -> None:
    also = APIRouter()

    @also.get("/page")
    async def page() -> Response:
        return Response("", headers={"Cache-Control": "no-cache"})

    async with client_of(small_app(also=also)) as client:
        answer = await client.get("/page")
    assert answer.headers.get_list("cache-control") == ["no-cache"]


async def test_the_id_of_a_request_is_ours_whatever_the_client_calls_it() -> None:
    async with client_of(small_app()) as client:
        answer = await client.get("/healthz", headers={"X-Request-Id": "forged"})
    assert answer.headers.get_list("x-request-id") == ["r1"]


async def test_one_line_per_request_says_which_route_and_nothing_of_the_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The path and the query may hold an invite's code or a token."""
    caplog.set_level(logging.INFO, "folkmoot.http")
    async with client_of(small_app()) as client:
        await client.get("/api/rooms/hunter2?token=hunter2")
    (record,) = [record for record in caplog.records if record.name == "folkmoot.http"]
    fields = record.__dict__
    assert (fields["method"], fields["route"], fields["status"], fields["ms"]) == (
        "GET",
        "/api/rooms/{slug}",
        200,
        2000,
    )
    assert fields["address"] == "127.0.0.1"
    assert "hunter2" not in str(fields)


async def test_a_refusal_is_logged_with_its_code(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "folkmoot.http")
    async with client_of(small_app()) as client:
        await client.delete("/api/rooms/lobby")
    assert [record.__dict__["code"] for record in caplog.records if record.name == "folkmoot.http"] == ["slow_mode"]


async def test_probes_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "folkmoot.http")
    async with client_of(small_app()) as client:
        await client.get("/healthz")
        await client.get("/api/rooms/lobby")
    assert [record.__dict__["route"] for record in caplog.records if record.name == "folkmoot.http"] == [
        "/api/rooms/{slug}"
    ]


async def test_a_defect_is_logged_once_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async with client_of(small_app()) as client:
        await client.get("/api/broken")
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None


async def test_requests_are_counted_by_route_so_that_no_stranger_can_invent_labels() -> None:
    metrics = Metrics()
    async with client_of(small_app(metrics=metrics)) as client:
        for path in ("/api/rooms/lobby", "/api/rooms/den", "/api/nothing", "/else"):
            await client.get(path)
        await client.request("BREW", "/api/rooms/lobby")
        await client.delete("/api/rooms/lobby")
    assert metrics.requests == {
        ("GET", "/api/rooms/{slug}", 200): 2,
        ("GET", "-", 404): 2,
        ("other", "/api/rooms/{slug}", 405): 1,
        ("DELETE", "/api/rooms/{slug}", 429): 1,
    }
    assert metrics.refusals == {"not_found": 2, "unknown_type": 1, "slow_mode": 1}
    assert metrics.request_seconds["/api/rooms/{slug}"].sum == 8.0


async def test_every_get_answers_head_without_a_body() -> None:
    async with client_of(small_app()) as client:
        whole = await client.get("/api/rooms/lobby")
        head = await client.head("/api/rooms/lobby")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"] != "0"
