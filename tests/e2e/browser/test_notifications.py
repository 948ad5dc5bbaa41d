"""Who looks elsewhere is told what calls them, by the room's level, and never what is on the screen."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio

SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, data }) => [title, body, data.address.split('/')[0]]);
}"""


async def shown(page: Page, count: int) -> list[list[str]]:
    """The notifications that stand, as soon as there are so many."""
    await page.wait_for_function(
        "async (count) => (await (await navigator.serviceWorker.ready).getNotifications()).length === count", arg=count
    )
    found: list[list[str]] = await page.evaluate(SHOWN)
    return found


async def test_a_call_in_a_room_that_nobody_looks_at_is_told_and_counted(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("attic", "bob")
        ann.room("ground", "bob")
        bob = await visit()
        await bob.context.grant_permissions(["notifications"], origin=moot.url)
        await bob.sign_in("bob", room="ground")
        await bob.open_account()
        await bob.page.get_by_role("tab", name="Notifications").click()
        await bob.page.get_by_label("Show notifications").check()
        await bob.page.keyboard.press("Escape")
        await bob.page.evaluate("() => navigator.serviceWorker.ready.then(() => {})")

        ann.say("attic", "nobody in particular")
        await expect(bob.page).to_have_title("• Ground · Folkmoot")
        ann.say("ground", "@bob this one you see")
        await bob.sees_delivered("@bob this one you see")
        ann.say("attic", "@bob mind the beam")
        assert await shown(bob.page, 1) == [["Ann in Attic", "@bob mind the beam", "#attic"]]
        await expect(bob.page).to_have_title("(1) Ground · Folkmoot")
        await expect(bob.page.locator('link[rel="icon"]')).to_have_attribute("href", "/web/icon_called.svg")
        await bob.open_room("Attic")
        await expect(bob.page).to_have_title("Attic · Folkmoot")


async def test_a_room_that_is_to_be_quiet_calls_nobody(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("cinema", "cyn")
        ann.room("foyer", "cyn")
        cyn = await visit()
        await cyn.sign_in("cyn", room="foyer")
        await cyn.open_account()
        await cyn.page.get_by_role("tab", name="Notifications").click()
        await cyn.page.get_by_role("combobox", name="Cinema").select_option("Nothing")
        await cyn.page.get_by_role("combobox", name="Foyer").select_option("Everything")
        await cyn.page.keyboard.press("Escape")
        ann.say("cinema", "@cyn hush")
        link = cyn.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Cinema")
        await expect(link).to_contain_text("1")
        await expect(cyn.page).to_have_title("Foyer · Folkmoot")
