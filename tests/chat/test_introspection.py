"""Tokens presented to be ended, or looked into."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.chat.errors import Code, Refusal
from service.chat.grants import ClientSecret, GrantError, GrantRefused
from service.chat.roles import SCOPES_OF, Role, Scope
from tests.desk import HOME, LIFETIME_S, Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_either_token_ends_its_session_and_no_other(desk: Desk, kind: str) -> None:
    ended, other = [await desk.sign_in_as("bob") for _ in range(2)]
    token = ended.access.text if kind == "access" else ended.refresh_token
    assert token is not None
    await desk.introspection.revoke(token, None)
    with pytest.raises(Refusal) as caught:
        desk.admitted(ended.access.credential)
    assert caught.value.code is Code.UNAUTHENTICATED
    assert desk.stage.changes[-1].sessions == {ended.access.credential.sid}
    assert desk.admitted(other.access.credential) == "bob"
    changes = len(desk.stage.changes)
    await desk.introspection.revoke(token, None)
    assert len(desk.stage.changes) == changes, "once more changes nothing"


async def test_a_refresh_token_that_was_rotated_out_still_ends_its_session(desk: Desk) -> None:
    """Whoever signs out while a refresh is on its way is out all the same."""
    grant = await desk.sign_in_as("bob")
    assert grant.refresh_token is not None
    await desk.grants.by_refresh_token(grant.refresh_token, None, HOME)
    await desk.introspection.revoke(grant.refresh_token, None)
    assert await desk.introspection.look(grant.access.text) is None


@pytest.mark.parametrize("token", ["", "nonsense", "rt_nonsense", "a.b.c", "tk_x", "\0", "\ud800"])
async def test_what_is_no_token_ends_nothing_and_is_nothing(desk: Desk, token: str) -> None:
    grant = await desk.sign_in_as("bob")
    await desk.introspection.revoke(token, None)
    assert await desk.introspection.look(token) is None
    assert desk.admitted(grant.access.credential) == "bob"


async def test_a_client_that_says_who_it_is_ends_its_own_sessions_only(desk: Desk) -> None:
    bot = await desk.bot()
    proof = ClientSecret(bot.client_id, bot.secret)
    client = await desk.grants.identify(proof)
    bobs, own = await desk.sign_in_as("bob"), await desk.grants.by_secret(proof, None, HOME)
    with pytest.raises(GrantRefused) as caught:
        await desk.introspection.revoke(bobs.access.text, client)
    assert caught.value.error is GrantError.UNAUTHORIZED_CLIENT
    assert desk.admitted(bobs.access.credential) == "bob"
    await desk.introspection.revoke(own.access.text, client)
    assert await desk.introspection.look(own.access.text) is None


async def test_a_good_access_token_is_described_by_what_is_true_now(desk: Desk) -> None:
    grant = await desk.sign_in_as("ann")
    ann = desk.stage.who("ann")
    desk.stage.run(lambda tx: tx.users.set_role(ann.id, Role.MEMBER))
    active = await desk.introspection.look(grant.access.text)
    assert active is not None
    assert (active.user.username, active.refresh) == ("ann", False)
    assert active.scope == SCOPES_OF[Role.MEMBER]
    assert active.expires_at == grant.access.credential.expires_at


async def test_of_refresh_tokens_the_newest_is_active_and_its_scope_is_the_roles(desk: Desk) -> None:
    first = await desk.sign_in_as("bob")
    assert first.refresh_token is not None
    second = await desk.grants.by_refresh_token(first.refresh_token, None, HOME)
    assert second.refresh_token is not None
    assert await desk.introspection.look(first.refresh_token) is None
    active = await desk.introspection.look(second.refresh_token)
    assert active is not None
    assert active.refresh
    assert active.scope == SCOPES_OF[Role.MEMBER]
    assert Scope.ADMIN not in active.scope


@pytest.mark.parametrize("end", ["expiry", "suspension", "revocation", "deletion"])
async def test_what_is_over_is_not_active(desk: Desk, end: str) -> None:
    grant = await desk.sign_in_as("bob")
    assert grant.refresh_token is not None
    bob = desk.stage.who("bob")
    if end == "expiry":
        desk.stage.now += LIFETIME_S * 1000
    elif end == "suspension":
        desk.stage.run(lambda tx: tx.users.set_suspended(bob.id, True))
    elif end == "deletion":
        desk.stage.run(lambda tx: tx.users.delete(bob.id))
    else:
        await desk.introspection.revoke(grant.access.text, None)
    assert await desk.introspection.look(grant.access.text) is None
    left = await desk.introspection.look(grant.refresh_token)
    assert (left is not None) == (end == "expiry"), "the refresh token outlives the access token, and nothing else"


async def test_a_database_that_is_away_is_not_taken_for_a_bad_token(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await desk.sign_in_as("bob")

    async def away(_fn: object) -> None:
        raise Refusal(Code.UNAVAILABLE)

    monkeypatch.setattr(desk.database, "read", away)
    with pytest.raises(Refusal) as caught:
        await desk.introspection.look(grant.access.text)
    assert caught.value.code is Code.UNAVAILABLE
