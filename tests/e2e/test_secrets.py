"""At its most talkative, the server's log holds no credential and no word of anybody's, whatever way they came.

Every secret that this test gives or is given is looked for in the log in the end, and so is a mark in all that is said.
"""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.e2e.house import House
from tests.e2e.line import Line
from tests.e2e.programs import PASSWORD
from tests.e2e.stranger import TEXT, Stranger, let_in

pytestmark = pytest.mark.anyio

MARK = "marked-word-7f3a"
OWN_PASSWORD = f"{MARK} an owl at the moot"


class Secrets:
    """What must not be found."""

    def __init__(self) -> None:
        self.known: set[str] = {MARK, PASSWORD}

    def keep(self, *secrets: str) -> None:
        """These, also as they look in a URL, in Basic, and by their last part, which is the secret one of a token."""
        for secret in secrets:
            pair = base64.b64encode(f":{secret}".encode()).decode()
            self.known |= {secret, quote(secret), pair[4:-4], secret.rpartition(".")[2]}


async def test_no_log_line_tells_a_secret(tmp_path: Path) -> None:
    with House(tmp_path, "--log-level", "debug") as house:
        secrets = Secrets()
        _accounts(house, secrets)
        tokens = _tokens(house, secrets)
        _refused(house, tokens)
        _sockets(house, secrets, tokens["access_token"])
        async with Line(house, "bob") as bob:
            await bob.join("lobby")
            await bob.send("lobby", f"{MARK} in a message", nonce=MARK)
            await bob.ask("send", room=MARK, text=MARK, reply_to=MARK)
            await bob.ask("auth", token=tokens["access_token"])
            await bob.ask("auth", token=f"{MARK}.{MARK}.{MARK}")
            await bob.ask(MARK, text=MARK)
        house.do("bob", "POST", "/api/rooms/lobby/messages", {"text": f"{MARK} by letter"})
        house.ask("bob", "POST", "/api/rooms/lobby/messages", {"text": MARK, "reply_to": MARK})
        assert house.stop() == 0
        assert " debug " in house.log, "it was as talkative as it can be"
        assert house.log.count("answered") > 20, "and has noted all that was asked"
        found = {secret for secret in secrets.known if secret and secret in house.log}
        assert found == set()
        house.require_calm()


def _accounts(house: House, secrets: Secrets) -> None:
    invite = house.do("ann", "POST", "/api/invites", {})
    body = {"username": "newcomer", "password": OWN_PASSWORD, "invite": invite["code"], "name": MARK}
    assert house.ask(None, "POST", "/api/users", body).status_code == 201
    assert house.ask(None, "POST", "/api/users", body).status_code in (403, 409)
    unused = house.do("ann", "POST", "/api/invites", {})
    house.do("ann", "DELETE", f"/api/invites/{unused['code']}")
    link = house.do("ann", "POST", "/api/users/newcomer/password-reset")["link"]
    reset = link.partition("#token=")[2]
    for password in ("short", f"{OWN_PASSWORD} again", OWN_PASSWORD):  # the third finds the link used up
        house.ask(None, "POST", "/api/password-reset", {"token": reset, "password": password})
    changed = {"password": f"{OWN_PASSWORD} anew", "current_password": f"{MARK} wrong"}
    house.ask("bob", "PATCH", "/api/me", changed)
    house.ask(None, "POST", "/api/setup", {"token": MARK, "username": "eve", "password": OWN_PASSWORD})
    secrets.keep(invite["code"], unused["code"], reset)


def _tokens(house: House, secrets: Secrets) -> dict[str, str]:
    tokens = house.sign_in("newcomer", f"{OWN_PASSWORD} again")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    fresh = house.ask(None, "POST", "/oauth/token", data=form).json()
    with httpx.Client() as browser:
        form = {"grant_type": "password", "username": "newcomer", "password": f"{OWN_PASSWORD} again"}
        headers = {"Folkmoot-Cookie": "1", "Origin": house.url}
        answer = browser.post(f"{house.url}/oauth/token", data=form, headers=headers)
        cookie = answer.cookies["folkmoot"]
    secrets.keep(tokens["access_token"], tokens["refresh_token"], fresh["access_token"], fresh["refresh_token"])
    secrets.keep(answer.json()["access_token"], cookie)
    for form in ({"token": fresh["refresh_token"]}, {"token": MARK}):
        house.ask(None, "POST", "/oauth/introspect", data=form, auth=("client", MARK))
    return {"access_token": fresh["access_token"], "refresh_token": fresh["refresh_token"]}


def _refused(house: House, tokens: dict[str, str]) -> None:
    """What goes wrong is where secrets get into logs."""
    wrong = {"grant_type": "password", "username": MARK, "password": OWN_PASSWORD}
    house.ask(None, "POST", "/oauth/token", data=wrong)
    house.ask(None, "POST", "/oauth/token", data={"grant_type": MARK, "client_secret": MARK})
    house.ask(None, "POST", f"/oauth/token?password={MARK}")
    house.ask(None, "POST", "/oauth/token", data={"grant_type": "client_credentials"}, auth=("client", MARK))
    house.ask(None, "GET", f"/{MARK}?token={tokens['access_token']}")
    house.ask(None, "GET", f"/api/rooms?access_token={tokens['access_token']}&cursor={MARK}")
    for value in (f"Bearer {MARK}.{MARK}.{MARK}", f"Basic {MARK}", f"Bearer {tokens['refresh_token']}", MARK):
        house.ask(None, "GET", "/api/me", headers={"Authorization": value, "Cookie": f"folkmoot={MARK}"})
    for body in (f'{{"text": "{MARK}"', f'["{MARK}"]', f'{{"text": 7, "nonce": "{MARK * 9}"}}', f'{{"{MARK}": NaN}}'):
        headers = {"Content-Type": "application/json", "Referer": f"{house.url}/reset#token={MARK}"}
        house.ask("bob", "POST", "/api/rooms/lobby/messages", content=body.encode(), headers=headers)


def _sockets(house: House, secrets: Secrets, token: str) -> None:
    ticket = house.ask("bob", "POST", "/api/tickets").json()["ticket"]
    secrets.keep(ticket)
    paths = [f"/ws?token={token}", f"/chat/lobby?token={token}&codec=text", f"/ws?ticket={ticket}"]
    paths += [f"/ws?ticket={ticket}", f"/ws?token={MARK}", f"/chat/none?token={token}", f"/ws?token={token}&token=a"]
    paths += [f"/ws?Token={token}", f"/ws?t=%26token={token}", f"/ws/{token}"]
    for path in paths:
        with Stranger(house) as stranger:
            stranger.handshake(path)
            assert stranger.status() in (101, 400, 401, 404)
    with Stranger(house) as stranger:
        stranger.handshake("/ws", None, b"Sec-WebSocket-Protocol: folkmoot.v1, bearer." + token.encode())
        assert stranger.status() == 101
    with Stranger(house) as stranger:
        stranger.handshake("/ws?a=" + "b" * 20_000, token)
        stranger.status()
    with let_in(house, "cyn") as cyn:
        cyn.frame(TEXT, f'{{"type":"send","id":"1","room":"lobby","text":"{MARK}'.encode())
        cyn.frame(0x2, MARK.encode())
        assert cyn.close_code() == 1003
