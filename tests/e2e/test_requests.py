"""Requests that no browser would send, or that a bad one would: refused with a 4xx that says why, in JSON, and with
nothing of what was sent in it."""

from __future__ import annotations

import httpx
import pytest

from tests.e2e.house import House
from tests.e2e.programs import PASSWORD
from tests.e2e.stranger import Stranger

WRONG_TRIES = 50
ELSEWHERE = "127.77.0.1"  # another network of this machine


def _ask(house: House, request: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body of the answer to these bytes."""
    with Stranger(house) as stranger:
        stranger.say(request)
        head = stranger.head()
        return int(head.split(b" ", 2)[1]) if head else 0, head, b"" if b"keep-alive" in head else stranger.rest()


def _get(house: House, target: bytes, *headers: bytes) -> tuple[int, bytes, bytes]:
    lines = [b"GET " + target + b" HTTP/1.1", b"Connection: close", *headers]
    if not any(line.lower().startswith(b"host:") for line in headers):
        lines.append(b"Host: 127.0.0.1:%d" % house.port)
    return _ask(house, b"\r\n".join(lines) + b"\r\n\r\n")


@pytest.mark.parametrize(
    "target",
    [
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/../../etc/passwd",
        b"/..%2f..%2fetc%2fpasswd",
        b"/static/../../../etc/passwd",
        b"/static/%2e%2e/%2e%2e/config.py",
        b"/static/..%5c..%5cconfig.py",
        b"/static//etc/passwd",
        b"//etc/passwd",
        b"//evil.example/",
        b"/%00",
        b"/static/app.js%00.html",
        b"/api/rooms/lobby%00",
        b"/api/users/..%2fann",
        b"/.env",
        b"/.git/config",
        b"/data/folkmoot.db",
        b"/%c0%ae%c0%ae/",
        b"/%ff",
        b"/api/rooms/%F0%9F%92%A9",
        b"/api/rooms/" + b"a" * 500,
    ],
)
def test_a_path_that_leads_elsewhere_leads_nowhere(house: House, target: bytes) -> None:
    status, _, body = _get(house, target, b"Authorization: Bearer " + house.token("ann").encode())
    assert status in (400, 404, 422)
    assert b"root:" not in body
    assert b"import" not in body


LOCAL = b"HTTP/1.1\r\nHost: 127.0.0.1\r\n"
SMUGGLED = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n"
MALFORMED = {
    "foreign host": (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", {421}),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", {400, 421}),
    "two hosts": (b"GET / " + LOCAL + b"Host: evil.example\r\n\r\n", {400, 421}),
    "foreign target": (b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", {400, 404, 421}),
    "100 KB of header": (b"GET / " + LOCAL + b"X-Long: " + b"a" * 100_000 + b"\r\n\r\n", {431}),
    "64 KB of path": (b"GET /" + b"a" * 65_536 + b" " + LOCAL + b"\r\n", {414}),
    "64 KB of query": (b"GET /?" + b"a" * 65_536 + b" " + LOCAL + b"\r\n", {414}),
    "a space in a header's name": (b"GET / " + LOCAL + b"Bad Header: a\r\n\r\n", {400}),
    "no header's name": (b"GET / " + LOCAL + b": a\r\n\r\n", {400}),
    "HTTP of the future": (b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n", {400, 505}),
    "NULs": (b"\0\0\0\0\r\n\r\n", {400}),
    "an unknown method": (b"BREW / " + LOCAL + b"\r\n", {400, 405}),
    "TRACE": (b"TRACE / " + LOCAL + b"\r\n", {400, 405}),
    "CONNECT": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", {400, 404, 405, 421}),
    "two lengths of a body": (b"POST /api/rooms " + LOCAL + SMUGGLED, {400, 401}),
    "two different lengths": (
        b"POST /api/rooms " + LOCAL + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        {400},
    ),
    "a negative length": (b"POST /api/setup " + LOCAL + b"Content-Length: -1\r\n\r\n", {400, 413}),
    "10 GB announced": (b"POST /api/setup " + LOCAL + b"Content-Length: 9999999999\r\n\r\n", {413}),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_request_is_refused(house: House, what: str) -> None:
    request, statuses = MALFORMED[what]
    status, head, body = _ask(house, request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    assert status in statuses
    assert b"content-type: application/problem+json" in head.lower()
    assert b"Traceback" not in body


def test_a_strangers_word_for_where_they_come_from_is_nothing(house: House) -> None:
    """Else everybody could choose whose bucket of wrong passwords is filled."""
    seen = set()
    for address in ("203.0.113.7", "198.51.100.9, 127.0.0.1"):
        answer = house.ask(
            None,
            "POST",
            "/oauth/token",
            data={"grant_type": "password", "username": "bob", "password": PASSWORD},
            headers={"X-Forwarded-For": address, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"},
        )
        own = house.ask(None, "GET", "/api/me/sessions", headers={"Authorization": f"Bearer {_access(answer)}"})
        seen |= {item["address"] for item in own.json()["items"]}
    assert seen == {"127.0.0.1"}


def _access(answer: httpx.Response) -> str:
    return str(answer.json()["access_token"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"slug": NaN}',
        b'{"slug": "a", "slug": "b"}',
        b'{"slug": "\\ud800"}',
        b'{"slug": "a\\u0000"}',
        b'{"slug": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"slug": ' + b"9" * 5_000 + b"}",
        b'{"slug": 1e999}',
        b"\xff\xfe",
        b'{"slug": "marked-slug-that-comes-back", "slow_mode": "marked-slow-mode"}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_bad_body_is_a_problem_that_does_not_repeat_it(house: House, body: bytes) -> None:
    answer = house.ask("cyn", "POST", "/api/rooms", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= answer.json().keys()
    assert "marked" not in answer.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "", "json"])
def test_a_body_is_json_and_says_so(house: House, kind: str) -> None:
    answer = house.ask("cyn", "POST", "/api/rooms", content=b'{"slug":"typed"}', headers={"Content-Type": kind})
    assert answer.status_code == 415


def test_passwords_are_not_told_back_by_the_answer_to_a_bad_form(house: House) -> None:
    answer = house.ask(None, "POST", "/api/users", {"username": "!", "password": "marked-password", "name": 7})
    assert answer.status_code == 422
    assert "marked-password" not in answer.text


@pytest.mark.parametrize(
    ("form", "error"),
    [
        (b"", "invalid_request"),
        (b"grant_type=password", "invalid_request"),
        (b"grant_type=password&username=bob", "invalid_request"),
        (b"grant_type=magic", "unsupported_grant_type"),
        (b"grant_type=authorization_code&code=1", "unsupported_grant_type"),
        (b"grant_type=password&grant_type=password&username=bob&password=x", "invalid_request"),
        (b"grant_type=password&username=bob&username=ann&password=x", "invalid_request"),
        (b"grant_type=password&username=bob&password=" + b"p" * 5_000, "invalid_grant"),
        (b"grant_type=password&username=bob%00&password=folkmoot-demo", "invalid_request"),
        (b"grant_type=password&username=%ff&password=folkmoot-demo", "invalid_request"),
        (b"grant_type=password&username=%ED%A0%80&password=x", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=rt_nonsense", "invalid_grant"),
        (b"grant_type=client_credentials", "invalid_client"),
        (b"grant_type=password&username=bob&password=folkmoot-demo&scope=root", "invalid_scope"),
        (b"&".join(b"a%d=1" % n for n in range(100)), "invalid_request"),
    ],
    ids=lambda value: repr(value[:70]) if isinstance(value, bytes) else value,
)
def test_a_bad_request_for_a_token_gets_the_error_of_rfc_6749(house: House, form: bytes, error: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = house.ask(None, "POST", "/oauth/token", content=form, headers=headers)
    assert answer.json()["error"] == error
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error_description"].isascii()


def test_the_token_endpoint_takes_posted_forms_alone(house: House) -> None:
    form = {"grant_type": "password", "username": "bob", "password": PASSWORD}
    assert house.ask(None, "GET", "/oauth/token").status_code == 405
    assert house.ask(None, "POST", "/oauth/token", form).json()["error"] == "invalid_request"
    in_query = house.ask(None, "POST", f"/oauth/token?username=bob&password={PASSWORD}&grant_type=password")
    assert in_query.json()["error"] == "invalid_request"


def test_unknown_wrong_and_suspended_get_one_answer(house: House) -> None:
    house.do("ann", "PATCH", f"/api/users/{house.person('sleeper')}", {"suspended": True})
    answers = []
    for username, password in (("nobody", PASSWORD), ("bob", "wrong password"), ("sleeper", PASSWORD)):
        form = {"grant_type": "password", "username": username, "password": password}
        answer = house.ask(None, "POST", "/oauth/token", data=form)
        kept = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
        answers.append((answer.status_code, answer.text, kept))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 400


def test_fifty_wrong_passwords_are_stopped_and_the_owner_still_gets_in(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """On a server of its own: whose address has tried too often may not sign in anybody else for a while."""

    def sign_in(username: str, password: str, from_: httpx.Client | None = None) -> httpx.Response:
        form = {"grant_type": "password", "username": username, "password": password}
        return (from_ or here).post(f"{house.url}/oauth/token", data=form)

    with (
        httpx.Client() as here,
        httpx.Client(transport=httpx.HTTPTransport(local_address=ELSEWHERE)) as elsewhere,
        House(tmp_path_factory.mktemp("guessed")) as house,
        house.unshaken(),
    ):
        assert sign_in("bob", PASSWORD, elsewhere).status_code == 200
        statuses = [sign_in("bob", f"guess {number}").status_code for number in range(WRONG_TRIES)]
        assert statuses == [400] * 10 + [429] * 40
        refused = sign_in("bob", PASSWORD)
        assert refused.status_code == 429, "from there, not even the right one"
        assert int(refused.headers["retry-after"]) > 0
        assert "error" in refused.json()
        assert sign_in("bob", PASSWORD, elsewhere).status_code == 200, "nobody can lock bob out"
        many = [sign_in(f"nobody{number}", "a guess").status_code for number in range(WRONG_TRIES)]
        assert many[-1] == 429, "nor does another name for each guess help"
        assert many.count(400) <= 30
