"""Filters: who sets them, how many and how costly they may be, and what becomes of what is said."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.errors import Code, Refusal
from service.chat.filters import (
    FILTERS_MAX,
    PATTERN_MAX,
    TRIED_MESSAGES,
    TRIED_STEPS,
    AddFilter,
    ListFilters,
    NewFilter,
    RemoveFilter,
    Trial,
    TryFilter,
)
from service.chat.messages import Posted, PostMessage
from service.chat.records import Filter, FilterAction, FilterKind, Report
from service.chat.reports import OPEN_BY_FILTERS_MAX, ListReports
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom
from service.chat.screening import (
    READING_STEPS,
    SIZE_MAX,
    STEPS_PER_SECOND,
    STEPS_SAVED,
    USERS_REMEMBERED,
    Effort,
    Screen,
)
from service.storage import posting
from service.text.patterns import Patterns
from tests.stage import Stage
from tests.stage_door import sign_in

WORD, PATTERN = FilterKind.WORD, FilterKind.PATTERN
REJECT, MASK, REPORT = FilterAction.REJECT, FilterAction.MASK, FilterAction.REPORT


class Talk(Stage):
    """A stage with a lobby that everybody is in, where mo moderates; and who speaks is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.monotonic = 0.0
        self.screen = Screen(Patterns(), Effort(lambda: self.monotonic))
        self.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
        self.room("den", owner="bob", visibility=Visibility.PRIVATE)
        for name in ("mo", "bob", "cyn", "gus"):
            self.place("lobby", name, RoomRole.MEMBER)
        self.credentials = {name: sign_in(self, name) for name in ("ann", "mo", "bob", "cyn", "gus")}

    def add(self, kind: FilterKind, pattern: str, action: FilterAction, reason: str | None = None) -> Filter:
        """A filter of mo's."""
        wanted = NewFilter(kind, pattern, action, reason)
        added: Filter = self.do("mo", AddFilter("lobby", wanted, self.screen.patterns))
        return added

    def send(self, post: PostMessage) -> Posted | Refusal:
        """What becomes of a post."""
        (outcome,) = self.run(lambda tx: posting.store(tx, [post], self.screen))
        return outcome

    def post(self, username: str, text: str, **more: Any) -> PostMessage:
        """Something that is about to be said in the lobby."""
        return PostMessage(self.credentials[username], "lobby", text, **more)

    def say(self, username: str, text: str) -> str:
        """What was stored, or the code of the refusal."""
        outcome = self.send(self.post(username, text))
        return outcome.code.value if isinstance(outcome, Refusal) else outcome.message.text

    def reports(self) -> list[Report]:
        """The lobby's queue."""
        found: list[Report] = self.do("mo", ListReports("lobby", None, None, 500))
        return found

    def acts(self) -> list[tuple[str, str | None]]:
        """What the audit log says was done with filters, and why."""
        entries = self.run(lambda tx: list(tx.audit.entries()))
        return [(e.row.what, e.value("reason")) for e in entries if e.row.what.startswith("filter.")]


@pytest.fixture
def talk() -> Talk:
    return Talk()


# Setting them


def test_a_filter_says_what_it_is_and_who_set_it(talk: Talk) -> None:
    added = talk.add(WORD, "  crypto   coins ", REJECT, "no ads")
    assert (added.kind, added.pattern, added.action) == (WORD, "crypto coins", REJECT)
    assert (added.by, added.at, added.reason, added.room) == ("mo", talk.now, "no ads", "lobby")
    second = talk.add(PATTERN, "a+b", MASK)
    assert list(talk.do("mo", ListFilters("lobby"))) == [added, second]
    talk.do("ann", RemoveFilter("lobby", added.uid))
    assert list(talk.do("mo", ListFilters("lobby"))) == [second]
    assert talk.acts() == [("filter.added", "no ads"), ("filter.added", None), ("filter.removed", None)]


@pytest.mark.parametrize(
    ("username", "slug", "code"),
    [
        ("bob", "lobby", Code.FORBIDDEN),
        ("gus", "lobby", Code.FORBIDDEN),
        ("cyn", "den", Code.NOT_FOUND),
        ("mo", "den", Code.NOT_FOUND),
        ("ann", "attic", Code.NOT_FOUND),
    ],
)
def test_only_who_moderates_the_room_has_to_do_with_its_filters(
    talk: Talk, username: str, slug: str, code: Code
) -> None:
    wanted = NewFilter(WORD, "bad", REJECT)
    for command in (
        AddFilter(slug, wanted, talk.screen.patterns),
        TryFilter(slug, wanted, talk.screen),
        ListFilters(slug),
        RemoveFilter(slug, "f1"),
    ):
        assert talk.refusal(username, command).code is code
    assert talk.refusal("mo", ListFilters("lobby"), frozenset({Scope.READ})).code is Code.INSUFFICIENT_SCOPE


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        (WORD, ""),
        (WORD, "  "),
        (WORD, "two\nlines"),
        (WORD, "x" * (PATTERN_MAX + 1)),
        (WORD, "\0"),
        (WORD, "\ud800"),
        (WORD, "\u200b"),
        (PATTERN, "("),
        (PATTERN, "x*"),
        (PATTERN, "x" * (PATTERN_MAX + 1)),
        (PATTERN, r"(?<=a)b"),
    ],
)
def test_what_is_no_word_or_pattern_is_told_so(talk: Talk, kind: FilterKind, pattern: str) -> None:
    refusal = talk.refusal("mo", AddFilter("lobby", NewFilter(kind, pattern, MASK), talk.screen.patterns))
    assert (refusal.code, refusal.errors[0].field) == (Code.INVALID, "pattern")


def test_a_room_has_a_hundred_and_each_once(talk: Talk) -> None:
    for number in range(FILTERS_MAX - 1):
        talk.add(WORD, f"w{number}", REPORT)
    same = AddFilter("lobby", NewFilter(WORD, "w7", REJECT), talk.screen.patterns)
    assert talk.refusal("mo", same).code is Code.CONFLICT
    talk.add(PATTERN, "w7", REJECT)
    more = AddFilter("lobby", NewFilter(WORD, "more", REJECT), talk.screen.patterns)
    assert talk.refusal("mo", more).code is Code.LIMIT
    assert talk.do("bob", AddFilter("den", NewFilter(WORD, "w7", REJECT), talk.screen.patterns)).room == "den"


def test_what_all_filters_of_a_room_cost_together_is_bounded(talk: Talk) -> None:
    costly = NewFilter(PATTERN, r"\pL+!", MASK)
    size = talk.screen.patterns.size(costly.kind, costly.pattern)
    assert SIZE_MAX / 2 < size <= SIZE_MAX, "one fits, and not two"
    talk.do("mo", AddFilter("lobby", costly, talk.screen.patterns))
    second = AddFilter("lobby", NewFilter(PATTERN, r"\pL+[?]", MASK), talk.screen.patterns)
    refusal = talk.refusal("mo", second)
    assert refusal.code is Code.LIMIT
    assert f"{SIZE_MAX:,}" in refusal.message
    assert talk.do("bob", AddFilter("den", second.wanted, talk.screen.patterns)), "another room counts for itself"


def test_what_is_not_there_can_not_be_taken_away(talk: Talk) -> None:
    added = talk.add(WORD, "bad", REJECT)
    assert talk.refusal("ann", RemoveFilter("den", added.uid)).code is Code.NOT_FOUND
    talk.do("mo", RemoveFilter("lobby", added.uid))
    assert talk.refusal("mo", RemoveFilter("lobby", added.uid)).code is Code.NOT_FOUND


# Trying one


def test_a_trial_says_in_how_many_messages_it_would_have_been_found_and_changes_nothing(talk: Talk) -> None:
    for text in ("so bad", "good", "BAD!", "badge"):
        talk.say("bob", text)
    before = talk.dump()
    wanted = NewFilter(WORD, "bad", REJECT)
    assert talk.do("mo", TryFilter("lobby", wanted, talk.screen)) == Trial(2, 4)
    assert talk.dump() == before


def test_a_trial_looks_at_the_latest_messages_as_far_as_its_steps_reach(talk: Talk) -> None:
    posts = [talk.post("bob", f"bad {number}") for number in range(TRIED_MESSAGES + 5)]
    talk.run(lambda tx: posting.store(tx, posts, talk.screen))
    assert talk.do("mo", TryFilter("lobby", NewFilter(WORD, "bad", MASK), talk.screen)) == Trial(1_000, 1_000)
    for number in range(10):
        talk.say("bob", "bad " * 999 + str(number))
    costly = NewFilter(PATTERN, r"\pL+", MASK)
    trial = talk.do("mo", TryFilter("lobby", costly, talk.screen))
    size = talk.screen.patterns.size(PATTERN, r"\pL+")
    assert trial.looked_at == TRIED_STEPS // ((size + READING_STEPS) * 3_997)
    assert trial.met == trial.looked_at < 10


# What becomes of a message


def test_what_is_rejected_is_not_stored_and_the_person_hears_whose_rule_it_was(talk: Talk) -> None:
    talk.add(WORD, "crypto", REJECT, "no ads")
    head = talk.seen("lobby").seq
    refusal = talk.send(talk.post("bob", "buy CRYPTO now"))
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.FORBIDDEN
    assert refusal.why is not None
    assert (refusal.why.rule, refusal.why.by, refusal.why.reason) == ("filter", "mo", "no ads")
    assert "crypto" not in refusal.message, "what it looks for is not said"
    assert talk.seen("lobby").seq == head
    assert talk.say("bob", "cryptography") == "cryptography"


def test_what_is_masked_is_masked_in_the_log_and_in_the_event(talk: Talk) -> None:
    talk.add(WORD, "bad", MASK)
    talk.add(PATTERN, r"\d{4,}", MASK)
    post = talk.post("bob", "so b\u200dad, ＢＡＤ, call 123456 badly", nonce="n1")
    outcome = talk.send(post)
    assert isinstance(outcome, Posted)
    assert outcome.message.text == "so ****, ***, call ****** badly"
    room = talk.seen("lobby")
    assert talk.run(lambda tx: tx.log.message(room, outcome.message.seq)) == outcome.message
    assert talk.events[-1].message == outcome.message  # type: ignore[attr-defined]


def test_a_retry_of_what_was_masked_gets_the_first_message_and_other_content_is_a_conflict(talk: Talk) -> None:
    talk.add(WORD, "bad", MASK)
    first = talk.send(talk.post("bob", "so bad", nonce="n1"))
    assert isinstance(first, Posted)
    again = talk.send(talk.post("bob", "so bad", nonce="n1"))
    assert isinstance(again, Posted)
    assert (again.duplicate, again.message) == (True, first.message)
    other = talk.send(talk.post("bob", "so ***", nonce="n1"))
    assert isinstance(other, Refusal)
    assert other.code is Code.CONFLICT


def test_what_was_acknowledged_before_the_filter_is_acknowledged_again(talk: Talk) -> None:
    post = talk.post("bob", "so bad", nonce="n1")
    first = talk.send(post)
    talk.add(WORD, "bad", REJECT)
    assert isinstance(first, Posted)
    assert talk.send(post) == Posted(first.message, duplicate=True)


def test_what_is_reported_is_stored_and_waits_for_a_moderator(talk: Talk) -> None:
    talk.add(WORD, "meet me", REPORT, "looks like bait")
    assert talk.say("bob", "Meet me outside") == "Meet me outside"
    (report,) = talk.reports()
    assert (report.reporter, report.reason, report.author.username) == (None, "looks like bait", "bob")
    assert report.message.text == "Meet me outside"
    (told,) = talk.told
    assert told.users == {talk.who("ann").id, talk.who("mo").id}


def test_of_several_filters_each_does_its_part_and_a_refusal_comes_first(talk: Talk) -> None:
    talk.add(WORD, "bait", REPORT, "bait")
    talk.add(WORD, "bad", MASK)
    talk.add(WORD, "worse", REJECT)
    assert talk.say("bob", "bad bait") == "*** bait"
    assert [report.message.text for report in talk.reports()] == ["*** bait"]
    assert talk.say("bob", "worse bad bait") == "forbidden"
    assert len(talk.reports()) == 1, "nobody reports what was not said"


def test_a_flood_of_what_is_reported_opens_so_many_reports_and_no_more(talk: Talk) -> None:
    talk.add(WORD, "spam", REPORT)
    posts = [talk.post("bob", "spam") for _ in range(OPEN_BY_FILTERS_MAX + 5)]
    outcomes = talk.run(lambda tx: posting.store(tx, posts, talk.screen))
    assert all(isinstance(outcome, Posted) for outcome in outcomes)
    assert len(talk.reports()) == OPEN_BY_FILTERS_MAX


@pytest.mark.parametrize("username", ["ann", "mo", "bob"])
def test_who_moderates_the_room_is_spared(talk: Talk, username: str) -> None:
    talk.add(WORD, "bad", REJECT)
    talk.place("lobby", "bob", RoomRole.MODERATOR)
    assert talk.say(username, "bad") == "bad"
    assert talk.say("cyn", "bad") == "forbidden"


def test_a_filter_holds_from_the_next_message_on_and_not_beyond_its_end(talk: Talk) -> None:
    """Also for who brings along an earlier decision that they may post."""
    post = talk.post("bob", "bad")
    assert isinstance(talk.send(post), Posted)
    assert post.ruling is not None
    ruling = post.ruling
    added = talk.add(WORD, "bad", REJECT)
    assert isinstance(talk.send(talk.post("bob", "bad", ruling=ruling)), Refusal)
    talk.do("mo", RemoveFilter("lobby", added.uid))
    assert isinstance(talk.send(talk.post("bob", "bad", ruling=ruling)), Posted)


def test_what_is_refused_does_not_count_in_slow_mode(talk: Talk) -> None:
    talk.add(WORD, "bad", REJECT)
    talk.do("ann", ChangeRoom("lobby", slow_mode=30))
    assert [talk.say("bob", text) for text in ("bad", "good", "better")] == ["forbidden", "good", "slow_mode"]


def test_a_retry_is_answered_to_who_has_no_steps_left_for_the_filters(talk: Talk) -> None:
    """It was acknowledged before: whoever repeats it must not be told that it failed."""
    talk.add(WORD, "bad", MASK)
    first = talk.post("bob", "so bad", nonce="n1")
    talk.send(first)
    talk.screen.effort.owe(talk.who("bob").uid, STEPS_SAVED)
    again = talk.send(talk.post("bob", "so bad", nonce="n1", ruling=first.ruling))
    assert isinstance(again, Posted)
    assert again.duplicate
    more = talk.send(talk.post("bob", "more", nonce="n2", ruling=first.ruling))
    assert isinstance(more, Refusal)
    assert more.code is Code.RATE_LIMITED


def test_a_nonce_said_twice_in_one_batch_is_reported_once(talk: Talk) -> None:
    talk.add(WORD, "bait", REPORT)
    first = talk.post("bob", "first")
    talk.send(first)
    twice = [talk.post("bob", "bait", nonce="n1", ruling=first.ruling) for _ in range(2)]
    outcomes = talk.run(lambda tx: posting.store(tx, twice, talk.screen))
    assert [outcome.duplicate for outcome in outcomes if isinstance(outcome, Posted)] == [False, True]
    assert len(talk.reports()) == len(talk.told) == 1


def test_without_a_way_to_match_nothing_is_let_by(talk: Talk) -> None:
    talk.add(WORD, "bad", REJECT)
    (outcome,) = talk.run(lambda tx: posting.store(tx, [talk.post("bob", "good")]))
    assert isinstance(outcome, Refusal)
    assert outcome.code is Code.UNAVAILABLE


# What it costs


def test_the_costliest_filters_before_the_longest_texts_slow_their_sender_and_nobody_else(talk: Talk) -> None:
    talk.add(PATTERN, r"(((a?){9}){9}){9}c", REJECT)
    size = talk.screen.patterns.size(PATTERN, r"(((a?){9}){9}){9}c")
    long = "a" * 4_000
    steps = (READING_STEPS + size) * len(long)
    said = [talk.say("bob", long) == long for _ in range(STEPS_SAVED // steps + 3)]
    assert said == [True] * (len(said) - 3) + [False] * 3
    refusal = talk.send(talk.post("bob", long))
    assert isinstance(refusal, Refusal)
    assert refusal.retry_after is not None
    talk.monotonic += refusal.retry_after
    assert talk.say("bob", long) == long, "and so on, as time goes by"
    assert talk.say("bob", "short") == "rate_limited", "which is all that was left"
    assert talk.say("cyn", long) == long


def test_what_masking_costs_is_waited_for_afterwards(talk: Talk) -> None:
    """How often a pattern is found, and so how often the rest is searched, is known when it is done."""
    talk.add(PATTERN, "a.*b|a", MASK)
    assert talk.say("bob", "a" * 4_000) == "*" * 4_000
    (left, _), size = talk.screen.effort._left[talk.who("bob").uid], talk.screen.patterns.size(PATTERN, "a.*b|a")
    _, searched = talk.screen.patterns.read("a" * 4_000).places(PATTERN, "a.*b|a")
    assert searched > 4_000
    assert left == STEPS_SAVED - READING_STEPS * 4_000 - size * 4_000 - size * searched


def test_ordinary_talk_before_ordinary_filters_is_not_slowed(talk: Talk) -> None:
    for number in range(20):
        talk.add(PATTERN, rf"(buy|sell)\s+thing{number}\b", REJECT)
    posts = [talk.post("bob", f"nothing to see here, number {number}, is there?") for number in range(200)]
    assert all(isinstance(talk.send(post), Posted) for post in posts), "two hundred at one moment"


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def effort(clock: list[float]) -> Effort:
    return Effort(lambda: clock[0])


def wait(effort: Effort, user: str, steps: int) -> float | None:
    """When to come back; None if it was granted."""
    try:
        effort.spend(user, steps)
    except Refusal as refusal:
        return refusal.retry_after
    return None


def test_steps_come_back_with_time_up_to_what_may_be_saved(effort: Effort, clock: list[float]) -> None:
    assert wait(effort, "u1", STEPS_SAVED) is None
    assert wait(effort, "u1", STEPS_PER_SECOND) == 1.0
    assert wait(effort, "u2", STEPS_SAVED) is None, "each has their own"
    clock[0] = 0.75
    assert wait(effort, "u1", STEPS_PER_SECOND) == 0.25
    clock[0] = 1.0
    assert wait(effort, "u1", STEPS_PER_SECOND) is None
    clock[0] = 1_000_000.0
    assert wait(effort, "u1", STEPS_SAVED + 1) is not None


def test_what_is_owed_is_waited_for(effort: Effort, clock: list[float]) -> None:
    effort.owe("u1", STEPS_SAVED + STEPS_PER_SECOND)
    assert wait(effort, "u1", 0) == 1.0
    clock[0] = 1.0
    assert wait(effort, "u1", 0) is None


def test_who_comes_back_has_enough_for_all_that_it_takes(effort: Effort, clock: list[float]) -> None:
    effort.spend("u1", STEPS_SAVED)
    with pytest.raises(Refusal) as caught:
        effort.spend("u1", STEPS_PER_SECOND, besides=STEPS_PER_SECOND)
    assert caught.value.retry_after == 2.0


def test_so_many_users_are_remembered(effort: Effort) -> None:
    effort.spend("u0", STEPS_SAVED)
    for number in range(1, USERS_REMEMBERED):
        effort.spend(f"u{number}", 1)
    assert wait(effort, "u0", 1) is not None
    for number in range(1, USERS_REMEMBERED + 1):
        effort.spend(f"v{number}", 1)
    assert wait(effort, "u0", 1) is None
