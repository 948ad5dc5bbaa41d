"""Invites: codes that let somebody make an account.

A code is a secret of 128 bits, so that nothing can be learnt by trying. It gives ``guest`` or ``member`` and no more:
who finds a link that was passed on must not find power over others in it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from service.chat.deeds import Actor, Deed, What, actor_of
from service.chat.errors import Code, Refusal, Why, invalid, not_found
from service.chat.policy import may_administer
from service.chat.ports import Page, Transaction
from service.chat.records import Asker, Invite
from service.chat.roles import Role

CODE_BYTES = 16  # of chance in a code
CODE_MAX = 64  # characters of a code
MARK_CHARACTERS = 12  # by which the audit log knows an invite again
USES_MAX = 1_000  # uses of one invite
LIFETIME_DEFAULT = 7 * 86_400  # seconds
LIFETIME_MAX = 365 * 86_400  # seconds


def new_code() -> str:
    """A code that nobody can guess, in letters that survive every link and every shell."""
    return secrets.token_hex(CODE_BYTES)


@dataclass(frozen=True, slots=True)
class CreateInvite:
    """Let somebody in: ``uses`` people, for ``expires_in`` seconds, as ``role``."""

    role: Role = Role.MEMBER
    uses: int = 1
    expires_in: int = LIFETIME_DEFAULT
    code: str = field(default_factory=new_code, repr=False)

    def run(self, tx: Transaction, asker: Asker) -> Invite:
        """By admins. It goes with the role of who gave it."""
        may_administer(asker.user, asker.scope).require()
        return self.make(tx, actor_of(asker))

    def make(self, tx: Transaction, actor: Actor) -> Invite:
        """The invite, without asking who may."""
        if self.role > Role.MEMBER:
            raise invalid("role", "an invite gives guest or member; raise the role once the user is there")
        if not 1 <= self.uses <= USES_MAX:
            raise invalid("uses", f"use 1 to {USES_MAX:,}")
        if not 1 <= self.expires_in <= LIFETIME_MAX:
            raise invalid("expires_in", f"use 1 to {LIFETIME_MAX:,} seconds")
        expires_at = tx.now + self.expires_in * 1000
        giver = None if actor.user is None else actor.user.id
        made = Invite(self.code, self.role, self.uses, expires_at, giver, tx.now)
        tx.invites.add(made)
        deed = Deed(actor, What.INVITE_MADE, actor.server_rank)
        deed.done(tx, invite=_mark(self.code), role=self.role.word, uses=self.uses, expires_at=expires_at)
        return made


@dataclass(frozen=True, slots=True)
class ListInvites:
    """The invites that can still be used, oldest first."""

    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[Invite]:
        """For admins, all of them: they share the house."""
        may_administer(asker.user, asker.scope).require()
        return tx.invites.page(_position(self.page.cursor), self.page.limit, tx.now)


@dataclass(frozen=True, slots=True)
class DeleteInvite:
    """Take an invite back."""

    code: str = field(repr=False)

    def run(self, tx: Transaction, asker: Asker) -> None:
        """By admins, also those of others."""
        may_administer(asker.user, asker.scope).require()
        if not _is_code(self.code) or not tx.invites.delete(self.code):
            raise not_found("invite")
        actor = actor_of(asker)
        Deed(actor, What.INVITE_DELETED, actor.server_rank).done(tx, invite=_mark(self.code))


def check(tx: Transaction, code: str) -> Invite:
    """The invite of that code, if it can be used; it stays as it is."""
    found = tx.invites.get(code) if _is_code(code) else None
    if found is None or found.uses_left < 1 or found.expires_at <= tx.now:
        raise _void()
    return found


def use(tx: Transaction, code: str) -> Invite:
    """Take one use of the invite; of two who want the last one, one gets it."""
    found = tx.invites.use(code, tx.now) if _is_code(code) else None
    if found is None:
        raise _void()
    return found


def cursor_of(invite: Invite) -> str:
    """Where an invite stands in the list of all."""
    return f"{invite.created_at}.{invite.code}"


def _is_code(text: str) -> bool:
    return 1 <= len(text) <= CODE_MAX and text.isascii() and text.isalnum()


def _position(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return 0, ""
    at, _, code = cursor.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) <= 15 and _is_code(code)):
        raise invalid("cursor", "this is no cursor that the server gave out")
    return int(at), code


def _void() -> Refusal:
    return Refusal(
        Code.FORBIDDEN, "This invite is not valid: it is wrong, used up, expired or taken back.", why=Why("invite")
    )


def _mark(code: str) -> str:
    """What the audit log says of an invite: not the code, with which whoever reads the log could sign up."""
    return hashlib.sha256(code.encode()).hexdigest()[:MARK_CHARACTERS]
