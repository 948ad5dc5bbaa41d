"""Posts on their way into the log: exact about rights, nonces, time and order, however many stand in one batch."""

from __future__ import annotations

import gc
import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from service.chat.errors import Refusal
from service.chat.events import MessagePosted
from service.chat.ids import parse_message_id
from service.chat.members import JoinRoom, LeaveRoom, SetMember
from service.chat.messages import Posted, PostMessage
from service.chat.records import Credential
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, DeleteRoom
from service.chat.sanctions import RemoveMember
from service.storage import posting
from tests.stage import TICK, Stage
from tests.stage_door import HOUR_MS, sign_in


class Talk:
    """A stage where people are signed in and talk. ``asked`` counts how often the policy was asked about a post."""

    def __init__(self) -> None:
        self.stage = stage = Stage()
        stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
        stage.room("staff", join_role=Role.MODERATOR)
        stage.room("den", visibility=Visibility.PRIVATE)
        for username in ("mo", "bob", "cyn", "gus"):
            stage.place("lobby", username, RoomRole.MEMBER)
        stage.place("den", "bob", RoomRole.MEMBER)
        self.credentials = {name: sign_in(stage, name) for name in ("ann", "mo", "bob", "cyn", "gus")}
        self.asked = 0

    def post(self, who: str | Credential, text: str, room: str = "lobby", **more: Any) -> PostMessage:
        credential = self.credentials[who] if isinstance(who, str) else who
        return PostMessage(credential, room, text, **more)

    def store(self, *posts: PostMessage) -> list[Posted | Refusal]:
        """Store them in one batch."""
        outcomes = self.stage.run(lambda tx: posting.store(tx, posts))
        for post, outcome in zip(posts, outcomes, strict=True):
            assert isinstance(outcome, Posted) or post.ruling is None, "a refusal leaves no ruling to go on with"
        return outcomes

    def codes(self, *posts: PostMessage) -> list[str]:
        """``new``, ``again``, or the code of the refusal."""
        return [
            outcome.code.value if isinstance(outcome, Refusal) else "again" if outcome.duplicate else "new"
            for outcome in self.store(*posts)
        ]

    def say(self, who: str | Credential, text: str, room: str = "lobby", **more: Any) -> Posted:
        """Say one thing that may be said."""
        (outcome,) = self.store(self.post(who, text, room, **more))
        assert isinstance(outcome, Posted), outcome
        return outcome

    def opened(self, who: str, room: str = "lobby") -> PostMessage:
        """A post that was stored: the next ones go on from its ruling."""
        post = self.post(who, "first", room)
        assert self.codes(post) == ["new"]
        assert post.ruling is not None
        return post

    def history(self, room: str = "lobby") -> list[str]:
        """All texts of a room."""
        seen = self.stage.seen(room)
        return [message.text for message in self.stage.run(lambda tx: tx.log.messages(seen, 1_000))]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Talk:
    talking = Talk()
    rule = posting.rule

    def counted(*arguments: Any) -> Any:
        talking.asked += 1
        return rule(*arguments)

    monkeypatch.setattr(posting, "rule", counted)
    return talking


def test_seq_has_no_holes_whatever_is_refused_between(talk: Talk) -> None:
    head = talk.stage.seen("lobby").seq
    posts = [talk.post(who, f"{n}") for n, who in enumerate(["bob", "cyn", "bob", "gus", "mo"])]
    posts[2] = talk.post("bob", "2", "staff")
    outcomes = talk.store(*posts)
    assert [getattr(outcome, "code", "new") for outcome in outcomes] == ["new", "new", "role_too_low", "new", "new"]
    seqs = [outcome.message.seq for outcome in outcomes if isinstance(outcome, Posted)]
    assert seqs == [head + 1, head + 2, head + 3, head + 4]
    assert talk.stage.seen("lobby").seq == head + 4
    assert [event.seq for event in talk.stage.events if isinstance(event, MessagePosted)] == seqs


def test_a_refusal_takes_no_cursor_along_to_another_thread(talk: Talk) -> None:
    """Its traceback holds on to the batch. A cursor that is taken apart on whichever thread forgets the refusal would
    reset a statement that the journal's thread is in the middle of, and the batch would be lost."""
    refused, taken = talk.store(talk.post("bob", "no", room="staff"), talk.post("bob", "yes"))
    assert isinstance(refused, Refusal)
    assert isinstance(taken, Posted)
    batches = [one for one in gc.get_objects() if isinstance(one, posting._Batch)]
    assert batches, "the refusal does hold on to it"
    for batch in batches:
        with pytest.raises(sqlite3.ProgrammingError, match="closed cursor"):
            batch._cursor.execute("SELECT 1")


def test_rooms_of_one_batch_count_for_themselves(talk: Talk) -> None:
    heads = {slug: talk.stage.seen(slug).seq for slug in ("lobby", "den")}
    first, second, third = talk.store(*(talk.post("bob", "x", room) for room in ("lobby", "den", "lobby")))
    assert isinstance(first, Posted)
    assert isinstance(second, Posted)
    assert isinstance(third, Posted)
    assert (first.message.seq, third.message.seq) == (heads["lobby"] + 1, heads["lobby"] + 2)
    assert second.message.seq == heads["den"] + 1
    assert talk.stage.seen("den").seq == heads["den"] + 1


def test_an_id_leads_to_its_message(talk: Talk) -> None:
    message = talk.say("bob", "x").message
    room = talk.stage.seen("lobby")
    assert parse_message_id(message.id) == (message.at, room.id, message.seq)
    assert talk.stage.run(lambda tx: tx.log.message(room, message.seq)) == message


def test_time_never_goes_back_though_the_clock_does(talk: Talk) -> None:
    before = talk.say("bob", "x").message
    talk.stage.now -= 10 * HOUR_MS
    after, again = (talk.say("bob", text).message for text in "yz")
    assert before.at == after.at == again.at
    talk.stage.now = before.at + 5 * TICK
    assert talk.say("bob", "now").message.at == before.at + 6 * TICK


# Nonces


def test_a_retry_gets_the_first_message(talk: Talk) -> None:
    first = talk.say("bob", "hello", nonce="n1")
    again = talk.say("bob", "hello", nonce="n1")
    assert again == replace(first, duplicate=True)
    assert talk.history() == ["hello"]


def test_a_retry_in_the_same_batch_gets_it_too(talk: Talk) -> None:
    posts = [
        talk.post("bob", "a", nonce="n1"),
        talk.post("cyn", "b", nonce="n1"),
        talk.post("bob", "a", nonce="n1"),
        talk.post("bob", "c"),
        talk.post("bob", "other", nonce="n1"),
        talk.post("bob", "a", "den", nonce="n1"),
    ]
    assert talk.codes(*posts) == ["new", "new", "again", "new", "conflict", "new"]
    assert talk.history() == ["a", "b", "c"], "a nonce is its author's own, in one room"
    assert talk.history("den") == ["a"]


def test_a_retry_finds_what_came_in_between_batches_with_an_old_ruling(talk: Talk) -> None:
    post = talk.opened("bob")
    ruling = post.ruling
    assert talk.codes(talk.post("bob", "a", nonce="n1", ruling=ruling)) == ["new"]
    assert talk.codes(talk.post("bob", "a", nonce="n1", ruling=ruling), talk.post("cyn", "x")) == ["again", "new"]
    assert talk.codes(talk.post("bob", "b", nonce="n1", ruling=ruling)) == ["conflict"]


@pytest.mark.parametrize("more", [{"text": "hello!"}, {"reply_to": "first"}, {"text": "HELLO"}])
def test_the_same_nonce_with_other_content_is_a_conflict(talk: Talk, more: dict[str, str]) -> None:
    first = talk.say("bob", "x").message
    talk.say("bob", "hello", nonce="n1")
    reply_to = first.id if "reply_to" in more else None
    assert talk.codes(talk.post("bob", more.get("text", "hello"), nonce="n1", reply_to=reply_to)) == ["conflict"]


def test_a_retry_comes_before_every_rule_about_writing(talk: Talk) -> None:
    talk.say("bob", "hello", nonce="n1")
    retry = talk.post("bob", "hello", nonce="n1")

    talk.stage.do("ann", ChangeRoom("lobby", locked=True))
    assert talk.codes(talk.post("bob", "more")) == ["locked"]
    assert talk.codes(retry) == ["again"]
    talk.stage.do("ann", ChangeRoom("lobby", locked=False, slow_mode=60))
    assert talk.codes(talk.post("bob", "more"), talk.post("bob", "more still")) == ["new", "slow_mode"]
    assert talk.codes(retry) == ["again"]
    talk.stage.do("ann", ChangeRoom("lobby", post_role=Role.MODERATOR))
    assert talk.codes(talk.post("bob", "more")) == ["role_too_low"]
    assert talk.codes(retry) == ["again"]
    talk.stage.do("bob", LeaveRoom("lobby"))
    assert talk.codes(talk.post("bob", "more")) == ["not_joined"]
    assert talk.codes(retry) == ["again"], "who left may still read"
    talk.stage.do("ann", ChangeRoom("lobby", join_role=Role.MODERATOR))
    assert talk.codes(retry) == ["role_too_low"], "but not before the right to read"


def test_a_retry_in_one_batch_with_the_first_is_not_held_up_by_slow_mode(talk: Talk) -> None:
    talk.stage.do("ann", ChangeRoom("lobby", slow_mode=60))
    twice = [talk.post("bob", "hello", nonce="n1") for _ in range(2)]
    assert talk.codes(*twice, talk.post("bob", "more", nonce="n2")) == ["new", "again", "slow_mode"]
    assert talk.history() == ["hello"]


# Rulings


def test_as_long_as_a_ruling_stands_the_policy_is_not_asked_again(talk: Talk) -> None:
    post = talk.opened("bob")
    assert talk.asked == 1
    for n in range(5):
        post = talk.post("bob", f"{n}", ruling=post.ruling)
        assert talk.codes(post) == ["new"]
    assert talk.asked == 1


def test_what_concerns_others_leaves_a_ruling_standing(talk: Talk) -> None:
    ruling = talk.opened("bob").ruling
    cyn = talk.stage.who("cyn")
    talk.stage.run(lambda tx: tx.users.set_role(cyn.id, Role.GUEST))
    talk.stage.do("ann", ChangeRoom("den", topic="x"))
    talk.stage.run(lambda tx: tx.sessions.end(talk.credentials["cyn"].sid, tx.now))
    assert talk.codes(talk.post("bob", "x", ruling=ruling)) == ["new"]
    assert talk.asked == 1
    assert talk.codes(talk.post("cyn", "x")) == ["unauthenticated"], "it did happen"


def _suspend(stage: Stage) -> None:
    bob = stage.who("bob")
    stage.run(lambda tx: tx.users.set_suspended(bob.id, True))


def _sign_out(stage: Stage) -> None:
    assert stage.run(lambda tx: tx.sessions.end("s-bob-laptop", tx.now))


def _demote(stage: Stage) -> None:
    bob = stage.who("bob")
    stage.do("ann", ChangeRoom("lobby", post_role=Role.MEMBER))
    stage.run(lambda tx: tx.users.set_role(bob.id, Role.GUEST))


CHANGES = {
    "a suspension": (_suspend, "suspended"),
    "a session that ended": (_sign_out, "unauthenticated"),
    "a demotion": (_demote, "role_too_low"),
    "a lock": (lambda stage: stage.do("ann", ChangeRoom("lobby", locked=True)), "locked"),
    "a raised gate": (lambda stage: stage.do("ann", ChangeRoom("lobby", post_role=Role.MODERATOR)), "role_too_low"),
    "a removal": (lambda stage: stage.do("ann", RemoveMember("lobby", "bob")), "not_joined"),
    "leaving": (lambda stage: stage.do("bob", LeaveRoom("lobby")), "not_joined"),
    "a deleted room": (lambda stage: stage.do("ann", DeleteRoom("lobby")), "not_found"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_ruling_falls_with_what_it_was_made_from(talk: Talk, name: str) -> None:
    change, code = CHANGES[name]
    ruling = talk.opened("bob").ruling
    cyns = talk.opened("cyn").ruling
    change(talk.stage)
    later = talk.post("bob", "too late", ruling=ruling)
    assert talk.codes(later, talk.post("bob", "still", ruling=ruling))[0] == code
    assert "too late" not in talk.history()
    assert later.ruling is None
    if name in ("a suspension", "a session that ended", "a removal", "leaving", "a demotion"):
        assert talk.codes(talk.post("cyn", "x", ruling=cyns)) == ["new"], "it is about bob alone"


def test_who_is_let_in_again_is_asked_about_again(talk: Talk) -> None:
    ruling = talk.opened("bob").ruling
    talk.stage.do("ann", RemoveMember("lobby", "bob"))
    talk.stage.do("bob", JoinRoom("lobby"))
    assert talk.codes(talk.post("bob", "back", ruling=ruling)) == ["new"]
    assert talk.asked == 2


def test_a_promotion_counts_at_once(talk: Talk) -> None:
    ruling = talk.opened("bob").ruling
    talk.stage.do("ann", SetMember("lobby", "bob", RoomRole.MODERATOR))
    talk.stage.do("ann", ChangeRoom("lobby", locked=True))
    assert talk.codes(talk.post("bob", "x", ruling=ruling)) == ["new"]


def test_a_token_that_expired_is_refused_whatever_was_ruled(talk: Talk) -> None:
    post = talk.opened("bob")
    talk.stage.now = post.credential.expires_at * 1000 - 2 * TICK
    assert talk.codes(talk.post("bob", "in time", ruling=post.ruling)) == ["new"]
    assert talk.codes(talk.post("bob", "too late", ruling=post.ruling)) == ["unauthenticated"]


def test_a_token_for_reading_says_nothing(talk: Talk) -> None:
    reader = sign_in(talk.stage, "bob", frozenset({Scope.READ}), "reader")
    assert talk.codes(talk.post(reader, "x")) == ["insufficient_scope"]


def test_a_connection_that_does_not_hear_the_room_joins_it_first(talk: Talk) -> None:
    assert talk.codes(talk.post("bob", "x", present=False)) == ["not_joined"]
    assert talk.codes(talk.post("gus", "x", "staff", present=False)) == ["role_too_low"]


@pytest.mark.parametrize("room", ["den", "no-such-room", "", "x" * 64])
def test_a_room_that_one_may_not_see_is_the_same_as_none(talk: Talk, room: str) -> None:
    (outcome,) = talk.store(talk.post("gus", "x", room))
    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.message, outcome.why) == ("not_found", "There is no such room.", None)


# Slow mode and replies


def test_slow_mode_holds_up_each_user_by_themselves(talk: Talk) -> None:
    talk.stage.do("ann", ChangeRoom("lobby", slow_mode=60))
    bob, cyn = talk.opened("bob"), talk.opened("cyn")
    (refused,) = talk.store(talk.post("bob", "x", ruling=bob.ruling))
    assert isinstance(refused, Refusal)
    assert refused.code == "slow_mode"
    assert refused.retry_after == 60 - 2 * TICK / 1000
    assert refused.why is not None
    assert refused.why.until == talk.stage.now + refused.retry_after * 1000
    assert talk.codes(talk.post("cyn", "x", ruling=cyn.ruling)) == ["slow_mode"]
    talk.stage.now += 60_000
    assert talk.codes(talk.post("bob", "x", ruling=bob.ruling), talk.post("bob", "y")) == ["new", "slow_mode"]


def test_who_moderates_is_spared_slow_mode(talk: Talk) -> None:
    talk.stage.do("ann", ChangeRoom("lobby", slow_mode=60))
    assert talk.codes(*(talk.post("mo", f"{n}") for n in range(3))) == ["new"] * 3


def test_a_refused_post_does_not_start_the_wait(talk: Talk) -> None:
    talk.stage.do("ann", ChangeRoom("lobby", slow_mode=60))
    assert talk.codes(talk.post("bob", "x", reply_to="m0"), talk.post("bob", "y")) == ["invalid", "new"]


def test_a_reply_points_at_a_message_of_the_same_room(talk: Talk) -> None:
    here, there = talk.say("bob", "x").message, talk.say("bob", "x", "den").message
    assert talk.say("cyn", "y", reply_to=here.id).message.reply_to == here.id
    at, room_id, seq = parse_message_id(here.id) or (0, 0, 0)
    for wrong in (
        there.id,
        "",
        "m",
        here.id + "0",
        here.id.upper(),
        f"m{at + 1:011x}{room_id:06x}-{seq:06x}",
        f"m{at:011x}{room_id:06x}-{seq + 1_000:06x}",
        f"m{at:011x}{room_id:06x}-{1:06x}",
    ):
        assert talk.codes(talk.post("cyn", "y", reply_to=wrong)) == ["invalid"], wrong
