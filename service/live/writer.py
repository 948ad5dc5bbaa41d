"""The way from a connection to its peer, as the connection knows it: our own protocol, or a plain ASGI server."""

from __future__ import annotations

from typing import Protocol


class Writer(Protocol):
    """Where a connection's bytes go. ``write`` takes whole frames and never waits."""

    @property
    def waiting(self) -> int:
        """The bytes that the peer has not been sent yet."""
        ...

    def write(self, frames: bytes) -> None: ...
    def ping(self) -> None: ...
    def close(self, code: int, reason: str) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
