"""Whoever keeps the server waiting is waited for only so long. This server's patience is short, and its end is what
one waits for: no test sits a time out."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS
from tests.e2e.stranger import PING, PONG, TEXT, Stranger, let_in

HANDSHAKE_SECONDS = 0.5
BYTE_EVERY_SECONDS = 0.05
GIVEN_UP = (4001).to_bytes(2, "big")


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server whose patience is short."""
    settings = {"handshake_seconds": HANDSHAKE_SECONDS, "body_seconds": 0.5, "heartbeat_seconds": 1}
    with House(tmp_path_factory.mktemp("brisk"), **settings) as house:
        yield house


@pytest.mark.parametrize(
    "beginning",
    [b"", b"GET /ws HTT", b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: webso", b"\x16\x03\x01\x02\x00\x01\x00"],
    ids=["silence", "half a line", "half a handshake", "TLS"],
)
def test_half_a_handshake_is_hung_up_on(house: House, beginning: bytes) -> None:
    with Stranger(house) as stranger:
        stranger.say(beginning)
        assert stranger.status() in (0, 400)


def test_a_byte_now_and_then_buys_no_time(house: House) -> None:
    with Stranger(house) as stranger:
        began, gone = time.monotonic(), False
        request = b"GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * int(PATIENCE_SECONDS / BYTE_EVERY_SECONDS)
        for byte in request:
            stranger.say(bytes([byte]))
            if gone := stranger.gone(BYTE_EVERY_SECONDS):
                break
        assert gone
        assert time.monotonic() - began > HANDSHAKE_SECONDS / 2, "it was the deadline, not a dislike of the bytes"


def test_half_a_body_is_answered_and_hung_up_on(house: House) -> None:
    with Stranger(house) as stranger:
        stranger.say(
            b"POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % house.port
            + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant_"
        )
        assert stranger.status() == 408
        assert stranger.rest().startswith(b"{")


def test_who_gives_no_sign_of_life_is_given_up_and_who_gives_one_is_not(house: House) -> None:
    with let_in(house, "bob") as alive, let_in(house, "cyn") as silent:
        beats = 0
        while not silent.heard(GIVEN_UP):
            found = alive.next_frame()
            assert found == (PING, b"")
            alive.frame(PONG, b"")
            beats += 1
            assert beats < 30
        alive.frame(TEXT, b'{"type":"ping","id":"1"}')
        replies = [alive.next_frame(), alive.next_frame()]
        assert (TEXT, b'{"type":"ok","id":"1"}') in replies
        assert silent.close_code() == 4001
