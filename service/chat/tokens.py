"""Access tokens (RFC 9068): what is put into them, and what must be true of one before a word of it is believed.

A token says who somebody was when it was issued. Whether the session still stands, and what its user may do, is asked
of the database for each request (``sessions.admit``); so nothing here has to be revoked.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from service.chat.errors import Code, Refusal
from service.chat.ids import new_uid
from service.chat.keyring import TOKEN_TYPE, BadSignature, Key, Keyring
from service.chat.ports import Clock
from service.chat.records import Credential, Session, User
from service.chat.roles import Scope, format_scope

FIRST_PARTY = "folkmoot"  # the client_id of whoever signs in without a client of their own
TOKEN_CHARS_MAX = 4_096  # ours have 450 to 900
HEADER_CHARS_MAX = 512  # of the encoded header; it is parsed before the signature is checked
LIFETIME_MAX_S = 86_400  # what the setting allows at most
CLOCK_LEEWAY_S = 5  # how far ahead another node's clock may be; ``exp`` has no leeway
LATEST_TIME_S = 1 << 40  # no time on the wire is beyond this
VERIFIED_MAX = 4_096  # verified tokens remembered, about 1 KB each

_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\Z")
_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})


class BadCredential(Refusal):
    """``unauthenticated``: there is no credential, or it is no good. ``error`` is RFC 6750's word for it (section 3.1),
    or None where nothing was brought; ``expired`` says that a new token of the same session would do."""

    def __init__(
        self,
        message: str = "The access token is not valid.",
        *,
        error: str | None = "invalid_token",
        expired: bool = False,
        code: Code = Code.UNAUTHENTICATED,
    ) -> None:
        super().__init__(code, message)
        self.error = error
        self.expired = expired


def missing_credential() -> BadCredential:
    """Nothing was brought: a challenge without an error (RFC 6750, section 3)."""
    return BadCredential("Sign in first: this needs an access token.", error=None)


def expired_credential() -> BadCredential:
    """What was brought was good once."""
    return BadCredential("The access token has expired.", expired=True)


def ambiguous_credential() -> BadCredential:
    """Two credentials: whichever we chose, somebody else on the way may have checked the other one."""
    return BadCredential("Bring exactly one credential.", error="invalid_request", code=Code.BAD_FRAME)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that was issued: its text, what it stands for, and its lifetime in seconds."""

    text: str = field(repr=False)
    credential: Credential
    expires_in: int


class Issuer:
    """Makes access tokens. ``name`` is both ``iss`` and ``aud``: the server issues tokens for itself only."""

    def __init__(self, name: str, keyring: Keyring, lifetime_s: int, clock: Clock) -> None:
        self.name = name
        self.lifetime_s = lifetime_s
        self._keyring = keyring
        self._clock = clock

    def issue(self, user: User, session: Session, scope: frozenset[Scope]) -> AccessToken:
        """A token of that session; it never outlives the session."""
        now = self._clock()
        issued_at = now // 1000
        expires_at = min(issued_at + self.lifetime_s, session.expires_at // 1000)
        claims = {
            "iss": self.name,
            "aud": self.name,
            "sub": user.uid,
            "exp": expires_at,
            "iat": issued_at,
            "jti": new_uid("j", now),
            "client_id": session.client_id,
            "scope": format_scope(scope),
            "roles": [user.role.word],
            "sid": session.sid,
        }
        credential = Credential(user.uid, session.sid, session.client_id, scope, expires_at)
        return AccessToken(self._keyring.signer.sign(claims), credential, expires_at - issued_at)


class Verifier:
    """Reads access tokens, and remembers the ones that it has verified until they expire."""

    def __init__(self, name: str, keyring: Keyring, clock: Clock) -> None:
        self._name = name
        self._keyring = keyring
        self._clock = clock
        self._verified: dict[str, Credential] = {}

    def verify(self, token: str) -> Credential:
        """What a token says, or ``BadCredential``."""
        now = self._clock() // 1000
        known = self._verified.get(token)
        if known is not None:
            if known.expires_at > now:
                return known
            del self._verified[token]
            raise expired_credential()
        credential = _read_claims(self._payload(token), self._name, now)
        self._remember(token, credential)
        return credential

    def _payload(self, token: str) -> bytes:
        shape = _SHAPE.match(token) if len(token) <= TOKEN_CHARS_MAX else None
        if shape is None:
            raise BadCredential
        header, _, signature = shape.groups()
        key = self._key(header)
        # The last character of a signature has bits to spare: without this, several texts would be the same token.
        if urlsafe_b64encode(_decode(signature)).rstrip(b"=").decode("ascii") != signature:
            raise BadCredential
        try:
            return key.verify(token)
        except BadSignature:
            raise BadCredential from None

    def _key(self, encoded: str) -> Key:
        """The key that the header names, if it is a header of ours: anything more in it (``jku``, ``jwk``, ``crit``)
        would be an offer to trust what the sender says about the sender (RFC 8725, sections 3.1, 3.10 and 3.11)."""
        header = _object(_decode(encoded)) if len(encoded) <= HEADER_CHARS_MAX else {}
        kid, algorithm = header.get("kid"), header.get("alg")
        if header.keys() != _HEADER_MEMBERS or header["typ"] != TOKEN_TYPE:
            raise BadCredential
        if not (isinstance(kid, str) and isinstance(algorithm, str)):
            raise BadCredential
        key = self._keyring.find(kid, algorithm)
        if key is None:
            raise BadCredential
        return key

    def _remember(self, token: str, credential: Credential) -> None:
        if len(self._verified) >= VERIFIED_MAX:
            del self._verified[next(iter(self._verified))]  # the oldest is nearest to its end
        self._verified[token] = credential


def _read_claims(payload: bytes, name: str, now: int) -> Credential:
    """The claims of a signed payload, each of them present, of its type and in its range."""
    claims = _object(payload)
    if claims.get("iss") != name or claims.get("aud") != name:
        raise BadCredential("The access token is from another server.")
    issued_at, expires_at = _time(claims, "iat"), _time(claims, "exp")
    if not 0 < expires_at - issued_at <= LIFETIME_MAX_S or issued_at > now + CLOCK_LEEWAY_S:
        raise BadCredential
    _text(claims, "jti")
    roles = claims.get("roles")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise BadCredential
    credential = Credential(
        user_uid=_text(claims, "sub"),
        sid=_text(claims, "sid"),
        client_id=_text(claims, "client_id"),
        scope=_scope(_text(claims, "scope")),
        expires_at=expires_at,
    )
    if expires_at <= now:  # at its ``exp`` a token is no longer good (RFC 7519, 4.1.4)
        raise expired_credential()
    return credential


def _time(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 < value < LATEST_TIME_S:  # a bool is an int, too, but not of this type
        raise BadCredential
    return value


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise BadCredential
    return value


def _scope(text: str) -> frozenset[Scope]:
    try:
        return frozenset(Scope(word) for word in text.split(" "))
    except ValueError:
        raise BadCredential from None


def _object(data: bytes) -> dict[str, Any]:
    """A JSON object whose members have each a name of their own."""
    try:
        value = json.loads(data, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadCredential from None
    if not isinstance(value, dict):
        raise BadCredential
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _decode(encoded: str) -> bytes:
    try:
        return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except ValueError:
        raise BadCredential from None


def issuer_name(public_url: str, host: str, port: int) -> str:
    """What the server calls itself in its tokens and its metadata: the URL under which people reach it. Without a
    public one it is where it listens, and loopback where it listens everywhere."""
    if public_url:
        return public_url.rstrip("/")
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host)  # noqa: S104
    if shown is None:
        shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"
