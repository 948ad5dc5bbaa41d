"""The commands that were sent and not yet answered, each with what its answer is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from service.cli.chat.effects import Effect, Frame, Send

OnReply: TypeAlias = Callable[[Frame], list[Effect]]


class Replies:
    """Numbers the commands of one client, and brings each answer to whom it belongs."""

    def __init__(self) -> None:
        self._sent = 0
        self._awaited: dict[str, OnReply] = {}

    def ask(self, frame: Frame, on_reply: OnReply) -> Send:
        """Send a command; ``on_reply`` takes its answer, an ``ok`` or an ``error``."""
        self._sent += 1
        name = str(self._sent)
        self._awaited[name] = on_reply
        return Send({**frame, "id": name})

    def answered(self, frame: Frame) -> list[Effect]:
        """An answer came. One that nobody waits for is about a connection that is gone."""
        on_reply = self._awaited.pop(str(frame.get("id")), None)
        return on_reply(frame) if on_reply else []

    def lost(self) -> None:
        """The connection is gone, and all answers with it."""
        self._awaited.clear()


def unheeded(answer: Frame) -> list[Effect]:
    """For a command whose answer changes nothing."""
    return []
