"""The refresh token of a browser, in a cookie that its scripts can't read and that only ``/oauth`` is sent.

A cookie comes with every request to its path, whoever caused it. So it is looked at only where the header
``Folkmoot-Cookie`` stands beside it, which no form and no foreign page can add, and where ``Origin`` names this very
server: of the origins that the settings allow besides, none may spend this browser's sessions.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request, Response

from service.api.token_request import bad_request
from service.chat.origins import Origins

ASKED_BY = "folkmoot-cookie"  # the header; its value is 1
PATH = "/oauth"
NAME = "folkmoot"
SECURE_NAME = "__Secure-folkmoot"  # browsers take a cookie of that name only by TLS, so none can be planted without it


@dataclass(frozen=True, slots=True)
class RefreshCookie:
    """The cookie of one request that asked for it."""

    secure: bool

    @property
    def name(self) -> str:
        """What the cookie is called."""
        return SECURE_NAME if self.secure else NAME

    def read(self, request: Request) -> str | None:
        """The refresh token that came with the request."""
        return request.cookies.get(self.name) or None

    def set(self, response: Response, token: str, days: int) -> None:
        """Have the browser keep a refresh token."""
        response.set_cookie(
            self.name, token, max_age=days * 86_400, path=PATH, secure=self.secure, httponly=True, samesite="strict"
        )

    def clear(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name, path=PATH, secure=self.secure, httponly=True, samesite="strict")


def asked_for(request: Request, origins: Origins) -> RefreshCookie | None:
    """The cookie, if the request asks for that way; ``invalid_request`` if it does from where it may not."""
    values = request.headers.getlist(ASKED_BY)
    if not values:
        return None
    brought = request.headers.getlist("origin")
    own = len(brought) == 1 and origins.is_own(brought[0], request.scope["scheme"], request.headers.get("host", ""))
    if values != ["1"] or not own:
        raise bad_request("Folkmoot-Cookie is 1, and for pages of this server only.")
    # The browser's view counts: a proxy may speak TLS with it and not with us.
    return RefreshCookie(secure=brought[0].startswith("https://"))
