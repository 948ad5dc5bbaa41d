"""What breaks the rules of RFC 6455, or uses them to tire the server out, is ended by the right code in bounded time,
and nobody else notices. Deadlines have a page of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from service.config import Settings
from tests.e2e.house import House
from tests.e2e.stranger import BINARY, CLOSE, CONTINUATION, PING, TEXT, Stranger, frame, head, let_in

FRAME_BYTES = 65_536
AT_ONCE = 5.0  # seconds, for a busy machine; what is answered "at once" is usually answered in a millisecond
PING_COMMAND = b'{"type":"ping","id":"1"}'


@pytest.fixture
def peer(house: House) -> Iterator[Stranger]:
    """A stranger whom the server takes for bob, with the hello behind them."""
    with let_in(house, "bob") as stranger:
        yield stranger


BROKEN = {
    "unmasked": (frame(TEXT, PING_COMMAND, masked=False), 1002),
    **{f"reserved bit {rsv}": (frame(TEXT, PING_COMMAND, rsv=rsv), 1002) for rsv in (1, 2, 4)},
    **{f"opcode {code}": (frame(code, b"x"), 1002) for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "stray continuation": (frame(CONTINUATION, b"x"), 1002),
    "a message within a message": (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), 1002),
    "long ping": (frame(PING, b"x" * 126), 1002),
    "ping in pieces": (frame(PING, b"x", fin=False), 1002),
    "half a close code": (frame(CLOSE, b"\x03"), 1002),
    **{f"close code {code}": (frame(CLOSE, code.to_bytes(2, "big")), 1002) for code in (0, 999, 1005, 1006, 5000)},
    "close reason that is no UTF-8": (frame(CLOSE, b"\x03\xe8\xff\xfe"), 1007),
    "text that is no UTF-8": (frame(TEXT, b"\xff\xfe"), 1007),
    "a surrogate in UTF-8": (frame(TEXT, b'"\xed\xa0\x80"'), 1007),
    "no UTF-8 across pieces": (frame(TEXT, b"\xc3", fin=False) + frame(CONTINUATION, b"\x28"), 1007),
    "a binary frame for JSON": (frame(BINARY, PING_COMMAND), 1003),
    "one byte too much": (frame(TEXT, b"a" * (FRAME_BYTES + 1)), 1009),
    "one byte too much in pieces": (frame(TEXT, b"a" * FRAME_BYTES, fin=False) + frame(CONTINUATION, b"a"), 1009),
    "a length of 2^62": (head(TEXT, 2**62), 1009),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_ends_the_socket_with_its_code(peer: Stranger, rule: str) -> None:
    data, code = BROKEN[rule]
    began = time.monotonic()
    peer.say(data)
    assert peer.close_code() == code
    assert time.monotonic() - began < AT_ONCE


def test_a_frame_at_the_limit_is_read_whole_and_in_pieces(peer: Stranger) -> None:
    command = b'{"type":"ping","id":"whole","pad":"%b"}'
    whole = command % (b"a" * (FRAME_BYTES - len(command) + 2))
    assert len(whole) == FRAME_BYTES
    peer.frame(TEXT, whole)
    assert peer.next_frame() == (TEXT, b'{"type":"ok","id":"whole"}')
    data = frame(TEXT, b'{"type":"ping",', fin=False) + frame(PING, b"between") + frame(CONTINUATION, b'"id":"pieces"}')
    for at in range(len(data)):  # one byte at a time: every boundary is hit
        peer.say(data[at : at + 1])
    assert peer.next_frame() == (0xA, b"between")
    assert peer.next_frame() == (TEXT, b'{"type":"ok","id":"pieces"}')


def test_a_close_is_answered_with_its_own_code(peer: Stranger) -> None:
    peer.frame(CLOSE, (1000).to_bytes(2, "big") + b"bye")
    assert peer.close_code() == 1000
    assert peer.rest() == b"", "and the connection ends"


@pytest.mark.parametrize(
    "flood",
    [
        frame(PING, b"x"),
        frame(TEXT, PING_COMMAND),
        frame(TEXT, b"not json"),
        frame(TEXT, b""),
        frame(TEXT, b'{"type":"join","id":"1","room":"none-such"}'),
        frame(TEXT, b'{"type":"send","id":"1","room":"lobby","text":"spam"}'),
    ],
    ids=["pings", "commands", "bad frames", "empty frames", "joins", "sends"],
)
def test_a_flood_is_closed_and_nobody_else_waits_for_it(house: House, flood: bytes) -> None:
    with let_in(house, "bob") as flooder, let_in(house, "cyn") as other:
        flooder.say(flood * 2_000)
        waits = []
        for _ in range(20):
            began = time.monotonic()
            other.frame(TEXT, PING_COMMAND)
            assert other.next_frame() == (TEXT, b'{"type":"ok","id":"1"}')
            waits.append(time.monotonic() - began)
        print(f"the other waited {max(waits) * 1000:.1f} ms at most")
        assert max(waits) < AT_ONCE
        assert flooder.close_code() == 4002


def test_a_socket_over_ones_number_is_429_and_one_less_makes_place(house: House) -> None:
    house.person("hoarder")
    lines = [let_in(house, "hoarder") for _ in range(Settings.model_fields["connections_per_user"].default)]
    try:
        with Stranger(house) as one_more:
            one_more.handshake("/ws", house.token("hoarder"))
            head = one_more.head()
            assert head.startswith(b"HTTP/1.1 429")
            assert b"retry-after:" in head.lower()
        lines.pop().hang_up()
        deadline = time.monotonic() + AT_ONCE
        status = 429
        while status == 429 and time.monotonic() < deadline:  # until the server has seen the other one go
            with Stranger(house) as again:
                again.handshake("/ws", house.token("hoarder"))
                status = again.status()
        assert status == 101
    finally:
        for line in lines:
            line.hang_up()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "file://"])
def test_a_page_from_elsewhere_gets_no_socket(house: House, origin: str) -> None:
    with Stranger(house) as page:
        page.handshake("/ws", house.token("bob"), b"Origin: " + origin.encode())
        assert page.status() == 403


@pytest.mark.parametrize(
    "origin",
    ["http://127.0.0.1:{port}.evil.example", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "HTTP://a@127.0.0.1:1"],
)
def test_a_look_alike_of_our_origin_gets_no_socket(house: House, origin: str) -> None:
    with Stranger(house) as page:
        page.handshake("/ws", house.token("bob"), b"Origin: " + origin.format(port=house.port).encode())
        assert page.status() == 403


def test_a_page_of_our_own_learns_why_it_was_notlet_in(house: House) -> None:
    own = f"Origin: {house.url}".encode()
    codes = {}
    for path, token in [("/ws", None), ("/ws", "no.to.ken"), ("/chat/none", "bob"), ("/chat/staff", "bob")]:
        with Stranger(house) as page:
            page.handshake(path, house.token("bob") if token == "bob" else token, own)
            assert page.status() == 101
            codes[path, token] = page.close_code()
    assert codes == {
        ("/ws", None): 4101,
        ("/ws", "no.to.ken"): 4101,
        ("/chat/none", "bob"): 4202,
        ("/chat/staff", "bob"): 4202,
    }


@pytest.mark.parametrize(
    ("lines", "statuses"),
    [
        ([b"X-Long: " + b"a" * 100_000], {400, 431}),
        ([b"X-%d: a" % n for n in range(2_000)], {400, 431}),
        ([b"Sec-WebSocket-Key: short"], {400}),
        ([b"Host: evil.example"], {400, 421}),
    ],
    ids=["100 KB in a line", "2,000 lines", "two keys", "two hosts"],
)
def test_a_handshake_that_is_too_much_is_refused(house: House, lines: list[bytes], statuses: set[int]) -> None:
    with Stranger(house) as stranger:
        stranger.handshake("/ws", house.token("bob"), *lines)
        assert stranger.status() in statuses


def test_a_handshake_without_what_makes_one_is_refused(house: House) -> None:
    host = f"Host: 127.0.0.1:{house.port}".encode()
    upgrade = [b"GET /ws HTTP/1.1", host, b"Upgrade: websocket", b"Connection: Upgrade"]
    for lines, statuses in [
        (upgrade, {400}),  # no key
        ([*upgrade, b"Sec-WebSocket-Version: 8", b"Sec-WebSocket-Key: " + b"A" * 22 + b"=="], {400, 426}),
        ([b"POST /ws HTTP/1.1", *upgrade[1:], b"Sec-WebSocket-Version: 13"], {400, 405}),
        ([b"GET /ws HTTP/1.1", host], {404, 405, 426}),  # no upgrade at all
    ]:
        with Stranger(house) as stranger:
            stranger.say(b"\r\n".join(lines) + b"\r\n\r\n")
            assert stranger.status() in statuses, lines
