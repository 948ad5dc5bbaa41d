"""Making accounts, and giving them passwords.

Passwords are hashed before the transaction begins, for that takes as long as a hundred transactions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from service.chat import invites, names
from service.chat.deeds import OPERATOR, Actor, Deed, What, actor_of
from service.chat.directory import find
from service.chat.errors import Code, Refusal
from service.chat.passwords import Passwords
from service.chat.policy import may_administer
from service.chat.ports import Database, Transaction
from service.chat.records import Asker, User
from service.chat.roles import Role


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
        return self.add(tx, actor_of(asker))

    def add(self, tx: Transaction, by: Actor | None) -> User:
        """Make it, without asking who may; ``by`` None is who makes it for themselves, which takes no authority."""
        role = self.role if self.invite is None else invites.use(tx, self.invite).role
        user = tx.users.add(self.username, self.name, role, bot=False, password_hash=self.password_hash)
        if by is not None:
            Deed(by, What.USER_ADDED, by.server_rank, on=user).done(tx, role=role.word)
        return user


class Accounts:
    """Making accounts and setting passwords, without asking who may: for the operator, and behind ``sign_up``."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def add(self, wanted: NewAccount, role: Role = Role.MEMBER, by: Actor | None = None) -> User:
        """A new account; the invite, if there is one, decides about the role. ``by`` None is whose it will be."""
        command = await self.prepared(wanted, role)
        return await self._database.write(lambda tx: command.add(tx, by))

    async def set_password(self, username: str, password: str) -> User:
        """Give somebody another password, which ends all of their sessions: for the operator."""
        user = await self._database.read(lambda tx: find(tx, username))
        if user.bot:
            raise Refusal(Code.CONFLICT, "Bots have no password: they sign in by their client's secret.")
        new_hash = await self._passwords.new_hash(password, user.username, user.name)

        def set_it(tx: Transaction) -> User:
            found = find(tx, username)
            tx.users.set_password_hash(found.id, new_hash)
            ended = tx.sessions.end_all(found.id, tx.now)
            Deed(OPERATOR, What.PASSWORD_SET, OPERATOR.server_rank, on=found).done(tx, sessions=ended)
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
