"""The page in little room: on a telephone of 360 pixels, and enlarged to 200 % on a small screen. Nothing sticks out to
the side, and all that is needed is there."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer
from tests.e2e.browser.visitor import Visitor

pytestmark = pytest.mark.anyio

TELEPHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
ENLARGED: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
SIZES = pytest.mark.parametrize("size", [TELEPHONE, ENLARGED], ids=["360 pixels", "200 percent"])

# What reaches over the edge of the page and can't be scrolled to within something: its tag, class and edges.
OVER_THE_EDGE = """() => {
    const scrolled = (element) => {
        for (let at = element.parentElement; at; at = at.parentElement) {
            if (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX) && at !== document.body) return true;
        }
        return false;
    };
    const over = [];
    const page = document.documentElement;
    for (const element of document.body.querySelectorAll('*')) {
        const { left, right, width, height } = element.getBoundingClientRect();
        if (width === 0 || height === 0 || getComputedStyle(element).visibility === 'hidden') continue;
        if (element.closest('.unseen, .skip') || scrolled(element)) continue;
        const name = `${element.tagName}.${element.className}`;
        if (left < -1 || right > innerWidth + 1) over.push(`${name} ${left} to ${right}`);
    }
    if (page.scrollWidth > innerWidth) over.push(`the page: ${page.scrollWidth}`);
    return over;
}"""


async def nothing_sticks_out(page: Page) -> None:
    assert await page.evaluate(OVER_THE_EDGE) == []


async def close(visitor: Visitor) -> None:
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.get_by_role("dialog")).to_have_count(0)


@SIZES
async def test_rooms_and_dialogs_fit(workday: MootServer, visit: Visit, size: dict[str, Any]) -> None:
    ann = await visit(workday, **size)
    await ann.go("/signup")
    await expect(ann.page.get_by_role("heading", name="Create your account")).to_be_visible()
    await nothing_sticks_out(ann.page)
    await ann.sign_in("ann")
    await expect(ann.page.get_by_role("navigation", name="Rooms")).to_be_visible()
    await nothing_sticks_out(ann.page)
    for button in ("Browse rooms", "New room", "New direct message", "Your account: Ann admin"):
        await ann.page.get_by_role("button", name=button).click()
        await expect(ann.page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
        await nothing_sticks_out(ann.page)
        await close(ann)


@SIZES
async def test_a_room_its_panes_and_what_one_writes_fit(
    workday: MootServer, visit: Visit, size: dict[str, Any]
) -> None:
    bob = await visit(workday, **size)
    await bob.sign_in("bob", room="harbour")
    await bob.reads("They know, and they have the number")
    await expect(bob.composer).to_be_in_viewport()
    await nothing_sticks_out(bob.page)
    await bob.composer.fill("A word that is long: " + "harbourmaster" * 20 + "\nand\nlines\nand\nlines")
    await expect(bob.page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()
    await nothing_sticks_out(bob.page)
    await bob.composer.fill("")
    await bob.log.get_by_role("button", name="3 replies").click()
    await bob.reads("Then that explains last April, too.")
    await nothing_sticks_out(bob.page)
    await bob.page.get_by_role("complementary", name="Thread").get_by_role("button", name="Close").click()
    await bob.press("People in this room")
    await expect(bob.page.locator("moot-people")).to_be_visible()
    await nothing_sticks_out(bob.page)


@SIZES
async def test_the_pages_of_who_looks_after_it_fit(workday: MootServer, visit: Visit, size: dict[str, Any]) -> None:
    ann = await visit(workday, **size)
    await ann.sign_in("ann")
    for page in ("reports", "audit", "users", "invites", "rooms/harbour/settings", "rooms/harbour/members"):
        await ann.page.evaluate("(page) => { location.hash = `#/${page}`; }", page)
        await expect(ann.page.locator("moot-desk .content, moot-desk form, moot-desk li").first).to_be_attached()
        await expect(ann.page.locator("moot-desk .loading")).to_have_count(0)
        await nothing_sticks_out(ann.page)
