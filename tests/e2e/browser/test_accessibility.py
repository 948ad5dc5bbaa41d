"""Every page, pane, menu and dialog as axe-core judges it, in the light and in the dark, on a desk and on a telephone.

A walk goes through all that one kind of person can open; each state is judged where the walk has just come to it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.axe import violations
from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import MootServer
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

    async def dialog(self, name: str, button: str) -> None:
        """A dialog that a button opens: judged, and closed again."""
        await self.visitor.press(button)
        await expect(self.page.get_by_role("dialog", name=name)).to_be_visible()
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
