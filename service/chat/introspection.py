"""Tokens that somebody presents to have them ended (RFC 7009) or looked into (RFC 7662)."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat.errors import Code, Refusal
from service.chat.grants import GrantError, GrantRefused, standing
from service.chat.ports import Database, Transaction
from service.chat.records import Client, Credential, Session, User
from service.chat.refresh import PREFIX, RefreshTokens
from service.chat.roles import SCOPES_OF, Scope
from service.chat.sessions import admit
from service.chat.tokens import Verifier


@dataclass(frozen=True, slots=True)
class Active:
    """What there is to know of a token that is good now. Times are Unix seconds."""

    user: User
    session: Session
    scope: frozenset[Scope]
    expires_at: int
    refresh: bool


class Introspection:
    """What can be done with a token by whoever holds it."""

    def __init__(self, database: Database, verifier: Verifier, refresh_tokens: RefreshTokens) -> None:
        self._database = database
        self._verifier = verifier
        self._refresh_tokens = refresh_tokens

    async def revoke(self, token: str, client: Client | None) -> None:
        """End the session of either kind of token. Of one that is unknown, forged or over nothing is left to end.

        A client that says who it is may only revoke its own (RFC 7009, section 2.1).
        """
        sid = self._session_of(token)
        if sid is not None:
            await self._database.write(lambda tx: _end(tx, sid, client))

    async def look(self, token: str) -> Active | None:
        """What the token is good for, as the database says now; None if for nothing."""
        if token.startswith(PREFIX):
            return await self._database.read(lambda tx: self._refresh_token(tx, token))
        try:
            credential = self._verifier.verify(token)
            return await self._database.read(lambda tx: _access_token(tx, credential))
        except Refusal as refusal:
            if refusal.code in (Code.UNAUTHENTICATED, Code.SUSPENDED):
                return None
            raise

    def _session_of(self, token: str) -> str | None:
        if token.startswith(PREFIX):
            generation = self._refresh_tokens.read(token)
            return None if generation is None else generation.sid
        try:
            return self._verifier.verify(token).sid
        except Refusal:
            return None

    def _refresh_token(self, tx: Transaction, token: str) -> Active | None:
        generation = self._refresh_tokens.read(token)
        found = None if generation is None else standing(tx, generation.sid)
        if generation is None or found is None:
            return None
        session, user = found
        if session.generation != generation.number:
            return None
        return Active(user, session, session.scope & SCOPES_OF[user.role], session.expires_at // 1000, refresh=True)


def _access_token(tx: Transaction, credential: Credential) -> Active:
    asker = admit(tx, credential)
    return Active(asker.user, asker.session, asker.scope, credential.expires_at, refresh=False)


def _end(tx: Transaction, sid: str, client: Client | None) -> None:
    session = tx.sessions.get(sid)
    if session is None:
        return
    if client is not None and client.client_id != session.client_id:
        raise GrantRefused(GrantError.UNAUTHORIZED_CLIENT, "The token was issued to another client.")
    tx.sessions.end(sid, tx.now)
