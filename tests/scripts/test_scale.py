"""The generated log: one that the server takes for its own, on which everything can be asked that is measured."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from scripts.scale import stopwatch
from scripts.scale.__main__ import announce, arguments, folder_of, make
from scripts.scale.posts import BATCH, Posting
from scripts.scale.reads import READS, World, world_of
from scripts.scale.stopwatch import Line, Took, time_posts, time_read
from scripts.scale.table import caption, grids
from scripts.scale.talk import CALLS_OF_READER
from scripts.scale.town import LURKER, NEWCOMER, READER, ROOMS
from scripts.scale.writing import DATABASE, FOLLOWED, write
from service.chat.mentions import ListMentions
from service.chat.messages import Posted, PostMessage, seen
from service.chat.ports import Page
from service.chat.records import Credential
from service.chat.rooms import ListRooms, SeenRoom
from service.chat.threads import ListThreads
from service.storage.engine import open_engine
from service.storage.schema import migrate
from service.storage.transaction import SqlTransaction

MESSAGES = 6_000
NOW = 1_800_000_000_000
SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scale") / "log"
    write(folder, MESSAGES, NOW, lambda what, more: None)
    return folder


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        yield database


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{folder / DATABASE}")
    yield world_of(MESSAGES, engine, NOW)
    engine.dispose()


@pytest.fixture
def tx(world: World) -> Iterator[SqlTransaction]:
    with world.engine.connect().execution_options(reading=True) as connection, connection.begin():
        yield SqlTransaction(connection, NOW)


def rows(database: sqlite3.Connection, statement: str) -> list[tuple[object, ...]]:
    return database.execute(statement).fetchall()


def test_its_schema_is_the_servers_with_every_index(database: sqlite3.Connection, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / DATABASE}")
    migrate(engine)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as empty:
        assert rows(database, SCHEMA) == rows(empty, SCHEMA)
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(database, "PRAGMA foreign_key_check") == []


def test_heads_and_counts_are_what_the_logs_say(database: sqlite3.Connection) -> None:
    counted = "SELECT room_id, count(*), max(at), sum(kind = 1 AND root IS NULL) FROM events GROUP BY 1 ORDER BY 1"
    assert rows(database, counted) == rows(database, "SELECT room_id, seq, at, said FROM heads ORDER BY 1")
    assert rows(database, "SELECT count(*) FROM events WHERE kind = 1") == [(MESSAGES,)]
    people = "SELECT room_id, count(*) FROM members GROUP BY 1 ORDER BY 1"
    assert rows(database, people) == rows(database, "SELECT room_id, members FROM heads ORDER BY 1")
    read = (
        "SELECT count(*) FROM members AS m JOIN events AS e ON e.room_id = m.room_id AND e.seq = m.read_seq"
        " WHERE m.read_said <> e.said"
    )
    assert rows(database, read) == [(0,)]
    threads = "SELECT room_id, root, count(*), max(seq) FROM events WHERE root IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    assert rows(database, threads) == rows(
        database, "SELECT room_id, root, replies, last_seq FROM threads ORDER BY 1, 2"
    )


def test_time_never_goes_back_in_a_room(database: sqlite3.Connection) -> None:
    back = (
        "SELECT count(*) FROM events AS a JOIN events AS b ON b.room_id = a.room_id AND b.seq = a.seq + 1"
        " WHERE b.at < a.at"
    )
    assert rows(database, back) == [(0,)]


def test_it_is_the_same_each_time(database: sqlite3.Connection, tmp_path: Path) -> None:
    write(tmp_path / "again", MESSAGES, NOW, lambda what, more: None)
    with closing(sqlite3.connect(tmp_path / "again" / DATABASE)) as again:
        for table in ("events", "reactions", "mentions", "threads", "followers", "members"):
            statement = f"SELECT * FROM {table} ORDER BY 1, 2, 3"  # noqa: S608
            assert rows(database, statement) == rows(again, statement), table


def test_those_who_are_asked_have_something_to_read(world: World, tx: SqlTransaction) -> None:
    rooms: list[SeenRoom] = world.asks(READER, ListRooms(Page(None, ROOMS)))(tx)
    assert len(rooms) == ROOMS
    assert all(room.read is not None and room.standing.room_role is not None for room in rooms)
    assert len(world.asks(READER, ListThreads(None, FOLLOWED))(tx)) == FOLLOWED
    assert len(world.asks(READER, ListMentions(None, CALLS_OF_READER))(tx)) == CALLS_OF_READER
    assert world.asks(NEWCOMER, ListMentions(None, CALLS_OF_READER))(tx) == []
    unread = [
        sum(room.read.unread for room in world.asks(name, ListRooms(Page(None, ROOMS)))(tx)) for name in world.people
    ]
    reader, lurker, newcomer = unread
    assert list(world.people) == [READER, LURKER, NEWCOMER]
    assert lurker > reader > newcomer == 0


def test_a_retry_finds_what_was_posted(world: World, tx: SqlTransaction) -> None:
    found = tx.connection.exec_driver_sql(
        "SELECT rooms.slug, users.uid, users.id, text, nonce, reply_to, seq FROM events"
        " JOIN users ON users.id = events.actor_id JOIN rooms ON rooms.id = events.room_id"
        " WHERE nonce IS NOT NULL AND reply_to IS NOT NULL LIMIT 1"
    ).one()
    room = tx.rooms.by_slug(found.slug)
    assert room is not None
    credential = Credential(found.uid, "", "", frozenset(), 0)
    post = PostMessage(credential, found.slug, found.text, found.nonce, found.reply_to)
    earlier = seen(tx, room, found.id, post)
    assert isinstance(earlier, Posted)
    assert (earlier.message.seq, earlier.duplicate) == (found.seq, True)
    assert earlier.message.root is not None


def test_everything_that_is_asked_is_timed_in_each_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopwatch, "ROUNDS", 1)
    monkeypatch.setattr(stopwatch, "PLACES", 2)
    monkeypatch.setattr(stopwatch, "COLD", 1)
    for read in READS:
        line = time_read(read, [world, world])
        assert all(0 < took.p50 <= took.p95 for took in (*line.warm, *line.cold)), read.title
    assert len({read.title for read in READS}) == len(READS)


def test_what_was_posted_is_taken_out_again(
    world: World, database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopwatch, "BATCHES", 2)
    monkeypatch.setattr(stopwatch, "NEW_BATCHES", 1)
    state = "SELECT (SELECT count(*) FROM events), (SELECT sum(seq) + sum(said) FROM heads)"
    before, most = rows(database, state), 0

    def posting(world: World) -> Posting:
        made = Posting(world)
        take_back = made.take_back

        def counted() -> None:
            nonlocal most
            ((most, _),) = database.execute(state).fetchall()
            take_back()

        monkeypatch.setattr(made, "take_back", counted)
        return made

    line = time_posts("posts", [world], posting)
    assert line.warm[0].p50 > 0
    assert most == before[0][0] + 4 * BATCH, "a first batch, one that warms up, and two that are timed"
    assert rows(database, state) == before


def test_a_log_that_was_not_finished_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = folder_of(tmp_path, 1_000).with_suffix(".part")
    begun.mkdir()
    (begun / DATABASE).write_bytes(b"half of it")
    make(tmp_path, [1_000], Console(quiet=True))
    assert folder_of(tmp_path, 1_000).is_dir()
    assert not begun.exists()


def test_what_it_takes_is_said_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(width=300, record=True, file=StringIO())
    assert announce(tmp_path, [], console) == ""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**12))
    assert announce(tmp_path, [10_000, 10_000_000], console) == ""
    said = console.export_text()
    assert "10,000 and 10,000,000 messages" in said
    assert "2.2 GB on disk, and at most 4 min" in said.replace("\n", " ")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**9))
    assert "are needed" in announce(tmp_path, [10_000_000], console)


def test_a_ratio_beyond_the_target_stands_in_the_table_as_clearly_as_one_within() -> None:
    lines = [
        Line("page", (Took(2.0, 3.0), Took(3.0, 4.0)), (Took(2.0, 3.0), Took(3.1, 4.0))),
    ]
    warm, cold = grids((10_000, 10_000_000), lines)
    assert warm.header[1:5] == ("p50 at 10,000", "p95 at 10,000", "p50 at 10,000,000", "p95 at 10,000,000")
    assert warm.rows == [("page", "2.00", "3.00", "3.00", "4.00", "1.50×", "yes")]
    assert cold.rows == [("page", "2.00", "3.00", "3.10", "4.00", "1.55×", "no")]


def test_the_caption_says_when_where_and_under_which_load() -> None:
    said = caption(datetime(2026, 11, 22, tzinfo=UTC), "a machine", "ext4", 0.25)
    assert said.startswith("2026-11-22, a machine, load 0.2 before; ext4.")


def test_sizes_are_put_in_order() -> None:
    assert arguments([]).messages == (10_000, 10_000_000)
    assert arguments(["--messages", "1000000,10000"]).messages == (10_000, 1_000_000)


@pytest.mark.parametrize("wrong", ["999", "many", ""])
def test_a_wrong_size_is_explained(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        arguments(["--messages", wrong])
    assert stopped.value.code == 2
    assert "argument --messages: " in capsys.readouterr().err
