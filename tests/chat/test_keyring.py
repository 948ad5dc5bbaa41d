"""The keys: the first signs, all verify, each for one algorithm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc import jws as joserfc_jws
from joserfc.jwk import KeySet, RSAKey

from service.chat.keyfiles import KeyFileError
from service.chat.keyring import BadSignature, Keyring, open_keyring, pem_key, rotate_access_keys, shared_key

NOW = 1_790_000_000_000  # Unix ms
DAY_MS = 86_400_000
CLAIMS = {"sub": "bob"}


def pem(path: Path, key: PrivateKeyTypes, *, encryption: KeySerializationEncryption | None = None) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()))
    path.chmod(0o600)
    return path


def public_pem(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> Path:
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    path.chmod(0o644)
    return path


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2048)


@pytest.fixture(scope="module")
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_a_server_without_settings_signs_with_a_secret_of_its_own_and_publishes_nothing(tmp_path: Path) -> None:
    keyring = open_keyring(tmp_path, ())
    assert keyring.signer.algorithm == "HS256"
    assert keyring.jwks() == {"keys": []}
    token = keyring.signer.sign(CLAIMS)
    assert json.loads(open_keyring(tmp_path, ()).signer.verify(token)) == CLAIMS


def test_pyjwt_reads_what_the_shared_secret_signed(tmp_path: Path) -> None:
    token = open_keyring(tmp_path, ()).signer.sign(CLAIMS)
    secret = (tmp_path / "keys" / "access" / "first.key").read_text().strip()
    assert jwt.decode(token, secret, algorithms=["HS256"]) == CLAIMS
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": "first", "typ": "at+jwt"}


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_independent_readers_verify_with_the_published_keys(
    tmp_path: Path, algorithm: str, ec_key: ec.EllipticCurvePrivateKey, rsa_key: rsa.RSAPrivateKey
) -> None:
    path = pem(tmp_path / "key.pem", ec_key if algorithm == "ES256" else rsa_key)
    keyring = open_keyring(tmp_path / "data", [path])
    assert keyring.signer.algorithm == algorithm
    token = keyring.signer.sign(CLAIMS)

    published: Any = json.loads(json.dumps(keyring.jwks()))
    found = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, found, algorithms=[algorithm]) == CLAIMS
    assert json.loads(joserfc_jws.deserialize_compact(token, KeySet.import_key_set(published)).payload) == CLAIMS


def test_only_public_parts_are_published(
    tmp_path: Path, ec_key: ec.EllipticCurvePrivateKey, rsa_key: rsa.RSAPrivateKey
) -> None:
    keyring = open_keyring(tmp_path, [pem(tmp_path / "ec.pem", ec_key), pem(tmp_path / "rsa.pem", rsa_key)])
    first, second = keyring.jwks()["keys"]
    assert first.keys() == {"kty", "crv", "x", "y", "alg", "use", "kid"}
    assert second.keys() == {"kty", "n", "e", "alg", "use", "kid"}
    assert not (tmp_path / "keys").exists(), "with keys of the operator's, no secret of ours is believed or made"


def test_the_name_of_a_public_key_is_its_thumbprint(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    key = pem_key(pem(tmp_path / "key.pem", rsa_key))
    assert key.kid == RSAKey.import_key(rsa_key).thumbprint()


def test_the_first_signs_and_all_verify(
    tmp_path: Path, ec_key: ec.EllipticCurvePrivateKey, rsa_key: rsa.RSAPrivateKey
) -> None:
    old, new = pem_key(pem(tmp_path / "old.pem", rsa_key)), pem_key(pem(tmp_path / "new.pem", ec_key))
    keyring = Keyring([new, old])
    assert keyring.signer is new
    found = keyring.find(old.kid, "RS256")
    assert found is old
    assert json.loads(found.verify(old.sign(CLAIMS))) == CLAIMS


def test_the_old_key_may_be_kept_as_a_public_one_but_a_public_one_cannot_sign(
    tmp_path: Path, ec_key: ec.EllipticCurvePrivateKey, rsa_key: rsa.RSAPrivateKey
) -> None:
    new, old = pem(tmp_path / "new.pem", ec_key), public_pem(tmp_path / "old.pem", rsa_key)
    token = pem_key(pem(tmp_path / "old-private.pem", rsa_key)).sign(CLAIMS)
    keyring = open_keyring(tmp_path, [new, old])
    verifying = [key for key in (keyring.find(entry["kid"], "RS256") for entry in keyring.jwks()["keys"]) if key]
    assert [json.loads(key.verify(token)) for key in verifying] == [CLAIMS]
    with pytest.raises(KeyFileError, match="has to be a private key"):
        open_keyring(tmp_path, [old, new])


def test_a_key_is_found_under_its_own_algorithm_only(tmp_path: Path, ec_key: ec.EllipticCurvePrivateKey) -> None:
    key = pem_key(pem(tmp_path / "key.pem", ec_key))
    keyring = Keyring([key])
    assert keyring.find(key.kid, "ES256") is key
    assert [keyring.find(key.kid, algorithm) for algorithm in ("HS256", "RS256", "none", "")] == [None] * 4
    assert keyring.find("another", "ES256") is None


def test_what_another_key_signed_is_not_believed(ec_key: ec.EllipticCurvePrivateKey, tmp_path: Path) -> None:
    ours, theirs = (shared_key("first", character * 43) for character in (b"a", b"b"))
    assert ours.verify(ours.sign(CLAIMS))
    with pytest.raises(BadSignature):
        ours.verify(theirs.sign(CLAIMS))
    with pytest.raises(BadSignature):
        pem_key(pem(tmp_path / "key.pem", ec_key)).verify(ours.sign(CLAIMS))


def test_rotation_logs_nobody_out_and_an_old_secret_goes_in_the_end(tmp_path: Path) -> None:
    before = open_keyring(tmp_path, ())
    token = before.signer.sign(CLAIMS)
    name = rotate_access_keys(tmp_path, NOW, keep_ms=DAY_MS)
    after = open_keyring(tmp_path, ())
    assert after.signer.kid == name
    old = after.find("first", "HS256")
    assert old is not None
    assert json.loads(old.verify(token)) == CLAIMS

    rotate_access_keys(tmp_path, NOW + 2 * DAY_MS, keep_ms=DAY_MS)
    assert open_keyring(tmp_path, ()).find("first", "HS256") is None


def test_weak_and_unfit_keys_are_refused_with_a_sentence(
    tmp_path: Path, ec_key: ec.EllipticCurvePrivateKey, rsa_key: rsa.RSAPrivateKey
) -> None:
    weak = rsa.generate_private_key(65_537, 1024)  # noqa: S505 - that is the point
    locked = BestAvailableEncryption(b"folkmoot-demo")
    unfit = {
        "has 1024 bits; 2048 is the least": pem(tmp_path / "weak.pem", weak),
        "curve P-384; ES256 wants P-256": pem(tmp_path / "p384.pem", ec.generate_private_key(ec.SECP384R1())),
        "neither an EC key": pem(tmp_path / "ed.pem", ed25519.Ed25519PrivateKey.generate()),
        "unencrypted and in PEM": pem(tmp_path / "locked.pem", ec_key, encryption=locked),
        "can't be read": tmp_path / "missing.pem",
        "is not a regular file": tmp_path,
    }
    for said, path in unfit.items():
        with pytest.raises(KeyFileError, match=said):
            pem_key(path)
    readable = pem(tmp_path / "readable.pem", rsa_key)
    readable.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        pem_key(readable)
