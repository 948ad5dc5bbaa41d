"""Signing in and out, on one device and on all of them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio

ENDED = "This session was ended, here or on another device."


async def test_a_wrong_password_says_so_in_words(visit: Visit) -> None:
    bob = await visit()
    bob.expect_refusals()
    await bob.go("/")
    await bob.fill_credentials("bob", "not this one")
    await bob.press("Sign in")
    await expect(bob.page.get_by_role("alert")).to_have_text("This username and password don’t go together.")
    await expect(bob.page.get_by_label("Username")).to_have_value("bob")


async def test_signing_out_ends_the_session_and_a_reload_does_not_bring_it_back(visit: Visit) -> None:
    bob = await visit()
    await bob.sign_in("bob")
    await bob.open_account()
    await bob.press("Sign out")
    await expect(bob.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(bob.page).to_have_title("Sign in · Folkmoot")
    await bob.page.reload()
    await expect(bob.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_signing_out_everywhere_reaches_the_other_device_while_it_is_open(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("hallway", "bob")
    desk, telephone = await visit(), await visit()
    telephone.expect_refusals()
    await desk.sign_in("bob", room="hallway")
    await telephone.sign_in("bob", room="hallway")
    await telephone.composer.fill("half a sentence")
    await desk.open_account()
    await desk.press("Sign out everywhere")
    await expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await telephone.reads(ENDED)
    assert "hallway" not in await telephone.page.locator("moot-app").inner_text(), (
        "nothing of the chat stays on the screen"
    )

    await telephone.fill_credentials("bob", "folkmoot-demo")
    await telephone.press("Sign in")
    await expect(telephone.composer).to_have_value("half a sentence")
    await telephone.say("and the other half")
    await telephone.sees_delivered("and the other half")


async def test_another_person_who_signs_in_there_gets_nothing_of_it(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("closet", "bob", visibility="private")
    desk, telephone = await visit(), await visit()
    telephone.expect_refusals()
    await desk.sign_in("bob", room="closet")
    await telephone.sign_in("bob", room="closet")
    await telephone.composer.fill("for bob's eyes")
    await desk.open_account()
    await desk.press("Sign out everywhere")
    await telephone.reads(ENDED)
    await telephone.fill_credentials("gus", "folkmoot-demo")
    await telephone.press("Sign in")
    await expect(telephone.page.get_by_role("button", name="Your account")).to_contain_text("Gus")
    await expect(telephone.page.get_by_role("link", name="Closet")).to_have_count(0)
    assert "for bob's eyes" not in await telephone.page.content()


async def test_a_suspended_account_is_told_so_and_stays_out(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("porch", "gus", join_role="guest", post_role="guest")
        gus = await visit()
        gus.expect_refusals()
        await gus.sign_in("gus", room="porch")
        await gus.reads("Nothing has been said here yet.")
        ann.change_user("gus", suspended=True)
        try:
            await expect(gus.notice).to_contain_text("This account is suspended.")
            await gus.page.reload()
            await expect(gus.page.get_by_role("heading", name="Sign in")).to_be_visible()
        finally:
            ann.change_user("gus", suspended=False)


async def test_two_tabs_share_a_session_and_its_end(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("stairs", "bob")
    bob = await visit()
    bob.expect_refusals()
    await bob.sign_in("bob", room="stairs")
    second = await bob.context.new_page()
    await second.goto(f"{moot.url}/#stairs")
    await expect(second.locator("moot-composer textarea")).to_be_visible()
    await bob.say("from the first tab")
    await expect(second.get_by_role("log").get_by_text("from the first tab")).to_be_visible()
    await bob.open_account()
    await bob.press("Sign out")
    await expect(second.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(second.get_by_role("status").filter(has_text="You signed out in another tab.")).to_be_visible()
    assert "from the first tab" not in await second.content(), "nothing of the chat stays on the screen"

    # And who signs in in one of them is in in the other.
    await bob.fill_credentials("bob", "folkmoot-demo")
    await bob.press("Sign in")
    await expect(second.get_by_role("button", name="Your account")).to_be_attached()


async def test_somebody_else_who_signs_in_in_another_tab_ends_this_one(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("landing", "bob", visibility="private")
        ann.say("landing", "between us")
    bob = await visit()
    await bob.sign_in("bob", room="landing")
    await bob.sees_delivered("between us")
    await bob.page.evaluate("localStorage.removeItem('folkmoot signed in')")  # as if this tab had been asleep
    second = await bob.context.new_page()
    await second.goto(moot.url)
    await second.get_by_label("Username").fill("cyn")
    await second.get_by_label("Password", exact=True).fill("folkmoot-demo")
    await second.get_by_role("button", name="Sign in").click()
    await expect(second.get_by_role("button", name="Your account")).to_contain_text("Cyn")
    await bob.reads("Somebody else has signed in in this browser.")
    assert "between us" not in await bob.page.content()
    await bob.page.reload()
    await expect(bob.page.get_by_role("button", name="Your account")).to_contain_text("Cyn")


async def test_a_new_password_keeps_this_session_and_ends_the_others(moot: MootServer, visit: Visit) -> None:
    desk, telephone = await visit(), await visit()
    telephone.expect_refusals()
    await desk.sign_in("mo")
    await telephone.sign_in("mo")
    await desk.open_account()
    await desk.page.get_by_role("tab", name="Security").click()
    await desk.page.get_by_label("Current password").fill("folkmoot-demo")
    await desk.page.get_by_label("New password").fill("a heron under the bridge")
    await desk.press("Change password")
    await desk.reads("Changed. Your other devices are signed out.")
    await telephone.reads(ENDED)
    await desk.page.get_by_label("Current password").fill("a heron under the bridge")
    await desk.page.get_by_label("New password").fill("folkmoot-demo")
    await desk.press("Change password")


async def test_an_account_ends_by_its_owner_with_their_password_and_what_they_said_goes_too(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        invite = ann.invite()
        dan = await visit()
        dan.expect_refusals()
        await dan.go(invite)
        await dan.fill_credentials("dan", "a heron under the bridge")
        await dan.press("Create account")
        await expect(dan.page.get_by_role("button", name="Your account")).to_be_attached()
        ann.room("harbour-wall", "dan")
        await dan.open_room("Harbour-wall")
        await dan.say("so long")
        await dan.sees_delivered("so long")
        await dan.open_account()
        await dan.page.get_by_role("tab", name="Your data").click()
        await dan.page.get_by_text("Delete your account").click()
        await dan.page.get_by_label("What becomes of what you said").select_option("It is deleted")
        password = dan.page.get_by_label("Your password, to be sure")
        await password.fill("not this one")
        await dan.press("Delete my account for good")
        await expect(dan.page.get_by_role("dialog").get_by_role("alert").filter(visible=True)).to_be_visible()
        await password.fill("a heron under the bridge")
        await dan.press("Delete my account for good")
        await expect(dan.page.get_by_role("heading", name="Sign in")).to_be_visible()
        await expect(dan.page.get_by_text("This session was ended")).to_have_count(0)
        await dan.fill_credentials("dan", "a heron under the bridge")
        await dan.press("Sign in")
        await dan.reads("This username and password don’t go together.")
