"""Getting tokens: the three grants of the token endpoint (RFC 6749, sections 4.3, 4.4 and 6).

Each login opens a session; refreshing goes on with it. What the endpoint's parameters look like on the wire is known
in ``api.oauth`` only.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from enum import StrEnum

from service.chat import bots
from service.chat.ids import new_uid
from service.chat.ports import Database, Transaction
from service.chat.records import Client, Session, User
from service.chat.refresh import Generation, RefreshTokens
from service.chat.roles import SCOPES_OF, Role, Scope, narrow_scope
from service.chat.signin import SignIn, WrongPassword
from service.chat.tokens import FIRST_PARTY, AccessToken, Issuer

log = logging.getLogger("folkmoot.grants")

DAY_MS = 86_400_000
GRACE_MS = 10_000  # in which a refresh token that was rotated still gets its successor
REMEMBERED_MS = 30 * DAY_MS  # how long a session is kept after it has expired
AGENT_MAX = 200  # characters of what a client says of itself


class GrantError(StrEnum):
    """The errors of RFC 6749, section 5.2."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"


class GrantRefused(Exception):
    """No token. ``description`` is ASCII, for developers, and never holds what they sent."""

    def __init__(self, error: GrantError, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """The id and the secret that a client brought."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """From where somebody asks: their network address, and what their program says of itself."""

    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens that were granted. Bots get no refresh token: they have a secret."""

    access: AccessToken
    refresh_token: str | None = field(repr=False)

    @property
    def scope(self) -> frozenset[Scope]:
        """What was granted, which may be less than what was asked for."""
        return self.access.credential.scope


@dataclass(frozen=True, slots=True)
class _Allowed:
    user: User
    session: Session
    scope: frozenset[Scope]


class Grants:
    """The token endpoint's use cases."""

    def __init__(
        self,
        database: Database,
        sign_in: SignIn,
        issuer: Issuer,
        refresh_tokens: RefreshTokens,
        *,
        session_days: int,
        password_grant: bool = True,
    ) -> None:
        self._database = database
        self._sign_in = sign_in
        self._issuer = issuer
        self._refresh_tokens = refresh_tokens
        self.session_days = session_days
        self._session_ms = session_days * DAY_MS
        self._password_grant = password_grant

    async def by_password(self, username: str, password: str, scope: str | None, caller: Caller) -> Grant:
        """Open a session for a person; ``rate_limited`` and ``unavailable`` come as ``Refusal``."""
        if not self._password_grant:
            raise GrantRefused(GrantError.UNAUTHORIZED_CLIENT, "This server does not take passwords here.")
        asked = _asked(scope)
        try:
            signed_in = await self._sign_in.check(username, password, caller.address)
        except WrongPassword:
            raise _wrong_password() from None

        def open_for(tx: Transaction) -> _Allowed:
            if not signed_in.still_holds(tx):
                raise _wrong_password()
            return _open(tx, signed_in.user, FIRST_PARTY, asked, caller, self._session_ms)

        return self._grant(await self._database.write(open_for), with_refresh_token=True)

    async def by_secret(self, proof: ClientSecret, scope: str | None, caller: Caller) -> Grant:
        """Open a session for a bot, as long as one access token."""
        asked = _asked(scope)

        def open_for(tx: Transaction) -> _Allowed:
            client = _authenticate(tx, proof)
            user = bots.user_of(tx, client)
            return _open(tx, user, client.client_id, asked, caller, self._issuer.lifetime_s * 1000)

        return self._grant(await self._database.write(open_for), with_refresh_token=False)

    async def by_refresh_token(self, token: str, scope: str | None, caller: Caller) -> Grant:
        """Go on with a session: the token is used up, and its successor comes with the new access token."""
        asked = _asked(scope)
        of = self._refresh_tokens.read(token)
        allowed = None
        if of is not None:
            allowed = await self._database.write(lambda tx: self._go_on(tx, of, asked, caller.address))
        if allowed is None:
            raise GrantRefused(GrantError.INVALID_GRANT, "The refresh token is not valid.")
        return self._grant(allowed, with_refresh_token=True)

    async def identify(self, proof: ClientSecret) -> Client:
        """The client that brought the right secret."""
        return await self._database.read(lambda tx: _authenticate(tx, proof))

    def _go_on(self, tx: Transaction, of: Generation, asked: frozenset[Scope], address: str) -> _Allowed | None:
        """The session, one generation on. None, and not an exception, is the refusal: that a session ended because its
        token was used twice has to be committed."""
        found = standing(tx, of.sid)
        if found is None:
            return None
        session, user = found
        expires_at = tx.now + self._session_ms
        if of.number == session.generation:
            scope = _narrowed(session.scope & asked, user)  # first: a request that fails uses no token up
            if tx.sessions.rotate(of.sid, of.number, tx.now, expires_at, address):
                moved = replace(session, generation=of.number + 1, expires_at=expires_at)
                return _Allowed(user, moved, scope)
            session = tx.sessions.get(of.sid) or session  # another request was faster: it stands as that one left it
        # The answer may have got lost, or two windows asked at once: the same successor again, for a short while.
        rotated_at = {session.generation - 1: session.rotated_at, session.generation - 2: session.rotated_before}
        if of.number in rotated_at and tx.now - rotated_at[of.number] <= GRACE_MS:
            again = replace(session, generation=of.number + 1)
            return _Allowed(user, again, _narrowed(session.scope & asked, user))
        if of.number < session.generation:
            tx.sessions.end(of.sid, tx.now)
            log.warning("a refresh token was used twice: its session is over", extra={"user": user.username})
        return None

    def _grant(self, allowed: _Allowed, *, with_refresh_token: bool) -> Grant:
        session = allowed.session
        access = self._issuer.issue(allowed.user, session, allowed.scope)
        refresh = self._refresh_tokens.text(session.sid, session.generation) if with_refresh_token else None
        return Grant(access, refresh)


def standing(tx: Transaction, sid: str) -> tuple[Session, User] | None:
    """A session that has neither ended nor expired, and its user, if they may use it."""
    found = tx.sessions.with_user(sid)
    if found is None:
        return None
    session, user = found
    gone = session.ended_at is not None or session.expires_at <= tx.now or user.deleted or user.suspended
    return None if gone else found


def _open(
    tx: Transaction, user: User, client_id: str, asked: frozenset[Scope], caller: Caller, lifetime_ms: int
) -> _Allowed:
    """A new session. It keeps what was asked for and not what the role allows today: who is promoted gets the new
    scopes with the next refresh, who is demoted loses them at once."""
    tx.sessions.forget(user.id, tx.now - REMEMBERED_MS)
    session = Session(
        sid=new_uid("s", tx.now),
        user_id=user.id,
        client_id=client_id,
        client=_shown(caller.agent),
        address=caller.address,
        scope=asked,
        created_at=tx.now,
        used_at=tx.now,
        expires_at=tx.now + lifetime_ms,
        generation=0,
        rotated_at=tx.now,
        ended_at=None,
    )
    scope = _narrowed(asked, user)
    tx.sessions.add(session)
    return _Allowed(user, session, scope)


def _authenticate(tx: Transaction, proof: ClientSecret) -> Client:
    """The client, if its secret is right and its bot may sign in; which of the two fails is not told."""
    client = bots.authenticate(tx, proof.client_id, proof.secret)
    user = None if client is None else tx.users.get(client.user_id)
    if client is None or user is None or user.deleted or user.suspended:
        raise GrantRefused(GrantError.INVALID_CLIENT, "The client's id or secret is not right.")
    return client


def _asked(scope: str | None) -> frozenset[Scope]:
    """The scopes that are asked for: all there are, where nothing is said."""
    try:
        return narrow_scope(scope, Role.ADMIN)
    except ValueError:
        known = " ".join(Scope)
        raise GrantRefused(GrantError.INVALID_SCOPE, f"Unknown scope. There are: {known}.") from None


def _narrowed(asked: frozenset[Scope], user: User) -> frozenset[Scope]:
    scope = asked & SCOPES_OF[user.role]
    if not scope:
        raise GrantRefused(GrantError.INVALID_SCOPE, "The role allows nothing of the scope that was asked for.")
    return scope


def _wrong_password() -> GrantRefused:
    return GrantRefused(GrantError.INVALID_GRANT, "The username or the password is not right.")


def _shown(agent: str) -> str:
    """What a program says of itself, as it may be shown: one short line."""
    return "".join(char for char in agent if char.isprintable())[:AGENT_MAX]
