"""How invites are kept: counted down in one statement, so that the last use is taken once."""

from __future__ import annotations

import pytest

from service.chat.records import Invite
from service.chat.roles import Role
from service.storage import invites
from tests.stage import Stage
from tests.storage.plans import plan, scans

FAR = 9_999_999_999_999  # Unix ms


@pytest.fixture
def stage() -> Stage:
    return Stage()


def add(stage: Stage, code: str, uses: int = 1, expires_at: int = FAR, created_at: int = 1) -> Invite:
    made = Invite(code, Role.GUEST, uses, expires_at, None, created_at)
    stage.run(lambda tx: tx.invites.add(made))
    return made


def test_an_invite_comes_back_as_it_was_put_in(stage: Stage) -> None:
    made = add(stage, "one", uses=2)
    assert stage.run(lambda tx: tx.invites.get("one")) == made
    assert stage.run(lambda tx: tx.invites.get("ONE")) is None


def test_a_use_is_taken_only_of_what_is_valid(stage: Stage) -> None:
    add(stage, "one", expires_at=stage.now + 1_000_000)
    with stage.transaction() as tx:
        assert tx.invites.use("none", tx.now) is None
        assert tx.invites.use("one", tx.now + 1_000_000) is None
        used = tx.invites.use("one", tx.now)
        assert used is not None
        assert used.uses_left == 0
        assert tx.invites.use("one", tx.now) is None
        assert tx.invites.page((0, ""), 50, tx.now) == []


def test_taking_back_takes_what_is_meant(stage: Stage) -> None:
    ann = stage.who("ann")
    anns = Invite("anns", Role.MEMBER, 1, FAR, ann.id, 1)
    stage.run(lambda tx: tx.invites.add(anns))
    operators = add(stage, "operators")
    stage.run(lambda tx: tx.invites.delete_of(ann.id))
    assert stage.run(lambda tx: tx.invites.page((0, ""), 50, tx.now)) == [operators]
    assert [stage.run(lambda tx: tx.invites.delete("operators")) for _ in range(2)] == [True, False]


def test_an_invite_is_found_by_an_index(stage: Stage) -> None:
    assert not scans(plan(stage, invites.GET, code="one"))
