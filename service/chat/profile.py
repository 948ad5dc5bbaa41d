"""One's own account: seeing it, and changing one's name and password."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.chat import names
from service.chat.directory import find
from service.chat.door import Door
from service.chat.errors import Code, Refusal, Why, invalid
from service.chat.passwords import Passwords
from service.chat.policy import may_change_oneself, may_list
from service.chat.ports import Transaction
from service.chat.records import Asker, Credential, User
from service.chat.signin import SignIn, WrongPassword


@dataclass(frozen=True, slots=True)
class SeeMe:
    """The asker's own account."""

    def run(self, _tx: Transaction, asker: Asker) -> User:
        """Whatever the token is for, it may be asked whose it is."""
        return asker.user


@dataclass(frozen=True, slots=True)
class TakeAlong:
    """All that the server has of the asker, to be taken along: whose that is."""

    def run(self, _tx: Transaction, asker: Asker) -> User:
        """With a token that may read: what somebody has said is in it, and from where they have signed in."""
        may_list(asker.scope).require()
        return asker.user


@dataclass(frozen=True, slots=True)
class _MayChange:
    """The asker, if their token may be used to change them."""

    def run(self, _tx: Transaction, asker: Asker) -> User:
        may_change_oneself(asker.scope).require()
        return asker.user


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


class Profiles:
    """Changing one's own account, where a password has to be hashed for it."""

    def __init__(self, door: Door, passwords: Passwords, sign_in: SignIn) -> None:
        self._door = door
        self._passwords = passwords
        self._sign_in = sign_in

    async def change(
        self, credential: Credential, *, name: str | None, password: str | None, current: str | None, address: str
    ) -> User:
        """Change one's own name or password; the password only for who knows it: a stolen token is not enough, and
        whoever holds one gets no more guesses than at the sign-in."""
        if password is None:
            return await self._door.do(credential, ChangeOwn(name))
        if current is None:
            raise invalid("current_password", "a new password needs the current one too")
        user, before = await self._prove(credential, current, address)
        after = await self._passwords.new_hash(password, user.username, user.name)
        return await self._door.do(credential, ChangeOwn(name, before, after))

    async def proved(self, credential: Credential, password: str, address: str) -> str | None:
        """The hash of one's own password, for who gave that."""
        _, before = await self._prove(credential, password, address)
        return before

    async def _prove(self, credential: Credential, password: str, address: str) -> tuple[User, str | None]:
        user = await self._door.ask(credential, _MayChange())
        try:
            proof = await self._sign_in.check(user.username, password, address)
        except WrongPassword:
            raise Refusal(Code.FORBIDDEN, "That is not the current password.", why=Why("current_password")) from None
        return user, proof.password_hash
