"""Whatever the cast does to each other, policy, tables and log agree with a simple account of it, after every step.

A state machine tries acts of all kinds, allowed and refused, in any order: people join, speak, kick, ban, mute,
suspend, lift, undo, delete, change roles and gates, and time passes. ``peace`` tells a second time what must follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from service.chat import standing
from service.chat.deeds import Done
from service.chat.deletions import DeleteMessage, DeleteMessages, FindMessages
from service.chat.enforcement import EndDue
from service.chat.errors import Code, Refusal
from service.chat.events import (
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessagePosted,
    MessageRestored,
)
from service.chat.members import JoinRoom, LeaveRoom, SetMember
from service.chat.messages import PostMessage, Ruling
from service.chat.policy import Action, may
from service.chat.records import FOREVER, Credential, SanctionKind
from service.chat.roles import SCOPES_OF, Role, RoomRole, Visibility
from service.chat.rooms import ChangeRoom
from service.chat.sanctions import Impose, Lift
from service.chat.undo import Undo
from service.chat.users import ChangeUser
from service.storage import posting
from service.storage.transaction import SqlTransaction
from tests.chat.peace import Act, ARoom, Peace
from tests.stage import CAST, Stage
from tests.stage_door import sign_in

KICK, MUTE, BAN, SUSPEND = SanctionKind
EXAMPLES = 120
STEPS = 10
REFUSED_WITH = {
    Code.NOT_FOUND,
    Code.FORBIDDEN,
    Code.ROLE_TOO_LOW,
    Code.CONFLICT,
    Code.INSUFFICIENT_SCOPE,
    Code.INVALID,
    Code.BANNED,
    Code.MUTED,
    Code.LOCKED,
    Code.NOT_JOINED,
}
UNEXPLAINED = {Code.NOT_FOUND, Code.CONFLICT, Code.INVALID, Code.INSUFFICIENT_SCOPE}  # by what a person has set
LATER = (4_000, 20_000, 60_000, 800_000)  # ms: ends, and leaps of time; an act can be undone for 900,000

BLOWS = ("kick", "mute", "mute", "ban", "ban", "suspend", "lift", "undo", "undo", "wait", "join", "join", "leave")
RULERS = ("ann", "mo", "mo", "bob")
QUARREL = 15  # acts

users = st.sampled_from(tuple(CAST))
# Who acts is mostly somebody who may, on somebody on whom they may: refusals are tried out elsewhere, one by one.
actors = st.sampled_from(RULERS)
targets = st.sampled_from(("cyn", "cyn", "bob", "gus", "mo"))
slugs = st.sampled_from(("lobby", "lobby", "den"))
roles = st.sampled_from(Role)
ends = st.none() | st.sampled_from(LATER)
changes = (
    st.tuples(st.just("join_role"), st.sampled_from(Role))
    | st.tuples(st.just("post_role"), st.sampled_from(Role))
    | st.tuples(st.just("locked"), st.booleans())
)
indexes = st.integers(0, 1_000)


@dataclass
class Told:
    """What the events of a room add up to."""

    members: dict[str, tuple[RoomRole, int]] = field(default_factory=dict)  # role, and muted until
    deleted: set[str] = field(default_factory=set)
    seq: int = 0


class Moot(RuleBasedStateMachine):
    """A public and a private room, and five people who do not get on."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = stage = Stage()
        stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
        stage.room("den", owner="bob", visibility=Visibility.PRIVATE)
        self.peace = Peace(
            dict(CAST),
            {
                "lobby": ARoom(True, Role.GUEST, Role.GUEST, members={"ann": RoomRole.OWNER}),
                "den": ARoom(False, Role.MEMBER, Role.MEMBER, members={"bob": RoomRole.OWNER}),
            },
        )
        self.ids = {username: stage.who(username).id for username in CAST}
        self.acts: dict[str, Act] = {}
        self.messages: list[str] = []
        self.credentials: dict[str, Credential] = {}
        self.rulings: dict[tuple[str, str], Ruling | None] = {}
        self.told = {"lobby": Told(), "den": Told()}
        self.heard = 0
        for username in ("mo", "bob", "cyn", "gus"):
            self.join(username, "lobby")
        for username in ("mo", "cyn"):
            self.place("bob", "den", username, None)

    def act(self, username: str, command: Any) -> Any:
        """What a command answers that is done; None if it is refused, with a code that clients know."""
        if username in self.peace.suspended:
            return None  # the door does not let them in: see ``speak``
        answer, refused = None, None
        try:
            answer = self.stage.do(username, command)
        except Refusal as refusal:
            refused = refusal
        self.peace.now = self.stage.now
        if refused is None:
            return True if answer is None else answer
        assert refused.code in REFUSED_WITH
        assert refused.why is not None or refused.code in UNEXPLAINED
        return None

    def remember(self, done: Any, act: Act) -> None:
        """Something can be undone."""
        assert isinstance(done, Done)
        if done.action is not None:
            self.acts[done.action.uid] = act

    # Acts

    @rule(what=st.sampled_from(("join", "join", "leave", "place")), username=users, slug=slugs, data=st.data())
    def come_and_go(self, what: str, username: str, slug: str, data: st.DataObject) -> None:
        """Who is in a room, as what."""
        if what == "place":
            self.place(data.draw(actors), slug, username, data.draw(st.none() | st.sampled_from(RoomRole)))
        else:
            getattr(self, what)(username, slug)

    def join(self, username: str, slug: str) -> None:
        """Somebody joins."""
        joined = self.act(username, JoinRoom(slug))
        assert (joined is not None) == (self.peace.reads(username, slug) and username not in self.peace.suspended)
        if joined is not None and joined.joined:
            self.peace.enter(username, slug, RoomRole.MEMBER)

    def leave(self, username: str, slug: str) -> None:
        """Somebody leaves."""
        if self.act(username, LeaveRoom(slug)):
            self.peace.eject(username, slug)

    def place(self, username: str, slug: str, whom: str, role: RoomRole | None) -> None:
        """Somebody is invited, promoted, demoted, or steps down."""
        before = self.peace.rooms[slug].members.get(whom)
        done = self.act(username, SetMember(slug, whom, role))
        if done is None:
            return
        after = done.value.member.role
        if before is None:
            self.peace.enter(whom, slug, after)
        elif after is not before:
            self.peace.rooms[slug].members[whom] = after
            self.remember(done, Act(room=slug, user=whom, room_role=(before, after)))

    @rule(slug=slugs, again=st.booleans())
    def talk(self, slug: str, again: bool) -> None:
        """Everybody speaks, on the strength of an earlier ruling if there is one. They may or they may not."""
        for username in CAST:
            self.speak(username, slug, again)

    def speak(self, username: str, slug: str, again: bool) -> None:
        """Somebody speaks, and is stored or refused as the account says."""
        outcome = self._post(username, slug, again)
        if isinstance(outcome, Refusal) and outcome.code is Code.UNAUTHENTICATED:
            self.credentials.pop(username)
            outcome = self._post(username, slug, again=False)
        self.peace.now = self.stage.now
        expected = self.peace.speaks(username, slug) and username not in self.peace.suspended
        assert isinstance(outcome, posting.Posted) == expected, outcome
        if isinstance(outcome, posting.Posted):
            self.messages.append(outcome.message.id)
        elif username in self.peace.suspended:
            assert outcome.code is Code.SUSPENDED

    def _post(self, username: str, slug: str, again: bool) -> posting.Outcome:
        if username not in self.credentials:
            self.credentials[username] = sign_in(self.stage, username, device=f"at {self.stage.now}")
        ruling = self.rulings.get((username, slug)) if again else None
        post = PostMessage(self.credentials[username], slug, f"hello {len(self.messages)}", ruling=ruling)
        (outcome,) = self.stage.run(lambda tx: posting.store(tx, [post]))
        self.rulings[username, slug] = post.ruling
        return outcome

    @rule(seed=st.integers(0, 2**32), whom=targets, room=slugs)
    def quarrel(self, seed: int, whom: str, room: str) -> None:
        """One after another does something to the same person, takes it back, or lets them go; and they come again.
        Drawn by chance and not by choice: what is simple to write down is seldom what goes wrong."""
        chance = Random(seed)
        for _ in range(QUARREL):
            what, username, which = chance.choice(BLOWS), chance.choice(RULERS), chance.randrange(1_000)
            note(f"{what} {username} {which}")
            match what:
                case "join" | "leave":
                    getattr(self, what)(whom, room)
                case "lift":
                    self.lift(username, whom, which)
                case "undo":
                    self.undo(username, which)
                case "wait":
                    self.wait(chance.choice(LATER[:2]), ended=chance.random() < 0.5)
                case _:
                    kind = SanctionKind(what)
                    place = None if kind is SUSPEND or (kind is MUTE and which % 2) else room
                    self.impose(username, place, whom, kind, chance.choice((None, *LATER)))
            self.tables_log_and_account_agree()

    def impose(self, username: str, slug: str | None, whom: str, kind: SanctionKind, end: int | None) -> None:
        """Somebody is kicked, muted, banned, or suspended."""
        until = None if end is None or kind is KICK else self.stage.now + end
        done = self.act(username, Impose(slug, whom, kind, until))
        if done is not None:
            self.remember(done, self.peace.impose(done.value.uid, username, kind, slug, whom, until))

    def lift(self, username: str, whom: str, which: int) -> None:
        """A sanction is ended before its time."""
        held = [one for one in self.peace.sanctions if not one.lifted and one.user == whom]
        if held:
            sanction = held[which % len(held)]
            if self.act(username, Lift(sanction.uid, anywhere=True)):
                self.peace.lift(sanction)

    @rule(username=actors, which=indexes)
    def undo(self, username: str, which: int) -> None:
        """One of the latest acts is taken back."""
        if self.acts:
            uid = [*self.acts][-1 - which % min(len(self.acts), 4)]
            if self.act(username, Undo(uid)):
                self.peace.undo(self.acts.pop(uid))

    @rule(leap=st.sampled_from((0, *LATER)), ended=st.booleans())
    def wait(self, leap: int, ended: bool) -> None:
        """Time passes, and the server ends what is due, or not yet."""
        self.stage.now += leap
        if ended:
            self.end_due()

    def end_due(self) -> None:
        """The server ends what is due."""
        self.stage.run(lambda tx: EndDue().apply(tx))
        self.peace.now = self.stage.now
        self.peace.end_due()

    @rule(data=st.data(), appoint=st.booleans())
    def rule_on(self, data: st.DataObject, appoint: bool) -> None:
        """Somebody's server-wide role is another one, or a gate moves, or a room is locked."""
        if appoint:
            self.appoint(data.draw(st.sampled_from(("ann", "ann", "mo"))), data.draw(targets), data.draw(roles))
        else:
            self.change(data.draw(actors), data.draw(slugs), data.draw(changes))

    def appoint(self, username: str, whom: str, role: Role) -> None:
        """Somebody's server-wide role is another one."""
        before = self.peace.roles[whom]
        done = self.act(username, ChangeUser(whom, role=role))
        if done is not None:
            self.peace.end_due(whom)
            gone = self.peace.set_role(whom, role)
            self.remember(done, Act(user=whom, role=(before, role), gone=gone))

    def change(self, username: str, slug: str, change: tuple[str, Any]) -> None:
        """A gate moves, or a room is locked."""
        name, value = change
        before = getattr(self.peace.rooms[slug], name)
        done = self.act(username, ChangeRoom(slug, **{name: value}))
        if done is not None and value != before:
            gone = self.peace.set_room(slug, [change])
            self.remember(done, Act(room=slug, settings={name: (before, value)}, gone=gone))

    @rule(username=actors, one=st.booleans(), which=indexes, whom=targets, slug=st.none() | slugs)
    def clean_up(self, username: str, one: bool, which: int, whom: str, slug: str | None) -> None:
        """A message is deleted, or all that somebody said."""
        if one:
            self.delete(username, which)
        else:
            self.delete_all(username, whom, slug)

    def delete(self, username: str, which: int) -> None:
        """A message is deleted."""
        if self.messages:
            done = self.act(username, DeleteMessage(self.messages[which % len(self.messages)]))
            if done is not None:
                self._deleted(done, {done.value.room: {done.value.id}})

    def delete_all(self, username: str, whom: str, slug: str | None) -> None:
        """All that somebody said is deleted."""
        found = self.act(username, FindMessages(whom, slug, 0, FOREVER))
        if found is None:
            return
        before = len(self.stage.events)
        done = self.act(username, DeleteMessages(found))
        assert done is not None
        gone: dict[str, set[str]] = {}
        for event in self.stage.events[before:]:
            assert isinstance(event, MessageDeleted)
            gone.setdefault(event.room, set()).add(event.message_id)
        assert sorted(found.ids) == sorted(id for ids in gone.values() for id in ids)
        self._deleted(done, gone)

    def _deleted(self, done: Any, gone: dict[str, set[str]]) -> None:
        for slug, ids in gone.items():
            assert not ids & self.peace.rooms[slug].deleted
            self.peace.rooms[slug].deleted |= ids
        self.remember(done, Act(messages=gone))

    # What must hold

    def _listen(self) -> None:
        """No holes; nobody speaks who is out or muted at that seq; nothing is deleted twice, or restored that was not
        deleted."""
        for event in self.stage.events[self.heard :]:
            told = self.told[event.room]
            told.seq += 1
            assert event.seq == told.seq
            match event:
                case MemberJoined(member=member):
                    assert member.user.username not in told.members
                    told.members[member.user.username] = (member.role, member.muted_until)
                case MemberChanged(member=member):
                    assert member.user.username in told.members
                    told.members[member.user.username] = (member.role, member.muted_until)
                case MemberLeft(user=user, code=code):
                    left = told.members.pop(user, None)
                    assert left is not None or code in ("banned", "suspended")
                case MessagePosted(message=message):
                    assert told.members[message.author.username][1] <= event.at
                case MessageDeleted(message_id=id):
                    assert id not in told.deleted
                    told.deleted.add(id)
                case MessageRestored(message=message):
                    told.deleted.remove(message.id)
        self.heard = len(self.stage.events)

    @invariant()
    def tables_log_and_account_agree(self) -> None:
        """Who is where as what, muted until when; what is deleted; which sanctions are in force; who may what."""
        self._listen()
        with self.stage.transaction() as tx:
            self.peace.now = tx.now
            for slug in ("lobby", "den"):
                self._compare(tx, slug)
            for username in CAST:
                in_force = {one.uid for one in tx.sanctions.in_force(self.ids[username])}
                assert in_force == {one.uid for one in self.peace.in_force(username)}
                user = tx.users.get(self.ids[username])
                assert user is not None
                assert (user.role, user.suspended) == (self.peace.roles[username], username in self.peace.suspended)

    def _compare(self, tx: SqlTransaction, slug: str) -> None:
        room, account, told = tx.rooms.by_slug(slug), self.peace.rooms[slug], self.told[slug]
        assert room is not None
        rows = tx.members.page(room.id, 0, 100)
        held = {member.user.username: (member.role, member.muted_until) for member in rows}
        muted = {name: self.peace.muted_until(name, slug) for name in account.members}
        assert held == {name: (role, muted[name]) for name, role in account.members.items()}
        in_time = {name: (role, until if until > tx.now else 0) for name, (role, until) in told.members.items()}
        assert held == in_time, "who folds the events knows the same"
        messages = tx.log.messages(room, 1_000)
        assert {message.id for message in messages if message.deleted} == told.deleted == account.deleted
        assert all(bool(message.text) == (message.deleted is None) for message in messages)
        for username in CAST:
            self._compare_rights(tx, slug, username)

    def _compare_rights(self, tx: SqlTransaction, slug: str, username: str) -> None:
        user = tx.users.get(self.ids[username])
        assert user is not None
        seen = tx.rooms.seen_by(slug, user.id)
        assert seen is not None
        room, role = seen
        theirs = standing.sanctioned(
            standing.Standing(room, user.role, role, SCOPES_OF[user.role]), tx.sanctions.in_force(user.id)
        )
        account = self.peace
        expected = (account.sees(username, slug), account.reads(username, slug), account.speaks(username, slug))
        assert tuple(may(action, theirs).allowed for action in (Action.SEE, Action.READ, Action.POST)) == expected


def test_policy_tables_and_log_agree_with_a_simple_account_of_it() -> None:
    run_state_machine_as_test(
        Moot, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True)
    )
