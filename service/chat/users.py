"""Users as others see and manage them: listing, changing and deleting accounts.

What takes a right away ends, in the same transaction, all that rested on it: memberships behind a gate that is lost,
sessions, invites that were given out. ``by`` is who did it; None is the operator, at the command line.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import names
from service.chat.errors import Code, Refusal, Why, not_found
from service.chat.members import leave_all, lose_gates
from service.chat.policy import may_administer, may_list
from service.chat.ports import Page, Transaction
from service.chat.records import Asker, User
from service.chat.roles import Role


@dataclass(frozen=True, slots=True)
class Seen:
    """Accounts as one user sees them; ``suspended`` says whether they are told who is suspended."""

    users: list[User]
    suspended: bool


@dataclass(frozen=True, slots=True)
class ListUsers:
    """All accounts, by username."""

    page: Page

    def run(self, tx: Transaction, asker: Asker) -> Seen:
        """For everyone: in a chat it is no secret who is there."""
        may_list(asker.scope).require()
        return Seen(tx.users.page(self.page), _sees_suspensions(asker))


@dataclass(frozen=True, slots=True)
class SeeUser:
    """One account."""

    username: str

    def run(self, tx: Transaction, asker: Asker) -> Seen:
        """A deleted one is not found."""
        may_list(asker.scope).require()
        return Seen([find(tx, self.username)], _sees_suspensions(asker))


@dataclass(frozen=True, slots=True)
class ChangeUser:
    """Set what is given, and leave the rest (None) as it is."""

    username: str
    role: Role | None = None
    suspended: bool | None = None
    name: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Seen:
        """By admins, on everybody: also on other admins, and on themselves while they are not the last one."""
        may_administer(asker.user, asker.scope).require()
        return Seen([self.apply(tx, asker.user)], suspended=True)

    def apply(self, tx: Transaction, by: User | None) -> User:
        """Make the change, without asking who may; the account as it is then."""
        user = find(tx, self.username)
        role = user.role if self.role is None else self.role
        suspended = user.suspended if self.suspended is None else self.suspended
        if suspended or role < Role.ADMIN:
            _keep_an_admin(tx, user)
        if self.name is not None:
            name = names.line("name", self.name, names.NAME_MAX)
            if name != user.name:
                tx.users.set_name(user.id, name)
        if role is not user.role:
            _set_role(tx, user, role, by)
        if suspended is not user.suspended:
            _set_suspended(tx, user, suspended, by)
        return find(tx, self.username)


@dataclass(frozen=True, slots=True)
class DeleteUser:
    """End an account for good. Its name is never given out again, and what it said stays."""

    username: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """By admins."""
        may_administer(asker.user, asker.scope).require()
        self.apply(tx, asker.user)

    def apply(self, tx: Transaction, by: User | None) -> None:
        """Delete it, without asking who may."""
        user = find(tx, self.username)
        _keep_an_admin(tx, user)
        leave_all(tx, user, "left", by)
        tx.clients.delete_of(user.id)
        tx.invites.delete_of(user.id)
        tx.sessions.end_all(user.id, tx.now)
        tx.users.delete(user.id)


def find(tx: Transaction, username: str) -> User:
    """The account of that name, in whatever spelling; ``not_found`` if there is none (any more)."""
    folded = names.fold_username(username)
    user = tx.users.by_username(folded) if folded else None
    if user is None:
        raise not_found("user")
    return user


def _set_role(tx: Transaction, user: User, role: Role, by: User | None) -> None:
    tx.users.set_role(user.id, role)
    if role < Role.ADMIN:
        # An invite is a piece of an admin's power: it must not outlive it.
        tx.invites.delete_of(user.id)
    lose_gates(tx, find(tx, user.username), by)


def _set_suspended(tx: Transaction, user: User, suspended: bool, by: User | None) -> None:
    tx.users.set_suspended(user.id, suspended)
    if suspended:
        tx.invites.delete_of(user.id)
        tx.sessions.end_all(user.id, tx.now)
        leave_all(tx, find(tx, user.username), "suspended", by)


def _keep_an_admin(tx: Transaction, user: User) -> None:
    """Without an admin nobody could ever make one again. Counted in the transaction that takes one away, so that two
    who demote each other at once leave one."""
    counts = user.role is Role.ADMIN and not user.suspended and not user.bot
    if counts and tx.users.active_admins() == 1:
        raise Refusal(
            Code.CONFLICT,
            f"{user.username} is the last active admin: make somebody else an admin first.",
            why=Why("last_admin"),
        )


def _sees_suspensions(asker: Asker) -> bool:
    return asker.user.role >= Role.MODERATOR
