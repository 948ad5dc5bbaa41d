"""The page at /docs is ours: its files come from here, and its policy forbids everything else."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from service.api import docs, problems
from service.api.docs import DOCS_CSP, OURS
from service.chat.errors import CODES
from tests.api.framed import client_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def http() -> FastAPI:
    """A server of nothing but its documentation."""
    app = FastAPI(docs_url=None, redoc_url=None)
    problems.install(app)
    app.include_router(docs.routes(docs.read_all()))
    return app


async def test_everything_that_the_page_loads_is_served_from_here(http: FastAPI) -> None:
    async with client_of(http) as client:
        page = await client.get("/docs")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        answers = [await client.get(path) for path in loaded if path.startswith("/docs/")]
    assert all(path.startswith("/") for path in loaded), "nothing comes from elsewhere"
    assert [answer.status_code for answer in answers] == [200] * 4
    assert any(b"SwaggerUIBundle" in answer.content for answer in answers)


async def test_the_page_allows_no_script_but_our_files(http: FastAPI) -> None:
    async with client_of(http) as client:
        page = await client.get("/docs")
    assert page.headers["content-security-policy"] == DOCS_CSP
    assert "unsafe" not in DOCS_CSP
    assert "script-src 'self'" in DOCS_CSP
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text), "a script inside the page would not run"
    assert " on" not in "".join(re.findall(r"<[^>]+>", page.text)).replace(" one", ""), "nor would a handler"


def test_the_page_keeps_no_token() -> None:
    assert "persistAuthorization: false" in (OURS / "docs.js").read_text()


async def test_the_type_of_every_problem_leads_to_its_explanation(http: FastAPI) -> None:
    async with client_of(http) as client:
        page = await client.get("/docs/problems")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for code, meaning in CODES.items():
        assert f'id="{code}"' in page.text
        assert f"<td>{meaning.status}</td>" in page.text


async def test_no_other_file_of_the_package_is_served(http: FastAPI) -> None:
    async with client_of(http) as client:
        for name in ("__init__.py", "favicon-32x32.png", "%2e%2e%2fdocs.py"):
            assert (await client.get(f"/docs/{name}")).status_code == 404
