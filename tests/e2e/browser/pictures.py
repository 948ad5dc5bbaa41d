"""The pictures in the README: what is on them, and how they are taken, of the working day of ``scene``.

Beside each lies what a screen reader says of the same page; a test compares that with the page as it is now, and so
notices when a picture shows what is no more. `python -m tests.e2e.browser.pictures` takes them anew.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.e2e.browser import scene
from tests.e2e.browser.chromium import CHROMIUM, FLAGS
from tests.e2e.browser.moot_server import MootServer, Program
from tests.e2e.browser.visitor import Visitor

FOLDER = Path(__file__).parent / "pictures"
FONTS = FOLDER / "fonts.conf"
ADVERTISEMENT = "Win a free cruise on the Golden Tide!! https://example.org/win"

# What differs from one time to another: when it was said, and on what day.
TIME = re.compile(r"\b\d{1,2}:\d\d\b( [AP]M)?")


@dataclass(frozen=True)
class Picture:
    """One of them: its name, who looks, from which room, and what they do first."""

    name: str
    username: str
    room: str
    prepare: Callable[[Visitor], Awaitable[None]]
    context: dict[str, Any] = field(default_factory=dict)
    today: bool = False  # what is done now has an end to come, which the day of the scene can't give it

    @property
    def file(self) -> Path:
        """The picture."""
        return FOLDER / f"{self.name}.png"

    @property
    def words(self) -> Path:
        """What is read aloud of it."""
        return FOLDER / f"{self.name}.txt"


async def _at_the_door(visitor: Visitor) -> None:
    await expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await visitor.page.get_by_label("Username").fill("ida")


async def _in_a_thread(visitor: Visitor) -> None:
    await visitor.log.get_by_role("button", name="3 replies").click()
    await visitor.reads("Then that explains last April, too.")
    await visitor.log.first.locator(".message", has_text="Nice. Does").scroll_into_view_if_needed()
    await visitor.composer.first.fill("On my way with the storm plan")


async def _banning(visitor: Visitor) -> None:
    await visitor.may_moderate()
    message = visitor.log.locator(".message", has_text=ADVERTISEMENT)
    await message.focus()
    await message.press("Shift+F10")
    await visitor.page.get_by_role("menuitem", name="Moderate…").click()
    dialog = visitor.page.get_by_role("dialog")
    await dialog.get_by_role("radio", name=re.compile("^Ban")).check(force=True)
    await dialog.get_by_label("Reason").fill("Advertising, for the third time")
    await expect(dialog.get_by_text("This touches")).to_be_visible()


async def _reading(visitor: Visitor) -> None:
    await visitor.reads("They know, and they have the number")


DESK = {"viewport": {"width": 1280, "height": 800}}
TALL = {"viewport": {"width": 1280, "height": 1000}}
TELEPHONE = {
    "viewport": {"width": 390, "height": 800},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "dark",
}
PICTURES = (
    Picture("sign-in", "", "", _at_the_door, DESK),
    Picture("room", "bob", "harbour", _in_a_thread, {"viewport": {"width": 1440, "height": 900}}),
    Picture("moderation", "mo", "kitchen", _banning, TALL | {"color_scheme": "dark"}, today=True),
    Picture("telephone", "cyn", "harbour", _reading, TELEPHONE),
)


async def show(browser: Browser, server: MootServer, picture: Picture) -> Page:
    """The page as it is on the picture, at the same moment of the same day."""
    context = await browser.new_context(locale="en-GB", timezone_id="UTC", reduced_motion="reduce", **picture.context)
    visitor = Visitor(server, context, await context.new_page())
    if not picture.today:
        await visitor.page.clock.set_fixed_time(scene.NOW)
    if picture.username:
        await visitor.sign_in(picture.username, room=picture.room)
        await _reads_to_the_end(visitor)
    else:
        await visitor.go("/")
    await picture.prepare(visitor)
    await visitor.page.mouse.move(0, 0)
    return visitor.page


async def _reads_to_the_end(visitor: Visitor) -> None:
    await expect(visitor.log.locator(".message").first).to_be_visible()


def advertise(server: MootServer) -> None:
    """What somebody has to be banned for, as nobody is in the export."""
    with Program(server, "gus") as gus:
        gus.say("kitchen", ADVERTISEMENT)


async def words_of(page: Page) -> str:
    """What is read aloud of the page, or of the dialog that stands before it, without the times."""
    dialog = page.get_by_role("dialog")
    seen = dialog if await dialog.count() else page.locator("body")
    return TIME.sub("00:00", await seen.aria_snapshot()) + "\n"


async def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as home, MootServer(Path(home) / "data", demo=True) as server:
        scene.write(Path(home) / "scene.zip")
        server.bring(Path(home) / "scene.zip")
        advertise(server)
        async with async_playwright() as playwright:
            fonts = os.environ | {"FONTCONFIG_FILE": str(FONTS)}
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, env=fonts)
            for picture in PICTURES:
                page = await show(browser, server, picture)
                picture.words.write_text(await words_of(page), encoding="utf-8")
                await page.screenshot(path=picture.file)
                await page.context.close()
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
