"""The page speaks the reader's language: the browser's at first, the chosen one from then on, without a reload."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Visit
from tests.e2e.browser.moot_server import PASSWORD, MootServer, Program

pytestmark = pytest.mark.anyio


async def test_a_german_browser_is_met_in_german_from_the_door_on(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("garten", "bob", name="Garten")
        ann.say("garten", "Guten Morgen")
        ann.change_room("garten", locked=True)
        bob = await visit(locale="de-AT")
        await bob.go("/#garten")
        await expect(bob.page).to_have_title("Anmelden · Folkmoot")
        await bob.page.get_by_label("Benutzername").fill("bob")
        await bob.page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        await bob.press("Anmelden")
        await bob.sees_delivered("Guten Morgen")
        await expect(bob.log.locator(".day")).to_contain_text("Heute")
        await bob.reads("Dieser Raum ist geschlossen: Nur wer ihn moderiert, darf schreiben. Festgelegt von ann")
        assert await bob.page.evaluate("document.documentElement.lang") == "de"


async def test_another_language_is_there_at_once_and_what_one_was_writing_too(moot: MootServer, visit: Visit) -> None:
    with Program(moot, "ann") as ann:
        ann.room("library", "bob")
    bob = await visit()
    await bob.sign_in("bob", room="library")
    await bob.composer.fill("half a sentence")
    await bob.open_account()
    await bob.page.get_by_role("tab", name="Appearance").click()
    await bob.page.get_by_label("Language").select_option("de")
    await expect(bob.page.get_by_role("dialog", name="Dein Konto")).to_be_visible()
    await bob.page.keyboard.press("Escape")
    await expect(bob.composer).to_have_value("half a sentence")
    await expect(bob.composer).to_have_attribute("placeholder", "Nachricht an Library")
    await bob.page.reload()
    await expect(bob.composer).to_have_attribute("placeholder", "Nachricht an Library")


async def test_at_the_door_what_was_typed_stays_when_the_language_changes(visit: Visit) -> None:
    cyn = await visit()
    await cyn.go("/")
    await cyn.fill_credentials("cyn", PASSWORD)
    await cyn.page.get_by_label("Language").select_option("de")
    await cyn.press("Anmelden")
    await expect(cyn.page.get_by_role("button", name="Dein Konto")).to_contain_text("Mitglied")


async def test_colours_are_as_they_were_chosen_also_after_a_reload(visit: Visit) -> None:
    bob = await visit(color_scheme="light")
    await bob.sign_in("bob")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = await bob.page.evaluate(paper)
    await bob.open_account()
    await bob.page.get_by_role("tab", name="Appearance").click()
    await bob.page.get_by_text("Dark", exact=True).click()
    await expect(bob.page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = await bob.page.evaluate(paper)
    await bob.page.reload()
    await expect(bob.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await bob.page.evaluate(paper) == dark != light
