"""Users as others see and manage them: listing, changing and deleting accounts.

What takes a right away ends, in the same transaction, all that rested on it: memberships behind a gate that is lost,
sessions, invites that were given out.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import enforcement, names
from service.chat.deeds import Action, Actor, Deed, Done, RoleSet, What, actor_of
from service.chat.directory import find, keep_an_admin
from service.chat.members import leave_all, lose_gates
from service.chat.policy import may_act_on_user, may_administer, may_list, may_moderate_users
from service.chat.ports import Page, Transaction
from service.chat.reasons import reason_of
from service.chat.records import Asker, SanctionKind, User
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
    reason: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Done[Seen]:
        """By admins, on everybody: also on other admins, and on themselves while they are not the last one."""
        may_administer(asker.user, asker.scope).require()
        action = self.apply(tx, actor_of(asker))
        return Done(Seen([find(tx, self.username)], suspended=True), action)

    def apply(self, tx: Transaction, actor: Actor) -> Action | None:
        """Make the change, without asking who may; the last of what can be undone in it."""
        user = enforcement.end_due_of(tx, find(tx, self.username))
        role = user.role if self.role is None else self.role
        suspended = user.suspended if self.suspended is None else self.suspended
        reason, action = reason_of(self.reason), None
        if suspended or role < Role.ADMIN:
            keep_an_admin(tx, user)
        if self.name is not None:
            _rename(tx, actor, user, self.name)
        if role is not user.role:
            deed = Deed(actor, What.USER_ROLE, actor.server_rank, on=user, reason=reason)
            set_role(tx, deed, user, role)
            action = deed.done(tx, before=user.role.word, after=role.word)
        if suspended and not user.suspended:
            action = enforcement.impose_on_server(tx, actor, user, SanctionKind.SUSPEND, None, reason).action
        elif user.suspended and not suspended:
            enforcement.restore(tx, actor, user, reason)
        return action


@dataclass(frozen=True, slots=True)
class DeleteUser:
    """End an account for good. Its name is never given out again, and what it said stays."""

    username: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """By admins."""
        may_administer(asker.user, asker.scope).require()
        self.apply(tx, actor_of(asker))

    def apply(self, tx: Transaction, actor: Actor) -> None:
        """Delete it, without asking who may. This can't be undone."""
        user = find(tx, self.username)
        keep_an_admin(tx, user)
        deed = Deed(actor, What.USER_DELETED, actor.server_rank, on=user)
        delete_account(tx, deed, user)
        deed.done(tx)


@dataclass(frozen=True, slots=True)
class RevokeSessions:
    """Sign a user out everywhere: all of their sessions end, and their connections with them."""

    username: str
    reason: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> int:
        """By moderators and admins, on those of a lower role; how many sessions there were. It can't be undone:
        whoever it concerns signs in again."""
        may_moderate_users(asker.user, asker.scope).require()
        user = find(tx, self.username)
        may_act_on_user(asker.user, user).require()
        return self.apply(tx, actor_of(asker))

    def apply(self, tx: Transaction, actor: Actor) -> int:
        """Do it, without asking who may."""
        user = find(tx, self.username)
        deed = Deed(actor, What.SESSIONS_REVOKED, actor.server_rank, on=user, reason=reason_of(self.reason))
        ended = tx.sessions.end_all(user.id, tx.now)
        deed.done(tx, sessions=ended)
        return ended


def delete_account(tx: Transaction, deed: Deed, user: User) -> None:
    """End an account, with all that rests on it, without asking who may."""
    leave_all(tx, deed, user, "left")
    deed.steps.clear()  # it is for good
    tx.clients.delete_of(user.id)
    tx.invites.delete_of(user.id)
    tx.sessions.end_all(user.id, tx.now)
    tx.users.delete(user.id)


def set_role(tx: Transaction, deed: Deed, user: User, role: Role) -> None:
    """Give a user another server-wide role, without asking who may."""
    tx.users.set_role(user.id, role)
    if role < Role.ADMIN:
        # An invite is a piece of an admin's power: it must not outlive it.
        tx.invites.delete_of(user.id)
    deed.steps.append(RoleSet(user.id, user.role, role))
    lose_gates(tx, deed, find(tx, user.username))


def _rename(tx: Transaction, actor: Actor, user: User, raw: str) -> None:
    name = names.line("name", raw, names.NAME_MAX)
    if name != user.name:
        tx.users.set_name(user.id, name)
        Deed(actor, What.USER_RENAMED, actor.server_rank, on=user).done(tx)


def _sees_suspensions(asker: Asker) -> bool:
    return asker.user.role >= Role.MODERATOR
