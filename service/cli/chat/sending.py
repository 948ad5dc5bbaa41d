"""Bringing what was typed to the room: one at a time, again after a break, and given back when it is refused."""

from __future__ import annotations

from service.cli.chat import lines
from service.cli.chat.effects import Effect, Frame, Show, Stop, Wake
from service.cli.chat.outbox import Outbox
from service.cli.chat.replies import Replies

PATIENCE_SECONDS = 30.0  # a refusal that passes sooner is waited for; a longer one is told and the message given back
GIVEN_BACK_CHARACTERS = 200  # of a refused message, so that one knows which it was
TEXT_LIMIT = 4_000  # code points of a message, until the server says otherwise
OK, FAILED = 0, 1  # exit statuses


class Sending:
    """The messages of one person on their way into one room."""

    def __init__(self, room: str, outbox: Outbox, replies: Replies) -> None:
        self.text_limit = TEXT_LIMIT
        self._room = room
        self._outbox = outbox
        self._replies = replies
        self._open = False
        self._held = False
        self._ending = False
        self._failed = False

    def __len__(self) -> int:
        """How many messages are not known to be stored."""
        return len(self._outbox)

    def say(self, text: str) -> list[Effect]:
        """Something was typed."""
        self._outbox.add(text)
        return self._go_on()

    def opened(self) -> list[Effect]:
        """One is in the room: what waited goes."""
        self._open = True
        return self._go_on()

    def interrupted(self) -> None:
        """One is not in the room any more; what was under way goes again when one is."""
        self._open = self._held = False
        self._outbox.interrupted()

    def woken(self) -> list[Effect]:
        """The time is over that the server asked to wait for."""
        self._held = False
        return self._go_on()

    def end(self) -> list[Effect]:
        """Nothing more will be typed: stop when all is said."""
        self._ending = True
        return self._go_on()

    def _go_on(self) -> list[Effect]:
        if not self._open or self._held:
            return []
        if (pending := self._outbox.next()) is not None:
            if len(pending.text) > self.text_limit:
                return [*self._refused(f"A message has at most {self.text_limit:,} characters."), *self._go_on()]
            send = {"type": "send", "room": self._room, "text": pending.text, "nonce": pending.nonce}
            return [self._replies.ask(send, self._answered)]
        return [Stop(FAILED if self._failed else OK)] if self._ending and not self._outbox else []

    def _answered(self, answer: Frame) -> list[Effect]:
        if answer["type"] == "ok":
            self._outbox.answered()
            return self._go_on()
        wait = answer.get("retry_after")
        if wait is not None and wait <= PATIENCE_SECONDS:
            self._outbox.interrupted()
            self._held = True
            return [Show(lines.warning(f"{lines.because(answer)} Trying again in {wait:g} s.")), Wake(wait)]
        if answer["code"] == "unauthenticated":
            # The close that follows says whether a new token helps; the message waits for it.
            self._outbox.interrupted()
            return []
        return [*self._refused(lines.because(answer)), *self._go_on()]

    def _refused(self, said: str) -> list[Effect]:
        self._failed = True
        text = self._outbox.answered().text
        given_back = text if len(text) <= GIVEN_BACK_CHARACTERS else text[:GIVEN_BACK_CHARACTERS] + "…"
        return [Show(lines.warning(f"Not sent: {said} It was: {given_back}"))]
