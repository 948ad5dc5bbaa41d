"""A forger's workshop: tokens that look like the server's, made with all that anybody can know of it, and some with
more than that. It speaks JWS by itself, for no library would make most of these."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Claims = dict[str, Any]
COORDINATE_BYTES = 32  # of a P-256 signature's halves (RFC 7518, section 3.4)


def b64(data: bytes) -> str:
    """base64url without its padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(token: str, number: int) -> Claims:
    """The header (0) or the claims (1) of a token."""
    encoded = token.split(".")[number]
    found: Claims = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return found


def unsigned(header: object, claims: object) -> str:
    """The part of a token that is signed; texts are taken as they are."""
    parts = [item if isinstance(item, str) else json.dumps(item) for item in (header, claims)]
    return ".".join(b64(item.encode()) for item in parts)


def signed(key: PrivateKey, header: object, claims: object) -> str:
    """A token with a true signature of that key."""
    body = unsigned(header, claims)
    if isinstance(key, rsa.RSAPrivateKey):
        return f"{body}.{b64(key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
    r, s = decode_dss_signature(key.sign(body.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{body}.{b64(r.to_bytes(COORDINATE_BYTES, 'big') + s.to_bytes(COORDINATE_BYTES, 'big'))}"


def hs256(secret: bytes, header: object, claims: object) -> str:
    """A token whose signature is an HMAC with that secret."""
    body = unsigned(header, claims)
    return f"{body}.{b64(hmac.digest(secret, body.encode(), hashlib.sha256))}"


def public_forms(key: PrivateKey, jwk: dict[str, str]) -> Iterator[bytes]:
    """All that somebody may take for the bytes of a public key, to use it as a secret."""
    public = key.public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = public.public_bytes(serialization.Encoding.PEM, spki)
    yield from (pem, pem.strip(), pem.replace(b"\n", b"\r\n"))
    yield public.public_bytes(serialization.Encoding.DER, spki)
    if isinstance(public, ec.EllipticCurvePublicKey):
        yield public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    else:
        yield public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
        yield public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    yield json.dumps(jwk).encode()
    yield json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()
    yield b""


def pem_file(key: PrivateKey, place: Path) -> Path:
    """The key in a file that its owner alone may read, as the server wants it."""
    path = place / "signing.pem"
    path.touch(mode=0o600)
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return path
