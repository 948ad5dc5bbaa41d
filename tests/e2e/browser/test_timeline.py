"""Long rooms: they open at what is new, scroll without a jump, lead to any message, and know what one has read. And
what one has written outlives the page on which one wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program
from tests.e2e.browser.visitor import Visitor

pytestmark = pytest.mark.anyio

UNHURRIED = 100_000  # commands a second: how fast one may talk is not what is tried here
DRAWN_MOST = 210  # entries: two hundred messages, and the days between them

# Up by what a wheel turns, frame by frame: how far what one reads was moved by anything else, and how many entries
# there were at most.
SCROLL_BACK = """async (steps) => {
    const scroller = document.querySelector('moot-timeline .scroller');
    const edge = scroller.getBoundingClientRect().top + 150;
    const rows = () => [...document.querySelectorAll('moot-timeline .entries > .message')];
    let [moved, most] = [0, 0];
    for (let step = 0; step < steps && !document.querySelector('moot-timeline .beginning'); step += 1) {
        const read = rows().find((row) => row.getBoundingClientRect().bottom > edge);
        const [id, top, by] = [read.dataset.id, read.getBoundingClientRect().top, Math.min(120, scroller.scrollTop)];
        scroller.scrollTop -= by;
        for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
        const now = rows().find((row) => row.dataset.id === id);
        moved = Math.max(moved, now ? Math.abs(now.getBoundingClientRect().top - top - by) : Infinity);
        most = Math.max(most, document.querySelectorAll('moot-timeline .entries > *').length);
    }
    return { moved, most };
}"""

# Frame by frame, until a shelf of the browser's store holds these texts and no others.
PLACE = """(log, text) => {
    const found = [...log.querySelectorAll('.text')].find((one) => one.textContent.includes(text));
    if (!found) return null;
    const { x, y, width, height } = found.getBoundingClientRect();
    return [x, y, width, height];
}"""
KEPT = """async ([shelf, wanted]) => {
    const [{ name }] = await indexedDB.databases();
    const answer = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await answer(indexedDB.open(name));
    for (let frame = 0; frame < 1_000; frame += 1) {
        const records = await answer(database.transaction(shelf).objectStore(shelf).getAll());
        if (records.map(({ text, item }) => text ?? item.text).join() === wanted) return true;
        await new Promise(requestAnimationFrame);
    }
    return false;
}"""


@pytest.fixture(scope="module")
def moot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MootServer]:
    """The cast, who may talk as fast as they can."""
    with MootServer(tmp_path_factory.mktemp("moot"), demo=True, commands_per_second=UNHURRIED) as server:
        yield server


@pytest.fixture(scope="module")
def archive(moot: MootServer) -> list[dict[str, Any]]:
    """A room with more in it than is ever drawn; bob has read all of it. Its latest messages."""
    with Program(moot, "ann") as ann, Program(moot, "bob") as bob:
        ann.room("archive", "bob")
        for number in range(420):
            ann.say("archive", f"page {number:03}")
        bob.read("archive", ann.see("archive")["seq"])
        return ann.messages("archive")


async def at_the_end(visitor: Visitor) -> None:
    """The last message can be seen, and nothing leads further down."""
    await expect(visitor.log.locator(".message").last).to_be_in_viewport()
    await expect(visitor.page.locator(".jump")).to_be_hidden()


async def place_of(visitor: Visitor, text: str) -> Any:
    """Where a message stands, looked for and measured in one turn of the page: between two, its row may be drawn
    anew."""
    return await visitor.log.evaluate(PLACE, text)


async def kept(page: Page, shelf: str, *texts: str) -> None:
    """The browser's store has taken what was written, and holds nothing else."""
    assert await page.evaluate(KEPT, [shelf, ",".join(texts)])


async def test_what_one_reads_stays_where_it_is_all_the_way_back_and_never_much_is_drawn(
    archive: list[dict[str, Any]], visit: Visit
) -> None:
    bob = await visit()
    await bob.sign_in("bob", room="archive")
    await bob.sees_delivered("page 419")
    await at_the_end(bob)
    back = await bob.page.evaluate(SCROLL_BACK, 2_000)
    await expect(bob.page.get_by_role("heading", name="The beginning of Archive")).to_be_attached()
    assert back["moved"] < 2
    assert back["most"] <= DRAWN_MOST
    assert (await bob.texts())[0] == "page 000"
    await expect(bob.log.locator(".text", has_text="page 419")).to_have_count(0)
    await bob.press("Latest")
    await bob.sees_delivered("page 419")
    await at_the_end(bob)


async def test_a_link_leads_to_a_message_however_far_back_it_is(
    archive: list[dict[str, Any]], moot: MootServer, visit: Visit
) -> None:
    bob = await visit()
    with Program(moot, "ann") as ann:
        early = ann.messages("archive", before=archive[0]["seq"] - 100)[-1]
    await bob.sign_in("bob", room=f"archive/{early['id']}")
    there = bob.log.locator(".message", has_text=early["text"])
    await expect(there).to_be_in_viewport()
    await expect(there).to_be_focused()
    await expect(bob.page).to_have_url(f"{moot.url}/#archive")
    bob.expect_refusals()
    await bob.go("/#archive/m1a2-000")
    await bob.reads("The message that you are looking for is not here.")
    await expect(there).to_be_in_viewport()


async def test_a_room_opens_at_what_is_new_and_what_one_sees_of_it_is_read_everywhere(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann, Program(moot, "bob") as elsewhere:
        ann.room("gazette", "bob")
        for number in range(130):
            ann.say("gazette", f"news {number:03}")
        first = ann.messages("gazette")[20]
        elsewhere.read("gazette", first["seq"] - 1)
        bob, telephone = await visit(), await visit(viewport={"width": 360, "height": 740})
        await telephone.sign_in("bob")
        link = telephone.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Gazette")
        await expect(link).to_have_accessible_name("Gazette 99+ unread")
        await bob.sign_in("bob", room="gazette")
        await expect(bob.page.locator(".new")).to_be_in_viewport()
        await expect(bob.log.locator(".new + .message")).to_contain_text("news 020")
        await bob.page.locator(".jump").click()
        await at_the_end(bob)
        await expect(link).to_have_accessible_name("Gazette")
        assert elsewhere.see("gazette")["you"]["unread"] == 0

        ann.say("gazette", "the very latest")
        await bob.sees_delivered("the very latest")
        await expect(bob.page.get_by_role("link", name="Gazette")).to_have_accessible_name("Gazette")


async def test_what_is_said_while_one_reads_elsewhere_is_counted_and_moves_nothing(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann, Program(moot, "bob") as elsewhere:
        ann.room("attic", "bob")
        for number in range(90):
            ann.say("attic", f"box {number:03}")
        elsewhere.read("attic", ann.see("attic")["seq"])
        bob = await visit()
        await bob.sign_in("bob", room="attic")
        await at_the_end(bob)
        await bob.page.evaluate(SCROLL_BACK, 4)
        reading = bob.log.locator(".text", has_text="box 070")
        await expect(reading).to_be_in_viewport()
        before = await place_of(bob, "box 070")
        ann.say("attic", "one more")
        ann.say("attic", "and another")
        await expect(bob.page.locator(".jump")).to_have_text("2 new")
        assert await place_of(bob, "box 070") == before
        await bob.page.locator(".jump").click()
        await at_the_end(bob)


async def test_replies_stand_under_what_they_answer_and_make_no_room_unread(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann, Program(moot, "cyn") as cyn:
        ann.room("study", "bob", "cyn")
        ann.say("study", "any questions?")
        question = ann.messages("study")[0]
        bob = await visit()
        await bob.sign_in("bob", room="study")
        await bob.sees_delivered("any questions?")
        cyn.reply(question, "only one")
        await bob.reads("1 reply")
        assert await bob.texts() == ["any questions?"]


async def test_a_connection_that_comes_back_moves_nothing_and_brings_what_was_missed(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann, Program(moot, "bob") as elsewhere:
        ann.room("ferry", "bob")
        for number in range(90):
            ann.say("ferry", f"island {number:03}")
        elsewhere.read("ferry", ann.see("ferry")["seq"])
        bob = await visit()
        bob.expect_lost_connections()
        await bob.page.clock.install()
        await bob.sign_in("bob", room="ferry")
        await at_the_end(bob)
        await bob.page.evaluate(SCROLL_BACK, 4)
        reading = bob.log.locator(".text", has_text="island 070")
        await expect(reading).to_be_in_viewport()
        before = await place_of(bob, "island 070")

        await bob.context.set_offline(True)
        await bob.page.clock.fast_forward("01:30")
        await bob.reads("You are offline.")
        for text in ("meanwhile, one", "meanwhile, two"):
            ann.say("ferry", text)
        await bob.context.set_offline(False)
        await bob.network_returns()
        await expect(bob.page.locator(".jump")).to_have_text("2 new")
        assert await place_of(bob, "island 070") == before
        await bob.page.locator(".jump").click()
        await at_the_end(bob)
        assert (await bob.texts())[-3:] == ["island 089", "meanwhile, one", "meanwhile, two"]
        await expect(bob.log.locator(".new + .message")).to_contain_text("meanwhile, one")


@pytest.fixture
def own_moot(tmp_path: Path) -> Iterator[MootServer]:
    """A server that a test may kill."""
    with MootServer(tmp_path, demo=True) as server:
        yield server


async def test_what_was_written_without_a_server_outlives_the_page_and_is_said_once(
    own_moot: MootServer, visit: Visit
) -> None:
    with Program(own_moot, "ann") as ann:
        ann.room("raft", "bob")
    bob = await visit(own_moot)
    bob.expect_lost_connections()
    await bob.sign_in("bob", room="raft")
    await bob.say("before")
    await bob.sees_delivered("before")
    own_moot.kill()
    await bob.reads("The connection is lost.")
    written = [f"on the raft: {text}" for text in ("one", "two", "three")]
    for text in written:
        await bob.say(text)
    await bob.composer.fill("half a thought")
    await kept(bob.page, "outbox", *written)
    await kept(bob.page, "drafts", "half a thought")
    await bob.page.close()

    own_moot.start()
    again = Visitor(own_moot, bob.context, await bob.context.new_page())
    await again.go("/#raft")
    said = ["before", *written]
    for text in said:
        await again.sees_delivered(text)
    assert await again.texts() == said
    await expect(again.composer).to_have_value("half a thought")
    await kept(again.page, "outbox")
    with Program(own_moot, "ann") as ann:
        assert ann.texts("raft") == said
    assert again.complaints == []


async def test_what_a_tab_leaves_behind_is_said_once_by_one_that_is_there(own_moot: MootServer, visit: Visit) -> None:
    with Program(own_moot, "ann") as ann:
        ann.room("quay", "bob")
    bob = await visit(own_moot)
    bob.expect_lost_connections()
    await bob.sign_in("bob", room="quay")
    beside = Visitor(own_moot, bob.context, await bob.context.new_page())
    beside.expect_lost_connections()
    await beside.go("/#quay")
    await beside.reads("Nothing has been said here yet.")
    own_moot.kill()
    await bob.reads("The connection is lost.")
    await bob.say("left on the quay")
    await kept(bob.page, "outbox", "left on the quay")
    await expect(beside.log.locator(".text")).to_have_count(0)
    await bob.page.close()
    own_moot.start()
    await beside.network_returns()
    await beside.sees_delivered("left on the quay")
    with Program(own_moot, "ann") as ann:
        assert ann.texts("quay") == ["left on the quay"]
    assert beside.complaints == []


async def test_a_link_to_a_reply_opens_its_thread(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann, Program(moot, "cyn") as cyn:
        ann.room("school", "bob", "cyn")
        ann.say("school", "who knows the answer?")
        question = ann.messages("school")[0]
        for number in range(3):
            cyn.reply(question, f"I do, {number}")
        reply = ann.messages("school")[-1]
    bob = await visit()
    await bob.sign_in("bob", room=f"school/{reply['id']}")
    thread = bob.page.get_by_role("complementary", name="Thread")
    await expect(thread.locator(".message", has_text="I do, 2")).to_be_in_viewport()
    await bob.sees("who knows the answer?")
