"""The gate for sockets: the database is asked once, and again as soon as somebody's rights change."""

from __future__ import annotations

import pytest

from service.chat.errors import Refusal
from service.chat.records import Credential
from service.chat.roles import Role, Scope
from service.live import admissions
from tests.live.hall import Hall
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio


class Reads:
    """How often the database is asked."""

    def __init__(self, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        read = hall.database.read

        async def counted(fn: object) -> object:
            self.count += 1
            return await read(fn)  # type: ignore[arg-type]

        monkeypatch.setattr(hall.hub.admissions._database, "read", counted)


@pytest.fixture
def reads(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(hall, monkeypatch)


async def refusal(hall: Hall, credential: Credential) -> str:
    with pytest.raises(Refusal) as caught:
        await hall.hub.admissions.admit(credential)
    return caught.value.code


async def test_who_comes_again_costs_no_question(hall: Hall, reads: Reads) -> None:
    token = hall.token("bob", "laptop")
    for _ in range(5):
        assert (await hall.hub.admissions.admit(token)).user.username == "bob"
    assert reads.count == 1


async def test_a_change_of_rights_is_known_at_once(hall: Hall, reads: Reads) -> None:
    laptop, phone, cyns = hall.token("bob", "laptop"), hall.token("bob", "phone"), hall.token("cyn", "cyns")
    bob = hall.stage.who("bob")
    for token in (laptop, phone, cyns):
        await hall.hub.admissions.admit(token)
    await hall.change(lambda tx: tx.sessions.end(laptop.sid, tx.now))
    assert await refusal(hall, laptop) == "unauthenticated"
    before = reads.count
    await hall.hub.admissions.admit(phone)
    assert reads.count == before, "another session is not concerned"
    await hall.change(lambda tx: tx.users.set_role(bob.id, Role.GUEST))
    assert (await hall.hub.admissions.admit(phone)).user.role is Role.GUEST
    await hall.change(lambda tx: tx.users.set_suspended(bob.id, True))
    assert await refusal(hall, phone) in ("suspended", "unauthenticated")
    before = reads.count
    assert (await hall.hub.admissions.admit(cyns)).user.username == "cyn"
    assert reads.count == before


async def test_what_another_process_takes_away_is_known_within_two_seconds(hall: Hall) -> None:
    token = hall.token("bob", "laptop")
    await hall.hub.admissions.admit(token)
    hall.elsewhere(lambda tx: tx.sessions.end(token.sid, tx.now))
    await later(2.0)
    assert await refusal(hall, token) == "unauthenticated"


async def test_what_is_read_while_rights_change_is_not_kept(hall: Hall, reads: Reads) -> None:
    token = hall.token("bob", "laptop")
    hall.database.hold_reads()
    asking = hall.loop.create_task(hall.hub.admissions.admit(token))
    await settle()
    await hall.change(lambda tx: tx.sessions.end(token.sid, tx.now))
    hall.database.release()
    assert (await asking).user.username == "bob", "it was true when it was read; the hub looks again at who came in"
    assert await refusal(hall, token) == "unauthenticated"


async def test_without_a_database_nobody_is_let_in_from_memory_for_long(hall: Hall) -> None:
    token = hall.token("bob", "laptop")
    await hall.hub.admissions.admit(token)
    hall.database.away = True
    await later(2.0)
    assert await refusal(hall, token) == "unavailable"


async def test_a_token_that_ended_is_not_good_because_it_was(hall: Hall) -> None:
    token = hall.token("bob", "laptop", lifetime_s=60)
    await hall.hub.admissions.admit(token)
    await later(61.0)
    assert await refusal(hall, token) == "unauthenticated"


async def test_a_socket_is_for_who_may_read(hall: Hall) -> None:
    token = hall.token("bob", "laptop", scope=frozenset({Scope.WRITE}))
    assert await refusal(hall, token) == "insufficient_scope"


async def test_only_so_many_are_remembered(hall: Hall, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admissions, "REMEMBERED_MAX", 2)
    tokens = [hall.token("bob", f"device {n}") for n in range(3)]
    for token in tokens:
        await hall.hub.admissions.admit(token)
    before = reads.count
    await hall.hub.admissions.admit(tokens[2])
    assert reads.count == before
    await hall.hub.admissions.admit(tokens[0])
    assert reads.count == before + 1
