"""Setting a new server up: its first admin, once, by the token that it printed where only its operator reads.

There is no default account. The token lives in memory alone: a restart without users prints another.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets

from service.chat import names
from service.chat.deeds import Actor, Deed, What
from service.chat.errors import Code, Refusal, Why
from service.chat.passwords import Passwords
from service.chat.policy import Rank
from service.chat.ports import Database, Transaction
from service.chat.records import Source, User
from service.chat.roles import Role

TOKEN_BYTES = 32  # of chance in the token
TOKEN_MAX = 100  # characters of the token


class Setup:
    """The one chance to become the first admin without anybody's leave."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords
        self._token: str | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> str | None:
        """The token, to be printed, if there is nobody yet; to be called at start. Asked again, it is the same one."""
        if self._token is None and not await self._database.read(lambda tx: tx.users.exist()):
            self._token = secrets.token_urlsafe(TOKEN_BYTES)
        return self._token

    async def complete(self, token: str, username: str, password: str, source: Source) -> User:
        """Make the first admin. Of two who try at once, one is it and the other is told so; a refused name or password
        leaves the token good."""
        async with self._turn:
            self._require(token)
            clean = names.username(username)
            password_hash = await self._passwords.new_hash(password, clean)
            admin = await self._database.write(lambda tx: _first(tx, clean, password_hash, source))
            self._token = None
            return admin

    def _require(self, token: str) -> None:
        if self._token is None:
            raise _done()
        # In constant time: a comparison that stops at the first difference tells how much of a guess is right.
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode()):
            raise Refusal(
                Code.FORBIDDEN, "That is not the set-up token that the server printed last.", why=Why("setup_token")
            )


def _first(tx: Transaction, username: str, password_hash: str, source: Source) -> User:
    # Asked again here: the operator may have made a user at the command line in the meantime.
    if tx.users.exist():
        raise _done()
    admin = tx.users.add(username, username, Role.ADMIN, bot=False, password_hash=password_hash)
    Deed(Actor(admin, source), What.SERVER_SET_UP, Rank.ADMIN, on=admin).done(tx)
    return admin


def _done() -> Refusal:
    return Refusal(Code.CONFLICT, "This server is set up already: sign in, or ask an admin for an account.")
