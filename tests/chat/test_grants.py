"""Getting tokens: by password, by a client's secret, by refreshing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from service.chat.errors import Code, Refusal
from service.chat.grants import DAY_MS, GRACE_MS, REMEMBERED_MS, Caller, ClientSecret, Grant, GrantError, GrantRefused
from service.chat.refresh import RefreshTokens
from service.chat.roles import SCOPES_OF, Role, Scope
from tests.desk import HOME, LIFETIME_S, SESSION_DAYS, Desk
from tests.stage import CAST

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def at(desk: Desk, ms: int) -> None:
    """Have the next transaction begin at that time."""
    desk.stage.now = ms - 1_000


async def refresh(desk: Desk, grant: Grant, scope: str | None = None) -> Grant:
    assert grant.refresh_token is not None
    return await desk.grants.by_refresh_token(grant.refresh_token, scope, HOME)


async def refused(desk: Desk, grant: Grant, scope: str | None = None) -> GrantError:
    with pytest.raises(GrantRefused) as caught:
        await refresh(desk, grant, scope)
    return caught.value.error


def is_open(desk: Desk, grant: Grant) -> bool:
    session = desk.stage.run(lambda tx: tx.sessions.get(grant.access.credential.sid))
    assert session is not None
    return session.ended_at is None


# Passwords


@pytest.mark.parametrize(("username", "role"), CAST.items())
async def test_a_password_opens_a_session_with_all_that_the_role_allows(desk: Desk, username: str, role: Role) -> None:
    grant = await desk.sign_in_as(username)
    assert desk.verifier.verify(grant.access.text) == grant.access.credential
    assert desk.admitted(grant.access.credential) == username
    assert grant.scope == SCOPES_OF[role]
    assert grant.refresh_token is not None


async def test_a_scope_is_narrowed_to_what_the_role_allows(desk: Desk) -> None:
    assert (await desk.sign_in_as("bob", "chat:read")).scope == {Scope.READ}
    assert (await desk.sign_in_as("bob", "chat:read admin")).scope == {Scope.READ}
    assert (await desk.sign_in_as("ann", "admin chat:read")).scope == {Scope.READ, Scope.ADMIN}


@pytest.mark.parametrize("scope", ["everything", "chat:read everything", "CHAT:READ", "admin"])
async def test_a_scope_that_is_unknown_or_leaves_nothing_is_refused_and_opens_no_session(
    desk: Desk, scope: str
) -> None:
    with pytest.raises(GrantRefused) as caught:
        await desk.sign_in_as("bob", scope)
    assert caught.value.error is GrantError.INVALID_SCOPE
    bob = desk.stage.who("bob")
    assert not desk.stage.run(lambda tx: tx.sessions.of_user(bob.id, tx.now))


async def test_a_wrong_password_is_an_invalid_grant(desk: Desk) -> None:
    for username in ("bob", "nobody"):
        with pytest.raises(GrantRefused) as caught:
            await desk.grants.by_password(username, "wrong", None, HOME)
        assert caught.value.error is GrantError.INVALID_GRANT
        assert caught.value.description == "The username or the password is not right."


async def test_a_password_that_is_changed_while_it_is_hashed_opens_nothing(desk: Desk) -> None:
    desk.passwords.before_answer = lambda: desk.set_password("bob", "another password")
    with pytest.raises(GrantRefused) as caught:
        await desk.sign_in_as("bob")
    assert caught.value.error is GrantError.INVALID_GRANT


async def test_a_server_that_takes_no_passwords_hashes_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path, password_grant=False)
    with pytest.raises(GrantRefused) as caught:
        await desk.sign_in_as("bob")
    assert caught.value.error is GrantError.UNAUTHORIZED_CLIENT
    assert desk.passwords.verified == 0


async def test_a_session_remembers_from_where_and_by_what_it_was_opened_in_one_short_line(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob", caller=Caller("192.0.2.9", "Browser\r\nX: y\x1b[31m" + "z" * 1_000))
    session = desk.stage.run(lambda tx: tx.sessions.get(grant.access.credential.sid))
    assert session is not None
    assert session.address == "192.0.2.9"
    assert session.client.startswith("BrowserX: y[31mzzz")
    assert len(session.client) == 200


async def test_sessions_that_nobody_asks_for_any_more_are_forgotten_at_the_next_login(desk: Desk) -> None:
    old = await desk.sign_in_as("bob")
    desk.stage.now += SESSION_DAYS * DAY_MS + REMEMBERED_MS + 10_000
    new = await desk.sign_in_as("bob")
    kept = [desk.stage.run(lambda tx, g=g: tx.sessions.get(g.access.credential.sid)) for g in (old, new)]
    assert [session is not None for session in kept] == [False, True]


# Refreshing


async def test_each_refresh_gives_a_new_pair_for_the_same_session(desk: Desk) -> None:
    first = await desk.sign_in_as("bob")
    second = await refresh(desk, first)
    third = await refresh(desk, second)
    assert len({grant.refresh_token for grant in (first, second, third)}) == 3
    assert len({grant.access.text for grant in (first, second, third)}) == 3
    assert {grant.access.credential.sid for grant in (first, second, third)} == {first.access.credential.sid}
    assert desk.admitted(third.access.credential) == "bob"
    assert desk.admitted(first.access.credential) == "bob", "an access token lives as long as it says"


async def test_a_refreshed_session_lives_on_and_an_unused_one_expires(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob")
    for _ in range(3):
        desk.stage.now += (SESSION_DAYS - 1) * DAY_MS
        grant = await refresh(desk, grant)
    assert desk.admitted(grant.access.credential) == "bob"
    desk.stage.now += SESSION_DAYS * DAY_MS
    assert await refused(desk, grant) is GrantError.INVALID_GRANT


async def test_two_who_refresh_at_once_get_one_successor(desk: Desk) -> None:
    first = await desk.sign_in_as("bob")
    one, other = await asyncio.gather(refresh(desk, first), refresh(desk, first))
    assert one.refresh_token == other.refresh_token
    assert one.access.text != other.access.text
    assert await refresh(desk, one)
    assert is_open(desk, first)


async def test_within_its_grace_a_used_token_gets_the_same_successor_again(desk: Desk) -> None:
    """The answer may have been lost on its way."""
    first = await desk.sign_in_as("bob")
    second = await refresh(desk, first)
    rotated_at = desk.stage.now
    at(desk, rotated_at + GRACE_MS)
    assert (await refresh(desk, first)).refresh_token == second.refresh_token
    assert is_open(desk, first)


async def test_after_its_grace_a_used_token_ends_the_session_for_everybody(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    first = await desk.sign_in_as("bob")
    second = await refresh(desk, first)
    at(desk, desk.stage.now + GRACE_MS + 1)
    assert await refused(desk, first) is GrantError.INVALID_GRANT
    (record,) = caplog.records
    assert (record.levelname, record.__dict__["user"]) == ("WARNING", "bob"), "somebody should look into it"
    assert not is_open(desk, first)
    assert desk.stage.changes[-1].sessions == {first.access.credential.sid}, "so its sockets are closed"
    assert await refused(desk, second) is GrantError.INVALID_GRANT
    with pytest.raises(Refusal) as caught:
        desk.admitted(second.access.credential)
    assert caught.value.code is Code.UNAUTHENTICATED


async def test_each_token_has_a_grace_of_its_own_also_when_its_successor_was_used(desk: Desk) -> None:
    first = await desk.sign_in_as("bob")
    second = await refresh(desk, first)
    rotated_at = desk.stage.now
    third = await refresh(desk, second)
    at(desk, rotated_at + GRACE_MS)
    assert (await refresh(desk, first)).refresh_token == second.refresh_token
    assert (await refresh(desk, second)).refresh_token == third.refresh_token
    assert is_open(desk, first)


async def test_a_later_rotation_prolongs_no_earlier_grace(desk: Desk) -> None:
    first = await desk.sign_in_as("bob")
    second = await refresh(desk, first)
    at(desk, desk.stage.now + GRACE_MS)
    await refresh(desk, second)
    assert await refused(desk, first) is GrantError.INVALID_GRANT
    assert not is_open(desk, first)


async def test_a_token_of_three_rotations_ago_has_no_grace(desk: Desk) -> None:
    """Nobody's answer is lost three times in ten seconds."""
    first = await desk.sign_in_as("bob")
    await refresh(desk, await refresh(desk, await refresh(desk, first)))
    assert await refused(desk, first) is GrantError.INVALID_GRANT
    assert not is_open(desk, first)


async def test_a_forged_token_ends_nothing(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob")
    sid = grant.access.credential.sid
    forger = RefreshTokens([b"f" * 43])
    for forged in (forger.text(sid, 0), f"rt_{sid}_0_{'A' * 43}", sid, grant.access.text, "", "rt_", "\ud800"):
        with pytest.raises(GrantRefused) as caught:
            await desk.grants.by_refresh_token(forged, None, HOME)
        assert caught.value.error is GrantError.INVALID_GRANT
    assert is_open(desk, grant)
    assert await refresh(desk, grant)


async def test_a_token_from_the_future_of_a_restored_database_ends_nothing(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob")
    ahead = desk.refresh_tokens.text(grant.access.credential.sid, 5)
    with pytest.raises(GrantRefused):
        await desk.grants.by_refresh_token(ahead, None, HOME)
    assert is_open(desk, grant)


@pytest.mark.parametrize("end", ["logout", "suspension", "deletion"])
async def test_of_an_ended_session_nothing_is_refreshed_within_the_grace_either(desk: Desk, end: str) -> None:
    first = await desk.sign_in_as("bob")
    second = await refresh(desk, first)
    bob, sid = desk.stage.who("bob"), first.access.credential.sid
    ways = {
        "logout": lambda tx: tx.sessions.end(sid, tx.now),
        "suspension": lambda tx: tx.users.set_suspended(bob.id, True),
        "deletion": lambda tx: tx.users.delete(bob.id),
    }
    desk.stage.run(ways[end])
    for grant in (first, second):
        assert await refused(desk, grant) is GrantError.INVALID_GRANT


async def test_a_refresh_may_ask_for_less_but_never_for_more_than_the_login(desk: Desk) -> None:
    grant = await desk.sign_in_as("ann", "chat:read chat:write")
    less = await refresh(desk, grant, "chat:read")
    assert less.scope == {Scope.READ}
    again = await refresh(desk, less, "chat:read admin")
    assert again.scope == {Scope.READ}
    assert (await refresh(desk, again)).scope == {Scope.READ, Scope.WRITE}


async def test_a_refresh_that_is_refused_for_its_scope_uses_no_token_up(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob", "chat:read")
    for scope in ("everything", "admin", "moderate"):
        assert await refused(desk, grant, scope) is GrantError.INVALID_SCOPE
    assert await refresh(desk, grant)


async def test_with_the_next_refresh_a_promoted_user_gets_what_the_new_role_allows(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob")
    bob = desk.stage.who("bob")
    desk.stage.run(lambda tx: tx.users.set_role(bob.id, Role.ADMIN))
    promoted = await refresh(desk, grant)
    assert promoted.scope == frozenset(Scope)
    desk.stage.run(lambda tx: tx.users.set_role(bob.id, Role.GUEST))
    assert (await refresh(desk, promoted)).scope == SCOPES_OF[Role.GUEST]


# Bots


async def test_a_bot_gets_a_session_as_long_as_its_token_and_nothing_to_refresh_it_with(desk: Desk) -> None:
    bot = await desk.bot()
    grant = await desk.grants.by_secret(ClientSecret(bot.client_id, bot.secret), None, HOME)
    assert grant.refresh_token is None
    assert grant.scope == SCOPES_OF[Role.MEMBER]
    assert grant.access.credential.client_id == bot.client_id
    assert desk.verifier.verify(grant.access.text) == grant.access.credential
    assert desk.admitted(grant.access.credential) == "clerk"
    session = desk.stage.run(lambda tx: tx.sessions.get(grant.access.credential.sid))
    assert session is not None
    assert session.expires_at - session.created_at == LIFETIME_S * 1000


async def test_a_wrong_secret_an_unknown_client_and_a_suspended_bot_are_one_answer(desk: Desk) -> None:
    bot, other = await desk.bot("clerk"), await desk.bot("caller")
    desk.stage.run(lambda tx: tx.users.set_suspended(other.user.id, True))
    proofs = [
        ClientSecret(bot.client_id, "wrong"),
        ClientSecret(bot.client_id, other.secret),
        ClientSecret(other.client_id, other.secret),
        ClientSecret("bot-none", bot.secret),
        ClientSecret("\0", "\ud800"),
    ]
    descriptions = set()
    for proof in proofs:
        for attempt in (desk.grants.by_secret(proof, None, HOME), desk.grants.identify(proof)):
            with pytest.raises(GrantRefused) as caught:
                await attempt
            assert caught.value.error is GrantError.INVALID_CLIENT
            descriptions.add(caught.value.description)
    assert len(descriptions) == 1
    assert (await desk.grants.identify(ClientSecret(bot.client_id, bot.secret))).user_id == bot.user.id


async def test_no_secret_stands_in_what_is_printed_of_a_grant_or_a_proof(desk: Desk) -> None:
    bot = await desk.bot()
    proof = ClientSecret(bot.client_id, bot.secret)
    grant = await desk.sign_in_as("bob")
    assert grant.refresh_token is not None
    assert bot.secret not in repr(proof)
    assert grant.refresh_token not in repr(grant)
    assert grant.access.text not in repr(grant)
