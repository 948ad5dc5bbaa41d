"""Every role, before every kind of room, with every action: the table answers as the contract says.

The contract is written down here a second time, in another form (``expected`` reads like its sentences, ``PICTURE``
like a chart on a wall), so that a slip in the table is a difference and not a new truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from service.chat import policy
from service.chat.errors import Code, Refusal
from service.chat.policy import Action, Standing, may
from service.chat.records import FOREVER, Room, Sanction, SanctionKind, User
from service.chat.roles import SCOPES_OF, Role, RoomRole, Scope, Visibility

ALL = frozenset(Scope)
LOBBY = Room(1, "lobby", "Lobby", "", Visibility.PUBLIC, Role.GUEST, Role.GUEST, False, 0, "e", 0, 0, 0, False)
STAFF = replace(LOBBY, slug="staff", join_role=Role.MODERATOR, post_role=Role.MEMBER)
NEWS = replace(LOBBY, slug="news", post_role=Role.MODERATOR)
DEN = replace(LOBBY, slug="den", visibility=Visibility.PRIVATE, join_role=Role.MEMBER, post_role=Role.MEMBER)
ROOM_ROLES = (None, *RoomRole)


def standing(
    room: Room, role: Role, held: RoomRole | None = None, scope: frozenset[Scope] = ALL, blocked: bool = False
) -> Standing:
    return Standing(room, role, held, scope, blocked=blocked)


BOB = User(3, "u3", "bob", "Bob", Role.MEMBER, False, False, False, 0)


def sanction(kind: SanctionKind) -> Sanction:
    return Sanction(1, "s1", kind, "lobby", BOB, "mo", 4, 1, FOREVER, None, {"lobby": 2}, "a1")


MUTED, BANNED = sanction(SanctionKind.MUTE), sanction(SanctionKind.BAN)


def every_sanctioned_standing() -> Iterator[Standing]:
    """Each of them as who is muted, banned, both, and neither."""
    for s, muted, banned in product(every_standing(), (None, MUTED), (None, BANNED)):
        yield replace(s, muted=muted, banned=banned)


def every_standing() -> Iterator[Standing]:
    """Each role in each room role before each kind of room: also those that cannot come about."""
    kinds = product(Visibility, Role, Role, (False, True), (False, True))
    for visibility, join_role, post_role, locked, deleted in kinds:
        room = replace(
            LOBBY, visibility=visibility, join_role=join_role, post_role=post_role, locked=locked, deleted=deleted
        )
        for role, held in product(Role, ROOM_ROLES):
            yield standing(room, role, held)
            if visibility is Visibility.DIRECT:
                yield standing(room, role, held, blocked=True)


def moderates(s: Standing) -> bool:
    """Owners and room moderators moderate their room; server moderators moderate public rooms and the private ones
    that they are members of; admins all but direct ones."""
    if s.room_role in (RoomRole.OWNER, RoomRole.MODERATOR):
        return True
    if s.room.visibility is Visibility.DIRECT:
        return False
    if s.role is Role.MODERATOR:
        return s.room.visibility is Visibility.PUBLIC or s.room_role is not None
    return s.role is Role.ADMIN


def expected(action: Action, s: Standing) -> Code | None:
    """The contract's sentences about rooms; None is yes."""
    member = s.room_role is not None
    seen = {
        Visibility.PUBLIC: True,
        Visibility.PRIVATE: member or s.role is Role.ADMIN,
        Visibility.DIRECT: member,
    }
    if s.room.deleted or not seen[s.room.visibility]:
        return Code.NOT_FOUND
    if action is Action.SEE:
        return None
    if s.banned is not None:
        return Code.BANNED
    gated = s.room.visibility is not Visibility.DIRECT
    if gated and s.role < s.room.join_role:
        return Code.ROLE_TOO_LOW
    if action in (Action.READ, Action.JOIN):
        return None
    at_home = moderates(s) or s.room.visibility is Visibility.DIRECT
    if action in (Action.POST, Action.REACT, Action.CALL):
        if not member:
            return Code.NOT_JOINED
        if s.muted is not None:
            return Code.MUTED
        if action is not Action.REACT and gated and s.role < s.room.post_role:
            return Code.ROLE_TOO_LOW
        if s.room.locked and not moderates(s):
            return Code.LOCKED
        return Code.FORBIDDEN if s.blocked or (action is Action.CALL and not at_home) else None
    if action is Action.PIN:
        if not member:
            return Code.NOT_JOINED
        return Code.FORBIDDEN if s.blocked or not at_home else None
    if action in (Action.INVITE, Action.MODERATE):
        return None if moderates(s) else Code.FORBIDDEN
    manages = s.room_role is RoomRole.OWNER or (s.role is Role.ADMIN and s.room.visibility is not Visibility.DIRECT)
    return None if manages else Code.FORBIDDEN


def test_every_role_in_every_kind_of_room_with_every_action() -> None:
    cases = [(action, s) for s in every_sanctioned_standing() for action in Action]
    assert len(cases) == (3 + 1) * 4 * 4 * 2 * 2 * 4 * 4 * 11 * 4, "each also where one of two has blocked the other"
    wrong = [(action, s) for action, s in cases if may(action, s).code != expected(action, s)]
    assert not wrong
    answers = {expected(action, s) for action, s in cases}
    assert answers == {
        None,
        Code.NOT_FOUND,
        Code.ROLE_TOO_LOW,
        Code.NOT_JOINED,
        Code.LOCKED,
        Code.FORBIDDEN,
        Code.MUTED,
        Code.BANNED,
    }, "each answer of the table comes up, so that none is tested by its absence"


# What each of the cast may do, where none of them has joined but those named. A letter is a yes: s(ee), r(ead),
# j(oin), p(ost), r(eact), p(in), c(all), i(nvite), m(oderate), c(hange), d(elete).
PICTURE = {
    LOBBY: {"ann": "srj----imcd", "mo": "srj----im--", "bob": "srj--------", "gus": "srj--------"},
    STAFF: {"ann": "srj----imcd", "mo": "srj----im--", "bob": "s----------", "gus": "s----------"},
    NEWS: {"ann": "srj----imcd", "mo": "srj----im--", "bob": "srj--------", "gus": "srj--------"},
    DEN: {"ann": "srj----imcd", "mo": "-----------", "bob": "-----------", "gus": "-----------"},
}
PICTURE_OF_MEMBERS = {
    LOBBY: {"ann": "srjprpcimcd", "mo": "srjprpcim--", "bob": "srjpr------", "gus": "srjpr------"},
    STAFF: {"ann": "srjprpcimcd", "mo": "srjprpcim--"},
    NEWS: {"ann": "srjprpcimcd", "mo": "srjprpcim--", "bob": "srj-r------", "gus": "srj-r------"},
    DEN: {"ann": "srjprpcimcd", "mo": "srjprpcim--", "bob": "srjpr------"},
}
ROLE_OF = {"ann": Role.ADMIN, "mo": Role.MODERATOR, "bob": Role.MEMBER, "gus": Role.GUEST}


def drawn(s: Standing) -> str:
    return "".join(action.value[0] if may(action, s).allowed else "-" for action in Action)


@pytest.mark.parametrize("room", PICTURE, ids=lambda room: room.slug)
def test_the_cast_before_the_rooms(room: Room) -> None:
    assert {name: drawn(standing(room, ROLE_OF[name])) for name in PICTURE[room]} == PICTURE[room]


@pytest.mark.parametrize("room", PICTURE_OF_MEMBERS, ids=lambda room: room.slug)
def test_the_cast_as_members_of_the_rooms(room: Room) -> None:
    found = {name: drawn(standing(room, ROLE_OF[name], RoomRole.MEMBER)) for name in PICTURE_OF_MEMBERS[room]}
    assert found == PICTURE_OF_MEMBERS[room]


def test_you_can_lists_what_the_table_allows() -> None:
    assert policy.actions(standing(LOBBY, Role.MEMBER, RoomRole.MEMBER)) == ["see", "read", "join", "post", "react"]
    assert policy.actions(standing(DEN, Role.MEMBER)) == []


def test_a_server_moderator_keeps_an_owners_powers_in_their_own_room() -> None:
    mo = standing(LOBBY, Role.MODERATOR, RoomRole.OWNER)
    assert may(Action.CHANGE, mo).allowed
    assert may(Action.DELETE, mo).allowed
    assert policy.may_give(mo, RoomRole.OWNER).allowed
    assert not may(Action.CHANGE, standing(LOBBY, Role.MODERATOR, RoomRole.MODERATOR)).allowed


def test_a_lock_spares_who_moderates_and_so_does_slow_mode() -> None:
    for s in every_standing():
        assert s.moderates == moderates(s)


NEEDED_SCOPE = {
    Action.SEE: Scope.READ,
    Action.READ: Scope.READ,
    Action.JOIN: Scope.READ,
    Action.POST: Scope.WRITE,
    Action.REACT: Scope.WRITE,
    Action.PIN: Scope.WRITE,
    Action.CALL: Scope.WRITE,
    Action.INVITE: Scope.WRITE,
    Action.MODERATE: Scope.MODERATE,
    Action.CHANGE: Scope.WRITE,
    Action.DELETE: Scope.WRITE,
}


@pytest.mark.parametrize("action", Action)
def test_a_token_whose_scope_lacks_the_action_is_refused_whoever_holds_it(action: Action) -> None:
    needed = NEEDED_SCOPE[action]
    owner = standing(LOBBY, Role.ADMIN, RoomRole.OWNER, frozenset({needed}))
    assert may(action, owner).allowed
    verdict = may(action, replace(owner, scope=ALL - {needed}))
    assert verdict.code is Code.INSUFFICIENT_SCOPE
    assert needed.value in verdict.message


def test_the_scope_is_asked_last_so_that_it_tells_nobody_of_a_private_room() -> None:
    assert may(Action.READ, standing(DEN, Role.MEMBER, None, frozenset())).code is Code.NOT_FOUND


# Rank


def rank(s: Standing) -> int:
    """Admins and server moderators outrank all room roles; below them, within a room, only the room role counts."""
    if s.room.visibility is not Visibility.DIRECT:
        if s.role is Role.ADMIN:
            return 5
        if s.role is Role.MODERATOR and (s.room.visibility is Visibility.PUBLIC or s.room_role is not None):
            return 4
    return {None: 0, RoomRole.MEMBER: 1, RoomRole.MODERATOR: 2, RoomRole.OWNER: 3}[s.room_role]


@pytest.mark.parametrize("visibility", Visibility)
def test_nobody_acts_on_an_equal_or_a_higher_one_but_admins_on_admins(visibility: Visibility) -> None:
    room = replace(LOBBY, visibility=visibility)
    everyone = [standing(room, role, held) for role, held in product(Role, ROOM_ROLES)]
    for actor, target in product(everyone, repeat=2):
        both_admins = rank(actor) == rank(target) == 5
        verdict = policy.may_act_on(actor, target)
        assert verdict.allowed == (rank(actor) > rank(target) or both_admins)
        assert verdict.code in (None, Code.FORBIDDEN)


@pytest.mark.parametrize("visibility", Visibility)
def test_nobody_gives_more_than_they_have(visibility: Visibility) -> None:
    room = replace(LOBBY, visibility=visibility)
    for role, held, given in product(Role, ROOM_ROLES, RoomRole):
        actor = standing(room, role, held)
        owns = held is RoomRole.OWNER or (role is Role.ADMIN and visibility is not Visibility.DIRECT)
        has = owns or (moderates(actor) and given <= RoomRole.MODERATOR)
        assert policy.may_give(actor, given).allowed == has


@pytest.mark.parametrize(("role", "gate"), list(product(Role, Role)))
def test_who_acts_undoes_their_equals_acts_and_those_of_lower_rank(role: Role, gate: Role) -> None:
    assert policy.may_undo(policy.Rank(role), gate).allowed == (role >= gate)


@pytest.mark.parametrize(("role", "gate"), list(product(Role, Role)))
def test_on_the_server_moderators_act_on_lower_roles_and_admins_on_all(role: Role, gate: Role) -> None:
    actor, target = (replace(BOB, role=one) for one in (role, gate))
    may_act = role is Role.ADMIN or (role is Role.MODERATOR and gate < Role.MODERATOR)
    assert policy.may_act_on_user(actor, target).allowed == may_act
    verdict = policy.may_moderate_users(actor, ALL)
    assert verdict.code == (None if role >= Role.MODERATOR else Code.ROLE_TOO_LOW)
    without = policy.may_moderate_users(actor, ALL - {Scope.MODERATE})
    assert without.code == (Code.INSUFFICIENT_SCOPE if role >= Role.MODERATOR else Code.ROLE_TOO_LOW)


@pytest.mark.parametrize(("role", "gate"), list(product(Role, Role)))
def test_a_gate_is_never_above_its_setter(role: Role, gate: Role) -> None:
    user = User(1, "u1", "bob", "Bob", role, False, False, False, 0)
    assert policy.may_set_gate(user, gate).allowed == (role >= gate)


@pytest.mark.parametrize("role", Role)
def test_members_and_above_create_rooms_and_only_admins_administer(role: Role) -> None:
    user = User(1, "u1", "bob", "Bob", role, False, False, False, 0)
    assert policy.may_create(user, ALL).allowed == (role is not Role.GUEST)
    assert policy.may_create(user, ALL - {Scope.WRITE}).code in (Code.INSUFFICIENT_SCOPE, Code.ROLE_TOO_LOW)
    assert policy.may_administer(user, ALL).allowed == (role is Role.ADMIN)
    assert not policy.may_administer(user, ALL - {Scope.ADMIN}).allowed


def test_listing_wants_the_scope_to_read() -> None:
    assert policy.may_list(frozenset({Scope.READ})).allowed
    assert policy.may_list(ALL - {Scope.READ}).code is Code.INSUFFICIENT_SCOPE


# Answers


def test_a_refusal_carries_the_rule_that_decided_but_for_what_one_may_not_see() -> None:
    with pytest.raises(Refusal) as gated:
        may(Action.READ, standing(STAFF, Role.MEMBER)).require()
    assert gated.value.why is not None
    assert gated.value.why.rule == "join_role"
    assert "moderator" in gated.value.message
    with pytest.raises(Refusal) as unseen:
        may(Action.READ, standing(DEN, Role.MODERATOR)).require()
    assert unseen.value.why is None


def test_every_rule_has_a_sentence_for_people() -> None:
    sentences = {rule.message(standing(STAFF, Role.GUEST)) for rules in policy.TABLE.values() for rule in rules}
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)


def test_the_table_is_whole_and_its_summary_has_ten_lines() -> None:
    assert set(policy.TABLE) == set(Action)
    assert all(rules[0] is policy.VISIBLE for rules in policy.TABLE.values()), "what one may not see is not found first"
    assert len(policy.SUMMARY) == 10


def test_every_role_has_the_scopes_to_see_and_to_speak() -> None:
    assert all({Scope.READ, Scope.WRITE} <= SCOPES_OF[role] for role in Role)
