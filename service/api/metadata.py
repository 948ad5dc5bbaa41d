"""What clients can find out by themselves: the server's metadata (RFC 8414) and its public keys (RFC 7517)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from service.api.parts import Parts, TheParts
from service.chat.roles import Scope

CACHED_SECONDS = 300  # short: after a rotation, a client should soon know the new key
PUBLIC = {"Cache-Control": f"public, max-age={CACHED_SECONDS}"}

router = APIRouter(prefix="/.well-known", tags=["tokens"])


@router.get("/oauth-authorization-server", summary="Metadata")
async def metadata(parts: TheParts) -> JSONResponse:
    """Where the endpoints are and what they can do, so that a client need only be told the server's address."""
    return JSONResponse(_metadata(parts), headers=PUBLIC)


@router.get("/jwks.json", summary="Public keys")
async def jwks(parts: TheParts) -> JSONResponse:
    """The keys that access tokens can be checked with. Empty while they are signed with a shared secret (HS256), which
    nobody else can check: ask `/oauth/introspect` then."""
    return JSONResponse(parts.keyring.jwks(), headers=PUBLIC)


def _metadata(parts: Parts) -> dict[str, Any]:
    issuer = parts.issuer.name
    grants = ["password"] if parts.choices.password_grant else []
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        "grant_types_supported": [*grants, "refresh_token", "client_credentials"],
        # Required (section 2), and never empty (section 3.2), though there is no authorization endpoint.
        "response_types_supported": ["none"],
        "scopes_supported": [scope.value for scope in Scope],
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "service_documentation": f"{issuer}/docs",
    }
