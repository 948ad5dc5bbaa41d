"""What clients find out by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from tests.desk import NAME, Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_the_metadata_names_every_endpoint_and_each_of_them_is_there(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.get("/.well-known/oauth-authorization-server")
        found = answer.json()
        assert found["issuer"] == NAME
        for name in ("token_endpoint", "revocation_endpoint", "introspection_endpoint"):
            assert (await client.post(found[name], data={})).status_code in (400, 401)
        assert (await client.get(found["jwks_uri"])).status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert "max-age" in answer.headers["cache-control"]


async def test_authlib_finds_nothing_wrong_with_it_but_that_a_test_has_no_tls(desk: Desk) -> None:
    async with desk.client() as client:
        found = (await client.get("/.well-known/oauth-authorization-server")).json()
    metadata = AuthorizationServerMetadata(
        {key: value.replace("http:", "https:") if isinstance(value, str) else value for key, value in found.items()}
    )
    assert metadata.validate() is None
    assert metadata.grant_types_supported == ["password", "refresh_token", "client_credentials"]
    assert metadata.token_endpoint_auth_methods_supported == ["client_secret_basic", "none"]
    assert metadata.scopes_supported == ["chat:read", "chat:write", "moderate", "admin"]


async def test_of_shared_secrets_nothing_is_published(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.get("/.well-known/jwks.json")
    assert answer.json() == {"keys": []}
