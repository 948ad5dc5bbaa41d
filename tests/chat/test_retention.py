"""What a room keeps, and for how long; and that what is over is gone for good, and told as a deletion."""

from __future__ import annotations

import pytest
from sqlalchemy import Table, func, select

from service.chat.deeds import UNDO_SECONDS
from service.chat.deletions import DeleteMessage, SeeMessage
from service.chat.direct import OpenDirect
from service.chat.edits import EditMessage, ListRevisions
from service.chat.errors import Code
from service.chat.events import MessageDeleted
from service.chat.members import JoinRoom
from service.chat.pins import ListPins, PinMessage
from service.chat.reactions import React
from service.chat.records import SYSTEM, File
from service.chat.retention import DAY_MS, RETENTION_MAX, SPAN, Expire, FindDue, Retention
from service.chat.rooms import ChangeRoom, DeleteRoom
from service.chat.undo import Undo
from service.storage import expiry
from service.storage.tables import events, files, mentions, pins, reactions, revisions
from tests.stage import TICK, Stage
from tests.stage_door import say
from tests.storage.plans import plan, scans

WEEK = 7  # days
AS_ROOMS_SAY = Retention()
TABLES = (mentions, pins, reactions, revisions)


@pytest.fixture
def stage() -> Stage:
    staged = Stage()
    staged.room("lobby", retention_days=WEEK)
    for username in ("bob", "cyn"):
        staged.do(username, JoinRoom("lobby"))
    return staged


def expire(stage: Stage, retention: Retention = AS_ROOMS_SAY) -> int:
    """Take away all that is over; in how many spans."""
    found, _ = stage.run(FindDue(retention, 0, 100).read)
    spans = 0
    for due in found:
        spans += 1
        while stage.run(Expire(due, retention).apply):
            spans += 1
    return spans


def days_pass(stage: Stage, days: int = WEEK + 1) -> None:
    stage.now += days * DAY_MS


def texts(stage: Stage, slug: str = "lobby") -> list[str]:
    room = stage.seen(slug)
    return [message.text for message in stage.run(lambda tx: tx.log.messages(room, 1_000))]


def rows(stage: Stage, table: Table) -> int:
    with stage.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_what_is_older_than_the_room_keeps_is_gone_and_the_rest_stays(stage: Stage) -> None:
    for text in ("one", "two"):
        say(stage, "bob", text)
    days_pass(stage)
    say(stage, "cyn", "three")
    heard = stage.heard(lambda: expire(stage))
    assert texts(stage) == ["", "", "three"]
    assert [(type(event), getattr(event, "by", None)) for event in heard] == [(MessageDeleted, SYSTEM)] * 2
    assert [event.seq for event in stage.events if event.room == "lobby"] == list(
        range(1, stage.seen("lobby").seq + 1)
    ), "the log has no holes"
    assert expire(stage) == 0, "what is done is not done again"


def test_nothing_is_taken_away_as_long_as_somebody_can_change_their_mind(stage: Stage) -> None:
    stage.do("ann", ChangeRoom("lobby", retention_days=0))
    say(stage, "bob", "one")
    days_pass(stage)
    mistyped = stage.do("ann", ChangeRoom("lobby", retention_days=1)).action
    assert mistyped is not None
    due, _ = stage.run(FindDue(AS_ROOMS_SAY, 0, 100).read)
    assert due == []
    stage.now = mistyped.undo_until - TICK
    assert expire(stage) == 0
    assert texts(stage) == ["one"], "to the last moment at which it can be undone"
    stage.now += TICK
    found, _ = stage.run(FindDue(AS_ROOMS_SAY, 0, 100).read)
    stage.do("ann", ChangeRoom("lobby", retention_days=2))
    assert not stage.run(Expire(found[0], AS_ROOMS_SAY).apply), "it was changed once more meanwhile"
    stage.now += UNDO_SECONDS * 1000
    assert expire(stage) == 1
    assert texts(stage) == [""]


def test_all_that_hung_on_it_goes_but_its_thread(stage: Stage) -> None:
    file, room, bob = File("f1", "plan.txt", "text/plain", 10), stage.seen("lobby"), stage.who("bob")
    stage.run(lambda tx: tx.files.add(file, room.id, bob.id, "0" * 32, bytes(32), 0))
    said = say(stage, "bob", "look, @cyn", files=("f1",)).message
    stage.do("bob", EditMessage(said.id, "look here, @cyn"))
    stage.do("cyn", React(said.id, "👍", on=True))
    stage.do("ann", PinMessage(said.id, on=True))
    assert all(rows(stage, table) for table in TABLES), "there is something to be taken away of each kind"
    days_pass(stage)
    say(stage, "cyn", "thanks", reply_to=said.id)
    expire(stage)
    left = stage.do("ann", SeeMessage(said.id))
    assert left.deleted is not None
    assert (left.text, left.reactions, left.pinned, left.files, left.deleted.by) == ("", (), None, (), SYSTEM)
    assert left.thread is not None
    assert left.thread.replies == 1
    assert [each.text for each in stage.do("ann", ListRevisions(said.id))] == [""]
    assert stage.do("ann", ListPins("lobby")) == []
    assert [rows(stage, table) for table in TABLES] == [0] * len(TABLES)
    with stage.engine.connect() as connection:
        assert connection.execute(select(files.c.gone_at)).scalar_one() is not None, "the next collection removes it"
        everything = "\n".join(map(str, connection.execute(select(events))))
    assert "look" not in everything


def test_who_deleted_a_message_before_stays_who_did_and_no_undo_brings_it_back(stage: Stage) -> None:
    said = say(stage, "bob", "oh").message
    days_pass(stage)
    done = stage.do("ann", DeleteMessage(said.id))
    assert done.action is not None
    assert stage.heard(lambda: expire(stage)) == [], "it was told as deleted already"
    stage.do("ann", Undo(done.action.uid))
    left = stage.do("ann", SeeMessage(said.id))
    assert left.deleted is not None
    assert (left.text, left.deleted.by) == ("", "ann")


def test_a_retry_is_still_known_by_its_nonce_and_no_digest_tells_the_text(stage: Stage) -> None:
    said = say(stage, "bob", "yes", nonce="n1").message
    days_pass(stage)
    expire(stage)
    again = say(stage, "bob", "yes", nonce="n1")
    assert (again.duplicate, again.message.id, again.message.text) == (True, said.id, "")
    with stage.engine.connect() as connection:
        digest = connection.execute(select(events.c.digest).where(events.c.nonce == "n1")).scalar_one()
    assert digest == expiry.NOT_COMPARED


def test_direct_rooms_and_deleted_ones_keep_nothing_longer_than_the_server_says(stage: Stage) -> None:
    direct = stage.do("bob", OpenDirect(("cyn",))).seen.standing.room.slug
    stage.room("den")
    for slug, username in ((direct, "bob"), ("den", "ann")):
        say(stage, username, "hush", slug)
    stage.do("ann", DeleteRoom("den"))
    days_pass(stage)
    expire(stage)
    assert (texts(stage, direct), texts(stage, "den")) == (["hush"], ["hush"]), "for ever, unless somebody says else"
    last = stage.seen("den").seq
    expire(stage, Retention(default_days=WEEK))
    assert texts(stage, direct) == [""]
    with stage.engine.connect() as connection:
        assert "hush" not in "\n".join(map(str, connection.execute(select(events))))
    assert stage.seen("den").seq == last, "a room's deletion is the last event of its log"


@pytest.mark.parametrize(
    ("own", "default", "most", "kept"),
    [(0, 0, 0, 0), (7, 0, 0, 7), (7, 90, 0, 7), (0, 90, 0, 90), (90, 7, 30, 30), (0, 0, 30, 30), (7, 0, 30, 7)],
)
def test_a_room_says_how_long_it_keeps_within_what_the_server_allows(
    stage: Stage, own: int, default: int, most: int, kept: int
) -> None:
    stage.do("ann", ChangeRoom("lobby", retention_days=own))
    assert Retention(default, most).days(stage.seen("lobby")) == kept


def test_owners_set_it_and_who_moderates_does_not(stage: Stage) -> None:
    assert stage.refusal("mo", ChangeRoom("lobby", retention_days=1)).code is Code.FORBIDDEN
    assert stage.refusal("ann", ChangeRoom("lobby", retention_days=-1)).code is Code.INVALID
    assert stage.refusal("ann", ChangeRoom("lobby", retention_days=RETENTION_MAX + 1)).code is Code.INVALID
    done = stage.do("ann", ChangeRoom("lobby", retention_days=30))
    assert stage.seen("lobby").retention_days == 30
    assert done.action is not None
    stage.do("ann", Undo(done.action.uid))
    assert stage.seen("lobby").retention_days == WEEK


def test_much_is_taken_away_in_spans_and_one_that_was_cut_off_goes_on(stage: Stage) -> None:
    for number in range(SPAN):
        say(stage, "bob", f"{number}")
    days_pass(stage)
    say(stage, "bob", "new")
    (due,), _ = stage.run(FindDue(Retention(), 0, 100).read)
    assert stage.run(Expire(due, Retention()).apply), "there is more than fits into one transaction"
    half = texts(stage).count("")
    assert 0 < half < SPAN
    assert expire(stage) == 1
    assert texts(stage) == [""] * SPAN + ["new"]


def test_who_lengthens_the_time_meanwhile_keeps_what_is_left(stage: Stage) -> None:
    say(stage, "bob", "keep me")
    days_pass(stage)
    (due,), _ = stage.run(FindDue(Retention(), 0, 100).read)
    stage.do("ann", ChangeRoom("lobby", retention_days=WEEK * 2))
    assert not stage.run(Expire(due, Retention()).apply)
    assert texts(stage) == ["keep me"]


def test_a_span_is_found_by_an_index_and_not_by_reading_the_log(stage: Stage) -> None:
    assert scans(plan(stage, expiry.SAID, of_room=1, after=0, upto=SPAN)) == []
    for statement in (expiry.BLANK, *expiry.DELETIONS):
        assert scans(plan(stage, statement, of_room=1, of_seq=1)) == [], statement
