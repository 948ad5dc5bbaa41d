"""The search index: that it follows the log whatever happens to either, and how its statements are gone about."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service.chat.deletions import DeleteMessage
from service.chat.edits import EditMessage
from service.chat.errors import Code, Refusal
from service.chat.queries import Phrase, Trait, parse
from service.chat.reactions import React
from service.chat.rooms import DeleteRoom
from service.chat.search import PER_USER
from service.chat.stores.search import Piece, Wanted
from service.storage.search import building, file, finding, matching
from service.storage.search.building import EVENTS_AT_ONCE, Behind, Building
from service.storage.search.finding import EXCERPT_MAX, Finding, pieces
from service.storage.search.index import ASKING, SqliteSearchIndex
from tests.storage.kept import Kept
from tests.storage.plans import scans


class Indexed:
    """An index beside a running database, which follows when it is told to."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.path = kept.path.parent / file.SEARCH_FILE
        self.building = Building(file.open_to_write(self.path, kept.path))
        self.finding = Finding(file.open_to_read(self.path))

    def follow(self) -> int:
        """Take in all that is missing; in how many steps."""
        steps = 0
        while rooms := self.building.behind():
            self.building.step(rooms)
            steps += 1
        return steps

    def seqs(self, q: str, *rooms: int) -> list[int]:
        """Where something is found, the latest first; in the lobby unless said."""
        return [hit.seq for hit in self.finding.newest(wanted(q, *rooms), None, 100)]

    def documents(self) -> int:
        """How many messages can be found."""
        with sqlite3.connect(self.path) as connection:
            (count,) = connection.execute("SELECT count(*) FROM documents").fetchone()
        connection.close()
        return int(count)

    def close(self) -> None:
        """Let go of the file."""
        self.building.close()
        self.finding.close()


def wanted(q: str, *rooms: int) -> Wanted:
    query = parse(q)
    return Wanted(
        frozenset(rooms or (1,)),
        query.words,
        query.without,
        traits=query.traits,
        since=query.since,
        before=query.before,
    )


@pytest.fixture
def indexed(kept: Kept) -> Iterator[Indexed]:
    """An index that has nothing of the log yet."""
    found = Indexed(kept)
    yield found
    found.close()


@asynccontextmanager
async def running(kept: Kept) -> AsyncIterator[SqliteSearchIndex]:
    """The index as the server runs it."""
    index = SqliteSearchIndex(kept.path.parent, kept.path)
    index.start()
    try:
        yield index
    finally:
        await index.stop()


async def whole(index: SqliteSearchIndex) -> None:
    """Until the index has all of the log; a look is bounded, and on a busy machine one may not be enough."""
    for _ in range(100):
        if await index.caught_up():
            return
    raise AssertionError


# Following the log


@pytest.mark.anyio
async def test_it_follows_what_is_said_edited_deleted_and_reacted_to(kept: Kept, indexed: Indexed) -> None:
    indexed.follow()
    said = (await kept.say("bob", "tea at four, https://example.org")).message
    other = (await kept.say("cyn", "tea at five")).message
    indexed.follow()
    assert indexed.seqs("tea") == [other.seq, said.seq]
    assert indexed.seqs("has:link") == [said.seq]
    await kept.do("bob", EditMessage(said.id, "coffee at four", None))
    await kept.do("bob", React(other.id, "👍", on=True))
    indexed.follow()
    assert (indexed.seqs("tea"), indexed.seqs("coffee"), indexed.seqs("has:link")) == ([other.seq], [said.seq], [])
    assert indexed.seqs("has:reaction") == [other.seq]
    await kept.do("bob", DeleteMessage(said.id, None))
    indexed.follow()
    assert indexed.seqs("coffee") == []
    assert indexed.documents() == 1


@pytest.mark.anyio
async def test_it_is_the_same_index_in_whatever_pieces_it_was_built(
    kept: Kept, indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        message = (await kept.say("bob", f"tea {number}", ("lobby", "den", "lobby")[number % 3])).message
        if number % 4 == 0:
            await kept.do("bob", EditMessage(message.id, f"tea and more {number}", None))
        if number % 5 == 0:
            await kept.do("bob", DeleteMessage(message.id, None))
    whole_at_once = indexed.follow()
    found = _dump(indexed.path)
    indexed.close()
    file.throw_away(indexed.path)
    monkeypatch.setattr(building, "EVENTS_AT_ONCE", 3)
    again = Indexed(kept)
    in_pieces = again.follow()
    assert _dump(again.path) == found
    assert in_pieces > whole_at_once
    again.close()


def _dump(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT room_id, seq, text, tags FROM documents ORDER BY room_id, seq").fetchall()
        rows += connection.execute("SELECT * FROM cursors ORDER BY room_id").fetchall()
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    connection.close()
    return rows


@pytest.mark.anyio
async def test_messages_of_one_moment_are_told_apart_and_in_order(kept: Kept, indexed: Indexed) -> None:
    await kept.outcomes(*(kept.post("bob", f"tea {number}") for number in range(20)))
    indexed.follow()
    before = indexed.seqs("tea")
    await kept.outcomes(*(kept.post("bob", f"tea {number}") for number in range(20, 40)))
    indexed.follow()
    assert len(before) == 20
    assert indexed.seqs("tea") == sorted(indexed.seqs("tea"), reverse=True)
    assert len(indexed.seqs("tea")) == 40


@pytest.mark.anyio
async def test_a_room_that_is_deleted_goes_from_the_index_too(kept: Kept, indexed: Indexed) -> None:
    await kept.say("bob", "tea in the den", "den")
    den = await kept.room("den")
    indexed.follow()
    assert indexed.seqs("tea", den.id)
    await kept.do("ann", DeleteRoom("den"))
    assert indexed.follow() > 0
    assert indexed.documents() == 0
    assert indexed.follow() == 0, "and that is that"


@pytest.mark.anyio
async def test_a_log_of_another_name_is_another_log(kept: Kept, indexed: Indexed) -> None:
    """After a restore a room may have other messages at the same seqs."""
    said = (await kept.say("bob", "tea")).message
    indexed.follow()

    with sqlite3.connect(kept.path) as connection:
        connection.execute("UPDATE rooms SET epoch = 'another' WHERE slug = 'lobby'")
        connection.execute("UPDATE events SET text = 'coffee' WHERE text = 'tea'")
    connection.close()
    indexed.follow()
    assert (indexed.seqs("tea"), indexed.seqs("coffee")) == ([], [said.seq])


@pytest.mark.anyio
async def test_what_is_nearly_there_is_finished_before_what_is_far_behind(kept: Kept, indexed: Indexed) -> None:
    indexed.follow()
    await kept.outcomes(*(kept.post("bob", f"flood {number}", "news") for number in range(3)))
    await kept.outcomes(*(kept.post("ann", f"flood {number}", "news") for number in range(EVENTS_AT_ONCE // 100)))
    await kept.say("bob", "tea")
    assert [room.room_id for room in indexed.building.behind()] == [
        (await kept.room()).id,
        (await kept.room("news")).id,
    ]


@pytest.mark.anyio
async def test_a_step_that_fails_leaves_nothing_behind(kept: Kept, indexed: Indexed) -> None:
    indexed.follow()
    await kept.say("bob", "tea")
    room = await kept.room()
    with pytest.raises(sqlite3.Error):
        indexed.building.step([*indexed.building.behind(), Behind(room.id, None, 0, 0, 0)])  # type: ignore[arg-type]
    assert indexed.seqs("tea") == []
    indexed.follow()
    assert len(indexed.seqs("tea")) == 1


# Asking it


@pytest.mark.anyio
@pytest.mark.parametrize("most", [0, 1, 500])
async def test_rooms_are_kept_apart_in_whichever_way_they_are_asked_for(
    kept: Kept, indexed: Indexed, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(finding, "ROOMS_IN_MATCH", most)
    rooms = {slug: (await kept.room(slug)).id for slug in ("lobby", "staff", "news", "den")}
    for slug in rooms:
        await kept.say("ann", f"tea in the {slug}", slug)
    indexed.follow()
    everywhere = wanted("tea", *rooms.values())
    assert len(indexed.finding.newest(everywhere, None, 10)) == 4
    for chosen in ({"lobby"}, {"lobby", "den"}, {"lobby", "den", "news"}):
        within = {rooms[slug] for slug in chosen}
        hits = indexed.finding.newest(wanted("tea", *within), None, 10)
        assert {hit.room_id for hit in hits} == within
        assert len(indexed.finding.best(wanted("tea", *within), None, 0, 10)[0]) == len(within)
    assert indexed.finding.newest(wanted("tea", 99), None, 10) == []


@pytest.mark.anyio
@pytest.mark.parametrize("far", ["2248-10-01", "2300-01-01", "9999-12-30", "9999-12-31T23:59:59.999Z"])
async def test_a_time_that_no_key_can_hold_is_later_than_all_that_was_said(
    kept: Kept, indexed: Indexed, far: str
) -> None:
    await kept.say("bob", "tea")
    indexed.follow()
    assert indexed.seqs(f"tea after:{far}") == []
    assert len(indexed.seqs(f"tea before:{far}")) == 1
    assert indexed.finding.best(wanted(f"tea after:{far}"), None, 0, 10)[0] == []


def test_a_long_text_is_cut_around_what_was_found() -> None:
    long = "x" * 1_000
    assert pieces("tea") == (Piece("tea"),)
    assert pieces("a \x02tea\x03 b") == (Piece("a "), Piece("tea", hit=True), Piece(" b"))
    shown = pieces(f"{long} \x02tea\x03 {long}")
    assert Piece("tea", hit=True) in shown
    assert sum(len(piece.text) for piece in shown) <= EXCERPT_MAX + 2
    assert shown[0].text.startswith("…")
    assert shown[-1].text.endswith("…")
    assert sum(len(piece.text) for piece in pieces(f"\x02{long}\x03")) <= EXCERPT_MAX + 1


@pytest.mark.anyio
async def test_a_text_can_not_mark_itself(indexed: Indexed) -> None:
    shown = indexed.finding.excerpts(wanted("tea"), {1: "tea \x02 not \x03 this", 2: "coffee"})
    assert shown == {1: (Piece("tea", hit=True), Piece("   not   this"))}


# Statements


def _plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    names = ("room", "after", "upto", "most", "epoch", "match", "since", "below")
    bound = dict.fromkeys(names, 1) | {"match": "text : (tea)"}
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", bound)]


@pytest.mark.anyio
@pytest.mark.parametrize("statement", ["UP_TO", "TOUCH", "OF_ROOM", "ADVANCE"])
async def test_what_happened_in_a_room_is_read_by_its_seqs(indexed: Indexed, statement: str) -> None:
    lines = _plan(indexed.building._connection, getattr(building, statement))
    assert scans(lines) in ([], ["SCAN (subquery-1)"]), lines


@pytest.mark.anyio
@pytest.mark.parametrize("statement", ["SAY", "FORGET_WORDS", "FORGET", "KEEP_NEW", "ADD", "ADD_WORDS"])
async def test_a_step_reads_whole_nothing_but_what_it_has_noted(indexed: Indexed, statement: str) -> None:
    noted = {"SCAN t", "SCAN s", "SCAN said", "SCAN (subquery-1)", "SCAN (subquery-2)", "SCAN (subquery-3)"}
    lines = scans(_plan(indexed.building._connection, getattr(building, statement)))
    assert {line for line in lines if "TEMP B-TREE" not in line} <= noted, lines


@pytest.mark.anyio
@pytest.mark.parametrize("keys", [finding.KEYS, finding.KEYS_WITHIN])
async def test_a_search_reads_the_words_backwards_and_its_documents_by_their_keys(indexed: Indexed, keys: str) -> None:
    lines = _plan(indexed.finding._connection, finding.placed(keys))
    (words,) = [line for line in lines if "VIRTUAL TABLE" in line]
    assert words.startswith("SCAN w")
    assert any("SEARCH d USING INTEGER PRIMARY KEY" in line for line in lines)
    assert not [line for line in lines if "TEMP B-TREE" in line], "what comes newest first need not be sorted"


def test_all_that_a_person_writes_stands_in_quotation_marks() -> None:
    words = (Phrase("OR"), Phrase("text:x", prefix=True), Phrase('say "it'))
    asked = Wanted(frozenset({1}), words, (Phrase("NEAR("),), (5,), (6,), (Trait.LINK,), (Trait.FILE,))
    assert matching.whole_of(asked, [1], ()) == (
        '(text : ("OR" AND "text:x" * AND "say ""it") AND tags : (u5) AND tags : (hl) AND tags : (r1))'
        ' NOT text : "NEAR(" NOT tags : (u6 OR hf)'
    )
    assert matching.whole_of(Wanted(frozenset({1})), None, [2]) == "(tags : (m)) NOT tags : (r2)"


# As the server runs it


@pytest.mark.anyio
async def test_who_asks_after_something_was_said_finds_it(kept: Kept) -> None:
    async with running(kept) as index:
        await whole(index)
        for number in range(5):
            await kept.say("bob", f"tea {number}")
            await whole(index)
            assert len(await index.newest(wanted("tea"), None, 10)) == number + 1


@pytest.mark.anyio
async def test_it_goes_on_where_it_stood_when_the_server_ended(kept: Kept) -> None:
    async with running(kept) as index:
        await kept.say("bob", "tea")
        await whole(index)
    await kept.say("bob", "tea again")
    async with running(kept) as index:
        await whole(index)
        assert len(await index.newest(wanted("tea"), None, 10)) == 2


@pytest.mark.anyio
@pytest.mark.parametrize("damage", ["deleted", "garbage", "another version", "another database"])
async def test_an_index_that_is_none_is_built_anew(
    kept: Kept, damage: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "EVENTS_AT_ONCE", 2)
    await kept.say("bob", "tea")
    async with running(kept) as index:
        await whole(index)
    path = kept.path.parent / file.SEARCH_FILE
    assert path.stat().st_mode & 0o077 == 0, "what was said in private is in it"
    if damage == "deleted":
        file.throw_away(path)
    elif damage == "garbage":
        path.write_bytes(b"no database at all" * 500)
    else:
        with sqlite3.connect(path) as connection:
            connection.execute(
                "PRAGMA user_version = 0" if damage == "another version" else "PRAGMA application_id = 1"
            )
        connection.close()
    with caplog.at_level(logging.INFO, "folkmoot.search"):
        async with running(kept) as index:
            await whole(index)
            assert len(await index.newest(wanted("tea"), None, 10)) == 1
    assert "100% of the log" in caplog.text
    assert "tea" not in caplog.text


@pytest.mark.anyio
async def test_an_index_that_is_damaged_while_it_is_used_is_built_anew(kept: Kept) -> None:
    await kept.say("bob", "tea")
    async with running(kept) as index:
        await whole(index)
    path = kept.path.parent / file.SEARCH_FILE
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM words_data WHERE id > 1")
    connection.close()
    async with running(kept) as index:
        await index.caught_up()
        with pytest.raises(Refusal) as caught:
            await index.newest(wanted("tea"), None, 10)
        assert caught.value.code is Code.UNAVAILABLE
        for _ in range(100):
            await whole(index)
            try:
                hits = await index.newest(wanted("tea"), None, 10)
                break
            except Refusal:
                continue
        assert len(hits) == 1


@pytest.mark.anyio
async def test_without_fts5_searching_is_refused_and_says_why(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    assert file.missing() is None
    monkeypatch.setattr(file, "missing", lambda: "this SQLite has no FTS5")
    async with running(kept) as index:
        assert not await index.caught_up()
        with pytest.raises(Refusal) as caught:
            await index.newest(wanted("tea"), None, 10)
    assert caught.value.code is Code.UNAVAILABLE
    assert "this SQLite has no FTS5" in caught.value.message


@pytest.mark.anyio
async def test_a_question_that_takes_too_long_is_given_up(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    await kept.outcomes(*(kept.post("bob", f"tea {number}") for number in range(200)))
    monkeypatch.setattr(finding, "SECONDS", -1.0)
    monkeypatch.setattr(finding, "LOOK_EVERY", 10)
    async with running(kept) as index:
        await whole(index)
        with pytest.raises(Refusal) as caught:
            await index.best(wanted("tea"), None, 0, 100)
    assert caught.value.code is Code.UNAVAILABLE
    assert "in:" in caught.value.message


def test_nobody_alone_keeps_all_others_waiting() -> None:
    assert ASKING > PER_USER


@pytest.mark.anyio
async def test_no_more_questions_wait_than_can_be_answered_soon(kept: Kept) -> None:
    async with running(kept) as index:
        await whole(index)
        outcomes = await asyncio.gather(
            *(index.newest(wanted("tea"), None, 10) for _ in range(200)), return_exceptions=True
        )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert len(refused) == 200 - 64
    assert {refusal.retry_after for refusal in refused} == {1.0}


ERASE = """
INSERT INTO erasures (uid, user_id, messages, at, room_id, seq, looked, whole, changed, finished_at)
VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, ?)
"""


def erase(kept: Kept, user_id: int, messages: str = "delete", finished_at: int | None = 1) -> None:
    """Note that somebody was erased."""
    with sqlite3.connect(kept.path) as connection:
        connection.execute(ERASE, (f"e{user_id}", user_id, messages, finished_at))
    connection.close()


def written(path: Path, word: bytes) -> bool:
    """Whether that stands in an index, or in its own log."""
    return any(word in each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


@pytest.mark.anyio
async def test_words_of_who_was_erased_leave_the_file_a_piece_at_a_time(
    kept: Kept, indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "PAGES_AT_ONCE", 1)
    said = []
    for number in range(40):
        said.append((await kept.say("bob", f"xylograph {number}")).message.id)
        await kept.say("ann", f"heather {' '.join(f'{number}{word}' for word in range(500))}")
        indexed.follow()
    for id in said:
        await kept.do("bob", DeleteMessage(id))
    indexed.follow()
    assert written(indexed.path, b"xylograph"), "struck out, and still there to be read"
    erase(kept, kept.users["bob"].id)
    erase(kept, kept.users["ann"].id, "detach")
    erase(kept, kept.users["cyn"].id, "delete", None)
    erased = indexed.building.erased()
    assert len(erased) == 1, "only after the end, and where something was deleted"
    merged = 1
    while not indexed.building.purge(erased):
        merged += 1
    assert merged > 3
    assert not written(indexed.path, b"xylograph")
    assert indexed.building.erased() == []
    assert len(indexed.seqs("heather")) == 40


@pytest.mark.anyio
async def test_a_running_index_purges_itself(kept: Kept) -> None:
    path = kept.path.parent / file.SEARCH_FILE
    async with running(kept) as index:
        said = (await kept.say("bob", "xylograph")).message
        await whole(index)
        assert written(path, b"xylograph")
        await kept.do("bob", DeleteMessage(said.id))
        erase(kept, kept.users["bob"].id)
        for _ in range(100):
            await whole(index)
            if purged(path):
                break
        assert not written(path, b"xylograph")


def purged(path: Path) -> bool:
    """Whether that has been noted."""
    with sqlite3.connect(path) as connection:
        (count,) = connection.execute("SELECT count(*) FROM purges").fetchone()
    connection.close()
    return bool(count)
