"""The HTTP side: all routes in one application, which describes itself."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import Lifespan

from service import __version__
from service.api import (
    acting,
    audit,
    connections,
    direct,
    docs,
    erasures,
    exports,
    files,
    filters,
    health,
    invites,
    me,
    members,
    messages,
    metadata,
    metrics_route,
    moderation,
    oauth,
    pages_static,
    password_resets,
    permissions,
    problems,
    reactions,
    reading,
    reports,
    rooms,
    sanctions,
    search,
    sessions,
    setup,
    tickets,
    users,
)
from service.api.openapi import describe

ROUTERS = (
    messages.router,  # tried in this order, so what is asked most stands first
    rooms.router,
    members.router,
    files.router,
    direct.router,
    reactions.router,
    reading.router,
    search.router,
    sanctions.router,
    moderation.router,
    reports.router,
    filters.router,
    audit.router,
    permissions.router,
    connections.router,
    health.router,
    metrics_route.router,
    oauth.router,
    metadata.router,
    setup.router,
    users.router,
    password_resets.router,
    me.router,
    erasures.router,
    exports.router,
    sessions.router,
    invites.router,
    tickets.router,
)


class Http(FastAPI):
    """The HTTP side, which describes itself in our way."""

    def openapi(self) -> dict[str, object]:
        """What stands at /openapi.json."""
        if self.openapi_schema is None:
            self.openapi_schema = describe(self)
        return self.openapi_schema


def http_side(lifespan: Lifespan[FastAPI] | None = None) -> Http:
    """All routes; what they need is given to them as ``state.parts``."""
    http = Http(
        title="Folkmoot",
        version=__version__,
        openapi_url=None,  # this and the page at /docs are routes of our own
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,  # an address has one spelling; a redirect would be built from the Host header
        lifespan=lifespan,
    )
    problems.install(http)
    acting.install(http)
    for router in ROUTERS:
        http.include_router(router)
    http.include_router(docs.routes(docs.read_all()))
    http.include_router(pages_static.routes(pages_static.read_all(pages_static.WEB)))
    return http
