"""What delivery promises, whatever happens in whatever order: joins, sends, slow readers, drops and resumes, removals.

Commits, deliveries and reads arrive late or early as the machine decides, so that a snapshot may be older or newer than
what has been delivered. Each client checks each frame as it comes:

- a room's events come by seq without a hole and without a repetition, from what its join answered;
- nothing comes before a join, after a leave, or after the event that took one's place away;
- a nonce has one message for ever, and an acknowledged message is in the log, once;
- who does not read costs a bounded number of bytes, and has it all in the end.

It is not vacuous: the machine counts what it has seen, and a last test requires that all kinds of things were seen.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from service.chat.events import MemberJoined, MemberLeft, MessagePosted
from service.chat.members import JoinRoom, LeaveRoom
from service.chat.messages import PostMessage
from service.chat.sanctions import RemoveMember
from service.live import room_manager
from service.storage import posting
from service.wire import frames
from tests.live.hall import BUFFER_BYTES, Client, Frame, Hall
from tests.live.virtual import VirtualLoop, later, settle

ROOMS = ("lobby", "attic")
USERS = ("bob", "cyn", "gus")
CLIENTS_MAX = 6
RECENT_MAX, FEED_PAGE = 6, 4  # so small that the log is needed all the time
EVENT_BYTES = 500  # of one event or notice of the tests, at most
BURST_MAX = 8  # messages of one turn of the loop
EXAMPLES, STEPS = 150, 50
SEEDS = 4  # to go on with, as long as something has not come about
# What may wait for one reader: its buffer, what one turn added before it was known to be slow, a page of the log, and a
# few replies and notices.
WAITING_BYTES_MAX = BUFFER_BYTES + (BURST_MAX * 3 + RECENT_MAX + FEED_PAGE + 10) * EVENT_BYTES


class Listener:
    """What a client believes of one room, and checks."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.live = False
        self.seq: int | None = None  # the last event heard, also in an earlier life
        self.epoch: str | None = None


class Person:
    """A client that checks all it hears. ``seen`` counts kinds of things for the whole run."""

    def __init__(self, client: Client, acknowledged: dict[tuple[str, str, str], str], seen: Counter[str]) -> None:
        self.client = client
        self.acknowledged = acknowledged  # (user, room, nonce) → message id, of all clients
        self.seen = seen
        self.rooms = {room: Listener(room) for room in ROOMS}
        self.asked: dict[str, tuple[str, dict[str, Any]]] = {}
        self.heard: dict[tuple[str, int], Frame] = {}  # every event, for the comparison with the log
        client.on_frame = self.hear

    @property
    def username(self) -> str:
        return self.client.username

    def say(self, type: str, **fields: Any) -> None:
        self.asked[self.client.say(type, **fields)] = (type, fields)

    def hear(self, frame: Frame) -> None:
        if frame["type"] in ("ok", "error"):
            self._answered(frame)
        elif "seq" in frame:
            self._event(frame)
        elif frame["type"] == "removed":
            self._removed(frame)
        elif frame["type"] == "lagging":
            listener = self.rooms[frame["room"]]
            assert listener.live
            assert frame["from"] == listener.seq, "it says where the log will go on"
            self.seen["lagging"] += 1

    def _answered(self, frame: Frame) -> None:
        type, fields = self.asked.pop(frame["id"])  # a KeyError is a second answer
        if frame["type"] == "error":
            self.seen[f"refused {frame['code']}"] += 1
            return
        if type == "join":
            self._joined(frame, fields)
        elif type == "leave":
            self.rooms[fields["room"]].live = False
        elif type == "send" and "nonce" in fields:
            key = (self.username, fields["room"], fields["nonce"])
            message = frame["message"]
            assert message["text"] == fields["text"]
            known = self.acknowledged.setdefault(key, message["id"])
            assert known == message["id"], "a nonce has one message"
            self.seen["retried" if frame["duplicate"] else "sent"] += 1

    def _joined(self, frame: Frame, fields: dict[str, Any]) -> None:
        listener = self.rooms[fields["room"]]
        listener.live, listener.epoch = True, frame["epoch"]
        if frame.get("reset"):
            self.seen["reset"] += 1
            assert [m["seq"] for m in frame["messages"]] == sorted(m["seq"] for m in frame["messages"])
            assert all(message["seq"] <= frame["seq"] for message in frame["messages"])
            listener.seq = frame["seq"]
            return
        self.seen["replay"] += 1
        assert [event["seq"] for event in frame["events"]] == list(range(fields["since"] + 1, frame["seq"] + 1))
        for event in frame["events"]:
            self.heard[fields["room"], event["seq"]] = event
        listener.seq = frame["seq"]

    def _event(self, frame: Frame) -> None:
        room = frame["room"] if isinstance(frame["room"], str) else frame["room"]["slug"]
        listener = self.rooms[room]
        assert listener.live, f"an event of {room} for somebody who does not listen: {frame}"
        assert listener.seq is not None
        assert frame["seq"] == listener.seq + 1, f"{frame} after {listener.seq}"
        listener.seq = frame["seq"]
        self.heard[room, frame["seq"]] = frame
        self.seen["live"] += 1

    def _removed(self, frame: Frame) -> None:
        listener = self.rooms[frame["room"]]
        last = self.heard[frame["room"], listener.seq or 0]
        assert (last["type"], last["user"]) == ("member.left", self.username), "it comes right after its event"
        assert listener.live
        listener.live = False
        self.seen["removed"] += 1


class Delivery(RuleBasedStateMachine):
    """The machine. All it decides is in its rules, so that a failure shrinks to a short story."""

    people = Bundle("people")
    seen: ClassVar[Counter[str]] = Counter()

    @initialize()
    def begin(self) -> None:
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.here: list[Person] = []
        self.numbers = iter(range(1_000_000))
        self.acknowledged: dict[tuple[str, str, str], str] = {}
        self.hall = self._run(self._open())

    async def _open(self) -> Hall:
        hall = Hall()
        hall.hub.start()
        await settle()
        return hall

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def _settle(self) -> None:
        self._run(settle())

    # Clients

    @precondition(lambda self: len(self.here) < CLIENTS_MAX)
    @rule(target=people, username=st.sampled_from(USERS), codec=st.sampled_from(["json", "msgpack"]))
    def connect(self, username: str, codec: str) -> Person:
        person = self._come(username, codec)
        self._enter(person, "lobby")
        return person

    def _come(self, username: str, codec: str) -> Person:
        self.hall.database.release()  # connecting is not what is tried here
        person = Person(self._run(self.hall.connect(username, codec)), self.acknowledged, self.seen)
        self.here.append(person)
        return person

    def _enter(self, person: Person, room: str, resume: bool = True) -> None:
        listener = person.rooms[room]
        if resume and listener.seq is not None:
            person.say("join", room=room, since=listener.seq, epoch=listener.epoch)
        else:
            person.say("join", room=room)
        self._settle()

    @rule(person=people, room=st.sampled_from(ROOMS), resume=st.booleans())
    def join(self, person: Person, room: str, resume: bool) -> None:
        self._enter(person, room, resume)

    @rule(person=people, room=st.sampled_from(ROOMS))
    def join_from_elsewhere(self, person: Person, room: str) -> None:
        """With a position that can't be gone on from."""
        person.say("join", room=room, since=10_000, epoch="another")
        self._settle()

    @rule(person=people, room=st.sampled_from(ROOMS))
    def leave(self, person: Person, room: str) -> None:
        person.say("leave", room=room)
        self._settle()

    @rule(person=people, many=st.integers(1, BURST_MAX), anywhere=st.sampled_from([None, None, *ROOMS]))
    def send(self, person: Person, many: int, anywhere: str | None) -> None:
        """To a room that they listen to; now and then to any, which may be refused."""
        live = [room for room, listener in person.rooms.items() if listener.live]
        room = anywhere or (live or list(ROOMS))[-1]
        for _ in range(many):
            number = next(self.numbers)
            person.say("send", room=room, text=f"{number}", nonce=f"n{number}")
        self._settle()

    @rule(person=people, which=st.integers(0, 10))
    def retry(self, person: Person, which: int) -> None:
        """Send again what was acknowledged, perhaps on another connection of the same user's."""
        own = [key for key in self.acknowledged if key[0] == person.username]
        if own:
            _, room, nonce = own[which % len(own)]
            person.say("send", room=room, text=nonce.removeprefix("n"), nonce=nonce)
            self._settle()

    @rule(person=people)
    def read_no_more(self, person: Person) -> None:
        person.client.wire.clog()

    @rule(person=people)
    def read_on(self, person: Person) -> None:
        person.client.wire.unclog()
        self._settle()

    @rule(target=people, person=consumes(people))
    def drop(self, person: Person) -> Person:
        """The wire breaks; the same person comes back on a new one, and remembers where they were."""
        self.here.remove(person)
        person.client.connection.lost()
        self.seen["drop"] += 1
        back = self._come(person.username, person.client.codec)
        for room, listener in person.rooms.items():
            back.rooms[room].seq, back.rooms[room].epoch = listener.seq, listener.epoch
            if listener.live:
                self._enter(back, room)
        return back

    # What others do

    def _do(self, username: str, command: Any) -> None:
        async def attempt() -> None:
            doing = asyncio.ensure_future(self.hall.do(username, command))
            await settle()
            await asyncio.gather(doing, return_exceptions=True)

        self._run(attempt())

    @rule(username=st.sampled_from(USERS), room=st.sampled_from(ROOMS))
    def kick(self, username: str, room: str) -> None:
        self._do("ann", RemoveMember(room, username))

    @rule(username=st.sampled_from(USERS), room=st.sampled_from(ROOMS))
    def leave_for_good(self, username: str, room: str) -> None:
        self._do(username, LeaveRoom(room))

    @rule(username=st.sampled_from(USERS), room=st.sampled_from(ROOMS))
    def become_a_member(self, username: str, room: str) -> None:
        self._do(username, JoinRoom(room))

    @rule(room=st.sampled_from(ROOMS), many=st.integers(1, 4))
    def another_process_writes(self, room: str, many: int) -> None:
        """Nobody is told; the beacon sees it, or the hole that it leaves before the next event."""
        credential = self.hall.tokens.get("anns") or self.hall.token("ann", "anns")
        for _ in range(many):
            post = PostMessage(credential, room, f"elsewhere {next(self.numbers)}")
            (outcome,) = self.hall.elsewhere(lambda tx, post=post: posting.store(tx, [post]))
            assert isinstance(outcome, posting.Posted)
        self.seen["elsewhere"] += 1

    # When things arrive

    @rule()
    def hold_telling(self) -> None:
        self.hall.database.hold_telling()

    @rule()
    def hold_reads(self) -> None:
        self.hall.database.hold_reads()

    @rule()
    def release(self) -> None:
        self.hall.database.release()
        self._settle()

    @rule(seconds=st.sampled_from([0.2, 1.5]))
    def time_passes(self, seconds: float) -> None:
        self._run(later(seconds))

    # What holds always

    @invariant()
    def nobody_costs_more_than_a_bounded_number_of_bytes(self) -> None:
        for person in getattr(self, "here", ()):
            waiting = person.client.wire.waiting + sum(map(len, person.client.connection.outbox.parts))
            assert waiting <= WAITING_BYTES_MAX

    def teardown(self) -> None:
        if not hasattr(self, "hall"):
            return
        self._everyone_reads_on_and_has_it_all()
        self._the_logs_are_whole()
        self._run(self.hall.hub.stop())
        self.loop.close()

    def _everyone_reads_on_and_has_it_all(self) -> None:
        self.hall.database.release()
        for person in self.here:
            person.client.wire.unclog()
        self._run(later(5.0))
        for person in self.here:
            assert not person.asked, "every command has its answer"
            for room, listener in person.rooms.items():
                assert listener.live == (room in person.client.connection.subs)
                if listener.live:
                    assert listener.seq == self.hall.stage.seen(room).seq, "nothing is missing in the end"

    def _the_logs_are_whole(self) -> None:
        stored: Counter[str] = Counter()
        for room in ROOMS:
            log = self.hall.log(room)
            assert [event.seq for event in log] == list(range(1, len(log) + 1))
            inside: set[str] = set()
            for event in log:
                if isinstance(event, MemberJoined):
                    inside.add(event.member.user.username)
                elif isinstance(event, MemberLeft):
                    inside.remove(event.user)
                elif isinstance(event, MessagePosted):
                    assert event.message.author.username in inside, "who is out says nothing until they are back"
                    stored[event.message.id] += 1
            for person in self.here:
                heard = {seq: frame for (where, seq), frame in person.heard.items() if where == room}
                assert heard == {seq: frames.event(log[seq - 1]) for seq in heard}, "it is what the log says"
        assert all(stored[id] == 1 for id in self.acknowledged.values()), "what was acknowledged is in the log, once"


KINDS = (
    "live",
    "replay",
    "reset",
    "lagging",
    "removed",
    "drop",
    "elsewhere",
    "sent",
    "retried",
    "refused not_joined",
)


def test_delivery_keeps_its_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_manager, "RECENT_MAX", RECENT_MAX)
    monkeypatch.setattr(room_manager, "FEED_PAGE", FEED_PAGE)
    Delivery.seen = Counter()
    run: Callable[..., None] = run_machine
    # What is drawn depends on the modules that happen to be loaded; seldom, something has not come about at first.
    for number in range(SEEDS):
        run(
            seed(number)(Delivery),
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        missing = [kind for kind in KINDS if not Delivery.seen[kind]]
        if not missing:
            break
    assert not missing, Delivery.seen
