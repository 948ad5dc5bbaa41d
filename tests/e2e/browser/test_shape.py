"""The page on a telephone, by keyboard alone, and in the dark."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio

NARROW = {"width": 360, "height": 640}


async def test_a_telephone_shows_one_thing_at_a_time_and_nothing_sticks_out(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("pantry", "bob", topic="A topic that is a good deal longer than any telephone is wide, to be sure")
        ann.say("pantry", "https://example.org/" + "a" * 300)
    bob = await visit(viewport=NARROW, has_touch=True, is_mobile=True)
    await bob.sign_in("bob")
    page = bob.page
    await expect(page.get_by_role("navigation", name="Rooms")).to_be_visible()
    await expect(page.locator("moot-room")).to_be_hidden()
    await bob.open_room("Pantry")
    await expect(page.get_by_role("navigation", name="Rooms")).to_be_hidden()
    await expect(bob.composer).to_be_visible()
    await expect(bob.log.get_by_role("link")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    await bob.press("People in this room")
    await expect(page.get_by_role("complementary")).to_be_visible()
    await bob.press("Close")
    await page.get_by_role("link", name="Back to the rooms").click()
    await expect(page.get_by_role("navigation", name="Rooms")).to_be_visible()
    await page.go_back()
    await expect(bob.composer).to_be_visible()
    await page.get_by_role("link", name="Back to the rooms").click()
    await bob.press("Browse rooms")
    await bob.press("Join Lobby")
    await expect(bob.composer).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("navigation", name="Rooms")).to_be_visible()


async def test_hands_on_the_keyboard_are_enough(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("aisle", "bob")
        ann.room("aisle-two", "bob", name="Aisle two")
    bob = await visit()
    keyboard = bob.page.keyboard
    await bob.go("/#aisle")
    await expect(bob.page.get_by_label("Username")).to_be_focused()
    await keyboard.type("bob")
    await keyboard.press("Tab")
    await keyboard.type("folkmoot-demo")
    await keyboard.press("Enter")
    await expect(bob.composer).to_be_focused()
    await keyboard.type("by hand")
    await keyboard.press("Shift+Enter")
    await keyboard.type("alone")
    await keyboard.press("Enter")
    await bob.sees_delivered("by hand\nalone")
    await keyboard.press("Alt+ArrowDown")
    await expect(bob.page.get_by_role("heading", name="Aisle two", exact=True)).to_be_visible()
    await expect(bob.composer).to_be_focused()
    await bob.page.get_by_role("button", name="Your account").focus()
    await keyboard.press("Enter")
    await expect(bob.page.get_by_role("dialog", name="Your account")).to_be_visible()
    await keyboard.press("Escape")
    await expect(bob.page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_scheme_of_the_system_is_followed(moot: MootServer, visit: Visit, scheme: str) -> None:
    visitor = await visit(color_scheme=scheme)
    await visitor.go("/")
    await expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    lightness = "getComputedStyle(document.body).backgroundColor.match(/oklch\\(([\\d.]+)/)[1]"
    assert (float(await visitor.page.evaluate(lightness)) > 0.5) is (scheme == "light")
