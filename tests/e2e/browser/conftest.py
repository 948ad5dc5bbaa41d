"""A browser for all, a server with the cast of the demonstration for most, and visitors who must have no complaints."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.browser import scene
from tests.e2e.browser.chromium import CHROMIUM, FLAGS
from tests.e2e.browser.moot_server import MootServer
from tests.e2e.browser.visitor import Visitor

PATIENCE = 15_000  # ms; a bound for what takes a few dozen, on a machine that is busy

Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The same as everywhere, for as long as the browser. Not for the session: a browser that is open keeps its event
    loop, on which the tests of other folders, that bring a loop of their own, would then run."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    """One Chromium for each file of tests, the system's own."""
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: scripts/test installs it when it is run as root"
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture(scope="module")
def moot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MootServer]:
    """A server with the cast. Tests share it: each makes rooms of its own."""
    with MootServer(tmp_path_factory.mktemp("moot"), demo=True) as server:
        yield server


@pytest.fixture(scope="module")
def workday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MootServer]:
    """A server with the cast, and a working day behind it (see ``scene``). Its tests look, and change little."""
    data = tmp_path_factory.mktemp("workday")
    scene.write(data / "scene.zip")
    with MootServer(data / "data", demo=True) as server:
        server.bring(data / "scene.zip")
        yield server


@pytest.fixture
async def visit(browser: Browser, moot: MootServer) -> AsyncIterator[Visit]:
    """``await visit()`` is somebody at a browser of their own, on ``moot`` or on the server that is named."""
    visitors: list[Visitor] = []

    async def arrive(server: MootServer = moot, **context: Any) -> Visitor:
        own = await browser.new_context(**context)
        own.set_default_timeout(PATIENCE)
        visitor = Visitor(server, own, await own.new_page())
        visitors.append(visitor)
        return visitor

    yield arrive
    for visitor in visitors:
        await visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
