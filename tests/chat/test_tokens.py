"""Access tokens: what ours say, and that nothing is believed which is not exactly one of ours."""

from __future__ import annotations

import base64
import hmac
import json
import string
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jose import jws
from joserfc import jws as joserfc_jws
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from service.chat import tokens
from service.chat.errors import Code
from service.chat.keyring import Key, Keyring, pem_key, shared_key
from service.chat.records import Credential, Session, User
from service.chat.roles import Role, Scope
from service.chat.tokens import BadCredential, Issuer, Verifier, issuer_name

NAME = "https://chat.example"
NOW_S = 1_790_000_000
LIFETIME_S = 900
SECRET = b"pZ8w3kQ0vR5tYx2LmN7cB4dF6gH1jS9aUeIoKqWzXy0"
OTHER_SECRET = b"0yXzWqKoIeUa9Sj1Hg6Fd4Bc7NmL2xYt5Rv0Qk3w8Zp"
BOB = User(3, "u-bob", "bob", "Bob", Role.MEMBER, False, False, False, 0)
LATER_MS = (NOW_S + 86_400) * 1000
SESSION = Session("s-bob", 3, "folkmoot", "", "", frozenset(Scope), 0, 0, LATER_MS, 0, 0, None)
HEADER = {"alg": "HS256", "typ": "at+jwt", "kid": "first"}
CLAIMS: dict[str, Any] = {
    "iss": NAME,
    "aud": NAME,
    "sub": "u-bob",
    "exp": NOW_S + LIFETIME_S,
    "iat": NOW_S,
    "jti": "j1",
    "client_id": "folkmoot",
    "scope": "chat:read chat:write",
    "roles": ["member"],
    "sid": "s-bob",
}


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = NOW_S

    def __call__(self) -> int:
        return self.seconds * 1000


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([shared_key("first", SECRET)])


@pytest.fixture
def issuer(keyring: Keyring, watch: Watch) -> Issuer:
    return Issuer(NAME, keyring, LIFETIME_S, watch)


@pytest.fixture
def verifier(keyring: Keyring, watch: Watch) -> Verifier:
    return Verifier(NAME, keyring, watch)


def issue(issuer: Issuer) -> str:
    return issuer.issue(BOB, SESSION, frozenset({Scope.READ, Scope.WRITE})).text


def segment(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: Any, claims: Any, secret: bytes = SECRET) -> str:
    """A token with a right signature over whatever the header and the claims are: only what they say is wrong."""
    text = f"{segment(header)}.{segment(claims)}"
    return f"{text}.{segment(hmac.digest(secret, text.encode(), 'sha256'))}"


def refusal(verifier: Verifier, token: str) -> BadCredential:
    with pytest.raises(BadCredential) as caught:
        verifier.verify(token)
    assert caught.value.code is Code.UNAUTHENTICATED
    assert caught.value.error == "invalid_token"
    return caught.value


# What ours say


def test_a_token_says_all_that_the_contract_names(issuer: Issuer) -> None:
    token = issue(issuer)
    assert jwt.get_unverified_header(token) == HEADER
    claims = jwt.decode(token, SECRET, ["HS256"], audience=NAME, issuer=NAME, options={"verify_exp": False})
    assert {**claims, "jti": "j1"} == {**CLAIMS, "scope": "chat:read chat:write"}
    assert claims["jti"].startswith("j")


def test_no_two_tokens_have_the_same_id(issuer: Issuer) -> None:
    read = [json.loads(base64.urlsafe_b64decode(issue(issuer).split(".")[1] + "==")) for _ in range(50)]
    assert len({claims["jti"] for claims in read}) == 50


def test_what_was_issued_is_what_is_verified(issuer: Issuer, verifier: Verifier) -> None:
    issued = issuer.issue(BOB, SESSION, frozenset({Scope.READ}))
    expected = Credential("u-bob", "s-bob", "folkmoot", frozenset({Scope.READ}), NOW_S + LIFETIME_S)
    assert verifier.verify(issued.text) == issued.credential == expected
    assert issued.expires_in == LIFETIME_S


def test_a_token_never_outlives_its_session(issuer: Issuer) -> None:
    ending = Session("s", 3, "folkmoot", "", "", frozenset(), 0, 0, (NOW_S + 60) * 1000, 0, 0, None)
    assert issuer.issue(BOB, ending, frozenset({Scope.READ})).expires_in == 60


def test_a_token_that_another_program_makes_with_our_secret_is_read(verifier: Verifier) -> None:
    """So that the refusals below are for what each of them changes, and not for who wrote it."""
    by_pyjwt = jwt.encode(CLAIMS, SECRET, "HS256", headers={"kid": "first", "typ": "at+jwt"})
    by_joserfc = joserfc_jwt.encode(HEADER, CLAIMS, OctKey.import_key(SECRET))
    assert verifier.verify(by_pyjwt).user_uid == verifier.verify(by_joserfc).user_uid == "u-bob"
    assert verifier.verify(signed(HEADER, CLAIMS)).sid == "s-bob"


def test_pyjwt_and_joserfc_verify_ours_by_the_published_keys(tmp_path: Path, watch: Watch) -> None:
    key = pem_key(ec_pem(tmp_path))
    token = issue(Issuer(NAME, Keyring([key]), LIFETIME_S, watch))
    jwks: Any = Keyring([key]).jwks()
    found = jwt.PyJWKSet.from_dict(jwks)[key.kid]
    read = jwt.decode(token, found, ["ES256"], audience=NAME, issuer=NAME, options={"verify_exp": False})
    assert read["sub"] == "u-bob"
    assert json.loads(joserfc_jws.deserialize_compact(token, KeySet.import_key_set(jwks)).payload) == read
    assert Verifier(NAME, Keyring([key]), watch).verify(token).user_uid == "u-bob"


# Time


def test_at_its_expiry_a_token_is_no_longer_good(issuer: Issuer, keyring: Keyring, watch: Watch) -> None:
    token = issue(issuer)
    watch.seconds = NOW_S + LIFETIME_S - 1
    remembering = Verifier(NAME, keyring, watch)
    assert remembering.verify(token)
    watch.seconds += 1
    assert refusal(Verifier(NAME, keyring, watch), token).expired
    assert refusal(remembering, token).expired, "nor one that was verified before"
    assert refusal(remembering, token).expired, "nor the time after that"


@pytest.mark.parametrize(("ahead", "good"), [(0, True), (tokens.CLOCK_LEEWAY_S, True), (6, False), (86_400, False)])
def test_a_token_of_tomorrow_is_refused_but_clocks_may_differ_a_little(
    verifier: Verifier, ahead: int, good: bool
) -> None:
    token = signed(HEADER, {**CLAIMS, "iat": NOW_S + ahead, "exp": NOW_S + ahead + LIFETIME_S})
    if good:
        assert verifier.verify(token)
    else:
        assert not refusal(verifier, token).expired


@pytest.mark.parametrize(
    "times",
    [
        {"exp": NOW_S - 1, "iat": NOW_S - LIFETIME_S},
        {"exp": NOW_S, "iat": NOW_S - LIFETIME_S},
        {"exp": NOW_S + 86_401, "iat": NOW_S},
        {"exp": NOW_S + 60, "iat": NOW_S + 60},
        {"exp": NOW_S - 60, "iat": NOW_S - 30},
        {"exp": 1 << 63},
        {"exp": -1},
    ],
)
def test_times_that_make_no_sense_are_refused(verifier: Verifier, times: dict[str, int]) -> None:
    assert refusal(verifier, signed(HEADER, {**CLAIMS, **times}))


# Claims


@pytest.mark.parametrize("name", CLAIMS)
def test_each_claim_has_to_be_there_and_of_its_type(verifier: Verifier, name: str) -> None:
    assert verifier.verify(signed(HEADER, CLAIMS))
    without = {key: value for key, value in CLAIMS.items() if key != name}
    wrong: list[Any] = [None, True, "", 1.5, {}, [1], -1]
    for claims in [without, *({**CLAIMS, name: value} for value in wrong)]:
        assert refusal(verifier, signed(HEADER, claims))


@pytest.mark.parametrize("name", ["exp", "iat"])
def test_a_time_written_as_a_text_or_with_a_fraction_is_refused(verifier: Verifier, name: str) -> None:
    for value in (str(CLAIMS[name]), "1e999", float(CLAIMS[name]), [CLAIMS[name]]):
        assert refusal(verifier, signed(HEADER, {**CLAIMS, name: value}))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": NAME + "/"},
        {"aud": "https://evil.example"},
        {"aud": [NAME, "https://evil.example"]},
        {"scope": "chat:read everything"},
        {"scope": "chat:read  chat:write"},
        {"scope": " chat:read"},
    ],
)
def test_claims_of_another_server_or_another_language_are_refused(verifier: Verifier, changed: dict[str, Any]) -> None:
    assert refusal(verifier, signed(HEADER, {**CLAIMS, **changed}))


TEXT = json.dumps(CLAIMS)
EXPIRY = str(NOW_S + LIFETIME_S)
PAYLOADS = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"text"',
    "half an object": b"{",
    "no UTF-8": b"\xff\xfe",
    "deep lists": b"[" * 3_000,
    "deep objects": b'{"exp":' * 400,
    "NaN": TEXT.replace('"j1"', "NaN").encode(),
    "infinity": TEXT.replace(EXPIRY, "1e999").encode(),
    "2,500 digits": TEXT.replace(EXPIRY, "9" * 2_500).encode(),
    "two subjects": TEXT[:-1].encode() + b', "sub": "u-ann"}',  # which of them counts depends on who reads it
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_signed_payload_that_is_no_plain_object_of_claims_is_refused(verifier: Verifier, payload: bytes) -> None:
    assert refusal(verifier, signed(HEADER, payload))


# Header and key


def ec_pem(folder: Path) -> Path:
    path = folder / "ec.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    "changed",
    [{"alg": value} for value in ("none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "hs256")]
    + [{"alg": value} for value in (None, ["HS256"], 256, True, {"alg": "HS256"})]
    + [{"kid": value} for value in (None, "", "second", ["first"], 1, {"kid": "first"}, "x" * 10_000)]
    + [{"kid": value} for value in ("../../etc/passwd", "/dev/null", "' OR 1=1 --", "first\0", "FIRST", "first ")]
    + [{"typ": value} for value in (None, "", "JWT", "at+JWT", "rt+jwt", "application/at+jwt", ["at+jwt"])]
    + [{"jku": "https://evil.example/jwks"}, {"x5u": "https://evil.example"}, {"jwk": {"kty": "oct", "k": "AAAA"}}]
    + [{"crit": ["exp"]}, {"b64": False}, {"cty": "JWT"}, {"zip": "DEF"}],
    ids=lambda changed: f"{changed!a}"[:40],
)
def test_a_header_that_is_not_exactly_ours_is_refused_however_it_is_signed(
    verifier: Verifier, changed: dict[str, Any]
) -> None:
    header = {**HEADER, **changed}
    assert refusal(verifier, signed(header, CLAIMS))
    assert refusal(verifier, f"{segment(header)}.{segment(CLAIMS)}.")


@pytest.mark.parametrize("name", HEADER)
def test_a_header_without_one_of_its_members_is_refused(verifier: Verifier, name: str) -> None:
    assert refusal(verifier, signed({key: value for key, value in HEADER.items() if key != name}, CLAIMS))


@pytest.mark.parametrize(
    "header",
    [b"", b"null", b"[]", b"{", b"[" * 300, b"\xff", json.dumps(HEADER)[:-1].encode() + b', "alg": "none"}'],
    ids=["nothing", "null", "a list", "half an object", "deep lists", "no UTF-8", "two algorithms"],
)
def test_a_header_that_is_no_object_of_distinct_members_is_refused(verifier: Verifier, header: bytes) -> None:
    assert refusal(verifier, signed(header, CLAIMS))


def test_a_public_key_taken_for_a_shared_secret_signs_nothing(tmp_path: Path, watch: Watch) -> None:
    """The classic confusion, in every form in which the public key is to be had."""
    path = ec_pem(tmp_path)
    key = pem_key(path)
    both = Verifier(NAME, Keyring([key, shared_key("first", SECRET)]), watch)
    assert both.verify(key.sign(CLAIMS))
    public = ECKey.import_key(path.read_text())
    forms = [
        public.as_pem(private=False),
        public.as_pem(private=False).strip(),
        public.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(public.as_dict(private=False)).encode(),
        json.dumps(key.public).encode(),
    ]
    for form in forms:
        for algorithm in ("HS256", "ES256"):
            assert refusal(both, signed({"alg": algorithm, "typ": "at+jwt", "kid": key.kid}, CLAIMS, form))


def test_another_secret_or_a_changed_word_is_refused(verifier: Verifier, issuer: Issuer) -> None:
    assert refusal(verifier, signed(HEADER, CLAIMS, OTHER_SECRET))
    header, _, signature = issue(issuer).split(".")
    more = segment({**CLAIMS, "scope": "chat:read chat:write moderate admin"})
    assert refusal(verifier, f"{header}.{more}.{signature}")


def test_each_other_last_character_of_a_signature_makes_another_token(verifier: Verifier, issuer: Issuer) -> None:
    """Two bits of it mean nothing; python-jose takes all four spellings, which the first assertion shows."""
    token = issue(issuer)
    alphabet = string.ascii_letters + string.digits + "-_"
    spellings = [token[:-1] + character for character in alphabet if character != token[-1]]
    lenient = [text for text in spellings if _accepted_by_jose(text)]
    assert len(lenient) == 3
    assert all(refusal(verifier, text) for text in spellings)
    assert verifier.verify(token)


def _accepted_by_jose(token: str) -> bool:
    try:
        jws.verify(token, SECRET.decode(), ["HS256"])
    except jws.JWSError:
        return False
    return True


# Shape


MISSHAPEN = [
    *("", ".", "..", "a.b", "a.b.c", "a.b.c.d", "Bearer a.b.c", "rt_s0_0_x", "tk_abc", "null"),
    *("é.b.c", "a.b.c\n", "a.b\r\n.c", "a.b.c\0", "\ud800.b.c", "🙂.🙂.🙂", "a=.b=.c="),
    *("a" * 5_000, "a" * 9_000, "a.b." + "c" * 1_000_000, "." * 1_000_000),
]


@pytest.mark.parametrize("token", MISSHAPEN, ids=[f"{token[:12]!a} of {len(token)}" for token in MISSHAPEN])
def test_what_has_not_the_shape_of_a_token_is_refused_before_anything_is_read(verifier: Verifier, token: str) -> None:
    assert refusal(verifier, token)


def test_padding_and_spaces_make_no_other_spelling(verifier: Verifier, issuer: Issuer) -> None:
    token = issue(issuer)
    header, payload, signature = token.split(".")
    for text in (token + "=", " " + token, token + " ", f"{header}=.{payload}.{signature}", token.replace(".", "..")):
        assert refusal(verifier, text)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: f"{segment(raw)}.{segment(raw)}.{segment(raw)}"))
def test_whatever_comes_in_place_of_a_token_gets_the_one_answer(verifier: Verifier, token: str) -> None:
    assert refusal(verifier, token)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from(sorted(CLAIMS)),
)
def test_whatever_a_signed_claim_holds_it_is_read_or_refused(verifier: Verifier, value: Any, name: str) -> None:
    try:
        credential = verifier.verify(signed(HEADER, {**CLAIMS, name: value}))
    except BadCredential:
        return
    assert isinstance(credential.user_uid, str)
    assert credential.expires_at > NOW_S


# What is remembered


def test_a_verified_token_is_not_verified_again(
    issuer: Issuer, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issue(issuer)
    first = verifier.verify(token)
    monkeypatch.setattr(Key, "verify", lambda *_: pytest.fail("verified twice"))
    assert verifier.verify(token) is first


def test_no_more_tokens_are_remembered_than_there_is_room_for(
    issuer: Issuer, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "VERIFIED_MAX", 3)
    texts = [issue(issuer) for _ in range(5)]
    for text in texts:
        verifier.verify(text)
    assert list(verifier._verified) == texts[-3:]
    assert verifier.verify(texts[0]), "the forgotten ones are good as ever"


def test_what_was_refused_is_not_remembered(verifier: Verifier) -> None:
    refusal(verifier, signed(HEADER, CLAIMS, OTHER_SECRET))
    assert not verifier._verified


# The server's name

EVERYWHERE = "0.0.0.0"


@pytest.mark.parametrize(
    ("public_url", "host", "port", "name"),
    [
        ("https://chat.example/", EVERYWHERE, 8000, "https://chat.example"),
        ("", "127.0.0.1", 8000, "http://127.0.0.1:8000"),
        ("", EVERYWHERE, 80, "http://127.0.0.1:80"),
        ("", "::", 8000, "http://[::1]:8000"),
        ("", "fd00::1", 8000, "http://[fd00::1]:8000"),
        ("", "localhost", 8000, "http://localhost:8000"),
    ],
)
def test_the_server_is_named_as_people_reach_it(public_url: str, host: str, port: int, name: str) -> None:
    assert issuer_name(public_url, host, port) == name
