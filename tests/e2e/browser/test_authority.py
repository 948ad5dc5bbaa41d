"""Those who have authority, acting where they see something, over a real server, with whom it concerns looking on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.browser.axe import violations
from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program
from tests.e2e.browser.visitor import Visitor

pytestmark = pytest.mark.anyio

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
TELEPHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SERVER_PAGES = ("reports", "actions", "sanctions", "audit", "users", "invites", "filters", "erasures")
ROOM_PAGES = ("settings", "members", "reports", "sanctions", "filters", "connections", "actions", "audit", "access")


async def act_on(visitor: Visitor, name: str) -> Locator:
    """Open the dialog about somebody from the list of people."""
    person = visitor.page.locator("moot-people li", has_text=name)
    await person.hover()
    await person.get_by_role("button", name=f"Moderate {name}").click()
    return visitor.page.get_by_role("dialog", name=f"Moderate {name}")


async def test_a_ban_is_seen_by_both_sides_and_so_is_its_undoing(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("tannery", "mo", "bob")
    mo, bob = await visit(**DESK), await visit(**DESK)
    await mo.sign_in("mo", room="tannery")
    await bob.sign_in("bob", room="tannery")
    await bob.composer.fill("half a thought")
    dialog = await act_on(mo, "Bob")
    await dialog.get_by_label("Ban").check()
    await dialog.get_by_label("1 week").check()
    await dialog.get_by_label("Reason").fill("sold pears")
    await expect(dialog.locator("moot-preview")).to_contain_text("1 membership")
    await expect(dialog.locator("moot-preview")).to_contain_text("1 open connection")
    await dialog.get_by_role("button", name="Ban", exact=True).click()
    panel = bob.page.locator(".panel")
    await expect(panel).to_contain_text("You are banned from this room until")
    await expect(panel).to_contain_text("by mo: sold pears.")
    toasts = mo.page.locator("moot-toasts")
    await expect(toasts).to_contain_text("bob is banned from Tannery.")
    await expect(mo.page.locator("moot-people li", has_text="Bob")).to_have_count(0)
    await toasts.get_by_role("button", name="Undo").click()
    await expect(toasts).to_contain_text("Taken back.")
    await expect(mo.page.locator("moot-people li", has_text="Bob")).to_have_count(1)
    await expect(panel).to_have_count(0)
    await expect(bob.composer).to_have_value("half a thought")


async def test_all_that_somebody_said_goes_and_comes_back_as_a_whole(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann, Program(moot, "bob") as bob:
        ann.room("orchard", "mo", "bob")
        for number in range(5):
            bob.say("orchard", f"cheap pears {number}")
        ann.say("orchard", "no trading, please")
    mo = await visit(**DESK)
    await mo.sign_in("mo", room="orchard")
    await mo.sees("cheap pears 4")
    dialog = await act_on(mo, "Bob")
    await dialog.get_by_label("Delete messages").first.check()
    await expect(dialog.locator("moot-preview")).to_have_text("This touches 5 messages and 1 room.")
    await dialog.get_by_role("button", name="Delete them").click()
    await expect(mo.log.get_by_text("You deleted this message.")).to_have_count(5)
    await mo.sees("no trading, please")
    await mo.page.locator("moot-toasts").get_by_role("button", name="Undo").click()
    await mo.sees("cheap pears 0")
    with Program(moot, "bob") as bob:
        assert "cheap pears 0" in bob.texts("orchard")


async def test_who_is_of_higher_rank_is_not_acted_on_and_it_is_said_why_before_one_tries(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("chancel", "mo")
    mo = await visit(**DESK)
    mo.expect_refusals()
    await mo.sign_in("mo", room="chancel")
    dialog = await act_on(mo, "Ann")
    await expect(dialog.locator("moot-preview")).to_contain_text("lower rank than your own")
    await expect(dialog.get_by_role("button", name="Mute", exact=True)).to_be_disabled()
    await dialog.get_by_role("link", name="What they may do here").click()
    await expect(dialog).to_have_count(0)
    await expect(mo.page.locator("moot-access")).to_contain_text("ann · admin · owner")


async def test_a_report_comes_in_is_taken_acted_on_and_closed(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann, Program(moot, "cyn") as cyn:
        ann.room("crypt", "mo", "bob", "cyn")
        cyn.say("crypt", "something rude")
    mo = await visit(**DESK)
    await mo.sign_in("mo", room="crypt")
    duties = mo.page.locator("moot-duties")
    await expect(duties).to_have_text("Moderation")
    with Program(moot, "bob") as bob:
        bob.report("crypt", "something rude", "it is rude")
    await expect(duties.locator(".count")).to_contain_text("1")
    await duties.get_by_role("link").click()
    card = mo.page.locator(".report")
    await expect(card).to_contain_text("it is rude")
    await expect(card).to_contain_text("something rude")
    await card.get_by_role("button", name="Take it").click()
    await expect(card).to_have_count(0)
    await expect(duties.locator(".count")).to_have_count(0)
    await mo.page.get_by_label("Taken").check()
    await card.get_by_role("button", name="Moderate cyn").click()
    dialog = mo.page.get_by_role("dialog", name="Moderate Cyn")
    await dialog.get_by_label("Delete this message").check()
    await dialog.get_by_role("button", name="Delete", exact=True).click()
    await expect(dialog).to_have_count(0)
    await card.get_by_role("button", name="Close").click()
    await mo.page.get_by_label("What was done").fill("deleted it")
    await mo.page.keyboard.press("Enter")
    await expect(card).to_have_count(0)
    await mo.page.get_by_label("Closed").check()
    await expect(card).to_contain_text("What was done: deleted it")
    await expect(card).to_contain_text("It has been deleted since, by mo.")
    await card.get_by_role("link", name="Show in the room").click()
    await mo.sees("You deleted this message.")


async def test_the_audit_log_tells_it_in_sentences_and_what_was_done_can_be_taken_back_there(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann, Program(moot, "mo") as mo:
        ann.room("gallery", "mo", "gus", join_role="guest")
        mo.sanction("gallery", "gus", "mute", reason="shouts")
    visitor = await visit(**DESK)
    await visitor.sign_in("ann", room="/audit")
    page = visitor.page
    await expect(page).to_have_title(re.compile("Audit log · Folkmoot$"))
    await page.get_by_label("By or on whom").fill("gus")
    await page.locator("select[name=what]").select_option("member.muted")
    record = page.locator(".record")
    await expect(record).to_have_count(1)
    await expect(record).to_contain_text("mo muted gus in Gallery.")
    await expect(record).to_contain_text("Reason: shouts")
    await page.get_by_role("link", name="What was done").click()
    done = page.locator(".record", has_text="mo muted gus in Gallery.")
    await done.get_by_role("button", name="Undo").click()
    await expect(done).to_contain_text("Taken back by ann")
    await page.go_back()
    await expect(page.get_by_label("By or on whom")).to_be_visible()


async def test_a_room_is_closed_and_slowed_with_a_reason_and_its_moderator_is_not_shown_what_owners_set(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann:
        ann.room("library", "mo", "bob")
    mo, bob = await visit(**DESK), await visit(**DESK)
    await bob.sign_in("bob", room="library")
    await bob.say("a word")
    await bob.sees_delivered("a word")
    await mo.sign_in("mo", room="library")
    await mo.page.get_by_role("button", name="Room settings").click()
    await expect(mo.page.get_by_label("Topic")).to_have_count(0)
    await mo.page.get_by_label("Slow mode").select_option("300")
    await mo.press("Save changes")
    await expect(bob.page.locator("moot-slow-mode")).to_contain_text("one message in 300 seconds")
    await expect(bob.page.locator("moot-slow-mode")).to_contain_text("You can write again in")
    await mo.page.get_by_label("Locked").check()
    await mo.page.get_by_label("Reason").fill("exams")
    await mo.press("Save changes")
    await expect(bob.page.locator(".gate")).to_contain_text("Set by mo")
    await expect(bob.page.locator(".gate")).to_contain_text("exams.")
    await bob.page.locator(".gate").get_by_role("link", name="Rule by rule").click()
    refused = bob.page.locator("details.refused").filter(has=bob.page.get_by_text("Post", exact=True))
    await expect(refused).to_contain_text("The room is not locked")
    await expect(refused).to_contain_text("exams.")
    await mo.page.locator("moot-toasts").get_by_role("button", name="Undo").last.click()
    await bob.page.get_by_role("link", name="Back to Library").click()
    await expect(bob.composer).to_be_visible()


async def test_a_filter_is_tried_on_what_was_said_before_it_is_set(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann, Program(moot, "bob") as bob:
        ann.room("cellar", "mo", "bob")
        for text in ("Pears!", "plums", "more pears"):
            bob.say("cellar", text)
    mo = await visit(**DESK)
    await mo.sign_in("mo", room="/rooms/cellar/filters")
    await mo.page.get_by_label("What", exact=True).fill("pears")
    await expect(mo.page.locator("moot-preview")).to_have_text(
        "It would have been found in 2 of the latest 3 messages."
    )
    await mo.press("Add filter")
    await expect(mo.page.locator(".record code")).to_have_text("pears")
    await mo.page.locator(".record").get_by_role("button", name="Remove").click()
    await mo.reads("This room has no filter.")


async def test_an_admin_suspends_lets_in_again_and_gives_a_link_for_a_new_password(
    moot: MootServer, visit: Visit
) -> None:
    ann, gus = await visit(**DESK), await visit(**DESK)
    gus.expect_refusals()
    await gus.sign_in("gus")
    await ann.sign_in("ann", room="/users")
    page = ann.page
    await page.locator("moot-users").get_by_label("Find somebody").fill("gu")
    row = page.locator(".record")
    await expect(row).to_have_count(1)
    await row.get_by_role("button", name="Moderate Gus").click()
    dialog = page.get_by_role("dialog", name="Moderate Gus")
    await dialog.get_by_label("Suspend").check()
    await dialog.get_by_label("For good").check()
    await dialog.get_by_label("Reason").fill("a rest")
    await dialog.get_by_role("button", name="Suspend", exact=True).click()
    await expect(row).to_contain_text("suspended")
    await gus.reads("This account is suspended.")
    await row.get_by_role("button", name="Account of Gus").click()
    await page.get_by_role("button", name="Let them back in").click()
    await expect(row).not_to_contain_text("suspended")
    await row.get_by_role("button", name="Account of Gus").click()
    await page.get_by_text("Reset password").click()
    await page.get_by_role("button", name="Make a link for a new password").click()
    link = await page.get_by_label("Link for a new password").input_value()
    await gus.go(link.replace(link.split("/reset")[0], moot.url))
    await gus.page.locator("input[name=password]").fill("folkmoot-demo")
    await gus.press("Save password")
    await gus.page.get_by_role("button", name="Sign in").wait_for()


async def test_an_invite_is_made_copied_used_and_taken_back(moot: MootServer, visit: Visit) -> None:
    ann = await visit(**DESK)
    await ann.sign_in("ann", room="/invites")
    page = ann.page
    await page.get_by_role("button", name="Make a link").click()
    dialog = page.get_by_role("dialog", name="Invite people")
    await dialog.get_by_label("Good for").select_option("5")
    await dialog.get_by_role("button", name="Make a link").click()
    link = await dialog.get_by_label("Invite link").input_value()
    assert "/signup#invite=" in link
    await page.keyboard.press("Escape")
    record = page.locator(".record")
    await expect(record).to_contain_text("5 people may come as member.")
    await record.get_by_role("button", name="Take back").click()
    await ann.reads("No invite is open.")


async def test_a_part_of_the_page_that_cannot_be_loaded_says_so_and_comes_when_it_can(
    moot: MootServer, visit: Visit
) -> None:
    ann = await visit(**DESK)
    # Without a worker, which would have it in its store.
    await ann.context.add_init_script("delete Navigator.prototype.serviceWorker")
    ann.expect_lost_connections()
    await ann.sign_in("ann")
    await ann.context.route("**/admin/invite.js", lambda route: route.abort())
    await ann.press("Invite people")
    dialog = ann.page.get_by_role("dialog", name="This could not be loaded")
    await expect(dialog).to_contain_text("Check your connection.")
    await ann.context.unroute("**/admin/invite.js")
    await dialog.get_by_role("button", name="Try again").click()
    await expect(ann.page.get_by_role("dialog", name="Invite people")).to_be_visible()


async def test_the_last_owner_hands_the_room_over_before_leaving(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "cyn") as cyn:
        cyn.room("sacristy", "bob")
    visitor = await visit(**DESK)
    await visitor.sign_in("cyn", room="sacristy")
    await visitor.press("Leave room")
    dialog = visitor.page.get_by_role("dialog", name="Leave Sacristy?")
    await expect(dialog).to_contain_text("You are the last owner")
    await dialog.get_by_role("button", name="Hand over and leave").click()
    await expect(dialog).to_have_count(0)
    with Program(moot, "bob") as bob:
        assert bob.role_in("sacristy") == "owner"


async def test_who_has_no_authority_is_shown_none_of_it_and_told_why_not(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("pantry", "bob")
    bob = await visit(**DESK)
    bob.expect_refusals()
    await bob.sign_in("bob", room="pantry")
    await expect(bob.page.locator("moot-people li")).to_have_count(2)
    await expect(bob.page.get_by_role("button", name="Moderate Ann")).to_have_count(0)
    await expect(bob.page.get_by_role("button", name="Room settings")).to_be_hidden()
    await bob.go("/#/audit")
    await bob.reads("Only admins may do that.")


@pytest.mark.parametrize("device", [DESK, TELEPHONE], ids=["desk", "telephone"])
async def test_the_pages_of_authority_can_be_used_by_everybody(
    moot: MootServer, visit: Visit, device: dict[str, Any]
) -> None:
    with Program(moot, "ann") as ann, Program(moot, "bob") as bob:
        slug = ann.room(f"nave-{len(device)}", "mo", "bob", "cyn")
        bob.say(slug, "something")
        ann.sanction(slug, "bob", "mute", reason="noise")
        ann.add_filter(slug, "word", "pears", "reject")
        with Program(moot, "cyn") as cyn:
            cyn.report(slug, "something", "noise")
    visitor = await visit(**device)
    await visitor.sign_in("ann")
    page = visitor.page
    found: list[str] = []
    for view in (*SERVER_PAGES, *(f"rooms/{slug}/{page}" for page in ROOM_PAGES)):
        await visitor.go(f"/#/{view}")
        await expect(page.locator("moot-desk [aria-current=page]")).to_be_visible()
        await expect(page.locator("moot-desk .loading")).to_have_count(0)
        overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{view} {violation}" for violation in await violations(page)] + [f"{view} is too wide"] * (
            overflow > 0
        )
    await visitor.go(f"/#/rooms/{slug}/members")
    await page.get_by_role("button", name="Moderate Bob").click()
    await expect(page.locator("moot-preview")).to_contain_text("This touches")
    found += [f"acting: {violation}" for violation in await violations(page)]
    await page.get_by_role("button", name="Mute", exact=True).click()
    await expect(page.locator("moot-toasts")).to_contain_text("bob is muted")
    found += [f"a note: {violation}" for violation in await violations(page)]
    assert found == []
