"""Files by HTTP, on a whole server without a socket: brought, carried by a message, and had by who may read it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from service.chat.orphans import GRACE_MS, Orphans
from service.storage.blobs import DiskBlobs
from tests.api.house import House, Json, code_of, open_house

pytestmark = pytest.mark.anyio

FILES = "/api/rooms/lobby/files"
TEXT = b"a word or two\n" * 100


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """bob and gus are in the lobby."""
    async with open_house(tmp_path / "data", file_bytes=100_000, files_per_day=20) as house:
        await join(house)
        yield house


async def join(house: House) -> None:
    for username in ("bob", "gus"):
        answer = await house.ask(username, "PUT", f"/api/rooms/lobby/members/{username}")
        assert answer.is_success


async def bring(
    house: House,
    content: Any = TEXT,
    name: str | None = "notes.txt",
    who: str = "bob",
    room: str = "lobby",
    **headers: str,
) -> httpx.Response:
    token = await house.token(who)
    query = "" if name is None else f"?name={quote(name)}"
    sent = {"Authorization": f"Bearer {token}", **{key.replace("_", "-"): value for key, value in headers.items()}}
    return await house.http.post(f"/api/rooms/{room}/files{query}", content=content, headers=sent)


async def brought(house: House, *arguments: Any, **more: Any) -> Json:
    answer = await bring(house, *arguments, **more)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def have(house: House, who: str, id: str, below: str = "", **headers: str) -> httpx.Response:
    token = await house.token(who)
    sent = {"Authorization": f"Bearer {token}", **{key.replace("_", "-"): value for key, value in headers.items()}}
    return await house.http.get(f"/api/files/{id}{below}", headers=sent)


async def say(house: House, who: str = "bob", room: str = "lobby", **body: Any) -> httpx.Response:
    return await house.ask(who, "POST", f"/api/rooms/{room}/messages", body)


def picture(size: tuple[int, int] = (1_000, 500)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "PNG")
    return out.getvalue()


# Bringing one


async def test_a_file_is_brought_as_it_is_and_comes_back_so(house: House) -> None:
    file = await brought(house, TEXT, "notes.txt", Content_Type="text/plain")
    assert file == {"id": file["id"], "name": "notes.txt", "type": "text/plain", "size": len(TEXT)}
    answer = await have(house, "bob", file["id"])
    assert (answer.status_code, answer.content) == (200, TEXT)
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["content-disposition"] == 'attachment; filename="notes.txt"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_a_picture_has_a_size_and_a_thumbnail(house: House) -> None:
    file = await brought(house, picture(), "sea.png", Content_Type="image/png")
    assert (file["type"], file["width"], file["height"]) == ("image/png", 1_000, 500)
    assert file["thumbnail"] == {"width": 480, "height": 240}
    whole, small = await have(house, "bob", file["id"]), await have(house, "bob", file["id"], "/thumbnail")
    assert whole.headers["content-disposition"] == 'inline; filename="sea.png"'
    assert (small.headers["content-type"], small.content[:4]) == ("image/webp", b"RIFF")
    assert small.headers["content-security-policy"] == "sandbox; default-src 'none'"
    none = await have(house, "bob", (await brought(house))["id"], "/thumbnail")
    assert code_of(none) == "not_found"


@pytest.mark.parametrize(
    ("content", "name", "claim"),
    [
        (b"GIF89a<script>alert(1)</script>", "a.gif", "image/gif"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg", "image/svg+xml"),
        (b"<script>alert(1)</script>", "a.html", "text/html"),
        (picture((10, 10)), "a.html", "image/png"),
    ],
)
async def test_what_might_run_in_a_page_is_saved_and_never_shown(
    house: House, content: bytes, name: str, claim: str
) -> None:
    file = await brought(house, content, name, Content_Type=claim)
    answer = await have(house, "bob", file["id"])
    assert (file["type"], answer.headers["content-type"]) == ("application/octet-stream",) * 2
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "width" not in file


async def test_a_name_comes_with_the_address_or_with_a_header_and_goes_out_spelled_for_every_reader(
    house: House,
) -> None:
    ways = [
        (await brought(house, name="naïve “plan”.txt")),
        (await brought(house, name=None, Content_Disposition="attachment; filename*=UTF-8''na%C3%AFve%20plan.txt")),
        (await brought(house, name=None, Content_Disposition='attachment; filename="../a \\"b\\".txt"')),
        (await brought(house, name=None, Content_Disposition="attachment; filename=plain.txt; size=3")),
    ]
    assert [file["name"] for file in ways] == ["naïve “plan”.txt", "naïve plan.txt", 'a "b".txt', "plain.txt"]
    answer = await have(house, "bob", ways[0]["id"])
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"na_ve _plan_.txt\"; filename*=UTF-8''na%C3%AFve%20%E2%80%9Cplan%E2%80%9D.txt"
    )


async def test_a_file_has_to_have_a_name_and_a_content(house: House) -> None:
    nameless = await bring(house, name=None)
    assert (code_of(nameless), nameless.json()["errors"][0]["field"]) == ("invalid", "name")
    badly = await bring(house, name=None, Content_Disposition="attachment; filename*=UTF-8''%FF")
    assert code_of(badly) == "invalid"
    assert code_of(await bring(house, b"")) == "invalid"


async def test_the_limit_is_the_last_byte_that_is_taken(house: House, tmp_path: Path) -> None:
    most = await brought(house, b"x" * 100_000)
    assert most["size"] == 100_000
    assert code_of(await bring(house, b"x" * 100_001)) == "too_large"

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 1_000

    assert code_of(await bring(house, unannounced())) == "too_large"
    house.app.parts.uploads.stop()  # what is removed is removed on its threads
    left = [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]
    assert len(left) == 1, "nothing of what was refused is kept"


async def test_an_encoded_body_is_refused(house: House) -> None:
    answer = await bring(house, Content_Encoding="gzip")
    assert answer.status_code == 415


async def test_only_who_may_post_in_a_room_brings_files_into_it(house: House) -> None:
    assert code_of(await bring(house, who="cyn")) == "not_joined"
    assert code_of(await bring(house, who="gus", room="news")) == "not_joined"
    assert code_of(await bring(house, who="cyn", room="den")) == "not_found"
    nobody = await house.http.post(f"{FILES}?name=a.txt", content=TEXT)
    assert nobody.status_code == 401
    await house.ask("ann", "POST", "/api/rooms/lobby/sanctions", {"user": "bob", "kind": "mute"})
    assert code_of(await bring(house)) == "muted"


async def test_a_day_has_so_many_files_and_deleting_gives_none_of_them_back(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", files_per_day=2, file_bytes_per_day=10_000) as house:
        await join(house)
        first = await brought(house)
        message = (await say(house, files=[first["id"]])).json()
        await house.ask("bob", "DELETE", f"/api/messages/{message['id']}")
        await brought(house)
        answer = await bring(house)
        assert (code_of(answer), answer.json()["why"]["rule"]) == ("limit", "files_per_day")
        large = await bring(house, b"x" * 10_001, who="gus")
        assert (code_of(large), large.json()["why"]["rule"]) == ("limit", "bytes_per_day")


async def test_all_files_of_somebody_take_so_much_and_no_more_however_they_come(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", file_bytes_per_user=2_500) as house:
        await join(house)
        answers = await asyncio.gather(*(bring(house, b"x" * 1_000) for _ in range(4)))
        assert sorted(map(code_of, answers)) == ["limit", "limit", "ok", "ok"]
        (why,) = {answer.json()["why"]["rule"] for answer in answers if not answer.is_success}
        assert why == "stored_bytes"


async def test_a_disk_without_room_for_files_still_has_room_for_messages(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", disk_bytes_spared=2**62) as house:
        await join(house)
        answer = await bring(house)
        assert (answer.status_code, code_of(answer)) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert (await say(house, text="hello")).status_code == 201


# A message that carries some


async def test_a_message_carries_files_in_their_order_and_need_not_have_a_text(house: House) -> None:
    files = [await brought(house, name=f"{number}.txt") for number in range(3)]
    answer = await say(house, files=[files[number]["id"] for number in (2, 0, 1)])
    assert answer.status_code == 201
    message = answer.json()
    assert (message["text"], message["files"]) == ("", [files[2], files[0], files[1]])
    history = (await house.ask("gus", "GET", "/api/rooms/lobby/messages")).json()["items"]
    assert history[-1] == message
    assert (await house.ask("gus", "GET", f"/api/messages/{message['id']}")).json() == message
    edited = await house.ask("bob", "PATCH", f"/api/messages/{message['id']}", {"text": "now with words"})
    assert (edited.json()["text"], edited.json()["files"]) == ("now with words", message["files"])
    bare = await house.ask("bob", "PATCH", f"/api/messages/{message['id']}", {"text": ""})
    assert (bare.status_code, bare.json()["text"]) == (200, "")


async def test_a_message_without_files_has_a_text_and_no_word_of_files(house: House) -> None:
    for body in ({}, {"files": []}, {"text": " ", "files": []}):
        answer = await say(house, **body)
        assert (code_of(answer), answer.json()["errors"][0]["field"]) == ("invalid", "text")
    message = (await say(house, text="hello")).json()
    assert "files" not in message
    assert code_of(await house.ask("bob", "PATCH", f"/api/messages/{message['id']}", {"text": ""})) == "invalid"


async def test_a_message_carries_its_authors_files_of_its_room_once(house: House) -> None:
    file = await brought(house)
    for who, room in (("gus", "lobby"), ("bob", "den")):
        answer = await say(house, who, room, files=[file["id"]])
        assert (code_of(answer), answer.json()["errors"][0]["field"]) == ("invalid", "files"), (who, room)
    for wrong in (["f0"], [file["id"], file["id"]], ["x"] * 11, [""], "f", [7]):
        assert code_of(await say(house, files=wrong)) == "invalid", wrong
    assert (await say(house, files=[file["id"]])).status_code == 201
    assert code_of(await say(house, files=[file["id"]])) == "conflict"


async def test_of_two_messages_at_once_one_gets_the_file(house: House) -> None:
    file = await brought(house)
    answers = await asyncio.gather(*(say(house, text=f"{number}", files=[file["id"]]) for number in range(3)))
    assert sorted(map(code_of, answers)) == ["conflict", "conflict", "ok"]


async def test_a_retry_gets_its_message_and_other_files_under_its_nonce_are_a_conflict(house: House) -> None:
    one, other = await brought(house), await brought(house)
    body = {"text": "look", "nonce": "n1", "files": [one["id"]]}
    together = await asyncio.gather(say(house, **body), say(house, **body))
    assert sorted(answer.status_code for answer in together) == [200, 201]
    assert together[0].json() == together[1].json()
    assert (await say(house, **body)).json() == together[0].json()
    assert code_of(await say(house, **{**body, "files": [other["id"]]})) == "conflict"
    assert code_of(await say(house, text="look", nonce="n1")) == "conflict"


# Having one


async def test_before_it_stands_in_a_message_a_file_is_its_authors_alone_then_the_rooms(house: House) -> None:
    file = await brought(house)
    assert code_of(await have(house, "ann", file["id"])) == "not_found"
    assert (await have(house, "bob", file["id"])).status_code == 200
    await say(house, files=[file["id"]])
    assert (await have(house, "cyn", file["id"])).status_code == 200, "who may read need not have joined"
    nobody = await house.http.get(f"/api/files/{file['id']}")
    assert nobody.status_code == 401
    in_address = await house.http.get(f"/api/files/{file['id']}?token={await house.token('bob')}")
    assert in_address.status_code == 401


async def test_who_may_not_read_the_room_now_may_not_have_its_files_either(house: House) -> None:
    file = await brought(house)
    await say(house, files=[file["id"]])
    await house.ask("ann", "POST", "/api/rooms/lobby/sanctions", {"user": "gus", "kind": "ban"})
    assert code_of(await have(house, "gus", file["id"])) == "banned"
    await house.ask("ann", "PATCH", "/api/rooms/lobby", {"join_role": "moderator"})
    assert code_of(await have(house, "bob", file["id"])) == "role_too_low", "not even their own"
    await house.ask("ann", "PATCH", "/api/rooms/lobby", {"visibility": "private", "join_role": "member"})
    assert code_of(await have(house, "cyn", file["id"])) == "not_found"
    assert (await have(house, "ann", file["id"])).status_code == 200


async def test_a_file_is_gone_with_its_message_and_back_with_it(house: House) -> None:
    file = await brought(house, picture(), "sea.png")
    message = (await say(house, files=[file["id"]])).json()
    deleted = await house.ask("bob", "DELETE", f"/api/messages/{message['id']}")
    for below in ("", "/thumbnail"):
        assert code_of(await have(house, "bob", file["id"], below)) == "not_found"
    assert "files" not in (await house.ask("bob", "GET", f"/api/messages/{message['id']}")).json()
    action = deleted.headers["folkmoot-action"]
    assert (await house.ask("bob", "POST", f"/api/moderation/{action}/undo")).status_code == 200
    assert (await have(house, "bob", file["id"])).status_code == 200
    assert (await house.ask("bob", "GET", f"/api/messages/{message['id']}")).json()["files"] == [file]


async def test_a_report_names_the_files_of_its_message_whatever_becomes_of_them(house: House) -> None:
    file = await brought(house)
    message = (await say(house, text="look", files=[file["id"]])).json()
    await house.ask("gus", "POST", f"/api/messages/{message['id']}/reports", {"reason": "rude"})
    await house.ask("bob", "DELETE", f"/api/messages/{message['id']}")
    (report,) = (await house.ask("ann", "GET", "/api/reports")).json()["items"]
    assert report["message"]["files"] == [file]
    assert "files" not in report["now"]


@pytest.mark.parametrize(
    ("asked", "status", "part", "shown"),
    [
        ("bytes=0-3", 206, "0123", "bytes 0-3/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=5-999999", 206, "56789", "bytes 5-9/10"),
        ("bytes=-999", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=5-2", 200, "0123456789", None),
        ("bytes=0-1,4-5", 200, "0123456789", None),
        ("bytes=x", 200, "0123456789", None),
        ("lines=1-2", 200, "0123456789", None),
    ],
)
async def test_a_part_of_a_file_can_be_asked_for(
    house: House, asked: str, status: int, part: str | None, shown: str | None
) -> None:
    file = await brought(house, b"0123456789")
    answer = await have(house, "bob", file["id"], Range=asked)
    assert answer.status_code == status
    assert answer.headers.get("content-range") == shown
    if part is not None:
        assert (answer.text, answer.headers["content-length"]) == (part, str(len(part)))
    else:
        assert code_of(answer) == "invalid"


async def test_who_has_it_already_is_told_so_and_a_part_of_something_else_is_not_sent(house: House) -> None:
    file = await brought(house, b"0123456789")
    tag = (await have(house, "bob", file["id"])).headers["etag"]
    same = await have(house, "bob", file["id"], If_None_Match=f'"x", W/{tag}')
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (await have(house, "bob", file["id"], If_None_Match='"x"')).status_code == 200
    assert (await have(house, "bob", file["id"], Range="bytes=0-1", If_Range=tag)).status_code == 206
    assert (await have(house, "bob", file["id"], Range="bytes=0-1", If_Range='"x"')).status_code == 200
    await say(house, files=[file["id"]])
    await house.ask("ann", "POST", "/api/rooms/lobby/sanctions", {"user": "gus", "kind": "ban"})
    assert code_of(await have(house, "gus", file["id"], If_None_Match=tag)) == "banned", "that is told to nobody else"


async def test_a_head_tells_the_size_and_sends_nothing(house: House) -> None:
    file = await brought(house)
    token = await house.token("bob")
    answer = await house.http.head(f"/api/files/{file['id']}", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", str(len(TEXT)))


async def test_a_file_whose_content_is_missing_is_not_found_and_the_log_says_so(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = await brought(house)
    for path in (tmp_path / "data" / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    assert code_of(await have(house, "bob", file["id"])) == "not_found"
    assert [record.levelname for record in caplog.records if record.name == "folkmoot.files"] == ["ERROR"]


# What nobody needs


async def collected(house: House, tmp_path: Path, days: float) -> tuple[int, int, int, int]:
    """A look through all files, so many days from now."""
    parts = house.app.parts
    blobs = DiskBlobs(tmp_path / "data" / "files", spare=0)
    found = await Orphans(parts.database, blobs, lambda: parts.clock() + int(days * GRACE_MS)).collect()
    return found.waiting, found.deleted, found.blobs, found.missing


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]


async def test_a_file_that_waits_for_a_message_is_removed_after_a_day(house: House, tmp_path: Path) -> None:
    waiting, posted = await brought(house, picture(), "a.png"), await brought(house)
    await say(house, files=[posted["id"]])
    assert await collected(house, tmp_path, 0.9) == (0, 0, 0, 0)
    assert await collected(house, tmp_path, 1.1) == (1, 0, 2, 0), "with its thumbnail"
    assert code_of(await have(house, "bob", waiting["id"])) == "not_found"
    assert (await have(house, "bob", posted["id"])).status_code == 200
    assert code_of(await say(house, files=[waiting["id"]])) == "invalid"


@pytest.mark.parametrize("what", ["message", "room"])
async def test_files_of_what_was_deleted_are_removed_after_a_day_and_free_their_authors_space(
    house: House, tmp_path: Path, what: str
) -> None:
    file = await brought(house)
    message = (await say(house, files=[file["id"]])).json()
    await house.ask("gus", "POST", f"/api/messages/{message['id']}/reports", {"reason": "rude"})
    path = f"/api/messages/{message['id']}" if what == "message" else "/api/rooms/lobby"
    assert (await house.ask("ann", "DELETE", path)).is_success
    assert await collected(house, tmp_path, 0.9) == (0, 0, 0, 0)
    assert await collected(house, tmp_path, 1.1) == (0, 1, 1, 0)
    assert await collected(house, tmp_path, 1.2) == (0, 0, 0, 0), "once is enough"
    assert kept(tmp_path) == []
    if what == "message":
        (report,) = (await house.ask("ann", "GET", "/api/reports")).json()["items"]
        assert report["message"]["files"] == [file], "its name stays known to who has to judge"
    bob = (await house.ask("bob", "GET", "/api/me")).json()["id"]

    def taken(tx: Any) -> tuple[int, int]:
        usage = tx.files.usage(tx.users.by_uid(bob).id, 0)
        return usage.stored, usage.files_since

    assert await house.app.parts.database.read(taken) == (0, 1)


async def test_a_blob_that_no_row_knows_is_removed_after_a_day(house: House, tmp_path: Path) -> None:
    await say(house, files=[(await brought(house))["id"]])
    stranger = DiskBlobs(tmp_path / "data" / "files", spare=0).create("0f" * 16)
    stranger.write(b"left by an accident")
    stranger.keep()
    assert await collected(house, tmp_path, 0.9) == (0, 0, 0, 0)
    assert await collected(house, tmp_path, 1.1) == (0, 0, 1, 0)
    assert len(kept(tmp_path)) == 1


async def test_of_a_database_that_knows_no_file_no_blob_is_removed(house: House, tmp_path: Path) -> None:
    """It is more likely another database than the blobs belong to."""
    stranger = DiskBlobs(tmp_path / "data" / "files", spare=0).create("0f" * 16)
    stranger.write(b"somebody's holiday")
    stranger.keep()
    assert await collected(house, tmp_path, 100) == (0, 0, 0, 0)
    assert len(kept(tmp_path)) == 1


async def test_a_row_without_its_blob_is_forgotten_while_it_waits_and_told_when_it_was_posted(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    waiting, posted = await brought(house), await brought(house)
    message = (await say(house, files=[posted["id"]])).json()
    for path in kept(tmp_path):
        path.unlink()
    assert await collected(house, tmp_path, 0) == (1, 0, 0, 1)
    assert await collected(house, tmp_path, 0) == (0, 0, 0, 1), "a backup may bring it back: it stays, and is told"
    told = [record for record in caplog.records if record.message == "the content of files is missing"]
    assert [record.__dict__["files"] for record in told] == [[posted["id"]]] * 2
    assert (await house.ask("bob", "GET", f"/api/messages/{message['id']}")).json()["files"] == [posted]
    assert code_of(await say(house, files=[waiting["id"]])) == "invalid"
