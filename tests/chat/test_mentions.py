"""Mentions: who is called by what is written, by whom they may be, and what they find of it."""

from __future__ import annotations

from time import perf_counter

import pytest

from service.chat import mentions
from service.chat.deletions import DeleteMessage
from service.chat.direct import OpenDirect
from service.chat.edits import EditMessage
from service.chat.events import Mentioned
from service.chat.members import JoinRoom, LeaveRoom
from service.chat.mentions import NAMES_MAX, ListMentions, calls_in, may_call_here
from service.chat.reading import ReadRoom
from service.chat.records import Message
from service.chat.roles import Role, RoomRole, Visibility
from service.chat.rooms import SeeRoom
from tests.stage import Stage
from tests.stage_door import say


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("den", visibility=Visibility.PRIVATE)
    for username in ("mo", "bob", "cyn"):
        stage.place("lobby", username, RoomRole.MEMBER)
    return stage


def called(stage: Stage, author: str, text: str, room: str = "lobby", here: tuple[str, ...] = ()) -> set[str]:
    """Who is told of a message."""
    before = len(stage.told)
    say(stage, author, text, room, here=frozenset(stage.who(name).id for name in here))
    names = {stage.who(name).id: name for name in ("ann", "mo", "bob", "cyn", "gus")}
    news = [told for told in stage.told[before:] if isinstance(told.news, Mentioned)]
    assert len(news) <= 1
    return {names[user] for told in news for user in told.users}


def inbox(stage: Stage, username: str) -> list[tuple[str, bool]]:
    return [(one.message.text, one.everybody) for one in stage.do(username, ListMentions(None, 50))]


def counted(stage: Stage, username: str, room: str = "lobby") -> int | None:
    read = stage.do(username, SeeRoom(room)).read
    return None if read is None else read.mentions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hello", None),
        ("@bob", ("bob",)),
        ("hi @bob, @CYN!", ("bob", "cyn")),
        ("(@bob)", ("bob",)),
        ("**@bob**", ("bob",)),
        ("é @bob", ("bob",)),
        ("a line\n@bob", ("bob",)),
        ("@bob.", ("bob.",)),
        ("ann@example.org", None),
        ("é@bob", None),
        ("@@bob", None),
        ("x.@bob https://h/@bob", None),
        ("@", None),
        ("@b", None),
        ("@" + "a" * 33, None),
        ("@" + "a" * 32, ("a" * 32,)),
        ("@ſam", None),
        ("`@bob`", None),
        ("``a ` @bob``", None),
        ("`@bob @cyn` @mo", ("mo",)),
        ("it's 5 ` o'clock, @bob", ("bob",)),
        ("```py\n@bob\n```", None),
        ("```\n@bob", None),
        ("@mo\n  ```\n@bob", ("mo",)),
        ("a ``` @bob", ("bob",)),
        ("`a` @bob `b`", ("bob",)),
    ],
)
def test_a_name_is_called_where_it_stands_as_one_and_not_in_code(text: str, names: tuple[str, ...] | None) -> None:
    found = calls_in(text)
    assert (None if found is None else found.names) == names


@pytest.mark.parametrize("text", ["@here", "@Here!", "so, @HERE."])
def test_whoever_is_here_has_to_be_known_for_a_text_that_calls_them(text: str) -> None:
    found = calls_in(text)
    assert found is not None
    assert found.here
    assert may_call_here(text)
    assert not may_call_here("here, @bob")


def test_the_room_and_who_is_here_are_no_names() -> None:
    found = calls_in("@room. @here, @bob")
    assert found is not None
    assert (found.names, found.room, found.here) == (("bob",), True, True)


def test_so_many_names_are_looked_at() -> None:
    found = calls_in(" ".join(f"@user{number}" for number in range(200)))
    assert found is not None
    assert len(found.names) == NAMES_MAX


@pytest.mark.parametrize("pile", ["`", "``` ", "` ``", "@", "@a", "`@bob` ", "```\n"])
def test_no_text_is_dear_to_look_through(pile: str) -> None:
    """It is looked through where messages are stored: work that grows with the square of it would hold everybody up."""
    begun = perf_counter()
    calls_in("@x" + pile * (40_000 // len(pile)))
    assert perf_counter() - begun < 1.0, "ten times the longest text"


def test_members_are_called_and_nobody_else(stage: Stage) -> None:
    assert called(stage, "bob", "@cyn and @gus, @nobody, @bob") == {"cyn"}, "neither oneself nor who can't read it"
    assert inbox(stage, "cyn") == [("@cyn and @gus, @nobody, @bob", False)]
    assert inbox(stage, "gus") == inbox(stage, "bob") == []


def test_the_end_of_a_sentence_is_no_part_of_a_name_unless_there_is_one(stage: Stage) -> None:
    assert called(stage, "bob", "ask @cyn.") == {"cyn"}
    dotted = stage.user("cyn.", Role.MEMBER)
    stage.do("cyn.", JoinRoom("lobby"))
    before = len(stage.told)
    say(stage, "bob", "ask @cyn.")
    assert [told.users for told in stage.told[before:]] == [frozenset({dotted.id})]


def test_who_moderates_calls_everybody_and_others_say_a_word(stage: Stage) -> None:
    assert called(stage, "bob", "@room") == called(stage, "bob", "@here", here=("mo", "cyn")) == set()
    assert called(stage, "mo", "@room") == {"ann", "bob", "cyn"}
    assert called(stage, "mo", "@here", here=("bob", "mo")) == {"bob"}
    assert inbox(stage, "bob") == [("@here", False), ("@room", True)]
    assert inbox(stage, "mo") == []


def test_by_name_and_with_everybody_is_one_call(stage: Stage) -> None:
    called(stage, "mo", "@room and @bob")
    assert inbox(stage, "bob") == [("@room and @bob", True)]
    assert counted(stage, "bob") == 1


def test_in_a_direct_room_everybody_calls_everybody(stage: Stage) -> None:
    room = stage.do("bob", OpenDirect(("cyn", "gus"))).seen.room
    assert called(stage, "gus", "@room", room.slug) == {"bob", "cyn"}
    assert inbox(stage, "cyn") == [("@room", False)]


def test_a_call_to_the_room_is_for_who_was_in_it(stage: Stage) -> None:
    called(stage, "mo", "@room")
    stage.do("gus", JoinRoom("lobby"))
    assert inbox(stage, "gus") == []
    stage.do("cyn", LeaveRoom("lobby"))
    assert inbox(stage, "cyn") == []


def test_what_was_read_and_what_was_deleted_calls_no_more(stage: Stage) -> None:
    called(stage, "mo", "@bob")
    called(stage, "mo", "@room")
    message: Message = say(stage, "cyn", "@bob!").message
    assert counted(stage, "bob") == 3
    stage.do("cyn", DeleteMessage(message.id))
    assert counted(stage, "bob") == 2
    assert len(inbox(stage, "bob")) == 2
    stage.do("bob", ReadRoom("lobby", message.seq))
    assert counted(stage, "bob") == 0
    assert len(inbox(stage, "bob")) == 2, "the inbox is not emptied by reading"
    assert counted(stage, "mo") == 0, "one's own call to everybody calls oneself not"


def test_an_edit_calls_nobody(stage: Stage) -> None:
    message = say(stage, "bob", "x").message
    stage.do("bob", EditMessage(message.id, "@cyn"))
    assert inbox(stage, "cyn") == []


def test_the_inbox_comes_in_pages(stage: Stage) -> None:
    for number in range(5):
        called(stage, "mo", f"{number} {'@room' if number % 2 else '@bob'}")
    seen = stage.do("bob", ListMentions(None, 2))
    while page := stage.do("bob", ListMentions(seen[-1].id, 2)):
        seen += page
    assert [one.message.text[0] for one in seen] == ["4", "3", "2", "1", "0"]
    assert mentions.NAMES_MAX == NAMES_MAX
