"""From a server without users to a first conversation, through nothing but the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio

PASSWORD = "heron under the bridge"


@pytest.fixture
def empty_moot(tmp_path: Path) -> Iterator[MootServer]:
    with MootServer(tmp_path, demo=False) as server:
        yield server


async def test_the_printed_link_makes_the_first_admin_who_makes_a_room_and_says_the_first_word(
    empty_moot: MootServer, visit: Visit
) -> None:
    ann = await visit(empty_moot)
    await ann.go(empty_moot.setup_link())
    assert "token" not in ann.page.url, "the token must not stay in the address bar or the history"
    await ann.fill_credentials("ann", PASSWORD)
    await ann.press("Create the admin")
    await ann.reads("No room is open")
    await ann.press("Create a room")
    await ann.page.get_by_label("Name", exact=True).fill("The Lobby")
    await expect(ann.page.get_by_label("Address")).to_have_value("the-lobby")
    await ann.page.get_by_label("Topic").fill("Come in")
    await ann.page.get_by_role("dialog").get_by_role("button", name="Create room").click()
    await ann.reads("Nothing has been said here yet.")
    await expect(ann.page).to_have_title("The Lobby · Folkmoot")
    await ann.say("Is this thing on?")
    await ann.sees_delivered("Is this thing on?")

    await ann.page.reload()
    await ann.sees_delivered("Is this thing on?")
    assert ann.page.url.endswith("/#the-lobby")
    kept = await ann.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "ey" not in kept, "the access token is in memory only and the cookie is out of the reach of scripts"
    assert "rt_" not in kept


async def test_the_link_works_once(empty_moot: MootServer, visit: Visit) -> None:
    link = empty_moot.setup_link()
    ann = await visit(empty_moot)
    await ann.go(link)
    await ann.fill_credentials("ann", PASSWORD)
    await ann.press("Create the admin")
    await ann.reads("No room is open")

    mallory = await visit(empty_moot)
    mallory.expect_refusals()
    await mallory.go(link)
    await mallory.fill_credentials("mallory", PASSWORD)
    await mallory.press("Create the admin")
    await expect(mallory.page.get_by_role("alert")).to_be_visible()


async def test_an_invite_from_the_page_brings_in_the_next_one_and_the_two_talk(
    empty_moot: MootServer, visit: Visit
) -> None:
    ann = await visit(empty_moot)
    await ann.go(empty_moot.setup_link())
    await ann.fill_credentials("ann", PASSWORD)
    await ann.press("Create the admin")
    await ann.press("Create a room")
    await ann.page.get_by_label("Name", exact=True).fill("Lobby")
    await ann.page.get_by_role("dialog").get_by_role("button", name="Create room").click()
    await ann.press("Invite people")
    await ann.press("Make a link")
    link = await ann.page.get_by_label("Invite link").input_value()
    await ann.page.keyboard.press("Escape")

    bob = await visit(empty_moot)
    await bob.go(link)
    assert "invite" not in bob.page.url
    await bob.fill_credentials("bob", PASSWORD)
    await bob.page.get_by_label("Display name").fill("Bob Byrne")
    await bob.press("Create account")
    await bob.reads("You are in no room yet.")
    await bob.press("Browse rooms")
    await bob.press("Join Lobby")
    await bob.say("Here I am")
    await ann.sees_delivered("Here I am")
    await ann.say("Welcome")
    await bob.sees_delivered("Welcome")
    await expect(ann.log.locator(".name", has_text="Bob Byrne")).to_be_visible()

    late = await visit(empty_moot)
    late.expect_refusals()
    await late.go(link)
    await late.fill_credentials("cyn", PASSWORD)
    await late.press("Create account")
    await expect(late.page.get_by_role("alert").or_(late.page.locator(".field-error:visible"))).to_be_visible()


async def test_a_taken_name_and_a_weak_password_are_told_at_their_fields(empty_moot: MootServer, visit: Visit) -> None:
    ann = await visit(empty_moot)
    ann.expect_refusals()
    await ann.go(empty_moot.setup_link())
    await ann.fill_credentials("ann", "password")
    await ann.press("Create the admin")
    field = ann.page.get_by_label("Password", exact=True)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await expect(ann.page.locator(".field-error:visible")).to_have_count(1)
    await field.fill(PASSWORD)
    await ann.press("Create the admin")
    await ann.reads("No room is open")


async def test_a_password_is_reset_by_the_link_of_an_admin(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        link = ann.reset_link("cyn")
    cyn = await visit()
    await cyn.go(link)
    assert "token" not in cyn.page.url
    await cyn.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await cyn.press("Save password")
    await expect(cyn.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await cyn.reads("Your new password is saved. Sign in with it.")
    await cyn.sign_in("cyn", PASSWORD)
