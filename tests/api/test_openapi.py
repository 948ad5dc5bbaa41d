"""The description of the HTTP side: whole, true, and good enough for a program to try everything by it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service.api.http import http_side
from service.api.problems import MEDIA_TYPE
from service.app import Application, create_app
from service.chat import demo, grants
from service.chat.errors import Code
from service.config import Settings

EXAMPLES = 10  # requests of each kind to each operation
START_SECONDS = 20  # in which a server has to be there
REQUESTS_PER_SECOND = 1_000_000  # nobody is too fast here

DESCRIPTION: dict[str, Any] = http_side().openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
}
# What anybody may ask for; everything else needs a token, or a client's secret.
OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /.well-known/jwks.json",
    "GET /.well-known/oauth-authorization-server",
    "POST /api/setup",
    "POST /api/users",
    "POST /api/password-reset",
    "POST /oauth/token",
    "POST /oauth/revoke",
}


def test_everything_that_is_described_is_named_placed_and_explained() -> None:
    assert len(OPERATIONS) >= 30
    tags = {tag["name"] for tag in DESCRIPTION["tags"]}
    for label, operation in OPERATIONS.items():
        assert operation["summary"], label
        assert operation["description"], label
        assert set(operation["tags"]) <= tags, label
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)


def test_every_refusal_is_described_as_a_problem() -> None:
    problem = DESCRIPTION["components"]["schemas"]["Problem"]
    assert set(problem["properties"]["code"]["enum"]) == set(Code)
    for label, operation in OPERATIONS.items():
        if " /api/" in label:
            assert MEDIA_TYPE in operation["responses"]["4XX"]["content"], label
            assert MEDIA_TYPE in operation["responses"]["5XX"]["content"], label
            assert "422" not in operation["responses"], f"{label}: the framework's own error is never answered"
    assert "HTTPValidationError" not in DESCRIPTION["components"]["schemas"]


def test_what_needs_a_token_says_so_and_what_does_not_does_not() -> None:
    assert {label for label, operation in OPERATIONS.items() if not operation.get("security")} == OPEN


def test_the_authorize_button_signs_in_at_the_token_endpoint() -> None:
    flow = DESCRIPTION["components"]["securitySchemes"]["signIn"]["flows"]["password"]
    assert flow["tokenUrl"] == "/oauth/token"
    assert f"POST {flow['tokenUrl']}" in OPERATIONS
    assert set(flow["scopes"]) == {"chat:read", "chat:write", "moderate", "admin"}


def test_every_body_shows_what_it_looks_like() -> None:
    """Of the JSON ones; the forms are described field by field."""
    schemas = DESCRIPTION["components"]["schemas"]
    bodies = {
        label: content["application/json"]["schema"]
        for label, operation in OPERATIONS.items()
        if "application/json" in (content := operation.get("requestBody", {}).get("content", {}))
    }
    assert len(bodies) >= 8
    for label, schema in bodies.items():
        names = [part["$ref"].rsplit("/", 1)[1] for part in (schema, *schema.get("anyOf", ())) if "$ref" in part]
        described = [schemas[name] for name in names]
        assert all("examples" in body or _fields_have_examples(body) for body in described), label
        assert described, label


def _fields_have_examples(body: dict[str, Any]) -> bool:
    return all("examples" in field for name, field in body["properties"].items() if name in body.get("required", ()))


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens, and an admin's token."""

    url: str
    token: str


class Server(uvicorn.Server):
    """A server that says when it is there."""

    def __init__(self, app: Application) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.listening.set()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole server on a port of its own, with the cast in it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        folder = tmp_path_factory.mktemp("data")
        app = create_app(
            Settings(data=folder, port=port, commands_per_second=REQUESTS_PER_SECOND, _env_file=None)  # type: ignore[call-arg]
        )
        server = Server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert server.listening.wait(START_SECONDS)
            yield asyncio.run_coroutine_threadsafe(_prepare(app, port), server.loop).result(START_SECONDS)
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)


async def _prepare(app: Application, port: int) -> Running:
    await demo.seed(app.parts.database, app.parts.passwords)
    caller = grants.Caller("127.0.0.1", "schemathesis")
    grant = await app.parts.grants.by_password(demo.ADMIN, demo.PASSWORD, None, caller)
    return Running(f"http://127.0.0.1:{port}", grant.access.text)


def _operations() -> Iterator[Any]:
    for found in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations():
        operation = found.ok()
        yield pytest.param(operation, GenerationMode.POSITIVE, id=f"{operation.label}, as described")
        if _can_be_broken(operation.definition.raw):
            yield pytest.param(operation, GenerationMode.NEGATIVE, id=f"{operation.label}, otherwise")


def _can_be_broken(operation: dict[str, Any]) -> bool:
    """Whether a request can differ from the description: of a form that requires nothing, every text is one."""
    body = operation.get("requestBody", {}).get("content", {})
    form = body.get("application/x-www-form-urlencoded", {}).get("schema", {})
    return bool(operation.get("parameters") or "application/json" in body or form.get("required"))


@pytest.mark.parametrize(("operation", "mode"), list(_operations()))
def test_whatever_is_asked_is_answered_as_described(
    operation: APIOperation[Any, Any, Any], mode: GenerationMode, running: Running
) -> None:
    """Never with a 500, never with something that the description does not have; made up from a fixed seed.

    That everything which fits the description is accepted is not asked: that a password is easily guessed, or that a
    room's slug is taken, no schema can say.
    """

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=running.url,
            headers={"Authorization": f"Bearer {running.token}"},
            excluded_checks=[positive_data_acceptance],
        )

    ask()
