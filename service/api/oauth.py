"""The OAuth 2 endpoints: getting tokens, having them ended, looking into them (RFC 6749, 7009, 7662).

The framework's own form for this is not used: it takes the last of repeated parameters and answers 422 with what was
sent. Errors here are the JSON of RFC 6749, section 5.2, and never hold anything of the request.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from service.api import refresh_cookie, token_request
from service.api.parts import Parts, TheParts
from service.api.refresh_cookie import RefreshCookie
from service.api.token_request import TokenRequest, bad_request
from service.chat.errors import Code, Refusal
from service.chat.grants import Grant, GrantError, GrantRefused, Grants
from service.chat.introspection import Active
from service.chat.roles import format_scope

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749, section 5.1
BASIC_CHALLENGE = 'Basic realm="folkmoot", charset="UTF-8"'
TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"  # the registered word nearest to "not now"

_OUTCOMES = {200: "ok", 429: "limited"}  # as they are counted; all others are refusals

router = APIRouter(prefix="/oauth", tags=["tokens"])


def _form(required: list[str], **fields: str) -> dict[str, Any]:
    """The description of a form, which the framework can't derive from a body that we read by ourselves."""
    properties = {name: {"type": "string", "description": text} for name, text in fields.items()}
    schema = {"type": "object", "required": required, "properties": properties}
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}


_TOKEN_FORM = _form(
    ["grant_type"],
    grant_type="`password`, `refresh_token` or `client_credentials` (bots, with HTTP Basic).",
    username="With `password`.",
    password="With `password`.",  # noqa: S106
    refresh_token="With `refresh_token`: each is good once.",  # noqa: S106
    scope="Scopes, separated by spaces; all that the role allows if left out.",
)
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The error of RFC 6749, section 5.2."},
    401: {"description": "`invalid_client`: the client's id or secret is not right."},
    429: {"description": "Too many failed sign-ins; `Retry-After` says when to try again."},
    503: {"description": "Not available right now; `Retry-After` says when to try again."},
}


@router.post("/token", summary="Get tokens", openapi_extra=_TOKEN_FORM, responses=_ERRORS)
async def token(request: Request, parts: TheParts) -> Response:
    """Sign in, refresh, or sign a bot in. With the header `Folkmoot-Cookie: 1`, a page of this server gets its refresh
    token as a cookie."""
    answer = await _answered(_token(request, parts))
    parts.metrics.sign_ins[_OUTCOMES.get(answer.status_code, "refused")] += 1
    return answer


@router.post(
    "/revoke",
    summary="End a session",
    openapi_extra=_form([], token="An access or a refresh token.", token_type_hint="Not needed."),  # noqa: S106
    responses={400: _ERRORS[400], 401: _ERRORS[401]},
)
async def revoke(request: Request, parts: TheParts) -> Response:
    """End the session of a token of either kind. An unknown token is 200, too: it is no good either way."""
    return await _answered(_revoke(request, parts))


@router.post(
    "/introspect",
    summary="Look into a token",
    openapi_extra=_form(["token"], token="An access or a refresh token.", token_type_hint="Not needed.")  # noqa: S106
    | {"security": [{"client": []}]},
    responses={400: _ERRORS[400], 401: _ERRORS[401]},
)
async def introspect(request: Request, parts: TheParts) -> Response:
    """What a token is good for, for clients with a secret; `{"active": false}` and nothing else if for nothing."""
    return await _answered(_introspect(request, parts))


async def _answered(work: Awaitable[Response]) -> Response:
    """The answer, also where there is no token in it; nothing of it may be kept by a cache."""
    try:
        answer = await work
    except GrantRefused as refused:
        answer = _error(refused)
    except Refusal as refusal:
        answer = _not_now(refusal)
    answer.headers.update(NO_STORE)
    return answer


async def _token(request: Request, parts: Parts) -> Response:
    cookie = refresh_cookie.asked_for(request, parts.origins)
    asked = await token_request.read(request)
    try:
        grant = await _granted(request, asked, parts.grants, cookie)
    except GrantRefused as refused:
        answer: Response = _error(refused)
        if cookie is not None and refused.error is GrantError.INVALID_GRANT:
            cookie.clear(answer)  # what is no good any more need not come again
        return answer
    if cookie is None or grant.refresh_token is None:
        return JSONResponse(_tokens(grant, grant.refresh_token))
    answer = JSONResponse(_tokens(grant, None))
    cookie.set(answer, grant.refresh_token, parts.grants.session_days)
    return answer


async def _granted(request: Request, asked: TokenRequest, grants: Grants, cookie: RefreshCookie | None) -> Grant:
    grant_type, scope = asked.require("grant_type"), asked.get("scope")
    if grant_type == "client_credentials":
        return await grants.by_secret(asked.require_proof(), scope, asked.caller)
    if grant_type not in ("password", "refresh_token"):
        raise GrantRefused(GrantError.UNSUPPORTED_GRANT_TYPE, "There are password, refresh_token, client_credentials.")
    if asked.proof is not None:
        await grants.identify(asked.proof)
        raise GrantRefused(GrantError.UNAUTHORIZED_CLIENT, "Clients with a secret use client_credentials.")
    if grant_type == "password":
        return await grants.by_password(asked.require("username"), asked.require("password"), scope, asked.caller)
    kept = None if cookie is None else cookie.read(request)
    return await grants.by_refresh_token(asked.get("refresh_token") or kept or _no_token(), scope, asked.caller)


def _no_token() -> str:
    raise bad_request("The parameter refresh_token is missing.")


async def _revoke(request: Request, parts: Parts) -> Response:
    cookie = refresh_cookie.asked_for(request, parts.origins)
    asked = await token_request.read(request)
    client = None if asked.proof is None else await parts.grants.identify(asked.proof)
    kept = None if cookie is None else cookie.read(request)
    presented = asked.get("token") or kept
    if presented is not None:
        await parts.introspection.revoke(presented, client)
    elif cookie is None:
        asked.require("token")
    answer = Response()
    if cookie is not None:
        cookie.clear(answer)
    return answer


async def _introspect(request: Request, parts: Parts) -> Response:
    asked = await token_request.read(request)
    await parts.grants.identify(asked.require_proof())
    active = await parts.introspection.look(asked.require("token"))
    return JSONResponse({"active": False} if active is None else _described(active, parts.issuer.name))


def _tokens(grant: Grant, refresh_token: str | None) -> dict[str, Any]:
    """The answer of RFC 6749, section 5.1."""
    answer: dict[str, Any] = {
        "access_token": grant.access.text,
        "token_type": "bearer",
        "expires_in": grant.access.expires_in,
    }
    if refresh_token is not None:
        answer["refresh_token"] = refresh_token
    return {**answer, "scope": format_scope(grant.scope)}


def _described(active: Active, issuer: str) -> dict[str, Any]:
    """The answer of RFC 7662, section 2.2."""
    return {
        "active": True,
        "scope": format_scope(active.scope),
        "client_id": active.session.client_id,
        "username": active.user.username,
        "token_type": "refresh_token" if active.refresh else "bearer",
        "exp": active.expires_at,
        "sub": active.user.uid,
        "aud": issuer,
        "iss": issuer,
        "sid": active.session.sid,
    }


def _error(refused: GrantRefused) -> JSONResponse:
    """The error of RFC 6749, section 5.2."""
    body = {"error": refused.error.value, "error_description": refused.description}
    if refused.error is GrantError.INVALID_CLIENT:
        return JSONResponse(body, 401, {"WWW-Authenticate": BASIC_CHALLENGE})
    return JSONResponse(body, 400)


def _not_now(refusal: Refusal) -> JSONResponse:
    """Too many tries, or too much to do. The RFC knows no error for either at this endpoint, so the status tells."""
    if refusal.code not in (Code.RATE_LIMITED, Code.UNAVAILABLE):
        raise refusal
    wait = max(1, math.ceil(refusal.retry_after or 1))
    body = {"error": TEMPORARILY_UNAVAILABLE, "error_description": refusal.message}
    return JSONResponse(body, refusal.status, {"Retry-After": str(wait)})
