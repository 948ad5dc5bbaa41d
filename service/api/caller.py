"""From where a request or a socket comes."""

from __future__ import annotations

from starlette.types import Scope


def address_of(scope: Scope) -> str:
    """The network address of who asks, as the server believes it; nothing where there is none (a Unix socket)."""
    client = scope.get("client")
    return client[0] if client else ""
