"""Close codes: their ranges are a client's rule, so each code must stand in the right one."""

from __future__ import annotations

import pytest

from service.chat.errors import CODES, Code
from service.wire.closes import CLOSES, Close, of_refused_handshake

REASON_BYTES_MAX = 123  # RFC 6455, section 5.5: a control frame has 125 bytes, two of which are the code


@pytest.mark.parametrize("close", Close)
def test_every_code_has_a_reason_that_fits(close: Close) -> None:
    reason = CLOSES[close]
    assert 0 < len(reason.text.encode()) <= REASON_BYTES_MAX


@pytest.mark.parametrize("close", [close for close in Close if close >= 4000])
def test_a_client_that_knows_only_the_ranges_does_the_right_thing(close: Close) -> None:
    assert 4000 <= close < 4300
    assert CLOSES[close].reconnect is (close < 4200)


def test_the_codes_are_those_of_the_contract() -> None:
    assert {int(close) for close in Close if close >= 4000} == {
        *(4000, 4001, 4002, 4003),
        *(4100, 4101),
        *(4200, 4201, 4202, 4203),
    }
    assert {int(close) for close in Close if close < 4000} == {1000, 1003, 1007, 1009, 1011, 1012, 1013}


@pytest.mark.parametrize(
    ("code", "expired", "close"),
    [
        (Code.BAD_FRAME, False, Close.PROTOCOL_ABUSE),
        (Code.UNAUTHENTICATED, False, Close.SESSION_REVOKED),
        (Code.UNAUTHENTICATED, True, Close.TOKEN_EXPIRED),
        (Code.ROLE_TOO_LOW, False, Close.NOT_ALLOWED),
        (Code.INSUFFICIENT_SCOPE, False, Close.NOT_ALLOWED),
        (Code.SUSPENDED, False, Close.SUSPENDED),
        (Code.NOT_FOUND, False, Close.NOT_ALLOWED),
        (Code.INVALID, False, Close.PROTOCOL_ABUSE),
        (Code.RATE_LIMITED, False, Close.TOO_FAST),
        (Code.UNAVAILABLE, False, Close.OVERLOAD),
        (Code.INTERNAL, False, Close.INTERNAL),
    ],
)
def test_a_browser_is_told_by_a_code_what_others_are_told_by_a_status(code: Code, expired: bool, close: Close) -> None:
    assert of_refused_handshake(code, CODES[code].status, expired) is close


def test_no_refusal_of_ours_is_told_as_a_fault_of_the_server() -> None:
    told = {code: of_refused_handshake(code, CODES[code].status, False) for code in Code}
    assert [code for code, close in told.items() if close is Close.INTERNAL] == [Code.TOO_LARGE, Code.INTERNAL]
