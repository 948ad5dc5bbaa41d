"""What was exported and imported says the same, for any small server; and a line that can't be is refused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields, replace
from io import BytesIO
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.chat.deletions import DeleteMessage
from service.chat.edits import EditMessage
from service.chat.errors import Refusal
from service.chat.members import JoinRoom, LeaveRoom
from service.chat.pins import PinMessage
from service.chat.portable import (
    Account,
    Attachment,
    Emoji,
    Ending,
    Extent,
    Heading,
    Line,
    Mark,
    Membership,
    Place,
    Saying,
    Wording,
)
from service.chat.reactions import React
from service.chat.reading import ReadRoom
from service.chat.records import FOREVER, File
from service.chat.roles import Role, Visibility
from service.chat.rooms import SETTINGS
from service.chat.stores.files import Blobs
from service.storage.exports import Export, Whose
from service.storage.import_room import Imported, Unfit
from service.storage.imports import Brought, Conflicts, Import
from service.wire import portable
from tests.stage import CAST, STARTED_AT, Stage
from tests.stage_door import say

ROOMS = ("lobby", "den")
NOW = STARTED_AT


class NoBlobs:
    """A store of files with one content in it."""

    def open(self, key: str, start: int = 0) -> BinaryIO:
        return BytesIO(b"content"[start:])


def exported(stage: Stage, of: Extent = Extent.SERVER, id: int = 0) -> list[Line]:
    with stage.transaction() as tx:
        return list(Export(tx.connection, cast(Blobs, NoBlobs()), Whose(of, id), NOW).lines())


def kept(attachment: Attachment) -> Brought:
    file = File(attachment.id, attachment.name, attachment.type, attachment.size)
    return Brought(file, attachment.id, bytes.fromhex(attachment.sha256 or ""), 0)


def imported(stage: Stage, lines: list[Line]) -> Imported:
    with stage.transaction() as tx:
        incoming = Import(tx, lambda text: None, kept)
        for line in lines:
            incoming.take(portable.decode(portable.encode(line)))
        return incoming.end()


def content(lines: list[Line]) -> list[Line]:
    """What they say, with the seqs that a room's messages have among themselves."""
    said: dict[tuple[str, int], int] = {}
    found: list[Line] = []
    for line in lines:
        match line:
            case Saying():
                said[line.room, line.seq] = len(said)
                root = None if line.root is None else said[line.room, line.root]
                reply_to = None if line.reply_to is None else said[line.room, line.reply_to]
                found.append(replace(line, seq=said[line.room, line.seq], root=root, reply_to=reply_to))
            case Membership():
                found.append(replace(line, read=0))
            case Heading() | Ending():
                pass
            case _:
                found.append(line)
    return found


def unread(stage: Stage) -> dict[str, dict[str, int]]:
    """How many messages are unread, by member and room."""
    with stage.transaction() as tx:
        found: dict[str, dict[str, int]] = {}
        for name in CAST:
            user = tx.users.by_username(name)
            assert user is not None
            for room_id, read in tx.members.reads(user.id).items():
                room = tx.rooms.get(room_id)
                assert room is not None
                found.setdefault(name, {})[room.slug] = read.unread
        return found


def peopled() -> Stage:
    stage = Stage()
    for slug in ROOMS:
        stage.room(slug)
        for name in ("mo", "bob", "cyn"):
            stage.do(name, JoinRoom(slug))
    return stage


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["say", "reply", "edit", "react", "pin", "delete", "read"]),
        st.sampled_from(["ann", "mo", "bob", "cyn"]),
        st.sampled_from(ROOMS),
        st.integers(0, 20),
        st.text("aöz😀 \n", min_size=1, max_size=12).map(str.strip).filter(bool),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)  # what a stage takes depends on what else the machine does
@given(acts=ACTS)
def test_any_small_server_is_the_same_after_its_export_was_imported(
    acts: list[tuple[str, str, str, int, str]],
) -> None:
    stage = peopled()
    messages: dict[str, list[str]] = {slug: [] for slug in ROOMS}
    for act in acts:
        with suppress(Refusal):  # not everybody may do everything to everything
            _do(stage, messages[act[2]], *act)
    lines, shown, waiting = exported(stage), threads(stage), unread(stage)
    epochs = {slug: stage.seen(slug).epoch for slug in ROOMS}
    other = Stage(cast=())  # in place of the first one
    other.now = stage.now
    counts = imported(other, lines)
    assert content(exported(other)) == content(lines)
    assert counts.messages == sum(map(len, messages.values()))
    assert (threads(other), unread(other)) == (shown, waiting)
    for slug in ROOMS:
        room = other.seen(slug)
        events = other.run(lambda tx, room=room: tx.log.events(room, 0, 10_000))  # type: ignore[misc]
        assert [event.seq for event in events] == list(range(1, room.seq + 1)), "without holes"
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert room.epoch != epochs[slug]


def _do(stage: Stage, there: list[str], what: str, who: str, slug: str, which: int, text: str) -> None:
    target = there[which % len(there)] if there else None
    if what == "say" or target is None:
        there.append(say(stage, who, text, slug).message.id)
    elif what == "reply":
        there.append(say(stage, who, text, slug, reply_to=target).message.id)
    elif what == "edit":
        stage.do(who, EditMessage(target, text))
    elif what == "react":
        stage.do(who, React(target, "👍", which % 2 == 0))
    elif what == "pin":
        stage.do(who, PinMessage(target, which % 3 > 0))
    elif what == "read":
        stage.do(who, ReadRoom(slug, which % (stage.seen(slug).seq + 1)))
    else:
        stage.do(who, DeleteMessage(target))


def threads(stage: Stage) -> dict[str, list[int]]:
    """How many replies each message has."""
    found = {}
    for slug in ROOMS:
        room = stage.seen(slug)
        messages = stage.run(lambda tx, room=room: tx.log.messages(room, 1_000))  # type: ignore[misc]
        found[slug] = [0 if message.thread is None else message.thread.replies for message in messages]
    return found


AT = NOW - 1_000
HEADING = Heading(1, Extent.SERVER, "1.0.0", AT)
BOB = Account("bob", "Bob", "member", AT)
PUB = Place("pub", "Pub", "", "public", "member", "member", AT)
THERE = Membership("pub", "bob", "owner", AT)
HELLO = Saying("pub", 7, "bob", AT, "hello")
FILE = Attachment("f1", "a.txt", "text/plain", 7, "ab" * 32)
SOON = AT + 86_400_000  # tomorrow


def whole(*lines: Line) -> list[Line]:
    return [HEADING, *lines, Ending(len(lines) + 2)]


def test_a_room_comes_with_all_its_settings() -> None:
    settings: dict[str, Any] = {"topic": "Tea", "locked": True, "slow_mode": 5, "receipts": True, "retention_days": 30}
    stage = Stage()
    stage.room("den", visibility=Visibility.PRIVATE, join_role=Role.MEMBER, post_role=Role.MODERATOR, **settings)
    assert {field.name for field in fields(Place)} >= set(SETTINGS), "what a room can be set to is exported"
    before = {name: getattr(stage.seen("den"), name) for name in SETTINGS}
    lines = exported(stage)
    other = Stage(cast=())
    imported(other, lines)
    room = other.seen("den")
    assert {name: getattr(room, name) for name in SETTINGS} == before


def test_who_is_here_already_gets_what_they_said_elsewhere() -> None:
    stage = Stage()
    before = stage.who("bob")
    counts = imported(stage, whole(replace(BOB, name="Another Bob", role="admin"), PUB, THERE, HELLO))
    assert (counts.known, counts.users, stage.who("bob")) == (["bob"], 0, before), "and stays as they are"
    room = stage.seen("pub")
    (message,) = stage.run(lambda tx: tx.log.messages(room, 10))
    assert (message.author.username, message.text, message.seq) == ("bob", "hello", 2)


def test_who_may_not_come_in_here_is_left_out() -> None:
    stage = Stage()
    guest = Account("gus", "Gus", "member", AT)
    counts = imported(stage, whole(guest, PUB, Membership("pub", "gus", "member", AT)))
    assert (counts.members, counts.left_out, stage.places("pub")) == (0, 1, {})


def test_files_come_with_their_message_or_are_counted() -> None:
    stage = Stage()
    imported(stage, whole(BOB, PUB, THERE, replace(HELLO, text="", files=(FILE,))))
    room = stage.seen("pub")
    (message,) = stage.run(lambda tx: tx.log.messages(room, 10))
    assert [file.name for file in message.files] == ["a.txt"]
    with stage.transaction() as tx:
        incoming = Import(tx, lambda text: None, lambda attachment: None)
        for line in whole(BOB, replace(PUB, slug="bar"), replace(HELLO, room="bar", files=(FILE,))):
            incoming.take(line)
        assert incoming.end().missing == 1


def test_reactions_of_one_time_keep_the_order_in_which_they_come() -> None:
    stage = Stage()
    put = (Emoji("👍", "cyn", AT), Emoji("🎉", "bob", AT), Emoji("👍", "bob", AT))
    cyn = replace(BOB, username="cyn")
    imported(stage, whole(BOB, cyn, PUB, THERE, replace(HELLO, reactions=put)))
    (message,) = stage.run(lambda tx: tx.log.messages(tx.rooms.by_slug("pub"), 10))  # type: ignore[arg-type]
    assert [(each.emoji, each.users) for each in message.reactions] == [("👍", ("cyn", "bob")), ("🎉", ("bob",))]


def test_all_conflicts_are_named_at_once_and_nothing_comes() -> None:
    stage = Stage()
    stage.room("pub")
    stage.run(lambda tx: tx.users.delete(stage._user(tx, "gus").id))
    before = stage.dump()
    gus, clerk = replace(BOB, username="gus"), replace(BOB, username="cyn", bot=True)
    with pytest.raises(Conflicts) as caught:
        imported(stage, whole(gus, clerk, PUB, THERE))
    assert [found.partition(":")[0] for found in caught.value.found] == ["The user gus", "The user cyn", "The room pub"]
    assert stage.dump() == before


def test_an_import_is_not_done_twice() -> None:
    stage = Stage()
    lines = whole(BOB, PUB, THERE, HELLO)
    imported(stage, lines)
    with pytest.raises(Conflicts, match="The room pub"):
        imported(stage, lines)


@pytest.mark.parametrize(
    "lines",
    [
        [BOB, Ending(2)],
        [HEADING, HEADING, Ending(3)],
        [HEADING, BOB],
        [HEADING, BOB, Ending(7)],
        [*whole(BOB), BOB],
        [replace(HEADING, version=2), Ending(2)],
        [replace(HEADING, of=Extent.PERSON), Ending(2)],
        whole(PUB, THERE),
        whole(BOB, THERE),
        whole(BOB, PUB, HELLO, HELLO),
        whole(BOB, PUB, replace(HELLO, reply_to=6, root=6)),
        whole(BOB, PUB, replace(HELLO, text=" ")),
        whole(BOB, PUB, replace(HELLO, text="x" * 4_001)),
        whole(BOB, PUB, replace(HELLO, deleted=Mark("nobody", AT))),
        whole(replace(BOB, username="../evil")),
        whole(replace(BOB, username="system")),
        whole(replace(BOB, role="god")),
        whole(replace(BOB, created_at=SOON)),
        whole(BOB, replace(PUB, created_at=FOREVER)),
        whole(BOB, PUB, replace(THERE, joined_at=SOON)),
        whole(BOB, PUB, replace(HELLO, at=SOON)),
        whole(BOB, PUB, replace(HELLO, edited_at=SOON)),
        whole(BOB, PUB, replace(HELLO, before=(Wording("hi", SOON),))),
        whole(BOB, PUB, replace(HELLO, deleted=Mark("bob", SOON))),
        whole(BOB, PUB, replace(HELLO, pinned=Mark("bob", SOON))),
        whole(BOB, PUB, replace(HELLO, reactions=(Emoji("👍", "bob", SOON),))),
        whole(BOB, PUB, replace(HELLO, reactions=tuple(Emoji(f":e{n}:", "bob", AT) for n in range(31)))),
        whole(BOB, PUB, replace(HELLO, seq=0)),
        whole(BOB, PUB, replace(HELLO, seq=-7)),
        whole(BOB, PUB, replace(HELLO, seq=2**70)),
        whole(BOB, PUB, replace(HELLO, files=(FILE,) * 2)),
        whole(BOB, PUB, replace(HELLO, files=(FILE,)), replace(HELLO, seq=8, files=(FILE,))),
        whole(BOB, PUB, replace(HELLO, files=tuple(replace(FILE, id=f"f{n}") for n in range(11)))),
        whole(BOB, replace(PUB, slug="A b")),
        whole(BOB, replace(PUB, slug="dm-1")),
        whole(BOB, replace(PUB, visibility="secret")),
        whole(BOB, replace(PUB, slow_mode=-1)),
        whole(BOB, replace(PUB, retention_days=36_501)),
        whole(BOB, PUB, replace(THERE, role="god")),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_nothing_comes(lines: list[Line]) -> None:
    stage = Stage(cast=())
    before = stage.dump()
    with pytest.raises((Unfit, Refusal)):
        imported(stage, lines)
    assert stage.dump() == before


def test_an_export_of_a_person_is_theirs_alone() -> None:
    stage = peopled()
    say(stage, "bob", "what bob said", "lobby")
    say(stage, "cyn", "what cyn said", "lobby")
    lines = exported(stage, Extent.PERSON, stage.who("bob").id)
    assert [line.username for line in lines if isinstance(line, Account)] == ["bob"]
    assert [line.text for line in lines if isinstance(line, Saying)] == ["what bob said"]
    assert {line.room for line in lines if isinstance(line, Membership)} == set(ROOMS)


def test_an_export_of_a_room_names_nobody_who_was_never_there() -> None:
    stage = peopled()
    say(stage, "bob", "hello", "lobby")
    stage.do("bob", LeaveRoom("lobby"))
    lines = exported(stage, Extent.ROOM, stage.seen("lobby").id)
    assert {line.username for line in lines if isinstance(line, Account)} == {"ann", "mo", "bob", "cyn"}
    assert {line.slug for line in lines if isinstance(line, Place)} == {"lobby"}
