"""A small application in the real frame, without a database: what the frame does shows on any route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp

from service.api import problems
from service.api.frame import surround
from service.chat.errors import Code, Refusal, Why
from service.chat.origins import Origins
from service.watch.metrics import Metrics

HOST = "127.0.0.1:8000"
BODY_BYTES = 2_000
BODY_SECONDS = 0.05
LOOPBACK = Origins.of("127.0.0.1", "https://chat.example.org", (), ("https://friend.example.org",))

router = APIRouter()


class Words(BaseModel):
    """A body."""

    model_config = ConfigDict(strict=True)

    slug: str = Field(pattern="[a-z]+")
    count: int = 0


@router.get("/api/rooms/{slug}")
async def see(slug: str, limit: int = 50) -> dict[str, Any]:
    """Answers what it was asked."""
    return {"slug": slug, "limit": limit}


@router.post("/api/rooms/{slug}", status_code=201)
async def change(slug: str, body: Words) -> dict[str, Any]:
    """Answers what it was told."""
    return {"slug": slug, "count": body.count}


@router.delete("/api/rooms/{slug}", status_code=204)
async def delete(slug: str) -> None:
    """Refuses, as rules do."""
    raise Refusal(Code.SLOW_MODE, "Wait.", why=Why("slow_mode", by="mo", until=1_790_000_000_000), retry_after=1.2)


@router.post("/oauth/token")
async def token(request: Request) -> dict[str, Any]:
    """Reads a form by itself."""
    return {"read": len(await request.body())}


@router.get("/api/broken")
async def broken() -> None:
    """Has a defect."""
    raise RuntimeError("the password is hunter2")


@router.get("/healthz")
async def healthz() -> dict[str, Any]:
    """Alive."""
    return {}


def small_app(
    *, origins: Origins = LOOPBACK, metrics: Metrics | None = None, https: bool = False, also: APIRouter | None = None
) -> ASGIApp:
    """The small application, framed; ids are r1, r2, … and every request takes two seconds by its clock."""
    http = FastAPI(openapi_url=None, redirect_slashes=False)
    problems.install(http)
    http.include_router(router)
    if also is not None:
        http.include_router(also)
    ids, seconds = count(1), count(0, 2)
    return surround(
        http,
        origins=origins,
        metrics=metrics or Metrics(),
        body_bytes=BODY_BYTES,
        body_seconds=BODY_SECONDS,
        https=https,
        new_id=lambda: f"r{next(ids)}",
        monotonic=lambda: float(next(seconds)),
    )


@asynccontextmanager
async def client_of(app: ASGIApp, base_url: str = f"http://{HOST}") -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application in this process."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client
