"""How the database goes about what is asked of it all day long: nothing reads or sorts what grows with what was said.

Each question is really asked, and every statement that it sends is explained. That the check would see a missing index
is shown by dropping it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from service.chat.audit import ListAudit, ListRoomAudit
from service.chat.deeds import What
from service.chat.deletions import FindMessages, SeeMessage
from service.chat.direct import OpenDirect
from service.chat.members import ListMembers
from service.chat.mentions import ListMentions
from service.chat.messages import ListMessages, Message
from service.chat.ports import Page
from service.chat.reactions import React
from service.chat.reading import KeepReads, ListReaders, ReadRoom
from service.chat.records import SanctionKind
from service.chat.replay import EnterRoom
from service.chat.retention import FindDue, Retention
from service.chat.roles import RoomRole
from service.chat.rooms import ListRooms
from service.chat.sanctions import Impose, ListSanctions
from service.chat.threads import FollowThread, ListThreads, ReadThread, SeeThread
from service.chat.undo import ListActions
from tests.stage import Stage
from tests.stage_door import say
from tests.storage.plans import asked, drop, plans, scans, sent

PAGE = Page(None, 50)
FAR = 2**53
ONE_ROW = "SCAN authority"
SORT = re.compile(r"USE TEMP B-TREE FOR .*ORDER BY")
# What hangs on the messages of one page is put in order for that page.
OF_A_PAGE = ("SEARCH reactions", "SEARCH files USING INDEX ix_files_room_id_seq")

Ask = Callable[[Stage, Message], Any]


@dataclass(frozen=True)
class Question:
    """Something that is asked, by which ends of which indexes it has to be answered, and how often something is sorted
    that has a bound: a page, or what one person has."""

    name: str
    ask: Ask
    by: tuple[str, ...]
    sorts: int = 0


SEEN = "events USING INDEX sqlite_autoindex_events_1 (room_id=? AND seq=?)"
CALLS = "mentions USING COVERING INDEX ix_mentions_user_id_room_id_seq (user_id=? AND room_id=? AND seq>?)"
OWN = "ix_members_user_id (user_id=?)"
IN_FORCE = "sanctions USING INDEX ix_sanctions_in_force (user_id=?)"

QUESTIONS = (
    Question(
        "the latest page",
        lambda stage, root: stage.do("bob", ListMessages("lobby", 50)),
        ("events USING INDEX sqlite_autoindex_events_1 (room_id=?)", "ix_files_room_id_seq (room_id=? AND seq=?)"),
    ),
    Question(
        "a page before",
        lambda stage, root: stage.do("bob", ListMessages("lobby", 50, before=9)),
        ("events USING INDEX sqlite_autoindex_events_1 (room_id=? AND seq<?)",),
    ),
    Question(
        "a page after",
        lambda stage, root: stage.do("bob", ListMessages("lobby", 50, after=1)),
        ("events USING INDEX sqlite_autoindex_events_1 (room_id=? AND seq>?)",),
    ),
    Question("one message", lambda stage, root: stage.do("bob", SeeMessage(root.id)), (SEEN,)),
    Question(
        "a replay",
        lambda stage, root: stage.do("bob", EnterRoom("lobby", since=1)),
        ("events USING INDEX sqlite_autoindex_events_1 (room_id=? AND seq>? AND seq<?)", CALLS),
    ),
    Question(
        "one's rooms",
        lambda stage, root: stage.do("bob", ListRooms(PAGE)),
        ("rooms USING INDEX ix_rooms_listed (visibility=? AND slug>?)", OWN, CALLS, IN_FORCE),
        sorts=2,  # one's own rooms, and the page
    ),
    Question(
        "all rooms, of an admin",
        lambda stage, root: stage.do("ann", ListRooms(PAGE)),
        ("rooms USING INDEX ix_rooms_listed (visibility=? AND slug>?)", OWN),
        sorts=2,
    ),
    Question(
        "members",
        lambda stage, root: stage.do("bob", ListMembers("lobby", PAGE)),
        ("members USING PRIMARY KEY (room_id=? AND user_id>?)", IN_FORCE),
    ),
    Question(
        "a thread",
        lambda stage, root: stage.do("bob", SeeThread(root.id, 0, 50)),
        ("events USING INDEX ix_events_thread (room_id=? AND root=? AND seq>?)",),
    ),
    Question(
        "one's threads",
        lambda stage, root: stage.do("bob", ListThreads(None, 50)),
        ("followers USING PRIMARY KEY (user_id=?)", "ix_events_thread (room_id=? AND root=? AND seq>?)"),
        sorts=2,  # what one follows, and the page
    ),
    Question(
        "following", lambda stage, root: stage.do("cyn", FollowThread(root.id, True)), ("threads USING PRIMARY KEY",)
    ),
    Question(
        "reading a thread",
        lambda stage, root: stage.do("bob", ReadThread(root.id, 3)),
        ("followers USING PRIMARY KEY (user_id=? AND room_id=? AND root=?)",),
    ),
    Question(
        "one's mentions",
        lambda stage, root: stage.do("bob", ListMentions(None, 50)),
        (
            "mentions USING INDEX ix_mentions_user_id_id (user_id=? AND id<?)",
            "call USING INDEX ix_mentions_all (room_id=? AND id<?)",
            "call USING INDEX ix_mentions_all (room_id=? AND id>? AND id<?)",
            OWN,
        ),
        sorts=2,  # the newest one of each of one's rooms, and the page
    ),
    Question("reading", lambda stage, root: stage.do("bob", ReadRoom("lobby", 3)), (SEEN, CALLS)),
    Question(
        "reading along",
        lambda stage, root: stage.run(KeepReads({("lobby", 3): [1, 2]}).apply),
        ("members USING PRIMARY KEY (room_id=? AND user_id=?)", SEEN),
    ),
    Question(
        "readers",
        lambda stage, root: stage.do("bob", ListReaders(root.id, PAGE)),
        ("members USING PRIMARY KEY (room_id=?)",),
        sorts=1,  # the members of the room
    ),
    Question(
        "what is due",
        lambda stage, root: stage.run(FindDue(Retention(1), 0, 50).read),
        (
            "rooms USING INTEGER PRIMARY KEY (rowid>?)",
            "events USING INDEX sqlite_autoindex_events_1 (room_id=? AND seq>?)",
        ),
    ),
    Question(
        "somebody's messages",
        lambda stage, root: stage.do("mo", FindMessages("bob", "lobby", 0, FAR)),
        ("events USING INDEX sqlite_autoindex_events_1 (room_id=? AND seq>? AND seq<?)",),
    ),
    Question(
        "a sign of life",
        lambda stage, root: stage.run(lambda tx: tx.sessions.with_user("s")),
        ("sessions USING INDEX sqlite_autoindex_sessions_1 (sid=?)",),
    ),
    Question(
        "whose rights have changed",
        lambda stage, root: stage.run(lambda tx: tx.authority.changed_since(1)),
        ("ix_users_version (version>?)", "ix_sessions_version (version>?)", "ix_rooms_version (version>?)"),
    ),
    Question(
        "heads", lambda stage, root: stage.run(lambda tx: tx.rooms.heads([1, 2])), ("heads USING INTEGER PRIMARY KEY",)
    ),
    Question(
        "a room's sanctions",
        lambda stage, root: stage.do("mo", ListSanctions("lobby", None, 50)),
        ("sanctions USING INDEX ix_sanctions_standing (room_id=? AND id<?)",),
    ),
    Question(
        "a room's past sanctions",
        lambda stage, root: stage.do("mo", ListSanctions("lobby", None, 50, history=True)),
        ("sanctions USING INDEX ix_sanctions_room_id_id (room_id=? AND id<?)",),
    ),
    Question(
        "the server's sanctions",
        lambda stage, root: stage.do("mo", ListSanctions(None, None, 50)),
        ("sanctions USING INDEX ix_sanctions_standing (room_id=? AND id<?)",),
    ),
    Question(
        "which sanctions are over",
        lambda stage, root: stage.run(lambda tx: (tx.sanctions.due(9), tx.sanctions.next_due())),
        ("sanctions USING INDEX ix_sanctions_due (until<?)",),
    ),
    Question(
        "the audit log",
        lambda stage, root: stage.do("ann", ListAudit(PAGE)),
        ("audit USING INDEX sqlite_autoindex_audit_1 (seq<?)",),
    ),
    Question(
        "the audit log of somebody",
        lambda stage, root: stage.do("ann", ListAudit(PAGE, user="mo")),
        (
            "audit USING INDEX ix_audit_actor_seq (actor=? AND seq<?)",
            "audit USING INDEX ix_audit_subject_seq (subject=? AND seq<?)",
        ),
    ),
    Question(
        "the audit log of one kind of deeds",
        lambda stage, root: stage.do("ann", ListAudit(PAGE, what=What.ROOM_CREATED)),
        ("audit USING INDEX ix_audit_what_seq (what=? AND seq<?)",),
    ),
    Question(
        "the audit log of a room",
        lambda stage, root: stage.do("mo", ListRoomAudit("lobby", PAGE)),
        ("audit USING INDEX ix_audit_room_seq (room=? AND seq<?)",),
    ),
    Question(
        "what was done in a room",
        lambda stage, root: stage.do("mo", ListActions("lobby", None, 50)),
        ("actions USING INDEX ix_actions_room_id_id (room_id=? AND id<?)",),
    ),
    Question(
        "a direct room",
        lambda stage, root: stage.do("bob", OpenDirect(("cyn",))),
        ("rooms USING INDEX uq_rooms_direct_key (direct_key=?)",),
    ),
    Question(
        "a retry",
        lambda stage, root: [say(stage, "bob", "again", nonce="n") for _ in range(2)],
        ("events USING INDEX uq_events_nonce (nonce=? AND actor_id=? AND room_id=?)",),
    ),
)
BY_NAME = {question.name: question for question in QUESTIONS}
NAMED = sorted(
    {
        (question.name, name)
        for question in QUESTIONS
        for way in question.by
        for name in re.findall(r"\b(?:ix|uq)_\w+", way)
    }
)


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", receipts=True)
    stage.room("den")
    for username in ("bob", "cyn", "mo"):
        stage.place("lobby", username, RoomRole.MEMBER)
    return stage


@pytest.fixture
def root(stage: Stage) -> Message:
    """A message that was answered, in a room with a bit of everything."""
    root = say(stage, "ann", "hello").message
    say(stage, "bob", "@room hello @cyn", reply_to=root.id)
    stage.do("cyn", React(root.id, ":ok:", on=True))
    stage.do("mo", Impose("lobby", "cyn", SanctionKind.MUTE, stage.now * 2))
    return root


def faults(question: Question, statements: list[list[str]]) -> list[str]:
    """What is read or sorted whole, and by which ends of an index nothing is found."""
    wrong = [
        line
        for steps in statements
        if not any(step.startswith(OF_A_PAGE) for step in steps)
        for line in scans(steps)
        if line != ONE_ROW
    ]
    for line in [line for line in wrong if SORT.fullmatch(line)][: question.sorts]:
        wrong.remove(line)
    lines = [line for steps in statements for line in steps]
    return [*wrong, *(f"nothing by {way}" for way in question.by if not any(way in line for line in lines))]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_is_answered_by_the_ends_of_indexes(stage: Stage, root: Message, question: Question) -> None:
    with asked(stage) as statements:
        question.ask(stage, root)
    assert faults(question, plans(stage, statements)) == []


@pytest.mark.parametrize(("name", "index"), NAMED)
def test_a_missing_index_is_found_out(stage: Stage, root: Message, name: str, index: str) -> None:
    drop(stage, index)
    question = BY_NAME[name]
    with asked(stage) as statements:
        question.ask(stage, root)
    assert faults(question, plans(stage, statements)) != []


def test_a_post_reads_and_writes_by_keys_alone(stage: Stage, root: Message) -> None:
    """With everything that a post can bring along; seen from within the database, for a batch speaks to the driver."""
    with sent(stage) as statements:
        say(stage, "bob", "@room and @cyn", reply_to=root.id, nonce="n", read=True)
    by = (
        "sessions USING INDEX sqlite_autoindex_sessions_1 (sid=?)",
        "heads USING INTEGER PRIMARY KEY (rowid=?)",
        "members USING PRIMARY KEY (room_id=? AND user_id=?)",
        "ix_members_user_id (user_id=? AND room_id=?)",
        IN_FORCE,
        SEEN,
    )
    assert any(sql.startswith("UPDATE heads") for sql, _ in statements), "the batch is seen"
    assert faults(Question("a post", lambda stage, root: None, by), plans(stage, statements)) == []


def more_said(stage: Stage, root: Message) -> None:
    for number in range(40):
        say(stage, "bob", f"{number}")


def more_threads(stage: Stage, root: Message) -> None:
    for number in range(5):
        say(stage, "bob", "answer", reply_to=say(stage, "ann", f"{number}").message.id)


def more_calls(stage: Stage, root: Message) -> None:
    for number in range(5):
        say(stage, "ann", f"@{'room' if number % 2 else 'bob'} {number}")


def more_sanctions(stage: Stage, root: Message) -> None:
    for username in ("bob", "cyn"):
        stage.place("den", username, RoomRole.MEMBER)
        stage.do("ann", Impose(None, username, SanctionKind.MUTE, stage.now * 2))


@pytest.mark.parametrize(
    ("more", "ask"),
    [
        (more_said, lambda stage: stage.run(FindDue(Retention(1), 0, 50).read)),
        (more_threads, lambda stage: stage.do("bob", ListThreads(None, 50))),
        (more_calls, lambda stage: stage.do("bob", ListMentions(None, 50))),
        (more_sanctions, lambda stage: stage.do("mo", ListSanctions(None, None, 50))),
    ],
    ids=["what is due", "one's threads", "one's mentions", "the server's sanctions"],
)
def test_a_longer_answer_takes_no_more_statements(
    stage: Stage, root: Message, more: Callable[[Stage, Message], None], ask: Callable[[Stage], Any]
) -> None:
    say(stage, "ann", "@bob and @room")
    stage.place("lobby", "gus", RoomRole.MEMBER)
    stage.do("ann", Impose(None, "gus", SanctionKind.MUTE, stage.now * 2))
    counts = []
    for grow in (lambda stage, root: None, more):
        grow(stage, root)
        with asked(stage) as statements:
            answer = ask(stage)
        assert answer
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_scan_and_a_sort_are_seen_where_they_are(stage: Stage, root: Message) -> None:
    question = Question("all that was said", lambda stage, root: None, ("nothing at all",))
    statements = [("SELECT text FROM events ORDER BY text", ()), ("SELECT version FROM authority", ())]
    assert faults(question, plans(stage, statements)) == [
        "SCAN events",
        "USE TEMP B-TREE FOR ORDER BY",
        "nothing by nothing at all",
    ]
