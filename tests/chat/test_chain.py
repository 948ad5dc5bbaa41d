"""The chain of the audit log: whoever changes a byte of it, takes a row out or puts one in is found, at the first row
that does not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.chat.chain import (
    COLUMNS,
    GENESIS,
    Broken,
    Entry,
    Fact,
    Head,
    Row,
    Verified,
    canonical,
    fact_digest,
    row_hash,
    verify,
)

ROWS = 12
AT = 1_790_000_000_000  # Unix ms
SALT = "00112233445566778899aabbccddeeff"


def fact(kind: str, value: str, about: str = "") -> Fact:
    return Fact(fact_digest(kind, value, SALT, about), kind, value, SALT, about)


ANN, MO, BOB = (fact("user", name) for name in ("ann", "mo", "bob"))
SPAM = fact("reason", "spam, “again”\n", BOB.digest)
HOME = fact("address", "192.0.2.7", MO.digest)


def chained(bodies: Sequence[dict[str, Any]]) -> list[Row]:
    """Rows of these contents, as an honest writer would chain them."""
    rows, before = [], GENESIS
    for body in bodies:
        before = row_hash(before, body)
        rows.append(Row(**{**body, "detail": canonical(body["detail"])}, hash=before))
    return rows


def body(seq: int, **other: Any) -> dict[str, Any]:
    """What mo did to bob in the lobby."""
    usual: dict[str, Any] = {
        "seq": seq,
        "at": AT + seq,
        "what": "member.muted",
        "actor": MO.digest,
        "subject": BOB.digest,
        "room": "lobby",
        "reason": SPAM.digest,
        "request": f"{seq:016x}",
        "address": HOME.digest,
        "detail": {"until": AT + 1_000 * seq, "ever": False},
    }
    return {**usual, **other}


def entries(rows: Sequence[Row]) -> list[Entry]:
    """The rows with the facts that belong to them."""
    known = {one.digest: one for one in (ANN, MO, BOB, SPAM, HOME)}
    return [
        Entry(row, {column: known[digest] for column in COLUMNS if (digest := getattr(row, column)) in known})
        for row in rows
    ]


LOG = chained([body(seq) for seq in range(1, ROWS + 1)])


def verified(rows: Sequence[Row], head: Head | None = None, kept: str | None = None) -> Verified:
    return verify(entries(rows), (), head or Head(len(rows), rows[-1].hash, len(rows)), kept)


def broken(rows: Sequence[Row], head: Head | None = None, kept: str | None = None) -> Broken:
    with pytest.raises(Broken) as caught:
        verified(rows, head or Head(ROWS, LOG[-1].hash, ROWS), kept)
    return caught.value


def test_the_form_is_the_one_that_is_documented() -> None:
    """Written out by hand, so that a change of the form, which would break every log that is kept, is noticed."""
    digest = hashlib.sha256(b'{"about":"","kind":"user","salt":"00ff","value":"b\xc3\xb6b \\"\\n"}').hexdigest()
    assert fact_digest("user", 'böb "\n', "00ff", "") == digest
    text = (
        '{"actor":null,"address":null,"at":1790000000000,"detail":{"a":true,"b":"ü"},"reason":null,"request":'
        f'"command line","room":"lobby","seq":1,"subject":"{digest}","what":"room.changed"}}'
    )
    written = {
        "seq": 1,
        "at": 1_790_000_000_000,
        "what": "room.changed",
        "actor": None,
        "subject": digest,
        "room": "lobby",
        "reason": None,
        "request": "command line",
        "address": None,
        "detail": {"b": "ü", "a": True},
    }
    assert canonical(written) == text
    assert row_hash(GENESIS, written) == hashlib.sha256((64 * "0" + text).encode()).hexdigest()


def test_a_log_that_was_left_alone_fits() -> None:
    assert verified(LOG) == Verified(ROWS, LOG[-1].hash, erased=0)
    assert verify([], (), Head(0, GENESIS, 0)) == Verified(0, GENESIS, erased=0)


def test_a_head_that_was_kept_earlier_is_met() -> None:
    for row in LOG:
        assert verified(LOG, kept=row.hash).rows == ROWS
    assert verified(LOG, kept=GENESIS).rows == ROWS, "the head of the empty log, which every log goes on from"


CHANGES: dict[str, Callable[[Row], Any]] = {
    "at": lambda row: row.at + 1,
    "what": lambda row: "member.kicked",
    "actor": lambda row: ANN.digest,
    "subject": lambda row: ANN.digest,
    "room": lambda row: "staff",
    "reason": lambda row: None,
    "request": lambda row: "command line",
    "address": lambda row: None,
    "detail": lambda row: canonical({"until": 0, "ever": False}),
    "hash": lambda row: "f" * 64,
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_row_that_was_changed_is_named(column: str) -> None:
    for place, row in enumerate(LOG):
        changed = replace(row, **{column: CHANGES[column](row)})
        found = broken([*LOG[:place], changed, *LOG[place + 1 :]])
        assert found.seq == row.seq
        assert str(found).startswith(f"Row {row.seq} does not fit: its hash is not")


@given(place=st.integers(0, ROWS - 1), column=st.sampled_from(sorted(CHANGES)), data=st.data())
def test_whatever_is_put_in_the_place_of_a_value_is_found(place: int, column: str, data: st.DataObject) -> None:
    """Also what the server never writes: a disk's owner is not bound to the types of the columns."""
    anything = st.none() | st.integers() | st.floats() | st.text() | st.binary()
    value = data.draw(anything)
    row = LOG[place]
    assume(value != getattr(row, column))
    assert broken([*LOG[:place], replace(row, **{column: value}), *LOG[place + 1 :]]).seq == row.seq


def test_a_row_whose_hash_was_made_to_fit_is_found_at_the_next_one() -> None:
    changed = chained([*(body(seq) for seq in range(1, 5)), body(5, what="member.kicked")])
    found = broken([*changed, *LOG[5:]])
    assert found.seq == 6


@given(detail=st.sampled_from(['{"until":0, "ever":false}', '{"until":0,"until":1}', "[", "1" * 5_000, "[" * 100_000]))
def test_a_detail_in_another_form_than_the_written_one_is_found(detail: str) -> None:
    """Were it only read and hashed anew, two texts could pass for one."""
    assert broken([replace(LOG[0], detail=detail), *LOG[1:]]).seq == 1


@given(cut=st.integers(0, ROWS - 1))
def test_a_cut_tail_is_found(cut: int) -> None:
    found = broken(LOG[:cut], Head(ROWS, LOG[-1].hash, cut))
    assert found.seq == cut + 1
    assert "missing" in str(found)


@given(place=st.integers(0, ROWS - 2))
def test_a_row_that_was_taken_out_is_named(place: int) -> None:
    found = broken([*LOG[:place], *LOG[place + 1 :]])
    assert found.seq == place + 1
    assert "missing" in str(found)


@given(first=st.integers(0, ROWS - 1), second=st.integers(0, ROWS - 1))
def test_two_rows_that_changed_places_are_found(first: int, second: int) -> None:
    """With their numbers, and under each other's numbers."""
    assume(first < second)
    rows = list(LOG)
    rows[first], rows[second] = rows[second], rows[first]
    assert broken(rows).seq == first + 1
    renumbered = [replace(row, seq=seq) for seq, row in enumerate(rows, 1)]
    assert broken(renumbered).seq == first + 1


@pytest.mark.parametrize(("seq", "place"), [(0, 0), (-1, 0), (3, 3), (3.5, 3), ("three", ROWS)])
def test_a_row_that_was_put_in_is_named(seq: Any, place: int) -> None:
    rows = [*LOG[:place], replace(LOG[2], seq=seq), *LOG[place:]]
    assert broken(rows).seq == seq


def test_a_row_behind_the_head_is_named() -> None:
    found = broken(LOG, Head(ROWS - 1, LOG[-2].hash, ROWS))
    assert found.seq == ROWS
    assert "behind the head" in str(found)


def test_a_head_that_was_changed_is_found() -> None:
    assert "The head does not fit" in str(broken(LOG, Head(ROWS, "f" * 64, ROWS)))


def test_a_chain_that_was_made_anew_is_found_by_a_kept_head_alone() -> None:
    kept = LOG[-1].hash
    anew = chained([body(seq, **({"actor": ANN.digest} if seq == 3 else {})) for seq in range(1, ROWS + 1)])
    assert verified(anew).rows == ROWS, "nothing in it contradicts anything else in it"
    assert "rewritten" in str(broken(anew, Head(ROWS, anew[-1].hash, ROWS), kept))
    shorter = LOG[:5]
    assert verified(shorter).rows == 5
    assert "cut" in str(broken(shorter, Head(5, shorter[-1].hash, 5), kept))


@pytest.mark.parametrize("column", ["actor", "subject", "reason", "address"])
@pytest.mark.parametrize("field", ["kind", "value", "salt", "about"])
def test_a_fact_that_was_changed_is_found_at_the_first_row_that_has_it(column: str, field: str) -> None:
    changed = entries(LOG)
    original = changed[3].facts[column]
    for value in (getattr(original, field) + "x", b"\xff", None):
        forged = replace(original, **{field: value})
        changed[3] = replace(changed[3], facts={**changed[3].facts, column: forged})
        with pytest.raises(Broken, match=f"its {column} is not the one") as caught:
            verify(changed, (), Head(ROWS, LOG[-1].hash, ROWS))
        assert caught.value.seq == 4


def test_what_was_erased_is_no_harm_to_the_chain() -> None:
    without = [
        replace(entry, facts={column: one for column, one in entry.facts.items() if one not in (BOB, SPAM)})
        for entry in entries(LOG)
    ]
    assert verify(without, (), Head(ROWS, LOG[-1].hash, ROWS)) == Verified(ROWS, LOG[-1].hash, erased=2 * ROWS)


def test_a_fact_that_no_row_has_must_be_what_its_digest_says() -> None:
    """Else a changed digest would pass for an erased name."""
    head = Head(ROWS, LOG[-1].hash, ROWS)
    verify(entries(LOG), (ANN, MO), head)
    with pytest.raises(Broken, match="The fact a"):
        verify(entries(LOG), (ANN, replace(MO, digest="a" * 64)), head)
