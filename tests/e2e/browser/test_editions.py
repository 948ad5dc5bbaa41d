"""The page keeps one edition of itself: it opens without a network, and changes to a new one as a whole, when asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

import service
from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio

CONTROLLED = "() => navigator.serviceWorker.controller !== null"
KEPT = "() => caches.keys()"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the program, which a test may change as a new version would."""
    copy = tmp_path / "program" / "service"
    shutil.copytree(Path(service.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PYTHONPATH", str(copy.parent))
    monkeypatch.setenv("PYTHONSAFEPATH", "1")  # the copy, and not what lies in the working directory
    return copy


@pytest.fixture
def own_moot(tmp_path: Path, program: Path) -> Iterator[MootServer]:
    """A server of that copy."""
    with MootServer(tmp_path / "data", demo=True) as server:
        yield server


async def test_the_page_opens_without_a_server_and_what_one_writes_then_is_sent_when_it_is_back(
    own_moot: MootServer, visit: Visit
) -> None:
    with Program(own_moot, "ann") as ann:
        ann.room("island", "bob")
        ann.say("island", "still here")
    bob = await visit(own_moot)
    bob.expect_lost_connections()
    await bob.sign_in("bob", room="island")
    await bob.sees_delivered("still here")
    await bob.page.wait_for_function(CONTROLLED)
    own_moot.kill()
    await bob.page.reload()
    await expect(bob.notice).to_contain_text("The connection is lost.")
    await bob.say("a message in a bottle")
    await bob.reads("Waits for the connection.")
    await bob.page.reload()
    await bob.reads("a message in a bottle")
    own_moot.start()
    await bob.network_returns()
    await bob.sees_delivered("still here")
    await bob.sees_delivered("a message in a bottle")


async def test_a_page_that_knows_nobody_says_that_the_server_is_away_and_comes_back_by_itself(
    own_moot: MootServer, visit: Visit
) -> None:
    bob = await visit(own_moot)
    bob.expect_lost_connections()
    await bob.sign_in("bob")
    await bob.page.wait_for_function(CONTROLLED)
    own_moot.kill()
    await bob.page.evaluate("localStorage.removeItem('folkmoot last known')")
    await bob.page.reload()
    await expect(bob.page.get_by_role("heading", name="The server can’t be reached")).to_be_visible()
    own_moot.start()
    await bob.network_returns()
    await expect(bob.page.get_by_role("button", name="Your account")).to_be_attached()


async def test_nothing_but_the_pages_own_files_is_kept(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("vault", "bob")
        ann.say("vault", "for nobody's cache")
    bob = await visit()
    await bob.sign_in("bob", room="vault")
    await bob.page.wait_for_function(CONTROLLED)
    await bob.page.reload()
    await bob.sees_delivered("for nobody's cache")
    kept: list[str] = await bob.page.evaluate(
        """async () => {
            const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
            const requests = await Promise.all(caches_.map((cache) => cache.keys()));
            return requests.flat().map(({ url }) => new URL(url).pathname);
        }"""
    )
    assert len(kept) > 50
    assert [path for path in kept if path != "/" and not path.startswith("/web/")] == []


async def test_a_new_version_is_told_quietly_and_taken_as_a_whole_when_one_wants_it(
    own_moot: MootServer, program: Path, visit: Visit
) -> None:
    with Program(own_moot, "ann") as ann:
        ann.room("workshop", "bob")
    bob = await visit(own_moot)
    bob.expect_lost_connections()
    await bob.sign_in("bob", room="workshop")
    await bob.page.wait_for_function(CONTROLLED)
    before = await bob.page.evaluate(KEPT)

    own_moot.stop()
    words = program / "web" / "words" / "en" / "composer.js"
    words.write_text(words.read_text().replace("Message {room}", "Speak in {room}"))
    own_moot.start()
    await bob.network_returns()
    await bob.reads("A new version is here.")
    await expect(bob.composer).to_have_attribute("placeholder", "Message Workshop")
    await bob.composer.fill("half a sentence")

    await bob.press("Reload")
    await expect(bob.composer).to_have_attribute("placeholder", "Speak in Workshop")
    await expect(bob.composer).to_have_value("half a sentence")
    await expect(bob.page.get_by_text("A new version is here.")).to_have_count(0)
    after = await bob.page.evaluate(KEPT)
    assert len(after) == 1
    assert after != before
