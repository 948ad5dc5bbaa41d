"""A log to search in: messages of made-up words, each as often as words are, written past the server into its log."""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

VOCABULARY = 20_000
CONSONANTS, VOWELS = "bcdfghklmnprstvw", "aeiou"
WORDS_MIN, WORDS_MAX = 3, 25  # of a message
LINK_SHARE = 0.05  # of the messages have one
GAP_MS = 30_000  # between two messages at most: a million take half a year
POPULARITY = 0.7  # of rooms, as a Pareto distribution: in a few most is said
DRAWN = 1_000_000  # words drawn at once
MESSAGE = 1  # the kind of event

WORDS = [
    "".join(
        fate.choice(CONSONANTS) + fate.choice(VOWELS) + (fate.choice(CONSONANTS) if fate.random() < 0.3 else "")
        for _ in range(fate.randint(1, 3))
    )
    for fate in map(random.Random, range(VOCABULARY))
]
"""The most used ones first."""
OFTEN = list(itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))  # Zipf's law


@dataclass(frozen=True, slots=True)
class Library:
    """So many messages in all rooms of a data directory, of all their users, up to now (Unix ms)."""

    messages: int
    now: int

    def fill(self, data: Path, room: str = "%") -> None:
        """Write them, all of them in one room if it is named; the server, when it starts, finds a log that it has no
        index of."""
        with closing(sqlite3.connect(data / "folkmoot.db")) as database, database:
            chosen = "SELECT room_id, seq FROM heads JOIN rooms ON rooms.id = room_id WHERE slug LIKE ?"
            heads = dict(database.execute(chosen, (room,)))
            authors = [author for (author,) in database.execute("SELECT id FROM users ORDER BY id")]
            database.executemany(
                "INSERT INTO events (room_id, seq, at, kind, actor_id, text, said) VALUES (?, ?, ?, ?, ?, ?, ?)",
                self._rows(heads, authors),
            )
            database.executemany(
                "UPDATE heads SET seq = ?, at = ?, said = ? WHERE room_id = ?",
                [(seq, self.now, seq, room_id) for room_id, seq in heads.items()],
            )

    def _rows(self, heads: dict[int, int], authors: list[int]) -> Iterator[tuple[object, ...]]:
        fate = random.Random(1)
        rooms = sorted(heads)
        at = self.now - self.messages * GAP_MS
        words: Iterator[str] = iter(())
        for _ in range(self.messages):
            at += fate.randrange(GAP_MS)
            room_id = rooms[int(fate.paretovariate(POPULARITY)) % len(rooms)]
            heads[room_id] += 1
            said = list(itertools.islice(words, fate.randint(WORDS_MIN, WORDS_MAX)))
            if not said:
                words = iter(fate.choices(WORDS, cum_weights=OFTEN, k=DRAWN))
                said = list(itertools.islice(words, WORDS_MAX))
            if fate.random() < LINK_SHARE:
                said.append("https://example.org/")
            yield room_id, heads[room_id], at, MESSAGE, fate.choice(authors), " ".join(said), heads[room_id]


def queries(fate: random.Random) -> Iterator[dict[str, str]]:
    """What people look for, without an end: rare words and common ones, and every way to narrow it."""
    while True:
        first, second = fate.choices(WORDS, cum_weights=OFTEN, k=2)
        rare = fate.choice(WORDS)
        yield {"q": first}
        yield {"q": rare}
        yield {"q": f"{first} {second}"}
        yield {"q": f'"{first} {second}"'}
        yield {"q": f"{first[:3]}*"}
        yield {"q": f"{first} -{second}"}
        yield {"q": f"{first} from:member-{fate.randrange(50):02d}"}
        yield {"q": f"{first} in:room-{fate.randrange(50):02d}"}
        yield {"q": f"{rare} has:link"}
        yield {"q": f"{first} before:2026-06-01"}
        yield {"q": f"{first} {second}", "sort": "rank"}
        yield {"q": first, "sort": "rank"}
