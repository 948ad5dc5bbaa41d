"""What moderators do, in the browsers of those whom it concerns, over a real server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio

SOON = timedelta(seconds=4)  # a mute that ends while the test looks on; long enough to be seen on a busy machine


async def test_a_mute_closes_the_composer_with_who_and_why_and_its_end_opens_it_again(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("forge", "bob", "mo")
    bob = await visit()
    await bob.sign_in("bob", room="forge")
    await bob.composer.fill("half a thought")
    with Program(moot, "mo") as mo:
        mo.sanction("forge", "bob", "mute", reason="spam")
        await bob.reads("You are muted by mo: spam.")
        await expect(bob.composer).to_have_count(0)
        mo.lift("forge", "bob")
        await expect(bob.composer).to_have_value("half a thought")
        mo.sanction("forge", "bob", "mute", until=datetime.now(UTC) + SOON)
        await expect(bob.page.locator(".gate")).to_contain_text("You are muted until")
    await expect(bob.composer).to_be_visible()
    await bob.say("a whole one")
    await bob.sees_delivered("a whole one")


async def test_who_comes_back_muted_reads_who_did_it_and_why(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("granary", "bob", "mo")
    with Program(moot, "mo") as mo:
        mo.sanction("granary", "bob", "mute", reason="too many pears")
    bob = await visit()
    await bob.sign_in("bob", room="granary")
    await bob.reads("You are muted by mo: too many pears.")
    with Program(moot, "ann") as ann:
        ann.change_room("granary", locked=True, reason="closed for the night")
        cyn = await visit()
        await cyn.sign_in("cyn", room="granary")
        await cyn.press("Join this room")
        await expect(cyn.page.locator(".gate")).to_contain_text("Set by ann")
        await expect(cyn.page.locator(".gate")).to_contain_text("closed for the night.")


async def test_a_ban_says_until_when_and_shows_no_way_back_and_its_end_gives_the_place_back(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("brewery", "bob", "mo")
    bob = await visit()
    await bob.sign_in("bob", room="brewery")
    await bob.reads("Nothing has been said here yet.")
    with Program(moot, "mo") as mo:
        mo.sanction("brewery", "bob", "ban", until=datetime.now(UTC) + SOON, reason="spam")
    panel = bob.page.locator(".panel")
    await expect(panel).to_contain_text("You are banned from this room until")
    await expect(panel).to_contain_text("by mo: spam.")
    await expect(bob.page.get_by_role("button", name="Join again")).to_have_count(0)
    await bob.say("I have learned")
    await bob.sees_delivered("I have learned")


async def test_a_message_is_deleted_and_brought_back_by_keyboard_alone(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("belfry", "bob", "cyn")
        ann.say("belfry", "ding")
    bob = await visit()
    cyn = await visit()
    await cyn.sign_in("cyn", room="belfry")
    await bob.sign_in("bob", room="belfry")
    await bob.say("dong")
    await cyn.sees_delivered("dong")
    keyboard = bob.page.keyboard
    await expect(bob.composer).to_be_focused()
    while await bob.page.evaluate("document.activeElement.className") != "message opens":
        await keyboard.press("Shift+Tab")
    await expect(bob.message("dong")).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(bob.message("ding")).to_be_focused()
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    menu = bob.page.get_by_role("menu")
    await expect(menu.get_by_role("menuitem", name="Reply in thread")).to_be_focused()
    await expect(menu.get_by_role("menuitem", name="Report message")).to_have_count(0)
    await keyboard.press("End")
    await expect(menu.get_by_role("menuitem", name="Delete message")).to_be_focused()
    await keyboard.press("Enter")
    await cyn.sees("This message was deleted by bob.")
    await bob.sees("You deleted this message.")
    await expect(bob.page.locator(".message", has_text="You deleted")).to_be_focused()
    await keyboard.press("Tab")
    undo = bob.page.get_by_role("button", name="Undo")
    while await undo.evaluate("element => element !== document.activeElement"):
        await keyboard.press("Tab")
    await expect(undo).to_be_focused()
    await keyboard.press("Enter")
    await cyn.sees_delivered("dong")
    await bob.sees_delivered("dong")


async def test_a_moderator_deletes_what_others_said_but_not_what_an_admin_did(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann, Program(moot, "bob") as bob:
        ann.room("market", "mo", "bob")
        bob.say("market", "cheap pears")
        ann.say("market", "no trading, please")
    mo = await visit()
    await mo.sign_in("mo", room="market")
    await mo.message("no trading").hover()
    await mo.message("no trading").get_by_role("button", name="More", exact=True).click()
    await expect(mo.page.get_by_role("menuitem", name="Report message")).to_be_visible()
    await expect(mo.page.get_by_role("menuitem", name="Delete message")).to_have_count(0)
    await mo.page.keyboard.press("Escape")
    await mo.do("cheap pears", "Delete message")
    await mo.sees("You deleted this message.")
    with Program(moot, "bob") as bob:
        assert bob.texts("market") == ["", "no trading, please"]


async def test_a_report_is_thanked_for_and_a_second_thought_is_not_lost(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann, Program(moot, "cyn") as cyn:
        ann.room("chapel", "bob", "cyn")
        cyn.say("chapel", "something rude")
    bob = await visit()
    await bob.sign_in("bob", room="chapel")
    await bob.do("something rude", "Report message")
    dialog = bob.page.get_by_role("dialog", name="Report this message")
    await expect(dialog).to_contain_text("something rude")
    await expect(dialog.get_by_label("What is wrong with it?")).to_be_focused()
    await bob.page.keyboard.type("It is rude")
    await bob.page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Thank you.")
    await bob.page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    with Program(moot, "ann") as ann:
        assert [report["reason"] for report in ann.reports("chapel")] == ["It is rude"]
