"""One person at one browser: what they do, in their words, and what they see.

Everything that the page complains about is kept: a test that does not expect a complaint fails for it.
"""

from __future__ import annotations

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, WebSocket, expect

from tests.e2e.browser.moot_server import PASSWORD, MootServer

# What Chromium itself prints where an answer is an error or a connection fails; the page can't keep it from doing so.
REFUSED = "Failed to load resource: the server responded with a status of"
NO_NETWORK = "net::ERR_"
NO_SOCKET = "WebSocket connection to"
NO_WORKER = "An unknown error occurred when fetching the script"  # the service worker's, looked for anew


class Visitor:
    """A browser context with one page, on a server."""

    def __init__(self, server: MootServer, context: BrowserContext, page: Page) -> None:
        self.server = server
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        self.sent: list[str] = []
        self._expected: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("websocket", self._websocket)

    # What they do

    async def go(self, address: str = "/") -> None:
        """Open a page of the server, or a whole link."""
        await self.page.goto(address if address.startswith("http") else self.server.url + address)

    async def sign_in(self, username: str, password: str = PASSWORD, *, room: str = "") -> None:
        """Sign in by the form, on the way to a room if one is named."""
        await self.go(f"/#{room}")
        await self.fill_credentials(username, password)
        await self.press("Sign in")
        await expect(self.page.locator("moot-hall")).to_be_attached()

    async def may_moderate(self) -> None:
        """What moderators have is there: it comes after the page."""
        await expect(self.page.locator("moot-duties")).to_be_attached()

    async def fill_credentials(self, username: str, password: str) -> None:
        """Fill in the form that is there."""
        await self.page.get_by_label("Username").fill(username)
        await self.page.get_by_label("Password", exact=True).fill(password)

    async def press(self, button: str) -> None:
        """Press a button by its name; the first one, where two places offer the same."""
        await self.page.get_by_role("button", name=button, exact=True).first.click()

    async def open_account(self) -> None:
        """Open the dialog of one's own account."""
        await self.page.get_by_role("button", name="Your account").click()

    async def open_room(self, name: str) -> None:
        """Go to a room of the list."""
        await self.page.get_by_role("navigation", name="Rooms").get_by_role("link", name=name).click()

    async def say(self, text: str) -> None:
        """Write something and send it with Enter."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def do(self, text: str, act: str) -> None:
        """Choose something in the menu of the message with this text, wherever it stands."""
        message = self.message(text)
        await message.hover()
        await message.get_by_role("button", name="More", exact=True).click()
        await self.page.get_by_role("menuitem", name=act).click()

    async def network_returns(self) -> None:
        """The operating system says that the network is there again."""
        await self.page.evaluate("dispatchEvent(new Event('online'))")

    def expect_refusals(self) -> None:
        """The test makes the server refuse something."""
        self._expected.append(REFUSED)

    def expect_lost_connections(self) -> None:
        """The test takes the network or the server away."""
        self._expected += [NO_NETWORK, NO_SOCKET, NO_WORKER, REFUSED]

    # What they see

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.locator("moot-room > moot-composer textarea")

    @property
    def log(self) -> Locator:
        """The messages."""
        return self.page.locator("moot-timeline").get_by_role("log")

    def message(self, text: str) -> Locator:
        """The message with this text."""
        return self.page.locator(".message", has_text=text)

    @property
    def notice(self) -> Locator:
        """The line about the connection."""
        return self.page.locator("moot-notice")

    async def texts(self) -> list[str]:
        """The messages' texts, from top to bottom."""
        return await self.log.locator(".text").all_inner_texts()

    async def sees(self, text: str) -> None:
        """Exactly one message has this text."""
        await expect(self.log.locator(".text", has_text=text)).to_have_count(1)

    async def sees_delivered(self, text: str) -> None:
        """Exactly one message has this text, and it is in the room's log and not on its way."""
        await self.sees(text)
        await expect(self.log.locator(".message:not(.outgoing) .text", has_text=text)).to_have_count(1)

    async def reads(self, text: str) -> None:
        """This text is to be seen on the page."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    # What the page says about itself

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if not any(expected in message.text for expected in self._expected):
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _websocket(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.sent.append(str(frame)))
