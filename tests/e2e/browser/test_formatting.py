"""Formatted messages on the page: they look as they were meant, and nothing in them does anything."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer, Program

pytestmark = pytest.mark.anyio

CODE = "```python\ndef greet(name):\n    return f'hello {name}'  # so\n```"
HOSTILE = [
    "**b** <img src=x onerror=window.hacked=1>",
    "**b** <script>window.hacked=1</script>",
    "**b** <svg/onload=window.hacked=1>",
    "**b** [a](javascript:window.hacked=1)",
    "**b** [a](<java\tscript:window.hacked=1>)",
    '**b** [a](https://good.example"onmouseover="window.hacked=1)',
    '**b** [a](https://good.example "x"onmouseover="window.hacked=1")',
    "**b** ![x](https://evil.example/pixel.png)",
    '**b** ![x" onerror="window.hacked=1](https://good.example)',
    "**b** </p></li></ol><script>window.hacked=1</script>",
    "`</code><script>window.hacked=1</script>`",
    '```html"onmouseover="window.hacked=1\n</code></pre><script>window.hacked=1</script>\n```',
    "|<img src=x onerror=window.hacked=1>|b|\n|-|-|\n|<script>window.hacked=1</script>|c|",
    "**b** <iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "**b** <style>*{display:none}</style><base href=https://evil.example>",
    "**b** &lt;script&gt;window.hacked=1&lt;/script&gt;",
    "**b** <math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=hacked=1&gt;'>",
]
# What the server never sends. The page must not depend on that.
FORGED = [
    "<p>forged <img src=x onerror=window.hacked=1></p>",
    "<p>forged <script>window.hacked=1</script></p>",
    '<p onclick="window.hacked=1">forged</p>',
    '<p>forged <a href="javascript:window.hacked=1">x</a></p>',
    "<svg><style><img src=x onerror=window.hacked=1></style></svg>",
    "<noscript><p title='</noscript><img src=x onerror=window.hacked=1>'>",
]


async def test_a_message_is_shown_with_its_formatting(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("atelier", "bob", "mo")
    bob, mo = await visit(), await visit()
    await bob.sign_in("bob", room="atelier")
    await mo.sign_in("mo", room="atelier")
    await bob.say("so **bold**, *slanted* and `code`, see https://good.example/a?b=1#c")
    for reader in (bob, mo):
        text = reader.log.locator(".formatted")
        await expect(text.locator("strong")).to_have_text("bold")
        await expect(text.locator("em")).to_have_text("slanted")
        await expect(text.locator("code")).to_have_text("code")
        link = text.get_by_role("link")
        await expect(link).to_have_attribute("href", "https://good.example/a?b=1#c")
        await expect(link).to_have_attribute("rel", "noopener nofollow noreferrer")
        await expect(link).to_have_attribute("target", "_blank")
    with Program(moot, "ann") as ann:
        ann.say("atelier", CODE)
        ann.say("atelier", "> one\n> two\n\n1. first\n2. second\n\n|a|b|\n|-|-:|\n|1|2|")
    block = mo.log.locator("pre code.language-python")
    await expect(block).to_have_text("def greet(name):\n    return f'hello {name}'  # so")
    ink = "element => getComputedStyle(element).color"
    plain, keyword = await block.evaluate(ink), await block.locator(".k").first.evaluate(ink)
    assert keyword != plain, "the page has a colour for it"
    await expect(mo.log.locator("blockquote p")).to_have_text("one\ntwo", use_inner_text=True)
    await expect(mo.log.locator(".formatted ol li")).to_have_text(["first", "second"])
    await expect(mo.log.locator("td.right")).to_have_text("2")


async def test_a_plain_text_is_left_alone(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("scullery", "bob")
        ann.say("scullery", "2 * 3 * 4 = 24\n    and snake_case <b>")
    bob = await visit()
    await bob.sign_in("bob", room="scullery")
    await bob.sees_delivered("2 * 3 * 4 = 24\n    and snake_case <b>")
    await expect(bob.log.locator(".formatted")).to_have_count(0)


async def test_nothing_that_is_written_does_anything(moot: MootServer, visit: Visit) -> None:
    asked: list[str] = []
    with Program(moot, "ann") as ann:
        ann.room("dungeon", "bob")
        for text in HOSTILE:
            ann.say("dungeon", text)
        ann.say("dungeon", "*the end*")
    bob = await visit()
    bob.page.on("request", lambda request: asked.append(request.url))
    await bob.sign_in("bob", room="dungeon")
    await expect(bob.log.locator(".formatted em", has_text="the end")).to_be_visible()
    await expect(bob.log.locator(".message .text")).to_have_count(len(HOSTILE) + 1)
    await harmless(bob.page)
    assert not [url for url in asked if "evil.example" in url or "good.example" in url]


async def test_the_page_does_not_rely_on_the_server_for_that(moot: MootServer, visit: Visit) -> None:
    """What a message says is put into its HTML on the way, as if the server had no sanitiser at all."""
    with Program(moot, "ann") as ann:
        ann.room("forge", "bob")
        for number in range(len(FORGED)):
            ann.say("forge", f"as it was typed {number}")
    bob = await visit()

    forged = False

    def to_page(raw: str | bytes) -> str | bytes:
        nonlocal forged
        assert isinstance(raw, str)
        for number, html in enumerate(FORGED):
            typed = f'"text":"as it was typed {number}"'
            escaped = html.replace('"', '\\"')
            forged |= typed in raw
            raw = raw.replace(typed, f'{typed},"html":"{escaped}"')
        return raw

    async def between(page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        server.on_message(lambda raw: page.send(to_page(raw)))
        page.on_message(server.send)

    await bob.page.route_web_socket("**/ws*", between)
    await bob.sign_in("bob", room="forge")
    await bob.sees_delivered(f"as it was typed {len(FORGED) - 1}")
    assert forged, "else nothing was tried"
    await expect(bob.log.locator(".message .text")).to_have_text([f"as it was typed {n}" for n in range(len(FORGED))])
    await harmless(bob.page)


async def harmless(page: Page) -> None:
    """Nothing ran, and nothing is there that could."""
    assert await page.evaluate("window.hacked") is None
    dangerous = "moot-timeline :is(script, img, iframe, style, base, math, form, object, embed)"
    assert await page.locator(dangerous).count() == 0
    names = await page.evaluate(
        "[...document.querySelectorAll('moot-timeline .text, moot-timeline .text :not(.copier, .copier *)')]"
        ".flatMap((element) => element.getAttributeNames())"
    )
    assert set(names) <= {"class", "dir", "href", "rel", "target", "start", "tabindex"}
    links = await page.evaluate("[...document.querySelectorAll('moot-timeline .text a')].map((link) => link.protocol)")
    assert set(links) <= {"https:"}
