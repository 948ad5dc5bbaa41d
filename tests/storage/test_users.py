"""How accounts are kept: found by an index, never twice under one name, and no right taken without the authority's
notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from service.chat.errors import Code, Refusal
from service.chat.ports import Page
from service.chat.roles import Role
from service.storage import users
from service.storage.transaction import SqlTransaction
from tests.stage import Stage
from tests.storage.plans import plan, scans

DIGEST = bytes(range(32))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_an_account_comes_back_as_it_was_put_in(stage: Stage) -> None:
    made = stage.run(lambda tx: tx.users.add("zoe", "Zoë", Role.GUEST, bot=True, password_hash="hash"))
    assert (made.username, made.name, made.role, made.bot) == ("zoe", "Zoë", Role.GUEST, True)
    assert (made.suspended, made.deleted, made.created_at) == (False, False, stage.now)
    with stage.transaction() as tx:
        found = [tx.users.get(made.id), tx.users.by_uid(made.uid), tx.users.by_username("zoe")]
        assert found == [made] * 3
        assert tx.users.password_hash(made.id) == "hash"


def test_who_is_not_there_is_none(stage: Stage) -> None:
    with stage.transaction() as tx:
        assert (tx.users.get(99), tx.users.by_uid("u"), tx.users.by_username("zoe")) == (None, None, None)
        assert tx.users.password_hash(99) is None
        assert not tx.users.taken("zoe")


def test_a_name_is_given_out_once_also_after_its_owner_is_deleted(stage: Stage) -> None:
    bob = stage.who("bob")
    for _ in range(2):
        assert stage.run(lambda tx: tx.users.taken("bob"))
        with pytest.raises(Refusal) as caught:
            stage.user("bob", Role.MEMBER)
        assert caught.value.code is Code.CONFLICT
        stage.run(lambda tx: tx.users.delete(bob.id))


def test_a_deleted_account_is_found_by_its_keys_only_and_keeps_no_secret(stage: Stage) -> None:
    bob = stage.who("bob")

    def fill_and_delete(tx: SqlTransaction) -> None:
        tx.users.set_password_hash(bob.id, "argon2-of-bob")
        tx.users.set_reset(bob.id, DIGEST, stage.now * 2)
        tx.users.delete(bob.id)

    stage.run(fill_and_delete)
    with stage.transaction() as tx:
        kept = tx.users.get(bob.id)
        assert kept is not None
        assert kept.deleted
        assert tx.users.by_uid(bob.uid) == kept
        assert tx.users.by_username("bob") is None
        assert "bob" not in [user.username for user in tx.users.page(Page(None, 50))]
        assert tx.users.password_hash(bob.id) is None
        assert tx.users.by_reset(DIGEST, stage.now) is None
    left = "SELECT count(*) FROM users WHERE password_hash IS NOT NULL OR reset_digest IS NOT NULL"
    with stage.engine.connect() as connection:
        assert connection.exec_driver_sql(left).scalar_one() == 0


def test_people_make_a_server_set_up_and_bots_do_not() -> None:
    stage = Stage(cast=())
    stage.run(lambda tx: tx.users.add("herald", "Herald", Role.ADMIN, bot=True, password_hash=None))
    assert not stage.run(lambda tx: tx.users.exist())
    assert [bot.username for bot in stage.run(lambda tx: tx.users.bots())] == ["herald"]
    stage.user("bob", Role.MEMBER)
    assert stage.run(lambda tx: tx.users.exist())


def test_only_people_who_can_act_are_counted_as_admins(stage: Stage) -> None:
    for username in ("yan", "zoe"):
        stage.user(username, Role.ADMIN)
    assert stage.run(lambda tx: tx.users.active_admins()) == 3
    yan, zoe = stage.who("yan"), stage.who("zoe")
    stage.run(lambda tx: tx.users.set_suspended(yan.id, True))
    stage.run(lambda tx: tx.users.delete(zoe.id))
    stage.run(lambda tx: tx.users.add("herald", "Herald", Role.ADMIN, bot=True, password_hash=None))
    assert stage.run(lambda tx: tx.users.active_admins()) == 1


def test_where_writers_run_side_by_side_admins_are_locked_while_they_are_counted() -> None:
    """SQLite has one writer. On PostgreSQL two transactions could both count two, and both take one away."""
    text = str(users.ACTIVE_ADMINS.compile(dialect=postgresql.dialect()))
    assert text.rstrip().endswith("ORDER BY users.id FOR UPDATE")


def test_a_reset_is_good_until_its_time_and_once(stage: Stage) -> None:
    bob = stage.who("bob")
    until = stage.now + 10_000_000
    stage.run(lambda tx: tx.users.set_reset(bob.id, DIGEST, until))
    with stage.transaction() as tx:
        assert tx.users.by_reset(DIGEST, until - 1) == bob
        assert tx.users.by_reset(DIGEST, until) is None
        assert tx.users.by_reset(DIGEST[::-1], until - 1) is None
        assert tx.users.take_reset(DIGEST, until) is None
        assert tx.users.take_reset(DIGEST, until - 1) == bob
        assert tx.users.take_reset(DIGEST, until - 1) is None


@pytest.mark.parametrize(
    ("changed", "noticed"),
    [
        (lambda tx, user: tx.users.set_name(user, "Robert"), True),
        (lambda tx, user: tx.users.set_role(user, Role.GUEST), True),
        (lambda tx, user: tx.users.set_suspended(user, True), True),
        (lambda tx, user: tx.users.delete(user), True),
        (lambda tx, user: tx.users.set_password_hash(user, "hash"), False),
        (lambda tx, user: tx.users.set_reset(user, DIGEST, 1), False),
    ],
    ids=["name", "role", "suspended", "deleted", "password", "reset"],
)
def test_what_others_see_or_may_rely_on_is_noticed(
    stage: Stage, changed: Callable[[SqlTransaction, int], None], noticed: bool
) -> None:
    """A password is no right; that its sessions end is, and is noticed there."""
    bob = stage.who("bob")
    stage.changes.clear()
    stage.run(lambda tx: changed(tx, bob.id))
    assert [change.users for change in stage.changes] == ([{bob.id}] if noticed else [])


@pytest.mark.parametrize(
    ("statement", "bound"),
    [
        (users.GET, {"id": 1}),
        (users.BY_UID, {"uid": "u"}),
        (users.BY_USERNAME, {"username": "bob"}),
        (users.TAKEN, {"username": "bob"}),
        (users.PAGE, {"after": "", "most": 50}),
        (users.PASSWORD_HASH, {"id": 1}),
        (users.BY_RESET, {"digest": DIGEST, "now": 1}),
    ],
    ids=["get", "by_uid", "by_username", "taken", "page", "password_hash", "by_reset"],
)
def test_each_question_is_answered_from_an_index_without_sorting(
    stage: Stage, statement: Select[Any], bound: dict[str, Any]
) -> None:
    lines = plan(stage, statement, **bound)
    assert lines
    assert not scans(lines)
