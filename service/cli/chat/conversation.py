"""One person's conversation in one room, across any number of connections: what happens is told to it, and it answers
with what to do. No I/O, no clock and no chance of its own lives here, so every accident of a network is a test.

A message of one's own is shown when its event comes, like anybody's: what is on the screen is the room's order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.cli.chat import closing, lines
from service.cli.chat.backoff import Backoff
from service.cli.chat.closing import Next
from service.cli.chat.effects import Connect, Effect, FetchOlder, Frame, Leave, Renew, Send, Show, Stop, Wake
from service.cli.chat.outbox import Outbox
from service.cli.chat.timeline import Gap, Timeline
from service.cli.chat.typed import HELP, Typed, parse

PATIENCE_SECONDS = 30.0  # a refusal that passes sooner is waited for; a longer one is told and the message given back
GIVEN_BACK_CHARACTERS = 200  # of a refused message, so that one knows which it was
TEXT_LIMIT = 4_000  # code points of a message, until the server says otherwise
OK, FAILED = 0, 1  # exit statuses


class Conversation:
    """A room, as one user of this program lives through it. ``now`` answers milliseconds of a steady clock."""

    def __init__(
        self, room: str, *, now: Callable[[], int], new_nonce: Callable[[], str], backoff: Backoff | None = None
    ) -> None:
        self.room = room
        self.me = ""
        self.online: set[str] = set()
        self._now = now
        self._backoff = backoff or Backoff()
        self._timeline = Timeline()
        self._outbox = Outbox(new_nonce)
        self._asked: dict[str, Callable[[Frame], list[Effect]]] = {}
        self._commands = 0
        self._joined_at: int | None = None
        self._ever_joined = False
        self._in_trouble = False
        self._restart_seconds = 0.0
        self._text_limit = TEXT_LIMIT
        self._input_ended = False
        self._held = False
        self._fetching = False
        self._failed = False
        self._arrived = ""

    @property
    def connected(self) -> bool:
        """Whether one is in the room right now."""
        return self._joined_at is not None

    @property
    def waiting(self) -> int:
        """How many of one's messages are not known to be stored."""
        return len(self._outbox)

    # What the network tells

    def start(self) -> list[Effect]:
        """Begin."""
        return [Connect()]

    def received(self, frame: Frame) -> list[Effect]:
        """A frame came. One of a type that is not known here means nothing to this version, and is passed over."""
        kind = frame.get("type")
        if kind in ("ok", "error"):
            answer = self._asked.pop(str(frame.get("id")), None)
            return answer(frame) if answer else []
        if kind in _NOTICES:
            return _NOTICES[kind](self, frame)
        return self._event(frame) if "seq" in frame and self._is_here(frame) else []

    def closed(self, code: int, reason: str = "") -> list[Effect]:
        """The connection ended."""
        self._disconnected()
        said = closing.in_words(code, reason)
        return self._after(closing.after_close(code), said)

    def refused(self, status: int, said: str, retry_after: float = 0.0) -> list[Effect]:
        """The server did not take the connection."""
        self._disconnected()
        return self._after(closing.after_refusal(status), said, retry_after)

    def unreachable(self, said: str) -> list[Effect]:
        """There was no connection to be had. The first time, the address is wrong rather than the network broken."""
        self._disconnected()
        return self._again(said) if self._ever_joined else self._stop(said)

    def renewed(self, token: str) -> list[Effect]:
        """There is a new access token while the connection stands: it belongs to that one from now on."""
        return [self._ask({"type": "auth", "token": token}, _nothing)] if self.connected else []

    def not_renewed(self, said: str) -> list[Effect]:
        """There will be no new token."""
        return self._stop(said)

    # What the person does

    def typed(self, line: str) -> list[Effect]:
        """A line was typed, that may be a command."""
        try:
            meant = parse(line)
        except ValueError as mistake:
            return [Show(lines.warning(str(mistake)))]
        if isinstance(meant, Typed):
            return _TYPED[meant](self)
        return [] if meant is None else self.say(meant)

    def say(self, text: str) -> list[Effect]:
        """Send a message, as it is."""
        self._outbox.add(text)
        return self._pump()

    def input_ended(self) -> list[Effect]:
        """Nothing more will be typed: end when all is said."""
        self._input_ended = True
        return self._pump()

    def quit(self) -> list[Effect]:
        """End now."""
        return self._stop("") if self._outbox else [Stop(OK)]

    def older(self, page: Mapping[str, Any]) -> list[Effect]:
        """The older messages that were asked for."""
        self._fetching = False
        messages = page["items"]
        self._timeline.older(messages, page.get("next") is not None)
        if not messages:
            return [Show(lines.notice("There is nothing older."))]
        end = "the newer ones are above" if page.get("next") is not None else "the room begins here"
        shown: list[Effect] = [Show(lines.message(message)) for message in messages]
        return [Show(lines.notice("older messages")), *shown, Show(lines.notice(f"end of the older messages; {end}"))]

    def failed(self, said: str) -> list[Effect]:
        """A request beside the connection failed."""
        self._fetching = False
        return [Show(lines.warning(said))]

    def left(self) -> list[Effect]:
        """The membership is over."""
        return [Show(lines.notice(f"You left {self.room}.")), Stop(OK)]

    def woken(self) -> list[Effect]:
        """The time of a :class:`Wake` has come."""
        self._held = False
        return self._pump()

    # The room

    def _hello(self, frame: Frame) -> list[Effect]:
        self.me = frame["user"]["username"]
        # More than the server takes would end the connection rather than be refused, if it does not fit a frame.
        self._text_limit = frame["limits"]["text"]
        join = {"type": "join", "room": self.room, **self._timeline.position}
        return [self._ask(join, self._joined)]

    def _joined(self, answer: Frame) -> list[Effect]:
        if answer["type"] == "error":
            if "retry_after" in answer:
                return self._again(lines.because(answer), answer["retry_after"])
            return self._stop(lines.because(answer))
        effects = self._catch_up(answer)
        if not self._ever_joined:
            topic = f": {answer['room']['topic']}" if answer["room"].get("topic") else ""
            effects.append(Show(lines.notice(f"You are in {self.room} as {self.me}{topic}")))
        elif self._in_trouble:
            effects.append(Show(lines.notice("Connected again.")))
        self.online = {*answer["online"], self.me}
        self._ever_joined, self._in_trouble, self._joined_at = True, False, self._now()
        return [*effects, *self._pump()]

    def _catch_up(self, answer: Frame) -> list[Effect]:
        if "events" in answer:
            new = self._timeline.replay(answer["events"], answer["epoch"])
            return [Show(line) for line in map(lines.event, new) if line is not None]
        messages, missing = self._timeline.start_over(answer["messages"], answer["seq"], answer["epoch"])
        effects: list[Effect] = [Show(lines.message(message)) for message in messages]
        if missing:
            effects.insert(0, Show(lines.notice("some messages in between are not shown; /older shows them")))
        return effects

    def _event(self, frame: Frame) -> list[Effect]:
        if not self.connected:
            return []
        try:
            if not self._timeline.accept(frame):
                return []
        except Gap:
            # The promise is that none is ever missing; if one is, the log has it.
            self._disconnected()
            return [Connect(self._backoff.next())]
        if frame["type"] == "member.joined":
            self._arrived = frame["member"]["user"]
        line = lines.event(frame)
        return [] if line is None else [Show(line)]

    def _presence(self, frame: Frame) -> list[Effect]:
        if not self._is_here(frame) or not self.connected:
            return []
        user, online = frame["user"], frame["state"] == "online"
        (self.online.add if online else self.online.discard)(user)
        # Who joins for the first time also comes online: one line says it.
        just_joined, self._arrived = online and user == self._arrived, ""
        return [] if just_joined else [Show(lines.presence(frame))]

    def _removed(self, frame: Frame) -> list[Effect]:
        if not self._is_here(frame):
            return []
        # Having left, here or with another device, is no failure.
        return self.left() if frame["code"] == "left" else self._stop(lines.removed(frame))

    def _you_changed(self, frame: Frame) -> list[Effect]:
        return [Show(lines.notice(f"Your role on this server is {frame['user']['role']}."))]

    def _restart(self, frame: Frame) -> list[Effect]:
        self._restart_seconds = frame["reconnect_in_ms"] / 1000
        return []

    def _expiring(self, frame: Frame) -> list[Effect]:
        return [Renew()]

    def _is_here(self, frame: Frame) -> bool:
        room = frame.get("room")
        return (room.get("slug") if isinstance(room, Mapping) else room) == self.room

    # Sending

    def _pump(self) -> list[Effect]:
        if not self.connected or self._held:
            return []
        if (pending := self._outbox.next()) is not None:
            if len(pending.text) > self._text_limit:
                return [*self._refused(f"A message has at most {self._text_limit:,} characters."), *self._pump()]
            send = {"type": "send", "room": self.room, "text": pending.text, "nonce": pending.nonce}
            return [self._ask(send, self._answered)]
        return [Stop(FAILED if self._failed else OK)] if self._input_ended and not self._outbox else []

    def _answered(self, answer: Frame) -> list[Effect]:
        if answer["type"] == "ok":
            self._outbox.answered()
            return self._pump()
        wait = answer.get("retry_after")
        if wait is not None and wait <= PATIENCE_SECONDS:
            self._outbox.interrupted()
            self._held = True
            return [Show(lines.warning(f"{lines.because(answer)} Trying again in {wait:g} s.")), Wake(wait)]
        if answer["code"] == "unauthenticated":
            # The close that follows says whether a new token helps; the message waits for it.
            self._outbox.interrupted()
            return []
        return [*self._refused(lines.because(answer)), *self._pump()]

    def _refused(self, said: str) -> list[Effect]:
        self._failed = True
        text = self._outbox.answered().text
        given_back = text if len(text) <= GIVEN_BACK_CHARACTERS else text[:GIVEN_BACK_CHARACTERS] + "…"
        return [Show(lines.warning(f"Not sent: {said} It was: {given_back}"))]

    def _ask(self, frame: Frame, answer: Callable[[Frame], list[Effect]]) -> Send:
        self._commands += 1
        name = str(self._commands)
        self._asked[name] = answer
        return Send({**frame, "id": name})

    # Endings and new beginnings

    def _disconnected(self) -> None:
        if self._joined_at is not None:
            self._backoff.lasted(self._now() - self._joined_at)
        self._joined_at, self._held = None, False
        self._asked.clear()
        self._outbox.interrupted()
        self.online.clear()

    def _after(self, what: Next, said: str, at_least: float = 0.0) -> list[Effect]:
        if what is Next.STAY_AWAY:
            return self._stop(said)
        if what is Next.RENEW and self._backoff.fresh:
            # At once and without a word: an expired token after a good connection is no sign of trouble.
            self._backoff.next()
            return [Connect(renew=True)]
        return self._again(said, at_least, renew=what is Next.RENEW)

    def _again(self, said: str, at_least: float = 0.0, renew: bool = False) -> list[Effect]:
        self._disconnected()
        seconds = self._backoff.next(max(at_least, self._restart_seconds))
        self._restart_seconds = 0.0
        known, self._in_trouble = self._in_trouble, True
        return [*([] if known else [Show(lines.warning(f"{said} Connecting again."))]), Connect(seconds, renew)]

    def _stop(self, said: str) -> list[Effect]:
        told: list[Effect] = [Show(lines.warning(said))] if said else []
        if self._outbox:
            count = "1 message was" if self.waiting == 1 else f"{self.waiting} messages were"
            told.append(Show(lines.warning(f"{count} not sent, or not known to be.")))
        return [*told, Stop(FAILED)]

    # Commands of this program

    def _who(self) -> list[Effect]:
        if not self.connected:
            return [Show(lines.warning("Not connected right now."))]
        names = ", ".join(sorted(self.online))
        return [Show(lines.notice(f"here: {names}"))]

    def _older(self) -> list[Effect]:
        if self._timeline.oldest is None:
            return [Show(lines.notice("There is nothing older."))]
        if self._fetching:
            return []
        self._fetching = True
        return [FetchOlder(self._timeline.oldest)]

    def _leave(self) -> list[Effect]:
        return [Leave(self.me)] if self.me else [Show(lines.warning("Not connected right now."))]

    def _help(self) -> list[Effect]:
        return [Show(lines.Line(lines.Kind.PLAIN, text)) for text in HELP]


def _nothing(answer: Frame) -> list[Effect]:
    """A refused token changes nothing; when the old one expires, the close code says so."""
    return []


_NOTICES: dict[Any, Callable[[Conversation, Frame], list[Effect]]] = {
    "hello": Conversation._hello,
    "presence": Conversation._presence,
    "removed": Conversation._removed,
    "you.changed": Conversation._you_changed,
    "auth.expiring": Conversation._expiring,
    "restart": Conversation._restart,
}
_TYPED: dict[Typed, Callable[[Conversation], list[Effect]]] = {
    Typed.WHO: Conversation._who,
    Typed.OLDER: Conversation._older,
    Typed.LEAVE: Conversation._leave,
    Typed.HELP: Conversation._help,
    Typed.QUIT: Conversation.quit,
}
