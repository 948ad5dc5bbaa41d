"""Direct rooms: found by who is in them, seen by nobody else; and blocks, which end a talk of two."""

from __future__ import annotations

from itertools import permutations

import pytest

from service.chat.blocks import Block, ListBlocked
from service.chat.direct import PEOPLE_MAX, OpenDirect
from service.chat.errors import Code, Refusal
from service.chat.events import Invited, MemberJoined
from service.chat.members import LeaveRoom, SetMember
from service.chat.messages import ListMessages
from service.chat.permissions import ExplainPermissions
from service.chat.pins import PinMessage
from service.chat.policy import Action
from service.chat.ports import Page
from service.chat.reactions import React
from service.chat.records import Room
from service.chat.reports import ListReports, ReportMessage
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, DeleteRoom, ListRooms, SeeRoom
from service.chat.users import ChangeUser
from tests.stage import Stage
from tests.stage_door import say, silenced

EVERYTHING = Page(None, 200)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def opened(stage: Stage, by: str, *others: str) -> Room:
    return stage.do(by, OpenDirect(others)).seen.room


def listed(stage: Stage, username: str) -> list[str]:
    return [seen.room.slug for seen in stage.do(username, ListRooms(EVERYTHING))]


def test_the_same_people_have_one_room_whoever_asks_in_whichever_order(stage: Stage) -> None:
    found = {opened(stage, first, *rest).slug for first, *rest in permutations(("bob", "cyn", "mo"))}
    assert len(found) == 1
    assert found != {opened(stage, "bob", "cyn").slug}
    assert opened(stage, "bob", "cyn", "bob", "CYN").slug == opened(stage, "cyn", "bob").slug


def test_its_slug_says_nothing_of_who_is_in_it(stage: Stage) -> None:
    room = opened(stage, "bob", "cyn")
    assert room.slug.startswith("dm-")
    assert not {"bob", "cyn"} & set(room.slug.split("-"))
    assert len(room.slug) > 20
    assert (room.visibility, room.members, room.name) == (Visibility.DIRECT, 2, "bob, cyn")
    assert stage.places(room.slug) == {"bob": RoomRole.MEMBER, "cyn": RoomRole.MEMBER}
    assert [told.users for told in stage.told if isinstance(told.news, Invited)] == [frozenset({stage.who("cyn").id})]


def test_nobody_else_sees_it_not_even_admins(stage: Stage) -> None:
    room = opened(stage, "bob", "cyn")
    message = say(stage, "bob", "psst", room=room.slug).message
    for username in ("ann", "mo", "gus"):
        assert room.slug not in listed(stage, username)
        for ask in (SeeRoom(room.slug), ListMessages(room.slug, 5), LeaveRoom(room.slug), DeleteRoom(room.slug)):
            assert stage.refusal(username, ask).code is Code.NOT_FOUND
        assert stage.refusal(username, React(message.id, "\U0001f44d", on=True)).code is Code.NOT_FOUND
    assert room.slug in listed(stage, "cyn")


def test_nobody_moderates_it_and_nobody_else_comes_in(stage: Stage) -> None:
    room = opened(stage, "ann", "bob")
    for ask in (SetMember(room.slug, "cyn"), ChangeRoom(room.slug, locked=True), DeleteRoom(room.slug)):
        assert stage.refusal("ann", ask).code is Code.FORBIDDEN
    message = say(stage, "bob", "x", room=room.slug).message
    assert stage.do("bob", PinMessage(message.id, on=True)).pinned is not None


def test_what_one_may_do_there_is_explained_rule_by_rule(stage: Stage) -> None:
    room = opened(stage, "bob", "cyn")
    found = {one.action: one.allowed for one in stage.do("bob", ExplainPermissions(room.slug)).actions}
    can = stage.do("bob", SeeRoom(room.slug)).standing
    assert {Action.PIN, Action.CALL} <= {action for action, allowed in found.items() if allowed}
    assert not found[Action.MODERATE]
    assert can.rank < 2


def test_who_has_left_is_called_back(stage: Stage) -> None:
    room = opened(stage, "bob", "cyn")
    stage.do("cyn", LeaveRoom(room.slug))
    assert stage.refusal("cyn", SeeRoom(room.slug)).code is Code.NOT_FOUND
    events = stage.heard(lambda: opened(stage, "bob", "cyn"))
    assert [event.member.user.username for event in events if isinstance(event, MemberJoined)] == ["cyn"]
    assert stage.heard(lambda: opened(stage, "cyn", "bob")) == []


def test_who_may_not_is_told_why(stage: Stage) -> None:
    assert stage.refusal("bob", OpenDirect(("bob",))).code is Code.INVALID
    assert stage.refusal("bob", OpenDirect(("nobody",))).code is Code.NOT_FOUND
    assert stage.refusal("gus", OpenDirect(("bob",))).code is Code.ROLE_TOO_LOW
    assert stage.refusal("bob", OpenDirect(("cyn",)), frozenset({Scope.READ})).code is Code.INSUFFICIENT_SCOPE
    crowd = tuple(f"user{number}" for number in range(PEOPLE_MAX))
    for username in crowd:
        stage.user(username, Role.MEMBER)
    assert stage.refusal("bob", OpenDirect(crowd)).code is Code.INVALID
    assert opened(stage, "bob", *crowd[1:]).members == PEOPLE_MAX
    stage.do("ann", ChangeUser("cyn", suspended=True))
    assert stage.refusal("bob", OpenDirect(("cyn",))).code is Code.CONFLICT


# Blocks


@pytest.mark.parametrize(("blocker", "blocked"), [("bob", "cyn"), ("cyn", "bob")])
def test_a_block_ends_a_talk_of_two_both_ways_in_the_same_words(stage: Stage, blocker: str, blocked: str) -> None:
    room = opened(stage, "bob", "cyn")
    message = say(stage, blocked, "hello", room=room.slug).message
    stage.do(blocker, Block(blocked, on=True))
    words = set()
    for username, other in (("bob", "cyn"), ("cyn", "bob")):
        refusal = silenced(stage, username, room.slug)
        assert (refusal.code, refusal.why and (refusal.why.rule, refusal.why.by)) == (Code.FORBIDDEN, ("block", None))
        words.add(refusal.message)
        again = stage.refusal(username, OpenDirect((other,)))
        assert (again.code, again.why and again.why.rule) == (Code.FORBIDDEN, "block")
        assert stage.refusal(username, React(message.id, "\U0001f44d", on=True)).code is Code.FORBIDDEN
        assert stage.refusal(username, PinMessage(message.id, on=True)).why == refusal.why, "a pin is heard, too"
        assert stage.do(username, ListMessages(room.slug, 5)), "what was said can be read"
        shown = {seen.room.slug: seen.standing for seen in stage.do(username, ListRooms(EVERYTHING))}
        assert shown[room.slug] == stage.do(username, SeeRoom(room.slug)).standing
        assert shown[room.slug].blocked
    assert len(words) == 1
    stage.do(blocker, Block(blocked, on=False))
    say(stage, blocked, "hello again", room=room.slug)


def test_a_block_counts_for_a_post_that_brings_its_ruling(stage: Stage) -> None:
    room = opened(stage, "bob", "cyn")
    before = stage.run(lambda tx: tx.authority.version())
    stage.do("cyn", Block("bob", on=True))
    users, _, _ = stage.run(lambda tx: tx.authority.changed_since(before))
    assert {stage.who("bob").id, stage.who("cyn").id} <= users
    with pytest.raises(Refusal):
        say(stage, "bob", "still there?", room=room.slug)


def test_in_a_group_and_elsewhere_people_talk_on(stage: Stage) -> None:
    room = opened(stage, "bob", "cyn", "mo")
    stage.do("cyn", Block("bob", on=True))
    say(stage, "bob", "hello", room=room.slug)
    stage.do("mo", LeaveRoom(room.slug))
    assert silenced(stage, "bob", room.slug).code is Code.FORBIDDEN, "two of them are left"


def test_a_block_is_ones_own_affair(stage: Stage) -> None:
    assert stage.heard(lambda: stage.do("bob", Block("cyn", on=True))) == []
    assert stage.told == []
    stage.do("bob", Block("cyn", on=True))
    assert [user.username for user in stage.do("bob", ListBlocked(EVERYTHING))] == ["cyn"]
    assert stage.do("cyn", ListBlocked(EVERYTHING)) == []
    assert stage.refusal("bob", Block("bob", on=True)).code is Code.INVALID
    assert stage.refusal("bob", Block("nobody", on=True)).code is Code.NOT_FOUND
    stage.do("bob", Block("cyn", on=False))
    assert stage.do("bob", ListBlocked(EVERYTHING)) == []


def test_a_participant_reports_and_moderators_see_that_message_alone(stage: Stage) -> None:
    room = opened(stage, "bob", "cyn")
    message = say(stage, "cyn", "you fool", room=room.slug).message
    stage.do("bob", ReportMessage(message.id, "insults me"))
    assert stage.refusal("gus", ReportMessage(message.id, "x")).code is Code.NOT_FOUND
    (report,) = stage.do("mo", ListReports(None, None, None, 5))
    assert report.message.text == "you fool"
    assert stage.refusal("mo", SeeRoom(room.slug)).code is Code.NOT_FOUND
