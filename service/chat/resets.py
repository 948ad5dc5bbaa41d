"""Password resets: a link that an admin hands to who forgot their password.

The link's token is a secret of 256 bits that works once; only its digest is kept. A plain SHA-256 is right for that:
what is drawn at random cannot be guessed however fast the hash is, unlike what people choose.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from service.chat.deeds import Deed, What, actor_of
from service.chat.directory import find
from service.chat.errors import Code, Refusal, Why
from service.chat.passwords import Passwords
from service.chat.policy import may_administer
from service.chat.ports import Database, Transaction
from service.chat.records import Asker, User

TOKEN_BYTES = 32  # of chance in a token
TOKEN_MAX = 100  # characters of a token
LIFETIME = 86_400  # seconds


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset that has been issued: the token is told this once. ``expires_at`` is in Unix ms."""

    token: str = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class IssueReset:
    """Let a user choose a new password. The old one is void and the sessions end at once: it may have been stolen."""

    username: str
    token: str = field(default_factory=new_token, repr=False)

    def run(self, tx: Transaction, asker: Asker) -> Reset:
        """By admins; they hand over the link, and never learn the password (ASVS 5.0, 6.4.6)."""
        may_administer(asker.user, asker.scope).require()
        user = find(tx, self.username)
        if user.bot:
            raise Refusal(Code.CONFLICT, "Bots have no password: they sign in by their client's secret.")
        expires_at = tx.now + LIFETIME * 1000
        tx.users.set_password_hash(user.id, None)
        tx.users.set_reset(user.id, _digest(self.token), expires_at)
        ended = tx.sessions.end_all(user.id, tx.now)
        actor = actor_of(asker)
        Deed(actor, What.PASSWORD_RESET, actor.server_rank, on=user).done(tx, sessions=ended)
        return Reset(self.token, expires_at)


class Resets:
    """The use of a reset by who was given it."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def use(self, token: str, password: str) -> User:
        """Choose a new password. A weak one is refused and the token stays good; then it is used up."""
        digest = _digest(token)
        user = await self._database.read(lambda tx: _require(tx.users.by_reset(digest, tx.now)))
        new_hash = await self._passwords.new_hash(password, user.username, user.name)

        def take(tx: Transaction) -> User:
            found = _require(tx.users.take_reset(digest, tx.now))
            tx.users.set_password_hash(found.id, new_hash)
            tx.sessions.end_all(found.id, tx.now)
            return found

        return await self._database.write(take)


def _require(user: User | None) -> User:
    if user is None:
        raise Refusal(
            Code.FORBIDDEN,
            "This link is not valid: it is wrong, used up or expired. Ask an admin for another.",
            why=Why("password_reset"),
        )
    return user


def _digest(token: str) -> bytes:
    # What no encoding can hold (a lone surrogate) is no token of ours; it must be told so, and not end in an error.
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
