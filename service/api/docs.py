"""``/docs``: the description of the HTTP interface as a page that one can try it out on, and what each code means.

A page of our own with files of our own: the framework's loads a script from elsewhere and has another one inside, and
the page's policy forbids both. Swagger UI itself comes from a pinned package that is installed only for its files.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from service.api.pages_static import File
from service.api.problems import problem
from service.chat.errors import CODES

OURS = Path(__file__).parent / "docs_files"
SWAGGER_FILES = ("swagger-ui-bundle.js", "swagger-ui.css")

# Swagger UI builds parts of its page from text, which trusted types would forbid; all else is as strict as everywhere.
DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def read_all() -> Mapping[str, File]:
    """The files of the page: ours, and Swagger UI's. Its package is looked up and not run."""
    spec = find_spec("fastapi_swagger")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package fastapi-swagger, which brings the files of /docs, is not installed.")
    theirs = Path(spec.origin).parent / "resources"
    paths = [*sorted(OURS.iterdir()), *(theirs / name for name in SWAGGER_FILES)]
    return {path.name: File.read(path) for path in paths}


def routes(files: Mapping[str, File]) -> APIRouter:
    """The page, what it loads, and the table of codes that every problem's ``type`` points to."""
    router = APIRouter(include_in_schema=False)

    async def page(request: Request) -> Response:
        return files["docs.html"].answer(request, DOCS_CSP)

    async def description(request: Request) -> Response:
        return JSONResponse(request.app.openapi())

    async def problems() -> Response:
        return Response(
            _problems(), media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": DOCS_CSP}
        )

    async def file(request: Request, name: str) -> Response:
        found = files.get(name)
        return problem(404, "There is no such file.") if found is None else found.answer(request, DOCS_CSP)

    router.add_api_route("/openapi.json", description)
    router.add_api_route("/docs", page, response_class=Response)
    router.add_api_route("/docs/problems", problems, response_class=Response)
    router.add_api_route("/docs/{name}", file, response_class=Response)
    return router


def _problems() -> str:
    rows = "\n".join(
        f'<tr id="{code}"><th scope="row"><code>{code}</code></th><td>{meaning.status}</td>'
        f"<td>{escape(meaning.title)}</td></tr>"
        for code, meaning in CODES.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Folkmoot: what the codes mean</title>
<link rel="icon" type="image/svg+xml" href="/web/icon.svg"><link rel="stylesheet" href="/docs/docs.css">
</head>
<body><main class="problems">
<h1>What the codes mean</h1>
<p>Every error has a <code>code</code>, which does not change, and a <code>detail</code> for people, which may.
The same codes stand in the <code>error</code> frames of a socket. HTTP itself adds a few statuses for which the
nearest code is used: 405 is <code>unknown_type</code>, 408 and 415 are <code>bad_frame</code>, 414 and 431 are
<code>too_large</code>, 421 is <code>not_found</code>.</p>
<table>
<thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</main></body>
</html>
"""
