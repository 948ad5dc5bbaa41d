"""The access token of an HTTP request (RFC 6750, section 2.1): in the header ``Authorization``, once, and nowhere else.

A token in the query or in the body is not looked for: both end up in places that nobody guards. Sockets have ways of
their own to bring one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from service.api.caller import address_of
from service.api.parts import parts_of
from service.chat.errors import invalid
from service.chat.records import Credential, Source
from service.chat.tokens import BadCredential, ambiguous_credential, missing_credential

DRY_RUN = "dry_run"  # the parameter with which a request is only tried
SCHEME = "bearer"  # compared without regard to case (RFC 9110, section 11.1)


def bearer(request: Request) -> Credential:
    """What the request's token says; ``BadCredential`` if there is none that is good."""
    brought = request.headers.getlist("authorization")
    if len(brought) > 1:
        raise ambiguous_credential()
    scheme, _, token = (brought[0] if brought else "").partition(" ")
    if scheme.lower() != SCHEME:  # of another scheme we know nothing, so that is none either
        raise missing_credential()
    if not token:
        raise BadCredential("There is no token behind Bearer.")
    return parts_of(request).verifier.verify(token.strip(" "))


class AccessToken(SecurityBase):
    """``bearer`` as a dependency that the API's description shows. ``tries`` says whether the route can be tried
    (``acting``)."""

    def __init__(self, tries: bool = False) -> None:
        self.model = HTTPBearer(bearerFormat="JWT")
        self.scheme_name = "accessToken"
        self._tries = tries

    async def __call__(self, request: Request) -> Credential:
        """The credential; async, so that it does not go by way of a thread."""
        if not self._tries and DRY_RUN in request.query_params:
            # Whoever asks to be told only must not find it done.
            raise invalid(DRY_RUN, "this can't be tried; leave the parameter out, and it is done")
        source = Source(address_of(request.scope), request.scope.get("state", {}).get("request_id", ""))
        return replace(bearer(request), source=source)


Asking = Annotated[Credential, Depends(AccessToken())]
"""Who asks, as a parameter of a route. That they may is decided behind the door."""
