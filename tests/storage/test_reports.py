"""Reports and filters, in the database: found by their indexes, and listed as the policy would have it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import func, select

from service.chat.errors import Refusal
from service.chat.messages import Posted, PostMessage
from service.chat.records import FilterAction, FilterKind, Report, ReportState, User
from service.chat.reports import ListReports, SeeReport
from service.chat.roles import Role, RoomRole, Visibility
from service.storage import filters, posting, reports
from service.storage.tables import reports as table
from tests.stage import Stage
from tests.stage_door import sign_in
from tests.storage.plans import plan, scans


@pytest.fixture
def stage() -> Stage:
    """A lobby of ann's where cyn has said ten things."""
    staged = Stage()
    staged.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    for name in ("bob", "cyn"):
        staged.place("lobby", name, RoomRole.MEMBER)
    credential = sign_in(staged, "cyn")
    posts = [PostMessage(credential, "lobby", f"text {number}") for number in range(10)]
    staged.run(lambda tx: posting.store(tx, posts))
    return staged


def made(stage: Stage, seq: int, reporter: User | None = None) -> Report:
    room = stage.seen("lobby")
    return stage.run(lambda tx: tx.reports.add(room, seq, reporter, "rude"))


def test_a_report_comes_back_as_it_was_made(stage: Stage) -> None:
    bob = stage.who("bob")
    report = made(stage, 5, bob)
    assert stage.run(lambda tx: tx.reports.get(report.uid)) == report
    assert (report.message.seq, report.message.text, report.reporter, report.handler) == (5, report.now.text, bob, None)
    room = stage.seen("lobby")
    assert stage.run(lambda tx: tx.log.message(room, 5)) == replace(report.now, nonce=None)
    assert stage.run(lambda tx: tx.reports.of_reporter(room.id, 5, bob.id)) == report
    assert stage.run(lambda tx: tx.reports.of_reporter(room.id, 6, bob.id)) is None


def test_what_is_not_closed_is_counted_up_to_a_bound(stage: Stage) -> None:
    bob, room = stage.who("bob"), stage.seen("lobby")
    found = [made(stage, seq, who) for seq in range(2, 8) for who in (bob, None)]
    stage.run(lambda tx: tx.reports.change(found[0], ReportState.CLOSED, bob, "done"))
    stage.run(lambda tx: tx.reports.change(found[2], ReportState.TAKEN, bob, None))
    assert stage.run(lambda tx: tx.reports.unclosed(bob.id, 100)) == 5
    assert stage.run(lambda tx: tx.reports.unclosed(bob.id, 3)) == 3
    assert stage.run(lambda tx: tx.reports.unclosed_by_filters(room.id, 100)) == 6
    assert stage.run(lambda tx: tx.reports.unclosed_by_filters(room.id + 1, 100)) == 0


def test_everything_is_found_by_an_index(stage: Stage) -> None:
    bob, room = stage.who("bob"), stage.seen("lobby")
    for seq in range(2, 8):
        made(stage, seq, bob)
    wanted = {"of_room": room.id, "of_user": bob.id, "of_seq": 5, "uid": "r", "before": 9, "most": 5}
    for statement in (
        reports.GET,
        reports.OF_REPORTER,
        reports.PAGE_OF_REPORTER,
        reports.UNCLOSED,
        reports.UNCLOSED_BY_FILTERS,
        filters.OF_ROOM,
    ):
        bound = {name: value for name, value in wanted.items() if name in statement.compile().params}
        steps = plan(stage, statement, **bound)
        assert steps
        assert not scans(steps), steps
    counted = plan(stage, reports.UNCLOSED, of_user=bob.id)
    assert any("ix_reports_unclosed" in step for step in counted), counted


def test_a_filter_moves_the_version_of_the_room_and_nothing_else(stage: Stage) -> None:
    room, ann = stage.seen("lobby"), stage.who("ann")
    before = stage.run(lambda tx: tx.authority.version())
    added = stage.run(lambda tx: tx.filters.add(room, FilterKind.WORD, "bad", FilterAction.MASK, ann, None))
    assert stage.run(lambda tx: tx.authority.changed_since(before)) == (set(), set(), {room.id})
    assert stage.run(lambda tx: tx.filters.of_room(room.id)) == (added,)
    between = stage.run(lambda tx: tx.authority.version())
    stage.run(lambda tx: tx.filters.delete(added, room.id))
    assert stage.run(lambda tx: tx.authority.changed_since(between)) == (set(), set(), {room.id})
    assert stage.run(lambda tx: tx.filters.of_room(room.id)) == ()


KINDS = tuple(product(Visibility, (Role.GUEST, Role.MODERATOR, Role.ADMIN), (None, *RoomRole)))


def test_the_list_is_of_exactly_those_that_may_be_seen_one_by_one() -> None:
    """In each kind of room, behind each gate, for each role in the room, and for each of the cast: what SQL lists is
    what the policy allows."""
    stage = Stage()
    stage.user("ted", Role.ADMIN)
    uids: dict[str, str] = {}
    for number, (visibility, gate, role) in enumerate(KINDS):
        slug = f"r{number}"
        stage.room(slug, owner="ted", join_role=Role.GUEST, post_role=Role.GUEST)
        post = PostMessage(sign_in(stage, "ted", device=slug), slug, slug)
        (outcome,) = stage.run(lambda tx, post=post: posting.store(tx, [post]))
        assert isinstance(outcome, Posted)
        seq, room = outcome.message.seq, stage.seen(slug)
        report = stage.run(lambda tx, room=room, seq=seq: tx.reports.add(room, seq, None, "rude"))
        uids[report.uid] = slug
        if role is not None:
            for name in ("ann", "mo", "bob", "gus"):
                stage.place(slug, name, role)
        room = replace(room, visibility=visibility, join_role=gate)
        stage.run(lambda tx, room=room: tx.rooms.save(room))
    seen = 0
    for name in ("ann", "mo", "bob", "gus", "ted"):
        listed = {report.uid for report in stage.do(name, ListReports(None, None, None, 200))}
        allowed = {uid for uid in uids if _sees(stage, name, uid)}
        assert listed == allowed, {uids[uid] for uid in listed ^ allowed}
        seen += len(listed)
    assert 0 < seen < 5 * len(KINDS)
    assert stage.run(lambda tx: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()) == len(
        KINDS
    )


def _sees(stage: Stage, username: str, uid: str) -> bool:
    try:
        stage.do(username, SeeReport(uid))
    except Refusal:
        return False
    return True
