"""The log that is searched in: the same each time, as long as asked for, and one that the server takes for its own."""

from __future__ import annotations

import itertools
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from scripts.benchmark.library import GAP_MS, Library, queries
from service.chat.queries import parse
from service.storage.search.building import Building
from service.storage.search.file import SEARCH_FILE, open_to_write
from tests.storage.kept import seed

MESSAGES = 300
NOW = 1_800_000_000_000


def _filled(folder: Path) -> list[tuple[object, ...]]:
    folder.mkdir()
    seed(folder / "folkmoot.db")
    Library(MESSAGES, NOW).fill(folder)
    with closing(sqlite3.connect(folder / "folkmoot.db")) as database:
        return database.execute(
            "SELECT room_id, seq, at, text FROM events WHERE kind = 1 ORDER BY at, room_id"
        ).fetchall()


def test_it_is_the_same_each_time_and_goes_on_from_what_was_there(tmp_path: Path) -> None:
    rows = _filled(tmp_path / "one")
    assert rows == _filled(tmp_path / "another")
    assert len(rows) == MESSAGES
    assert all(NOW - MESSAGES * GAP_MS <= at < NOW for _, _, at, _ in rows if isinstance(at, int))
    with closing(sqlite3.connect(tmp_path / "one" / "folkmoot.db")) as database:
        holes = database.execute(
            "SELECT room_id FROM heads WHERE seq <> (SELECT count(*) FROM events WHERE events.room_id = heads.room_id)"
        ).fetchall()
    assert holes == []


def test_all_of_it_can_be_indexed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    _filled(folder)
    building = Building(open_to_write(folder / SEARCH_FILE, folder / "folkmoot.db"))
    while rooms := building.behind():
        building.step(rooms)
    building.close()
    with closing(sqlite3.connect(folder / SEARCH_FILE)) as index:
        assert index.execute("SELECT count(*) FROM documents").fetchone() == (MESSAGES,)


def test_whatever_is_looked_for_can_be_read() -> None:
    for query in itertools.islice(queries(random.Random(1)), 240):
        assert parse(query["q"]).words
