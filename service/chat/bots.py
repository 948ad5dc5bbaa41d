"""Bots: users that are programs. They sign in by the id and the secret of an OAuth client (RFC 6749, section 4.4).

A secret is told once, when the bot is made; only its digest is kept. A plain SHA-256 is right for that: a secret of
256 random bits cannot be guessed however fast the hash is, so a slow one would only slow the bots down.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from service.chat import names
from service.chat.deeds import OPERATOR, Deed, What
from service.chat.errors import Code, Refusal
from service.chat.ports import Database, Transaction
from service.chat.records import Client, User
from service.chat.roles import Role

CLIENT_ID_BYTES = 8  # of chance in a client's id
SECRET_BYTES = 32  # of chance in a secret
SECRET_PREFIX = "cs_"  # so that it is known for what it is where it leaks  # noqa: S105
_NOBODYS_DIGEST = bytes(hashlib.sha256().digest_size)


@dataclass(frozen=True, slots=True)
class NewBot:
    """A bot that has just been made: its secret is told this once."""

    user: User
    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot, and the client that it signs in as."""

    user: User
    client: Client


class Bots:
    """Making and recognising bots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, username: str, name: str | None = None, role: Role = Role.MEMBER) -> NewBot:
        """Make a bot, without asking who may: for the operator."""
        folded = names.username(username)
        shown = folded if name is None else names.line("name", name, names.NAME_MAX)
        client_id = f"bot-{secrets.token_hex(CLIENT_ID_BYTES)}"
        secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)

        def add(tx: Transaction) -> User:
            user = tx.users.add(folded, shown, role, bot=True, password_hash=None)
            tx.clients.add(Client(client_id, user.id, _digest(secret), tx.now))
            Deed(OPERATOR, What.BOT_ADDED, OPERATOR.server_rank, on=user).done(tx, role=role.word)
            return user

        return NewBot(await self._database.write(add), client_id, secret)

    async def all(self) -> list[Bot]:
        """All bots that there are, by username, without their secrets."""

        def read(tx: Transaction) -> list[Bot]:
            clients = {client.user_id: client for client in tx.clients.all()}
            return [Bot(user, clients[user.id]) for user in tx.users.bots()]

        return await self._database.read(read)


def authenticate(tx: Transaction, client_id: str, secret: str) -> Client | None:
    """The client, if the secret is its own. An unknown id takes as long as a wrong secret."""
    known = tx.clients.get(client_id) if client_id.isascii() and "\0" not in client_id else None
    right = hmac.compare_digest(_NOBODYS_DIGEST if known is None else known.secret_digest, _digest(secret))
    return known if right else None


def user_of(tx: Transaction, client: Client) -> User:
    """The bot behind a client; it is never deleted without its client."""
    user = tx.users.get(client.user_id)
    if user is None or user.deleted:
        raise Refusal(Code.UNAUTHENTICATED, "The bot is not there any more.")
    return user


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
