"""No credential gets into a log, wherever it stands; what is not one stays readable."""

from __future__ import annotations

import secrets

import pytest

from service.watch.redaction import DEPTH_MAX, REDACTED, SECRET_NAMES, TEXT_MAX, encode_controls, plain, redact

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "line",
    [
        '127.0.0.1:1 - "WebSocket /ws?token=hunter2" [accepted]',
        "/chat/lobby?since=3&ticket=hunter2&epoch=1",
        "GET /ws?codec=json&access_token=hunter2 HTTP/1.1",
        "http://127.0.0.1:8000/setup#token=hunter2",
        "https://chat.example.org/signup#invite=hunter2",
        "grant_type=password&username=ann&password=hunter2",
        "grant_type=refresh_token&refresh_token=hunter2",
        '{"username": "ann", "password": "hunter2"}',
        '{"username":"ann","current_password":"hunter2","name":"Ann"}',
        "{'token': 'hunter2', 'username': 'ann'}",
        "NewAccount(username='ann', password='hunter2', name=None)",
        r'{"password": "a \" quote, hunter2"}',
        "Authorization: Bearer hunter2",
        "authorization: Basic aHVudGVyMg==hunter2",
        "[(b'authorization', b'Bearer hunter2'), (b'host', b'localhost')]",
        "[('cookie', 'folkmoot=hunter2')]",
        "Cookie: theme=dark; folkmoot=hunter2",
        "Set-Cookie: __Secure-folkmoot=hunter2; HttpOnly",
        "Sec-WebSocket-Protocol: folkmoot.v1, bearer.hunter2",
        "subprotocols=['folkmoot.v1', 'bearer.hunter2']",
        "1 validation error for Send\ntext\n  too long [type=x, input_value='hunter2', input_type=str]",
        "(sqlite3.IntegrityError) UNIQUE\n[SQL: INSERT INTO events]\n[parameters: ('hunter2', 1)]",
        "{'type': 'send', 'text': 'hunter2'}",
    ],
)
def test_a_secret_is_known_by_its_place(line: str) -> None:
    assert "hunter2" in line
    assert "hunter2" not in redact(line)
    assert REDACTED in redact(line)


@pytest.mark.parametrize(
    "secret",
    [
        JWT,
        "rt_s1a2041cec4581b7382109505399_0_U1UX-9YrHHVjJCHZBhjjXJHqJGVECQcQBI8T2Ot1m8Q",
        "tk_" + "Ab3_-xYz" * 4,
        "cs_" + "Ab3_-xYz" * 5,
        secrets.token_urlsafe(32),
        secrets.token_hex(16),
    ],
)
def test_a_secret_is_known_by_its_looks(secret: str) -> None:
    assert redact(f"something went wrong with {secret}, sorry") == f"something went wrong with {REDACTED}, sorry"


@pytest.mark.parametrize(
    "line",
    [
        "ann joined lobby",
        "a ticket was bought, and the token is good until noon",
        'GET /api/rooms/lobby/messages?before=17&limit=50 HTTP/1.1" 200',
        'File "/srv/folkmoot/service/chat/tokens.py", line 17, in verify',
        "TypeError: Hub.__init__() missing 1 required positional argument: 'terms'",
        "request=0b5265cc4ed7155e method=POST status=200 ms=104.6 address=127.0.0.1",
        "m1a2041cec45000001-00000a",
        "service.storage.database.SqlDatabase.write",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert redact(line) == line


def test_fields_are_hidden_by_their_names_at_any_depth() -> None:
    for name in SECRET_NAMES:
        assert plain({"outer": [{name.upper(): "hunter2"}]}) == {"outer": [{name.upper(): REDACTED}]}


def test_objects_are_logged_as_their_redacted_selves() -> None:
    assert plain({"error": ValueError(f"bad token {JWT}")}) == {"error": f"ValueError('bad token {REDACTED}')"}
    assert plain(b"Bearer hunter2") == f"b'Bearer {REDACTED}'"


def test_what_nests_deeper_than_anybody_reads_is_still_redacted() -> None:
    nested: object = JWT
    for _ in range(DEPTH_MAX * 3):
        nested = [nested]
    assert JWT not in str(plain(nested))


def test_numbers_and_nothing_stay_what_they_are() -> None:
    assert plain({"ms": 1.5, "status": 200, "ok": True, "code": None}) == {
        "ms": 1.5,
        "status": 200,
        "ok": True,
        "code": None,
    }


def test_a_text_without_end_is_cut() -> None:
    assert len(redact("a" * (TEXT_MAX * 3))) <= TEXT_MAX + 1


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("two\r\nlines", "two\\x0d\\x0alines"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("next\u2028line\x85", "next\\u2028line\\x85"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("half \ud800", "half \\ud800"),
        ("grüße 👋", "grüße 👋"),
    ],
)
def test_nothing_in_a_text_can_end_its_line_or_drive_a_terminal(text: str, encoded: str) -> None:
    assert encode_controls(text) == encoded
