"""The server's side of a conversation, as values: what bob's terminal is told in the lobby."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from service.cli.chat.backoff import Backoff
from service.cli.chat.conversation import Conversation
from service.cli.chat.effects import Connect, Effect, Send, Show, Stop

Frame = dict[str, Any]
AT = "2026-11-03T14:05:00.000Z"
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
EPOCH = "e1"


class Desk:
    """Bob at his terminal: a conversation with a clock that stands until it is moved, and waits without chance."""

    def __init__(self, chance: float = 0.5) -> None:
        self.ms = 0
        nonces = count(1)
        self.talk = Conversation(
            "lobby",
            now=lambda: self.ms,
            wall=lambda: NOON,
            new_nonce=lambda: f"n{next(nonces)}",
            backoff=Backoff(lambda: chance),
        )
        self.sent: list[Frame] = []
        self.shown: list[str] = []
        self.connects: list[Connect] = []
        self.stopped: int | None = None
        self.others: list[Effect] = []

    def do(self, effects: list[Effect]) -> None:
        """Take effects as the link would."""
        for effect in effects:
            match effect:
                case Send(frame):
                    self.sent.append(frame)
                case Show(line):
                    self.shown.append(f"{line.who}: {line.text}" if line.who else line.text)
                case Connect():
                    self.connects.append(effect)
                case Stop(status):
                    self.stopped = status
                case _:
                    self.others.append(effect)

    def hear(self, frame: Frame) -> None:
        self.do(self.talk.received(frame))

    def join(self, **answer: Any) -> Frame:
        """A connection that gets as far as the room; answers the ``join`` that was sent."""
        self.hear(hello())
        join = self.sent[-1]
        assert join["type"] == "join", "after hello comes the join, before anything else"
        self.hear({"type": "ok", "id": join["id"], "room": room(), "epoch": EPOCH, "online": ["ann"], **answer})
        return join

    def arrive(self, messages: list[Frame] | None = None, seq: int = 3) -> None:
        """The first connection."""
        self.do(self.talk.start())
        self.join(reset=True, messages=messages or [], seq=seq)

    def ok(self, **fields: Any) -> None:
        """The answer to the last command."""
        self.hear({"type": "ok", "id": self.sent[-1]["id"], **fields})

    def error(self, code: str, **fields: Any) -> None:
        """A refusal of the last command."""
        self.hear({"type": "error", "id": self.sent[-1]["id"], "code": code, "message": f"It is {code}.", **fields})

    def texts_sent(self) -> list[tuple[str, str]]:
        return [(frame["nonce"], frame["text"]) for frame in self.sent if frame["type"] == "send"]


def hello() -> Frame:
    limits = {"text": 4000, "frame": 65536, "nonce": 64, "rooms": 100, "commands_per_second": 100}
    return {"type": "hello", "user": {"username": "bob", "role": "member"}, "session": "s1", "limits": limits}


def room() -> Frame:
    return {"slug": "lobby", "topic": "", "seq": 3}


def message(seq: int, text: str, author: str = "ann") -> Frame:
    return {"id": f"m{seq}", "room": "lobby", "seq": seq, "author": {"username": author}, "text": text, "at": AT}


def posted(seq: int, text: str, author: str = "ann") -> Frame:
    frame = {"type": "message.posted", "room": "lobby", "seq": seq, "at": AT}
    return {**frame, "message": message(seq, text, author)}


def event(kind: str, seq: int, **fields: Any) -> Frame:
    return {"type": kind, "room": "lobby", "seq": seq, "at": AT, **fields}
