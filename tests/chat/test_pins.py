"""Pins: who sets them, what is shown, and what becomes of a pin whose message is deleted."""

from __future__ import annotations

import pytest

from service.chat import pins
from service.chat.deletions import DeleteMessage
from service.chat.errors import Code
from service.chat.events import MessagePinned, MessageUnpinned
from service.chat.pins import ListPins, PinMessage
from service.chat.roles import Role, RoomRole
from service.chat.undo import Undo
from tests.stage import Stage
from tests.stage_door import say


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    for username in ("mo", "bob", "cyn"):
        stage.place("lobby", username, RoomRole.MEMBER)
    return stage


def pinned(stage: Stage) -> list[str]:
    return [message.text for message in stage.do("cyn", ListPins("lobby"))]


def test_a_pin_is_an_event_and_the_latest_stands_first(stage: Stage) -> None:
    first, second = say(stage, "bob", "first").message, say(stage, "bob", "second").message
    stage.do("mo", PinMessage(second.id, on=True))
    shown = stage.do("mo", PinMessage(first.id, on=True))
    assert shown.pinned is not None
    assert (shown.pinned.by, shown.pinned.at) == ("mo", stage.now)
    assert isinstance(stage.events[-1], MessagePinned)
    assert pinned(stage) == ["first", "second"]
    assert stage.heard(lambda: stage.do("ann", PinMessage(first.id, on=True))) == []
    (taken,) = stage.heard(lambda: stage.do("ann", PinMessage(first.id, on=False)))
    assert isinstance(taken, MessageUnpinned)
    assert (taken.message_id, taken.by) == (first.id, "ann")
    assert stage.heard(lambda: stage.do("ann", PinMessage(first.id, on=False))) == []
    assert pinned(stage) == ["second"]


def test_it_is_for_who_moderates_the_room_and_is_in_it(stage: Stage) -> None:
    message = say(stage, "bob", "x").message
    refusal = stage.refusal("bob", PinMessage(message.id, on=True))
    assert (refusal.code, refusal.why and refusal.why.rule) == (Code.FORBIDDEN, "room_moderator")
    assert stage.refusal("gus", PinMessage(message.id, on=True)).code is Code.NOT_JOINED


def test_a_deleted_message_takes_nobodys_place_and_comes_back_with_its_pin(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "PINS_MAX", 1)
    first, second = say(stage, "bob", "first").message, say(stage, "bob", "second").message
    stage.do("mo", PinMessage(first.id, on=True))
    full = stage.refusal("mo", PinMessage(second.id, on=True))
    assert (full.code, full.why and full.why.rule) == (Code.LIMIT, "pins_per_room")
    deleted = stage.do("bob", DeleteMessage(first.id))
    assert pinned(stage) == []
    stage.do("mo", PinMessage(second.id, on=True))
    assert deleted.action is not None
    stage.do("bob", Undo(deleted.action.uid))
    assert pinned(stage) == ["second", "first"]


def test_the_pin_of_a_deleted_message_can_be_taken_off_and_none_be_set(stage: Stage) -> None:
    message = say(stage, "bob", "x").message
    stage.do("mo", PinMessage(message.id, on=True))
    stage.do("bob", DeleteMessage(message.id))
    stage.do("mo", PinMessage(message.id, on=False))
    assert stage.refusal("mo", PinMessage(message.id, on=True)).code is Code.NOT_FOUND
