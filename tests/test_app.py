"""The server as it is fitted together: what starts, what stops, and which way a connection goes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from service.api.http import ROUTERS, http_side
from service.app import Application, Step, create_app, running
from service.config import Settings
from tests.api.framed import client_of
from tests.api.house import PASSWORD, open_house

pytestmark = pytest.mark.anyio


def _steps(told: list[str], *names: str, broken: str = "") -> list[Step]:
    def start(name: str) -> None:
        told.append(f"start {name}")
        if name == broken:
            raise OSError(f"{name} is broken")

    async def stop(name: str) -> None:
        told.append(f"stop {name}")

    return [Step(name, lambda name=name: start(name), lambda name=name: stop(name)) for name in names]


async def test_parts_start_in_order_and_stop_in_reverse() -> None:
    told: list[str] = []
    async with running(_steps(told, "database", "hub")):
        told.append("serve")
    assert told == ["start database", "start hub", "serve", "stop hub", "stop database"]


async def test_where_a_start_fails_what_was_started_is_stopped() -> None:
    told: list[str] = []
    with pytest.raises(OSError, match="hub is broken"):
        async with running(_steps(told, "database", "hub", "bus", broken="hub")):
            told.append("serve")
    assert told == ["start database", "start hub", "stop database"]


async def test_a_server_on_an_empty_folder_is_ready_once_it_has_started(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", cast=False) as house:
        answer = await house.ask(None, "GET", "/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_a_server_that_has_stopped_says_when_to_come_back(tmp_path: Path) -> None:
    """Requests that were on their way at the stop still get an answer."""
    async with open_house(tmp_path / "data", cast=False) as house:
        stopped = house.app
    async with client_of(stopped) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["code"]) == (503, "unavailable")
    assert ready.headers["retry-after"] == "1"


async def test_what_was_committed_and_issued_outlives_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        token = await house.token("ann")
    async with open_house(tmp_path, cast=False) as again:
        answer = await again.ask_with(token, "GET", "/api/me")
    assert answer.json()["username"] == "ann"


async def test_what_the_data_folder_holds_is_its_owners_alone(tmp_path: Path) -> None:
    """The keys that sign everybody's tokens are in it."""
    async with open_house(tmp_path / "data"):
        keys = [path for path in (tmp_path / "data" / "keys").rglob("*") if path.is_file()]
        assert keys
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in keys)


async def test_metrics_are_for_this_machine_and_for_admins(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        here = await house.ask(None, "GET", "/metrics")
        through_a_proxy = await house.http.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
        as_admin = await _from_elsewhere(house.app, await house.token("ann"))
        as_moderator = await _from_elsewhere(house.app, await house.token("mo"))
        as_nobody = await _from_elsewhere(house.app, None)
    assert here.status_code == 200
    assert "folkmoot_commits_seconds_count" in here.text
    assert (through_a_proxy.status_code, as_nobody) == (401, 401)
    assert (as_admin, as_moderator) == (200, 403)


async def _from_elsewhere(app: Application, token: str | None) -> int:
    """The status of ``/metrics`` for a peer at another address."""
    headers = [(b"host", b"127.0.0.1:8000")]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/metrics",
        "raw_path": b"/metrics",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.9", 4000),
        "server": ("127.0.0.1", 8000),
    }
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(str(message["status"])))

    await app(scope, receive, send)  # type: ignore[arg-type]
    (status,) = statuses
    return status


async def test_each_kind_of_connection_goes_its_own_way(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, _env_file=None))  # type: ignore[call-arg]
    went: list[str] = []

    async def way(scope: Scope, _receive: Receive, _send: Send) -> None:
        went.append(scope["type"])

    own = Application(app.parts, way, way, way, 0)
    for kind in ("http", "websocket", "lifespan"):
        await own({"type": kind}, None, None)  # type: ignore[arg-type]
    assert went == ["http", "websocket", "lifespan"]


async def test_signing_in_is_counted(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.sign_in("bob", PASSWORD)
        await house.sign_in("bob", "not the password")
        counted = house.app.parts.metrics
    assert counted.sign_ins == {"ok": 1, "refused": 1}
    assert counted.requests["POST", "/oauth/token", 200] == 1


def test_every_router_is_mounted_once() -> None:
    assert len(set(map(id, ROUTERS))) == len(ROUTERS)


def test_the_routes_can_be_described_without_a_server() -> None:
    assert "/api/rooms/{slug}" in http_side().openapi()["paths"]


async def test_a_message_is_counted_once_however_often_it_is_sent(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.ask("bob", "PUT", "/api/rooms/lobby/members/bob")
        for _ in range(3):
            await house.ask("bob", "POST", "/api/rooms/lobby/messages", {"text": "hello", "nonce": "n1"})
        assert house.app.parts.metrics.posts == 1
