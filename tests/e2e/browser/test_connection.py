"""The connection goes and comes back: nothing is lost, nothing stands twice, and the page says what is going on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio


@pytest.fixture
def own_moot(tmp_path: Path) -> Iterator[MootServer]:
    """A server that a test may kill."""
    with MootServer(tmp_path, demo=True) as server:
        yield server


async def test_a_killed_server_loses_nothing_that_was_said_and_what_was_written_meanwhile_goes_out_once(
    own_moot: MootServer, visit: Visit
) -> None:
    with Program(own_moot, "ann") as ann:
        ann.room("bridge", "bob", "cyn")
    bob, cyn = await visit(own_moot), await visit(own_moot)
    for visitor, name in ((bob, "bob"), (cyn, "cyn")):
        visitor.expect_lost_connections()
        await visitor.sign_in(name, room="bridge")
    await bob.say("before")
    await cyn.sees_delivered("before")

    own_moot.kill()
    await bob.reads("The connection is lost.")
    await bob.say("while it was away, one")
    await bob.say("while it was away, two")
    await bob.reads("Waits for the connection.")
    own_moot.start()
    # Both would come back by themselves, a few seconds later or sooner.
    await bob.network_returns()
    await cyn.network_returns()

    said = ["before", "while it was away, one", "while it was away, two"]
    for visitor in (bob, cyn):
        for text in said:
            await visitor.sees_delivered(text)
        assert await visitor.texts() == said
    with Program(own_moot, "ann") as ann:
        assert ann.texts("bridge") == said
    await expect(bob.notice).to_be_hidden()


async def test_a_network_that_goes_away_in_the_middle_of_a_send_loses_and_doubles_nothing(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("island", "bob")
        bob = await visit()
        bob.expect_lost_connections()
        await bob.page.clock.install()
        await bob.sign_in("bob", room="island")
        ann.say("island", "one")
        await bob.sees_delivered("one")

        await bob.context.set_offline(True)
        await bob.say("from the boat")
        await bob.page.clock.fast_forward("00:12")
        await bob.reads("You are offline.")
        ann.say("island", "two")
        await bob.context.set_offline(False)
        for text in ("two", "from the boat"):
            await bob.sees_delivered(text)
        # The first attempt lay in the old socket's buffer and may go out too: only the nonce keeps the two one.
        nonces = [json.loads(frame)["nonce"] for frame in bob.sent if "from the boat" in frame]
        assert len(nonces) == 2
        assert len(set(nonces)) == 1
        assert sorted(await bob.texts()) == sorted(ann.texts("island")) == ["from the boat", "one", "two"]


async def test_a_restart_is_announced_as_one_and_survived(own_moot: MootServer, visit: Visit) -> None:
    with Program(own_moot, "ann") as ann:
        ann.room("forge", "bob")
    bob = await visit(own_moot)
    bob.expect_lost_connections()
    await bob.sign_in("bob", room="forge")
    await bob.say("hot")
    await bob.sees_delivered("hot")
    own_moot.terminate()
    await bob.reads("The server restarts. Back in a moment.")
    own_moot.stop()
    own_moot.start()
    await bob.say("still hot")
    await bob.sees_delivered("still hot")
    assert await bob.texts() == ["hot", "still hot"]


async def test_a_token_that_is_about_to_expire_is_renewed_without_a_break(tmp_path: Path, visit: Visit) -> None:
    # 61 s with a warning 60 s ahead: it comes after a second, long before the test is over.
    with MootServer(tmp_path, demo=True, access_token_seconds=61) as server:
        with Program(server, "ann") as ann:
            ann.room("mill", "bob")
        bob = await visit(server)
        sockets: list[object] = []
        bob.page.on("websocket", lambda socket: sockets.append(socket))
        renewed = bob.page.expect_request(
            lambda request: "/oauth/token" in request.url and b"refresh" in request.post_data_buffer
        )
        await bob.sign_in("bob", room="mill")
        async with renewed:
            pass
        await bob.say("grinding")
        await bob.sees_delivered("grinding")
        # Each new one warns after a second, too: on a busy machine it may be more than one.
        assert sum('"type":"auth"' in frame for frame in bob.sent) >= 1
        assert len(sockets) == 1
