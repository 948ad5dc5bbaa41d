"""One's own data by HTTP: a zip, of oneself alone, few at a time."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from shutil import copytree
from typing import Any, cast

import pytest

from service.chat.errors import Code, Refusal, Why
from service.chat.records import User
from tests.api.house import House, code_of, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(copytree(furnished, tmp_path / "data")) as found:
        yield found


def lines(content: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(BytesIO(content)) as pack:
        assert pack.testzip() is None
        return [json.loads(line) for line in pack.read("export.ndjson").splitlines()]


async def test_everybody_takes_their_own_data_along_and_nobody_elses(house: House) -> None:
    await house.ask("bob", "PUT", "/api/rooms/lobby/members/bob")
    await house.ask("cyn", "PUT", "/api/rooms/lobby/members/cyn")
    await house.ask("bob", "POST", "/api/rooms/lobby/messages", {"text": "what bob said"})
    await house.ask("cyn", "POST", "/api/rooms/lobby/messages", {"text": "what cyn said"})
    answer = await house.ask("bob", "GET", "/api/me/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="folkmoot-export.zip"'
    assert answer.headers["cache-control"] == "no-store"
    first, *rest, last = lines(answer.content)
    assert (first["type"], first["of"], first["name"]) == ("export", "person", "bob")
    assert last == {"type": "end", "lines": len(rest) + 2}
    assert [line["text"] for line in rest if line["type"] == "message"] == ["what bob said"]
    assert [line["username"] for line in rest if line["type"] == "user"] == ["bob"]
    assert [line["type"] for line in rest].count("session") == 1
    assert b"what cyn said" not in answer.content


async def test_a_token_that_may_not_read_takes_nothing_along(house: House) -> None:
    token = await house.token("bob", scope="chat:write")
    answer = await house.ask_with(token, "GET", "/api/me/export")
    assert (answer.status_code, code_of(answer)) == (403, "insufficient_scope")
    assert (await house.ask("bob", "GET", "/api/me/export")).status_code == 200, "nothing is left under way"


async def test_no_secret_is_in_it(house: House) -> None:
    content = (await house.ask("bob", "GET", "/api/me/export")).content
    with zipfile.ZipFile(BytesIO(content)) as pack:
        shown = pack.read("export.ndjson").decode()
    assert "argon2" not in shown
    assert (await house.token("bob")) not in shown
    assert "sid" not in shown


async def test_nobody_has_it_without_a_token(house: House) -> None:
    assert (await house.http.get("/api/me/export")).status_code == 401


async def test_few_are_fetched_at_once_and_one_of_each_person(house: House) -> None:
    exports = house.app.parts.own_exports
    bob, mo = [
        cast(User, await house.app.parts.database.read(lambda tx, name=name: tx.users.by_username(name)))
        for name in ("bob", "mo")
    ]
    first = exports.begin(bob)
    with pytest.raises(Refusal) as refused:
        exports.begin(bob)
    assert (refused.value.code, refused.value.why) == (Code.RATE_LIMITED, Why("exports_at_once"))
    assert refused.value.retry_after is not None
    assert (await house.ask("cyn", "GET", "/api/me/export")).status_code == 200, "who fetches slowly holds up nobody"
    second = exports.begin(mo)
    assert (await house.ask("cyn", "GET", "/api/me/export")).status_code == 503

    async def hang_up(message: Any) -> None:
        raise OSError("the client has gone")

    async def nothing() -> Any:
        return {"type": "http.disconnect"}

    for export in (first, second):
        with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever the framework makes of it
            await export({"type": "http", "method": "GET"}, nothing, hang_up)
    for who in ("bob", "mo", "cyn"):
        assert (await house.ask(who, "GET", "/api/me/export")).status_code == 200, "who was cut off holds up nobody"
