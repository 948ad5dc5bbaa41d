"""The web client's files: read once at the start and served from memory, so that a path from outside is only ever
looked up in a table and never touches the file system. After a change of a file the server is started again.

The service worker is told here which files make an edition of the page, so that it keeps all of them or none."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from fastapi import APIRouter, Request, Response

from service.api.binding import bound
from service.api.problems import problem

WEB = Path(__file__).parent.parent / "web"
PAGES = ("/", "/setup", "/signup", "/reset")  # all the one page; what a link carries stands in its fragment
WORKER = "worker.js"
WORKER_ADDRESS = "/sw.js"  # at the top, for a worker serves only what lies below its own address
NOT_KEPT = ("icons/", WORKER)  # read by the system when the page is installed, and by the browser itself
COMPRESSED_FROM = 1_024  # bytes; below this compressing saves nothing
REVALIDATE = "no-cache"  # kept by the browser, asked about each time: a new release shows at once

PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types folkmoot"
)
# By our own table: what the system believes about endings differs from machine to machine.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_COMPRESSIBLE = frozenset({".css", ".html", ".js", ".json", ".svg", ".webmanifest"})
_COMMENTED = frozenset({".css", ".js"})
# Comments that have their lines for themselves: a third of what is compressed, for readers of the source alone.
# Licences (`/*!`) stay.
_COMMENT = re.compile(rb"^[ \t]*(?:/\*(?!!)(?:(?!\*/).)*\*/[ \t]*|//[^\n]*)$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is served: as it is, and compressed where that helps."""

    body: bytes
    compressed: bytes | None
    media_type: str
    etag: str

    @classmethod
    def read(cls, path: Path) -> File:
        """The file at a path of ours."""
        return cls.of(sent(path), path.suffix)

    @classmethod
    def of(cls, body: bytes, suffix: str) -> File:
        """A file of this content and ending."""
        compressed = None
        if suffix in _COMPRESSIBLE and len(body) >= COMPRESSED_FROM:
            compressed = gzip.compress(body, mtime=0)
        return cls(body, compressed, TYPES[suffix], f'W/"{blake2b(body, digest_size=12).hexdigest()}"')

    def answer(self, request: Request, csp: str | None = None) -> Response:
        """The answer to a GET: 304 if the browser has it already (RFC 9110, section 13.1.2). The policy of the page
        comes with what is one or runs apart from it; everything else gets the one that lets nothing be done."""
        headers = {"ETag": self.etag, "Cache-Control": REVALIDATE}
        if csp is not None:
            headers["Content-Security-Policy"] = csp
        if self.compressed is not None:
            headers["Vary"] = "Accept-Encoding"
        known = {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
        if self.etag in known or self.etag.removeprefix("W/") in known or "*" in known:
            return Response(status_code=304, headers=headers)
        if self.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.compressed, media_type=self.media_type, headers=headers)
        return Response(self.body, media_type=self.media_type, headers=headers)


def without_comments(source: bytes) -> bytes:
    """JavaScript or CSS without those comments that have their lines for themselves. The lines stay, so that what a
    browser says about a line is true."""
    return _COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), source)


def sent(path: Path) -> bytes:
    """The content of a file as browsers get it."""
    body = path.read_bytes()
    return without_comments(body) if path.suffix in _COMMENTED else body


def read_all(folder: Path) -> Mapping[str, File]:
    """The files below a folder whose ending is in the table, by their path in it; those of a page bound together."""
    found = (path for path in sorted(folder.rglob("*")) if path.suffix in TYPES and path.is_file())
    files = {path.relative_to(folder).as_posix(): sent(path) for path in found}
    return {path: File.of(body, Path(path).suffix) for path, body in bound(files).items()}


def worker(files: Mapping[str, File]) -> File:
    """The service worker, with what it keeps written above it. Any file that changes makes it another one, which is
    how browsers come to know of a new edition."""
    tags = {f"/web/{path}": file.etag for path, file in files.items() if not path.startswith(NOT_KEPT)}
    tags |= {PAGES[0]: tags.pop("/web/index.html")}
    code = files[WORKER].body
    version = blake2b(json.dumps(tags).encode() + code, digest_size=12).hexdigest()
    shell = json.dumps({"version": version, "pages": PAGES, "files": tags}, separators=(",", ":"))
    return File.of(f"self.SHELL={shell};\n".encode() + code, Path(WORKER).suffix)


def routes(files: Mapping[str, File]) -> APIRouter:
    """The pages, the files that they load, at ``/web/``, and the service worker."""
    router = APIRouter(include_in_schema=False)
    service_worker = worker(files)

    async def page(request: Request) -> Response:
        return files["index.html"].answer(request, PAGE_CSP)

    async def file(request: Request, path: str) -> Response:
        found = files.get(path)
        return problem(404, "There is no such file.") if found is None else found.answer(request)

    async def program(request: Request) -> Response:
        return service_worker.answer(request, PAGE_CSP)

    for path in PAGES:
        router.add_api_route(path, page, response_class=Response)
    router.add_api_route("/web/{path:path}", file, response_class=Response)
    router.add_api_route(WORKER_ADDRESS, program, response_class=Response)
    return router
