"""uvicorn's HTTP protocol, with the deadlines that it lacks."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class FolkmootHTTP(HttpToolsProtocol):
    """One HTTP connection. Half a request would hold it for ever: a request's head has to come in time."""

    handshake_seconds = 10.0

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._await_head()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._head_is_there()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._head_is_there()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """Closing waits for a peer that does not read; aborting does not."""
        if not self.transport.is_closing():
            if self.transport.get_write_buffer_size():
                self.transport.abort()
            else:
                self.transport.close()

    def _await_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.handshake_seconds, self.transport.abort)

    def _head_is_there(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def http_protocol(handshake_seconds: float) -> type[FolkmootHTTP]:
    """The protocol with its deadline, for uvicorn, which makes one for each connection and passes none."""
    return type("ConfiguredHTTP", (FolkmootHTTP,), {"handshake_seconds": handshake_seconds})
