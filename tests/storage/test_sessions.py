"""Sessions, as the database keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.chat.records import Session
from service.chat.roles import Scope
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


def session(stage: Stage, username: str = "bob", sid: str = "s-1", **other: object) -> Session:
    """A session that was just opened, and stored."""
    made = Session(
        sid=sid,
        user_id=stage.who(username).id,
        client_id="folkmoot",
        client="a test",
        address="192.0.2.1",
        scope=frozenset({Scope.READ, Scope.MODERATE}),
        created_at=stage.now,
        used_at=stage.now,
        expires_at=stage.now + 1_000_000,
        generation=0,
        rotated_at=stage.now,
        ended_at=None,
    )
    made = replace(made, **other)  # type: ignore[arg-type]
    stage.run(lambda tx: tx.sessions.add(made))
    return made


def test_what_was_stored_is_what_is_found_with_and_without_its_user(stage: Stage) -> None:
    made = session(stage)
    assert stage.run(lambda tx: tx.sessions.get("s-1")) == made
    assert stage.run(lambda tx: tx.sessions.with_user("s-1")) == (made, stage.who("bob"))
    assert stage.run(lambda tx: tx.sessions.get("s-2")) is None
    assert stage.run(lambda tx: tx.sessions.with_user("s-2")) is None


def test_open_sessions_of_a_user_come_in_the_order_of_their_use(stage: Stage) -> None:
    now = stage.now
    session(stage, sid="s-1", used_at=now + 1)
    session(stage, sid="s-2", used_at=now + 3)
    session(stage, sid="s-3", used_at=now + 2)
    session(stage, sid="s-ended", ended_at=now)
    session(stage, sid="s-over", expires_at=now + 1)
    session(stage, "cyn", sid="s-cyn")
    bob = stage.who("bob")
    found = stage.run(lambda tx: tx.sessions.of_user(bob.id, tx.now))
    assert [one.sid for one in found] == ["s-2", "s-3", "s-1"]


def test_of_two_who_rotate_the_same_generation_one_does(stage: Stage) -> None:
    session(stage)
    until = stage.now + 2_000_000
    assert stage.run(lambda tx: tx.sessions.rotate("s-1", 0, tx.now, until, "198.51.100.7"))
    rotated_at = stage.now
    assert not stage.run(lambda tx: tx.sessions.rotate("s-1", 0, tx.now, until + 1, "203.0.113.9"))
    found = stage.run(lambda tx: tx.sessions.get("s-1"))
    assert found is not None
    assert (found.generation, found.rotated_at, found.used_at) == (1, rotated_at, rotated_at)
    assert (found.expires_at, found.address) == (until, "198.51.100.7")
    assert not stage.changes, "a refresh takes no right away"


def test_an_end_is_final_and_moves_the_authority_once(stage: Stage) -> None:
    session(stage)
    assert stage.run(lambda tx: tx.sessions.end("s-1", tx.now))
    ended_at = stage.now
    assert not stage.run(lambda tx: tx.sessions.end("s-1", tx.now))
    assert not stage.run(lambda tx: tx.sessions.end("s-none", tx.now))
    found = stage.run(lambda tx: tx.sessions.get("s-1"))
    assert found is not None
    assert found.ended_at == ended_at
    assert [change.sessions for change in stage.changes] == [{"s-1"}]
    assert stage.run(lambda tx: tx.authority.changed_since(stage.changes[0].version - 1))[1] == {"s-1"}


def test_all_of_a_user_end_in_one_change_but_the_one_that_is_spared(stage: Stage) -> None:
    for number in range(3):
        session(stage, sid=f"s-{number}")
    session(stage, "cyn", sid="s-cyn")
    bob = stage.who("bob")
    assert stage.run(lambda tx: tx.sessions.end_all(bob.id, tx.now, but="s-1")) == 2
    assert [change.sessions for change in stage.changes] == [{"s-0", "s-2"}]
    assert stage.run(lambda tx: tx.sessions.end_all(bob.id, tx.now)) == 1


def test_the_addresses_of_a_user_are_those_of_late_each_once_and_not_too_many(stage: Stage) -> None:
    since = stage.now
    for number in range(4):
        session(stage, sid=f"s-{number}", address=f"192.0.2.{number // 2}", used_at=since + number)
    session(stage, sid="s-old", address="203.0.113.1", used_at=since - 1)
    session(stage, "cyn", sid="s-cyn", address="203.0.113.2")
    found = stage.run(lambda tx: tx.sessions.addresses_of("bob", since, 10))
    assert sorted(found) == ["192.0.2.0", "192.0.2.1"]
    assert len(stage.run(lambda tx: tx.sessions.addresses_of("bob", 0, 2))) == 2
    assert stage.run(lambda tx: tx.sessions.addresses_of("nobody", 0, 10)) == []


def test_only_what_is_long_over_is_forgotten_and_only_of_that_user(stage: Stage) -> None:
    session(stage, sid="s-old", expires_at=1_000)
    session(stage, sid="s-new")
    session(stage, "cyn", sid="s-cyn", expires_at=1_000)
    bob = stage.who("bob")
    stage.run(lambda tx: tx.sessions.forget(bob.id, 1_000))
    assert stage.run(lambda tx: tx.sessions.get("s-old")) is not None
    stage.run(lambda tx: tx.sessions.forget(bob.id, 1_001))
    left = [stage.run(lambda tx, sid=sid: tx.sessions.get(sid)) for sid in ("s-old", "s-new", "s-cyn")]
    assert [one is not None for one in left] == [False, True, True]
