"""Whom the HTTP side answers at all: hosts that are ours, and browsers' pages from origins that may use it (CORS).

A state-changing request from a foreign page is refused rather than just left without CORS headers: a browser sends
some of those without asking first, and would only keep the answer from the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import Problem, problem, refused
from service.chat.errors import Code, Refusal
from service.chat.origins import Origins

PROBES = frozenset({"/healthz", "/readyz"})  # asked by address, by whatever keeps the server running; they tell nothing
SHARED_PATHS = ("/api/", "/oauth/")  # what pages of other, allowed origins may use
SAFE_METHODS = frozenset({"GET", "HEAD"})
PREFLIGHT_SECONDS = 600
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Disposition, Content-Type, If-None-Match, Range",
    "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
}
EXPOSED = (
    "Content-Disposition, Content-Range, ETag, Folkmoot-Action, Location, Retry-After, WWW-Authenticate, X-Request-Id"
)


@dataclass(frozen=True, slots=True)
class Gate:
    """ASGI middleware: the rule of ``chat.origins`` on every request."""

    app: ASGIApp
    origins: Origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, answer a preflight, or hand on."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if scope["path"] not in PROBES and (len(hosts) != 1 or not self.origins.answers(hosts[0])):
            await _foreign_host(hosts)(scope, receive, send)
        elif scope["path"].startswith(SHARED_PATHS):
            await self._shared(scope, receive, send, headers)
        else:
            await self.app(scope, receive, send)

    async def _shared(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        origins = headers.getlist("origin")
        allowed = len(origins) == 1 and self.origins.allow(origins[0], scope["scheme"], headers["host"])

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.add_vary_header("Origin")
                if allowed:
                    answer["Access-Control-Allow-Origin"] = origins[0]
                    answer["Access-Control-Expose-Headers"] = EXPOSED
            await send(message)

        if origins and not allowed and scope["method"] not in SAFE_METHODS:
            await refused(Refusal(Code.FORBIDDEN_ORIGIN))(scope, receive, shared)
        elif allowed and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, shared)
        else:
            await self.app(scope, receive, shared)


def _foreign_host(hosts: list[str]) -> Problem:
    if len(hosts) != 1:
        return problem(400, "A request names its host once (RFC 9112, section 3.2).")
    return problem(421, "This server does not answer for that host; FOLKMOOT_ALLOWED_HOSTS lists those it answers for.")
