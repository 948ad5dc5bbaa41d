"""Everything by keyboard, from the door to a sent message, and by a few letters to any room or person."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import PASSWORD, MootServer, Program

pytestmark = pytest.mark.anyio


async def test_by_keyboard_alone_from_the_door_to_a_sent_message(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("typing-pool", "bob", name="Typing pool")
    bob = await visit()
    keys = bob.page.keyboard
    await bob.go("/")
    await expect(bob.page.get_by_label("Username")).to_be_focused()
    await keys.type("bob")
    await keys.press("Tab")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await expect(bob.page.get_by_role("button", name="Your account")).to_be_attached()
    await keys.press("Control+k")
    await expect(bob.page.get_by_role("combobox", name="Room or person")).to_be_focused()
    await keys.type("typ")
    await expect(bob.page.get_by_role("option", selected=True)).to_contain_text("Typing pool")
    await keys.press("Enter")
    await expect(bob.composer).to_be_focused()
    await keys.type("not a hand on the mouse?")
    await keys.press("Enter")
    await bob.sees_delivered("not a hand on the mouse?")


async def test_the_switcher_is_walked_with_arrows_and_left_with_escape(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("east", "bob")
        ann.room("easter", "bob")
    bob = await visit()
    await bob.sign_in("bob", room="east")
    keys = bob.page.keyboard
    await keys.press("Control+k")
    field = bob.page.get_by_role("combobox", name="Room or person")
    await expect(field).to_be_focused()
    await keys.type("east")
    options = bob.page.get_by_role("option")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await keys.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = await field.get_attribute("aria-activedescendant")
    assert chosen == await options.nth(1).get_attribute("id")
    await keys.press("Escape")
    await expect(field).to_have_count(0)
    await expect(bob.composer).to_be_focused()


async def test_the_switcher_leads_to_a_person(moot: MootServer, visit: Visit) -> None:
    cyn = await visit()
    await cyn.sign_in("cyn")
    await cyn.page.keyboard.press("Control+k")
    await expect(cyn.page.get_by_role("combobox", name="Room or person")).to_be_focused()
    await cyn.page.keyboard.type("@mo")
    await expect(cyn.page.get_by_role("option", selected=True)).to_contain_text("Mo")
    await cyn.page.keyboard.press("Enter")
    await cyn.say("a word in your ear")
    await cyn.sees_delivered("a word in your ear")


async def test_a_question_mark_lists_the_keys_but_not_while_one_writes(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("quiz", "bob")
    bob = await visit()
    await bob.sign_in("bob", room="quiz")
    await bob.composer.press("?")
    await expect(bob.composer).to_have_value("?")
    await bob.page.locator("moot-room h1").focus()
    await bob.page.keyboard.press("?")
    keys = bob.page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(keys).to_contain_text("Go to a room or a person")
    await bob.page.keyboard.press("Escape")
    await expect(keys).to_have_count(0)


async def test_past_the_list_of_rooms_in_one_step(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("aisle", "bob")
    bob = await visit()
    await bob.sign_in("bob", room="aisle")
    skip = bob.page.get_by_role("button", name="Skip to the conversation")
    await skip.focus()
    await expect(skip).to_be_in_viewport()
    await bob.page.keyboard.press("Enter")
    await expect(bob.composer).to_be_focused()
