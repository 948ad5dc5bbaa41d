"""Signing in with a password: who gets to try, and what they are told.

Unknown name, wrong password, suspended account: one answer, after one and the same time. Failed tries are limited, and
who is over a limit is told so before anything is hashed, so that a crowd that guesses costs next to nothing:

* of each address, whatever names it tries;
* of each account, from wherever strangers try it: a guesser with a thousand addresses gets no more tries;
* of each account from a network where its owner has been of late, apart from the strangers: so nobody can lock the
  owner out by guessing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from service.chat import names
from service.chat.attempts import Attempts, Bucket, network_of
from service.chat.errors import Refusal
from service.chat.passwords import Passwords
from service.chat.ports import Clock, Database, Transaction
from service.chat.records import User

WINDOW_SECONDS = 300  # in which failed tries are counted
KNOWN_FOR_MS = 30 * 86_400_000  # how long a network counts as one of the owner's
KNOWN_MAX = 50  # addresses of one owner that are looked at
TOO_MANY = "Too many failed sign-ins. Wait a little."


class WrongPassword(Exception):
    """The name, the password or the account is not good; nobody is told which."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user who has just proved their password, and the hash that it was proved against."""

    user: User
    password_hash: str

    def still_holds(self, tx: Transaction) -> bool:
        """Whether that is so now: a password may be changed, or its owner suspended, while the old one is hashed."""
        user = tx.users.get(self.user.id)
        if user is None or user.deleted or user.suspended:
            return False
        return tx.users.password_hash(user.id) == self.password_hash


@dataclass(frozen=True, slots=True)
class _Account:
    user: User
    password_hash: str


class SignIn:
    """The check of a username and a password."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        attempts: Attempts,
        clock: Clock,
        *,
        per_account: int,
        per_address: int,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._attempts = attempts
        self._clock = clock
        self._per_account = per_account
        self._per_address = per_address

    async def check(self, username: str, password: str, address: str) -> SignedIn:
        """Who that is; or ``WrongPassword``, ``rate_limited``, ``unavailable``."""
        network = network_of(address)
        name = _possible(username)
        async with self._attempts.place(_bucket(f"address {network}", self._per_address)) as of_address:
            account, known = await self._database.read(lambda tx: self._find(tx, name))
            apart = network if network in known else None
            account_bucket = _bucket(_account(name or username, apart), self._per_account)
            async with self._attempts.place(account_bucket) as of_account:
                right = await self._passwords.verify(password, None if account is None else account.password_hash)
                if account is None or not right:
                    of_address.count()
                    of_account.count()
                    raise WrongPassword
                # All of this account, for it was its owner; but none of the address, or whoever has an account could
                # guess at others for ever by signing in between.
                of_account.forgive()
        return SignedIn(account.user, account.password_hash)

    def _find(self, tx: Transaction, name: str | None) -> tuple[_Account | None, set[str]]:
        """The account, if it can sign in with a password now, and the networks from which its owner comes."""
        if name is None:
            return None, set()
        addresses = tx.sessions.addresses_of(name, self._clock() - KNOWN_FOR_MS, KNOWN_MAX)
        networks = {network_of(address) for address in addresses}
        user = tx.users.by_username(name)
        if user is None or user.deleted or user.suspended:
            return None, networks
        password_hash = tx.users.password_hash(user.id)
        return (None if password_hash is None else _Account(user, password_hash)), networks


def _bucket(name: str, most: int) -> Bucket:
    return Bucket(name, most, WINDOW_SECONDS, TOO_MANY)


def _account(name: str, known_network: str | None) -> str:
    """The name of an account's bucket. A digest of the name: what people type there may be long, or their password."""
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return f"account {digest}" if known_network is None else f"account {digest} at {known_network}"


def _possible(username: str) -> str | None:
    """The name as it is looked up, or None if no account can have it. What is far too long is not even folded: that
    takes time with the square of the length."""
    if len(username) > names.NAME_MAX:
        return None
    try:
        return names.username(username)
    except Refusal:
        return None
