"""Reactions: what is one emoji, who may put it there, and what is told of it."""

from __future__ import annotations

import pytest

from service.chat.deletions import DeleteMessage, SeeMessage
from service.chat.errors import Code, Refusal
from service.chat.events import ReactionAdded, ReactionRemoved
from service.chat.reactions import KINDS_MAX, React, emoji
from service.chat.records import Message, SanctionKind
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom
from service.chat.sanctions import Impose
from tests.stage import TICK, Stage
from tests.stage_door import say

THUMB, HEART = "\U0001f44d", "❤️"


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("den", visibility=Visibility.PRIVATE)
    for username in ("mo", "bob", "cyn"):
        stage.place("lobby", username, RoomRole.MEMBER)
    return stage


@pytest.fixture
def message(stage: Stage) -> Message:
    return say(stage, "bob", "hello").message


@pytest.mark.parametrize(
    "one",
    [
        THUMB,
        "\U0001f44d\U0001f3fd",  # with a skin tone
        HEART,
        "❤",
        "☺️",
        "©",
        "‼️",
        "↔️",
        "1️⃣",
        "#⃣",
        "\U0001f1e9\U0001f1ea",  # the flag of Germany
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # of England
        "\U0001f468‍\U0001f469‍\U0001f467‍\U0001f466",  # a family
        "\U0001f9d1\U0001f3fb‍❤️‍\U0001f48b‍\U0001f9d1\U0001f3ff",  # a kiss with skin tones
        "\U0001f575️‍♂️",
        "\U0001fae8",  # of Unicode 15
        "\U0001faff",  # a place for one that is yet to come
        ":party_parrot:",
        ":+1:",
    ],
)
def test_one_emoji_is_one(one: str) -> None:
    assert emoji(one) == one


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        " ",
        "a",
        "1",
        "#",
        "hello",
        "<b>",
        THUMB * 2,
        f"{THUMB} ",
        f" {THUMB}",
        f"{THUMB}\n",
        f"{THUMB}a",
        "‍",
        "️",
        f"‍{THUMB}",
        f"{THUMB}‍",
        "\U0001f1e9",
        "\U0001f1e9\U0001f1ea\U0001f1e9",
        "\U0001f468‍" * 9 + "\U0001f468",
        "‮" + THUMB,
        "\0",
        "\ud83d",
        ":",
        "::",
        ":Parrot:",
        ":a b:",
        ":" + "a" * 33 + ":",
        ":a:\n",
        "∑",
        "́",
    ],
)
def test_what_is_none_or_more_than_one_is_invalid(wrong: str) -> None:
    with pytest.raises(Refusal) as caught:
        emoji(wrong)
    assert (caught.value.code, caught.value.errors[0].field) == (Code.INVALID, "emoji")


def test_a_reaction_is_counted_and_named_in_the_order_of_their_coming(stage: Stage, message: Message) -> None:
    stage.do("cyn", React(message.id, THUMB, on=True))
    stage.do("bob", React(message.id, HEART, on=True))
    shown = stage.do("bob", React(message.id, THUMB, on=True))
    assert [(r.emoji, r.count, r.users) for r in shown.reactions] == [(THUMB, 2, ("cyn", "bob")), (HEART, 1, ("bob",))]
    added = [event for event in stage.events if isinstance(event, ReactionAdded)]
    assert [(e.message_id, e.emoji, e.user, e.count) for e in added] == [
        (message.id, THUMB, "cyn", 1),
        (message.id, HEART, "bob", 1),
        (message.id, THUMB, "bob", 2),
    ]


@pytest.mark.parametrize("back", [TICK, TICK + 1], ids=["in one millisecond", "while the clock goes back"])
def test_their_order_is_that_of_their_events_whatever_the_clock_says(stage: Stage, message: Message, back: int) -> None:
    for username, one in (("cyn", HEART), ("mo", THUMB), ("bob", THUMB), ("bob", ":a:"), ("mo", HEART)):
        stage.do(username, React(message.id, one, on=True))
        stage.now -= back
    shown = stage.do("bob", SeeMessage(message.id))
    assert [(r.emoji, r.users) for r in shown.reactions] == [
        (HEART, ("cyn", "mo")),
        (THUMB, ("mo", "bob")),
        (":a:", ("bob",)),
    ]


def test_what_is_there_already_or_is_not_there_is_no_event(stage: Stage, message: Message) -> None:
    stage.do("cyn", React(message.id, THUMB, on=True))
    assert stage.heard(lambda: stage.do("cyn", React(message.id, THUMB, on=True))) == []
    assert stage.heard(lambda: stage.do("bob", React(message.id, THUMB, on=False))) == []
    (removed,) = stage.heard(lambda: stage.do("cyn", React(message.id, THUMB, on=False)))
    assert isinstance(removed, ReactionRemoved)
    assert (removed.user, removed.count) == ("cyn", 0)
    assert stage.heard(lambda: stage.do("cyn", React(message.id, THUMB, on=False))) == []


def test_so_many_emoji_stand_under_one_message(stage: Stage, message: Message) -> None:
    for number in range(KINDS_MAX):
        stage.do("bob", React(message.id, f":e{number}:", on=True))
    refusal = stage.refusal("cyn", React(message.id, THUMB, on=True))
    assert (refusal.code, refusal.why and refusal.why.rule) == (Code.LIMIT, "emoji_per_message")
    stage.do("cyn", React(message.id, ":e1:", on=True))


def test_who_may_not_is_told_why(stage: Stage, message: Message) -> None:
    react = React(message.id, THUMB, on=True)
    outside = stage.refusal("gus", react)
    assert (outside.code, outside.why and outside.why.rule) == (Code.NOT_JOINED, "membership")
    assert stage.refusal("cyn", react, frozenset({Scope.READ})).code is Code.INSUFFICIENT_SCOPE
    stage.do("ann", ChangeRoom("lobby", locked=True, reason="calm down"))
    locked = stage.refusal("cyn", react)
    assert (locked.code, locked.why and (locked.why.by, locked.why.reason)) == (Code.LOCKED, ("ann", "calm down"))
    stage.do("ann", ChangeRoom("lobby", locked=False))
    stage.do("mo", Impose("lobby", "cyn", SanctionKind.MUTE, None, "spam"))
    muted = stage.refusal("cyn", react)
    assert (muted.code, muted.why and muted.why.by) == (Code.MUTED, "mo")
    stage.do("mo", Impose("lobby", "cyn", SanctionKind.BAN, None, "spam"))
    assert stage.refusal("cyn", react).code is Code.BANNED


def test_a_closed_post_gate_lets_people_react(stage: Stage, message: Message) -> None:
    stage.do("ann", ChangeRoom("lobby", post_role=Role.MODERATOR))
    assert stage.do("cyn", React(message.id, THUMB, on=True)).reactions


def test_what_is_deleted_or_not_to_be_seen_is_not_found(stage: Stage, message: Message) -> None:
    hidden = say(stage, "ann", "psst", room="den").message
    stage.do("bob", DeleteMessage(message.id))
    for id in (message.id, hidden.id, "m1", ""):
        assert stage.refusal("cyn", React(id, THUMB, on=True)).code is Code.NOT_FOUND
