"""The audit log in the database: written by the acts themselves, closed to every change, and proof against a byte that
is flipped by who owns the disk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import StaticPool, create_engine, exc

from service.chat.accounts import AddUser
from service.chat.chain import NAMED, Broken, Verified, verify
from service.chat.deeds import OPERATOR, SERVER, Actor, Deed, What
from service.chat.invites import CreateInvite, DeleteInvite
from service.chat.policy import Rank
from service.chat.records import Source
from service.chat.resets import IssueReset
from service.storage.transaction import SqlTransaction
from tests.stage import STARTED_AT, TICK, Stage

ROUNDS = 10  # of five acts each
COLUMNS = ["seq", "at", "what", "actor", "subject", "room", "reason", "request", "address", "detail", "hash"]
TEXTS = COLUMNS[2:]  # in the order in which they lie in a row's record
KEYS = {"audit": "seq", "audit_facts": "digest"}

HOME = Source("192.0.2.7", "5e1f00d55e1f00d5")
AWAY = Source("2001:db8::7", "0ddba11")


def note(stage: Stage, actor: Actor, what: What = What.ROOM_CHANGED, **deed: Any) -> None:
    """One row, of an act that does nothing else."""
    stage.run(lambda tx: Deed(actor, what, Rank.ADMIN, **deed).done(tx))


def acts(stage: Stage) -> None:
    """Fifty acts of authority, by ann, mo and the operator, on many and on nobody, here and there."""
    lobby = stage.room("lobby")
    ann, mo, bob = (Actor(stage.who(name), source) for name, source in (("ann", HOME), ("mo", AWAY), ("bob", HOME)))
    for number in range(ROUNDS):
        stage.do("ann", AddUser(f"zoe{number}{number}", "Zoe", "hash"))
        invite = stage.do("ann", CreateInvite(uses=number + 1))
        if number % 2:
            stage.do("ann", DeleteInvite(invite.code))
        else:
            stage.do("ann", IssueReset("cyn"))
        note(stage, mo, What.MEMBER_MUTED, on=bob.user, room=lobby, reason=f"spam {number % 3}{number % 3} “more”")
        note(stage, ann if number % 2 else OPERATOR, What.ROOM_CHANGED, room=lobby, reason="quiet, please")


@cache
def written() -> bytes:
    """A database with a log of fifty rows: made once, copied for each try."""
    stage = Stage()
    acts(stage)
    return stage.dump()


@pytest.fixture
def stage() -> Stage:
    return Stage()


class Disk:
    """A copy of the database in the hands of who owns the disk, to whom no trigger matters."""

    def __init__(self, image: bytes) -> None:
        self._driver = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._driver.deserialize(image)
        for (trigger,) in self.read("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            self._driver.execute(f"DROP TRIGGER {trigger}")

    def read(self, statement: str, *values: object) -> list[Any]:
        return self._driver.execute(statement, values).fetchall()

    def get(self, table: str, column: str, key: object) -> Any:
        """One value of the row of that key."""
        statement = f"SELECT {column} FROM {table} WHERE {KEYS[table]} = ?"  # noqa: S608 - names of our own
        ((value,),) = self.read(statement, key)
        return value

    def put(self, table: str, column: str, key: object, value: int | bytes) -> None:
        """Put a value there; bytes lie there as text, whether they are any or not."""
        new = "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"
        statement = f"UPDATE {table} SET {column} = {new} WHERE {KEYS[table]} = ?"  # noqa: S608 - names of our own
        self.write(statement, value, key)

    def write(self, statement: str, *values: object) -> None:
        assert self._driver.execute(statement, values).rowcount > 0, "something was changed"

    def verified(self, kept: str | None = None) -> Verified:
        """What is said of the log as it is now; the disk is not used after that."""
        engine = create_engine("sqlite://", creator=lambda: self._driver, poolclass=StaticPool)
        with closing(self._driver), engine.connect() as connection:
            log = SqlTransaction(connection, STARTED_AT).audit
            return verify(log.entries(), log.facts(), log.head(), kept)

    def broken(self, kept: str | None = None) -> Broken:
        with pytest.raises(Broken) as caught:
            self.verified(kept)
        return caught.value


@pytest.fixture
def disk() -> Disk:
    return Disk(written())


def log_of(stage: Stage) -> list[Any]:
    return stage.run(lambda tx: list(tx.audit.entries()))


def test_each_act_is_a_row_that_fits_and_names_nobody(disk: Disk) -> None:
    rows = disk.read("SELECT * FROM audit ORDER BY seq")
    assert [row[0] for row in rows] == list(range(1, 5 * ROUNDS + 1))
    whole = repr(rows)
    for name in ("ann", "mo", "bob", "zoe33", "cyn", HOME.address, AWAY.address, "spam", "quiet"):
        assert name not in whole.replace("command line", ""), name
    found = disk.verified()
    assert (found.rows, found.head, found.erased) == (5 * ROUNDS, rows[-1][-1], 0)


def test_a_row_says_who_did_what_to_whom_where_why_and_from_where(stage: Stage) -> None:
    lobby, bob = stage.room("lobby"), stage.who("bob")
    mo = Actor(stage.who("mo"), HOME)
    stage.run(lambda tx: Deed(mo, What.MEMBER_BANNED, Rank.ADMIN, bob, lobby, "spam").done(tx, until=None, messages=3))
    (entry,) = log_of(stage)
    row = entry.row
    assert (row.seq, row.at, row.what) == (1, stage.now - TICK, "member.banned")
    assert (row.room, row.request) == ("lobby", HOME.request)
    assert {column: entry.value(column) for column in NAMED} == {
        "actor": "mo",
        "subject": "bob",
        "reason": "spam",
        "address": "192.0.2.7",
    }
    assert row.detail == '{"messages":3,"until":null}'


def test_the_operator_and_the_server_are_nobody_and_say_where_they_stand(stage: Stage) -> None:
    for actor, request in ((OPERATOR, "command line"), (SERVER, "server")):
        note(stage, actor)
        row = log_of(stage)[-1].row
        assert (row.actor, row.address, row.request, row.room, row.reason) == (None, None, request, None, None)


def test_a_name_has_one_digest_and_the_same_words_about_two_people_have_two(stage: Stage) -> None:
    bob, cyn = stage.who("bob"), stage.who("cyn")
    mo = Actor(stage.who("mo"), HOME)
    for on in (bob, bob, cyn):
        note(stage, mo, on=on, reason="spam")
    first, second, third = (entry.row for entry in log_of(stage))
    assert (first.actor, first.subject, first.reason, first.address) == (
        second.actor,
        second.subject,
        second.reason,
        second.address,
    )
    assert first.reason != third.reason
    assert len({first.actor, first.subject, third.subject, first.reason, third.reason, first.address}) == 6


def test_what_comes_to_nothing_leaves_no_row(stage: Stage) -> None:
    before = stage.dump()

    def give_up(tx: SqlTransaction) -> None:
        Deed(OPERATOR, What.ROOM_CHANGED, Rank.ADMIN).done(tx)
        raise KeyError

    with pytest.raises(KeyError):
        stage.run(give_up)
    assert stage.dump() == before


def test_two_acts_of_one_transaction_follow_each_other(stage: Stage) -> None:
    def both(tx: SqlTransaction) -> None:
        for what in (What.INVITE_MADE, What.INVITE_DELETED):
            Deed(OPERATOR, what, Rank.ADMIN).done(tx)

    stage.run(both)
    assert [entry.row.what for entry in log_of(stage)] == ["invite.made", "invite.deleted"]
    assert stage.run(lambda tx: verify(tx.audit.entries(), tx.audit.facts(), tx.audit.head())).rows == 2


CHANGES = {
    "update": "UPDATE audit SET what = 'x' WHERE seq = 1",
    "update of its number": "UPDATE audit SET seq = 9 WHERE seq = 1",
    "delete": "DELETE FROM audit WHERE seq = 1",
    "delete of all": "DELETE FROM audit",
    "insert or replace": "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 1",
    "replace": "REPLACE INTO audit SELECT * FROM audit",
    "upsert": "INSERT INTO audit SELECT * FROM audit WHERE true ON CONFLICT (seq) DO UPDATE SET what = 'x'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_itself_refuses_to_change_a_row(stage: Stage, change: str) -> None:
    note(stage, OPERATOR)
    before = stage.dump()
    with pytest.raises(exc.IntegrityError, match="only ever added"), stage.transaction() as tx:
        tx.connection.exec_driver_sql(CHANGES[change])
    assert stage.dump() == before


def flipped(value: Any, at: int, bit: int) -> Any:
    """The value with one bit turned over, in the form in which it lies in the file."""
    if isinstance(value, int):
        return value ^ (1 << (at * 8 + bit) % 62)
    raw = bytearray(value.encode())
    raw[at % len(raw)] ^= 1 << bit
    return bytes(raw)


@settings(max_examples=150, deadline=None)
@given(column=st.sampled_from(COLUMNS), seq=st.integers(1, 5 * ROUNDS), at=st.integers(0, 63), bit=st.integers(0, 7))
def test_one_bit_that_is_flipped_in_a_row_is_found_there(column: str, seq: int, at: int, bit: int) -> None:
    disk = Disk(written())
    before = disk.get("audit", column, seq)
    assume(before is not None)
    after = flipped(before, at, bit)
    if column == "seq":
        assume(not disk.read("SELECT 1 FROM audit WHERE seq = ?", after))
        disk.put("audit", column, seq, after)
        assert disk.broken().seq == min(seq, after), "the hole, or what stands before everything"
    else:
        disk.put("audit", column, seq, after)
        assert disk.broken().seq == seq


@settings(max_examples=150, deadline=None)
@given(seq=st.integers(1, 5 * ROUNDS - 1), at=st.integers(0), bit=st.integers(0, 7))
def test_one_bit_that_is_flipped_in_the_file_is_found_where_it_is(seq: int, at: int, bit: int) -> None:
    """Past the database altogether: the bytes of a row lie together in the file, and its hash comes last."""
    image = bytearray(written())
    disk = Disk(written())
    record = "".join(disk.get("audit", column, seq) or "" for column in TEXTS).encode()
    start = image.index(record)
    assert image.count(record) == 1
    image[start + at % len(record)] ^= 1 << bit
    assert Disk(bytes(image)).broken().seq == seq


@settings(max_examples=100, deadline=None)
@given(
    column=st.sampled_from(NAMED),
    field=st.sampled_from(["kind", "value", "salt", "about"]),
    seq=st.integers(1, 5 * ROUNDS),
    at=st.integers(0, 63),
    bit=st.integers(0, 7),
)
def test_one_bit_that_is_flipped_in_a_name_is_found_at_the_first_row_that_has_it(
    column: str, field: str, seq: int, at: int, bit: int
) -> None:
    disk = Disk(written())
    digest = disk.get("audit", column, seq)
    assume(digest is not None)
    before = disk.get("audit_facts", field, digest)
    assume(before)
    disk.put("audit_facts", field, digest, flipped(before, at, bit))
    ((first,),) = disk.read("SELECT min(seq) FROM audit WHERE ? IN (actor, subject, reason, address)", digest)
    assert disk.broken().seq == first


def test_a_digest_that_is_flipped_does_not_pass_for_an_erased_name(disk: Disk) -> None:
    disk.write("UPDATE audit_facts SET digest = replace(digest, 'a', 'b') WHERE value = 'mo'")
    assert "fact" in str(disk.broken())


@pytest.mark.parametrize("left", [0, 1, 49])
def test_a_cut_tail_is_found(disk: Disk, left: int) -> None:
    disk.write("DELETE FROM audit WHERE seq > ?", left)
    assert disk.broken().seq == left + 1


@pytest.mark.parametrize("seq", [1, 17, 49])
def test_a_row_that_was_taken_out_is_named(disk: Disk, seq: int) -> None:
    disk.write("DELETE FROM audit WHERE seq = ?", seq)
    assert disk.broken().seq == seq


def test_two_rows_that_changed_places_are_found(disk: Disk) -> None:
    for before, after in ((20, -1), (31, 20), (-1, 31)):
        disk.write("UPDATE audit SET seq = ? WHERE seq = ?", after, before)
    assert disk.broken().seq == 20


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_heads SET seq = seq + 1",
        "UPDATE audit_heads SET seq = seq - 1",
        "UPDATE audit_heads SET hash = lower(hex(randomblob(32)))",
        "DELETE FROM audit_heads",
    ],
)
def test_a_head_that_was_changed_is_found(disk: Disk, change: str) -> None:
    disk.write(change)
    disk.broken()


def test_a_chain_that_was_made_anew_is_found_by_a_kept_head_alone() -> None:
    """The same acts with other salts are another chain: as honest to look at as the first one."""
    kept = Disk(written()).verified().head
    stage = Stage()
    acts(stage)
    anew = stage.dump()
    assert Disk(anew).verified().rows == 5 * ROUNDS
    assert "rewritten" in str(Disk(anew).broken(kept))
    assert Disk(written()).verified(kept).rows == 5 * ROUNDS


def test_a_head_that_was_kept_earlier_is_met_after_further_acts(stage: Stage) -> None:
    note(stage, OPERATOR)
    kept = stage.run(lambda tx: tx.audit.head()).hash
    note(stage, OPERATOR)
    found = stage.run(lambda tx: verify(tx.audit.entries(), tx.audit.facts(), tx.audit.head(), kept))
    assert found.rows == 2


def test_a_log_of_many_pages_is_read_in_its_order(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.storage.audit.PAGE_ROWS", 3)
    for _ in range(10):
        note(stage, Actor(stage.who("mo"), HOME))
    assert [entry.row.seq for entry in log_of(stage)] == list(range(1, 11))
    assert [entry.row.seq for entry in stage.run(lambda tx: list(tx.audit.entries(7)))] == [8, 9, 10]
    assert stage.run(lambda tx: verify(tx.audit.entries(), tx.audit.facts(), tx.audit.head())).rows == 10


def test_pages_are_newest_first_and_can_be_asked_for_by_user_act_and_room(stage: Stage) -> None:
    lobby, staff = stage.room("lobby"), stage.room("staff")
    bob = stage.who("bob")
    ann, mo = (Actor(stage.who(name), HOME) for name in ("ann", "mo"))
    note(stage, ann, What.ROOM_CHANGED, room=lobby)
    note(stage, mo, What.MEMBER_MUTED, room=lobby, on=bob)
    note(stage, ann, What.USER_ROLE, on=mo.user)
    note(stage, mo, What.MEMBER_MUTED, room=staff, on=bob)

    def seqs(before: int | None = None, limit: int = 10, **wanted: str) -> list[int]:
        return [entry.row.seq for entry in stage.run(lambda tx: tx.audit.page(before, limit, **wanted))]

    assert seqs() == [4, 3, 2, 1]
    assert seqs(limit=2) == [4, 3]
    assert seqs(before=3) == [2, 1]
    assert seqs(user="mo") == [4, 3, 2]
    assert seqs(user="bob", before=4) == [2]
    assert seqs(user="cyn") == []
    assert seqs(what="member.muted") == [4, 2]
    assert seqs(room="lobby") == [2, 1]
    assert seqs(room="lobby", user="bob", what="member.muted") == [2]


def test_who_is_erased_is_gone_with_their_addresses_and_what_was_said_about_them(stage: Stage) -> None:
    bob, cyn = stage.who("bob"), stage.who("cyn")
    mo = Actor(stage.who("mo"), HOME)
    note(stage, mo, on=bob, reason="spam")
    note(stage, mo, on=cyn, reason="spam")
    note(stage, Actor(bob, HOME), on=None, reason="my room")
    assert stage.run(lambda tx: tx.audit.erase("bob")) == 4
    first, second, third = log_of(stage)
    assert {column: first.value(column) for column in NAMED} == {
        "actor": "mo",
        "subject": None,
        "reason": None,
        "address": HOME.address,
    }
    assert (second.value("subject"), second.value("reason")) == ("cyn", "spam")
    assert third.facts == {}
    assert stage.run(lambda tx: verify(tx.audit.entries(), tx.audit.facts(), tx.audit.head())).erased == 5
    assert "my room" not in repr(stage.run(lambda tx: list(tx.audit.facts())))


def test_who_acts_again_after_it_is_somebody_new_to_the_log(stage: Stage) -> None:
    bob = Actor(stage.who("bob"), HOME)
    note(stage, bob)
    stage.run(lambda tx: tx.audit.erase("bob"))
    note(stage, bob)
    first, second = log_of(stage)
    assert (first.value("actor"), second.value("actor")) == (None, "bob")
    assert first.row.actor != second.row.actor
    assert [entry.row.seq for entry in stage.run(lambda tx: tx.audit.page(None, 10, user="bob"))] == [2]


def test_nobody_is_erased_who_is_not_in_the_log(stage: Stage) -> None:
    note(stage, Actor(stage.who("mo"), HOME), reason="mo")
    assert stage.run(lambda tx: tx.audit.erase("bob")) == 0
    assert stage.run(lambda tx: tx.audit.erase("spam")) == 0
    assert log_of(stage)[0].value("actor") == "mo"


def test_a_salt_is_never_used_twice(disk: Disk) -> None:
    salts = [salt for (salt,) in disk.read("SELECT salt FROM audit_facts")]
    assert len(set(salts)) == len(salts) > 10
    assert {len(salt) for salt in salts} == {32}


def test_a_row_that_cannot_be_read_is_named(disk: Disk) -> None:
    disk.write("UPDATE audit SET what = CAST(x'ff' AS TEXT) WHERE seq = 23")
    found = disk.broken()
    assert found.seq == 23
    assert "can't be read" in str(found)


def test_a_name_that_cannot_be_read_is_found(disk: Disk) -> None:
    disk.write("INSERT INTO audit_facts VALUES ('0', 'user', CAST(x'ff' AS TEXT), 'x', '')")
    assert "can't be read" in str(disk.broken())
