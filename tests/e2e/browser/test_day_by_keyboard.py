"""A day without a hand on the mouse: in, to a room, a word, through what was said, a thread, a search, and out."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import PASSWORD, MootServer
from tests.e2e.browser.visitor import Visitor

pytestmark = pytest.mark.anyio

STEPS_MAX = 40  # presses of a key until something has the focus; more are a way that nobody goes


async def step_to(visitor: Visitor, goal: Locator, key: str) -> None:
    """Press a key until something has the focus."""
    for _ in range(STEPS_MAX):
        if await goal.evaluate("element => element === document.activeElement"):
            return
        await visitor.page.keyboard.press(key)
    focused = await visitor.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{key} does not lead to {goal}; the focus is at {focused}")


async def test_a_day_by_keyboard(workday: MootServer, visit: Visit) -> None:
    cyn = await visit(workday, viewport={"width": 1280, "height": 800})
    page, keys = cyn.page, cyn.page.keyboard
    await cyn.go("/")
    await expect(page.get_by_label("Username")).to_be_focused()
    await keys.type("cyn")
    await keys.press("Tab")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await expect(page.locator("moot-hall")).to_be_attached()

    await keys.press("Control+k")
    await expect(page.get_by_role("combobox", name="Room or person")).to_be_focused()
    await keys.type("harb")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("Harbour")
    await keys.press("Enter")
    await expect(cyn.composer).to_be_focused()
    await keys.type("I can take the night desk")
    await keys.press("Enter")
    await cyn.sees_delivered("I can take the night desk")

    own = cyn.log.locator(".message", has_text="I can take the night desk")
    earlier = cyn.log.locator(".message", has_text="They know, and they have the number")
    await step_to(cyn, own, "Shift+Tab")
    await keys.press("ArrowUp")
    await expect(earlier).to_be_focused()

    await keys.press("Shift+F10")
    menu = page.get_by_role("menu")
    await expect(menu).to_be_visible()
    await keys.press("ArrowUp")
    await step_to(cyn, menu.get_by_role("menuitem", name="Reply in thread"), "ArrowDown")
    await keys.press("Enter")
    thread = page.get_by_role("complementary", name="Thread")
    answer = thread.get_by_role("textbox")
    await expect(answer).to_be_focused()
    await keys.type("Thank you")
    await keys.press("Enter")
    await expect(thread.get_by_text("Thank you")).to_be_visible()
    await keys.press("Escape")
    await expect(thread).to_have_count(0)

    await keys.press("Control+Shift+f")
    search = page.get_by_role("complementary", name="Search")
    await expect(search.get_by_role("searchbox")).to_be_focused()
    await keys.type("archive tonight")
    await keys.press("Enter")
    await expect(search.locator("mark").first).to_be_visible()
    await step_to(cyn, search.get_by_role("button", name="Close"), "Shift+Tab")
    await keys.press("Enter")
    await expect(search).to_have_count(0)

    await keys.press("Control+,")
    await expect(page.get_by_role("dialog", name="Your account")).to_be_visible()
    await step_to(cyn, page.get_by_role("button", name="Sign out", exact=True), "Tab")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
