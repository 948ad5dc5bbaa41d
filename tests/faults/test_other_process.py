"""What an operator does by the command line, in a process of its own, reaches everybody who is connected; and how soon
it does, and how soon what is done by HTTP does, is measured and said."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.line import Line

pytestmark = pytest.mark.anyio

SOCKETS = 10
OTHER_PROCESS_SECONDS = 2.0  # the contract's bound without a bus, from the commit on


async def test_a_user_suspended_at_the_command_line_is_cut_off(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        lines = [Line(house, "bob") for _ in range(SOCKETS)]
        for line in lines:
            await line.connect()
        await lines[0].join("lobby")
        ended = [asyncio.create_task(_end_of(line)) for line in lines]
        await asyncio.to_thread(house.operate, "user", "suspend", "bob")
        committed = time.monotonic()  # a little after: the program had to end, too
        ends = await asyncio.gather(*ended)
        for line in lines:
            await line.hang_up()
        assert {code for code, _ in ends} == {4201}
        took = max(at for _, at in ends) - committed
        print(f"the last was cut off {took * 1000:+.0f} ms from the end of the program")
        assert took < OTHER_PROCESS_SECONDS + 1.0, "with a second for a busy machine"
        answer = house.ask("bob", "GET", "/api/me")
        assert (answer.status_code, answer.json()["code"]) == (403, "suspended")
        house.require_calm()


async def test_a_revocation_by_http_closes_all_sockets_of_the_session(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        took = []
        for _ in range(5):
            tokens = await asyncio.to_thread(house.sign_in, "bob")
            lines = [Line(house, "bob", token=tokens["access_token"]) for _ in range(SOCKETS)]
            for line in lines:
                await line.connect()
            ended = [asyncio.create_task(_end_of(line)) for line in lines]
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
        house.require_calm()


async def test_rooms_and_roles_changed_at_the_command_line_are_heard_live(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        async with Line(house, "mo") as mo, Line(house, "ann") as ann:
            for line in (mo, ann):
                await line.join("staff")
            await asyncio.to_thread(house.operate, "user", "role", "mo", "member")
            removed = await mo.until_notice("removed", room="staff")
            assert removed["code"] == "role_too_low"
            await ann.until(lambda: any(e["type"] == "member.left" for e in ann.rooms["staff"].events))
            changed = await mo.until_notice("you.changed")
            assert changed["user"]["role"] == "member"
        house.require_calm()


async def _end_of(line: Line) -> tuple[int, float]:
    code = await line.until_closed()
    return code, time.monotonic()
