"""Signing up: who may make an account, by the mode that the server is set to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.chat.accounts import Accounts, NewAccount
from service.chat.door import Door
from service.chat.errors import Code, Refusal, Why
from service.chat.policy import Verdict, may_administer
from service.chat.ports import Transaction
from service.chat.records import Asker, Credential, User
from service.chat.roles import Role


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

    def __init__(self, accounts: Accounts, door: Door, mode: SignUp) -> None:
        self._accounts = accounts
        self._door = door
        self._mode = mode

    async def sign_up(self, wanted: NewAccount) -> User:
        """An account for somebody who comes by themselves, if the server is set to let them."""
        if self._mode is SignUp.CLOSED:
            raise _closed("Nobody can sign up here: ask an admin for an account.")
        if self._mode is SignUp.INVITE and wanted.invite is None:
            raise _closed("Signing up needs an invite: ask an admin for one.")
        return await self._accounts.add(wanted)

    async def create(self, credential: Credential, wanted: NewAccount) -> User:
        """An account made by somebody who is signed in: admins make them for others, all others sign up as usual."""
        verdict = await self._door.ask(credential, _MayAdminister())
        if verdict.code is Code.ROLE_TOO_LOW:
            return await self.sign_up(wanted)
        verdict.require()
        return await self._door.do(credential, await self._accounts.prepared(wanted, Role.MEMBER))


def _closed(message: str) -> Refusal:
    return Refusal(Code.FORBIDDEN, message, why=Why("sign_up"))
