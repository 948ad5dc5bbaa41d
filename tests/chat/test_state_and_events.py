"""An earlier state and the events since it make the later state: whatever happened between, and wherever one looks.

A small client keeps what a beginning shows it, and changes that by events alone, as the contract tells it to. People
do anything in any order; after each act somebody takes a fresh look. Then from every earlier look the events, replayed
and as they were heard live, must lead to each later one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from service.chat import erasures
from service.chat import events as happened
from service.chat.deeds import Done
from service.chat.deletions import DeleteMessage, DeleteMessages, FindMessages
from service.chat.edits import EditMessage
from service.chat.enforcement import EndDue
from service.chat.erasures import EraseUser, GoOn, LookAhead
from service.chat.errors import Refusal
from service.chat.events import EVENTS, Event
from service.chat.members import JoinRoom, LeaveRoom, ListMembers, SetMember
from service.chat.pins import PinMessage
from service.chat.ports import Page, Transaction
from service.chat.reactions import React
from service.chat.records import Asker, Deletion, File, Member, Message, Pin, Reaction, Room, SanctionKind, Thread
from service.chat.replay import EnterRoom
from service.chat.roles import Role, RoomRole
from service.chat.rooms import ChangeRoom, DeleteRoom
from service.chat.sanctions import Impose, Lift
from service.chat.stores.erasures import Messages
from service.chat.undo import Undo
from service.chat.users import ChangeUser, DeleteUser
from tests.stage import Stage
from tests.stage_door import say

ROOM = "lobby"
WATCHER = "ann"  # may read all there is, and is never sent away
PEOPLE = ("ann", "mo", "bob", "cyn", "gus")
EMOJI = ("👍", "🎉", ":party:")
ALL = Page(None, 200)
MUTED_MS = 5_000  # five acts long, so that some end between two looks
ACTS_MAX = 25


@dataclass
class Client:
    """The room as a client holds it."""

    room: Room
    members: dict[str, tuple[RoomRole, int, int]]  # by username: role, when they joined, until when they are muted
    messages: dict[str, Message]
    at: int  # when that was so
    deleted: bool = False

    def copy(self) -> Client:
        """The same, for another way on."""
        return Client(self.room, dict(self.members), dict(self.messages), self.at, self.deleted)

    def apply(self, event: Event) -> None:
        """One event more."""
        assert event.seq == self.room.seq + 1, "no hole, and nothing twice"
        self.room = replace(self.room, seq=event.seq)
        match event:
            case happened.MessagePosted(message=message):
                self.messages[message.id] = message
                if message.root is not None:
                    self._answered(message.root, message)
            case happened.MessageEdited(message=message) | happened.MessageRestored(message=message):
                self.messages[message.id] = message
            case happened.MessageDeleted(message_id=id, by=by, at=at, author=author):
                hidden = _hidden(self.messages[id], by, at)
                self.messages[id] = hidden if author is None else replace(hidden, author=author)
            case happened.ReactionAdded(message_id=id, emoji=emoji, user=user, count=count):
                self.messages[id] = _reacted(self.messages[id], emoji, user, count, on=True)
            case happened.ReactionRemoved(message_id=id, emoji=emoji, user=user, count=count):
                self.messages[id] = _reacted(self.messages[id], emoji, user, count, on=False)
            case happened.MessagePinned(message_id=id, by=by, at=at):
                self.messages[id] = replace(self.messages[id], pinned=Pin(by, at))
            case happened.MessageUnpinned(message_id=id):
                self.messages[id] = replace(self.messages[id], pinned=None)
            case happened.MemberJoined(member=member) | happened.MemberChanged(member=member):
                self.members[member.user.username] = _place(member)
            case happened.MemberLeft(user=user):
                self.members.pop(user, None)
            case happened.RoomChanged(changed=room):
                self.room = replace(room, seq=event.seq)
            case happened.RoomDeleted():
                self.deleted = True
            case _:
                raise AssertionError(f"{type(event).__name__} changes nothing here")

    def shown(self, now: int) -> tuple[Any, ...]:
        """All that is to be seen at a time. A mute is over when its time is, whether or not that was told yet."""
        members = {
            name: (role, joined_at, until if until > now else 0)
            for name, (role, joined_at, until) in self.members.items()
        }
        messages = {id: _seen(message) for id, message in sorted(self.messages.items())}
        return replace(self.room, members=len(members)), members, messages

    def _answered(self, root: str, reply: Message) -> None:
        """A root that is shown as it is now may count this reply already: its last one says so."""
        message = self.messages[root]
        before = message.thread or Thread(0, 0, 0)
        if reply.seq > before.last_seq:
            self.messages[root] = replace(message, thread=Thread(before.replies + 1, reply.seq, reply.at))


def _hidden(message: Message, by: str, at: int) -> Message:
    """What is deleted keeps its place and its thread; all else that hung on it is gone with the text."""
    return replace(message, text="", html=None, files=(), reactions=(), pinned=None, deleted=Deletion(by, at))


def _reacted(message: Message, emoji: str, user: str, count: int, *, on: bool) -> Message:
    """``count`` is how many there are then; in a message as it is now, who it is may stand there already."""
    found = {each.emoji: list(each.users) for each in message.reactions}
    users = found.setdefault(emoji, [])
    if on and user not in users:
        users.append(user)
    elif not on and user in users:
        users.remove(user)
    reactions = [Reaction(each, count if each == emoji else len(users), tuple(users)) for each, users in found.items()]
    return replace(message, reactions=tuple(each for each in reactions if each.users))


def _seen(message: Message) -> Message:
    """A message as far as events tell of it. Its author's display name and role are shown as they are when one looks,
    and which emoji stands first is nobody's promise."""
    author = replace(message.author, name="", role=Role.GUEST)
    return replace(message, author=author, reactions=tuple(sorted(message.reactions, key=lambda each: each.emoji)))


def _place(member: Member) -> tuple[RoomRole, int, int]:
    return member.role, member.joined_at, member.muted_until


def look(stage: Stage) -> Client:
    """A beginning: the room, its members and its latest messages, all of one moment."""

    def at_once(tx: Transaction, asker: Asker) -> Client:
        entrance = EnterRoom(ROOM).run(tx, asker)
        members = ListMembers(ROOM, ALL).run(tx, asker)
        assert entrance.events is None
        return Client(
            entrance.standing.room,
            {member.user.username: _place(member) for member in members},
            {message.id: message for message in entrance.messages},
            tx.now,
        )

    return stage.do(WATCHER, Asking(at_once))


@dataclass(frozen=True)
class Asking:
    """Several questions in one transaction."""

    ask: Callable[[Transaction, Asker], Any]

    def run(self, tx: Transaction, asker: Asker) -> Any:
        """Their answer."""
        return self.ask(tx, asker)


class Evening:
    """What people do in the lobby, one act after another, each drawn by a few numbers."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.stage.room(ROOM, join_role=Role.GUEST, post_role=Role.GUEST)
        for username in PEOPLE[1:]:
            self.stage.do(username, JoinRoom(ROOM))
        self.said: list[str] = []
        self.sanctions: list[str] = []
        self.actions: list[str] = []
        self.files = 0
        self.looks = [look(self.stage)]
        for username in ("bob", "cyn"):
            self.act("say", username, 0, 0)

    def act(self, name: str, who: str, first: int, second: int) -> None:
        """One act, as far as it is allowed, and a fresh look at what has become of the room."""
        with suppress(Refusal):
            done = ACTS[name](self, who, first, second)
            if isinstance(done, Done) and done.action is not None:
                self.actions.append(done.action.uid)
        self.looks.append(look(self.stage))

    def message(self, number: int) -> str:
        return self.said[number % len(self.said)] if self.said else "none"

    def other(self, number: int) -> str:
        return PEOPLE[number % len(PEOPLE)]

    def say(self, who: str, first: int, second: int) -> None:
        self.said.append(say(self.stage, who, f"number {first}", ROOM).message.id)

    def reply(self, who: str, first: int, second: int) -> None:
        to = self.message(first)
        self.said.append(say(self.stage, who, f"I think so too, {second}", ROOM, reply_to=to).message.id)

    def attach(self, who: str, first: int, second: int) -> None:
        self.files += 1
        file = File(f"f{self.files}", "plan.txt", "text/plain", 10)
        room, author = self.stage.seen(ROOM), self.stage.who(who)
        self.stage.run(lambda tx: tx.files.add(file, room.id, author.id, f"{self.files:032x}", bytes(32), 0))
        self.said.append(say(self.stage, who, "the plan", ROOM, files=(file.id,)).message.id)

    def edit(self, who: str, first: int, second: int) -> Any:
        return self.stage.do(who, EditMessage(self.message(first), f"rather {second}"))

    def delete(self, who: str, first: int, second: int) -> Any:
        return self.stage.do(who, DeleteMessage(self.message(first)))

    def sweep(self, who: str, first: int, second: int) -> Any:
        found = self.stage.do(who, FindMessages(self.other(first), ROOM, 0, self.stage.now + 1))
        return self.stage.do(who, DeleteMessages(found))

    def react(self, who: str, first: int, second: int) -> Any:
        return self.stage.do(who, React(self.message(first), EMOJI[second % len(EMOJI)], on=second % 4 > 0))

    def pin(self, who: str, first: int, second: int) -> Any:
        return self.stage.do(who, PinMessage(self.message(first), on=second % 3 > 0))

    def join(self, who: str, first: int, second: int) -> Any:
        return self.stage.do(who, JoinRoom(ROOM))

    def leave(self, who: str, first: int, second: int) -> Any:
        return None if who == WATCHER else self.stage.do(who, LeaveRoom(ROOM))

    def place(self, who: str, first: int, second: int) -> Any:
        return self.stage.do(who, SetMember(ROOM, self.other(first), list(RoomRole)[second % 3]))

    def sanction(self, who: str, first: int, second: int) -> Any:
        kind = (SanctionKind.KICK, SanctionKind.MUTE, SanctionKind.BAN)[second % 3]
        until = self.stage.now + MUTED_MS if second % 2 and kind is not SanctionKind.KICK else None
        return self._imposed(who, Impose(ROOM, self.other(first), kind, until))

    def sanction_everywhere(self, who: str, first: int, second: int) -> Any:
        kind = (SanctionKind.MUTE, SanctionKind.SUSPEND)[second % 2]
        until = self.stage.now + MUTED_MS if second % 4 < 2 else None
        return (
            None if self.other(first) == WATCHER else self._imposed(who, Impose(None, self.other(first), kind, until))
        )

    def lift(self, who: str, first: int, second: int) -> Any:
        uid = self.sanctions[first % len(self.sanctions)] if self.sanctions else "none"
        return self.stage.do(who, Lift(uid, anywhere=True))

    def end_due(self, who: str, first: int, second: int) -> Any:
        return self.stage.run(EndDue().apply)

    def undo(self, who: str, first: int, second: int) -> Any:
        return self.stage.do(who, Undo(self.actions[first % len(self.actions)] if self.actions else "none"))

    def change(self, who: str, first: int, second: int) -> Any:
        changes: list[dict[str, Any]] = [
            {"name": f"Lobby {first}"},
            {"topic": f"the evening of {first}"},
            {"slow_mode": first % 2},
            {"join_role": (Role.GUEST, Role.MEMBER)[first % 2]},
            {"locked": bool(first % 2)},
        ]
        return self.stage.do(who, ChangeRoom(ROOM, **changes[second % len(changes)]))

    def change_role(self, who: str, first: int, second: int) -> Any:
        other = self.other(first)
        role = (Role.GUEST, Role.MEMBER, Role.MODERATOR)[second % 3]
        return None if other == WATCHER else self.stage.do(who, ChangeUser(other, role=role))

    def delete_user(self, who: str, first: int, second: int) -> Any:
        return None if self.other(first) == WATCHER else self.stage.do(who, DeleteUser(self.other(first)))

    def _imposed(self, who: str, command: Impose) -> Any:
        done = self.stage.do(who, command)
        self.sanctions.append(done.value.uid)
        return done


ACTS: dict[str, Callable[[Evening, str, int, int], Any]] = {
    name: act
    for name, act in vars(Evening).items()
    if not name.startswith("_") and name not in ("act", "message", "other")
}
NUMBERS = st.integers(0, 11)
# Mostly something is done to messages, for there most can go wrong. Whoever is deleted does nothing more: so that comes
# last.
TO_MESSAGES = ("reply", "edit", "delete", "undo", "react", "react", "pin")
OTHERWISE = sorted(set(ACTS) - {*TO_MESSAGES, "delete_user"})
ACT = st.tuples(
    st.one_of(st.sampled_from(TO_MESSAGES), st.sampled_from(OTHERWISE)), st.sampled_from(PEOPLE), NUMBERS, NUMBERS
)


def agree(evening: Evening) -> None:
    """From each look to each later one by what was heard live, and to the last one by a replay."""
    for earlier, later in combinations(evening.looks, 2):
        assert went_on(earlier, heard(evening, earlier, later)).shown(later.at) == later.shown(later.at)
    for earlier in evening.looks:
        replays(evening, earlier)


def replays(evening: Evening, earlier: Client) -> None:
    """From an earlier look to the last one, by what is told to who comes back."""
    last = evening.looks[-1]
    entrance = evening.stage.do(WATCHER, EnterRoom(ROOM, earlier.room.seq, earlier.room.epoch))
    assert entrance.events is not None
    assert went_on(earlier, entrance.events).shown(last.at) == last.shown(last.at)


def heard(evening: Evening, earlier: Client, later: Client) -> list[Event]:
    """What was told live between two looks."""
    return [event for event in evening.stage.events if earlier.room.seq < event.seq <= later.room.seq]


def went_on(earlier: Client, events: Sequence[Event]) -> Client:
    """An earlier state, and the events since."""
    client = earlier.copy()
    for event in events:
        client.apply(event)
    return client


@settings(max_examples=40, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink))
@given(st.lists(ACT, min_size=8, max_size=ACTS_MAX), NUMBERS)
def test_an_earlier_state_and_the_events_since_make_the_later_state(
    acts: Sequence[tuple[str, str, int, int]], gone: int
) -> None:
    evening = Evening()
    for number, act in enumerate(acts):
        evening.act(*act)
        replays(evening, evening.looks[gone * number % len(evening.looks)])
    evening.act("delete_user", WATCHER, gone, 0)
    agree(evening)


EVENTFUL: tuple[tuple[str, str, int, int], ...] = (
    ("reply", "cyn", 0, 0),
    ("react", "gus", 0, 1),
    ("react", "cyn", 0, 1),
    ("react", "gus", 0, 4),
    ("edit", "bob", 0, 3),
    ("pin", "ann", 0, 1),
    ("pin", "ann", 0, 0),
    ("pin", "ann", 0, 2),
    ("delete", "ann", 0, 0),
    ("undo", "ann", 0, 0),
    ("attach", "cyn", 0, 0),
    ("sweep", "mo", 3, 0),
    ("sanction", "mo", 2, 1),
    ("sanction", "mo", 4, 0),
    ("join", "gus", 0, 0),
    ("change", "ann", 1, 1),
)


def test_of_every_kind_of_event_something_is_told_by_which_the_state_is_brought_on() -> None:
    evening = Evening()
    for act in EVENTFUL:
        evening.act(*act)
    agree(evening)
    earlier = evening.looks[-1].copy()
    evening.stage.do(WATCHER, DeleteRoom(ROOM))
    earlier.apply(evening.stage.events[-1])
    assert earlier.deleted, "the last event of a room, behind which there is no state to compare with"
    assert {type(event) for event in evening.stage.events} == set(EVENTS)


TOUCHED: tuple[tuple[str, str, int, int], ...] = (
    ("reply", "bob", 1, 0),
    ("reply", "cyn", 0, 0),
    ("react", "bob", 1, 1),
    ("react", "ann", 0, 1),
    ("edit", "bob", 0, 1),
    ("attach", "bob", 0, 0),
    ("delete", "bob", 3, 0),
    ("pin", "ann", 0, 1),
    ("attach", "bob", 0, 0),
    ("delete", "mo", 4, 0),
)


@pytest.mark.parametrize("messages", Messages)
def test_who_knew_somebody_who_was_erased_is_told_all_that_is_another_now(
    messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account's name goes at once, and the log is told of it a part at a time: so what is compared is the end. Who
    was not there when they left comes to know so by a name that they do not know, and asks for the members anew."""
    monkeypatch.setattr(erasures, "TOUCHED_AT_ONCE", 2)
    evening = Evening()
    for act in TOUCHED:
        evening.act(*act)
    before, stage = list(evening.looks), evening.stage
    erasure = stage.do(WATCHER, EraseUser("bob", messages))
    while erasure.finished_at is None:
        evening.looks.append(look(stage))
        erasure = stage.run(GoOn(stage.run(LookAhead(erasure.uid).read)).apply)
    last = look(stage)
    assert len(evening.looks) > len(before) + 2, "it took several parts"
    assert "bob" not in {message.author.username for message in last.messages.values()}
    for earlier in evening.looks:
        assert went_on(earlier, heard(evening, earlier, last)).shown(last.at) == last.shown(last.at)
        told = stage.do(WATCHER, EnterRoom(ROOM, earlier.room.seq, earlier.room.epoch)).events
        assert told is not None
        came_back = went_on(earlier, told)
        came_back.members.pop("bob", None)
        assert came_back.shown(last.at) == last.shown(last.at)


@pytest.mark.parametrize("lost", sorted(EVENTS, key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_a_kind_of_event_that_a_client_passes_over_is_missed(lost: type[Event]) -> None:
    """The comparison would find it: with no kind of event is the client right by accident."""
    if lost is happened.RoomDeleted:
        assert not Evening().looks[0].deleted
        return
    evening = Evening()
    looks = evening.looks
    for act in EVENTFUL:
        evening.act(*act)
    assert any(_goes_wrong(evening, earlier, later, lost) for earlier, later in pairwise(looks))


def _goes_wrong(evening: Evening, earlier: Client, later: Client, lost: type[Event]) -> bool:
    client = earlier.copy()
    for event in heard(evening, earlier, later):
        if isinstance(event, lost):
            client.room = replace(client.room, seq=event.seq)
        else:
            client.apply(event)
    return client.shown(later.at) != later.shown(later.at)
