"""A report on its way, on real sockets: from who makes it to who handles it, and to nobody else."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS


def hears(socket: ClientConnection, until: str) -> list[dict[str, Any]]:
    """All frames up to the first of a type."""
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["type"] != until:
        frames.append(json.loads(socket.recv(PATIENCE_SECONDS)))
    return frames


def test_a_report_reaches_who_moderates_on_each_socket_and_nobody_else(house: House) -> None:
    for name in ("bob", "cyn"):
        house.do(name, "PUT", f"/api/rooms/lobby/members/{name}")
    message = house.do("cyn", "POST", "/api/rooms/lobby/messages", {"text": "you fool"})
    with ExitStack() as open_sockets:

        def socket(name: str, url: str) -> ClientConnection:
            headers = {"Authorization": f"Bearer {house.token(name)}"}
            return open_sockets.enter_context(connect(url, additional_headers=headers))

        base = house.socket_url.removesuffix("/ws")
        bob, cyn, mo = (socket(name, house.socket_url) for name in ("bob", "cyn", "mo"))
        lines = socket("ann", f"{base}/chat/lobby?codec=text")
        elsewhere = socket("ann", f"{base}/chat/news")
        for one in (bob, cyn, mo, elsewhere):
            hears(one, "hello")
        bob.send(json.dumps({"type": "report", "id": "1", "message": message["id"], "reason": "insults me"}))
        answer = hears(bob, "ok")[-1]
        opened = hears(mo, "report.opened")[-1]["report"]
        assert opened["id"] == answer["report"]["id"]
        assert (opened["reporter"], opened["message"]["text"]) == ("bob", "you fool")
        while (line := lines.recv(PATIENCE_SECONDS)) != "! bob reported a message of cyn (insults me)":
            assert "report" not in str(line)
        house.do("mo", "PATCH", f"/api/reports/{opened['id']}", {"state": "closed"})
        assert hears(mo, "report.changed")[-1]["report"]["handler"] == "mo"
        for one in (bob, cyn, elsewhere):
            one.send(json.dumps({"type": "ping", "id": "2"}))
            assert not [frame for frame in hears(one, "ok") if frame["type"].startswith("report.")]
