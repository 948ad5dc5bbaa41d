"""The one door: whoever asks is admitted inside the transaction, and counted before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest

from service.chat.door import Answer, Door
from service.chat.errors import Code, Refusal
from service.chat.limits import BURST_SECONDS, Buckets
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Transaction
from service.chat.records import Asker, Author, Credential, Message
from service.chat.roles import Role
from tests.stage import Stage
from tests.stage_door import PlainFormatter, StageDatabase, say, sign_in

pytestmark = pytest.mark.anyio

T = TypeVar("T")
RATE = 5
MESSAGE = Message("m1", "lobby", 1, Author("bob", "Bob", Role.MEMBER, False), "x", 0)


class Counted(StageDatabase):
    """The stage's database, which counts its transactions."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.read_count = self.write_count = 0

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        self.read_count += 1
        return await super().read(fn)

    async def write(self, fn: Callable[[Transaction], T], then: Callable[[T], None] | None = None) -> T:
        self.write_count += 1
        return await super().write(fn, then)


class Shouting(PlainFormatter):
    """Formats what has marks, and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def marked(self, text: str) -> bool:
        return "*" in text

    async def html(self, text: str, whose: str) -> str | None:
        self.given.append(text)
        return f"<p>{text.upper()}</p>"


class Posts:
    """Where posts go."""

    def __init__(self) -> None:
        self.taken: list[PostMessage] = []

    def post(self, post: PostMessage, answer: Answer) -> None:
        self.taken.append(post)
        answer(post, Posted(MESSAGE))

    async def posted(self, post: PostMessage) -> Posted:
        self.taken.append(post)
        return Posted(MESSAGE)


@dataclass(frozen=True)
class Who:
    """A command that answers who asks, and with which role."""

    def run(self, tx: Transaction, asker: Asker) -> tuple[str, Role]:
        return asker.user.username, asker.user.role


class Entrance:
    """A door, and what is behind it."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.database = Counted(self.stage)
        self.posts = Posts()
        self.formatter = Shouting()
        self.door = Door(self.database, self.posts, Buckets(RATE, lambda: 0.0), self.formatter)
        self.bob = sign_in(self.stage, "bob")


async def test_an_edit_is_formatted_as_it_is_stored_and_counted_before_that() -> None:
    there = Entrance()
    there.stage.room("lobby", owner="bob")
    message = say(there.stage, "bob", "hello").message
    edited = await there.door.edit(there.bob, message.id, "     *so*\n ")
    assert (edited.text, edited.html, there.formatter.given) == ("*so*", "<p>*SO*</p>", ["*so*"])
    for number in range(1, RATE * BURST_SECONDS):
        await there.door.edit(there.bob, message.id, f"*{number}*")
    with pytest.raises(Refusal) as caught:
        await there.door.edit(there.bob, message.id, "*more*")
    assert caught.value.code is Code.RATE_LIMITED
    assert len(there.formatter.given) == RATE * BURST_SECONDS, "who comes too often takes nobody's turn"


async def test_a_command_is_run_as_who_its_credential_stands_for_now() -> None:
    there = Entrance()
    assert await there.door.do(there.bob, Who()) == ("bob", Role.MEMBER)
    bob = there.stage.who("bob")
    there.stage.run(lambda tx: tx.users.set_role(bob.id, Role.GUEST))
    assert await there.door.ask(there.bob, Who()) == ("bob", Role.GUEST)
    assert (there.database.write_count, there.database.read_count) == (1, 1), "a question does not wait for writers"


async def test_who_is_not_admitted_runs_nothing() -> None:
    there = Entrance()
    there.stage.run(lambda tx: tx.sessions.end(there.bob.sid, tx.now))
    for ask in (there.door.do, there.door.ask):
        with pytest.raises(Refusal) as caught:
            await ask(there.bob, Who())
        assert caught.value.code is Code.UNAUTHENTICATED


async def test_who_asks_too_much_costs_no_transaction() -> None:
    there = Entrance()
    for _ in range(RATE * BURST_SECONDS):
        await there.door.ask(there.bob, Who())
    for ask in (there.door.do, there.door.ask):
        with pytest.raises(Refusal) as caught:
            await ask(there.bob, Who())
        assert caught.value.code is Code.RATE_LIMITED
    with pytest.raises(Refusal):
        await there.door.post(PostMessage(there.bob, "lobby", "x"))
    assert there.database.read_count == RATE * BURST_SECONDS
    assert (there.database.write_count, there.posts.taken) == (0, [])
    assert await there.door.ask(sign_in(there.stage, "cyn"), Who()) == ("cyn", Role.MEMBER)


async def test_all_devices_of_a_user_are_counted_together() -> None:
    there = Entrance()
    phone = sign_in(there.stage, "bob", device="phone")
    for device in [there.bob, phone] * RATE:
        await there.door.ask(device, Who())
    with pytest.raises(Refusal):
        await there.door.ask(phone, Who())


async def test_what_is_posted_by_http_and_by_all_sockets_of_a_user_is_counted_together() -> None:
    there = Entrance()
    phone = sign_in(there.stage, "bob", device="phone")
    answers: list[Posted | Exception] = []

    def send(device: Credential) -> None:
        there.door.send(PostMessage(device, "lobby", "x"), lambda _, outcome: answers.append(outcome))

    for device in [there.bob, phone] * (RATE - 1):
        send(device)
    for device in (there.bob, phone):
        await there.door.post(PostMessage(device, "lobby", "x"))
    for device in (there.bob, phone):
        with pytest.raises(Refusal) as caught:
            send(device)
        assert caught.value.code is Code.RATE_LIMITED
    assert (len(answers), len(there.posts.taken)) == (2 * (RATE - 1), 2 * RATE)
    send(sign_in(there.stage, "cyn"))
    assert len(answers) == 2 * (RATE - 1) + 1, "and others apart"


async def test_over_the_rate_a_post_goes_on_only_to_find_out_whether_it_is_a_retry() -> None:
    there = Entrance()
    for _ in range(RATE * BURST_SECONDS):
        await there.door.post(PostMessage(there.bob, "lobby", "x"))
    perhaps = PostMessage(there.bob, "lobby", "x", nonce="n1")
    await there.door.post(perhaps)
    on_a_socket = PostMessage(there.bob, "lobby", "x", nonce="n2")
    there.door.send(on_a_socket, lambda _, __: None)
    for post in (perhaps, on_a_socket):
        assert post.refusal is not None
        assert post.refusal.code is Code.RATE_LIMITED, "which is its answer, unless the nonce is known"
