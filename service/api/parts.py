"""All that routes need, in one value. It is put together in ``app``; nothing here knows how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from service.api.health import Readiness
from service.api.own_exports import OwnExports
from service.chat.accounts import Accounts
from service.chat.bots import Bots
from service.chat.door import Door
from service.chat.grants import Grants
from service.chat.introspection import Introspection
from service.chat.keyring import Keyring
from service.chat.origins import Origins
from service.chat.passwords import Passwords
from service.chat.ports import Clock, Database
from service.chat.profile import Profiles
from service.chat.refresh import RefreshTokens
from service.chat.resets import Resets
from service.chat.screening import Screen
from service.chat.search import Searches
from service.chat.setup import Setup
from service.chat.sign_up import SignUps
from service.chat.tickets import Tickets
from service.chat.tokens import Issuer, Verifier
from service.chat.uploads import Uploads
from service.live.erasing import Eraser
from service.live.hub import Hub
from service.watch.metrics import Exposition, Metrics


@dataclass(frozen=True, slots=True)
class Choices:
    """What the operator chose that routes have to know, as the settings say it."""

    public_url: str
    """The URL under which people reach the server, without a slash at its end: what links begin with."""
    query_token: bool
    password_grant: bool

    @property
    def https(self) -> bool:
        """Whether people reach the server by TLS; what terminates it may stand before us."""
        return self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Parts:
    """One running server."""

    clock: Clock
    choices: Choices
    origins: Origins
    metrics: Metrics
    exposition: Exposition
    database: Database
    readiness: Readiness
    door: Door
    hub: Hub
    keyring: Keyring
    issuer: Issuer
    verifier: Verifier
    refresh_tokens: RefreshTokens
    tickets: Tickets
    screen: Screen
    uploads: Uploads
    own_exports: OwnExports
    eraser: Eraser
    searches: Searches
    passwords: Passwords
    setup: Setup
    accounts: Accounts
    sign_ups: SignUps
    profiles: Profiles
    resets: Resets
    bots: Bots
    grants: Grants
    introspection: Introspection


def parts_of(connection: HTTPConnection) -> Parts:
    """The server that a request or a socket has reached."""
    return cast(Parts, connection.app.state.parts)


async def _the_parts(connection: HTTPConnection) -> Parts:
    return parts_of(connection)


TheParts = Annotated[Parts, Depends(_the_parts)]
"""The parts, as a parameter of a route."""
