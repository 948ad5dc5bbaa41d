"""Coming back after the connection went: when, with which token, and what the person is told of it."""

from __future__ import annotations

from service.cli.chat import lines
from service.cli.chat.backoff import Backoff
from service.cli.chat.effects import Connect, Effect, Show


class Reconnecting:
    """One client's attempts to be connected."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._in_trouble = False
        self._restart_seconds = 0.0

    def server_restarts(self, seconds: float) -> None:
        """The server said that it will be away for so long."""
        self._restart_seconds = seconds

    def lasted(self, ms: int) -> None:
        """A connection is over that stood for so long."""
        self._backoff.lasted(ms)

    def back(self) -> bool:
        """One is connected again. Whether anybody was told of trouble, and so has to be told of its end."""
        told, self._in_trouble = self._in_trouble, False
        return told

    def quietly(self) -> list[Effect]:
        """Try again, without a word."""
        return [Connect(self._backoff.next())]

    def with_new_token(self, said: str, at_least: float) -> list[Effect]:
        """Get a new token and try again. At first at once and without a word: an expired token after a good connection
        is no sign of trouble."""
        if self._backoff.fresh:
            self._backoff.next()
            return [Connect(renew=True)]
        return self.again(said, at_least, renew=True)

    def again(self, said: str, at_least: float = 0.0, *, renew: bool = False) -> list[Effect]:
        """Try again in a while, and say why, once."""
        seconds = self._backoff.next(max(at_least, self._restart_seconds))
        self._restart_seconds = 0.0
        known, self._in_trouble = self._in_trouble, True
        return [*([] if known else [Show(lines.warning(f"{said} Connecting again."))]), Connect(seconds, renew)]
