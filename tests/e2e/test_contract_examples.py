"""The examples in the contract are what the server really says: the same fields, of the same kinds.

Which calls, frames and codes the contract names is a law of its own; a page that names all of them can still show
answers that nobody gets.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from PIL import Image
from websockets.sync.client import connect

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS, ROOT

PAGE = (ROOT / "service/wire/PROTOCOL.md").read_text(encoding="utf-8")
EXAMPLES: list[dict[str, Any]] = [
    json.loads(code) for code in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]


COMPARED = 20  # examples on the page
MESSAGE = ("id", "room", "seq", "author", "text")  # what every message begins with


def example(*names: str) -> dict[str, Any]:
    """The one example whose first fields are these."""
    (found,) = [shown for shown in EXAMPLES if tuple(shown)[: len(names)] == names]
    return found


def message_with(name: str) -> dict[str, Any]:
    """The one example of a message that has this field."""
    (found,) = [shown for shown in EXAMPLES if tuple(shown)[: len(MESSAGE)] == MESSAGE and name in shown]
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
    shown = message_with("nonce")
    said = {"text": shown["text"], "nonce": shown["nonce"]}
    message = house.do("bob", "POST", "/api/rooms/lobby/messages", said)
    room = house.do("bob", "GET", "/api/rooms/lobby")
    user = house.do("bob", "GET", "/api/users/bob")
    found = {("user", "name"): member, ("slug",): room, ("id", "username"): user}
    assert {names: fields(thing) for names, thing in found.items()} == {
        names: fields(example(*names)) for names in found
    }
    assert fields(message) == fields(shown)
    own = example("slug")["you"]
    assert (room["you"]["role"], room["you"]["can"]) == (own["role"], own["can"])
    assert len(message["id"]) == len(shown["id"])


def test_what_hangs_on_a_message_is_as_shown(house: House) -> None:
    for who in ("mo", "cyn"):
        house.do(who, "PUT", f"/api/rooms/lobby/members/{who}")
    shown, shown_reply = message_with("thread"), message_with("root")
    message = house.do("bob", "POST", "/api/rooms/lobby/messages", {"text": "hello"})
    path = f"/api/messages/{message['id']}"
    house.do("bob", "PATCH", path, {"text": shown["text"]})
    for who in ("cyn", "mo"):
        house.do(who, "PUT", f"{path}/reactions/👍")
    answer = {"text": shown_reply["text"], "reply_to": message["id"]}
    reply = house.do("cyn", "POST", "/api/rooms/lobby/messages", answer)
    house.do("mo", "PUT", f"{path}/pin")
    found = house.do("bob", "GET", path)
    assert fields(found) == fields(shown)
    assert found["reactions"] == shown["reactions"]
    assert fields(reply) == fields(shown_reply)
    assert reply["root"] == message["id"]


def test_a_formatted_message_and_one_with_a_file_are_as_shown(house: House) -> None:
    shown = message_with("html")
    formatted = house.do("ann", "POST", "/api/rooms/lobby/messages", {"text": shown["text"]})
    assert fields(formatted) == fields(shown)
    assert formatted["html"] == shown["html"]
    shown = message_with("files")
    (file,) = shown["files"]
    picture = io.BytesIO()
    Image.new("RGB", (file["width"], file["height"])).save(picture, "JPEG")
    path = f"/api/rooms/lobby/files?name={file['name']}"
    uploaded = house.ask("ann", "POST", path, content=picture.getvalue()).json()
    posted = house.do("ann", "POST", "/api/rooms/lobby/messages", {"text": shown["text"], "files": [uploaded["id"]]})
    assert fields(posted) == fields(shown)
    del file["id"], file["size"]
    assert posted["files"][0].items() >= file.items()


def test_a_line_of_an_export_is_as_shown(house: House) -> None:
    shown = example("type", "room")
    house.do("cyn", "PUT", "/api/rooms/lobby/members/cyn")
    message = house.do("bob", "POST", "/api/rooms/lobby/messages", {"text": "hello"})
    said = {"text": shown["text"], "reply_to": message["id"]}
    reply = house.do("cyn", "POST", "/api/rooms/lobby/messages", said)
    house.do("bob", "PUT", f"/api/messages/{reply['id']}/reactions/👍")
    with zipfile.ZipFile(io.BytesIO(house.ask("cyn", "GET", "/api/me/export").content)) as archive:
        lines = [json.loads(line) for line in archive.read("export.ndjson").splitlines()]
    (line,) = [line for line in lines if line["type"] == "message" and line["seq"] == reply["seq"]]
    assert fields(line) == fields(shown)


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


def test_an_erasure_is_as_shown(house: House) -> None:
    house.do("ann", "POST", "/api/users", {"username": "zoe", "password": "gravel orbit walnut"})
    begun = house.do("ann", "DELETE", "/api/users/zoe?messages=delete")
    shown = example("id", "user", "messages")
    assert fields(begun) == fields(shown)
    assert (begun["state"], len(begun["user"]), len(begun["id"])) == ("running", len(shown["user"]), len(shown["id"]))


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


def test_no_example_stands_there_that_is_not_compared() -> None:
    """All have their test above: a new one wants one, too."""
    assert len(EXAMPLES) == COMPARED
