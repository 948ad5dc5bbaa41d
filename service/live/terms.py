"""What every connection is held to, and is told in its first frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.chat import names
from service.chat.files import PER_MESSAGE
from service.chat.records import Credential, User
from service.chat.roles import format_scope
from service.wire import shapes
from service.wire.shapes import Shape


@dataclass(frozen=True, slots=True)
class Terms:
    """The same for all connections of one node."""

    verify: Callable[[str], Credential]
    now: Callable[[], int]
    rooms: int
    frame_bytes: int
    commands_per_second: int
    heartbeat_seconds: int
    slow_reader_seconds: float
    version: str
    node: str
    file_bytes: int = 0

    def hello(self, user: User, credential: Credential) -> Shape:
        """The first frame: who one is here, until when, and what one has to keep to."""
        return {
            "type": "hello",
            "user": shapes.user(user),
            "session": credential.sid,
            "scope": format_scope(credential.scope),
            "expires_at": shapes.time(credential.expires_at * 1000),
            "heartbeat": self.heartbeat_seconds,
            "limits": {
                "text": names.TEXT_MAX,
                "frame": self.frame_bytes,
                "nonce": names.NONCE_MAX,
                "file": self.file_bytes,
                "files": PER_MESSAGE,
                "rooms": self.rooms,
                "commands_per_second": self.commands_per_second,
            },
            "server": {"version": self.version, "node": self.node},
        }
