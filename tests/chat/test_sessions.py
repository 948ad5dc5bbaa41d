"""Who is let in with a token, as the database says now; and one's own sessions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.chat.errors import Code, Refusal
from service.chat.ports import Page
from service.chat.records import Credential
from service.chat.roles import Role, Scope
from service.chat.sessions import EndOtherSessions, EndSession, ListSessions, admit
from service.chat.tokens import BadCredential
from tests.desk import LIFETIME_S, Desk

pytestmark = pytest.mark.anyio

ALL = Page(None, 51)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def turned_away(desk: Desk, credential: Credential) -> Refusal:
    with pytest.raises(Refusal) as caught:
        desk.admitted(credential)
    return caught.value


async def test_a_good_token_lets_its_user_in_with_what_it_was_given(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob", "chat:read")
    asker = desk.stage.run(lambda tx: admit(tx, grant.access.credential))
    assert (asker.user.username, asker.scope) == ("bob", {Scope.READ})
    assert asker.session.sid == grant.access.credential.sid


async def test_a_demotion_counts_at_once_and_a_promotion_gives_an_old_token_nothing(desk: Desk) -> None:
    ann = (await desk.sign_in_as("ann")).access.credential
    bob = (await desk.sign_in_as("bob")).access.credential
    assert Scope.ADMIN in ann.scope
    for username, role in (("ann", Role.GUEST), ("bob", Role.ADMIN)):
        user = desk.stage.who(username)
        desk.stage.run(lambda tx, user=user, role=role: tx.users.set_role(user.id, role))
    assert desk.stage.run(lambda tx: admit(tx, ann)).scope == ann.scope - {Scope.ADMIN}
    assert desk.stage.run(lambda tx: admit(tx, bob)).scope == bob.scope


async def test_whoever_was_suspended_is_told_so_and_not_that_the_session_ended(desk: Desk) -> None:
    credential = (await desk.sign_in_as("bob")).access.credential
    bob = desk.stage.who("bob")
    desk.stage.run(lambda tx: (tx.users.set_suspended(bob.id, True), tx.sessions.end_all(bob.id, tx.now)))
    assert turned_away(desk, credential).code is Code.SUSPENDED
    desk.stage.run(lambda tx: tx.users.set_suspended(bob.id, False))
    assert turned_away(desk, credential).code is Code.UNAUTHENTICATED, "sessions do not come back"


async def test_of_a_deleted_user_no_token_is_good(desk: Desk) -> None:
    credential = (await desk.sign_in_as("bob")).access.credential
    bob = desk.stage.who("bob")
    desk.stage.run(lambda tx: tx.users.delete(bob.id))
    refusal = turned_away(desk, credential)
    assert isinstance(refusal, BadCredential)
    assert (refusal.error, refusal.expired) == ("invalid_token", False)


async def test_an_ended_session_an_expired_one_and_an_expired_token_let_nobody_in(desk: Desk) -> None:
    ended, current = [(await desk.sign_in_as("bob")).access.credential for _ in range(2)]
    desk.stage.run(lambda tx: tx.sessions.end(ended.sid, tx.now))
    refusal = turned_away(desk, ended)
    assert isinstance(refusal, BadCredential)
    assert not refusal.expired, "a socket has to be closed as revoked"
    assert desk.admitted(current) == "bob"

    longer = replace(current, expires_at=current.expires_at + 10**9)
    desk.stage.now += LIFETIME_S * 1000
    refusal = turned_away(desk, current)
    assert isinstance(refusal, BadCredential)
    assert refusal.expired, "between its check and its use a token may expire"
    assert desk.admitted(longer) == "bob", "it was the token and not the session that was over"
    desk.stage.now += 31 * 86_400_000
    assert turned_away(desk, longer).code is Code.UNAUTHENTICATED


@pytest.mark.parametrize("other", [{"user_uid": "u-ann"}, {"sid": "s-none"}, {"client_id": "bot-1"}])
async def test_a_session_lets_in_none_but_its_own_user_and_client(desk: Desk, other: dict[str, str]) -> None:
    credential = (await desk.sign_in_as("bob")).access.credential
    assert desk.admitted(credential) == "bob"
    assert turned_away(desk, replace(credential, **other)).code is Code.UNAUTHENTICATED


# One's own sessions


async def test_one_sees_ones_own_open_sessions_the_newest_first(desk: Desk) -> None:
    sids = [(await desk.sign_in_as("bob")).access.credential.sid for _ in range(3)]
    await desk.sign_in_as("cyn")
    desk.stage.run(lambda tx: tx.sessions.end(sids[1], tx.now))
    assert [session.sid for session in desk.stage.do("bob", ListSessions(ALL))] == [sids[2], sids[0]]
    assert [session.sid for session in desk.stage.do("bob", ListSessions(Page(sids[2], 1)))] == [sids[0]]
    assert [session.sid for session in desk.stage.do("bob", ListSessions(Page(None, 1)))] == [sids[2]]


async def test_ending_a_session_is_told_to_the_live_side_in_the_same_transaction(desk: Desk) -> None:
    sid = (await desk.sign_in_as("bob")).access.credential.sid
    desk.stage.do("bob", EndSession(sid))
    assert desk.stage.changes[-1].sessions == {sid}
    assert desk.stage.refusal("bob", EndSession(sid)).code is Code.NOT_FOUND, "it has ended already"


async def test_nobody_ends_somebody_elses_session_or_learns_that_it_is_there(desk: Desk) -> None:
    sid = (await desk.sign_in_as("bob")).access.credential.sid
    theirs = desk.stage.refusal("ann", EndSession(sid))
    none = desk.stage.refusal("ann", EndSession("s-none"))
    assert (theirs.code, theirs.message) == (none.code, none.message) == (Code.NOT_FOUND, "There is no such session.")


async def test_signing_out_everywhere_else_leaves_this_session_and_those_of_others(desk: Desk) -> None:
    bobs = [(await desk.sign_in_as("bob")).access.credential for _ in range(3)]
    cyns = (await desk.sign_in_as("cyn")).access.credential
    ended = desk.stage.run(lambda tx: EndOtherSessions().run(tx, admit(tx, bobs[1])))
    assert ended == 2
    assert desk.stage.changes[-1].sessions == {bobs[0].sid, bobs[2].sid}
    assert desk.admitted(bobs[1]) == "bob"
    assert desk.admitted(cyns) == "cyn"
    assert turned_away(desk, bobs[0]).code is Code.UNAUTHENTICATED


def test_a_token_that_may_only_read_ends_nothing(desk: Desk) -> None:
    reading = frozenset({Scope.READ})
    for command in (EndSession("s-none"), EndOtherSessions()):
        assert desk.stage.refusal("bob", command, reading).code is Code.INSUFFICIENT_SCOPE
    assert desk.stage.refusal("bob", ListSessions(ALL), frozenset({Scope.WRITE})).code is Code.INSUFFICIENT_SCOPE
