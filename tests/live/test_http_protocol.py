"""HTTP below the application: what can't be read, what has no end, and what comes too late. Bytes in, bytes out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from service.live.http_protocol import CLOSE_SECONDS, HEAD_BYTES, URL_BYTES, FolkmootHTTP, http_protocol
from tests.live.raw import Transport
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio

HEAD_SECONDS = 10.0
SLOW_SECONDS = 30.0  # without a byte taken in
SEGMENT = 16_384  # bytes that come at once
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"\r\n"


class Line:
    """One connection to a server that answers what it was sent. ``heard``: the bodies of whole requests."""

    def __init__(self) -> None:
        config = uvicorn.Config(self._echo, interface="asgi3", log_config=None, proxy_headers=False)
        config.load()
        self.heard: list[bytes] = []
        self.hung_up = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        loop = asyncio.get_running_loop()
        state = ServerState()
        state.default_headers = [(b"date", b"Sun, 06 Nov 1994 08:49:37 GMT")]
        self.protocol: FolkmootHTTP = http_protocol(HEAD_SECONDS, SLOW_SECONDS)(config, state, {}, loop)
        self.transport = Transport(loop, self.protocol)
        self.protocol.connection_made(self.transport)

    async def _echo(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.hung_up += 1
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.heard.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await self.go_on.wait()
        await send({"type": "http.response.body", "body": b"ok"})

    async def say(self, data: bytes, segment: int = SEGMENT) -> None:
        """Send these bytes, in pieces as a network would cut them."""
        for at in range(0, len(data), segment):
            if not self.transport.closing:
                self.protocol.data_received(data[at : at + segment])
        await settle()

    @property
    def sent(self) -> bytes:
        """All that came back."""
        return bytes(self.transport.sent)

    def refused(self) -> tuple[int, str]:
        """The status and the code of the one answer there was, which was the last of the connection."""
        head, _, body = self.sent.partition(END + END)
        assert self.transport.half_closed, "the client must be able to read it, whatever of its own was not read"
        assert b"content-type: application/problem+json" in head
        assert b"connection: close" in head
        assert b"date: " in head
        problem = json.loads(body)
        assert head.startswith(f"HTTP/1.1 {problem['status']} {problem['title']}".encode())
        assert problem["detail"].endswith(".")
        return problem["status"], problem["code"]


@pytest.fixture
async def line() -> Line:
    return Line()


async def test_a_request_is_answered_however_it_is_cut(line: Line) -> None:
    await line.say(GET + END, segment=1)
    await line.say(GET + END)
    await line.say(POST + b"2\r\nhi\r\n0\r\n\r\n", segment=1)
    assert line.heard == [b"", b"", b"hi"]
    assert line.sent.count(b"200 OK") == 3


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x00\x00\x00\x00\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nBad Header: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_told_so(line: Line, nonsense: bytes) -> None:
    await line.say(nonsense)
    assert line.refused() == (400, "bad_frame")
    assert line.heard == []


@pytest.mark.parametrize("segment", [1_000, SEGMENT, 262_144])
@pytest.mark.parametrize("ended", [True, False])
async def test_a_header_of_a_hundred_thousand_bytes_is_too_long(line: Line, segment: int, *, ended: bool) -> None:
    await line.say(GET + b"X-Long: " + b"a" * 100_000 + (END + END if ended else b""), segment)
    if ended or segment < HEAD_BYTES:
        assert line.refused() == (431, "too_large")
    await line.say(b"a" * (HEAD_BYTES + 1), segment)
    assert line.refused() == (431, "too_large"), "no more is kept than one segment beyond the bound"
    assert line.heard == []


async def test_many_short_headers_are_too_long_together(line: Line) -> None:
    await line.say(GET + b"".join(b"X-%d: a\r\n" % number for number in range(10_000)) + END)
    assert line.refused() == (431, "too_large")


@pytest.mark.parametrize("target", [b"/" + b"a" * 65_536, b"/?" + b"a" * 65_536])
async def test_an_address_of_64_kilobytes_is_too_long(line: Line, target: bytes) -> None:
    await line.say(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert line.refused() == (414, "too_large")


async def test_what_is_long_and_within_the_bounds_is_answered(line: Line) -> None:
    target = b"/?" + b"a" * (URL_BYTES - 2)
    await line.say(b"GET " + target + b" HTTP/1.1\r\nX-Long: " + b"a" * (HEAD_BYTES - URL_BYTES - 20) + END + END)
    assert line.heard == [b""]


async def test_a_body_is_for_the_application_to_bound_also_in_the_smallest_chunks(line: Line) -> None:
    body = b"b" * (2 * HEAD_BYTES)
    await line.say(POST + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
    await line.say(POST + b"1\r\nb\r\n" * HEAD_BYTES + b"0\r\n\r\n")
    assert [len(heard) for heard in line.heard] == [2 * HEAD_BYTES, HEAD_BYTES]


@pytest.mark.parametrize("endless", [b"X-More: a\r\n" * 20_000, b"X-More: " + b"a" * 200_000])
async def test_trailers_without_end_are_cut_off(line: Line, endless: bytes) -> None:
    await line.say(POST + b"2\r\nhi\r\n0\r\n" + endless)
    assert line.refused() == (431, "too_large")
    assert line.hung_up == 1


async def test_many_requests_in_one_segment_are_no_long_one(line: Line) -> None:
    one = GET + b"X-Long: " + b"a" * 8_000 + END + END
    await line.say(one * 20 + GET, segment=1_000_000)
    await line.say(END)
    assert len(line.heard) == 21


async def test_after_a_refusal_nothing_is_read_and_the_connection_ends_soon(line: Line) -> None:
    await line.say(b"nonsense\r\n\r\n")
    sent = line.sent
    await line.say(GET + END)
    assert line.heard == []
    assert line.sent == sent
    await later(CLOSE_SECONDS - 1)
    assert not line.transport.aborted
    await later(2)
    assert line.transport.aborted


async def test_a_body_that_breaks_off_in_nonsense_is_told_to_the_application(line: Line) -> None:
    await line.say(POST + b"2\r\nhi\r\nnonsense")
    assert line.refused() == (400, "bad_frame")
    assert (line.heard, line.hung_up) == ([], 1)


async def test_an_answer_that_has_begun_is_not_mixed_with_another(line: Line) -> None:
    line.go_on.clear()
    await line.say(GET + END)
    begun = line.sent
    assert begun.startswith(b"HTTP/1.1 200 OK")
    await line.say(b"nonsense\r\n\r\n")
    line.go_on.set()
    await settle()
    assert line.sent == begun
    assert line.transport.closing


async def test_half_a_head_is_not_waited_for_for_ever(line: Line) -> None:
    await line.say(GET)
    await later(HEAD_SECONDS + 1)
    assert line.transport.aborted


async def test_who_takes_in_nothing_is_not_waited_for_and_who_is_slow_is(line: Line) -> None:
    unread = [100_000]
    line.transport.get_write_buffer_size = lambda: unread[0]  # type: ignore[method-assign]
    line.go_on.clear()
    await line.say(GET + END)
    line.protocol.pause_writing()
    for left in (90_000, 80_000, 70_000):
        unread[0] = left
        await later(SLOW_SECONDS)
        assert not line.transport.aborted, "slow is no stall"
    await later(SLOW_SECONDS)
    assert line.transport.aborted


async def test_who_has_caught_up_has_all_the_time_there_is(line: Line) -> None:
    line.transport.get_write_buffer_size = lambda: 100_000  # type: ignore[method-assign]
    line.go_on.clear()
    await line.say(GET + END)
    line.protocol.pause_writing()
    await later(SLOW_SECONDS - 0.1)
    line.protocol.resume_writing()
    await later(SLOW_SECONDS * 3)
    assert not line.transport.aborted
