"""The audit log, in the database. Rows are added and read, never changed or deleted: the schema's triggers see to it.

What names people stands beside it, in the facts, each under its salted digest; those can be erased.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, delete, exc, func, insert, or_, select, update

from service.chat.chain import NAMED, Broken, Entry, Fact, FactKind, Head, Row, canonical, fact_digest, row_hash
from service.chat.deeds import Deed, Scalar
from service.storage.tables import audit, audit_facts, audit_heads
from service.storage.unit import Unit

PAGE_ROWS = 500  # read at once
SEQ_MAX = 2**63 - 1  # above every seq
BEFORE_ALL = -(2**63)  # below every seq, also one that was never given
SALT_BYTES = 16  # of chance: without it, a digest of a name could be found by trying names

_NEXT = (
    update(audit_heads)
    .where(audit_heads.c.id == 1)
    .values(seq=audit_heads.c.seq + 1)
    .returning(audit_heads.c.seq, audit_heads.c.hash)
)
_MOVE = update(audit_heads).where(audit_heads.c.id == 1).values(hash=bindparam("to"))
_HEAD = select(
    audit_heads.c.seq, audit_heads.c.hash, select(func.coalesce(func.max(audit.c.seq), 0)).scalar_subquery()
).where(audit_heads.c.id == 1)
_ROW = (
    audit.c.seq,
    audit.c.at,
    audit.c.what,
    audit.c.actor,
    audit.c.subject,
    audit.c.room,
    audit.c.reason,
    audit.c.request,
    audit.c.address,
    audit.c.detail,
    audit.c.hash,
)
_ON = select(*_ROW).where(audit.c.seq > bindparam("after")).order_by(audit.c.seq).limit(bindparam("most"))
PAGE = select(*_ROW).order_by(audit.c.seq.desc())
CONCERNED = (audit.c.actor, audit.c.subject)
_FACT = (audit_facts.c.digest, audit_facts.c.kind, audit_facts.c.value, audit_facts.c.salt, audit_facts.c.about)
_FACTS_OF = select(*_FACT).where(audit_facts.c.digest.in_(bindparam("digests", expanding=True)))
_FACTS_ON = (
    select(*_FACT)
    .where(audit_facts.c.digest > bindparam("after"))
    .order_by(audit_facts.c.digest)
    .limit(bindparam("most"))
)
_DIGEST = select(audit_facts.c.digest).where(
    audit_facts.c.about == bindparam("about"),
    audit_facts.c.kind == bindparam("kind"),
    audit_facts.c.value == bindparam("value"),
)
_ERASE = delete(audit_facts).where(
    or_(audit_facts.c.digest == bindparam("user"), audit_facts.c.about == bindparam("user"))
)


class SqlAudit:
    """The audit log, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._now = unit.now

    def append(self, deed: Deed, detail: Mapping[str, Scalar]) -> None:
        """Add the deed's row to the chain.

        The head is moved first: where transactions run side by side, that is the lock that puts rows in one order.
        """
        seq, before = self._connection.execute(_NEXT).one()
        source = deed.actor.source
        actor = None if deed.by is None else self._fact(FactKind.USER, deed.by.username)
        subject = None if deed.on is None else self._fact(FactKind.USER, deed.on.username)
        concerned = subject or actor or ""
        row = {
            "seq": seq,
            "at": self._now,
            "what": deed.what.value,
            "actor": actor,
            "subject": subject,
            "room": None if deed.room is None else deed.room.slug,
            "reason": self._fact(FactKind.REASON, deed.reason, concerned) if deed.reason else None,
            "request": source.request or None,
            "address": self._fact(FactKind.ADDRESS, source.address, actor or "") if source.address else None,
        }
        here = row_hash(before, {**row, "detail": dict(detail)})
        self._connection.execute(insert(audit), {**row, "detail": canonical(detail), "hash": here})
        self._connection.execute(_MOVE, {"to": here})

    def head(self) -> Head:
        """Where the chain ends."""
        found = self._connection.execute(_HEAD).one_or_none()
        if found is None:
            raise Broken(None, "The head is missing.")
        return Head(*found)

    def entries(self, after: int = BEFORE_ALL) -> Iterator[Entry]:
        """All rows, or those after a seq, oldest first; ``Broken`` at one that can't be read."""
        while page := self._readable(after):
            yield from page
            after = page[-1].row.seq

    def facts(self) -> Iterator[Fact]:
        """All facts."""
        after = ""
        try:
            while page := self._connection.execute(_FACTS_ON, {"after": after, "most": PAGE_ROWS}).all():
                yield from (Fact(*found) for found in page)
                after = page[-1][0]
        except exc.DBAPIError as error:
            raise Broken(None, f"A fact behind the digest {after or 0} can't be read: {error.orig}.") from error

    def page(
        self,
        before: int | None,
        limit: int,
        *,
        user: str | None = None,
        what: str | None = None,
        room: str | None = None,
    ) -> list[Entry]:
        """Newest first, below the seq ``before``: what a user did or was done to, what was done, in which room."""
        wanted = PAGE.where(audit.c.seq < (SEQ_MAX if before is None else before)).limit(limit)
        if what is not None:
            wanted = wanted.where(audit.c.what == what)
        if room is not None:
            wanted = wanted.where(audit.c.room == room)
        if user is None:
            return self._with_facts(self._rows(wanted))
        digest = self._digest(FactKind.USER, user)
        if digest is None:  # of nobody who is named there: and not of all rows that name nobody
            return []
        # One after the other: each is found in its order by an index, which no condition for both would be.
        rows = {row.seq: row for column in CONCERNED for row in self._rows(wanted.where(column == digest))}
        return self._with_facts(sorted(rows.values(), key=lambda row: -row.seq)[:limit])

    def erase(self, username: str) -> int:
        """Erase a user's name, the addresses that they acted from, and the reasons of what was done to them; how many
        facts that was. The rows stay, and so does the chain."""
        digest = self._digest(FactKind.USER, username)
        return 0 if digest is None else self._connection.execute(_ERASE, {"user": digest}).rowcount

    def _fact(self, kind: FactKind, value: str, about: str = "") -> str:
        """The digest of a fact, which is kept if it is new."""
        known = self._digest(kind, value, about)
        if known is not None:
            return known
        salt = secrets.token_hex(SALT_BYTES)
        digest = fact_digest(kind, value, salt, about)
        self._connection.execute(
            insert(audit_facts), {"digest": digest, "kind": kind.value, "value": value, "salt": salt, "about": about}
        )
        return digest

    def _digest(self, kind: FactKind, value: str, about: str = "") -> str | None:
        return self._connection.execute(_DIGEST, {"kind": kind.value, "value": value, "about": about}).scalar()

    def _rows(self, statement: Select[Any]) -> list[Row]:
        return [Row(*found) for found in self._connection.execute(statement)]

    def _readable(self, after: int) -> list[Entry]:
        try:
            return self._read(after, PAGE_ROWS)
        except exc.DBAPIError:
            pass
        try:
            return self._read(after, 1)  # one at a time up to the one that is at fault, so that it can be named
        except exc.DBAPIError as error:
            raise Broken(max(after, 0) + 1, f"it can't be read: {error.orig}.") from error

    def _read(self, after: int, most: int) -> list[Entry]:
        found = self._connection.execute(_ON, {"after": after, "most": most})
        return self._with_facts([Row(*row) for row in found])

    def _with_facts(self, rows: Sequence[Row]) -> list[Entry]:
        digests = {digest for row in rows for column in NAMED if (digest := getattr(row, column)) is not None}
        found = self._connection.execute(_FACTS_OF, {"digests": list(digests)}).all() if digests else []
        facts: dict[Any, Fact] = {fact[0]: Fact(*fact) for fact in found}
        return [
            Entry(row, {column: facts[digest] for column in NAMED if (digest := getattr(row, column)) in facts})
            for row in rows
        ]
