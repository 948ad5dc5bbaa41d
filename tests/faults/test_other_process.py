"""What another process does on the same database counts from its commit on, and reaches everybody who is connected
within the contract's two seconds: suspensions, roles and mutes, and their ends. How soon it does, and how soon what is
done by HTTP does, is measured and said.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from service.app import now_ms
from service.chat.deeds import OPERATOR
from service.chat.directory import find
from service.chat.records import SanctionKind
from service.chat.sanctions import impose_on_server
from service.cli import house as data_directory
from service.config import Settings
from tests.e2e.house import House
from tests.e2e.line import Frame, Line

pytestmark = pytest.mark.anyio

SOCKETS = 10
OTHER_PROCESS_SECONDS = 2.0  # the contract's bound without a bus, from the commit on
BUSY_SECONDS = 1.0  # that a busy machine may add
MUTE_MS = 2_500  # long enough to be noticed before it ends


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The server, for as long as the module's tests run."""
    with House(tmp_path_factory.mktemp("beside")) as house:
        yield house


@pytest.fixture
def house(open_house: House) -> Iterator[House]:
    """The server, for one test, which must not shake it."""
    with open_house.unshaken():
        yield open_house


async def test_a_suspension_at_the_command_line_and_its_end_move_people_out_of_rooms_and_back(house: House) -> None:
    house.do("ann", "PUT", "/api/rooms/den/members/cyn", {"role": "moderator"})
    house.token("cyn")
    async with AsyncExitStack() as stack:
        ann = await stack.enter_async_context(Line(house, "ann"))
        many = await stack.enter_async_context(Line(house, "cyn", codec="msgpack"))
        single = await stack.enter_async_context(Line(house, "cyn", only="lobby"))
        idle = [await stack.enter_async_context(Line(house, "cyn")) for _ in range(SOCKETS)]
        for slug in ("lobby", "den"):
            await ann.join(slug)
            await many.join(slug)
        ends = [asyncio.create_task(_ended(line)) for line in (many, single, *idle)]
        await asyncio.to_thread(house.operate, "user", "suspend", "cyn")
        committed = time.monotonic()  # a little after: the program had to end, too
        assert {code for code, _ in await asyncio.gather(*ends)} == {4201}
        late = [at - committed for _, at in await asyncio.gather(*ends)]
        assert max(late) < OTHER_PROCESS_SECONDS + BUSY_SECONDS
        print(f"the last was closed {max(late) * 1000:+.0f} ms from the end of the program")
        for slug in ("lobby", "den"):
            left = await _next(ann, slug, "member.left")
            assert (left["user"], left["code"], left["by"]) == ("cyn", "suspended", "system")
            assert many.rooms[slug].seq <= left["seq"]
        answer = await asyncio.to_thread(house.ask, "cyn", "GET", "/api/me")
        assert (answer.status_code, answer.json()["code"]) == (403, "suspended")

        await asyncio.to_thread(house.operate, "user", "restore", "cyn")
        for slug, role in (("lobby", "member"), ("den", "moderator")):
            back = await _next(ann, slug, "member.joined")
            assert (back["member"]["user"], back["member"]["role"]) == ("cyn", role), "as it was"
        token = (await asyncio.to_thread(house.sign_in, "cyn"))["access_token"]
        again = await stack.enter_async_context(Line(house, "cyn", token=token))
        await again.join("den")
        message = await again.send("den", "here again")
        await ann.until_seq("den", message["seq"])


async def test_a_revocation_by_http_closes_all_sockets_of_the_session(house: House) -> None:
    took = []
    for _ in range(5):
        tokens = await asyncio.to_thread(house.sign_in, "bob")
        lines = [Line(house, "bob", token=tokens["access_token"]) for _ in range(SOCKETS)]
        for line in lines:
            await line.connect()
        ended = [asyncio.create_task(_ended(line)) for line in lines]
        form = {"token": tokens["refresh_token"]}
        began = time.monotonic()
        answer = await asyncio.to_thread(house.ask, None, "POST", "/oauth/revoke", data=form)
        assert answer.status_code == 200
        ends = await asyncio.gather(*ended)
        for line in lines:
            await line.hang_up()
        assert {code for code, _ in ends} == {4101}
        took.append(max(at for _, at in ends) - began)
    print(f"all {SOCKETS} sockets closed {max(took) * 1000:.0f} ms after the request was sent, at worst of five")


async def test_a_role_that_the_operator_has_taken_is_given_back_by_an_admin_who_undoes_it(house: House) -> None:
    async with Line(house, "ann") as ann, Line(house, "mo") as mo:
        for line in (ann, mo):
            await line.join("staff")
        await asyncio.to_thread(house.operate, "user", "role", "mo", "member")
        refused = await asyncio.to_thread(house.ask, "mo", "GET", "/api/sanctions")
        assert refused.json()["code"] == "role_too_low", "from the commit on, whoever has noticed it"
        removed = await mo.until_notice("removed", room="staff")
        assert (removed["code"], removed["by"]) == ("role_too_low", "system")
        assert (await mo.until_notice("you.changed"))["user"]["role"] == "member"
        assert (await _next(ann, "staff", "member.left"))["user"] == "mo"
        act = (await asyncio.to_thread(house.do, "ann", "GET", "/api/moderation"))["items"][0]
        assert (act["what"], act["on"], act["by"]) == ("user.role", "mo", "system")
        await asyncio.to_thread(house.do, "ann", "POST", f"/api/moderation/{act['id']}/undo")
        back = await _next(ann, "staff", "member.joined")
        assert back["member"]["user"] == "mo"
        await mo.join("staff")
        assert await mo.send("staff", "here again")


async def test_a_mute_by_another_process_holds_at_once_is_told_soon_and_ends_on_time(house: House) -> None:
    async with Line(house, "ann") as ann, Line(house, "bob") as bob:
        for line in (ann, bob):
            await line.join("lobby")
        await bob.send("lobby", "before it")
        until = now_ms() + MUTE_MS
        await asyncio.to_thread(_mute_everywhere, house, "bob", until)
        committed = time.monotonic()
        refused = await bob.ask("send", room="lobby", text="behind it")
        assert (refused["code"], refused["why"]["by"], refused["why"]["reason"]) == ("muted", "system", "spam")
        muted = await _next(ann, "lobby", "member.changed")
        assert time.monotonic() - committed < OTHER_PROCESS_SECONDS + BUSY_SECONDS
        assert muted["member"]["muted_until"] == refused["why"]["until"]
        await bob.until(lambda: _mutes(bob) == [True, False], "the end of the mute")
        late = now_ms() - until
        print(f"its end was heard {late} ms after its time")
        assert 0 <= late < BUSY_SECONDS * 1000
        assert await bob.send("lobby", "and behind that")


def _mute_everywhere(house: House, username: str, until: int) -> None:
    """What a program of the operator's would do: this process is none of the server's."""
    data_directory.change(
        Settings(data=house.data),
        lambda tx: impose_on_server(tx, OPERATOR, find(tx, username), SanctionKind.MUTE, until, "spam"),
    )


def _mutes(line: Line) -> list[bool]:
    events = line.rooms["lobby"].events
    return ["muted_until" in event["member"] for event in events if event["type"] == "member.changed"]


async def _next(line: Line, slug: str, type: str) -> Frame:
    """The first event of that type that was heard in a room, once it was; it is then forgotten."""
    events = line.rooms[slug].events
    await line.until(lambda: any(event["type"] == type for event in events), f"{type} in {slug}")
    found = next(event for event in events if event["type"] == type)
    del events[: events.index(found) + 1]
    return found


async def _ended(line: Line) -> tuple[int, float]:
    return await line.until_closed(), time.monotonic()
