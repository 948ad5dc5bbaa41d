"""Invites: who gives them, what they give, how often and how long."""

from __future__ import annotations

from contextlib import suppress

import pytest

from service.chat import invites
from service.chat.deeds import OPERATOR
from service.chat.errors import Code, Refusal
from service.chat.invites import CreateInvite, DeleteInvite, ListInvites, cursor_of
from service.chat.ports import Page
from service.chat.records import Invite
from service.chat.roles import Role, Scope
from tests.stage import TICK, Stage

ALL = ListInvites(Page(None, 200))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def use(stage: Stage, code: str) -> Invite | None:
    with suppress(Refusal):
        return stage.run(lambda tx: invites.use(tx, code))
    return None


def test_an_invite_is_for_one_member_within_a_week_unless_it_says_otherwise(stage: Stage) -> None:
    made = stage.do("ann", CreateInvite())
    assert (made.role, made.uses_left, made.expires_at) == (Role.MEMBER, 1, stage.now + 7 * 86_400_000)
    assert made.created_by == stage.who("ann").id
    assert stage.do("ann", ALL) == [made]


def test_codes_cannot_be_guessed_and_do_not_show_in_what_may_be_logged() -> None:
    codes = {CreateInvite().code for _ in range(100)}
    assert len(codes) == 100
    assert all(len(code) == 32 for code in codes)
    command = CreateInvite()
    assert command.code not in repr(command)
    assert command.code not in repr(DeleteInvite(command.code))


def test_an_invite_works_as_often_as_it_says(stage: Stage) -> None:
    made = stage.do("ann", CreateInvite(uses=3))
    assert [invite and invite.uses_left for invite in (use(stage, made.code) for _ in range(5))] == [
        2,
        1,
        0,
        None,
        None,
    ]
    assert stage.do("ann", ALL) == []


def test_an_invite_ends_at_its_time(stage: Stage) -> None:
    made = stage.do("ann", CreateInvite(uses=10, expires_in=60))
    stage.now = made.expires_at - TICK - 1
    assert use(stage, made.code), "a millisecond before"
    stage.now = made.expires_at - TICK
    assert use(stage, made.code) is None, "on the dot"
    assert stage.do("ann", ALL) == []


def test_what_is_good_for_nothing_any_more_is_swept_away(stage: Stage) -> None:
    spent, old = stage.do("ann", CreateInvite()), stage.do("ann", CreateInvite(expires_in=60))
    use(stage, spent.code)
    stage.now = old.expires_at
    made = stage.do("ann", CreateInvite())
    left = [stage.run(lambda tx, code=code: tx.invites.get(code)) for code in (spent.code, old.code, made.code)]
    assert left == [None, None, made]


def test_an_invite_gives_no_power_over_others(stage: Stage) -> None:
    for role in (Role.MODERATOR, Role.ADMIN):
        assert stage.refusal("ann", CreateInvite(role=role)).errors[0].field == "role"


@pytest.mark.parametrize(
    ("field", "command"),
    [
        ("uses", CreateInvite(uses=0)),
        ("uses", CreateInvite(uses=1_001)),
        ("uses", CreateInvite(uses=-(2**70))),
        ("expires_in", CreateInvite(expires_in=0)),
        ("expires_in", CreateInvite(expires_in=366 * 86_400)),
        ("expires_in", CreateInvite(expires_in=2**70)),
    ],
)
def test_an_invite_is_bounded_in_uses_and_time(stage: Stage, field: str, command: CreateInvite) -> None:
    refusal = stage.refusal("ann", command)
    assert (refusal.code, refusal.errors[0].field) == (Code.INVALID, field)


@pytest.mark.parametrize("asker", ["mo", "bob", "cyn", "gus"])
def test_only_admins_have_to_do_with_invites(stage: Stage, asker: str) -> None:
    code = stage.do("ann", CreateInvite()).code
    for command in (CreateInvite(), ALL, DeleteInvite(code)):
        assert stage.refusal(asker, command, scope=frozenset(Scope)).code is Code.ROLE_TOO_LOW
        assert stage.refusal("ann", command, scope=frozenset({Scope.READ})).code is Code.INSUFFICIENT_SCOPE


def test_an_invite_can_be_taken_back_by_every_admin(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    code = stage.do("ann", CreateInvite()).code
    stage.do("zoe", DeleteInvite(code))
    assert use(stage, code) is None
    for gone in (code, "", "no such", "\0", "\ud800", "x" * 5_000):
        assert stage.refusal("zoe", DeleteInvite(gone)).code is Code.NOT_FOUND


@pytest.mark.parametrize("code", ["", "no", "\0", "\ud800", "x" * 5_000, "%", "' or 1=1 --"])
def test_what_is_no_code_is_answered_like_a_void_one(stage: Stage, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        stage.run(lambda tx: invites.check(tx, code))
    assert caught.value.code is Code.FORBIDDEN
    assert use(stage, code) is None


def test_the_list_goes_on_where_it_stopped_also_within_one_millisecond(stage: Stage) -> None:
    with stage.transaction() as tx:
        together = [CreateInvite().make(tx, OPERATOR) for _ in range(5)]
    later = stage.do("ann", CreateInvite())
    expected = [*sorted(together, key=lambda invite: invite.code), later]
    found: list[Invite] = []
    cursor = None
    while page := stage.do("ann", ListInvites(Page(cursor, 2))):
        found += page
        cursor = cursor_of(page[-1])
    assert found == expected


@pytest.mark.parametrize("cursor", ["", "1", ".", "x.y", "1.", "-1.abc", "9" * 400 + ".a", "1.\0", "²." + "a" * 32])
def test_a_made_up_cursor_is_refused(stage: Stage, cursor: str) -> None:
    assert stage.refusal("ann", ListInvites(Page(cursor, 2))).errors[0].field == "cursor"
