"""The operator takes a server, a room or a person's data elsewhere, and brings them in, if they fit."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from service.cli import lock
from service.config import Settings
from tests.cli.conftest import Folkmoot


@pytest.fixture
def export(folkmoot: Folkmoot, place: Path) -> Path:
    """An export of a server with ann, bob and two rooms."""
    for name in ("ann", "bob"):
        folkmoot("user", "add", name, "--role", "admin" if name == "ann" else "member", "--generate")
    folkmoot("room", "add", "lobby", "--owner", "ann", "--topic", "Come in")
    folkmoot("room", "add", "den", "--owner", "ann", "--private")
    assert folkmoot("export", "--output", "all.zip").status == 0
    return place / "all.zip"


def lines(export: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(export) as pack:
        return [json.loads(line) for line in pack.read("export.ndjson").splitlines()]


def rewritten(export: Path, written: list[dict[str, Any]], **files: bytes) -> str:
    """The same export, with other lines and files."""
    other = export.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as pack:
        pack.writestr("export.ndjson", "".join(json.dumps(line) + "\n" for line in written))
        for name, content in files.items():
            pack.writestr(f"files/{name}", content)
    return other.name


def with_file(export: Path, name: str, content: bytes, sha256: str, size: int | None = None) -> str:
    """With a message that carries a file."""
    *before, end = [line for line in lines(export) if line.get("room") != "den" and line.get("slug") != "den"]
    size = len(content) if size is None else size
    file = {"id": "f1", "name": name, "type": "image/png", "size": size, "sha256": sha256}
    at = before[0]["at"]
    message = {"type": "message", "room": "lobby", "seq": 7, "author": "ann", "at": at, "text": "", "files": [file]}
    return rewritten(export, [*before, message, {**end, "lines": len(before) + 2}], f1=content)


def test_an_export_is_its_owners_alone_and_whole(folkmoot: Folkmoot, export: Path, place: Path) -> None:
    assert export.stat().st_mode & 0o777 == 0o600
    found = lines(export)
    assert [line["type"] for line in found] == ["export", "user", "user", "room", "room", "member", "member", "end"]
    assert "argon2" not in json.dumps(found)
    assert sorted(path.name for path in place.iterdir()) == ["all.zip", "data"]
    assert folkmoot("export", "--output", "all.zip").status == 1, "it takes nobody's place"


def test_an_export_is_of_a_room_or_of_a_person(folkmoot: Folkmoot, export: Path, place: Path) -> None:
    assert folkmoot("export", "--room", "den", "--output", "den.zip").status == 0
    assert [line.get("slug") for line in lines(place / "den.zip") if line["type"] == "room"] == ["den"]
    assert folkmoot("export", "--user", "BOB", "--output", "bob.zip").status == 0
    assert lines(place / "bob.zip")[0]["name"] == "bob"
    assert folkmoot("export", "--user", "bob", "--room", "den").status == 2
    for nobody in (("--user", "nobody"), ("--room", "nowhere")):
        assert folkmoot("export", *nobody, "--output", "x.zip").status == 1
    assert not (place / "x.zip").exists()


def test_what_was_exported_is_imported_once(folkmoot: Folkmoot, export: Path, place: Path) -> None:
    tried = folkmoot("import", "all.zip", "--data", "new", "--dry-run")
    assert (tried.status, tried.err) == (0, "Nothing was imported: this is what would be.\n")
    outcome = folkmoot("import", "all.zip", "--data", "new")
    assert (outcome.status, outcome.out) == (0, tried.out)
    assert outcome.out == "rooms=2\nmessages=0\nfiles=0\nusers=2\nmembers=2\n"
    assert folkmoot("room", "list", "--data", "new").out == folkmoot("room", "list").out
    last = json.loads(folkmoot("audit", "export", "--data", "new").out.splitlines()[-2])
    assert (last["what"], last["detail"]) == ("server.imported", {"messages": 0, "rooms": 2, "users": 2})
    again = folkmoot("import", "all.zip", "--data", "new")
    assert again.status == 1
    assert "The room lobby: " in again.err
    assert "The room den: " in again.err
    assert folkmoot("audit", "export", "--data", "new").out.count("server.imported") == 1


def test_files_are_kept_as_what_they_are_and_not_as_what_is_said(folkmoot: Folkmoot, export: Path, place: Path) -> None:
    script = b"<script>alert(1)</script>"
    digest = "0f0b1ec40a0ab4ba25d1ba8c1a3ab8d9ea8a9b9e0b4f3d41e1a5f0b4d6c7e8f9"
    refused = folkmoot("import", with_file(export, "a.png", script, digest), "--data", "new")
    assert refused.status == 1
    assert "is not what was exported" in refused.err
    kept = place / "new" / "files"
    assert not [path for path in kept.rglob("*") if path.is_file()], "nothing is left of it"
    true = sha256(script).hexdigest()
    longer = folkmoot("import", with_file(export, "a.png", script, true, size=3), "--data", "new")
    assert longer.status == 1
    assert "is not as long as what was exported" in longer.err
    assert folkmoot("import", with_file(export, "../a.png", script, true), "--data", "new").status == 0
    assert folkmoot("export", "--data", "new", "--output", "again.zip").status == 0
    (message,) = [line for line in lines(place / "again.zip") if line["type"] == "message"]
    (file,) = message["files"]
    assert (file["name"], file["type"]) == ("a.png", "application/octet-stream")
    with zipfile.ZipFile(place / "again.zip") as pack:
        assert pack.read(f"files/{file['id']}") == script


def test_a_line_that_cannot_be_is_named_by_its_number(folkmoot: Folkmoot, export: Path, place: Path) -> None:
    first, second, *rest = lines(export)
    outcome = folkmoot("import", rewritten(export, [first, {**second, "role": "god"}, *rest]), "--data", "new")
    assert outcome.status == 1
    assert "line 2" in outcome.err
    assert folkmoot("user", "list", "--data", "new").out == ""
    outcome = folkmoot("import", rewritten(export, [first, second]), "--data", "new")
    assert outcome.err == "folkmoot: Nothing was imported. The export is not whole: its last line is missing.\n"


def test_what_is_no_export_is_told(folkmoot: Folkmoot, export: Path, place: Path) -> None:
    (place / "cut.zip").write_bytes(export.read_bytes()[:-30])
    (place / "text.zip").write_text("hello")
    for name in ("cut.zip", "text.zip"):
        outcome = folkmoot("import", name, "--data", "new")
        assert (outcome.status, "is no export of Folkmoot" in outcome.err) == (1, True)
    assert folkmoot("import", "nothing.zip", "--data", "new").status == 1


def test_nothing_is_imported_under_a_server_that_runs(folkmoot: Folkmoot, export: Path, place: Path) -> None:
    with lock.hold(Settings(data=place / "new")):
        outcome = folkmoot("import", "all.zip", "--data", "new")
    assert outcome.status == 1
    assert "Another server" in outcome.err
