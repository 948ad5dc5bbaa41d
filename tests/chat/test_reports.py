"""Reports: who may make one, who hears of it and handles it, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from service.chat.deletions import DeleteMessage
from service.chat.errors import Code
from service.chat.events import ReportChanged, ReportOpened, Told
from service.chat.messages import Posted, PostMessage
from service.chat.records import Message, ReportState, SanctionKind
from service.chat.reports import (
    OPEN_MAX,
    HandleReport,
    ListOwnReports,
    ListReports,
    Reported,
    ReportMessage,
    SeeReport,
)
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.sanctions import Impose
from service.storage import posting
from tests.stage import Stage
from tests.stage_door import sign_in

OPEN, TAKEN, CLOSED = ReportState.OPEN, ReportState.TAKEN, ReportState.CLOSED


class Court(Stage):
    """The cast in their rooms: mo moderates the server, bob owns the den where cyn is, and talks to her directly."""

    def __init__(self) -> None:
        super().__init__()
        self.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
        self.room("staff", join_role=Role.MODERATOR)
        self.room("den", owner="bob", visibility=Visibility.PRIVATE)
        for slug, *names in (("lobby", "mo", "bob", "cyn", "gus"), ("den", "cyn"), ("staff", "mo")):
            for name in names:
                self.place(slug, name, RoomRole.MEMBER)
        self.room("talk", owner="bob", visibility=Visibility.PRIVATE)
        self.place("talk", "cyn", RoomRole.MEMBER)
        direct = replace(self.seen("talk"), visibility=Visibility.DIRECT)
        self.run(lambda tx: tx.rooms.save(direct))
        self.run(lambda tx: tx.members.set_role(direct.id, self._user(tx, "bob").id, RoomRole.MEMBER))
        self._said = 0

    def say(self, username: str, text: str, slug: str = "lobby") -> Message:
        """Something that was said."""
        self._said += 1
        post = PostMessage(sign_in(self, username, device=f"d{self._said}"), slug, text)
        (outcome,) = self.run(lambda tx: posting.store(tx, [post]))
        assert isinstance(outcome, Posted), outcome
        return outcome.message

    def report(self, username: str, message: Message, reason: str = "rude") -> str:
        """A report that is made; its id."""
        reported: Reported = self.do(username, ReportMessage(message.id, reason))
        assert not reported.again
        return reported.report.uid

    def handle(self, username: str, report: str, state: ReportState, **more: Any) -> Any:
        """The report as it is then."""
        return self.do(username, HandleReport(report, state, **more))

    def audience(self, told: Told) -> set[str]:
        """Who is told."""
        return {name for name in ("ann", "mo", "bob", "cyn", "gus") if self.who(name).id in told.users}

    def queue(self, username: str, room: str | None = None, state: ReportState | None = None) -> list[str]:
        """What somebody has to look at: the texts as they were."""
        return [report.message.text for report in self.do(username, ListReports(room, state, None, 50))]

    def acts(self) -> list[str]:
        """What the audit log says was done with reports."""
        entries = self.run(lambda tx: list(tx.audit.entries()))
        return [entry.row.what for entry in entries if entry.row.what.startswith("report.")]


@pytest.fixture
def court() -> Court:
    return Court()


# Making one


def test_whoever_reads_a_message_reports_it_and_it_is_kept_as_it_was(court: Court) -> None:
    message = court.say("cyn", "you fool")
    uid = court.report("gus", message, "  insults us  ")
    court.do("cyn", DeleteMessage(message.id))
    report = court.do("mo", SeeReport(uid))
    assert (report.message.text, report.message.author.username, report.message.at) == ("you fool", "cyn", message.at)
    assert report.now.text == ""
    assert report.now.deleted is not None
    assert report.now.deleted.by == "cyn"
    assert (report.reporter.username, report.reason, report.state, report.handler) == ("gus", "insults us", OPEN, None)


def test_who_deletes_what_they_said_does_not_escape(court: Court) -> None:
    message = court.say("cyn", "you fool")
    court.do("cyn", DeleteMessage(message.id))
    report = court.do("mo", SeeReport(court.report("bob", message)))
    assert (report.message.text, report.now.text) == ("you fool", "")


def test_a_second_report_of_the_same_person_is_the_first_one(court: Court) -> None:
    message = court.say("cyn", "you fool")
    uid = court.report("bob", message)
    told = len(court.told)
    again = court.do("bob", ReportMessage(message.id, "still rude"))
    assert (again.again, again.report.uid, again.report.reason) == (True, uid, "rude")
    assert len(court.told) == told, "nobody is told twice"
    assert court.report("gus", message) != uid, "somebody else's is another one"


@pytest.mark.parametrize(
    ("username", "slug", "reason", "code"),
    [
        ("cyn", "lobby", "rude", Code.INVALID),
        ("bob", "lobby", "", Code.INVALID),
        ("bob", "lobby", "  ", Code.INVALID),
        ("bob", "lobby", "two\nlines", Code.INVALID),
        ("bob", "lobby", "x" * 501, Code.INVALID),
        ("gus", "den", "rude", Code.NOT_FOUND),
        ("mo", "den", "rude", Code.NOT_FOUND),
        ("gus", "talk", "rude", Code.NOT_FOUND),
        ("ann", "talk", "rude", Code.NOT_FOUND),
    ],
)
def test_a_report_needs_a_reason_and_a_message_of_another_that_one_may_read(
    court: Court, username: str, slug: str, reason: str, code: Code
) -> None:
    message = court.say("cyn", "x", slug)
    assert court.refusal(username, ReportMessage(message.id, reason)).code is code


@pytest.mark.parametrize("id", ["", "nonsense", "m1a20450a295000001-000001", "m1a20450a295ffffff-000001"])
def test_there_is_no_report_of_no_message(court: Court, id: str) -> None:
    assert court.refusal("bob", ReportMessage(id, "rude")).code is Code.NOT_FOUND


def test_twenty_wait_and_no_more_until_one_is_closed(court: Court) -> None:
    reports = [court.report("bob", court.say("cyn", str(number))) for number in range(OPEN_MAX)]
    message = court.say("cyn", "one more")
    assert court.refusal("bob", ReportMessage(message.id, "rude")).code is Code.LIMIT
    court.handle("mo", reports[0], TAKEN)
    assert court.refusal("bob", ReportMessage(message.id, "rude")).code is Code.LIMIT, "taken is not closed"
    court.handle("mo", reports[0], CLOSED)
    court.report("bob", message)
    court.report("gus", message)


# Who hears of it


@pytest.mark.parametrize(
    ("slug", "author", "reporter", "told"),
    [
        ("lobby", "cyn", "gus", {"ann", "mo"}),
        ("lobby", "mo", "bob", {"ann"}),
        ("lobby", "ann", "bob", {"mo"}),
        ("den", "cyn", "bob", {"ann", "bob"}),
        ("den", "bob", "cyn", {"ann"}),
        ("talk", "cyn", "bob", {"ann", "mo"}),
    ],
)
def test_those_who_may_handle_it_are_told_and_not_who_it_is_about(
    court: Court, slug: str, author: str, reporter: str, told: set[str]
) -> None:
    uid = court.report(reporter, court.say(author, "x", slug))
    (opened,) = court.told
    assert isinstance(opened.news, ReportOpened)
    assert (opened.news.report.uid, opened.room, opened.scope) == (uid, slug, Scope.MODERATE)
    assert court.audience(opened) == told
    for name in ("ann", "mo", "bob", "cyn", "gus"):
        if name in told:
            assert court.do(name, SeeReport(uid)).uid == uid
        else:
            assert court.refusal(name, SeeReport(uid)).code in {Code.NOT_FOUND, Code.FORBIDDEN}


def test_a_room_moderator_is_told_and_one_who_is_banned_or_suspended_is_not(court: Court) -> None:
    court.place("lobby", "bob", RoomRole.MODERATOR)
    court.report("gus", court.say("cyn", "x"))
    assert court.audience(court.told[-1]) == {"ann", "mo", "bob"}
    court.do("ann", Impose("lobby", "mo", SanctionKind.BAN))
    court.do("ann", Impose(None, "bob", SanctionKind.SUSPEND))
    court.report("gus", court.say("cyn", "y"))
    assert court.audience(court.told[-1]) == {"ann"}
    assert court.queue("mo") == [], "whoever may not come into a room handles nothing there"


def test_nothing_is_told_of_what_is_not_done(court: Court) -> None:
    message = court.say("cyn", "x")
    court.refusal("cyn", ReportMessage(message.id, "rude"))
    assert court.told == []


# The queue


def test_the_queue_is_of_the_rooms_that_one_moderates_newest_first(court: Court) -> None:
    for author, slug in (("cyn", "lobby"), ("cyn", "den"), ("mo", "lobby"), ("cyn", "talk"), ("ann", "staff")):
        reporter = {"lobby": "gus", "staff": "mo"}.get(slug, "bob")
        court.report(reporter, court.say(author, f"{author} in {slug}", slug))
    assert court.queue("ann") == ["cyn in talk", "mo in lobby", "cyn in den", "cyn in lobby"]
    assert court.queue("mo") == ["ann in staff", "cyn in talk", "cyn in lobby"]
    assert court.queue("bob") == ["cyn in den"]
    assert court.queue("bob", "den") == ["cyn in den"]
    assert court.queue("mo", "lobby") == ["cyn in lobby"], "what mo said is for others to look at"


def test_members_see_no_queue_and_a_token_needs_its_scope(court: Court) -> None:
    court.report("bob", court.say("cyn", "x"))
    assert court.queue("gus") == []
    assert court.refusal("gus", ListReports("lobby", None, None, 50)).code is Code.FORBIDDEN
    assert court.refusal("gus", ListReports("den", None, None, 50)).code is Code.NOT_FOUND
    assert court.refusal("bob", ListReports("talk", None, None, 50)).code is Code.FORBIDDEN
    assert court.refusal("mo", ListReports("talk", None, None, 50)).code is Code.NOT_FOUND
    read_only = frozenset({Scope.READ, Scope.WRITE})
    assert court.refusal("mo", ListReports(None, None, None, 50), read_only).code is Code.INSUFFICIENT_SCOPE
    assert court.refusal("mo", ListReports("lobby", None, None, 50), read_only).code is Code.INSUFFICIENT_SCOPE


def test_a_queue_goes_on_below_the_last_one_seen_and_by_state(court: Court) -> None:
    uids = [court.report("bob", court.say("cyn", str(number))) for number in range(4)]
    court.handle("mo", uids[1], TAKEN)
    court.handle("mo", uids[2], CLOSED)
    assert court.queue("mo", state=OPEN) == ["3", "0"]
    assert court.queue("mo", state=TAKEN) == ["1"]
    assert court.queue("mo", "lobby", CLOSED) == ["2"]
    first, second = court.do("mo", ListReports(None, None, None, 2))
    assert [r.message.text for r in court.do("mo", ListReports(None, None, second.id, 2))] == ["1", "0"]
    assert (first.message.text, second.message.text) == ("3", "2")


def test_reports_of_a_deleted_room_are_gone_with_it(court: Court) -> None:
    uid = court.report("bob", court.say("cyn", "x", "den"))
    den = court.seen("den")
    court.run(lambda tx: tx.rooms.delete(den.id))
    assert court.queue("ann") == []
    assert court.refusal("ann", SeeReport(uid)).code is Code.NOT_FOUND


def test_who_reported_sees_how_far_it_has_come_and_only_their_own(court: Court) -> None:
    first, second = (court.report("bob", court.say("cyn", text)) for text in ("x", "y"))
    court.report("gus", court.say("cyn", "z"))
    court.handle("mo", first, CLOSED, resolution="muted")
    own = court.do("bob", ListOwnReports(None, 50))
    assert [(report.uid, report.state) for report in own] == [(second, OPEN), (first, CLOSED)]
    assert [report.uid for report in court.do("bob", ListOwnReports(own[0].id, 50))] == [first]
    assert court.refusal("bob", ListOwnReports(None, 50), frozenset({Scope.WRITE})).code is Code.INSUFFICIENT_SCOPE


# Handling it


def test_a_report_is_taken_closed_and_opened_again_and_each_is_written_down(court: Court) -> None:
    uid = court.report("bob", court.say("cyn", "x"))
    taken = court.handle("mo", uid, TAKEN)
    assert (taken.state, taken.handler.username, taken.changed_at) == (TAKEN, "mo", court.now)
    closed = court.handle("mo", uid, CLOSED, resolution=" muted for a day ")
    assert (closed.state, closed.handler.username, closed.resolution) == (CLOSED, "mo", "muted for a day")
    opened = court.handle("mo", uid, OPEN)
    assert (opened.state, opened.handler, opened.resolution) == (OPEN, None, None)
    assert court.acts() == ["report.taken", "report.closed", "report.reopened"]
    news = [told.news for told in court.told[1:]]
    assert all(isinstance(one, ReportChanged) for one in news)
    assert [one.report.state for one in news] == [TAKEN, CLOSED, OPEN]


def test_what_is_so_already_is_no_act(court: Court) -> None:
    uid = court.report("bob", court.say("cyn", "x"))
    for state in (OPEN, TAKEN, TAKEN, CLOSED, CLOSED, OPEN, OPEN):
        assert court.handle("mo", uid, state).state is state
    assert court.acts() == ["report.taken", "report.closed", "report.reopened"]
    court.handle("mo", uid, CLOSED, resolution="one")
    assert court.handle("mo", uid, CLOSED, resolution="two").resolution == "two", "one may say more of it"


def test_an_open_one_may_be_closed_at_once(court: Court) -> None:
    closed = court.handle("mo", court.report("bob", court.say("cyn", "x")), CLOSED)
    assert (closed.state, closed.handler.username, closed.resolution) == (CLOSED, "mo", None)


def test_what_somebody_else_has_is_a_conflict_that_names_them(court: Court) -> None:
    uid = court.report("bob", court.say("cyn", "x"))
    court.handle("mo", uid, TAKEN)
    for state in (TAKEN, CLOSED, OPEN):
        refusal = court.refusal("ann", HandleReport(uid, state))
        assert refusal.code is Code.CONFLICT
        assert refusal.message.startswith("mo has this report")
        assert refusal.why is not None
        assert (refusal.why.rule, refusal.why.by) == ("report_handler", "mo")
    assert court.handle("ann", uid, TAKEN, take_over=True).handler.username == "ann"


def test_nobody_takes_over_from_a_higher_rank(court: Court) -> None:
    court.place("lobby", "bob", RoomRole.MODERATOR)
    uid = court.report("gus", court.say("cyn", "x"))
    court.handle("mo", uid, TAKEN)
    for state in (TAKEN, CLOSED, OPEN):
        assert court.refusal("bob", HandleReport(uid, state, take_over=True)).code is Code.FORBIDDEN
    court.handle("mo", uid, CLOSED)
    assert court.refusal("bob", HandleReport(uid, OPEN)).code is Code.FORBIDDEN
    court.handle("ann", uid, OPEN)
    court.handle("bob", uid, TAKEN)
    assert court.handle("mo", uid, CLOSED, take_over=True).handler.username == "mo"


def test_who_can_not_act_any_more_holds_nobody_up(court: Court) -> None:
    court.place("lobby", "bob", RoomRole.MODERATOR)
    uid = court.report("gus", court.say("cyn", "x"))
    court.handle("mo", uid, TAKEN)
    court.do("ann", Impose(None, "mo", SanctionKind.SUSPEND))
    assert court.refusal("bob", HandleReport(uid, CLOSED)).code is Code.CONFLICT, "it is still to be said"
    assert court.handle("bob", uid, CLOSED, take_over=True).handler.username == "bob"


def test_equals_take_over_from_each_other_when_they_say_so(court: Court) -> None:
    for name in ("bob", "gus"):
        court.place("lobby", name, RoomRole.MODERATOR)
    uid = court.report("mo", court.say("cyn", "x"))
    court.handle("bob", uid, TAKEN)
    assert court.refusal("gus", HandleReport(uid, CLOSED)).code is Code.CONFLICT
    assert court.handle("gus", uid, CLOSED, take_over=True).handler.username == "gus"


def test_a_closed_one_is_opened_before_it_is_taken(court: Court) -> None:
    uid = court.report("bob", court.say("cyn", "x"))
    court.handle("mo", uid, CLOSED)
    assert court.refusal("mo", HandleReport(uid, TAKEN)).code is Code.CONFLICT
    assert court.refusal("ann", HandleReport(uid, TAKEN, take_over=True)).code is Code.CONFLICT
    assert court.handle("ann", uid, OPEN).state is OPEN, "to open it again is to say that one goes on with it"


@pytest.mark.parametrize(
    ("state", "resolution"), [(TAKEN, "muted"), (OPEN, "muted"), (CLOSED, "two\nlines"), (CLOSED, "x" * 501)]
)
def test_a_resolution_is_one_line_and_comes_with_the_end(court: Court, state: ReportState, resolution: str) -> None:
    uid = court.report("bob", court.say("cyn", "x"))
    refusal = court.refusal("mo", HandleReport(uid, state, resolution))
    assert (refusal.code, refusal.errors[0].field) == (Code.INVALID, "resolution")


def test_a_report_from_a_direct_room_opens_nothing_else_of_it(court: Court) -> None:
    court.say("bob", "a secret", "talk")
    message = court.say("cyn", "you fool", "talk")
    uid = court.report("bob", message)
    assert court.handle("mo", uid, TAKEN).message.text == "you fool"
    assert court.handle("ann", uid, CLOSED, take_over=True).handler.username == "ann"
    assert court.refusal("mo", HandleReport(uid, OPEN)).code is Code.FORBIDDEN
    assert court.refusal("mo", ReportMessage(message.id, "rude")).code is Code.NOT_FOUND
    scopeless = frozenset({Scope.READ, Scope.WRITE})
    assert court.refusal("mo", SeeReport(uid), scopeless).code is Code.INSUFFICIENT_SCOPE


@pytest.mark.parametrize("uid", ["", "r1", "x" * 64])
def test_there_is_nothing_to_be_said_of_no_report(court: Court, uid: str) -> None:
    assert court.refusal("ann", SeeReport(uid)).code is Code.NOT_FOUND
    assert court.refusal("ann", HandleReport(uid, TAKEN)).code is Code.NOT_FOUND
