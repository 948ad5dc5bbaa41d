"""The answer to a request that can't be read: no application ever sees it, so the protocols give it by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus

from service.chat.errors import Code


def answer(status: HTTPStatus, code: Code, detail: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """A problem document (RFC 9457) as the whole and last answer on its connection; ``headers`` come before ours."""
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, "code": code}
    body = json.dumps(problem).encode()
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}".encode(),
        *(name + b": " + value for name, value in headers),
        b"content-type: application/problem+json",
        f"content-length: {len(body)}".encode(),
        b"connection: close",
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
