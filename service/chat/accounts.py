"""Accounts as their owners make and keep them: signing up, and changing one's own name and password.

Passwords are hashed before the transaction begins, for that takes as long as a hundred transactions; what the hash
was made for is checked again inside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from service.chat import invites, names
from service.chat.door import Door
from service.chat.errors import Code, Refusal, Why, invalid
from service.chat.invites import SignUp
from service.chat.passwords import Passwords
from service.chat.policy import Verdict, may_administer, may_change_oneself
from service.chat.ports import Database, Transaction
from service.chat.records import Asker, Credential, User
from service.chat.roles import Role
from service.chat.users import find


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody who wants an account has to say. Without a name they are called as their username."""

    username: str
    password: str = field(repr=False)
    name: str | None = None
    invite: str | None = field(default=None, repr=False)

    def checked(self) -> NewAccount:
        """The same with clean names, or ``invalid``."""
        username = names.username(self.username)
        name = username if self.name is None else names.line("name", self.name, names.NAME_MAX)
        return NewAccount(username, self.password, name, self.invite)


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


@dataclass(frozen=True, slots=True)
class _MayAdminister:
    """What the policy says of the asker's right to manage users."""

    def run(self, tx: Transaction, asker: Asker) -> Verdict:
        return may_administer(asker.user, asker.scope)


@dataclass(frozen=True, slots=True)
class _SeeOwnHash:
    """The asker, and the hash of their password."""

    def run(self, tx: Transaction, asker: Asker) -> tuple[User, str | None]:
        may_change_oneself(asker.scope).require()
        return asker.user, tx.users.password_hash(asker.user.id)


@dataclass(frozen=True, slots=True)
class ChangeOwn:
    """Change one's own name, and one's password from the one with the hash ``before`` to the one with ``after``."""

    name: str | None = None
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)

    def run(self, tx: Transaction, asker: Asker) -> User:
        """A changed password ends all other sessions: whoever knew the old one is out."""
        may_change_oneself(asker.scope).require()
        user = asker.user
        if self.name is not None:
            name = names.line("name", self.name, names.NAME_MAX)
            if name != user.name:
                tx.users.set_name(user.id, name)
        if self.after is not None:
            if tx.users.password_hash(user.id) != self.before:
                raise Refusal(Code.CONFLICT, "The password was changed in the meantime.")
            tx.users.set_password_hash(user.id, self.after)
            tx.sessions.end_all(user.id, tx.now, but=asker.session.sid)
        return find(tx, user.username)


class Accounts:
    """The use cases around one's own account."""

    def __init__(self, database: Database, door: Door, passwords: Passwords, sign_up: SignUp) -> None:
        self._database = database
        self._door = door
        self._passwords = passwords
        self._sign_up = sign_up

    async def sign_up(self, wanted: NewAccount) -> User:
        """An account for somebody who comes by themselves, if the server is set to let them."""
        if self._sign_up is SignUp.CLOSED:
            raise _closed("Nobody can sign up here: ask an admin for an account.")
        if self._sign_up is SignUp.INVITE and wanted.invite is None:
            raise _closed("Signing up needs an invite: ask an admin for one.")
        return await self.add(wanted)

    async def create(self, credential: Credential, wanted: NewAccount) -> User:
        """An account made by somebody who is signed in: admins make them for others, all others sign up as usual."""
        verdict = await self._door.ask(credential, _MayAdminister())
        if verdict.code is Code.ROLE_TOO_LOW:
            return await self.sign_up(wanted)
        verdict.require()
        return await self._door.do(credential, await self._prepared(wanted, Role.MEMBER))

    async def add(self, wanted: NewAccount, role: Role = Role.MEMBER) -> User:
        """An account, without asking who may: for the operator, and for whoever has passed the rules."""
        return await self._database.write((await self._prepared(wanted, role)).add)

    async def change(
        self, credential: Credential, *, name: str | None, password: str | None, current: str | None
    ) -> User:
        """Change one's own name or password; the password only for who knows it: a stolen token is not enough."""
        if password is None:
            return await self._door.do(credential, ChangeOwn(name))
        if current is None:
            raise invalid("current_password", "a new password needs the current one too")
        user, before = await self._door.ask(credential, _SeeOwnHash())
        if not await self._passwords.verify(current, before):
            raise Refusal(Code.FORBIDDEN, "That is not the current password.", why=Why("current_password"))
        after = await self._passwords.new_hash(password, user.username, user.name)
        return await self._door.do(credential, ChangeOwn(name, before, after))

    async def set_password(self, username: str, password: str) -> User:
        """Give somebody a password, without asking who may: for the operator. Ends all of the user's sessions."""
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

    async def _prepared(self, wanted: NewAccount, role: Role) -> AddUser:
        """All that can be said before the account is made; a void invite is told before anything is hashed for it."""
        code = wanted.invite
        if code is not None:
            await self._database.read(lambda tx: invites.check(tx, code))
        clean = wanted.checked()
        name = clean.name or clean.username
        new_hash = await self._passwords.new_hash(clean.password, clean.username, name)
        return AddUser(clean.username, name, new_hash, code, role)


def _closed(message: str) -> Refusal:
    return Refusal(Code.FORBIDDEN, message, why=Why("sign_up"))
