"""Who was called, in the database: pages of it, over rooms of which some are left, joined late, or full of calls."""

from __future__ import annotations

import random

import pytest

from service.chat.deletions import DeleteMessage
from service.chat.members import LeaveRoom
from service.chat.messages import Message
from service.chat.roles import RoomRole
from service.storage import members
from tests.stage import Stage
from tests.stage_door import say

ROOMS = ("lobby", "news", "den", "tea")


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    for slug in ROOMS:
        stage.room(slug)
        for username in ("bob", "cyn"):
            stage.place(slug, username, RoomRole.MEMBER)
    return stage


def called(stage: Stage, username: str, limit: int) -> list[tuple[str, bool]]:
    """All pages of who was called, one after another: texts, and whether everybody was."""
    user, before, found = stage.who(username), None, []
    while True:
        page = stage.run(lambda tx, before=before: tx.mentions.of_user(user.id, before, limit))
        found += [(mention.message.text, mention.everybody) for mention in page]
        if len(page) < limit:
            return found
        before = page[-1].id


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_are_what_a_look_at_every_message_would_find(stage: Stage, limit: int) -> None:
    fate, said, expected = random.Random(limit), [], []
    for number in range(60):
        slug, author = fate.choice(ROOMS[:2] if number % 3 else ROOMS), fate.choice(("ann", "bob"))
        whom = fate.choice(("@room", "@cyn", "nobody", "@bob"))
        said.append(say(stage, author, f"{whom} {number}", slug).message)
    deleted = [message for message in said if fate.random() < 0.2]
    for message in deleted:
        stage.do("ann", DeleteMessage(message.id))
    stage.do("cyn", LeaveRoom("tea"))
    for message in reversed(said):
        text = message.text
        if message not in deleted and message.room != "tea" and text.startswith(("@room", "@cyn")):
            everybody = text.startswith("@room")
            if everybody and message.author.username != "ann":
                continue  # bob may call nobody but by name
            expected.append((text, everybody))
    assert len(expected) > 10
    assert called(stage, "cyn", limit) == expected


def test_who_comes_late_was_not_called_before_and_hears_of_the_next(stage: Stage) -> None:
    for number in range(5):
        say(stage, "ann", f"@room before {number}", ROOMS[number % 2])
    for slug in ROOMS:
        stage.place(slug, "mo", RoomRole.MEMBER)
    assert called(stage, "mo", 50) == []
    say(stage, "ann", "@room now", "den")
    say(stage, "ann", "@room and now", "lobby")
    assert called(stage, "mo", 50) == [("@room and now", True), ("@room now", True)]
    assert called(stage, "mo", 1) == called(stage, "mo", 50)


def test_a_room_of_deleted_calls_hides_no_other_rooms(stage: Stage) -> None:
    kept = say(stage, "ann", "@room kept", "den").message
    gone: list[Message] = [say(stage, "ann", f"@room {number}", "lobby").message for number in range(4)]
    for message in gone:
        stage.do("ann", DeleteMessage(message.id))
    assert called(stage, "cyn", 2) == [(kept.text, True)]


def test_ones_own_calls_are_none(stage: Stage) -> None:
    say(stage, "ann", "@room hello")
    assert called(stage, "ann", 50) == []
    assert called(stage, "cyn", 50) == [("@room hello", True)]


def test_counting_ends_where_it_no_longer_tells_anything(stage: Stage) -> None:
    for number in range(members.CALLED_MAX + 2):
        say(stage, "ann", f"{'@cyn' if number % 2 else '@room'} {number}")
    lobby = stage.seen("lobby")
    for username, counted in (("cyn", members.CALLED_MAX), ("bob", members.CALLED_MAX // 2 + 1), ("ann", 0)):
        user = stage.who(username)
        assert stage.run(lambda tx, user=user: tx.members.reads(user.id, lobby.id))[lobby.id].mentions == counted
