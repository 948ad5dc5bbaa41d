"""Giving a message another text: by whom, for how long, past which filters; and who sees what it said before."""

from __future__ import annotations

from itertools import count

import pytest

from service.chat.deletions import DeleteMessage, DeleteMessages, FindMessages
from service.chat.edits import EDITS_MAX, EditMessage, ListRevisions
from service.chat.errors import Code
from service.chat.events import MessageEdited, ReportOpened
from service.chat.filters import AddFilter, NewFilter
from service.chat.members import LeaveRoom
from service.chat.records import FOREVER, FilterAction, FilterKind, Message, SanctionKind
from service.chat.replay import EnterRoom
from service.chat.roles import Role, RoomRole, Scope
from service.chat.rooms import ChangeRoom
from service.chat.sanctions import Impose
from service.chat.screening import Effort, Screen
from service.chat.undo import Undo
from service.text.patterns import Patterns
from tests.stage import TICK, Stage
from tests.stage_door import say

SCREEN = Screen(Patterns(), Effort(lambda: 0.0))


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    for username in ("mo", "bob", "cyn"):
        stage.place("lobby", username, RoomRole.MEMBER)
    return stage


@pytest.fixture
def message(stage: Stage) -> Message:
    return say(stage, "bob", "hello", nonce="n-1").message


def texts(stage: Stage, username: str, message: Message) -> list[str]:
    return [revision.text for revision in stage.do(username, ListRevisions(message.id))]


def test_an_edit_is_an_event_and_keeps_all_else(stage: Stage, message: Message) -> None:
    edited = stage.do("bob", EditMessage(message.id, " hello, all ", "<p>x</p>"))
    assert (edited.text, edited.html, edited.edited_at) == ("hello, all", "<p>x</p>", stage.now)
    assert (edited.id, edited.seq, edited.at, edited.nonce) == (message.id, message.seq, message.at, "n-1")
    event = stage.events[-1]
    assert isinstance(event, MessageEdited)
    assert (event.seq, event.message) == (message.seq + 1, edited)
    replayed = stage.do("cyn", EnterRoom("lobby", message.seq - 1)).events
    assert replayed is not None
    assert [getattr(one, "message", None) for one in replayed] == [edited, edited], "each shows it as it is now"


def test_the_same_text_again_is_no_event(stage: Stage, message: Message) -> None:
    assert stage.heard(lambda: stage.do("bob", EditMessage(message.id, "hello "))) == []


def test_only_its_author_edits_it(stage: Stage, message: Message) -> None:
    for username in ("ann", "mo", "cyn"):
        refusal = stage.refusal(username, EditMessage(message.id, "x"))
        assert (refusal.code, refusal.why and refusal.why.rule) == (Code.FORBIDDEN, "author")


@pytest.mark.parametrize("text", ["", "  ", "x" * 4_001, "a\0b", "\ud800"])
def test_a_text_is_one_that_could_be_posted(stage: Stage, message: Message, text: str) -> None:
    assert stage.refusal("bob", EditMessage(message.id, text)).code is Code.INVALID


def test_whoever_may_not_speak_may_not_change_their_words(stage: Stage, message: Message) -> None:
    edit = EditMessage(message.id, "x")
    stage.do("ann", ChangeRoom("lobby", locked=True))
    assert stage.refusal("bob", edit).code is Code.LOCKED
    stage.do("ann", ChangeRoom("lobby", locked=False))
    stage.do("mo", Impose("lobby", "bob", SanctionKind.MUTE, None, "spam"))
    muted = stage.refusal("bob", edit)
    assert (muted.code, muted.why and (muted.why.by, muted.why.reason)) == (Code.MUTED, ("mo", "spam"))
    stage.do("cyn", LeaveRoom("lobby"))
    gone = say(stage, "mo", "mine").message
    stage.do("mo", LeaveRoom("lobby"))
    assert stage.refusal("mo", EditMessage(gone.id, "x")).code is Code.NOT_JOINED
    assert stage.refusal("bob", edit, frozenset({Scope.READ})).code is Code.MUTED


def test_it_can_be_edited_for_as_long_as_the_server_says(stage: Stage, message: Message) -> None:
    seconds = (stage.now + TICK - message.at) // 1_000
    stage.do("bob", EditMessage(message.id, "in time", within=seconds))
    refusal = stage.refusal("bob", EditMessage(message.id, "late", within=seconds))
    assert refusal.why is not None
    assert (refusal.code, refusal.why.rule, refusal.why.until) == (
        Code.FORBIDDEN,
        "edit_window",
        message.at + seconds * 1_000,
    )
    stage.do("bob", EditMessage(message.id, "no limit", within=0))


def test_ones_own_can_be_deleted_for_as_long_as_the_server_says_one_by_one_and_in_bulk(
    stage: Stage, message: Message
) -> None:
    stage.now += 5 * TICK
    refusal = stage.refusal("bob", DeleteMessage(message.id, within=1))
    assert (refusal.code, refusal.why and refusal.why.rule) == (Code.FORBIDDEN, "delete_window")
    found = stage.do("bob", FindMessages("bob", "lobby", 0, FOREVER, within=1))
    assert found.ids == ()
    all_of_them = stage.do("bob", FindMessages("bob", "lobby", 0, FOREVER))
    assert stage.do("bob", DeleteMessages(all_of_them, within=1)).value.messages == 0
    stage.do("mo", DeleteMessage(message.id, within=1))


def test_who_moderates_deletes_at_any_time_also_what_they_said(stage: Stage) -> None:
    mine = say(stage, "mo", "long ago").message
    stage.now += 5 * TICK
    stage.do("mo", DeleteMessage(mine.id, within=1))
    assert stage.do("ann", FindMessages("mo", "lobby", 0, FOREVER, within=1)).ids == ()


def test_an_edit_goes_past_the_filters_like_a_post(stage: Stage, message: Message) -> None:
    for word, action in (("fool", FilterAction.REJECT), ("darn", FilterAction.MASK), ("crypto", FilterAction.REPORT)):
        stage.do("ann", AddFilter("lobby", NewFilter(FilterKind.WORD, word, action, "be kind"), SCREEN.patterns))
    assert stage.refusal("bob", EditMessage(message.id, "x")).code is Code.UNAVAILABLE, "never unasked"
    refusal = stage.refusal("bob", EditMessage(message.id, "you fool", screen=SCREEN))
    assert refusal.why is not None
    assert (refusal.code, refusal.why.rule, refusal.why.reason) == (Code.FORBIDDEN, "filter", "be kind")
    masked = stage.do("bob", EditMessage(message.id, "darn **it**", "<p>darn <strong>it</strong></p>", screen=SCREEN))
    assert (masked.text, masked.html) == ("**** **it**", None), "what was formatted with it does not show it"
    stage.do("bob", EditMessage(message.id, "buy crypto", screen=SCREEN))
    assert [told.news.report.message.text for told in stage.told if isinstance(told.news, ReportOpened)] == [
        "buy crypto"
    ]
    mine = say(stage, "mo", "x").message
    assert stage.do("mo", EditMessage(mine.id, "you fool")).text == "you fool", "who moderates is spared"


def test_what_it_said_is_for_its_author_and_who_moderates(stage: Stage, message: Message) -> None:
    stage.do("bob", EditMessage(message.id, "second"))
    stage.do("bob", EditMessage(message.id, "third"))
    for username in ("bob", "mo", "ann"):
        assert texts(stage, username, message) == ["hello", "second", "third"]
    refusal = stage.refusal("cyn", ListRevisions(message.id))
    assert (refusal.code, refusal.why and refusal.why.rule) == (Code.FORBIDDEN, "room_moderator")
    times = [revision.at for revision in stage.do("bob", ListRevisions(message.id))]
    assert times == sorted(times)
    assert times[0] == message.at


def test_what_a_deleted_one_said_is_for_who_moderates_alone_until_it_is_back(stage: Stage, message: Message) -> None:
    stage.do("bob", EditMessage(message.id, "second"))
    deleted = stage.do("bob", DeleteMessage(message.id))
    assert stage.refusal("bob", ListRevisions(message.id)).code is Code.FORBIDDEN
    assert texts(stage, "mo", message) == ["hello", "second"]
    assert stage.refusal("bob", EditMessage(message.id, "x")).code is Code.NOT_FOUND
    assert deleted.action is not None
    stage.do("bob", Undo(deleted.action.uid))
    assert texts(stage, "bob", message) == ["hello", "second"]


def test_edits_have_a_bound(stage: Stage, message: Message) -> None:
    numbers = count(1)
    for _ in range(EDITS_MAX):
        stage.do("bob", EditMessage(message.id, f"{next(numbers)}"))
    refusal = stage.refusal("bob", EditMessage(message.id, "one more"))
    assert (refusal.code, refusal.why and refusal.why.rule) == (Code.LIMIT, "edits_per_message")


def test_a_retry_gets_the_edited_message(stage: Stage, message: Message) -> None:
    stage.do("bob", EditMessage(message.id, "second"))
    again = say(stage, "bob", "hello", nonce="n-1")
    assert (again.duplicate, again.message.text) == (True, "second")
