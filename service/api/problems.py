"""Errors as RFC 9457 problem documents: every answer of ours that is not a success looks the same.

Input is never echoed, for it may hold a password; what went wrong inside is told to the log under the request's id, and
never to the client.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from service.chat.errors import CODES, Code, FieldError, Refusal
from service.chat.tokens import BadCredential
from service.wire import shapes

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/docs/problems#"  # where each code is explained
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RETRY_SECONDS = 1  # when to come back, if nothing better is known
FIELD_ERRORS_MAX = 20  # told of one request; a long list of wrong items says nothing more

_FIELD_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}\Z")
_CODE_OF_STATUS = {
    400: Code.BAD_FRAME,
    401: Code.UNAUTHENTICATED,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    405: Code.UNKNOWN_TYPE,
    408: Code.BAD_FRAME,
    413: Code.TOO_LARGE,
    414: Code.TOO_LARGE,
    415: Code.BAD_FRAME,
    416: Code.INVALID,
    421: Code.NOT_FOUND,
    422: Code.INVALID,
    429: Code.RATE_LIMITED,
    431: Code.TOO_LARGE,
    503: Code.UNAVAILABLE,
}
"""The code that says the same as a status which HTTP itself demands."""
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not take that method; the Allow header lists those that it takes.",
}


class Problem(Response):
    """One problem document, ready to be sent."""

    media_type = MEDIA_TYPE

    def __init__(self, document: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        # ASCII, so that no text whatsoever can make the answer to an error an error itself.
        super().__init__(json.dumps(document), document["status"], headers)
        self.code: Code = document["code"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and leave its code for the frame, which counts and logs."""
        scope.setdefault("state", {})["problem"] = self.code.value
        await super().__call__(scope, receive, send)


def problem(
    status: int,
    detail: str,
    *,
    code: Code | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Problem:
    """A problem with a status of HTTP's; the code follows from it unless it is given."""
    code = code or _CODE_OF_STATUS.get(status, Code.BAD_FRAME if status < 500 else Code.INTERNAL)
    own = CODES[code]
    title = own.title if own.status == status else HTTPStatus(status).phrase
    document = {"type": TYPE_PREFIX + code, "title": title, "status": status, "detail": detail, "code": code, **more}
    return Problem(document, headers)


def refused(refusal: Refusal) -> Problem:
    """The problem that a refusal is."""
    more: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if refusal.retry_after is not None:
        more["retry_after"] = refusal.retry_after
        headers["Retry-After"] = str(max(1, math.ceil(refusal.retry_after)))
    elif refusal.code is Code.UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if refusal.why is not None:
        more["why"] = shapes.why(refusal.why)
    if refusal.errors:
        more["errors"] = shapes.errors(refusal.errors)
    challenge = challenge_of(refusal)
    if challenge is not None:
        headers["WWW-Authenticate"] = challenge
    return problem(refusal.status, refusal.message, code=refusal.code, headers=headers, **more)


def challenge_of(refusal: Refusal) -> str | None:
    """What RFC 6750, section 3, has a server say: no error code to who brought no token."""
    if refusal.code is Code.INSUFFICIENT_SCOPE:
        return 'Bearer error="insufficient_scope"'
    error = refusal.error if isinstance(refusal, BadCredential) else "invalid_token"
    if refusal.code is not Code.UNAUTHENTICATED and not isinstance(refusal, BadCredential):
        return None
    return "Bearer" if error is None else f'Bearer error="{error}"'


def install(http: FastAPI) -> None:
    """Have the application answer everything that goes wrong in it as a problem."""

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  registered for this type only
        return _spoken(error, http, request.scope)

    http.add_exception_handler(HTTPException, on_http)
    http.add_exception_handler(Refusal, _on_refusal)
    http.add_exception_handler(RequestValidationError, _on_invalid)
    http.add_exception_handler(Exception, _on_defect)


async def _on_refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101  registered for this type only
    return refused(error)


async def _on_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for this type only
    return refused(_invalid(error))


async def _on_defect(request: Request, _error: Exception) -> Response:
    return internal(request.scope)  # the frame around the application logs the error


def _spoken(error: HTTPException, http: FastAPI, scope: Scope) -> Problem:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(http, scope))
    phrase = HTTPStatus(error.status_code).phrase
    detail = _DETAILS.get(error.status_code, phrase + ".") if error.detail == phrase else error.detail
    return problem(error.status_code, detail, headers=headers)


def _invalid(error: RequestValidationError) -> Refusal:
    errors = tuple(_field_errors(error.errors()))
    detail = f"{errors[0].field}: {errors[0].message}" if errors else None
    return Refusal(Code.INVALID, detail, errors=errors)


def internal(scope: Scope) -> Problem:
    """The answer to a defect of ours: the request's id is what a person can quote, the log has the rest."""
    request_id = scope.get("state", {}).get("request_id", "")
    detail = "Something went wrong on our side; it has been logged under this request's id."
    return problem(500, detail, request=request_id)


def _field_errors(found: Iterable[Mapping[str, Any]]) -> Iterable[FieldError]:
    """Which field is wrong, and what is expected there; never what was there."""
    for error, _ in zip(found, range(FIELD_ERRORS_MAX), strict=False):
        # The first part says where the field stands (body, query, path). Names that a client made up are not echoed.
        path = [str(part) for part in error["loc"][1:] if isinstance(part, int) or _FIELD_NAME.match(str(part))]
        yield FieldError(".".join(path) or str(error["loc"][0]), _sentence(error))


def _sentence(error: Mapping[str, Any]) -> str:
    if error["type"] == "missing":
        return "this field is required"
    text = str(error["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _methods(http: FastAPI, scope: Scope) -> list[str]:
    """Every method that the path takes: one route knows only its own, and a path may have several routes."""
    bare = {key: value for key, value in scope.items() if key not in ("route", "path_params", "endpoint", "fastapi")}
    found = [
        method
        for method in METHODS
        if any(route.matches({**bare, "method": method})[0] is Match.FULL for route in http.router.routes)
    ]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found
