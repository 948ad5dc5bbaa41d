"""How the OAuth endpoints read what they are sent: so that no two readers could understand it differently."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from urllib.parse import quote_plus, urlencode

import httpx
import pytest

from tests.desk import FORM, Desk

pytestmark = pytest.mark.anyio

BOB = {"grant_type": "password", "username": "bob", "password": "bob-password"}
ENDPOINTS = ("/oauth/token", "/oauth/revoke", "/oauth/introspect")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def basic(client_id: str, secret: str) -> str:
    return "Basic " + b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


async def post(desk: Desk, body: str | bytes, path: str = "/oauth/token", **headers: str) -> httpx.Response:
    async with desk.client() as client:
        sent = {"Content-Type": FORM} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.post(path, content=body, headers=sent)


def error(answer: httpx.Response) -> tuple[int, str]:
    """The status and the error; and that the answer is as RFC 6749, section 5.2, has it."""
    body = answer.json()
    assert body.keys() == {"error", "error_description"}
    assert body["error_description"].isascii()
    assert not set(body["error_description"]) & {'"', "\\"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.status_code == 401) == ("www-authenticate" in answer.headers) == (body["error"] == "invalid_client")
    return answer.status_code, body["error"]


async def test_a_plain_form_is_read(desk: Desk) -> None:
    for kind in (FORM, f"{FORM}; charset=utf-8", f'{FORM};charset="UTF-8"', FORM.title()):
        assert (await post(desk, urlencode(BOB), Content_Type=kind)).status_code == 200


@pytest.mark.parametrize(
    "kind", ["", "application/json", "text/plain", "multipart/form-data", f"{FORM}; charset=latin-1", f"{FORM}x"]
)
async def test_a_body_of_another_type_is_refused(desk: Desk, kind: str) -> None:
    assert error(await post(desk, urlencode(BOB), Content_Type=kind)) == (400, "invalid_request")


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_is_taken(desk: Desk, path: str, method: str) -> None:
    async with desk.client() as client:
        answer = await client.request(method, path, params=BOB)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_parameters_in_the_address_are_refused_even_if_the_body_is_good(desk: Desk) -> None:
    for path in ENDPOINTS:
        answer = await post(desk, urlencode(BOB), f"{path}?password=bob-password")
        assert error(answer) == (400, "invalid_request")
        assert "bob-password" not in answer.text


@pytest.mark.parametrize("name", ["grant_type", "username", "password", "scope", "whatever"])
async def test_a_parameter_that_is_there_twice_is_refused_whatever_it_is(desk: Desk, name: str) -> None:
    body = urlencode([*BOB.items(), (name, "x"), (name, "x")])
    assert error(await post(desk, body)) == (400, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=password&username=bob&password=\xff",
        b"grant_type=password&username=bob&password=%FF",
        b"grant_type=password&username=bob&password=%ED%A0%80",
        b"grant_type=password&username=bob&password=a%00b",
        b"grant_type=password&username=%00bob&password=x",
        b"grant_type",
        b"&&&",
        b"=",
        b'{"grant_type": "password"}',
        b"&".join(b"p%d=x" % number for number in range(1_000)),
        b"",
        b"\0",
    ],
    ids=lambda body: f"{body[-24:]!a}",
)
async def test_what_is_no_form_of_ours_is_an_invalid_request(desk: Desk, body: bytes) -> None:
    for path in ENDPOINTS:
        status, name = error(await post(desk, body, path))
        assert status in (400, 401)
        assert name == ("invalid_client" if status == 401 else "invalid_request")
        assert path == "/oauth/introspect" or status == 400
    assert desk.passwords.verified == 0


async def test_an_empty_value_counts_as_left_out(desk: Desk) -> None:
    assert error(await post(desk, urlencode({**BOB, "username": ""}))) == (400, "invalid_request")
    assert (await post(desk, urlencode({**BOB, "scope": "", "client_id": "", "client_secret": ""}))).status_code == 200


async def test_what_is_unknown_is_ignored(desk: Desk) -> None:
    assert (await post(desk, urlencode({**BOB, "audience": "x", "device": "y"}))).status_code == 200


async def test_letters_of_every_script_come_through(desk: Desk) -> None:
    desk.set_password("bob", "pässwörd 🙂 & = + %")
    answer = await post(desk, urlencode({**BOB, "password": "pässwörd 🙂 & = + %"}))
    assert answer.status_code == 200


# Who the client is


async def test_an_empty_pair_and_the_first_partys_name_are_no_client(desk: Desk) -> None:
    for header in (basic("", ""), basic("folkmoot", "")):
        assert (await post(desk, urlencode(BOB), Authorization=header)).status_code == 200
    assert (await post(desk, urlencode({**BOB, "client_id": "folkmoot"}))).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b"\xff:\xff").decode(),
        "Basic " + b64encode(b"%FF:x").decode(),
        "Basic Ym90LTE6eA== x",
        "Bearer a.b.c",
        "Digest x",
        basic("bot-1", ""),
        basic("bot-1", "wrong"),
        basic("", "a secret"),
        basic("\0", "\0"),
        basic("x" * 10_000, "y" * 10_000),
    ],
    ids=lambda header: header[:32],
)
async def test_a_client_that_cannot_be_made_out_is_an_invalid_client(desk: Desk, header: str) -> None:
    for form in (BOB, {"grant_type": "client_credentials"}):
        assert error(await post(desk, urlencode(form), Authorization=header)) == (401, "invalid_client")


async def test_a_client_named_in_the_body_has_to_be_one_that_needs_no_secret(desk: Desk) -> None:
    bot = await desk.bot()
    for client_id in ("somebody", bot.client_id):
        assert error(await post(desk, urlencode({**BOB, "client_id": client_id}))) == (401, "invalid_client")


async def test_a_secret_in_the_body_is_not_taken(desk: Desk) -> None:
    bot = await desk.bot()
    form = {"grant_type": "client_credentials", "client_id": bot.client_id, "client_secret": bot.secret}
    answer = await post(desk, urlencode(form))
    assert error(answer) == (401, "invalid_client")
    assert bot.secret not in answer.text


async def test_two_clients_or_two_headers_are_one_too_many(desk: Desk) -> None:
    bot = await desk.bot()
    form = urlencode({"grant_type": "client_credentials", "client_id": "another"})
    header = basic(bot.client_id, bot.secret)
    assert error(await post(desk, form, Authorization=header)) == (400, "invalid_request")
    async with desk.client() as client:
        twice = [("Content-Type", FORM), ("Authorization", header), ("Authorization", header)]
        answer = await client.post("/oauth/token", content="grant_type=client_credentials", headers=twice)
    assert error(answer) == (400, "invalid_request")


async def test_both_halves_of_the_pair_are_form_encoded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    async def by_secret(proof: object, scope: object, caller: object) -> None:
        seen.append(proof)
        raise AssertionError("seen")

    monkeypatch.setattr(desk.grants, "by_secret", by_secret)
    with pytest.raises(AssertionError, match="seen"):
        await post(desk, "grant_type=client_credentials", Authorization=basic("a:b c", "ü%+&:"))
    (proof,) = seen
    assert (proof.client_id, proof.secret) == ("a:b c", "ü%+&:")
