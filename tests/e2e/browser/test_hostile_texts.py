"""The catalogue of payloads, written wherever people may write something: it is shown as text, and nothing runs.

What is looked for is no single payload but what any of them would leave: a call, a node that this page does not make,
an attribute that runs, an address that leads elsewhere.
"""

from __future__ import annotations

import contextlib

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program
from tests.e2e.browser.payloads import ALL, MARKUP
from tests.e2e.browser.visitor import Visitor

pytestmark = pytest.mark.anyio

NAME_MAX = 80  # characters of a room's name
USER_NAME_MAX = 64
TOPIC_MAX = 250

CANARY = "window.hacks = 0; window.hacked = () => { window.hacks += 1; };"

# All that is on the page and that this page does not put there by itself.
STRANGE = """() => {
    const strange = [];
    for (const element of document.querySelectorAll('*')) {
        const { tagName, attributes } = element;
        const tag = tagName.toUpperCase();
        const inBody = document.body.contains(element) && element !== document.body;
        const forbidden = ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'FRAME', 'MARQUEE', 'MATH', 'TEMPLATE', 'X'];
        if (forbidden.includes(tag)) strange.push(tag);
        if (inBody && ['SCRIPT', 'STYLE', 'LINK', 'META', 'TITLE'].includes(tag)) strange.push(tag);
        if (tag === 'SCRIPT' && !element.src.startsWith(`${location.origin}/web/`)) strange.push(element.src);
        for (const { name, value } of attributes) {
            const runs = name.startsWith('on') || name === 'srcdoc' || name === 'style' && value.includes('url');
            if (runs) strange.push(`${tag} ${name}=${value}`);
            if (!['href', 'src', 'action', 'formaction', 'xlink:href', 'data'].includes(name)) continue;
            const { protocol, origin, hostname } = new URL(value, location.href);
            const ours = origin === location.origin && value !== '' || protocol === 'blob:';
            // Where a link leads is up to who wrote it: that it is a link is all that it may be.
            const link = tag === 'A' && /^https?:$/.test(protocol) && /(^|[.])example([.]org)?$/.test(hostname);
            if (!ours && !link) strange.push(`${tag} ${name}=${value}`);
        }
    }
    return strange;
}"""


async def nothing_happened(page: Page) -> None:
    """Nothing ran, and nothing is there that could."""
    assert await page.evaluate("window.hacks") == 0
    assert await page.evaluate(STRANGE) == []


async def arrive(visit: Visit, server: MootServer, username: str, room: str) -> Visitor:
    """Somebody comes who would notice."""
    visitor = await visit(server, viewport={"width": 1440, "height": 900})
    await visitor.page.add_init_script(CANARY)
    await visitor.sign_in(username, room=room)
    return visitor


async def test_as_messages_they_are_read_as_they_were_written(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("gallows", "bob", topic=MARKUP[0])
        bob = await arrive(visit, moot, "bob", "gallows")
        for payload in ALL:
            ann.say("gallows", payload)
        ann.say("gallows", "that is all")
    await bob.sees_delivered("that is all")
    assert await bob.log.locator(".message").count() > 40
    for payload in ("<svg onload=hacked()>", "<img/src/onerror=hacked()>", "</textarea>"):
        await expect(bob.log.locator(".text", has_text=payload).first).to_be_attached()
    for link in await bob.log.get_by_role("link").all():
        await link.hover()
    await nothing_happened(bob.page)
    await bob.page.reload()
    await bob.reads("that is all")
    await nothing_happened(bob.page)


async def test_as_names_topics_and_reasons_they_are_texts_too(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        rooms = []
        for number, payload in enumerate(ALL):
            with contextlib.suppress(httpx.HTTPStatusError):  # what the server refuses as a name is not shown anywhere
                topic = payload.replace("\n", " ")[:TOPIC_MAX]
                rooms.append(ann.room(f"gibbet-{number}", "bob", name=payload[:NAME_MAX], topic=topic))
        assert len(rooms) > 50
        bob = await arrive(visit, moot, "bob", rooms[0])
        names = bob.page.get_by_role("navigation", name="Rooms").get_by_role("link")
        await expect(names).to_have_count(await names.count())
        assert await names.count() >= len(rooms)
        await nothing_happened(bob.page)
        for room, payload in list(zip(rooms, MARKUP, strict=False))[::4]:
            with contextlib.suppress(httpx.HTTPStatusError):
                ann.rename(payload[:USER_NAME_MAX])
            ann.say(room, f"in {room}")
            await bob.page.evaluate("(room) => { location.hash = room; }", room)
            await bob.sees_delivered(f"in {room}")
            await nothing_happened(bob.page)
        for number, payload in enumerate(MARKUP[:12]):
            room = rooms[number]
            await bob.page.evaluate("(room) => { location.hash = room; }", room)
            ann.sanction(room, "bob", "mute", reason=payload)
            await expect(bob.page.locator(".gate")).to_contain_text(payload[:20])
            await nothing_happened(bob.page)
        ann.rename("Ann")


async def test_as_names_of_files_reactions_and_reasons_they_are_texts_or_refused(
    moot: MootServer, visit: Visit
) -> None:
    with Program(moot, "ann") as ann, Program(moot, "bob") as bob:
        ann.room("pillory", "bob", "mo", "cyn")
        mo = await arrive(visit, moot, "mo", "pillory")
        await mo.reads("Nothing has been said here yet.")
        for payload in MARKUP:
            with contextlib.suppress(httpx.HTTPStatusError):
                bob.send_file("pillory", payload, b"a few letters")
        ann.say("pillory", "under this one they try")
        (tried,) = [one for one in ann.messages("pillory") if one["text"] == "under this one they try"]
        for payload in MARKUP:
            with contextlib.suppress(httpx.HTTPStatusError):
                bob.react(tried, payload)
        for number, payload in enumerate(MARKUP[:12]):
            ann.say("pillory", f"said {number}")
            bob.report("pillory", f"said {number}", payload)
        ann.sanction("pillory", "cyn", "mute", reason=MARKUP[10])
    await mo.sees_delivered("said 11")
    await expect(mo.log.locator(".message", has_text="hacked").first).to_be_attached()
    await nothing_happened(mo.page)
    for page, shown in (
        ("reports", MARKUP[0]),
        ("rooms/pillory/sanctions", MARKUP[10]),
        ("rooms/pillory/audit", "cyn"),
    ):
        await mo.page.evaluate("(page) => { location.hash = `#/${page}`; }", page)
        await mo.reads(shown)
        await nothing_happened(mo.page)


async def test_as_what_is_searched_for_and_found_they_are_texts(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("stocks", "bob")
        for payload in ALL:
            ann.say("stocks", f"{payload} lantern")
        bob = await arrive(visit, moot, "bob", "stocks")
        await bob.press("Search messages")
        await bob.page.get_by_role("searchbox").fill("lantern hacked")
        await bob.page.keyboard.press("Enter")
        await expect(bob.page.locator("moot-search mark").first).to_be_visible()
        await nothing_happened(bob.page)
    bob.expect_refusals()
    for payload in ("<img src=x onerror=hacked()>", "<mark onclick=hacked()>", 'from:"<svg onload=hacked()>"'):
        await bob.page.get_by_role("searchbox").fill(payload)
        await bob.page.keyboard.press("Enter")
        await expect(bob.page.locator("moot-search .loading")).to_have_count(0)
        await nothing_happened(bob.page)
