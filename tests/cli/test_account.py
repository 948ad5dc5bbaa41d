"""Signing in speaks OAuth 2 as any server of it does, and keeps no password."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import pytest

from service.cli.account import (
    ClientAccount,
    GivenToken,
    PasswordAccount,
    SignInFailed,
    TokenEndpoint,
    Unreachable,
)

Handler = Callable[[httpx.Request], httpx.Response]


def endpoint(handler: Handler) -> TokenEndpoint:
    return TokenEndpoint(httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://moot.example"))


def forms(asked: list[httpx.Request]) -> list[dict[str, str]]:
    return [{name: values[0] for name, values in parse_qs(request.content.decode()).items()} for request in asked]


def tokens(asked: list[httpx.Request]) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"access_token": f"a{len(asked)}", "refresh_token": f"r{len(asked)}"})

    return answer


@pytest.mark.anyio
async def test_a_person_signs_in_once_and_goes_on_by_refresh_tokens() -> None:
    asked: list[httpx.Request] = []
    account = PasswordAccount(endpoint(tokens(asked)), "ann", "hush", "chat:read")
    await account.sign_in()
    await account.renew()
    assert account.access_token == "a2"
    await account.sign_out()
    assert forms(asked) == [
        {"grant_type": "password", "username": "ann", "password": "hush", "scope": "chat:read"},
        {"grant_type": "refresh_token", "refresh_token": "r1"},
        {"token": "r2"},
    ]
    assert "hush" not in repr(vars(account)), "the password is not kept"


@pytest.mark.anyio
async def test_a_bot_asks_anew_with_its_secret_in_the_header() -> None:
    asked: list[httpx.Request] = []
    account = ClientAccount(endpoint(tokens(asked)), "bot-1", "cs_hush")
    await account.sign_in()
    await account.renew()
    assert account.access_token == "a2"
    assert forms(asked) == [{"grant_type": "client_credentials"}] * 2
    assert all(request.headers["Authorization"].startswith("Basic ") for request in asked)


@pytest.mark.anyio
async def test_a_given_token_is_used_as_it_is_and_never_revoked() -> None:
    account = GivenToken("t")
    await account.sign_in()
    await account.sign_out()
    assert account.access_token == "t"
    with pytest.raises(SignInFailed):
        await account.renew()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("response", "failure", "said"),
    [
        (
            httpx.Response(400, json={"error": "invalid_grant", "error_description": "Wrong name or password."}),
            SignInFailed,
            "Wrong name or password.",
        ),
        (
            httpx.Response(429, json={"error": "slow_down"}, headers={"Retry-After": "7"}),
            Unreachable,
            "slow_down (try again in 7 s).",
        ),
        (httpx.Response(503, json={"detail": "Busy."}), Unreachable, "Busy."),
        (httpx.Response(502, text="<html>"), Unreachable, "The server answered with status 502."),
        (httpx.Response(200, text="hello"), Unreachable, "The server answered with status 200."),
        (httpx.Response(200, json=["x"]), Unreachable, "The server answered with status 200."),
    ],
)
async def test_what_can_be_tried_again_is_told_from_what_cannot(
    response: httpx.Response, failure: type[Exception], said: str
) -> None:
    account = PasswordAccount(endpoint(lambda request: response), "ann", "hush")
    with pytest.raises(failure) as caught:
        await account.sign_in()
    assert str(caught.value) == said


@pytest.mark.anyio
async def test_a_server_that_is_away_is_told_with_its_address() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(Unreachable, match=r"moot\.example"):
        await PasswordAccount(endpoint(away), "ann", "hush").sign_in()
