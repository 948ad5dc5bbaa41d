"""The description at ``/openapi.json``: what the framework derives from the routes, and what it cannot know.

It cannot know that every error is a problem document, nor how one signs in; both are added here for all routes at
once, so that no route can forget them.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.api.acting import PreviewAnswer
from service.api.problems import MEDIA_TYPE
from service.chat.errors import Code
from service.chat.roles import Scope

TAGS = [
    {"name": "accounts", "description": "Setting up, signing up, invites, users, oneself."},
    {"name": "tokens", "description": "OAuth 2: tokens, sessions, tickets."},
    {"name": "rooms", "description": "Rooms, their members, their messages."},
    {"name": "moderation", "description": "Sanctions, cleaning up, undoing, reports, filters, the audit log."},
    {"name": "watching", "description": "Health and metrics."},
]
SCOPES = {
    Scope.READ: "See rooms and read messages.",
    Scope.WRITE: "Write, and manage what is one's own.",
    Scope.MODERATE: "Keep the peace, where one's role allows it.",
    Scope.ADMIN: "Manage users, invites and the server.",
}
DESCRIPTION = """Folkmoot is a self-hosted chat server. This describes its HTTP side; messages arrive live by WebSocket,
at `/ws` or `/chat/{slug}`, with the same token.

**Authorize** signs in with username and password (leave client id and secret empty), or takes a token that you have.
Times are RFC 3339 in UTC; errors are RFC 9457 problem documents whose `code` is explained [here](/docs/problems)."""

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/docs/problems#not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string", "description": "A sentence for people.", "examples": ["There is no such room."]},
        "code": {"type": "string", "enum": [code.value for code in Code]},
        "retry_after": {"type": "number", "description": "Seconds; also in the header Retry-After."},
        "request": {"type": "string", "description": "With 500: the id under which the log tells more."},
        "why": {
            "type": "object",
            "description": "The rule that decided.",
            "required": ["rule"],
            "properties": {
                "rule": {"type": "string"},
                "by": {"type": "string"},
                "since": {"type": "string", "format": "date-time"},
                "until": {"type": "string", "format": "date-time"},
                "reason": {"type": "string"},
            },
        },
        "errors": {
            "type": "array",
            "description": "Field by field.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def describe(http: FastAPI) -> dict[str, Any]:
    """The whole description."""
    found = get_openapi(title=http.title, version=http.version, description=DESCRIPTION, routes=http.routes, tags=TAGS)
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    schemas["PreviewAnswer"] = PreviewAnswer.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = _security_schemes()
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                _complete(path, operation)
    return found


def _security_schemes() -> dict[str, Any]:
    scopes = {scope.value: text for scope, text in SCOPES.items()}
    return {
        "signIn": {
            "type": "oauth2",
            "description": "With username and password; for people, and for trying things out here.",
            "flows": {"password": {"tokenUrl": "/oauth/token", "refreshUrl": "/oauth/token", "scopes": scopes}},
        },
        "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token you have."},
        "client": {"type": "http", "scheme": "basic", "description": "A bot's client id and secret."},
    }


def _complete(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if path.startswith(("/api/", "/metrics", "/healthz", "/readyz")):
        responses.pop("422", None)
        responses["4XX"] = _answer("Refused: the code says why.")
        responses["5XX"] = _answer("Our side failed, or is not available right now.")
    for parameter in operation.get("parameters", ()):
        _never_null(parameter["schema"])
        if parameter["name"] == "dry_run":
            _add_preview(responses)
    if operation.get("security") == [{"accessToken": []}]:
        operation["security"] = [{"signIn": []}, {"accessToken": []}]


def _add_preview(responses: dict[str, Any]) -> None:
    """A rehearsal is answered with 200, whatever the act itself is answered with."""
    real = responses.pop("200", None)
    kinds = [] if real is None else [real["content"]["application/json"]["schema"]]
    schema = {"anyOf": [*kinds, {"$ref": "#/components/schemas/PreviewAnswer"}]}
    description = "With `dry_run`: what would be touched." if real is None else "Done; or with `dry_run`, a preview."
    responses["200"] = {"description": description, "content": {"application/json": {"schema": schema}}}


def _never_null(schema: dict[str, Any]) -> None:
    """A parameter that may be left out is not one that may be null: there is no null in an address."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema.update(kinds[0])


def _answer(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
