"""What surrounds every HTTP request: its id, its line in the log, its count, the headers that protect who reads the
answer, and the last net for errors. Plain ASGI, so that nothing is buffered and nothing runs twice."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.gate import PROBES, Gate
from service.api.intake import Intake
from service.api.problems import METHODS, internal
from service.api.streams import StreamBounds
from service.chat.origins import Origins
from service.watch.logs import in_request
from service.watch.metrics import Metrics

REQUEST_ID_BYTES = 8  # of chance
HSTS_SECONDS = 31_536_000
NO_ANSWER = 499  # logged for who went away before the answer
NO_ROUTE = "-"
CLOSED_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PROTECTION = {
    "Content-Security-Policy": CLOSED_CSP,  # nothing that is not a page may act as one
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

log = logging.getLogger("folkmoot.http")


class Frame:
    """The outermost ASGI middleware. ``new_id`` and ``monotonic`` (seconds) are passed in."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        https: bool,
        new_id: Callable[[], str],
        monotonic: Callable[[], float],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._new_id = new_id
        self._monotonic = monotonic
        self._protection: Mapping[str, str] = PROTECTION
        if https:
            self._protection = {**PROTECTION, "Strict-Transport-Security": f"max-age={HSTS_SECONDS}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = self._monotonic()
        # Always an id of our own: one that the client chose could be made to look like somebody else's in the log.
        request_id = self._new_id()
        # Every GET answers HEAD (RFC 9110, section 9.1), though its route knows only GET.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        state: dict[str, Any] = inner.setdefault("state", {})
        state["request_id"] = request_id
        state["bodiless"] = inner is not scope  # a route that sends much need not read it first
        answer = _Answer(send, {**self._protection, "X-Request-Id": request_id}, bodiless=inner is not scope)
        with in_request(request_id):
            try:
                await self._app(inner, receive, answer)
            except Exception:
                log.exception("request failed", extra={"route": _route(inner)})
                if answer.status == NO_ANSWER:
                    await internal(inner)(inner, receive, answer)
            finally:
                self._note(scope, inner, answer.status, self._monotonic() - began)

    def _note(self, scope: Scope, inner: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in (*METHODS, "HEAD", "OPTIONS") else "other"
        route = _route(inner)
        code = inner["state"].get("problem")
        if code is not None:
            self._metrics.refusals[code] += 1
        self._metrics.answered(method, route, status, seconds)
        client = scope.get("client")
        fields: dict[str, Any] = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "address": client[0] if client else "-",
        }
        if code is not None:
            fields["code"] = code
        if route in PROBES and status < 400:
            log.debug("answered", extra=fields)
        else:
            log.info("answered", extra=fields)


def surround(
    app: ASGIApp,
    *,
    origins: Origins,
    metrics: Metrics,
    body_bytes: int,
    body_seconds: float,
    upload_bytes: int = 0,
    upload_seconds: float = 0.0,
    https: bool = False,
    new_id: Callable[[], str] = lambda: secrets.token_hex(REQUEST_ID_BYTES),
    monotonic: Callable[[], float] = time.monotonic,
) -> Frame:
    """The application in all that surrounds it, in its order: what the gate refuses is framed too, and nothing of a
    request is read before the gate has let it in."""
    uploads = StreamBounds(upload_bytes, upload_seconds, body_seconds)
    gate = Gate(Intake(app, body_bytes, body_seconds, uploads), origins)
    return Frame(gate, metrics=metrics, https=https, new_id=new_id, monotonic=monotonic)


class _Answer:
    """The ``send`` of one request: adds the headers that are not there yet, and remembers the status."""

    def __init__(self, send: Send, headers: Mapping[str, str], *, bodiless: bool) -> None:
        self._send = send
        self._headers = headers
        self._bodiless = bodiless
        self.status = NO_ANSWER

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        elif message["type"] == "http.response.body" and self._bodiless:
            message = {**message, "body": b""}
        await self._send(message)


def _route(scope: Scope) -> str:
    """The template of the route that answered: a path itself may hold an invite's code or a stranger's nonsense."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else NO_ROUTE
