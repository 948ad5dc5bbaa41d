"""The way between a socket and a connection: every frame that RFC 6455 allows, and every one that it does not."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.frames import Opcode

from service.live.protocol import CLOSE_SECONDS
from tests.live.raw import BUFFER_BYTES, END, FRAME_MAX, HANDSHAKE, HANDSHAKE_S, Raw, masked, opened
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio

TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


async def test_a_message_is_heard_as_it_was_said() -> None:
    raw = await opened()
    raw.feed(masked(TEXT, b"hello"), masked(BINARY, b"\x00\xff"), masked(TEXT, b""))
    assert raw.ears.said == [(b"hello", False), (b"\x00\xff", True), (b"", False)]
    assert raw.ears.alive
    assert raw.ears.charged == 0


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, FRAME_MAX])
async def test_a_message_may_come_byte_by_byte(size: int) -> None:
    raw = await opened()
    payload = bytes(n % 256 for n in range(size))
    raw.feed(*(bytes([byte]) for byte in masked(BINARY, payload) * 2))
    assert raw.ears.said == [(payload, True)] * 2


async def test_many_messages_may_come_in_one_segment() -> None:
    raw = await opened()
    raw.feed(b"".join(masked(TEXT, f"{n}".encode()) for n in range(20_000)))
    assert [payload for payload, _ in raw.ears.said] == [f"{n}".encode() for n in range(20_000)]


async def test_fragments_are_one_message_also_with_a_ping_between() -> None:
    raw = await opened()
    raw.feed(
        masked(TEXT, b"a", fin=False),
        masked(PING, b"?"),
        masked(CONT, b"b", fin=False),
        masked(CONT, b"", fin=False),
        masked(CONT, b"c"),
        masked(TEXT, b"d"),
    )
    assert raw.ears.said == [(b"abc", False), (b"d", False)]
    (pong,) = raw.frames()
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"?")
    assert raw.ears.charged == 4, "the ping and each further piece count"


async def test_a_ping_is_answered_and_a_pong_is_not() -> None:
    raw = await opened()
    raw.feed(masked(PING, b"x" * 125), masked(PONG, b"y"), masked(PING))
    assert [bytes(frame.data) for frame in raw.frames()] == [b"x" * 125, b""]
    assert raw.ears.charged == 3
    assert raw.ears.said == []


BROKEN: dict[str, tuple[bytes, int]] = {
    "unmasked": (b"\x81\x05hello", 1002),
    "unmasked and empty": (b"\x81\x00", 1002),
    "unmasked ping": (b"\x89\x00", 1002),
    "reserved bit 1": (masked(TEXT, b"x", first=0xC1), 1002),
    "reserved bit 2": (masked(TEXT, b"x", first=0xA1), 1002),
    "reserved bit 3": (masked(TEXT, b"x", first=0x91), 1002),
    "reserved bit of a ping": (masked(PING, b"x", first=0xC9), 1002),
    "continuation of nothing": (masked(CONT, b"x"), 1002),
    "continuation of nothing, unfinished": (masked(CONT, b"x", fin=False), 1002),
    "a message within a message": (masked(TEXT, b"x", fin=False) + masked(TEXT, b"y"), 1002),
    "a long ping": (b"\x89\xfe\x00\x7e" + bytes(4 + 126), 1002),
    "a ping in pieces": (masked(PING, b"x", first=0x09), 1002),
    "a close in pieces": (masked(CLOSE, b"", first=0x08), 1002),
    "too large": (b"\x82\xfe" + (FRAME_MAX + 1).to_bytes(2, "big"), 1009),
    "very large": (b"\x82\xff" + (2**62).to_bytes(8, "big"), 1009),
    "larger than can be": (b"\x82\xff" + (2**64 - 1).to_bytes(8, "big"), 1009),
    "too large in pieces": (
        masked(BINARY, b"x" * FRAME_MAX, fin=False) + masked(CONT, b"y", fin=False) + masked(CONT, b"z"),
        1009,
    ),
    "half a close code": (masked(CLOSE, b"\x03"), 1002),
    "a close reason that is not UTF-8": (masked(CLOSE, b"\x03\xe8\xff"), 1007),
    **{f"opcode {opcode}": (masked(opcode, b"x"), 1002) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    **{
        f"close code {code}": (masked(CLOSE, code.to_bytes(2, "big")), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
    },
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_rule_ends_the_socket_with_its_code(name: str) -> None:
    data, code = BROKEN[name]
    raw = await opened()
    raw.feed(masked(TEXT, b"before"), data, masked(TEXT, b"after"))
    assert raw.close_code() == code
    assert [payload for payload, _ in raw.ears.said] == [b"before"]
    assert raw.ears.news[:1] == ["lost"]


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_rule_is_seen_byte_by_byte_too(name: str) -> None:
    data, code = BROKEN[name]
    raw = await opened()
    raw.feed(*(bytes([byte]) for byte in data))
    assert raw.close_code() == code


async def test_what_breaks_a_rule_is_answered_before_it_is_all_there() -> None:
    for data in (b"\x81\x7e", b"\xc1\xfe", b"\x83\x80", b"\x89\xfe", b"\x09\x80"):
        raw = await opened()
        raw.feed(data)
        assert raw.close_code() == 1002, data
    raw = await opened()
    raw.feed(b"\x82\xff" + (2**62).to_bytes(8, "big"))
    assert raw.close_code() == 1009


async def test_the_last_word_is_not_taken_back_by_a_reset() -> None:
    """Closing a socket on unread bytes resets it, and the peer loses what it was sent."""
    raw = await opened()
    raw.feed(b"\x82\xff" + (2**62).to_bytes(8, "big"))
    assert (raw.transport.half_closed, raw.transport.closing, raw.transport.reading) == (True, False, True)
    raw.feed(*[b"x" * 65_536] * 50)
    assert raw.protocol._partial is None, "what still comes is thrown away"
    await later(CLOSE_SECONDS + 0.1)
    assert raw.transport.aborted


@pytest.mark.parametrize("payload", [b"", b"\x03\xe8", b"\x03\xe8bye", b"\x0f\xa0", b"\x13\x87why"])
async def test_a_close_is_answered_in_kind(payload: bytes) -> None:
    raw = await opened()
    raw.feed(masked(CLOSE, payload), masked(TEXT, b"too late"))
    (close,) = raw.frames()
    assert (close.opcode, bytes(close.data)) == (Opcode.CLOSE, payload)
    assert raw.transport.closing
    await settle()
    assert raw.ears.said == []
    assert raw.ears.news == ["lost"]
    assert raw.state.connections == set()


async def test_our_close_is_answered_and_the_socket_is_closed_at_once() -> None:
    raw = await opened()
    raw.protocol.close(4101, "the session has ended")
    assert raw.close_code() == 4101
    raw.feed(masked(TEXT, b"was on its way"), masked(PING), masked(TEXT, b"in pieces", fin=False))
    assert not raw.transport.closing
    assert raw.frames() == [], "no pong after a close"
    raw.feed(masked(CLOSE, b"\x10\x05"))
    assert raw.transport.closing
    assert not raw.transport.aborted
    assert raw.ears.said == []


async def test_who_does_not_answer_our_close_is_aborted() -> None:
    raw = await opened()
    raw.protocol.close(4000, "too slow")
    raw.protocol.close(1012, "again")
    assert raw.close_code() == 4000
    await later(CLOSE_SECONDS - 1)
    assert not raw.transport.closing
    await later(2.0)
    assert raw.transport.aborted
    assert raw.ears.news == ["lost"]


async def test_a_close_is_read_for_though_reading_was_paused() -> None:
    raw = await opened()
    raw.protocol.pause_reading()
    assert not raw.transport.reading
    raw.protocol.close(4000, "too slow")
    assert raw.transport.reading


async def test_a_peer_that_does_not_read_is_known_to_be_slow() -> None:
    raw = await opened()
    assert raw.transport.limits == (BUFFER_BYTES, BUFFER_BYTES // 4)
    raw.protocol.pause_writing()
    raw.protocol.resume_writing()
    assert raw.ears.news == ["slowed", "quickened"]


async def test_our_ping_is_a_ping() -> None:
    raw = await opened()
    raw.protocol.ping()
    (ping,) = raw.frames()
    assert (ping.opcode, bytes(ping.data)) == (Opcode.PING, b"")
    raw.protocol.close(1000, "bye")
    raw.answer()
    raw.protocol.ping()
    assert raw.answer() == b""


async def test_when_the_server_stops_nobody_holds_it_up() -> None:
    raw = await opened()
    raw.protocol.shutdown()
    assert raw.close_code() == 1012
    await later(1.1)
    assert raw.transport.aborted


async def test_the_end_of_the_transport_is_told_once() -> None:
    raw = await opened()
    raw.protocol.connection_lost(ConnectionResetError())
    await settle()
    assert raw.ears.news == ["lost"]


# The handshake


async def _never(scope: Any, receive: Any, send: Any) -> None:
    while True:
        await receive()


async def test_a_handshake_that_is_not_answered_in_time_is_hung_up_on() -> None:
    raw = Raw(_never)
    raw.feed(HANDSHAKE + END)
    await later(HANDSHAKE_S - 1)
    assert not raw.transport.closing
    await later(2.0)
    assert raw.transport.aborted


async def test_half_a_handshake_is_hung_up_on() -> None:
    raw = Raw()
    raw.feed(HANDSHAKE)
    await later(HANDSHAKE_S + 0.1)
    assert raw.transport.aborted


async def test_a_handshake_that_was_answered_has_no_deadline_any_more() -> None:
    raw = await opened()
    await later(HANDSHAKE_S * 3)
    assert not raw.transport.closing


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HANDSHAKE + b"X-Long: " + b"x" * 9_000 + b"\r\n" + END, b"431"),
        (HANDSHAKE + b"".join(b"X-%d: y\r\n" % n for n in range(300)) + END, b"431"),
        (HANDSHAKE.replace(b"/ws", b"/ws?" + b"x" * 9_000) + END, b"414"),
        (HANDSHAKE.replace(b"/ws", b"/w\xc3\xa9") + END, b"400"),
        (HANDSHAKE + b"no colon here\r\n" + END, b"400"),
        (HANDSHAKE.replace(b"13", b"12") + END, b"400"),
        (HANDSHAKE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"short") + END, b"400"),
    ],
)
async def test_a_handshake_that_can_not_be_read_is_answered(request_: bytes, status: bytes) -> None:
    raw = Raw()
    raw.feed(request_, b"more")
    await settle()
    assert raw.answer().startswith(b"HTTP/1.1 " + status)
    assert raw.transport.closing


async def test_a_refusal_completes_the_handshake() -> None:
    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no"})

    raw = Raw(refuse)
    raw.feed(HANDSHAKE + END)
    await settle()
    answer = raw.answer()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert answer.endswith(b"no")
    assert raw.transport.closing


async def test_what_goes_wrong_with_a_frame_closes_the_socket_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The event loop would abort the transport, and the client would not know what to think."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    raw = await opened()
    monkeypatch.setattr(raw.protocol, "_receive", fail)
    raw.feed(masked(TEXT, b"marked"))
    assert raw.close_code() == 1011
    assert raw.ears.news == ["lost"]
    assert [record.getMessage() for record in caplog.records if record.exc_info] == ["a frame could not be taken"]
    assert "marked" not in caplog.text
    await later(CLOSE_SECONDS + 1)
    assert raw.transport.aborted


async def test_an_application_can_close_what_it_has_handed_over() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await raw._take_over(scope, receive, send)
        await send({"type": "websocket.close", "code": 1011, "reason": "something went wrong on our side"})

    raw = Raw(app)
    raw.feed(HANDSHAKE + END)
    await settle()
    raw.transport.sent[:] = raw.transport.sent.partition(END + END)[2]
    assert raw.close_code() == 1011
