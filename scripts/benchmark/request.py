"""One HTTP request on a socket of its own, in the same loop as everything else."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping

from .connection import LOOPBACK
from .frames import END_OF_HEAD


class Request:
    """Sent as soon as its socket is connected, at `sent_at` (ns of the monotonic clock); `on_answered` is called when
    the server has said all."""

    def __init__(
        self,
        port: int,
        line: str,
        headers: Mapping[str, str],
        body: bytes,
        on_answered: Callable[[Request], None],
    ) -> None:
        head = [
            f"{line} HTTP/1.1",
            f"Host: {LOOPBACK}:{port}",
            "Connection: close",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self._unsent = "\r\n".join(head).encode() + END_OF_HEAD + body
        self._on_answered = on_answered
        self.answer = b""
        self.sent_at = 0
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.sock.connect_ex((LOOPBACK, port))

    @property
    def blocked(self) -> bool:
        return bool(self._unsent)

    def writable(self) -> bool:
        if not self.sent_at:
            self.sent_at = time.monotonic_ns()
        sent = self.sock.send(self._unsent) if self._unsent else 0
        self._unsent = self._unsent[sent:]
        return not self._unsent

    def take(self, chunk: bytes | memoryview) -> None:
        self.answer += bytes(chunk)

    def ended(self) -> None:
        self._on_answered(self)

    @property
    def succeeded(self) -> bool:
        return self.answer.startswith(b"HTTP/1.1 2")

    @property
    def told(self) -> str:
        """The answer, for who has to find out what went wrong; that of a refusal holds no token."""
        return self.answer.decode(errors="replace")

    def close(self) -> None:
        self.sock.close()
