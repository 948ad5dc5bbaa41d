"""Making accounts, and one's own: sign-up by its three modes, names that are taken, changed passwords."""

from __future__ import annotations

import asyncio

import pytest

from service.api.attempts import LimitedCounts
from service.chat.accounts import Accounts, NewAccount
from service.chat.attempts import Attempts
from service.chat.errors import Code, Refusal
from service.chat.invites import CreateInvite
from service.chat.passwords import Passwords
from service.chat.profile import Profiles, SeeMe
from service.chat.records import User
from service.chat.roles import Role, Scope
from service.chat.sign_up import SignUp, SignUps
from service.chat.signin import SignIn
from service.chat.users import ChangeUser, DeleteUser
from service.config import SignUp as SignUpSetting
from tests.stage import Stage
from tests.stage_door import StageDatabase, door, open_sessions, sign_in

HOME = "192.0.2.1"
SIGN_UPS = 3  # from one address, in the time of a window
GUESSES = 5  # at one account, in the time of a window
GOOD = "tree-house-lamp"
BETTER = "gravel orbit walnut"


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def accounts(stage: Stage, passwords: Passwords) -> Accounts:
    return Accounts(StageDatabase(stage), passwords)


def sign_ups(stage: Stage, accounts: Accounts, mode: SignUp) -> SignUps:
    attempts = Attempts(LimitedCounts(lambda: stage.now))
    return SignUps(accounts, door(stage), mode, attempts, per_address=SIGN_UPS)


async def verified(stage: Stage, passwords: Passwords, user: User, password: str) -> bool:
    return await passwords.verify(password, stage.run(lambda tx: tx.users.password_hash(user.id)))


def test_the_modes_are_those_of_the_setting() -> None:
    assert [mode.value for mode in SignUp] == [mode.value for mode in SignUpSetting]


# Signing up


@pytest.mark.anyio
async def test_an_open_server_makes_a_member_of_whoever_comes(
    stage: Stage, accounts: Accounts, passwords: Passwords
) -> None:
    made = await sign_ups(stage, accounts, SignUp.OPEN).sign_up(NewAccount(" ＺＯＥ ", GOOD), HOME)
    assert (made.username, made.name, made.role, made.bot, made.suspended) == ("zoe", "zoe", Role.MEMBER, False, False)
    assert stage.who("zoe") == made
    assert await verified(stage, passwords, made, GOOD)


@pytest.mark.anyio
async def test_an_invite_may_say_that_it_makes_a_guest(stage: Stage, accounts: Accounts) -> None:
    code = stage.do("ann", CreateInvite(role=Role.GUEST)).code
    made = await sign_ups(stage, accounts, SignUp.INVITE).sign_up(NewAccount("zoe", GOOD, "Zoe", code), HOME)
    assert (made.name, made.role) == ("Zoe", Role.GUEST)


@pytest.mark.anyio
@pytest.mark.parametrize("mode", [SignUp.INVITE, SignUp.CLOSED])
async def test_without_an_invite_only_an_open_server_lets_anybody_in(
    stage: Stage, accounts: Accounts, mode: SignUp
) -> None:
    with pytest.raises(Refusal) as caught:
        await sign_ups(stage, accounts, mode).sign_up(NewAccount("zoe", GOOD), HOME)
    assert caught.value.code is Code.FORBIDDEN
    assert caught.value.why is not None
    assert caught.value.why.rule == "sign_up"


@pytest.mark.anyio
async def test_a_closed_server_takes_no_invites_either(stage: Stage, accounts: Accounts) -> None:
    code = stage.do("ann", CreateInvite()).code
    with pytest.raises(Refusal) as caught:
        await sign_ups(stage, accounts, SignUp.CLOSED).sign_up(NewAccount("zoe", GOOD, invite=code), HOME)
    assert caught.value.code is Code.FORBIDDEN


@pytest.mark.anyio
async def test_a_single_use_invite_lets_one_in_of_two_who_come_at_once(stage: Stage, accounts: Accounts) -> None:
    code = stage.do("ann", CreateInvite()).code
    desk = sign_ups(stage, accounts, SignUp.INVITE)
    outcomes = await asyncio.gather(
        *(desk.sign_up(NewAccount(name, GOOD, invite=code), HOME) for name in ("zoe", "yan")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refusal", "User"]
    assert len([name for name in ("zoe", "yan") if stage.run(lambda tx, name=name: tx.users.taken(name))]) == 1


@pytest.mark.anyio
async def test_a_sign_up_that_fails_leaves_the_invite_as_it_was(stage: Stage, accounts: Accounts) -> None:
    invite = stage.do("ann", CreateInvite())
    desk = sign_ups(stage, accounts, SignUp.INVITE)
    for wanted in (NewAccount("bob", GOOD, None, invite.code), NewAccount("zoe", "password", None, invite.code)):
        with pytest.raises(Refusal):
            await desk.sign_up(wanted, HOME)
    assert stage.run(lambda tx: tx.invites.get(invite.code)) == invite


@pytest.mark.anyio
async def test_a_void_invite_is_told_before_anything_is_hashed_for_it(stage: Stage, accounts: Accounts) -> None:
    """Else strangers could keep the hashing threads of a closed house busy. The weak password shows the order."""
    with pytest.raises(Refusal) as caught:
        await sign_ups(stage, accounts, SignUp.INVITE).sign_up(NewAccount("zoe", "password", invite="0" * 32), HOME)
    assert caught.value.code is Code.FORBIDDEN


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["bob", "BOB", "ｂｏｂ"])
async def test_a_name_that_is_taken_is_taken_in_every_spelling(stage: Stage, accounts: Accounts, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        await accounts.add(NewAccount(name, GOOD))
    assert caught.value.code is Code.CONFLICT


@pytest.mark.anyio
@pytest.mark.parametrize(
    "name", ["", "a", "x" * 33, "-ann", "an n", "ann!", "me", "ROOM", "\u202eann", "b\0b", "a" * 5_000, "e\u0301" * 9]
)
async def test_what_is_no_username_is_told_so(accounts: Accounts, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        await accounts.add(NewAccount(name, GOOD))
    assert (caught.value.code, caught.value.errors[0].field) == (Code.INVALID, "username")


@pytest.mark.anyio
async def test_a_password_never_shows_in_what_may_be_logged(accounts: Accounts) -> None:
    wanted = NewAccount("zoe", GOOD, invite="secret-code")
    assert GOOD not in repr(wanted)
    assert "secret-code" not in repr(wanted)
    prepared = await accounts.prepared(NewAccount("zoe", GOOD), Role.MEMBER)
    assert "argon2" not in repr(prepared)


# Made by an admin


@pytest.mark.anyio
@pytest.mark.parametrize("mode", SignUp)
async def test_an_admin_makes_accounts_however_the_server_is_set(
    stage: Stage, accounts: Accounts, mode: SignUp
) -> None:
    made = await sign_ups(stage, accounts, mode).create(sign_in(stage, "ann"), NewAccount("zoe", GOOD), HOME)
    assert made.role is Role.MEMBER


@pytest.mark.anyio
@pytest.mark.parametrize("asker", ["mo", "bob", "gus"])
async def test_who_is_no_admin_signs_others_up_as_anybody_does(stage: Stage, accounts: Accounts, asker: str) -> None:
    credential = sign_in(stage, asker)
    with pytest.raises(Refusal) as caught:
        await sign_ups(stage, accounts, SignUp.CLOSED).create(credential, NewAccount("zoe", GOOD), HOME)
    assert caught.value.code is Code.FORBIDDEN
    assert (
        await sign_ups(stage, accounts, SignUp.OPEN).create(credential, NewAccount("zoe", GOOD), HOME)
    ).role is Role.MEMBER


@pytest.mark.anyio
async def test_an_admins_token_without_its_scope_makes_no_accounts(stage: Stage, accounts: Accounts) -> None:
    credential = sign_in(stage, "ann", scope=frozenset({Scope.READ, Scope.WRITE}))
    with pytest.raises(Refusal) as caught:
        await sign_ups(stage, accounts, SignUp.CLOSED).create(credential, NewAccount("zoe", GOOD), HOME)
    assert caught.value.code is Code.INSUFFICIENT_SCOPE


# One's own account


@pytest.fixture
def profiles(stage: Stage, passwords: Passwords) -> Profiles:
    database = StageDatabase(stage)
    attempts = Attempts(LimitedCounts(lambda: stage.now))
    sign_in = SignIn(database, passwords, attempts, lambda: stage.now, per_account=GUESSES, per_address=100)
    return Profiles(door(stage), passwords, sign_in)


@pytest.mark.anyio
async def test_everyone_sees_and_names_themselves(stage: Stage, profiles: Profiles) -> None:
    for username in ("ann", "gus"):
        assert stage.do(username, SeeMe(), scope=frozenset()) == stage.who(username)
        named = await profiles.change(
            sign_in(stage, username), name="  New name ", password=None, current=None, address=HOME
        )
        assert named == stage.who(username)
        assert named.name == "New name"


@pytest.mark.anyio
async def test_a_changed_password_needs_the_current_one_and_ends_all_other_sessions(
    stage: Stage, accounts: Accounts, profiles: Profiles, passwords: Passwords
) -> None:
    zoe = await accounts.add(NewAccount("zoe", GOOD))
    here = sign_in(stage, "zoe", device="laptop")
    sign_in(stage, "zoe", device="phone")
    sign_in(stage, "bob", device="tablet")
    for current, code in ((None, Code.INVALID), ("wrong-password", Code.FORBIDDEN), ("", Code.FORBIDDEN)):
        with pytest.raises(Refusal) as caught:
            await profiles.change(here, name="Zoe", password=BETTER, current=current, address=HOME)
        assert caught.value.code is code
    assert open_sessions(stage, "zoe") == ["laptop", "phone"]
    assert stage.who("zoe") == zoe, "nothing of a refused change is kept, the name neither"
    await profiles.change(here, name=None, password=BETTER, current=GOOD, address=HOME)
    assert open_sessions(stage, "zoe") == ["laptop"]
    assert open_sessions(stage, "bob") == ["tablet"]
    assert stage.changes[-1].sessions == {"s-zoe-phone"}, "so that the hub closes its sockets"
    assert await verified(stage, passwords, zoe, BETTER)
    assert not await verified(stage, passwords, zoe, GOOD)


@pytest.mark.anyio
async def test_who_stole_a_token_cannot_guess_the_password_with_it(
    stage: Stage, accounts: Accounts, profiles: Profiles
) -> None:
    await accounts.add(NewAccount("zoe", GOOD))
    here = sign_in(stage, "zoe")
    codes = []
    for guess in range(GUESSES + 2):
        with pytest.raises(Refusal) as caught:
            await profiles.change(here, name=None, password=BETTER, current=f"guess {guess}", address=HOME)
        codes.append(caught.value.code)
    assert codes == [Code.FORBIDDEN] * GUESSES + [Code.RATE_LIMITED] * 2


@pytest.mark.anyio
async def test_of_two_changes_at_once_the_second_is_told_that_it_came_too_late(
    stage: Stage, accounts: Accounts, profiles: Profiles
) -> None:
    await accounts.add(NewAccount("zoe", GOOD))
    here = sign_in(stage, "zoe")
    outcomes = await asyncio.gather(
        *(
            profiles.change(here, name=None, password=wanted, current=GOOD, address=HOME)
            for wanted in (BETTER, "orbit walnut gravel")
        ),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert [refusal.code for refusal in refused] == [Code.CONFLICT]


@pytest.mark.anyio
async def test_a_weak_password_is_refused_and_the_old_one_stays(
    stage: Stage, accounts: Accounts, profiles: Profiles, passwords: Passwords
) -> None:
    zoe = await accounts.add(NewAccount("zoe", GOOD))
    with pytest.raises(Refusal) as caught:
        await profiles.change(sign_in(stage, "zoe"), name=None, password="zoezoezoe", current=GOOD, address=HOME)
    assert caught.value.code is Code.INVALID
    assert await verified(stage, passwords, zoe, GOOD)


@pytest.mark.anyio
async def test_a_token_that_may_only_read_changes_nothing(stage: Stage, profiles: Profiles) -> None:
    credential = sign_in(stage, "bob", scope=frozenset({Scope.READ}))
    for password in (None, BETTER):
        with pytest.raises(Refusal) as caught:
            await profiles.change(credential, name="Bobby", password=password, current=GOOD, address=HOME)
        assert caught.value.code is Code.INSUFFICIENT_SCOPE


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("blow", "code"),
    [(ChangeUser("zoe", suspended=True), Code.SUSPENDED), (DeleteUser("zoe"), Code.UNAUTHENTICATED)],
    ids=["suspended", "deleted"],
)
async def test_whoever_is_suspended_or_deleted_meanwhile_changes_nothing(
    stage: Stage, profiles: Profiles, accounts: Accounts, blow: ChangeUser | DeleteUser, code: Code
) -> None:
    await accounts.add(NewAccount("zoe", GOOD))
    here = sign_in(stage, "zoe")
    stage.do("ann", blow)
    with pytest.raises(Refusal) as caught:
        await profiles.change(here, name="Zoe", password=None, current=None, address=HOME)
    assert caught.value.code is code


# By the operator


@pytest.mark.anyio
async def test_the_operator_gives_any_role_and_any_password(
    stage: Stage, accounts: Accounts, passwords: Passwords
) -> None:
    zoe = await accounts.add(NewAccount("zoe", GOOD), Role.ADMIN)
    assert zoe.role is Role.ADMIN
    sign_in(stage, "zoe")
    await accounts.set_password("ZOE", BETTER)
    assert await verified(stage, passwords, zoe, BETTER)
    assert open_sessions(stage, "zoe") == []


@pytest.mark.anyio
async def test_nobody_and_bots_get_no_password(stage: Stage, accounts: Accounts) -> None:
    stage.run(lambda tx: tx.users.add("herald", "Herald", Role.MEMBER, bot=True, password_hash=None))
    for username, code in (("nobody", Code.NOT_FOUND), ("herald", Code.CONFLICT)):
        with pytest.raises(Refusal) as caught:
            await accounts.set_password(username, BETTER)
        assert caught.value.code is code
