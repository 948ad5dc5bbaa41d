"""The web client's files: only those, as what they are, and again only when they have changed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment

from service.api import pages_static, problems
from service.api.pages_static import PAGE_CSP, PAGES, TYPES, WEB, File, read_all, without_comments, worker
from tests.api.framed import client_of

pytestmark = pytest.mark.anyio

PAGE = "<!doctype html><title>Folkmoot</title>"
WORKER = "worker.addEventListener('fetch', answer);\n"
SCRIPT = "export const greeting = 'hello';\n" * 100


@pytest.fixture
def http(tmp_path: Path) -> FastAPI:
    """A server of a few files; the notes, and what lies beside the folder, are not for the web."""
    folder = tmp_path / "web"
    (folder / "chat").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "chat" / "greeting.js").write_text(SCRIPT)
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "worker.js").write_text(WORKER)
    (folder / "icons").mkdir()
    (folder / "icons" / "512.png").write_bytes(b"PNG")
    (folder / "notes.txt").write_text("secret")
    (tmp_path / "secret.json").write_text('"secret"')
    app = FastAPI()
    problems.install(app)
    app.include_router(pages_static.routes(read_all(folder)))
    return app


@pytest.mark.parametrize("path", PAGES)
async def test_the_page_stands_at_each_of_its_addresses(http: FastAPI, path: str) -> None:
    async with client_of(http) as client:
        answer = await client.get(path)
    assert answer.text == PAGE
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == PAGE_CSP
    assert answer.headers["cache-control"] == "no-cache"


def test_the_pages_policy_lets_nothing_in_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in PAGE_CSP.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert rules["trusted-types"] == "folkmoot", "one policy, for the service worker's address"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in PAGE_CSP


async def test_a_file_is_served_as_what_it_is(http: FastAPI) -> None:
    async with client_of(http) as client:
        script = await client.get("/web/chat/greeting.js")
        icon = await client.get("/web/icon.svg")
    assert script.text == SCRIPT
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert icon.headers["content-type"] == "image/svg+xml"


async def test_only_what_is_a_page_or_a_program_of_its_own_may_act_as_one(http: FastAPI) -> None:
    async with client_of(http) as client:
        policies = [
            (await client.get(path)).headers.get("content-security-policy")
            for path in ("/sw.js", "/web/chat/greeting.js", "/web/icon.svg")
        ]
    assert policies == [PAGE_CSP, None, None]  # to these the frame gives its own


def test_comments_stay_at_home_and_lines_keep_their_numbers() -> None:
    source = (
        b"/*! MIT */\n/** What it is.\n * And why. */\nimport { a } from './a.js'; // of them\n  // whole line\n"
        b"const url = 'https://example.org/*'; /* b */ const c = 1; /* d */\n/* e */ f();\n"
    )
    assert without_comments(source) == (
        b"/*! MIT */\n\n\nimport { a } from './a.js'; // of them\n\n"
        b"const url = 'https://example.org/*'; /* b */ const c = 1; /* d */\n/* e */ f();\n"
    )


@pytest.mark.parametrize("suffix", [".js", ".css"])
def test_nothing_but_comments_is_taken_out(suffix: str) -> None:
    """As another reader of these languages has it, token by token."""
    lexer = get_lexer_by_name(suffix.removeprefix("."))

    def tokens(source: str) -> list[str]:
        return [text.strip() for kind, text in lexer.get_tokens(source) if kind not in Comment and text.strip()]

    files = list(WEB.rglob(f"*{suffix}"))
    assert len(files) > 5
    for path in files:
        source = path.read_bytes()
        assert tokens(without_comments(source).decode()) == tokens(source.decode()), path


async def test_a_file_that_the_browser_has_is_not_sent_again(http: FastAPI) -> None:
    async with client_of(http) as client:
        first = await client.get("/web/icon.svg")
        tag = first.headers["etag"]
        same = await client.get("/web/icon.svg", headers={"If-None-Match": f'"old", {tag}'})
        other = await client.get("/web/icon.svg", headers={"If-None-Match": '"old"'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert other.status_code == 200


async def test_what_is_long_is_sent_compressed_to_who_can_read_that(http: FastAPI) -> None:
    async with client_of(http) as client:
        packed = await client.get("/web/chat/greeting.js", headers={"Accept-Encoding": "gzip"})
        plain = await client.get("/web/chat/greeting.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(SCRIPT)
    assert packed.text == SCRIPT
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        "nothing.js",
        "",
        "chat",
        "chat/",
        "../secret.json",
        "%2e%2e/secret.json",
        "..%2fsecret.json",
        "chat/..%2f..%2fsecret.json",
        "%252e%252e/secret.json",
        "/etc/passwd",
        "..%5csecret.json",
        "icon.svg%00.js",
    ],
)
async def test_nothing_else_is_served(http: FastAPI, path: str) -> None:
    async with client_of(http) as client:
        answer = await client.get(f"/web/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_every_file_of_the_web_client_has_a_type() -> None:
    files = [path for path in WEB.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert len(files) >= 10
    assert {path.suffix for path in files} <= set(TYPES)


def test_files_are_compressed_the_same_way_every_time() -> None:
    files = read_all(WEB)
    assert "index.html" in files
    assert all(gzip.decompress(file.compressed) == file.body for file in files.values() if file.compressed)
    assert {path: file.etag for path, file in files.items()} == {
        path: file.etag for path, file in read_all(WEB).items()
    }


def shell(program: str) -> dict[str, Any]:
    """What the server wrote above the service worker."""
    first, _ = program.split("\n", 1)
    told: dict[str, Any] = json.loads(first.removeprefix("self.SHELL=").removesuffix(";"))
    return told


async def test_the_service_worker_may_serve_the_whole_page_and_knows_its_files(http: FastAPI) -> None:
    async with client_of(http) as client:
        answer = await client.get("/sw.js")
        script = await client.get("/web/chat/greeting.js")
        page = await client.get("/")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.text.endswith(WORKER)
    told = shell(answer.text)
    assert told["files"]["/web/chat/greeting.js"] == script.headers["etag"]
    assert told["files"]["/"] == page.headers["etag"]
    assert told["files"].keys() == {"/", "/web/chat/greeting.js", "/web/icon.svg"}, "neither itself nor big pictures"
    assert told["pages"] == list(PAGES)


def test_any_change_of_a_file_makes_another_edition() -> None:
    files = {name: File.of(name.encode(), ".js") for name in ("index.html", "app.js", "worker.js")}
    versions = {shell(worker(files).body.decode())["version"]}
    for name in files:
        changed = files | {name: File.of(b"changed", ".js")}
        versions.add(shell(worker(changed).body.decode())["version"])
    assert len(versions) == 4
    assert worker(files) == worker(dict(files))
