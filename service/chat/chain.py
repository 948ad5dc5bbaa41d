"""The audit log as a chain: what a row holds, how it is hashed, and whether a whole log fits together. Pure; where rows
are kept is not its business, and neither is who may read them.

The form, exact enough for a verifier of one's own. *Canonical* is JSON as RFC 8785 has it: UTF-8, keys sorted, no
white space; numbers are integers below 2^53 here. A row is the object of ``COLUMNS`` and ``detail``, an object; what it
lacks is null. A row's hash is SHA-256, in lower-case hex, over the hash of the row before it (64 zeros before the
first) followed by the canonical row. ``actor``, ``subject``, ``reason`` and ``address`` are digests of facts: SHA-256
over the canonical object of ``about``, ``kind``, ``salt`` and ``value``. A fact can be erased, and its digest then says
nothing to anybody, for the salt is gone too; the chain needs the digest alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

GENESIS = "0" * 64  # stands where the hash of the row before the first one would
COLUMNS = ("seq", "at", "what", "actor", "subject", "room", "reason", "request", "address")
FACTS_REMEMBERED = 4096  # whose digests need not be made again: a few people do most of what is done
NAMED = ("actor", "subject", "reason", "address")  # the columns that are digests of facts

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class FactKind(StrEnum):
    """What a fact is."""

    USER = "user"
    ADDRESS = "address"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about a person, kept beside the log so that it can be erased.

    ``about`` is the digest of the user whom an address or a reason concerns: it goes when they go. It is empty for a
    user's own name, and where nobody is concerned.
    """

    digest: str
    kind: str
    value: str
    salt: str
    about: str

    @property
    def fits(self) -> bool:
        """Whether it is what its digest was made of."""
        try:
            return fact_digest(self.kind, self.value, self.salt, self.about) == self.digest
        except (TypeError, ValueError):  # what a stranger put in its place need not even be text
            return False


@dataclass(frozen=True, slots=True)
class Row:
    """One act of authority. ``at`` is in Unix ms; ``detail`` is a canonical JSON object."""

    seq: int
    at: int
    what: str
    actor: str | None
    subject: str | None
    room: str | None
    reason: str | None
    request: str | None
    address: str | None
    detail: str
    hash: str

    @property
    def body(self) -> dict[str, Any]:
        """What is hashed."""
        return {**{name: getattr(self, name) for name in COLUMNS}, "detail": json.loads(self.detail)}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row and those of its facts that have not been erased, by the column that names them."""

    row: Row
    facts: Mapping[str, Fact]

    def value(self, column: str) -> str | None:
        """What a column stands for; None if there is nothing, or not any more."""
        fact = self.facts.get(column)
        return None if fact is None else fact.value


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends, as the writer noted it; ``last`` is the seq of the last row that is there."""

    seq: int
    hash: str
    last: int


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that fits: how many rows, the hash of the last, and how many of their facts have been erased."""

    rows: int
    head: str
    erased: int


class Broken(Exception):
    """What does not fit, and the row where that shows first; None if it is no row."""

    def __init__(self, seq: int | None, message: str) -> None:
        super().__init__(message if seq is None else f"Row {seq} does not fit: {message}")
        self.seq = seq


def canonical(value: Mapping[str, object]) -> str:
    """A JSON object in the one form that is hashed."""
    return _CANONICAL.encode(value)


def row_hash(before: str, body: Mapping[str, object]) -> str:
    """The hash of a row that follows the one with the hash ``before``."""
    return _sha256(before + canonical(body))


@lru_cache(maxsize=FACTS_REMEMBERED)
def fact_digest(kind: str, value: str, salt: str, about: str) -> str:
    """What a row says instead of a fact."""
    return _sha256(canonical({"about": about, "kind": kind, "salt": salt, "value": value}))


def verify(entries: Iterable[Entry], facts: Iterable[Fact], head: Head, kept: str | None = None) -> Verified:
    """Whether the whole log fits together, in one pass; else ``Broken``, at the first row that does not fit.

    ``kept`` is a head that was noted elsewhere earlier: who owns the disk can make a whole new chain, but not one that
    meets it.
    """
    before, rows, erased = GENESIS, 0, 0
    met = kept in (None, GENESIS)  # the head of the empty log, which every log goes on from
    for entry in entries:
        rows += 1
        _require_place(entry.row.seq, rows)
        before = _require_row(before, entry)
        met = met or before == kept
        erased += sum(getattr(entry.row, column) is not None for column in NAMED) - len(entry.facts)
    _require_head(head, rows, before)
    for fact in facts:
        if not fact.fits:
            raise Broken(None, f"The fact {fact.digest} does not fit: it is not what its digest was made of.")
    if not met:
        raise Broken(None, "The head that was kept is nowhere in the log: the log was rewritten, or cut before it.")
    return Verified(rows, before, erased)


def _require_place(seq: int, expected: int) -> None:
    if seq == expected:
        return
    if type(seq) is int and seq > expected:
        raise Broken(expected, f"it is missing; the next one that is there is {seq}.")
    raise Broken(seq, f"its number is out of place: {expected} comes here.")


def _require_row(before: str, entry: Entry) -> str:
    row = entry.row
    for column, fact in entry.facts.items():
        if not fact.fits:
            raise Broken(row.seq, f"its {column} is not the one that it was written with.")
    try:
        body = row.body
        if canonical(body["detail"]) != row.detail:
            raise Broken(row.seq, "its detail is not in the form in which it was written.")
        expected = row_hash(before, body)
    except (TypeError, ValueError, RecursionError):
        raise Broken(row.seq, "it holds something that was never written there.") from None
    if expected != row.hash:
        raise Broken(row.seq, "its hash is not that of its contents and of the row before it.")
    return expected


def _require_head(head: Head, rows: int, last_hash: str) -> None:
    if rows < head.seq:
        raise Broken(rows + 1, f"it is missing, and so is everything up to the head, which is row {head.seq}.")
    if rows > head.seq:
        raise Broken(head.seq + 1, f"it stands behind the head, which is row {head.seq}.")
    if last_hash != head.hash:
        raise Broken(None, f"The head does not fit: its hash is not that of row {head.seq}.")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
