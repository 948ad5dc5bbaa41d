"""Signing up: who may make an account, by the mode that the server is set to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.chat.accounts import Accounts, NewAccount
from service.chat.attempts import Attempts, Bucket, network_of
from service.chat.door import Door
from service.chat.errors import Code, Refusal, Why
from service.chat.policy import Verdict, may_administer
from service.chat.ports import Transaction
from service.chat.records import Asker, Credential, User
from service.chat.roles import Role

WINDOW_SECONDS = 3600  # in which sign-ups are counted
TOO_MANY = "Too many sign-ups from your network. Wait a little, or ask an admin for an account."


class SignUp(StrEnum):
    """Who may make an account for themselves."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class _MayAdminister:
    """What the policy says of the asker's right to manage users."""

    def run(self, _tx: Transaction, asker: Asker) -> Verdict:
        return may_administer(asker.user, asker.scope)


class SignUps:
    """Letting people make accounts."""

    def __init__(self, accounts: Accounts, door: Door, mode: SignUp, attempts: Attempts, *, per_address: int) -> None:
        self._accounts = accounts
        self._door = door
        self._mode = mode
        self._attempts = attempts
        self._per_address = per_address

    async def sign_up(self, wanted: NewAccount, address: str) -> User:
        """An account for somebody who comes by themselves, if the server is set to let them."""
        if self._mode is SignUp.CLOSED:
            raise _closed("Nobody can sign up here: ask an admin for an account.")
        if self._mode is SignUp.INVITE and wanted.invite is None:
            raise _closed("Signing up needs an invite: ask an admin for one.")
        bucket = Bucket(f"sign-up {network_of(address)}", self._per_address, WINDOW_SECONDS, TOO_MANY)
        async with self._attempts.place(bucket) as place:
            try:
                made = await self._accounts.add(wanted)
            except Refusal as refusal:
                # What is refused counts too: a password that is judged costs as much as one that is taken. But who is
                # told to come back later did nothing.
                if refusal.code is not Code.UNAVAILABLE:
                    place.count()
                raise
            place.count()
        return made

    async def create(self, credential: Credential, wanted: NewAccount, address: str) -> User:
        """An account made by somebody who is signed in: admins make them for others, all others sign up as usual."""
        verdict = await self._door.ask(credential, _MayAdminister())
        if verdict.code is Code.ROLE_TOO_LOW:
            return await self.sign_up(wanted, address)
        verdict.require()
        return await self._door.do(credential, await self._accounts.prepared(wanted, Role.MEMBER))


def _closed(message: str) -> Refusal:
    return Refusal(Code.FORBIDDEN, message, why=Why("sign_up"))
