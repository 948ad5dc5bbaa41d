"""The page that describes the HTTP side, in a browser that enforces its policy: it loads nothing from elsewhere, one
can sign in on it, and try something out."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import PASSWORD, MootServer

pytestmark = pytest.mark.anyio


async def test_one_signs_in_at_the_docs_and_tries_a_call(visit: Visit, moot: MootServer) -> None:
    """A complaint of the browser about the page's policy would fail this, too (see ``visit``)."""
    visitor = await visit()
    page = visitor.page
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))

    await page.goto(f"{moot.url}/docs")
    await page.locator(".auth-wrapper button.authorize").click()
    sign_in = page.locator(".auth-container", has_text="signIn")
    await sign_in.locator("#oauth_username").fill("bob")
    await sign_in.locator("#oauth_password").fill(PASSWORD)
    await sign_in.locator("button.authorize").click()
    await expect(sign_in).to_contain_text("Authorized")
    await page.locator(".close-modal").click()

    operation = page.locator("#operations-accounts-see_me")
    await operation.click()
    await operation.locator("button.execute").click()
    answer = operation.locator(".live-responses-table")
    await expect(answer).to_contain_text(re.compile(r'"username": "bob"'))

    assert loaded
    assert all(url.startswith((f"{moot.url}/", "data:")) for url in loaded)


async def test_a_problem_leads_to_the_line_that_explains_it(visit: Visit, moot: MootServer) -> None:
    visitor = await visit()
    await visitor.page.goto(f"{moot.url}/docs/problems#slow_mode")
    await expect(visitor.page.locator(":target")).to_contain_text("The room is in slow mode.")
