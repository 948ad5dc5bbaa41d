"""The OAuth endpoints: the answers of RFC 6749, 7009 and 7662, and an independent client that understands them."""

from __future__ import annotations

import warnings
from pathlib import Path
from urllib.parse import urlencode

import httpx
import jwt
import pytest
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client import OAuthError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service.chat.errors import Code, Refusal
from service.chat.keyring import open_keyring
from tests.desk import FORM, LIFETIME_S, NAME, PER_ACCOUNT, PER_ADDRESS, Desk

with warnings.catch_warnings():
    # It says that it will move on to another version of httpx than the one that everybody else here uses.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client

pytestmark = pytest.mark.anyio

TOKEN = "/oauth/token"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def post(desk: Desk, path: str, auth: tuple[str, str] | None = None, **form: str) -> httpx.Response:
    async with desk.client() as client:
        headers = {"Content-Type": FORM}
        return await client.post(path, content=urlencode(form), headers=headers, auth=auth or httpx.USE_CLIENT_DEFAULT)


async def sign_in(desk: Desk, username: str = "bob", password: str | None = None, **more: str) -> httpx.Response:
    form = {"grant_type": "password", "username": username, "password": password or f"{username}-password", **more}
    return await post(desk, TOKEN, **form)


def error(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


# Tokens


async def test_the_answer_is_that_of_the_rfc(desk: Desk) -> None:
    answer = await sign_in(desk)
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert answer.headers["content-type"] == "application/json"
    assert "set-cookie" not in answer.headers
    body = answer.json()
    assert body.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", LIFETIME_S)
    assert body["scope"] == "chat:read chat:write moderate"
    assert body["refresh_token"].startswith("rt_")


async def test_unknown_wrong_and_suspended_are_the_same_answer_to_the_byte(desk: Desk) -> None:
    cyn = desk.stage.who("cyn")
    desk.stage.run(lambda tx: tx.users.set_suspended(cyn.id, True))
    answers = [
        await sign_in(desk, "bob", "wrong"),
        await sign_in(desk, "nobody", "wrong"),
        await sign_in(desk, "cyn", "cyn-password"),
        await sign_in(desk, "bob", "x" * 5_000),
        await sign_in(desk, "x" * 5_000, "wrong"),
    ]
    assert {error(answer) for answer in answers} == {(400, "invalid_grant")}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers}) == 1
    assert desk.passwords.verified == len(answers)


BOB = {"grant_type": "password", "username": "bob", "password": "bob-password"}
MISTAKES: dict[str, tuple[dict[str, str], str]] = {
    "nothing at all": ({}, "invalid_request"),
    "a grant of the past": ({**BOB, "grant_type": "implicit"}, "unsupported_grant_type"),
    "a grant in capitals": ({**BOB, "grant_type": "PASSWORD"}, "unsupported_grant_type"),
    "a code": ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
    "no password": ({"grant_type": "password", "username": "bob"}, "invalid_request"),
    "no username": ({"grant_type": "password", "password": "bob-password"}, "invalid_request"),
    "no refresh token": ({"grant_type": "refresh_token"}, "invalid_request"),
    "a bad refresh token": ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, "invalid_grant"),
    "an unknown scope": ({**BOB, "scope": "everything"}, "invalid_scope"),
    "nothing left of the scope": ({**BOB, "scope": "admin"}, "invalid_scope"),
}


@pytest.mark.parametrize(("form", "expected"), MISTAKES.values(), ids=MISTAKES)
async def test_each_mistake_has_its_error(desk: Desk, form: dict[str, str], expected: str) -> None:
    answer = await post(desk, TOKEN, **form)
    assert error(answer) == (400, expected)
    assert "bob-password" not in answer.text


async def test_each_secret_is_refused_in_the_others_place(desk: Desk) -> None:
    body = (await sign_in(desk)).json()
    ticket = desk.tickets.issue(desk.verifier.verify(body["access_token"]))
    for secret in (body["access_token"], ticket, "bob-password"):
        answer = await post(desk, TOKEN, grant_type="refresh_token", refresh_token=secret)
        assert error(answer) == (400, "invalid_grant")
    assert desk.admitted(desk.verifier.verify(body["access_token"])) == "bob"


async def test_a_bot_signs_in_by_basic_and_in_no_other_way(desk: Desk) -> None:
    bot = await desk.bot()
    pair = (bot.client_id, bot.secret)
    answer = await post(desk, TOKEN, pair, grant_type="client_credentials")
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert error(await post(desk, TOKEN, grant_type="client_credentials")) == (401, "invalid_client")
    assert error(await post(desk, TOKEN, (bot.client_id, "x"), grant_type="client_credentials"))[0] == 401
    form = {"grant_type": "password", "username": "bob", "password": "bob-password"}
    assert error(await post(desk, TOKEN, pair, **form)) == (400, "unauthorized_client")
    assert error(await post(desk, TOKEN, (bot.client_id, "x"), **form)) == (401, "invalid_client")
    refreshing = {"grant_type": "refresh_token", "refresh_token": (await sign_in(desk)).json()["refresh_token"]}
    assert error(await post(desk, TOKEN, pair, **refreshing)) == (400, "unauthorized_client")


async def test_who_guesses_is_told_to_wait_before_anything_is_hashed(desk: Desk) -> None:
    answers = [await sign_in(desk, "bob", "wrong") for _ in range(50)]
    assert [answer.status_code for answer in answers] == [400] * PER_ACCOUNT + [429] * (50 - PER_ACCOUNT)
    assert desk.passwords.verified == PER_ACCOUNT
    assert error(answers[-1])[1] == "temporarily_unavailable"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 300


async def test_who_tries_fifty_accounts_from_one_address_is_told_so_too(desk: Desk) -> None:
    answers = [await sign_in(desk, f"user-{number}", "wrong") for number in range(50)]
    assert [answer.status_code for answer in answers] == [400] * PER_ADDRESS + [429] * (50 - PER_ADDRESS)


async def test_a_full_queue_of_hashes_is_503_with_a_time_to_come_back(desk: Desk) -> None:
    def overloaded() -> None:
        raise Refusal(Code.UNAVAILABLE, "Too many people are signing in right now.", retry_after=2.0)

    desk.passwords.before_answer = overloaded
    answer = await sign_in(desk)
    assert error(answer) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_sign_ins_are_counted_by_their_outcome(desk: Desk) -> None:
    http = desk.http
    async with httpx.AsyncClient(transport=httpx.ASGITransport(http), base_url=NAME) as client:
        for password in ["bob-password"] + ["wrong"] * (PER_ACCOUNT + 2):
            await client.post(TOKEN, data={"grant_type": "password", "username": "bob", "password": password})
    assert dict(http.state.parts.metrics.sign_ins) == {"ok": 1, "refused": PER_ACCOUNT, "limited": 2}


# Revoking and looking


async def test_revoking_is_200_for_every_token_and_ends_the_session_of_a_good_one(desk: Desk) -> None:
    body = (await sign_in(desk)).json()
    for token in ("unknown", "rt_x", body["refresh_token"], body["refresh_token"], body["access_token"]):
        answer = await post(desk, "/oauth/revoke", token=token, token_type_hint="nonsense")
        assert (answer.status_code, answer.content) == (200, b"")
    refreshed = await post(desk, TOKEN, grant_type="refresh_token", refresh_token=body["refresh_token"])
    assert error(refreshed) == (400, "invalid_grant")


async def test_revoking_wants_a_token_and_a_client_that_is_who_it_says(desk: Desk) -> None:
    bot = await desk.bot()
    body = (await sign_in(desk)).json()
    assert error(await post(desk, "/oauth/revoke")) == (400, "invalid_request")
    wrong = await post(desk, "/oauth/revoke", (bot.client_id, "x"), token=body["access_token"])
    assert error(wrong) == (401, "invalid_client")
    other = await post(desk, "/oauth/revoke", (bot.client_id, bot.secret), token=body["access_token"])
    assert error(other) == (400, "unauthorized_client")
    assert desk.admitted(desk.verifier.verify(body["access_token"])) == "bob"


async def test_only_clients_with_a_secret_look_into_tokens(desk: Desk) -> None:
    bot = await desk.bot()
    token = (await sign_in(desk, scope="chat:read")).json()["access_token"]
    assert error(await post(desk, "/oauth/introspect", token=token)) == (401, "invalid_client")
    assert error(await post(desk, "/oauth/introspect", (bot.client_id, bot.secret))) == (400, "invalid_request")
    described = (await post(desk, "/oauth/introspect", (bot.client_id, bot.secret), token=token)).json()
    bob = desk.stage.who("bob")
    assert described == {
        "active": True,
        "scope": "chat:read",
        "client_id": "folkmoot",
        "username": "bob",
        "token_type": "bearer",
        "exp": described["exp"],
        "sub": bob.uid,
        "aud": NAME,
        "iss": NAME,
        "sid": described["sid"],
    }


async def test_of_what_is_no_good_nothing_is_told(desk: Desk) -> None:
    bot = await desk.bot()
    body = (await sign_in(desk)).json()
    await post(desk, "/oauth/revoke", token=body["access_token"])
    for token in ("unknown", body["access_token"], body["refresh_token"]):
        answer = await post(desk, "/oauth/introspect", (bot.client_id, bot.secret), token=token)
        assert answer.json() == {"active": False}


# An independent client


def authlib(desk: Desk, **settings: str) -> AsyncOAuth2Client:
    transport = httpx.ASGITransport(desk.http, client=("192.0.2.1", 50_000))
    return AsyncOAuth2Client(transport=transport, base_url=NAME, token_endpoint=NAME + TOKEN, **settings)


async def test_authlib_signs_in_calls_refreshes_and_revokes(desk: Desk) -> None:
    async with authlib(
        desk, client_id="folkmoot", token_endpoint_auth_method="none", scope="chat:read chat:write"
    ) as bob:
        first = await bob.fetch_token(NAME + TOKEN, username="bob", password="bob-password", grant_type="password")
        assert first["scope"] == "chat:read chat:write"
        assert (await bob.get("/api/me/sessions")).status_code == 200
        second = await bob.refresh_token(NAME + TOKEN)
        assert second["refresh_token"] != first["refresh_token"]
        assert (await bob.get("/api/me/sessions")).status_code == 200
        assert (await bob.revoke_token(NAME + "/oauth/revoke", second["refresh_token"])).status_code == 200
        assert (await bob.get("/api/me/sessions")).status_code == 401
        with pytest.raises(OAuthError, match="invalid_grant"):
            await bob.refresh_token(NAME + TOKEN, refresh_token=second["refresh_token"])


async def test_authlib_signs_a_bot_in_and_looks_into_its_token(desk: Desk) -> None:
    made = await desk.bot()
    async with authlib(desk, client_id=made.client_id, client_secret=made.secret) as bot:
        token = await bot.fetch_token(NAME + TOKEN, grant_type="client_credentials")
        assert "refresh_token" not in token
        answer = await bot.introspect_token(NAME + "/oauth/introspect", token["access_token"])
        assert answer.json()["username"] == "clerk"


async def test_pyjwt_verifies_a_token_by_nothing_but_the_servers_address(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    desk = Desk(tmp_path, open_keyring(tmp_path, [path]))
    async with desk.client() as client:
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
        form = {"grant_type": "password", "username": "bob", "password": "bob-password"}
        token = (await client.post(metadata["token_endpoint"], data=form)).json()["access_token"]
        jwks = (await client.get(metadata["jwks_uri"])).json()
    signer = jwt.PyJWKSet.from_dict(jwks)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        signer,
        ["ES256"],
        audience=metadata["issuer"],
        issuer=metadata["issuer"],
        options={"require": ["exp", "iat", "sub", "jti"], "verify_exp": False, "verify_iat": False},
    )
    assert claims["sub"] == desk.stage.who("bob").uid
    assert claims["roles"] == ["member"]
