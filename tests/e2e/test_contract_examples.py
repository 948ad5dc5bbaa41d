"""The examples in the contract are what the server really says: the same fields, of the same kinds.

Which calls, frames and codes the contract names is a law of its own; a page that names all of them can still show
answers that nobody gets.
"""

from __future__ import annotations

import json
import re
from typing import Any

from websockets.sync.client import connect

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS, ROOT

PAGE = (ROOT / "service/wire/PROTOCOL.md").read_text(encoding="utf-8")
EXAMPLES: list[dict[str, Any]] = [
    json.loads(code) for code in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]


def example(*names: str) -> dict[str, Any]:
    """The one example whose first fields are these."""
    (found,) = [shown for shown in EXAMPLES if tuple(shown)[: len(names)] == names]
    return found


def fields(value: Any) -> Any:
    """What is there, without what it says. The order of an object's fields means nothing."""
    if isinstance(value, dict):
        return {name: fields(item) for name, item in value.items()}
    return type(value).__name__


def test_the_token_endpoint_answers_as_shown(house: House) -> None:
    answer = house.sign_in("bob")
    shown = example("access_token")
    assert fields(answer) == fields(shown)
    assert (answer["scope"], answer["expires_in"]) == (shown["scope"], shown["expires_in"])


def test_a_user_a_room_a_member_and_a_message_are_as_shown(house: House) -> None:
    member = house.do("bob", "PUT", "/api/rooms/lobby/members/bob")
    said = {"text": example("id", "room")["text"], "nonce": example("id", "room")["nonce"]}
    message = house.do("bob", "POST", "/api/rooms/lobby/messages", said)
    room = house.do("bob", "GET", "/api/rooms/lobby")
    user = house.do("bob", "GET", "/api/users/bob")
    found = {("user", "name"): member, ("id", "room"): message, ("slug",): room, ("id", "username"): user}
    assert {names: fields(thing) for names, thing in found.items()} == {
        names: fields(example(*names)) for names in found
    }
    assert len(found) + 10 == len(EXAMPLES), "each example is compared with something"
    assert room["you"] == example("slug")["you"]
    assert len(message["id"]) == len(example("id", "room")["id"])


def test_permissions_and_a_connection_are_as_shown(house: House) -> None:
    """With a mute, by which the example is what it is."""
    house.do("bob", "PUT", "/api/rooms/lobby/members/bob")
    shown = example("user", "role")
    house.do("mo", "POST", "/api/rooms/lobby/sanctions", {"user": "bob", "kind": "mute", "reason": "spam"})
    found = house.do("mo", "GET", "/api/rooms/lobby/permissions?user=bob")
    assert fields(found) == fields(shown)
    assert found["can"] == shown["can"]
    (post,) = [action for action in found["actions"] if action["action"] == "post"]
    (shown_post,) = shown["actions"]
    for rule in shown_post["rules"]:
        (same,) = [one for one in post["rules"] if one["rule"] == rule["rule"]]
        assert fields(same) == fields(rule)
    assert fields(found["sanctions"][0]) == fields(shown["sanctions"][0])
    headers = {"Authorization": f"Bearer {house.token('bob')}"}
    with connect(house.socket_url, additional_headers=headers) as socket:
        socket.recv(PATIENCE_SECONDS)  # hello
        socket.send('{"type": "join", "id": "1", "room": "lobby"}')
        socket.recv(PATIENCE_SECONDS)
        (connection,) = house.do("mo", "GET", "/api/rooms/lobby/connections")["items"]
        assert fields(connection) == fields(example("id", "user", "since"))
        assert len(connection["id"]) == len(example("id", "user", "since")["id"])


def test_a_sanction_what_it_would_touch_its_undoing_and_its_row_are_as_shown(house: House) -> None:
    house.do("cyn", "PUT", "/api/rooms/lobby/members/cyn")
    mute = {"user": "cyn", "kind": "mute", "reason": "spam"}
    rehearsed = house.do("mo", "POST", "/api/rooms/lobby/sanctions?dry_run=true", mute)
    assert fields(rehearsed) == fields(example("dry_run"))
    bounded = house.do("mo", "POST", "/api/rooms/lobby/sanctions", {**mute, "until": "2099-01-01T00:00:00Z"})
    assert fields(bounded) == fields(example("id", "user", "kind"))
    endless = house.do("mo", "POST", "/api/rooms/lobby/sanctions", mute)
    (action,) = house.do("mo", "GET", "/api/moderation?room=lobby&limit=1")["items"]
    assert fields(action) == fields(example("id", "what"))
    (row,) = house.do("ann", "GET", "/api/audit?room=lobby&what=member.muted&limit=1")["items"]
    assert fields(row) == fields(example("seq", "at", "what"))
    assert len(row["hash"]) == len(example("seq", "at", "what")["hash"])
    house.do("mo", "DELETE", f"/api/rooms/lobby/sanctions/{endless['id']}")


def test_a_report_and_a_filter_are_as_shown(house: House) -> None:
    house.do("cyn", "PUT", "/api/rooms/lobby/members/cyn")
    message = house.do("cyn", "POST", "/api/rooms/lobby/messages", {"text": "you fool"})
    report = house.do("bob", "POST", f"/api/messages/{message['id']}/reports", {"reason": "insults me"})
    house.do("cyn", "DELETE", f"/api/messages/{message['id']}")
    closed = {"state": "closed", "resolution": "muted for a day"}
    handled = house.do("mo", "PATCH", f"/api/reports/{report['id']}", closed)
    shown = example("reporter")
    assert fields(handled) == fields(shown)
    assert fields(report) == {name: fields(shown[name]) for name in report}
    assert {"handler", "resolution", "reporter", "message", "now"} == set(shown) - set(report)
    wanted = {name: example("kind")[name] for name in ("kind", "pattern", "action", "reason")}
    added = house.do("mo", "POST", "/api/rooms/lobby/filters", wanted)
    assert fields(added) == fields(example("kind"))
    house.do("mo", "DELETE", f"/api/rooms/lobby/filters/{added['id']}")


def test_what_is_found_is_as_shown(house: House) -> None:
    shown = example("items", "next", "complete")
    (item,) = shown["items"]
    house.do("cyn", "PUT", "/api/rooms/lobby/members/cyn")
    house.do("cyn", "POST", "/api/rooms/lobby/messages", {"text": item["message"]["text"]})
    found = house.do("bob", "GET", "/api/search?q=hello&limit=1")
    assert fields(found["items"]) == fields(shown["items"])
    assert found["items"][0]["excerpt"] == item["excerpt"]
    assert set(found) == set(shown)


def test_a_refusal_on_a_socket_is_as_shown(house: House) -> None:
    sent, refused = re.findall(r'^(\{"type": "\w+", "id": "8".*?\})$', PAGE, re.MULTILINE | re.DOTALL)
    headers = {"Authorization": f"Bearer {house.token('bob')}"}
    with connect(house.socket_url, additional_headers=headers) as socket:
        socket.recv(PATIENCE_SECONDS)  # hello
        socket.send('{"type": "join", "id": "1", "room": "news"}')
        socket.recv(PATIENCE_SECONDS)
        socket.send(sent)
        answer, shown = json.loads(socket.recv(PATIENCE_SECONDS)), json.loads(refused)
        assert len(answer["why"].pop("since")) == len(shown["why"].pop("since"))
        assert answer == shown
