"""The pictures in the README are of the page as it is: each is made again, and what is read aloud of it compared."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.e2e.browser import pictures
from tests.e2e.browser.moot_server import MootServer
from tests.e2e.browser.pictures import PICTURES, Picture

pytestmark = pytest.mark.anyio

README = Path(__file__).parents[3] / "README.md"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
BYTES_MAX = 400_000  # of each: whoever clones the project takes them along


@pytest.fixture(scope="module")
def day_with_an_advertisement(workday: MootServer) -> MootServer:
    """The working day as it is on the pictures."""
    pictures.advertise(workday)
    return workday


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_a_picture_shows_what_is(
    browser: Browser, day_with_an_advertisement: MootServer, picture: Picture
) -> None:
    page = await pictures.show(browser, day_with_an_advertisement, picture)
    now = await pictures.words_of(page)
    await page.context.close()
    told = "the page has changed: python -m tests.e2e.browser.pictures takes its pictures anew"
    assert now == picture.words.read_text(encoding="utf-8"), told


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_there_as_large_as_it_is_said_to_be_and_shown(picture: Picture) -> None:
    content = picture.file.read_bytes()
    assert content.startswith(SIGNATURE)
    width, height = struct.unpack(">II", content[16:24])
    scale = picture.context.get("device_scale_factor", 1)
    viewport = picture.context["viewport"]
    assert (width, height) == (viewport["width"] * scale, viewport["height"] * scale)
    assert len(content) < BYTES_MAX
    assert picture.file.relative_to(README.parent).as_posix() in README.read_text(encoding="utf-8")
