"""Every page, pane, menu and dialog as axe-core judges it, in the light and in the dark, on a desk and on a telephone.

A walk goes through all that one kind of person can open; each state is judged where the walk has just come to it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import scene
from tests.e2e.browser.axe import violations
from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program
from tests.e2e.browser.visitor import Visitor

pytestmark = pytest.mark.anyio

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
TELEPHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DEVICES = pytest.mark.parametrize("device", [DESK, TELEPHONE], ids=["desk", "telephone"])

Step = Callable[[Visitor], Awaitable[None]]


class Walk:
    """Goes from state to state, and keeps what was wrong in each."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.judged: list[str] = []
        self.wrong: list[str] = []

    async def judge(self, state: str) -> None:
        """Let axe look at the page as it is."""
        self.judged.append(state)
        self.wrong += [f"{state}: {violation}" for violation in await violations(self.page)]

    async def dialog(self, button: str) -> None:
        """A dialog that a button opens: judged, and closed again."""
        await self.visitor.press(button)
        await self.judge_dialog(button)

    async def judge_dialog(self, name: str) -> None:
        """A dialog that is opening: judged, and closed again."""
        await expect(self.page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
        await self.judge(name)
        await self.page.keyboard.press("Escape")
        await expect(self.page.get_by_role("dialog")).to_have_count(0)


@DEVICES
async def test_the_door(workday: MootServer, visit: Visit, device: dict[str, Any]) -> None:
    visitor = await visit(workday, **device)
    walk = Walk(visitor)
    for address, heading in (
        ("/", "Sign in"),
        ("/signup#invite=one", "Create your account"),
        ("/reset#token=one", "Choose a new password"),
        ("/setup#token=one", "Set up this server"),
    ):
        await visitor.go(address)
        await expect(visitor.page.get_by_role("heading", name=heading)).to_be_visible()
        await walk.judge(heading)
    visitor.expect_refusals()
    await visitor.go("/")
    await visitor.fill_credentials("bob", "wrong")
    await visitor.press("Sign in")
    await expect(visitor.page.get_by_role("alert")).to_be_visible()
    await walk.judge("refused")
    assert walk.wrong == []


@DEVICES
async def test_the_rooms_and_what_is_opened_from_them(
    workday: MootServer, visit: Visit, device: dict[str, Any]
) -> None:
    bob = await visit(workday, **device)
    walk = Walk(bob)
    await bob.sign_in("bob")
    await expect(bob.page.get_by_role("navigation", name="Rooms")).to_be_visible()
    await walk.judge("rooms")
    await walk.dialog("Browse rooms")
    await walk.dialog("New room")
    await walk.dialog("New direct message")
    await bob.page.keyboard.press("Control+k")
    await walk.judge_dialog("switcher")
    await bob.page.get_by_role("button", name="Browse rooms").focus()
    await bob.page.keyboard.press("?")
    await walk.judge_dialog("shortcuts")
    for pane in ("Search", "Mentions", "Threads"):
        await bob.press(pane)
        await expect(bob.page.get_by_role("heading", name=pane, exact=True)).to_be_visible()
        await walk.judge(pane)
        await bob.page.keyboard.press("Escape")
    assert walk.wrong == []


@DEVICES
async def test_a_room_and_what_can_be_done_in_it(workday: MootServer, visit: Visit, device: dict[str, Any]) -> None:
    bob = await visit(workday, **device)
    walk = Walk(bob)
    await bob.sign_in("bob", room="harbour")
    await bob.reads("They know, and they have the number")
    await walk.judge("room")
    message = bob.log.locator(".message", has_text="The notice for passengers")
    await message.focus()
    await message.press("Shift+F10")
    await expect(bob.page.get_by_role("menu")).to_be_visible()
    await walk.judge("what can be done about a message")
    await bob.page.keyboard.press("Escape")
    await bob.press("Insert an emoji")
    await expect(bob.page.get_by_label("Find an emoji")).to_be_visible()
    await walk.judge("emoji")
    await bob.page.keyboard.press("Escape")
    await bob.composer.fill("@no")
    await expect(bob.page.get_by_role("option").first).to_be_visible()
    await walk.judge("names to choose from")
    await bob.composer.fill("")
    await bob.log.get_by_role("button", name="3 replies").click()
    await bob.reads("Then that explains last April, too.")
    await walk.judge("thread")
    await bob.page.keyboard.press("Escape")
    await bob.press("Search messages")
    await bob.page.get_by_role("searchbox").fill("gauge")
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.locator("moot-search mark").first).to_be_visible()
    await walk.judge("what was found")
    await bob.page.get_by_role("complementary", name="Search").get_by_role("button", name="Close").click()
    await bob.press("People in this room")
    await walk.judge("people")
    assert walk.wrong == []


@DEVICES
async def test_ones_account(workday: MootServer, visit: Visit, device: dict[str, Any]) -> None:
    cyn = await visit(workday, **device)
    walk = Walk(cyn)
    await cyn.sign_in("cyn")
    await cyn.open_account()
    for part in (
        "Profile",
        "Appearance",
        "Notifications",
        "Security",
        "Blocked people",
        "Your data",
        "About",
    ):
        await cyn.page.get_by_role("tab", name=part).or_(cyn.page.get_by_role("button", name=part)).first.click()
        await walk.judge(part)
    assert walk.wrong == []


@DEVICES
async def test_the_pages_of_who_looks_after_it(workday: MootServer, visit: Visit, device: dict[str, Any]) -> None:
    with Program(workday, "cyn") as cyn:
        cyn.report("harbour", scene.HARBOUR[-2].text, "off topic")
    ann = await visit(workday, **device)
    walk = Walk(ann)
    await ann.sign_in("ann", room="harbour")
    await ann.reads("They know, and they have the number")
    for page in ("reports", "actions", "audit", "sanctions", "users", "invites", "filters"):
        await ann.page.evaluate("(page) => { location.hash = `#/${page}`; }", page)
        await expect(ann.page.locator("moot-desk")).to_be_visible()
        await expect(ann.page.locator(".loading")).to_have_count(0)
        await walk.judge(page)
    for page in ("settings", "members", "connections", "access", "filters"):
        await ann.page.evaluate("(page) => { location.hash = `#/rooms/harbour/${page}`; }", page)
        await expect(ann.page.locator("moot-desk")).to_be_visible()
        await expect(ann.page.locator(".loading")).to_have_count(0)
        await walk.judge(f"room's {page}")
    assert walk.wrong == []


@DEVICES
async def test_acts_of_authority(workday: MootServer, visit: Visit, device: dict[str, Any]) -> None:
    mo = await visit(workday, **device)
    walk = Walk(mo)
    await mo.sign_in("mo", room="harbour")
    await mo.may_moderate()
    message = mo.log.locator(".message", has_text="And the crew of the 21:40 knows")
    await message.focus()
    await message.press("Shift+F10")
    await mo.page.get_by_role("menuitem", name="Moderate…").click()
    await walk.judge_dialog("an act on a message")
    assert walk.wrong == []


@DEVICES
async def test_where_one_can_not_write_or_there_is_nothing_yet(
    workday: MootServer, visit: Visit, device: dict[str, Any]
) -> None:
    with Program(workday, "ann") as ann:
        ann.room(slug := f"attic-{len(device)}", "gus", locked=True, join_role="guest", post_role="guest")
    gus = await visit(workday, **device)
    walk = Walk(gus)
    for room, said in ((slug, "This room is locked"), ("notices", "Here only moderators"), ("staff", "for moderators")):
        await (gus.sign_in("gus", room=room) if room == slug else gus.go(f"/#{room}"))
        await gus.reads(said)
        await walk.judge(said)
    gus.expect_lost_connections()
    await gus.context.set_offline(True)
    await gus.page.evaluate("dispatchEvent(new Event('offline'))")
    await expect(gus.notice).to_be_visible()
    await walk.judge("without a network")
    assert walk.wrong == []
