"""People who talk: what each of them sees of the others, and of what was said before."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio

HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"\'&amp; javascript:alert(1) //evil.example'
)


async def test_two_people_talk_and_see_each_other_come_type_and_go(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("orchard", "bob", "mo")
    bob = await visit(viewport={"width": 1280, "height": 800})
    await bob.sign_in("bob", room="orchard")
    mo = await visit()
    await mo.sign_in("mo", room="orchard")
    here = bob.page.locator("moot-people .online")
    await expect(here.get_by_text("Mo")).to_be_visible()
    await mo.composer.press_sequentially("Hel")
    await bob.reads("Mo is typing…")
    await mo.say("Hello")
    await bob.sees_delivered("Hello")
    await expect(bob.page.locator(".typing")).to_have_text("")
    await bob.say("First line\nsecond line")
    await mo.sees_delivered("First line\nsecond line")
    await mo.context.close()
    await expect(here.get_by_text("Mo")).to_have_count(0)
    await expect(bob.page.locator("moot-people .away").get_by_text("Mo")).to_be_visible()


async def test_what_is_said_elsewhere_is_counted_and_begins_at_a_line(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("kitchen", "bob")
        ann.room("cellar", "bob")
        ann.say("cellar", "old news")
        bob = await visit()
        await bob.sign_in("bob", room="cellar")
        await bob.sees_delivered("old news")
        await bob.open_room("Kitchen")
        link = bob.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Cellar")
        await expect(bob.page).to_have_title("Kitchen · Folkmoot")
        ann.say("cellar", "mind the step")
        ann.say("cellar", "no, the other one")
    await expect(link).to_have_accessible_name("Cellar 2 unread")
    await expect(bob.page).to_have_title("• Kitchen · Folkmoot")
    await bob.open_room("Cellar")
    await expect(bob.log.locator(".new + .message")).to_contain_text("mind the step")
    await expect(bob.page).to_have_title("Cellar · Folkmoot")


async def test_what_people_write_is_shown_as_text_wherever_it_stands(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("gallows", "cyn", name=HOSTILE[:80], topic=HOSTILE)
        ann.rename("<i onmouseover=hack()>Ann")
        ann.say("gallows", HOSTILE)
        ann.say("gallows", "see https://good.example/a?b=1#c, or javascript:alert(1)")
        bob = await visit(viewport={"width": 1280, "height": 800})
        await bob.sign_in("bob", room="gallows")
        await bob.reads(HOSTILE[:80])
        await bob.press("Join this room")
        await bob.sees_delivered(HOSTILE)
        await expect(bob.page.locator("moot-room .topic")).to_have_text(HOSTILE)
        await expect(bob.log.locator(".name", has_text="<i onmouseover=hack()>Ann").first).to_be_visible()
        link = bob.log.get_by_role("link")
        await expect(link).to_have_count(1)
        await expect(link).to_have_attribute("href", "https://good.example/a?b=1#c")
        await expect(link).to_have_attribute("rel", "noopener nofollow noreferrer")
        assert await bob.page.evaluate("window.hacked") is None
        assert await bob.page.locator("moot-app script, moot-app img[src=x], moot-app i").count() == 0
        ann.rename("Ann")


async def test_a_gate_is_shown_before_one_runs_into_it(moot: MootServer, visit: Visit) -> None:
    gus = await visit()
    await gus.sign_in("gus", room="staff")
    await gus.reads("This room is for moderators and above.")
    await gus.press("Browse rooms")
    await expect(gus.page.get_by_role("button", name="Join News")).to_be_visible()
    await expect(gus.page.get_by_role("button", name="Join Staff")).to_have_count(0)
    await gus.press("Join News")
    await gus.reads("Here only moderators and above may post.")
    await expect(gus.composer).to_have_count(0)
    await expect(gus.page.get_by_role("button", name="New room")).to_have_count(0)


async def test_a_gate_that_closes_takes_the_composer_away_and_one_that_opens_brings_it_back(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("forum", "bob")
        bob = await visit()
        await bob.sign_in("bob", room="forum")
        await expect(bob.composer).to_be_visible()
        ann.change_room("forum", locked=True, topic="Quiet, please")
        await bob.reads("This room is locked: only who moderates it may post.")
        await bob.reads("Quiet, please")
        ann.change_room("forum", locked=False)
        await expect(bob.composer).to_be_visible()


async def test_who_is_removed_is_told_so_and_by_whom_and_comes_back_only_by_choice(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("tower", "bob")
        bob = await visit()
        await bob.sign_in("bob", room="tower")
        await bob.reads("Nothing has been said here yet.")
        ann.remove("tower", "bob")
        await bob.reads("You are no longer here")
        await expect(bob.page.locator(".panel")).to_contain_text("ann")
        ann.say("tower", "He is gone")
        await expect(bob.composer).to_have_count(0)
        await bob.press("Join again")
        await bob.sees_delivered("He is gone")


async def test_a_room_that_is_deleted_says_so_and_goes_off_the_list_when_told(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("shed", "bob")
        bob = await visit()
        await bob.sign_in("bob", room="shed")
        await bob.reads("Nothing has been said here yet.")
        ann.delete_room("shed")
    await bob.reads("This room was deleted")
    await expect(bob.page.get_by_role("button", name="Join again")).to_have_count(0)
    await bob.press("Take it off my list")
    await expect(bob.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Shed")).to_have_count(0)


async def test_who_loses_a_role_loses_its_rooms_at_once_and_who_gets_it_back_may_come_back(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("council", "mo", join_role="moderator")
        mo = await visit()
        await mo.sign_in("mo", room="council")
        await mo.reads("Nothing has been said here yet.")
        await expect(mo.page.locator("moot-people")).to_contain_text("Ann")  # what is asked for at first is there
        ann.change_user("mo", role="member")
        await mo.reads("This room is now for a higher role than yours")
        await expect(mo.page.get_by_role("button", name="Your account")).to_contain_text("member")
        ann.change_user("mo", role="moderator")
        await expect(mo.page.get_by_role("button", name="Your account")).to_contain_text("moderator")
        await mo.press("Join again")
        await mo.say("As I was saying")
        await mo.sees_delivered("As I was saying")


async def test_a_text_over_the_limit_is_counted_and_kept_back(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("library", "bob")
    bob = await visit()
    await bob.sign_in("bob", room="library")
    await bob.composer.fill("x" * 4_001)
    await expect(bob.page.locator("moot-composer .left")).to_have_text("-1")
    await bob.composer.press("Enter")
    await expect(bob.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await bob.composer.fill("🦊" * 4_000)
    await bob.composer.press("Enter")
    await bob.sees_delivered("🦊" * 4_000)


async def test_leaving_a_private_room_takes_it_off_the_list(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("vault", visibility="private")
    ann_at_her_desk = await visit()
    page = ann_at_her_desk.page
    await ann_at_her_desk.sign_in("ann", room="vault")
    await ann_at_her_desk.press("Add people")
    await page.get_by_role("searchbox", name="Find people").fill("bob")
    await page.get_by_role("checkbox", name="Bob").click()
    await ann_at_her_desk.press("Add")
    bob = await visit()
    await bob.sign_in("bob", room="vault")
    await bob.say("I saw enough")
    await ann_at_her_desk.sees_delivered("I saw enough")
    await bob.press("Leave room")
    await bob.reads("You will need to be invited to come back.")
    await bob.press("Leave")
    await expect(bob.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Vault")).to_have_count(0)
