"""Making accounts, and giving them passwords.

Passwords are hashed before the transaction begins, for that takes as long as a hundred transactions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from service.chat import invites, names
from service.chat.errors import Code, Refusal
from service.chat.passwords import Passwords
from service.chat.policy import may_administer
from service.chat.ports import Database, Transaction
from service.chat.records import Asker, User
from service.chat.roles import Role
from service.chat.users import find


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody who wants an account has to say. Without a name they are called as their username."""

    username: str
    password: str = field(repr=False)
    name: str | None = None
    invite: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AddUser:
    """Make an account. ``role`` is that of the invite, if there is one."""

    username: str
    name: str
    password_hash: str = field(repr=False)
    invite: str | None = field(default=None, repr=False)
    role: Role = Role.MEMBER

    def run(self, tx: Transaction, asker: Asker) -> User:
        """By admins, however the server is set about signing up."""
        may_administer(asker.user, asker.scope).require()
        return self.add(tx)

    def add(self, tx: Transaction) -> User:
        """Make it, without asking who may."""
        role = self.role if self.invite is None else invites.use(tx, self.invite).role
        return tx.users.add(self.username, self.name, role, bot=False, password_hash=self.password_hash)


class Accounts:
    """Making accounts and setting passwords, without asking who may: for the operator, and behind ``sign_up``."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def add(self, wanted: NewAccount, role: Role = Role.MEMBER) -> User:
        """A new account; the invite, if there is one, decides about the role."""
        return await self._database.write((await self.prepared(wanted, role)).add)

    async def set_password(self, username: str, password: str) -> User:
        """Give somebody another password, which ends all of their sessions."""
        user = await self._database.read(lambda tx: find(tx, username))
        if user.bot:
            raise Refusal(Code.CONFLICT, "Bots have no password: they sign in by their client's secret.")
        new_hash = await self._passwords.new_hash(password, user.username, user.name)

        def set_it(tx: Transaction) -> User:
            found = find(tx, username)
            tx.users.set_password_hash(found.id, new_hash)
            tx.sessions.end_all(found.id, tx.now)
            return found

        return await self._database.write(set_it)

    async def prepared(self, wanted: NewAccount, role: Role) -> AddUser:
        """All that can be said before the account is made; a void invite is told before anything is hashed for it."""
        code = wanted.invite
        if code is not None:
            await self._database.read(lambda tx: invites.check(tx, code))
        username = names.username(wanted.username)
        name = username if wanted.name is None else names.line("name", wanted.name, names.NAME_MAX)
        new_hash = await self._passwords.new_hash(wanted.password, username, name)
        return AddUser(username, name, new_hash, code, role)
