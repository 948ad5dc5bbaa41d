"""The keys that sign access tokens: the first signs, all verify, and each is good for one algorithm only.

This is the one module that touches python-jose. Its keys are prepared once (parsing PEM for each token is a hundred
times dearer), and it is never shown a key and a token whose algorithms have not been compared before: what it would
make of a header by itself is not relied upon. Reading files is left to ``keyfiles``; claims are read in ``tokens``.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jose import jwk, jws
from jose.exceptions import JOSEError

from service.chat import keyfiles
from service.chat.keyfiles import KeyFileError

HS256, ES256, RS256 = "HS256", "ES256", "RS256"
ACCESS_KEYS = "keys/access"  # below the data directory
RSA_BITS_MIN = 2048  # RFC 7518, 3.3
TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068, 2.1: so that no other kind of JWT passes for an access token

_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}  # RFC 7638, 3.2


class BadSignature(Exception):
    """The token is not signed by that key."""


class Key:
    """One key, its name (``kid``) and its one algorithm."""

    __slots__ = ("_public", "_secret", "algorithm", "kid", "public")

    def __init__(self, kid: str, algorithm: str, secret: Any, public: Any, published: Mapping[str, str] | None) -> None:
        self.kid = kid
        self.algorithm = algorithm
        self.public = published
        """The JWK to publish; None for a shared secret."""
        self._secret = secret
        self._public = public

    @property
    def signs(self) -> bool:
        """Whether this key can sign, or only verify what it signed elsewhere."""
        return self._secret is not None

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a JWS in its compact form."""
        header = {"typ": TOKEN_TYPE, "kid": self.kid}
        return str(jws.sign(dict(claims), self._secret, headers=header, algorithm=self.algorithm))

    def verify(self, token: str) -> bytes:
        """The payload of a token whose header the caller has read, and whose algorithm is this key's."""
        try:
            payload: bytes = jws.verify(token, self._public, [self.algorithm])
        except (JOSEError, ValueError, RecursionError) as error:
            raise BadSignature from error
        return payload


class Keyring:
    """All keys that are believed; the first one signs."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = {key.kid: key for key in keys}
        if not self._keys:
            raise KeyFileError("There is no key to sign tokens with.")
        self.signer = next(iter(self._keys.values()))
        if not self.signer.signs:
            raise KeyFileError("The first signing key is a public one: it has to be a private key.")

    def find(self, kid: str, algorithm: str) -> Key | None:
        """The key of that name, if that is its algorithm."""
        key = self._keys.get(kid)
        return key if key is not None and key.algorithm == algorithm else None

    def jwks(self) -> dict[str, list[Mapping[str, str]]]:
        """What everyone may know (RFC 7517): the public keys, and nothing at all of shared secrets."""
        return {"keys": [key.public for key in self._keys.values() if key.public is not None]}


def open_keyring(data: Path, pem_files: Iterable[Path]) -> Keyring:
    """The keyring of a server: the given PEM files, or else secrets of its own in the data directory."""
    from_pem = [pem_key(path) for path in pem_files]
    if from_pem:
        return Keyring(from_pem)
    return Keyring(shared_key(file.name, file.secret) for file in keyfiles.ring(data / ACCESS_KEYS))


def rotate_access_keys(data: Path, now: int, keep_ms: int) -> str:
    """Make a new shared secret, and drop those superseded for longer than ``keep_ms``; the name of the new one.

    It signs from the next start on. What older secrets signed stays good until it expires, so nobody is logged out.
    """
    name = keyfiles.rotate(data / ACCESS_KEYS, now)
    keyfiles.prune(data / ACCESS_KEYS, now - keep_ms)
    return name


def shared_key(kid: str, secret: bytes) -> Key:
    """A key for HS256, which signs and verifies with the same secret."""
    prepared = jwk.construct(secret, HS256)
    return Key(kid, HS256, prepared, prepared, None)


def pem_key(path: Path) -> Key:
    """A key for ES256 or RS256 from a PEM file; one that is only public can verify, but not sign."""
    text = keyfiles.read(path, follow=True).decode("ascii", "replace")
    for algorithm in (ES256, RS256):
        try:
            prepared = jwk.construct(text, algorithm)
            public = prepared.public_key()
            parameters = public.to_dict()
        except (JOSEError, ValueError, TypeError, AttributeError, KeyError):
            continue  # not of this algorithm's kind; python-jose notices that late, and in many ways
        _require_strength(path, parameters)
        kid = thumbprint(parameters)
        published = {**parameters, "kid": kid, "use": "sig"}
        return Key(kid, algorithm, prepared if "d" in prepared.to_dict() else None, public, published)
    raise KeyFileError(
        f"The key file {path} is neither an EC key on the curve P-256 nor an RSA key, unencrypted and in PEM. "
        "This makes one: openssl ecparam -name prime256v1 -genkey -noout -out new.pem"
    )


def thumbprint(parameters: Mapping[str, str]) -> str:
    """The name of a public key that follows from the key itself (RFC 7638), so that it needs no book-keeping."""
    members = {name: parameters[name] for name in _THUMBPRINT_MEMBERS[parameters["kty"]]}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode("ascii")
    return urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode("ascii")


def _require_strength(path: Path, parameters: Mapping[str, str]) -> None:
    if parameters["kty"] == "EC" and parameters["crv"] != "P-256":
        raise KeyFileError(f"The key in {path} is on the curve {parameters['crv']}; ES256 wants P-256.")
    if parameters["kty"] == "RSA":
        modulus = int.from_bytes(urlsafe_b64decode(parameters["n"] + "=="), "big")
        if modulus.bit_length() < RSA_BITS_MIN:
            raise KeyFileError(f"The RSA key in {path} has {modulus.bit_length()} bits; {RSA_BITS_MIN} is the least.")
