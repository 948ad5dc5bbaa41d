"""One person's conversation in one room, across any number of connections: what happens is told to it, and it answers
with what to do. No I/O, no clock and no chance of its own lives here, so every accident of a network is a test.

A message of one's own is shown when its event comes, like anybody's: what is on the screen is the room's order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from service.cli.chat import closing, lines
from service.cli.chat.backoff import Backoff
from service.cli.chat.closing import Next
from service.cli.chat.effects import Connect, Effect, FetchOlder, Frame, Leave, Renew, Show, Stop
from service.cli.chat.moderating import Moderating
from service.cli.chat.outbox import Outbox
from service.cli.chat.reconnecting import Reconnecting
from service.cli.chat.replies import Replies, unheeded
from service.cli.chat.sending import FAILED, OK, Sending
from service.cli.chat.timeline import Gap
from service.cli.chat.typed import Call, Typed, help_lines, parse
from service.cli.chat.view import View


class Conversation:
    """A room, as one user of this program lives through it. ``now`` answers milliseconds of a steady clock, ``wall``
    the time of day in UTC."""

    def __init__(
        self,
        room: str,
        *,
        now: Callable[[], int],
        wall: Callable[[], datetime],
        new_nonce: Callable[[], str],
        backoff: Backoff | None = None,
    ) -> None:
        self.room = room
        self._now = now
        self._reconnecting = Reconnecting(backoff or Backoff())
        self._view = View()
        self._replies = Replies()
        self._sending = Sending(room, Outbox(new_nonce), self._replies)
        self._moderating = Moderating(room, self._replies, self._view, wall)
        self._joined_at: int | None = None
        self._ever_joined = False
        self._fetching = False

    @property
    def me(self) -> str:
        """One's own username; empty until the server has said it."""
        return self._view.roster.me

    @property
    def online(self) -> set[str]:
        """Who is connected to the room."""
        return self._view.roster.online

    @property
    def muted(self) -> bool:
        """Whether oneself may not speak here."""
        return self._view.roster.muted

    @property
    def connected(self) -> bool:
        """Whether one is in the room right now."""
        return self._joined_at is not None

    @property
    def waiting(self) -> int:
        """How many of one's messages are not known to be stored."""
        return len(self._sending)

    # What the network tells

    def start(self) -> list[Effect]:
        """Begin."""
        return [Connect()]

    def received(self, frame: Frame) -> list[Effect]:
        """A frame came. One of a type that is not known here means nothing to this version, and is passed over."""
        kind = frame.get("type")
        if kind in ("ok", "error"):
            return self._replies.answered(frame)
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
        return self._reconnecting.again(said) if self._ever_joined else self._stop(said)

    def renewed(self, token: str) -> list[Effect]:
        """There is a new access token while the connection stands: it belongs to that one from now on."""
        return [self._replies.ask({"type": "auth", "token": token}, unheeded)] if self.connected else []

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
        if isinstance(meant, Call):
            return self._called(meant)
        return [] if meant is None else self.say(meant)

    def say(self, text: str) -> list[Effect]:
        """Send a message, as it is."""
        return self._sending.say(text)

    def input_ended(self) -> list[Effect]:
        """Nothing more will be typed: end when all is said."""
        return self._sending.end()

    def quit(self) -> list[Effect]:
        """End now."""
        return self._stop("") if self.waiting else [Stop(OK)]

    def older(self, page: Mapping[str, Any]) -> list[Effect]:
        """The older messages that were asked for."""
        self._fetching = False
        return _shown(self._view.older(page))

    def failed(self, said: str) -> list[Effect]:
        """A request beside the connection failed."""
        self._fetching = False
        return [Show(lines.warning(said))]

    def left(self) -> list[Effect]:
        """The membership is over."""
        return [Show(lines.notice(f"You left {self.room}.")), Stop(OK)]

    def sanctions(self, user: str, kinds: tuple[str, ...], found: Sequence[Mapping[str, Any]]) -> list[Effect]:
        """The room's sanctions that were asked for."""
        return self._moderating.lift(user, kinds, found) if self.connected else [Show(lines.warning(NOT_CONNECTED))]

    def woken(self) -> list[Effect]:
        """The time of a :class:`Wake` has come."""
        return self._sending.woken()

    # The room

    def _hello(self, frame: Frame) -> list[Effect]:
        self._view.roster.me = frame["user"]["username"]
        # More than the server takes would end the connection rather than be refused, if it does not fit a frame.
        self._sending.text_limit = frame["limits"]["text"]
        join = {"type": "join", "room": self.room, **self._view.timeline.position}
        return [self._replies.ask(join, self._joined)]

    def _joined(self, answer: Frame) -> list[Effect]:
        if answer["type"] == "error":
            if "retry_after" in answer:
                self._disconnected()
                return self._reconnecting.again(lines.because(answer), answer["retry_after"])
            return self._stop(lines.because(answer))
        effects = _shown(self._view.caught_up(answer))
        in_trouble = self._reconnecting.back()
        if not self._ever_joined:
            topic = f": {answer['room']['topic']}" if answer["room"].get("topic") else ""
            effects.append(Show(lines.notice(f"You are in {self.room} as {self.me}{topic}")))
        elif in_trouble:
            effects.append(Show(lines.notice("Connected again.")))
        effects += _shown(self._view.arrived(answer))
        self._ever_joined, self._joined_at = True, self._now()
        return [*effects, *self._sending.opened()]

    def _event(self, frame: Frame) -> list[Effect]:
        if not self.connected:
            return []
        try:
            return _shown(self._view.event(frame))
        except Gap:
            # The promise is that none is ever missing; if one is, the log has it.
            self._disconnected()
            return self._reconnecting.quietly()

    def _presence(self, frame: Frame) -> list[Effect]:
        return _shown(self._view.roster.presence(frame)) if self._is_here(frame) and self.connected else []

    def _removed(self, frame: Frame) -> list[Effect]:
        if not self._is_here(frame):
            return []
        # Having left, here or with another device, is no failure.
        return self.left() if frame["code"] == "left" else self._stop(lines.removed(frame))

    def _you_changed(self, frame: Frame) -> list[Effect]:
        return [Show(lines.notice(f"Your role on this server is {frame['user']['role']}."))]

    def _reported(self, frame: Frame) -> list[Effect]:
        report = frame["report"]
        return [Show(lines.notice(lines.reported(report)))] if report["room"] == self.room else []

    def _restart(self, frame: Frame) -> list[Effect]:
        self._reconnecting.server_restarts(frame["reconnect_in_ms"] / 1000)
        return []

    def _expiring(self, frame: Frame) -> list[Effect]:
        return [Renew()]

    def _is_here(self, frame: Frame) -> bool:
        room = frame.get("room")
        return (room.get("slug") if isinstance(room, Mapping) else room) == self.room

    # Endings and new beginnings

    def _disconnected(self) -> None:
        if self._joined_at is not None:
            self._reconnecting.lasted(self._now() - self._joined_at)
        self._joined_at = None
        self._replies.lost()
        self._sending.interrupted()
        self._view.roster.left()

    def _after(self, what: Next, said: str, at_least: float = 0.0) -> list[Effect]:
        if what is Next.STAY_AWAY:
            return self._stop(said)
        if what is Next.RENEW:
            return self._reconnecting.with_new_token(said, at_least)
        return self._reconnecting.again(said, at_least)

    def _stop(self, said: str) -> list[Effect]:
        told: list[Effect] = [Show(lines.warning(said))] if said else []
        if self.waiting:
            count = "1 message was" if self.waiting == 1 else f"{self.waiting} messages were"
            told.append(Show(lines.warning(f"{count} not sent, or not known to be.")))
        return [*told, Stop(FAILED)]

    # Commands of this program

    def _called(self, call: Call) -> list[Effect]:
        if call.command in _ON_THE_SPOT:
            return _ON_THE_SPOT[call.command](self)
        if not self.connected:
            return [Show(lines.warning(NOT_CONNECTED))]
        return _IN_THE_ROOM[call.command](self._moderating, call)

    def _who(self) -> list[Effect]:
        if not self.connected:
            return [Show(lines.warning(NOT_CONNECTED))]
        names = ", ".join(sorted(self.online))
        return [Show(lines.notice(f"here: {names}"))]

    def _older(self) -> list[Effect]:
        if self._view.timeline.oldest is None:
            return [Show(lines.notice("There is nothing older."))]
        if self._fetching:
            return []
        self._fetching = True
        return [FetchOlder(self._view.timeline.oldest)]

    def _leave(self) -> list[Effect]:
        return [Leave(self.me)] if self.me else [Show(lines.warning(NOT_CONNECTED))]

    def _help(self) -> list[Effect]:
        return [Show(lines.Line(lines.Kind.PLAIN, text)) for text in help_lines()]


def _shown(told: list[lines.Line]) -> list[Effect]:
    return [Show(line) for line in told]


NOT_CONNECTED = "Not connected right now."
_NOTICES: dict[Any, Callable[[Conversation, Frame], list[Effect]]] = {
    "hello": Conversation._hello,
    "presence": Conversation._presence,
    "removed": Conversation._removed,
    "you.changed": Conversation._you_changed,
    "report.opened": Conversation._reported,
    "auth.expiring": Conversation._expiring,
    "restart": Conversation._restart,
}
_ON_THE_SPOT: dict[Typed, Callable[[Conversation], list[Effect]]] = {
    Typed.WHO: Conversation._who,
    Typed.OLDER: Conversation._older,
    Typed.LEAVE: Conversation._leave,
    Typed.HELP: Conversation._help,
    Typed.QUIT: Conversation.quit,
}
_IN_THE_ROOM: dict[Typed, Callable[[Moderating, Call], list[Effect]]] = {
    Typed.KICK: Moderating.sanction,
    Typed.MUTE: Moderating.sanction,
    Typed.BAN: Moderating.sanction,
    Typed.LIFT: Moderating.find_sanctions,
    Typed.UNMUTE: Moderating.find_sanctions,
    Typed.UNBAN: Moderating.find_sanctions,
    Typed.DELETE: Moderating.delete,
    Typed.REPORT: Moderating.report,
    Typed.UNDO: Moderating.undo,
}
