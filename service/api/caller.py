"""From where a request or a socket comes."""

from __future__ import annotations

from starlette.types import Scope

from service.chat.records import Source


def address_of(scope: Scope) -> str:
    """The network address of who asks, as the server believes it; nothing where there is none (a Unix socket)."""
    client = scope.get("client")
    return client[0] if client else ""


def source_of(scope: Scope) -> Source:
    """What the audit log notes of where a request came from: its address, and the id that our log knows it by."""
    return Source(address_of(scope), scope.get("state", {}).get("request_id", ""))
