"""Sessions: who is let in with a token, and how people see and end their own logins.

A token is believed for what it was when it was issued (``tokens``); ``admit`` asks what is true now. Getting tokens is
in ``grants``.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.chat.errors import Code, Refusal, Why, not_found
from service.chat.ports import Page, Transaction
from service.chat.records import Asker, Credential, SanctionKind, Session, User
from service.chat.roles import SCOPES_OF, Scope
from service.chat.standing import why_sanctioned
from service.chat.tokens import BadCredential, expired_credential


def admit(tx: Transaction, credential: Credential) -> Asker:
    """Who asks, as the database says now; or ``unauthenticated``, or ``suspended``.

    What the token says of the role is not looked at: a demotion counts from its commit on, and not from the next token.
    """
    found = tx.sessions.with_user(credential.sid)
    try:
        return admitted(found, credential, tx.now)
    except Refusal as refusal:
        if refusal.code is Code.SUSPENDED and found is not None:
            raise suspended(tx, found[1]) from None
        raise


def suspended(tx: Transaction, user: User) -> Refusal:
    """The refusal of somebody whose account is suspended: who did that, since and until when, and why."""
    found = [one for one in tx.sanctions.in_force(user.id) if one.kind is SanctionKind.SUSPEND]
    if not found:
        return Refusal(Code.SUSPENDED, why=Why("suspension"))
    return Refusal(Code.SUSPENDED, why=why_sanctioned("suspension", max(found, key=lambda one: one.until)))


def admitted(found: tuple[Session, User] | None, credential: Credential, now: int) -> Asker:
    """``admit`` by a session and its user that have been looked up already, at ``now`` (Unix ms)."""
    if found is None:
        raise BadCredential
    session, user = found
    if user.uid != credential.user_uid or session.client_id != credential.client_id or user.deleted:
        raise BadCredential
    if user.suspended:  # before the session, which the suspension has ended: the person should hear the real reason
        raise Refusal(Code.SUSPENDED)
    if session.ended_at is not None:
        raise BadCredential("The session has ended: sign in again.")
    if session.expires_at <= now or credential.expires_at * 1000 <= now:
        raise expired_credential()
    return Asker(user, session, credential.scope & SCOPES_OF[user.role], credential.source)


@dataclass(frozen=True, slots=True)
class ListSessions:
    """The asker's open sessions, newest first."""

    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[Session]:
        """Those that have neither ended nor expired."""
        _require(asker, Scope.READ)
        after = self.page.cursor
        found = sorted(tx.sessions.of_user(asker.user.id, tx.now), key=lambda session: session.sid, reverse=True)
        return [session for session in found if after is None or session.sid < after][: self.page.limit]


@dataclass(frozen=True, slots=True)
class EndSession:
    """End one session of the asker: sign out on a device that is out of reach, or on this one."""

    sid: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """End it; somebody else's is not found, like one that never was."""
        _require(asker, Scope.WRITE)
        session = tx.sessions.get(self.sid)
        if session is None or session.user_id != asker.user.id or not tx.sessions.end(self.sid, tx.now):
            raise not_found("session")


@dataclass(frozen=True, slots=True)
class EndOtherSessions:
    """End all sessions of the asker but the one that asks."""

    def run(self, tx: Transaction, asker: Asker) -> int:
        """How many they were."""
        _require(asker, Scope.WRITE)
        return tx.sessions.end_all(asker.user.id, tx.now, but=asker.session.sid)


def _require(asker: Asker, scope: Scope) -> None:
    if scope not in asker.scope:
        raise Refusal(Code.INSUFFICIENT_SCOPE, f"This needs a token with the scope {scope.value}.")
