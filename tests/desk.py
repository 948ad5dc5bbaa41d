"""Everything around tokens on a stage: keys in a folder of the test's, the clock of the stage, passwords that cost
nothing to hash (and are counted), and the HTTP side of it all without a socket.

Bots: `clerk` is a bot with a client. Everyone's password is their name and ``-password``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import httpx
from fastapi import FastAPI

from service.api import metadata, oauth, problems, sessions, tickets
from service.api.attempts import LimitedCounts
from service.api.parts import Choices
from service.chat.attempts import Attempts
from service.chat.bots import Bots, NewBot
from service.chat.door import Door
from service.chat.grants import Caller, Grant, Grants
from service.chat.introspection import Introspection
from service.chat.keyring import Keyring, open_keyring
from service.chat.limits import Buckets
from service.chat.origins import Origins
from service.chat.passwords import Passwords
from service.chat.ports import Transaction
from service.chat.records import Credential
from service.chat.refresh import open_refresh_tokens
from service.chat.sessions import admit
from service.chat.signin import SignIn
from service.chat.tickets import MemoryTickets
from service.chat.tokens import Issuer, Verifier
from service.watch.metrics import Metrics
from tests.stage import CAST, Stage
from tests.stage_door import PlainFormatter

T = TypeVar("T")

NAME = "http://127.0.0.1:8000"
LIFETIME_S = 900
SESSION_DAYS = 30
PER_ACCOUNT = 10
PER_ADDRESS = 30
HOME = Caller("192.0.2.1", "a test")
FORM = "application/x-www-form-urlencoded"


class PlainPasswords:
    """Passwords that are their own hash. ``verified`` counts what the real ones would have spent 32 ms on."""

    def __init__(self) -> None:
        self.verified = 0
        self.before_answer: Callable[[], object] = lambda: None

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether they are the same."""
        self.verified += 1
        await asyncio.sleep(0)  # as the real ones do, so that others get their turn
        self.before_answer()
        return password_hash is not None and password == password_hash


class StageDatabase:
    """The stage's transactions, for who waits for them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """What ``fn`` answers."""
        return self._stage.run(fn)

    async def write(self, fn: Callable[[Transaction], T], then: Callable[[T], None] | None = None) -> T:
        """What ``fn`` answers, after ``then`` has heard it."""
        answer = self._stage.run(fn)
        if then is not None:
            then(answer)
        return answer


class Desk:
    """A server's tokens, without the server."""

    def __init__(self, data: Path, keyring: Keyring | None = None, *, password_grant: bool = True) -> None:
        self.data = data
        self.stage = Stage()
        self.database = StageDatabase(self.stage)
        self.passwords = PlainPasswords()
        self.keyring = keyring or open_keyring(data, ())
        self.issuer = Issuer(NAME, self.keyring, LIFETIME_S, self.clock)
        self.verifier = Verifier(NAME, self.keyring, self.clock)
        self.refresh_tokens = open_refresh_tokens(data)
        self.attempts = Attempts(LimitedCounts(self.clock))
        self.sign_in = SignIn(
            self.database,
            cast(Passwords, self.passwords),
            self.attempts,
            self.clock,
            per_account=PER_ACCOUNT,
            per_address=PER_ADDRESS,
        )
        self.grants = Grants(
            self.database,
            self.sign_in,
            self.issuer,
            self.refresh_tokens,
            session_days=SESSION_DAYS,
            password_grant=password_grant,
        )
        self.introspection = Introspection(self.database, self.verifier, self.refresh_tokens)
        self.tickets = MemoryTickets(self.clock)
        for username in CAST:
            self.set_password(username, f"{username}-password")

    def clock(self) -> int:
        """Now, which is when the stage's last transaction was."""
        return self.stage.now

    def set_password(self, username: str, password: str) -> None:
        """Another password, as an admin at the command line would set it."""
        user = self.stage.who(username)
        self.stage.run(lambda tx: tx.users.set_password_hash(user.id, password))

    async def bot(self, username: str = "clerk") -> NewBot:
        """A new bot."""
        return await Bots(self.database).add(username)

    async def sign_in_as(self, username: str, scope: str | None = None, caller: Caller = HOME) -> Grant:
        """What somebody gets for their password."""
        return await self.grants.by_password(username, f"{username}-password", scope, caller)

    def admitted(self, credential: Credential) -> str:
        """Whom the credential lets in."""
        return self.stage.run(lambda tx: admit(tx, credential)).user.username

    def client(self, address: str = HOME.address, **settings: Any) -> httpx.AsyncClient:
        """A client of the HTTP side that comes from that address."""
        transport = httpx.ASGITransport(self.http, client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url=NAME, **settings)

    @cached_property
    def http(self) -> FastAPI:
        """The routes that are about tokens."""
        http = FastAPI()
        http.state.parts = SimpleNamespace(
            choices=Choices(NAME, query_token=True, password_grant=True),
            origins=Origins.of("127.0.0.1", "", (), ("https://friends.example",)),
            metrics=Metrics(),
            door=Door(self.database, cast(Any, None), Buckets(1_000, lambda: 0.0), PlainFormatter()),
            keyring=self.keyring,
            issuer=self.issuer,
            verifier=self.verifier,
            tickets=self.tickets,
            grants=self.grants,
            introspection=self.introspection,
        )
        problems.install(http)
        for router in (oauth.router, metadata.router, sessions.router, tickets.router):
            http.include_router(router)
        return http
