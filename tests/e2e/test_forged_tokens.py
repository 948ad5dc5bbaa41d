"""No token but the server's own opens anything, whatever was done to make it look like one. The server here signs with
a key whose private half the test has too: so the claims and headers below fail for what they say, and not just for a
signature that nobody could make.

Each token is tried where it could do harm: in the header of a request, and in both places of a socket's handshake.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.e2e.forge import Claims, PrivateKey, b64, hs256, part, pem_file, public_forms, signed, unsigned
from tests.e2e.house import House
from tests.e2e.stranger import Stranger

WITHIN_SECONDS = 5.0  # for a busy machine; a megabyte of token is looked at for milliseconds


@pytest.fixture(scope="module", params=["ES256", "RS256"])
def key(request: pytest.FixtureRequest) -> PrivateKey:
    """The private half of the server's signing key."""
    if request.param == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@pytest.fixture(scope="module")
def open_house(key: PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that signs with that key."""
    place = tmp_path_factory.mktemp("signed")
    with House(place, signing_keys=[str(pem_file(key, place))]) as house:
        yield house


def _require_refused(house: House, name: str, token: str) -> None:
    answer = house.ask(None, "GET", "/api/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401, f"{name}: {answer.status_code}"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"], name
    with Stranger(house) as stranger:
        stranger.handshake("/ws", token)
        assert stranger.status() == 401, name
    with Stranger(house) as stranger:
        stranger.handshake(f"/ws?token={token}")
        assert stranger.status() == 401, name


def test_the_workshop_can_make_a_good_token(house: House, key: PrivateKey) -> None:
    """Otherwise everything below would be refused for a reason of the workshop's own."""
    good = house.token("bob")
    twin = signed(key, part(good, 0), part(good, 1) | {"jti": "another"})
    assert house.ask(None, "GET", "/api/me", headers={"Authorization": f"Bearer {twin}"}).json()["username"] == "bob"


def test_an_algorithm_of_the_senders_choice_is_refused(house: House, key: PrivateKey) -> None:
    good = house.token("ann")
    header, claims = part(good, 0), part(good, 1)
    signature = good.rpartition(".")[2]
    for algorithm in (
        "none",
        "None",
        "NONE",
        "nOnE",
        "none ",
        "",
        "HS256",
        "HS512",
        "hs256",
        "ES384",
        "PS256",
        "EdDSA",
    ):
        body = unsigned(header | {"alg": algorithm}, claims)
        for end in ("", signature, b64(b"\0" * 64)):
            _require_refused(house, f"alg {algorithm!r}, signature {end[:5]!r}", f"{body}.{end}")
    for odd in (None, 5, True, ["ES256"], {"alg": "ES256"}):
        _require_refused(house, f"alg {odd}", signed(key, header | {"alg": odd}, claims))
    nameless = {name: value for name, value in header.items() if name != "alg"}
    _require_refused(house, "no alg", signed(key, nameless, claims))


def test_the_public_key_is_no_secret_to_sign_with(house: House, key: PrivateKey) -> None:
    good = house.token("ann")
    (jwk,) = house.do("ann", "GET", "/.well-known/jwks.json")["keys"]
    for secret in public_forms(key, jwk):
        for algorithm in ("HS256", part(good, 0)["alg"]):
            forged = hs256(secret, part(good, 0) | {"alg": algorithm}, part(good, 1))
            _require_refused(house, f"{algorithm} with {secret[:30]!r}", forged)


def test_a_key_of_the_senders_choice_is_refused(house: House, key: PrivateKey) -> None:
    good = house.token("ann")
    header, claims = part(good, 0), part(good, 1)
    own = ec.generate_private_key(ec.SECP256R1())
    (jwk,) = house.do("ann", "GET", "/.well-known/jwks.json")["keys"]
    for kid in ("", "unknown", "../../keys/refresh", "/dev/null", "' OR 1=1 --", "k" * 3_000, [], {}, None, 7, "\0"):
        _require_refused(house, f"kid {str(kid)[:30]!r}", signed(key, header | {"kid": kid}, claims))
    for name, value in {
        "jku": f"{house.url}/.well-known/jwks.json",
        "x5u": "https://evil.example/cert.pem",
        "jwk": jwk,
        "x5c": ["AAAA"],
        "crit": ["exp"],
        "b64": False,
        "cty": "JWT",
    }.items():
        _require_refused(house, f"{name} beside a true signature", signed(key, header | {name: value}, claims))
    _require_refused(house, "signed by somebody else", signed(own, header | {"alg": "ES256"}, claims))
    for typ in ("JWT", "", None, "at+JWT2", "application/at+jwt "):
        _require_refused(house, f"typ {typ!r}", signed(key, header | {"typ": typ}, claims))


Change = Callable[[Claims], object]

NOW = int(time.time())
CHANGES: dict[str, Change] = {
    "expired by a second": lambda c: c | {"iat": NOW - 901, "exp": NOW - 1},
    "expires now": lambda c: c | {"iat": NOW - 900, "exp": NOW},
    "issued tomorrow": lambda c: c | {"iat": c["iat"] + 86_400, "exp": c["exp"] + 86_400},
    "good for years": lambda c: c | {"exp": c["iat"] + 10 * 365 * 86_400},
    "expires before it was issued": lambda c: c | {"iat": c["exp"] + 1},
    **{f"exp is {odd!r}": lambda c, odd=odd: c | {"exp": odd} for odd in (None, "", "soon", True, [], {}, -1, 0, 1e18)},
    "exp is a fraction": lambda c: c | {"exp": c["exp"] + 0.5},
    "exp is 1e999": lambda c: json.dumps(c).replace(f'"exp": {c["exp"]}', '"exp": 1e999'),
    "exp is NaN": lambda c: json.dumps(c).replace(f'"exp": {c["exp"]}', '"exp": NaN'),
    "exp has 5,000 digits": lambda c: json.dumps(c).replace(f'"exp": {c["exp"]}', f'"exp": {"9" * 2_000}'),
    "exp twice": lambda c: json.dumps(c)[:-1] + f', "exp": {c["exp"]}}}',
    **{
        f"without {name}": lambda c, name=name: {key: value for key, value in c.items() if key != name}
        for name in ("iss", "aud", "sub", "exp", "iat", "jti", "client_id", "scope", "roles", "sid")
    },
    **{
        f"{name} is {odd!r}": lambda c, name=name, odd=odd: c | {name: odd}
        for name in ("iss", "aud", "sub", "sid", "scope")
        for odd in (None, "", 7, "https://evil.example", ["bob"])
    },
    "aud is a list with ours in it": lambda c: c | {"aud": [c["aud"], "https://evil.example"]},
    "another's session": lambda c: c | {"sid": "s" + "0" * 27},
    "a scope that there is not": lambda c: c | {"scope": "chat:read root"},
    "sub with a surrogate": lambda c: c | {"sub": "\ud800"},
    "sub with a NUL": lambda c: c | {"sub": "a\0"},
    "claims are a list": lambda c: [c],
    "claims are text": lambda c: '"claims"',
    "claims are nothing": lambda c: "",
    "claims nest without end": lambda c: "[" * 1_000,
}


def test_claims_that_are_not_all_right_are_refused_though_their_signature_is(house: House, key: PrivateKey) -> None:
    good = house.token("ann")
    for name, change in CHANGES.items():
        _require_refused(house, name, signed(key, part(good, 0), change(part(good, 1))))


def test_a_session_belongs_to_its_user(house: House, key: PrivateKey) -> None:
    """Ann's id with bob's session: each is good by itself."""
    bob, ann = part(house.token("bob"), 1), part(house.token("ann"), 1)
    _require_refused(house, "mixed", signed(key, part(house.token("bob"), 0), bob | {"sub": ann["sub"]}))


def test_roles_in_a_token_are_a_hint_and_nothing_more(house: House, key: PrivateKey) -> None:
    bob = house.token("bob")
    grand = part(bob, 1) | {"roles": ["admin"], "scope": "chat:read chat:write moderate admin", "jti": "grand"}
    token = signed(key, part(bob, 0), grand)
    answer = house.ask(None, "GET", "/api/invites", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_too_low")


def test_a_good_token_in_another_spelling_is_refused(house: House) -> None:
    good = house.token("bob")
    head, body, signature = good.split(".")
    last = signature[-1]
    twin = chr(ord(last) + 1)
    for name, token in {
        "padded": good + "=",
        "in standard base64": good.replace("-", "+").replace("_", "/") + ".",
        "a dot more": good + ".",
        "a dot less": f"{head}.{body}",
        "without a signature": f"{head}.{body}.",
        "twice": f"{good}.{good}",
        "with the last bits turned": f"{head}.{body}.{signature[:-1]}{twin}",
        "upside down": good[::-1],
        "without its end": good[:-1],
        "nothing but dots": "..",
    }.items():
        _require_refused(house, name, token)


def test_a_token_of_any_length_is_answered_at_once(house: House) -> None:
    for size, statuses in ((5_000, {401}), (9_000, {401, 431}), (1_000_000, {400, 401, 431})):
        began = time.monotonic()
        with Stranger(house) as stranger:
            stranger.say(
                b"GET /api/me HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer " % house.port
                + b"a" * size
                + b"\r\n\r\n"
            )
            assert stranger.status() in statuses
        with Stranger(house) as stranger:
            stranger.handshake("/ws", "a" * size)
            assert stranger.status() in statuses
        with Stranger(house) as stranger:
            stranger.handshake("/ws?token=" + "a" * size)
            assert stranger.status() in {400, 401, 414, 431}
        assert time.monotonic() - began < WITHIN_SECONDS


@pytest.mark.parametrize(
    "value",
    [
        b"Bearer",
        b"Bearer ",
        b"Bearer one two",
        b"Bearer \xc3\xa9.\xc3\xa9.\xc3\xa9",
        b"Bearer \xff\xff",
        b"Bearer a.b.c, Bearer d.e.f",
        b"Bearer\ta.b.c",
        b"bearer a.b.c",
    ],
)
def test_what_stands_behind_bearer_is_one_token_or_none(house: House, value: bytes) -> None:
    for lines in ([b"GET /api/me HTTP/1.1"], [b"GET /ws HTTP/1.1", b"Upgrade: websocket", b"Connection: Upgrade"]):
        with Stranger(house) as stranger:
            more = [b"Host: 127.0.0.1:%d" % house.port, b"Authorization: " + value]
            more += [b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
            stranger.say(b"\r\n".join([*lines, *more]) + b"\r\n\r\n")
            head = stranger.head().lower()
            assert head.startswith(b"http/1.1 401")
            assert b"www-authenticate: bearer" in head


def test_a_line_break_in_a_token_begins_no_header(house: House) -> None:
    token = "a.b.c%0d%0aX-Evil:%201"
    with Stranger(house) as stranger:
        stranger.handshake(f"/ws?token={token}")
        head = stranger.head()
        assert head.startswith(b"HTTP/1.1 401")
        assert b"x-evil" not in head.lower()


def test_two_credentials_are_one_too_many_even_if_they_are_the_same(house: House) -> None:
    token = house.token("bob")
    offered = b"Sec-WebSocket-Protocol: folkmoot.v1, bearer." + token.encode()
    with Stranger(house) as stranger:
        stranger.handshake(f"/ws?token={token}", token)
        assert stranger.status() == 400
    with Stranger(house) as stranger:
        stranger.handshake("/ws", token, offered)
        assert stranger.status() == 400
    with Stranger(house) as stranger:
        stranger.handshake("/ws", token, b"Authorization: Bearer " + token.encode())
        assert stranger.status() == 400
    with Stranger(house) as stranger:
        stranger.handshake(f"/ws?token={token}&token={token}")
        assert stranger.status() == 400


def test_each_kind_of_secret_opens_its_own_door_alone(house: House) -> None:
    tokens = house.sign_in("bob")
    ticket = house.ask("bob", "POST", "/api/tickets").json()["ticket"]
    invite = house.do("ann", "POST", "/api/invites", {})["code"]
    secrets = {"refresh": tokens["refresh_token"], "ticket": ticket, "invite": invite}
    for name, secret in secrets.items():
        _require_refused(house, f"{name} as access token", secret)
    for name, secret in (secrets | {"access": tokens["access_token"]}).items():
        if name != "refresh":
            form = {"grant_type": "refresh_token", "refresh_token": secret}
            answer = httpx.post(f"{house.url}/oauth/token", data=form)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), name
        if name != "ticket":
            with Stranger(house) as stranger:
                stranger.handshake(f"/ws?ticket={secret}")
                assert stranger.status() == 401, name
        body = {"username": f"by-{name}", "password": "an owl at the moot", "invite": secret}
        answer = house.ask(None, "POST", "/api/users", body)
        assert answer.status_code in ({201} if name == "invite" else {403, 422}), f"{name}: {answer.text}"


def test_a_ticket_is_good_once(house: House) -> None:
    ticket = house.ask("bob", "POST", "/api/tickets").json()["ticket"]
    statuses = []
    for _ in range(2):
        with Stranger(house) as stranger:
            stranger.handshake(f"/ws?ticket={ticket}")
            statuses.append(stranger.status())
    assert statuses == [101, 401]
