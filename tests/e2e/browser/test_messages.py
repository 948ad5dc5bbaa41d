"""What people do with messages, each in a browser: react, edit, answer, call, find, bring files, talk directly."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import FilePayload, expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio


def picture(name: str) -> FilePayload:
    """A picture as a camera might bring it."""
    content = BytesIO()
    Image.new("RGB", (640, 400), "teal").save(content, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}


async def test_an_emoji_under_a_message_is_counted_for_all_and_taken_back_by_a_second_press(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("orchard", "bob", "cyn")
        ann.say("orchard", "the pears are ripe")
    bob, cyn = await visit(), await visit()
    await bob.sign_in("bob", room="orchard")
    await cyn.sign_in("cyn", room="orchard")
    await bob.message("pears").hover()
    await bob.message("pears").get_by_role("button", name="Add a reaction").click()
    await bob.page.get_by_role("combobox", name="Find an emoji").fill("pear")
    await bob.page.keyboard.press("Enter")
    theirs = cyn.message("pears").get_by_role("button", name="🍐 1 by Bob")
    await expect(theirs).to_have_text("🍐1")
    await expect(theirs).to_have_attribute("aria-pressed", "false")
    await theirs.click()
    await expect(bob.message("pears").get_by_role("button", name="🍐 2 by You, Cyn")).to_have_text("🍐2")
    await cyn.message("pears").get_by_role("button", name="🍐 2 by Bob, You").click()
    await expect(bob.message("pears").get_by_role("button", name="🍐 1 by You")).to_have_text("🍐1")


async def test_the_arrow_up_edits_what_one_said_last_and_what_it_said_before_can_be_read(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("press", "bob", "cyn")
    bob, cyn = await visit(), await visit()
    await bob.sign_in("bob", room="press")
    await cyn.sign_in("cyn", room="press")
    await bob.say("the apples are rpie")
    await cyn.sees_delivered("the apples are rpie")
    await bob.composer.press("ArrowUp")
    field = bob.page.get_by_role("textbox", name="Edit your message")
    await expect(field).to_be_focused()
    await field.fill("the apples are ripe")
    await field.press("Enter")
    await expect(bob.composer).to_be_focused()
    await cyn.sees_delivered("the apples are ripe (edited)")
    await bob.page.get_by_role("button", name="(edited)").click()
    versions = bob.page.get_by_role("dialog", name="Earlier versions").get_by_role("listitem")
    await expect(versions.first).to_contain_text("the apples are rpie")
    await bob.page.keyboard.press("Escape")
    await cyn.message("apples").hover()
    await expect(cyn.page.get_by_role("button", name="(edited)")).to_have_count(0)


async def test_an_answer_stands_in_its_thread_and_is_counted_under_the_message(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("barn", "bob", "cyn")
    bob, cyn = await visit(), await visit()
    await bob.sign_in("bob", room="barn")
    await cyn.sign_in("cyn", room="barn")
    await bob.say("who has the key")
    await cyn.do("the key", "Reply in thread")
    thread = cyn.page.get_by_role("complementary", name="Thread")
    answer = thread.get_by_role("textbox", name="Reply…")
    await expect(answer).to_be_focused()
    await answer.fill("under the mat")
    await answer.press("Enter")
    await expect(thread.get_by_role("log").locator(".message:not(.outgoing)")).to_have_count(2)
    await expect(cyn.log.locator(".text", has_text="under the mat")).to_have_count(0)
    foot = bob.log.get_by_role("button", name="1 reply")
    await expect(foot).to_contain_text("1 unread")
    threads = bob.page.get_by_role("navigation", name="Rooms").get_by_role("button", name="Threads")
    await expect(threads).to_have_accessible_name("Threads 1 unread")
    await threads.click()
    await bob.page.get_by_role("link", name="Go to the message of Bob").click()
    await expect(bob.page.get_by_role("log", name="Replies")).to_contain_text("under the mat")
    await expect(threads).to_have_accessible_name("Threads")
    await bob.page.get_by_role("complementary", name="Thread").get_by_role("button", name="Close").click()
    await expect(bob.page.get_by_role("complementary", name="Threads")).to_be_visible()


async def test_who_is_called_sees_it_in_the_list_and_finds_the_way_there(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("mill", "bob", "cyn")
        ann.room("weir", "bob")
    bob, cyn = await visit(), await visit()
    await bob.sign_in("bob", room="weir")
    await cyn.sign_in("cyn", room="mill")
    await cyn.composer.press_sequentially("look at this @bo")
    await expect(cyn.page.get_by_role("option", name="Bob")).to_have_attribute("aria-selected", "true")
    await cyn.composer.press("Enter")
    await cyn.composer.press_sequentially("in `@ann` :wave: ")
    await cyn.composer.press("Enter")
    await cyn.sees_delivered("look at this @bob in @ann 👋")
    rooms = bob.page.get_by_role("navigation", name="Rooms")
    await expect(rooms.get_by_role("link", name="Mill")).to_have_accessible_name("Mill 1 mention")
    await rooms.get_by_role("button", name="Mentions").click()
    await bob.page.get_by_role("complementary", name="Mentions").get_by_role("link", name="Cyn").click()
    message = bob.message("look at this")
    await expect(message).to_be_visible()
    await expect(message.get_by_role("button", name="@ann")).to_have_count(0)
    await message.get_by_role("button", name="@bob").click()
    await expect(bob.page.get_by_role("dialog", name="Bob")).to_contain_text("@bob")


async def test_what_was_said_is_found_by_its_words_and_shown_where_it_stands(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("cellar", "bob")
        ann.room("attic", "bob")
        ann.say("cellar", "the <b>quinces</b> are in the third barrel")
        for number in range(120):
            ann.say("cellar", f"barrel {number} checked")
    bob = await visit()
    await bob.sign_in("bob", room="attic")
    await bob.page.get_by_role("navigation", name="Rooms").get_by_role("button", name="Search").click()
    pane = bob.page.get_by_role("complementary", name="Search")
    field = pane.get_by_role("searchbox")
    await expect(field).to_be_focused()
    await field.fill("quince* -pears")
    await expect(pane.locator("mark")).to_have_text("quinces")
    await expect(pane.locator(".excerpt")).to_have_text("the <b>quinces</b> are in the third barrel")
    await field.press("ArrowDown")
    await bob.page.keyboard.press("Enter")
    await expect(bob.message("quinces").last).to_be_in_viewport()
    await expect(bob.page.get_by_role("heading", name="Cellar", level=1)).to_be_visible()
    bob.expect_refusals()
    await field.fill('"open')
    await expect(pane.get_by_role("alert")).to_be_visible()
    await field.fill("nothingofthekind")
    await expect(pane).to_contain_text("Nothing found")


async def test_files_are_brought_by_choice_and_by_drop_shown_and_taken_home(
    moot: MootServer, visit: Visit, tmp_path: Path
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("pier", "bob", "cyn")
    bob, cyn = await visit(), await visit()
    await bob.sign_in("bob", room="pier")
    await cyn.sign_in("cyn", room="pier")
    notes: FilePayload = {"name": "tides <b>.txt", "mimeType": "text/plain", "buffer": b"high at noon\n"}
    await bob.page.locator("moot-room > moot-composer input[type=file]").set_input_files(
        [picture("harbour.png"), notes]
    )
    tray = bob.page.get_by_role("list", name="Files to send")
    await expect(tray.locator("li.done")).to_have_count(2)
    await bob.page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(['x'], 'dropped.txt', { type: 'text/plain' }));
            const drop = new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true });
            document.querySelector('moot-timeline').dispatchEvent(drop);
        }"""
    )
    await expect(tray.locator("li.done")).to_have_count(3)
    await tray.get_by_role("button", name="Remove dropped.txt").click()
    await bob.press("Send")
    await expect(tray).to_be_hidden()
    await cyn.page.get_by_role("button", name="View harbour.png").click()
    viewer = cyn.page.get_by_role("dialog", name="Picture")
    await expect(viewer.get_by_role("img", name="harbour.png")).to_be_visible()
    await cyn.page.keyboard.press("Escape")
    async with cyn.page.expect_download() as downloading:
        await cyn.log.get_by_role("button", name="tides <b>.txt").click()
    download = await downloading.value
    await download.save_as(tmp_path / "tides")
    assert (tmp_path / "tides").read_bytes() == notes["buffer"]


async def test_two_talk_directly_until_one_blocks_the_other(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("lighthouse", "bob", "cyn")
    bob, cyn = await visit(), await visit()
    await bob.sign_in("bob", room="lighthouse")
    await cyn.sign_in("cyn", room="lighthouse")
    await bob.press("New direct message")
    await bob.page.get_by_role("searchbox", name="Find people").fill("cy")
    await expect(bob.page.get_by_role("checkbox")).to_have_accessible_name("Cyn @cyn")
    await bob.page.keyboard.press("Enter")
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.get_by_role("heading", name="Cyn", level=1)).to_be_visible()
    await bob.reads("The beginning of Cyn")
    await bob.say("just us two")
    await expect(bob.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    link = cyn.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Bob")
    await expect(link).to_have_accessible_name("Bob 1 unread")
    await link.click()
    await cyn.sees_delivered("just us two")
    await cyn.log.get_by_role("button", name="Bob").click()
    await cyn.page.get_by_role("button", name="Block", exact=True).click()
    await expect(cyn.page.get_by_role("button", name="Unblock")).to_be_focused()
    bob.expect_refusals()
    await bob.composer.fill("are you there")
    await bob.composer.press("Enter")
    await expect(bob.message("are you there")).to_contain_text("Not sent.")


async def test_what_everybody_should_find_again_is_pinned_by_who_moderates(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("quay", "bob", "mo")
        ann.say("quay", "no swimming here")
    bob, mo = await visit(), await visit()
    await bob.sign_in("bob", room="quay")
    await mo.sign_in("mo", room="quay")
    await bob.message("swimming").hover()
    await bob.message("swimming").get_by_role("button", name="More", exact=True).click()
    await expect(bob.page.get_by_role("menuitem", name="Quote")).to_be_visible()
    await expect(bob.page.get_by_role("menuitem", name="Pin to the room")).to_have_count(0)
    await bob.page.get_by_role("menuitem", name="Quote").click()
    await expect(bob.composer).to_have_value("> no swimming here\n\n")
    await mo.do("swimming", "Pin to the room")
    await expect(bob.log.locator(".pin-mark")).to_have_text("Pinned by Mo")
    await bob.press("Pinned messages")
    pinned = bob.page.get_by_role("complementary", name="Pinned messages")
    await expect(pinned).to_contain_text("no swimming here")
    await mo.do("swimming", "Take the pin off")
    await expect(bob.page.get_by_role("complementary", name="Pinned messages")).to_contain_text(
        "Nothing is pinned here"
    )


async def test_a_finger_that_rests_on_a_message_asks_what_can_be_done_with_it(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("ferry", "bob")
        ann.say("ferry", "mind the gap")
    bob = await visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    await bob.sign_in("bob", room="ferry")
    await bob.sees_delivered("mind the gap")
    place = await bob.message("mind the gap").bounding_box()
    assert place is not None
    finger = await bob.context.new_cdp_session(bob.page)
    point = {"x": place["x"] + 100, "y": place["y"] + 20}
    await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    menu = bob.page.get_by_role("menu", name="Message")
    await expect(menu).to_be_visible()
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await bob.page.get_by_role("button", name="React with ❤️").tap()
    await expect(menu).to_have_count(0)
    await expect(bob.message("mind the gap").get_by_role("button", name="❤️ 1 by You")).to_be_visible()
