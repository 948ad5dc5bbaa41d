"""What the contract promises about delivery, between several clients on real sockets at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count

import pytest

from tests.e2e.house import House
from tests.e2e.line import Hung, Line

UNHURRIED = 100_000  # commands a second: how fast one may talk is not what stops anybody here

pytestmark = pytest.mark.anyio

_numbers = count(1)
Call = Callable[..., Awaitable[Line]]


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server on which people may talk as fast as they can."""
    with House(tmp_path_factory.mktemp("house"), commands_per_second=UNHURRIED) as house:
        yield house


@pytest.fixture
async def call(house: House) -> AsyncIterator[Call]:
    """``await call("bob", "lobby")``: bob on a socket, in those rooms."""
    async with AsyncExitStack() as lines:

        async def dial(username: str, *rooms: str, only: str | None = None, token: str | None = None) -> Line:
            line = await lines.enter_async_context(Line(house, username, only=only, token=token))
            for slug in rooms:
                await line.join(slug)
            return line

        yield dial


@pytest.fixture
def room(house: House) -> str:
    """A room of ann's, in which nobody else has been."""
    return house.room(f"room-{next(_numbers)}", join_role="guest", post_role="guest")


@pytest.fixture
def person(house: House) -> str:
    """Somebody whom the test may do anything to."""
    return house.person(f"person-{next(_numbers)}")


async def _do(house: House, *call: object) -> object:
    """A request beside the sockets."""
    return await asyncio.to_thread(house.do, *call)


async def test_the_sender_hears_it_after_the_ok_here_and_on_every_other_connection(call: Call, room: str) -> None:
    here, there, other = await call("bob", room), await call("bob", room), await call("cyn", room)
    message = await here.send(room, "hello")
    for line in (here, there, other):
        await line.until_seq(room, message["seq"])
        assert line.rooms[room].messages[-1] == message
    last_two = [frame["type"] for frame in here.order[-2:]]
    assert last_two == ["ok", "message.posted"]


async def test_everybody_hears_the_same_in_the_same_order(call: Call, house: House, room: str) -> None:
    lines = [await call(name, room) for name in ("ann", "mo", "bob", "cyn", "gus", "bob", "ann")]
    start = max(line.rooms[room].began_at for line in lines)
    replies = [line.say("send", room=room, text=f"{number}") for number in range(40) for line in lines]
    answers = await asyncio.gather(*replies)
    last = max(answer["message"]["seq"] for answer in answers)
    history = await asyncio.to_thread(house.history, room)
    for line in lines:
        await line.until_seq(room, last)
        assert [m for m in line.rooms[room].messages if m["seq"] > start] == history
    assert [message["seq"] for message in history] == list(range(start + 1, last + 1)), "without a hole"


async def test_the_replies_of_one_connection_come_in_the_order_of_its_commands(call: Call, room: str) -> None:
    line = await call("bob", room)
    others = ("ping", {}), ("typing", {"room": room}), ("leave", {"room": "nowhere"}), ("join", {"room": "staff"})
    replies = []
    for number in range(15):
        replies.append(line.say("send", room=room, text=str(number)))
        kind, fields = others[number % len(others)]
        replies.append(line.say(kind, **fields))
    await asyncio.gather(*replies)
    ids = [int(frame["id"]) for frame in line.order if "id" in frame]
    assert ids == sorted(ids)


async def test_a_join_in_the_middle_of_a_storm_misses_nothing_and_hears_nothing_twice(
    call: Call, house: House, room: str
) -> None:
    """``Line`` fails at the first event that is not the next one; the rest is that the replay and what is live meet."""
    teller = await call("bob", room)
    telling = [teller.say("send", room=room, text=f"word {number}") for number in range(150)]
    comers = [await call("cyn", room) for _ in range(5)]
    answers = await asyncio.gather(*telling)
    last = answers[-1]["message"]["seq"]
    history = await asyncio.to_thread(house.history, room)
    for comer in comers:
        await comer.until_seq(room, last)
        assert comer.rooms[room].messages == [m for m in history if m["seq"] > comer.rooms[room].began_at]


async def test_who_comes_back_ends_with_the_log_of_who_stayed(call: Call, room: str) -> None:
    stayed, away, teller = await call("gus", room), await call("cyn", room), await call("bob", room)
    known = away.rooms
    await stayed.until_seq(room, known[room].seq)
    for number in range(3):
        before = await teller.send(room, f"heard {number}")
        await away.until_seq(room, before["seq"])
        await away.hang_up()
        message = await teller.send(room, f"missed {number}")
        away = await call("cyn")
        away.rooms = known
        await away.join(room)
        assert known[room].seq == message["seq"]
    await stayed.until_seq(room, message["seq"])
    began = max(known[room].began_at, stayed.rooms[room].began_at)
    heard = [[e for e in line.rooms[room].events if e["seq"] > began] for line in (stayed, away)]
    assert heard[0] == heard[1]
    assert len(heard[0]) >= 6


@pytest.mark.parametrize("place", [{"since": 10**6}, {"since": 0, "epoch": "another"}, {"since": 2**52}])
async def test_a_position_that_there_is_not_resets_and_says_so(call: Call, room: str, place: dict[str, object]) -> None:
    line = await call("bob", room)
    epoch = {"epoch": line.rooms[room].epoch}
    reply = await line.do("join", room=room, **(epoch | place))
    assert reply["reset"] is True
    assert "events" not in reply


async def test_a_nonce_stands_for_one_message_on_every_way_in(call: Call, house: House, room: str) -> None:
    here, there = await call("bob", room), await call("bob", room)
    words = {"room": room, "text": "once", "nonce": "n-1"}
    replies = await asyncio.gather(*(line.say("send", **words) for line in (here, there) for _ in range(10)))
    assert {reply["message"]["id"] for reply in replies} == {replies[0]["message"]["id"]}
    assert [reply["duplicate"] for reply in replies].count(False) == 1
    by_http = await _do(house, "bob", "POST", f"/api/rooms/{room}/messages", {"text": "once", "nonce": "n-1"})
    assert by_http == replies[0]["message"]
    other = await here.ask("send", room=room, text="twice", nonce="n-1")
    assert other["code"] == "conflict"
    assert len(await asyncio.to_thread(house.history, room)) == 1
    assert (await there.do("send", **(words | {"nonce": "n-2"})))["duplicate"] is False


async def test_a_post_by_http_is_heard_on_sockets(call: Call, house: House, room: str) -> None:
    line = await call("bob", room)
    message = await _do(house, "ann", "POST", f"/api/rooms/{room}/messages", {"text": "by letter"})
    assert isinstance(message, dict)
    await line.until_seq(room, message["seq"])
    assert line.rooms[room].messages == [message]


async def test_a_demotion_takes_effect_at_once(call: Call, house: House, person: str) -> None:
    await _do(house, "ann", "PATCH", f"/api/users/{person}", {"role": "moderator"})
    line, other = await call(person, "staff", "lobby"), await call("mo", "staff")
    await _do(house, "ann", "PATCH", f"/api/users/{person}", {"role": "member"})
    removed = await line.until_notice("removed", room="staff")
    assert (removed["code"], removed["by"]) == ("role_too_low", "ann")
    changed = await line.until_notice("you.changed")
    assert changed["user"]["role"] == "member"
    await other.until(lambda: any(e["type"] == "member.left" for e in other.rooms["staff"].events))
    left = next(e for e in other.rooms["staff"].events if e["type"] == "member.left")
    assert (left["user"], left["code"]) == (person, "role_too_low")
    last = line.rooms["staff"].seq
    await other.send("staff", "among ourselves")
    await line.send("lobby", "still here")
    assert line.rooms["staff"].seq == last == left["seq"], "their own leaving is the last that they hear"
    assert (await line.ask("send", room="staff", text="me too"))["code"] == "role_too_low"
    assert (await line.ask("join", room="staff"))["code"] == "role_too_low"


async def test_a_raised_gate_removes_who_is_below_it_and_leaves_the_others(call: Call, house: House, room: str) -> None:
    guest, member = await call("gus", room), await call("bob", room)
    single = await call("gus", only=room)
    await _do(house, "ann", "PATCH", f"/api/rooms/{room}", {"join_role": "member"})
    assert (await guest.until_notice("removed", room=room))["code"] == "role_too_low"
    assert await single.until_closed() == 4202
    message = await member.send(room, "only we")
    assert (await guest.ask("send", room=room, text="and I"))["code"] == "role_too_low"
    assert guest.rooms[room].seq < message["seq"]


async def test_a_deleted_room_closes_its_sockets_and_is_an_event_on_others(call: Call, house: House, room: str) -> None:
    many, single = await call("bob", room), await call("cyn", only=room)
    await _do(house, "ann", "DELETE", f"/api/rooms/{room}")
    assert await single.until_closed() == 4203
    await many.until(lambda: many.rooms[room].events[-1]["type"] == "room.deleted")
    assert (await many.ask("send", room=room, text="hello?"))["code"] == "not_found"
    assert (await many.do("ping"))["type"] == "ok"


async def test_a_removed_member_hears_nothing_later_and_says_nothing_more(
    call: Call, house: House, room: str, person: str
) -> None:
    """Hundreds of sends race the removal on two connections: some are in before it, none behind it."""
    first, second, other = await call(person, room), await call(person, room), await call("bob", room)
    racing = []
    for number in range(150):
        racing += [line.say("send", room=room, text=f"{number}") for line in (first, second)]
        other.say("send", room=room, text=f"between {number}")
        if number == 75:
            removal = asyncio.create_task(_do(house, "ann", "DELETE", f"/api/rooms/{room}/members/{person}"))
        if number % 10 == 0:
            await racing[-1]
    await removal
    answers = await asyncio.gather(*racing)
    for line in (first, second):
        await line.until_notice("removed", room=room)
    last = await other.send(room, "the end")
    await other.until_seq(room, last["seq"])
    left = next(e for e in other.rooms[room].events if e["type"] == "member.left")
    history = await asyncio.to_thread(house.history, room)
    own = [message["seq"] for message in history if message["author"]["username"] == person]
    assert own
    assert max(own) < left["seq"], "nothing of theirs is behind their removal"
    refused = [answer["code"] for answer in answers if answer["type"] == "error"]
    assert refused
    assert set(refused) <= {"not_joined"}
    assert len(own) == len(answers) - len(refused), "what was acknowledged is there, and nothing else"
    for line in (first, second):
        assert line.rooms[room].seq == left["seq"], "the removal is the last that they hear"


@pytest.mark.parametrize(
    ("method", "path", "body", "codes"),
    [
        ("PATCH", "/api/users/{person}", {"suspended": True}, [4201, 4201, 4201]),
        ("DELETE", "/api/users/{person}", None, [4101, 4101, 4202]),  # it is first of all out of that one room
        ("POST", "/api/users/{person}/password-reset", None, [4101, 4101, 4101]),
    ],
    ids=["suspended", "deleted", "password reset"],
)
async def test_the_end_of_an_account_is_the_end_of_its_sockets(
    call: Call, house: House, person: str, room: str, method: str, path: str, body: object, codes: list[int]
) -> None:
    lines = [await call(person, room), await call(person), await call(person, only="lobby")]
    other = await call("bob", room)
    token = house.token(person)
    await _do(house, "ann", method, path.format(person=person), body)
    assert [await line.until_closed() for line in lines] == codes
    answer = house.ask(None, "GET", "/api/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) in ((401, "unauthenticated"), (403, "suspended"))
    if method != "POST":
        await other.until(lambda: other.rooms[room].events[-1]["type"] == "member.left")


async def test_a_password_change_ends_the_other_sessions_alone(call: Call, house: House, person: str) -> None:
    elsewhere = await asyncio.to_thread(house.sign_in, person)
    here, there = await call(person), await call(person, token=elsewhere["access_token"])
    words = {"password": "an owl at the moot", "current_password": "folkmoot-demo"}
    await _do(house, person, "PATCH", "/api/me", words)
    assert await there.until_closed() == 4101
    assert (await here.do("ping"))["type"] == "ok"
    form = {"grant_type": "refresh_token", "refresh_token": elsewhere["refresh_token"]}
    assert house.ask(None, "POST", "/oauth/token", data=form).json()["error"] == "invalid_grant"


async def test_a_revoked_session_closes_its_sockets_and_no_others(call: Call, house: House, person: str) -> None:
    other = await asyncio.to_thread(house.sign_in, person)
    mine, theirs = await call(person), await call(person, token=other["access_token"])
    revoked = house.ask(None, "POST", "/oauth/revoke", data={"token": other["refresh_token"]})
    assert revoked.status_code == 200
    assert await theirs.until_closed() == 4101
    assert (await mine.do("ping"))["type"] == "ok"


async def test_a_stolen_refresh_token_ends_the_session_of_both(call: Call, house: House, person: str) -> None:
    """One that was used comes again after three more were: no answer was lost so often, so somebody else has it."""
    tokens = await asyncio.to_thread(house.sign_in, person)
    line = await call(person, token=tokens["access_token"])
    chain = [tokens["refresh_token"]]
    for _ in range(3):
        form = {"grant_type": "refresh_token", "refresh_token": chain[-1]}
        chain.append(house.ask(None, "POST", "/oauth/token", data=form).json()["refresh_token"])
    again = house.ask(None, "POST", "/oauth/token", data={"grant_type": "refresh_token", "refresh_token": chain[0]})
    assert again.json()["error"] == "invalid_grant"
    assert await line.until_closed() == 4101


async def test_a_new_token_on_the_open_socket_moves_it_to_its_session(call: Call, house: House, person: str) -> None:
    old, new = [await asyncio.to_thread(house.sign_in, person) for _ in range(2)]
    line = await call(person, "lobby", token=old["access_token"])
    assert (await line.ask("auth", token=house.token("bob")))["code"] == "forbidden"
    await line.do("auth", token=new["access_token"])
    house.ask(None, "POST", "/oauth/revoke", data={"token": old["access_token"]})
    assert (await line.send("lobby", "still here"))["text"] == "still here"
    house.ask(None, "POST", "/oauth/revoke", data={"token": new["access_token"]})
    assert await line.until_closed() == 4101


async def test_presence_tells_of_the_first_and_the_last_connection_of_others(
    call: Call, house: House, room: str
) -> None:
    watcher = await call("bob", room)
    one, two = await call("cyn", room), await call("cyn", room)
    await watcher.until_notice("presence", user="cyn", state="online")
    await one.hang_up()
    await two.send(room, "still here")
    await two.hang_up()
    await watcher.until_notice("presence", user="cyn", state="offline")
    states = [n["state"] for n in watcher.notices if n["type"] == "presence" and n["user"] == "cyn"]
    assert states == ["online", "offline"]
    assert not [n for n in watcher.notices if n["type"] == "presence" and n["user"] == "bob"]


async def test_the_socket_of_one_room_speaks_of_that_room_alone(call: Call, house: House, room: str) -> None:
    line = await call("bob", only=room)
    assert line.hello["joined"]["room"]["slug"] == room
    reply = await line.ask("send", text="short")
    assert reply["message"]["room"] == room
    assert (await line.ask("send", room="lobby", text="elsewhere"))["code"] == "invalid"
    resumed = Line(house, "bob", only=room, since=1, epoch=line.rooms[room].epoch)
    async with resumed:
        seqs = [event["seq"] for event in resumed.hello["joined"]["events"]]
        assert seqs == list(range(2, resumed.hello["joined"]["seq"] + 1))


async def test_who_is_not_let_in_hears_nothing_before_the_end(house: House) -> None:
    """A page of ours is accepted to be told why; it must not get a word of the room with that."""
    token = house.token("cyn")
    with pytest.raises(Hung) as refused:
        await _first_frame(house, "den", token)
    assert refused.value.code == 4202


async def _first_frame(house: House, slug: str, token: str) -> object:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        lines = [
            f"GET /chat/{slug} HTTP/1.1",
            f"Host: 127.0.0.1:{house.port}",
            f"Origin: {house.url}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            f"Authorization: Bearer {token}",
        ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await reader.readuntil(b"\r\n\r\n")
        first, size = await reader.readexactly(2)
        payload = await reader.readexactly(size & 0x7F)
        if first & 0x0F == 8:
            raise Hung(int.from_bytes(payload[:2], "big"))
        return json.loads(payload)
    finally:
        writer.close()
