"""Files on a real server: what becomes of them when it is killed, the line is slow, or the disk is full."""

from __future__ import annotations

import asyncio
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.house import House
from tests.e2e.line import Line
from tests.e2e.stranger import Stranger

CONTENT = bytes(range(256)) * 4_096  # 1 MiB
HALF = len(CONTENT) // 2


def bring(house: House, content: bytes = CONTENT, name: str = "a.bin", who: str = "bob") -> httpx.Response:
    return house.ask(who, "POST", f"/api/rooms/lobby/files?name={name}", content=content)


def have(house: House, id: str, who: str = "bob") -> httpx.Response:
    return house.ask(who, "GET", f"/api/files/{id}")


def begin(stranger: Stranger, house: House, sent: bytes) -> None:
    """Announce the whole, and send a part of it."""
    head = (
        f"POST /api/rooms/lobby/files?name=a.bin HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
        f"Authorization: Bearer {house.token('bob')}\r\nContent-Length: {len(CONTENT)}\r\n\r\n"
    )
    stranger.say(head.encode() + sent)


def blobs(house: House) -> dict[str, int]:
    """The files below the directory of uploads, by the directory that they are in, and how large each is."""
    root = house.data / "files"
    return {f"{path.parent.name}/{path.name}": path.stat().st_size for path in root.rglob("*") if path.is_file()}


def until_begun(house: House) -> None:
    """Wait until a part of an upload is on the disk."""
    while not any(size for name, size in blobs(house).items() if name.startswith("unfinished/")):
        house.ask(None, "GET", "/healthz")


def join(house: House, *usernames: str) -> None:
    for username in usernames:
        house.do(username, "PUT", f"/api/rooms/lobby/members/{username}")


def test_a_server_killed_in_the_middle_of_an_upload_keeps_what_it_acknowledged_and_no_half_file(
    tmp_path: Path,
) -> None:
    with House(tmp_path) as house:
        join(house, "bob")
        whole = bring(house).json()
        message = house.do("bob", "POST", "/api/rooms/lobby/messages", {"files": [whole["id"]]})
        with Stranger(house) as stranger:
            begin(stranger, house, CONTENT[:HALF])
            until_begun(house)
            house.kill()
        assert sum(name.startswith("unfinished/") for name in blobs(house)) == 1
        house.start()
        assert list(blobs(house).values()) == [len(CONTENT)], "the half is cleared away"
        assert have(house, whole["id"]).content == CONTENT
        assert house.history("lobby")[-1] == message
        house.require_calm()


def test_an_upload_that_breaks_off_leaves_nothing(house: House) -> None:
    join(house, "bob")
    before = blobs(house)
    with Stranger(house) as stranger:
        begin(stranger, house, CONTENT[:HALF])
        until_begun(house)
    while blobs(house) != before:
        house.ask(None, "GET", "/healthz")
    assert blobs(house) == before


def test_two_uploads_at_once_are_two_files(house: House) -> None:
    join(house, "bob", "gus")
    contents = {"bob": CONTENT, "gus": CONTENT[::-1]}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda who: bring(house, contents[who], who=who), ["bob", "gus", "bob", "gus"]))
    files: list[Any] = [answer.json() for answer in answers]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({file["id"] for file in files}) == 4
    for who, file in zip(["bob", "gus"] * 2, files, strict=True):
        assert have(house, file["id"], who).content == contents[who]


def test_who_may_not_upload_is_told_so_though_a_whole_file_is_on_its_way(house: House) -> None:
    """A reset would take the answer back, and a browser could only say that the line broke."""
    join(house, "bob")
    answer = bring(house, bytes(20_000_000), who="cyn")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_joined")
    assert answer.headers["connection"] == "close"


def test_a_slow_upload_has_its_time_and_no_more(tmp_path: Path) -> None:
    with House(tmp_path, upload_seconds=1.5, body_seconds=1.0) as house:
        join(house, "bob")
        with Stranger(house) as silent:
            begin(silent, house, CONTENT[:1_000])
            assert silent.status() == 408
        with Stranger(house) as drip:
            begin(drip, house, b"")
            while not drip.gone(0.05):  # a byte now and then buys no time
                drip.say(b"x")
            assert drip.status() == 408
        assert list(blobs(house)) == []
        assert bring(house).status_code == 201
        house.require_calm()


def test_who_never_reads_a_download_is_hung_up_on(tmp_path: Path) -> None:
    with House(tmp_path, slow_reader_seconds=0.5) as house:
        join(house, "bob")
        file = bring(house, CONTENT * 20).json()
        with Stranger(house) as stranger:
            stranger.say(
                f"GET /api/files/{file['id']} HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
                f"Authorization: Bearer {house.token('bob')}\r\n\r\n".encode()
            )
            process = Path(f"/proc/{house.server.process.pid}/fd")
            while not any("/files/" in str(path.readlink()) for path in process.iterdir() if path.is_symlink()):
                house.ask(None, "GET", "/healthz")
            while any("/files/" in str(path.readlink()) for path in process.iterdir() if path.is_symlink()):
                house.ask(None, "GET", "/healthz")
            received = len(stranger.rest())
        assert received < len(CONTENT) * 20, "it was hung up on, and its file let go"
        house.require_calm()


def test_a_full_disk_takes_no_file_keeps_what_is_there_and_takes_files_again_when_there_is_room(
    tmp_path: Path,
) -> None:
    """The disk is a limit on the size of the server's files, which the kernel keeps for the one process."""
    with House(tmp_path) as house:
        join(house, "bob")
        kept = bring(house, b"before").json()
        pid = house.server.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (HALF, resource.RLIM_INFINITY))
        answer = bring(house)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert have(house, kept["id"]).content == b"before"
        assert house.do("bob", "POST", "/api/rooms/lobby/messages", {"files": [kept["id"]]})["files"] == [kept]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert have(house, bring(house).json()["id"]).content == CONTENT
        assert sorted(blobs(house).values()) == [len(b"before"), len(CONTENT)]


def test_no_log_holds_what_a_file_is_called_or_what_is_in_it(tmp_path: Path) -> None:
    with House(tmp_path, log_level="debug") as house:
        join(house, "bob")
        file = bring(house, b"the treasure is buried", "treasure-map.txt").json()
        bring(house, b"GIF89a the treasure is buried", "treasure-map.gif")
        assert have(house, file["id"]).status_code == 200
        assert "treasure" not in house.log


@pytest.mark.anyio
async def test_on_a_socket_a_message_carries_files_too_and_everybody_hears_of_them(house: House) -> None:
    join(house, "bob", "gus")
    file = await asyncio.to_thread(lambda: bring(house, b"hello", "a.txt").json())
    async with Line(house, "bob") as bob, Line(house, "gus") as gus:
        assert bob.hello["limits"]["files"] == 10
        assert bob.hello["limits"]["file"] >= len(CONTENT)
        await bob.join("lobby")
        await gus.join("lobby")
        reply = await bob.do("send", room="lobby", files=[file["id"]], nonce="n1")
        assert (reply["message"]["text"], reply["message"]["files"]) == ("", [file])
        await gus.until_seq("lobby", reply["message"]["seq"])
        assert gus.rooms["lobby"].messages[-1] == reply["message"]
        again = await bob.do("send", room="lobby", files=[file["id"]], nonce="n1")
        assert (again["duplicate"], again["message"]) == (True, reply["message"])
        refused = [
            (await bob.ask("send", room="lobby", files=files))["code"]
            for files in ([file["id"]], ["f0"], ["f0"] * 11, "f0", [])
        ]
        assert refused == ["conflict", "invalid", "invalid", "invalid", "invalid"]
