"""Every act of authority leaves one row in the audit log, in the transaction that does it; what is refused, and what
people do for themselves, leaves none.

Every command that there is stands in one of three lists, so that a new one can't be forgotten.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

import service.chat
from service.chat import audit, invites
from service.chat.accounts import Accounts, AddUser, NewAccount
from service.chat.audit import ListAudit, ListRoomAudit
from service.chat.blocks import Block, ListBlocked
from service.chat.bots import Bots
from service.chat.chain import Entry, verify
from service.chat.connections import DropConnection, ListConnections
from service.chat.deeds import OPERATOR, UNDO_SECONDS, Deed, What
from service.chat.deletions import DeleteMessage, DeleteMessages, FindMessages, SeeMessage
from service.chat.direct import OpenDirect
from service.chat.edits import EditMessage, ListRevisions
from service.chat.enforcement import EndDue
from service.chat.erasures import CountMessages, EraseOneself, EraseUser, LeaveForGood, ListErasures, SeeErasure
from service.chat.files import AddFile, MayUpload, Quota, SeeFile
from service.chat.filters import AddFilter, ListFilters, NewFilter, RemoveFilter, TryFilter
from service.chat.invites import CreateInvite, DeleteInvite, ListInvites
from service.chat.members import JoinRoom, LeaveRoom, ListMembers, SetMember
from service.chat.mentions import ListMentions
from service.chat.messages import ListMessages, PostMessage
from service.chat.passwords import Passwords
from service.chat.permissions import ExplainPermissions
from service.chat.pins import ListPins, PinMessage
from service.chat.policy import Rank
from service.chat.profile import ChangeOwn, SeeMe, TakeAlong
from service.chat.reactions import React
from service.chat.reading import ListReaders, ReadRoom
from service.chat.records import File, FilterAction, FilterKind, ReportState, SanctionKind, Source
from service.chat.replay import EnterRoom, Type
from service.chat.reports import HandleReport, ListOwnReports, ListReports, ReportMessage, SeeReport
from service.chat.resets import IssueReset
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, CreateRoom, DeleteRoom, ListRooms, SeeRoom
from service.chat.sanctions import Impose, Lift, ListSanctions, RemoveMember
from service.chat.search import ReadHits, Resolve
from service.chat.sessions import EndOtherSessions, EndSession, ListSessions, admit
from service.chat.setup import Setup
from service.chat.stores.erasures import Messages
from service.chat.threads import FollowThread, ListThreads, ReadThread, SeeThread
from service.chat.undo import ListActions, Undo
from service.chat.users import ChangeUser, DeleteUser, ListUsers, RevokeSessions, SeeUser
from service.storage import posting
from tests.stage import CAST, TICK, Asked, Stage
from tests.stage_door import StageDatabase, sign_in

GOOD = "tree-house-lamp"


class Unasked:
    """Patterns that are all of one size; nothing is looked for here."""

    def size(self, kind: FilterKind, pattern: str) -> int:
        """One step."""
        return 1

    def read(self, text: str) -> Any:
        """Never called."""
        raise AssertionError


def say(stage: Stage, text: str = "buy now") -> str:
    """The id of something that bob says in the lobby."""
    post = PostMessage(sign_in(stage, "bob", device=f"{stage.now}"), "lobby", text)
    (posted,) = stage.run(lambda tx: posting.store(tx, [post]))
    assert isinstance(posted, posting.Posted), posted
    return posted.message.id


def reported(stage: Stage, state: ReportState = ReportState.OPEN) -> str:
    """The id of cyn's report of it, which mo has brought that far."""
    report = stage.do("cyn", ReportMessage(say(stage), "spam")).report
    if state is not ReportState.OPEN:
        stage.do("mo", HandleReport(report.uid, state))
    return report.uid


def sanctioned(stage: Stage, kind: SanctionKind, room: str | None = "lobby", by: str = "mo") -> str:
    """The id of a sanction on bob."""
    return stage.do(by, Impose(room, "bob", kind)).value.uid


def suspended(stage: Stage) -> ChangeUser:
    stage.do("ann", ChangeUser("bob", suspended=True))
    return ChangeUser("bob", suspended=False)


def action(stage: Stage) -> str:
    """The id of a kick of bob's that can be undone."""
    done = stage.do("mo", RemoveMember("lobby", "bob")).action
    assert done is not None
    return done.uid


def found(stage: Stage) -> DeleteMessages:
    since = stage.now
    for _ in range(3):
        say(stage)
    return DeleteMessages(stage.do("mo", FindMessages("bob", "lobby", since, stage.now + TICK)), "spam")


def added(stage: Stage) -> str:
    return stage.do("mo", AddFilter("lobby", WANTED, Unasked())).uid


WANTED = NewFilter(FilterKind.WORD, "buy", FilterAction.REJECT, "no advertising")


@dataclass(frozen=True)
class Act:
    """Somebody does this (``command`` sets the stage for it first), to bob or to nobody, in the lobby or nowhere."""

    by: str
    what: What
    command: Callable[[Stage], Asked[Any]]
    on: str | None = None
    room: str | None = None


def in_lobby(by: str, what: What, command: Callable[[Stage], Asked[Any]]) -> Act:
    return Act(by, what, command, "bob", "lobby")


def on_server(by: str, what: What, command: Callable[[Stage], Asked[Any]]) -> Act:
    return Act(by, what, command, "bob")


KICK, MUTE, BAN, SUSPEND = SanctionKind.KICK, SanctionKind.MUTE, SanctionKind.BAN, SanctionKind.SUSPEND
ACTS = {
    "add a user": Act("ann", What.USER_ADDED, lambda _: AddUser("zoe", "Zoe", "hash"), "zoe"),
    "rename": on_server("ann", What.USER_RENAMED, lambda _: ChangeUser("bob", name="Robert")),
    "promote": on_server("ann", What.USER_ROLE, lambda _: ChangeUser("bob", role=Role.MODERATOR, reason="helps")),
    "demote": on_server("ann", What.USER_ROLE, lambda _: ChangeUser("bob", role=Role.GUEST)),
    "suspend": on_server("ann", What.USER_SUSPENDED, lambda _: ChangeUser("bob", suspended=True)),
    "restore": on_server("ann", What.USER_RESTORED, suspended),
    "delete a user": on_server("ann", What.USER_DELETED, lambda _: DeleteUser("bob")),
    "erase a user": Act("ann", What.USER_ERASED, lambda _: EraseUser("bob", Messages.DELETE)),
    "revoke sessions": on_server("mo", What.SESSIONS_REVOKED, lambda _: RevokeSessions("bob", "lost a phone")),
    "reset a password": on_server("ann", What.PASSWORD_RESET, lambda _: IssueReset("bob")),
    "invite": Act("ann", What.INVITE_MADE, lambda _: CreateInvite()),
    "take an invite back": Act(
        "ann", What.INVITE_DELETED, lambda stage: DeleteInvite(stage.do("ann", CreateInvite()).code)
    ),
    "make a room": Act("ann", What.ROOM_CREATED, lambda _: CreateRoom("attic"), None, "attic"),
    "change a room": Act("ann", What.ROOM_CHANGED, lambda _: ChangeRoom("lobby", topic="Hush"), None, "lobby"),
    "raise a gate": Act(
        "ann", What.ROOM_CHANGED, lambda _: ChangeRoom("lobby", join_role=Role.MODERATOR), None, "lobby"
    ),
    "lock a room": Act("mo", What.ROOM_CHANGED, lambda _: ChangeRoom("lobby", locked=True), None, "lobby"),
    "delete a room": Act("ann", What.ROOM_DELETED, lambda _: DeleteRoom("lobby"), None, "lobby"),
    "invite to a room": Act("mo", What.MEMBER_INVITED, lambda _: SetMember("lobby", "gus"), "gus", "lobby"),
    "make a moderator": in_lobby("mo", What.MEMBER_ROLE, lambda _: SetMember("lobby", "bob", RoomRole.MODERATOR)),
    "kick": in_lobby("mo", What.MEMBER_KICKED, lambda _: Impose("lobby", "bob", KICK, reason="spam")),
    "remove": in_lobby("mo", What.MEMBER_KICKED, lambda _: RemoveMember("lobby", "bob")),
    "mute": in_lobby("mo", What.MEMBER_MUTED, lambda _: Impose("lobby", "bob", MUTE)),
    "ban": in_lobby("mo", What.MEMBER_BANNED, lambda _: Impose("lobby", "bob", BAN)),
    "unmute": in_lobby("mo", What.MEMBER_UNMUTED, lambda stage: Lift(sanctioned(stage, MUTE), "lobby")),
    "unban": in_lobby("mo", What.MEMBER_UNBANNED, lambda stage: Lift(sanctioned(stage, BAN), "lobby")),
    "mute on the server": on_server("mo", What.USER_MUTED, lambda _: Impose(None, "bob", MUTE)),
    "suspend by sanction": on_server("mo", What.USER_SUSPENDED, lambda _: Impose(None, "bob", SUSPEND)),
    "unmute on the server": on_server("mo", What.USER_UNMUTED, lambda stage: Lift(sanctioned(stage, MUTE, None))),
    "lift a suspension": on_server("mo", What.USER_RESTORED, lambda stage: Lift(sanctioned(stage, SUSPEND, None))),
    "delete a message": in_lobby("mo", What.MESSAGES_DELETED, lambda stage: DeleteMessage(say(stage), "spam")),
    "delete in bulk": in_lobby("mo", What.MESSAGES_DELETED, found),
    "undo": in_lobby("mo", What.UNDONE, lambda stage: Undo(action(stage))),
    "drop a connection": in_lobby(
        "mo", What.CONNECTION_DROPPED, lambda stage: DropConnection("lobby", "c1", stage.who("bob").id)
    ),
    "set a filter": Act("mo", What.FILTER_ADDED, lambda _: AddFilter("lobby", WANTED, Unasked()), None, "lobby"),
    "take a filter away": Act(
        "mo", What.FILTER_REMOVED, lambda stage: RemoveFilter("lobby", added(stage)), None, "lobby"
    ),
    "take a report": in_lobby("mo", What.REPORT_TAKEN, lambda stage: HandleReport(reported(stage), ReportState.TAKEN)),
    "close a report": in_lobby(
        "mo", What.REPORT_CLOSED, lambda stage: HandleReport(reported(stage), ReportState.CLOSED, "bob was muted")
    ),
    "open a report again": in_lobby(
        "mo",
        What.REPORT_OPENED,
        lambda stage: HandleReport(reported(stage, ReportState.CLOSED), ReportState.OPEN),
    ),
}
# What the operator or the server does, who ask no policy: tried further below, and where the command line is tried.
# What people do to themselves and leaves a row all the same: tried with its own.
SELF = {EraseOneself}
UNASKED = {
    What.SERVER_SET_UP,
    What.PASSWORD_SET,
    What.BOT_ADDED,
    What.KEYS_ROTATED,
    What.AUDIT_ERASED,
    What.EPOCH_RENEWED,
    What.RESTORED,
    What.IMPORTED,
}

QUOTA = Quota(10, 10, 10, 10)

# What people do for themselves takes no authority.
OWN: dict[str, tuple[str, Callable[[Stage], Asked[Any]]]] = {
    "join": ("gus", lambda _: JoinRoom("lobby")),
    "enter": ("gus", lambda _: EnterRoom("lobby")),
    "join by one's own name": ("gus", lambda _: SetMember("lobby", "gus")),
    "leave": ("bob", lambda _: LeaveRoom("lobby")),
    "leave by one's own name": ("bob", lambda _: RemoveMember("lobby", "bob")),
    "type": ("bob", lambda _: Type("lobby")),
    "upload": ("bob", lambda _: AddFile("lobby", File("f1", "a.txt", "text/plain", 7), "ab" * 16, b"digest", 0, QUOTA)),
    "report": ("cyn", lambda stage: ReportMessage(say(stage), "spam")),
    "delete one's own message": ("bob", lambda stage: DeleteMessage(say(stage))),
    "edit": ("bob", lambda stage: EditMessage(say(stage), "hello, all")),
    "react": ("bob", lambda stage: React(say(stage), ":ok:", on=True)),
    # Of a moderator, but it is done to nobody: the room's log says by whom.
    "pin": ("ann", lambda stage: PinMessage(say(stage), on=True)),
    "read": ("bob", lambda _: ReadRoom("lobby", 1)),
    "follow a thread": ("bob", lambda stage: FollowThread(say(stage), following=True)),
    "read a thread": ("bob", lambda stage: ReadThread(say(stage), 1)),
    "talk directly": ("bob", lambda _: OpenDirect(("cyn",))),
    "block": ("bob", lambda _: Block("cyn", on=True)),
    "leave for good": ("bob", lambda _: LeaveForGood(None)),
    "rename oneself": ("bob", lambda _: ChangeOwn(name="Robert")),
    "sign out elsewhere": ("bob", lambda _: EndOtherSessions()),
    "sign out": ("bob", lambda stage: EndSession(sign_in(stage, "bob").sid)),
}
QUESTIONS = {
    CountMessages,
    ExplainPermissions,
    FindMessages,
    ListActions,
    ListAudit,
    ListBlocked,
    ListConnections,
    ListErasures,
    ListFilters,
    ListInvites,
    ListMembers,
    ListMentions,
    ListMessages,
    ListOwnReports,
    ListPins,
    ListReaders,
    ListReports,
    ListRevisions,
    ListRoomAudit,
    ListRooms,
    ListSanctions,
    ListSessions,
    ListThreads,
    ListUsers,
    MayUpload,
    ReadHits,
    Resolve,
    SeeErasure,
    SeeFile,
    SeeMe,
    SeeMessage,
    SeeReport,
    SeeRoom,
    SeeThread,
    SeeUser,
    TakeAlong,
    TryFilter,
}


def staged() -> Stage:
    """bob and cyn are in the lobby, which ann owns."""
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST)
    for username in ("bob", "cyn"):
        stage.place("lobby", username, RoomRole.MEMBER)
    return stage


@pytest.fixture
def stage() -> Stage:
    return staged()


def rows(stage: Stage) -> list[Entry]:
    return stage.run(lambda tx: list(tx.audit.entries()))


def new_row(stage: Stage, before: int) -> Entry:
    """The one row that there is more, in a log that fits."""
    found = rows(stage)
    assert [entry.row.what for entry in found[before:]] == [found[-1].row.what], "one row, no more and no less"
    assert stage.run(lambda tx: verify(tx.audit.entries(), tx.audit.facts(), tx.audit.head())).rows == before + 1
    return found[-1]


def commands() -> set[type]:
    """Everything that can be asked of chat; what is called `_…` is a part of something else."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(service.chat.__path__, "service.chat.")
        if not found.ispkg
    ]
    return {
        kind
        for module in modules
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and not name.startswith("_") and name != "Command"
        if "run" in vars(kind) and [*inspect.signature(kind.run).parameters][-1] == "asker"
    }


def test_every_command_is_known_as_an_act_a_question_or_ones_own_affair() -> None:
    acting = {type(act.command(staged())) for act in ACTS.values()}
    own = {type(command(staged())) for _, command in OWN.values()}
    assert len(commands()) > 45
    assert acting | own | SELF | QUESTIONS == commands()
    assert not QUESTIONS & (acting | own)


def test_every_kind_of_act_is_tried() -> None:
    assert {act.what for act in ACTS.values()} | UNASKED == set(What)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_of_authority_leaves_one_row_that_names_nobody(stage: Stage, name: str) -> None:
    act = ACTS[name]
    command = act.command(stage)
    before = len(rows(stage))
    stage.do(act.by, command)
    entry = new_row(stage, before)
    assert (entry.row.what, entry.value("actor")) == (act.what, act.by)
    assert (entry.value("subject"), entry.row.room) == (act.on, act.room)
    detail = json.loads(entry.row.detail)
    assert all(value is None or isinstance(value, str | int) for value in detail.values())
    assert not {*CAST, "zoe", "Zoe", "Robert", "buy"} & {value for value in detail.values() if isinstance(value, str)}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_that_is_refused_leaves_none(stage: Stage, name: str) -> None:
    """cyn is a member like bob, but for rooms, which members may make: a guest may not. Nothing at all is left."""
    act = ACTS[name]
    command = act.command(stage)
    who = "gus" if isinstance(command, CreateRoom) else "cyn"
    assert stage.refusal(who, command, frozenset(Scope))


@pytest.mark.parametrize("name", OWN)
def test_what_people_do_for_themselves_leaves_no_row(stage: Stage, name: str) -> None:
    username, command_of = OWN[name]
    command = command_of(stage)
    before = len(rows(stage))
    stage.do(username, command)
    assert len(rows(stage)) == before


@pytest.mark.parametrize(
    "command",
    [ChangeRoom("lobby"), ChangeUser("bob"), ChangeUser("bob", role=Role.MEMBER), SetMember("lobby", "bob")],
    ids=repr,
)
def test_what_changes_nothing_leaves_no_row(stage: Stage, command: Asked[Any]) -> None:
    stage.do("ann", command)
    assert rows(stage) == []


def test_the_row_says_from_where_it_was_asked(stage: Stage) -> None:
    """The asker brings it along, as the door admits them."""
    credential = sign_in(stage, "mo")
    here = Source("192.0.2.7", "5e1f00d55e1f00d5")
    stage.run(lambda tx: Impose("lobby", "bob", MUTE).run(tx, admit(tx, replace(credential, source=here))))
    (entry,) = rows(stage)
    assert (entry.value("address"), entry.row.request) == (here.address, here.request)


def test_a_sanction_that_ends_by_itself_is_the_servers_act(stage: Stage) -> None:
    stage.do("mo", Impose("lobby", "bob", MUTE, until=stage.now + 5 * TICK))
    stage.now += 10 * TICK
    assert stage.run(lambda tx: EndDue().apply(tx)) == 1
    entry = new_row(stage, 1)
    assert (entry.row.what, entry.row.actor, entry.row.request) == ("member.unmuted", None, "server")
    assert entry.value("subject") == "bob"


def test_an_act_that_comes_too_late_to_be_undone_leaves_no_row(stage: Stage) -> None:
    command = Undo(action(stage))
    stage.now += UNDO_SECONDS * 1_000
    stage.refusal("mo", command)
    assert [entry.row.what for entry in rows(stage)] == ["member.kicked"]


@pytest.mark.anyio
async def test_the_operators_acts_leave_a_row_each(stage: Stage, passwords: Passwords) -> None:
    database = StageDatabase(stage)
    accounts = Accounts(database, passwords)
    await accounts.add(NewAccount("zoe", GOOD), Role.MODERATOR, OPERATOR)
    await accounts.set_password("zoe", "another-tree-house")
    await Bots(database).add("herald")
    stage.run(lambda tx: CreateInvite().make(tx, OPERATOR))
    stage.run(lambda tx: ChangeUser("bob", role=Role.GUEST).apply(tx, OPERATOR))
    stage.run(lambda tx: DeleteUser("gus").apply(tx, OPERATOR))
    stage.run(lambda tx: Deed(OPERATOR, What.KEYS_ROTATED, Rank.ADMIN).done(tx))
    stage.run(lambda tx: audit.erase(tx, "zoe"))
    found = rows(stage)
    assert [entry.row.what for entry in found] == [
        "user.added",
        "password.set",
        "bot.added",
        "invite.made",
        "user.role",
        "user.deleted",
        "keys.rotated",
        "audit.erased",
    ]
    assert {(entry.row.actor, entry.row.request) for entry in found} == {(None, "command line")}


@pytest.mark.anyio
async def test_who_signs_up_by_themselves_leaves_no_row_also_with_an_invite(stage: Stage, passwords: Passwords) -> None:
    accounts = Accounts(StageDatabase(stage), passwords)
    code = stage.run(lambda tx: CreateInvite().make(tx, OPERATOR)).code
    await accounts.add(NewAccount("zoe", GOOD))
    await accounts.add(NewAccount("yan", GOOD, invite=code))
    assert [entry.row.what for entry in rows(stage)] == ["invite.made"]


@pytest.mark.anyio
async def test_the_first_admin_is_written_down(passwords: Passwords) -> None:
    stage = Stage(cast=())
    setup = Setup(StageDatabase(stage), passwords)
    token = await setup.open()
    assert token is not None
    await setup.complete(token, "ann", GOOD, Source("192.0.2.7", "5e1f00d5"))
    entry = new_row(stage, 0)
    assert (entry.row.what, entry.value("actor"), entry.value("subject")) == ("server.set_up", "ann", "ann")
    assert entry.value("address") == "192.0.2.7"


def test_an_invite_is_known_again_but_its_code_is_not_told(stage: Stage) -> None:
    """Whoever reads the log could sign up with it."""
    made = stage.do("ann", CreateInvite())
    stage.do("ann", DeleteInvite(made.code))
    first, second = (json.loads(entry.row.detail) for entry in rows(stage))
    assert first["invite"] == second["invite"]
    assert len(first["invite"]) == invites.MARK_CHARACTERS
    assert made.code not in repr(rows(stage))


def test_an_admin_who_gives_themselves_a_place_above_the_others_leaves_a_row(stage: Stage) -> None:
    stage.room("den", owner="bob", visibility=Visibility.PRIVATE)
    stage.do("ann", SetMember("den", "ann", RoomRole.OWNER))
    entry = new_row(stage, 0)
    assert (entry.value("actor"), entry.value("subject"), entry.row.room) == ("ann", "ann", "den")
