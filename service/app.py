"""The composition root: the one place that reads the settings, makes the parts and fits them together.

``create_app`` makes everything and starts nothing. What has to run is started in the order of one list when the server
starts, and stopped in the reverse order when it ends, also when the start fails halfway.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from service import __version__
from service.api.attempts import LimitedCounts
from service.api.frame import surround
from service.api.health import Readiness
from service.api.http import http_side
from service.api.own_exports import OwnExports
from service.api.parts import Choices, Parts
from service.api.sockets import Sockets
from service.chat.accounts import Accounts
from service.chat.attempts import Attempts
from service.chat.bots import Bots
from service.chat.door import Door
from service.chat.erasing import Erasing
from service.chat.files import Quota
from service.chat.grants import Grants
from service.chat.introspection import Introspection
from service.chat.keyring import open_keyring
from service.chat.limits import Buckets
from service.chat.origins import Origins
from service.chat.orphans import Orphans
from service.chat.passwords import Passwords
from service.chat.portable import Sources
from service.chat.ports import Clock, Formatter
from service.chat.profile import Profiles
from service.chat.refresh import open_refresh_tokens
from service.chat.resets import Resets
from service.chat.retention import Retention
from service.chat.screening import Effort, Screen
from service.chat.search import Searches
from service.chat.setup import Setup
from service.chat.sign_up import SignUp, SignUps
from service.chat.signin import SignIn
from service.chat.stores.files import Blobs, Pictures
from service.chat.stores.search import SearchIndex
from service.chat.tickets import MemoryTickets
from service.chat.tokens import Issuer, Verifier, issuer_name
from service.chat.uploads import Uploads
from service.chat.windows import Windows
from service.config import Settings
from service.live.erasing import Eraser
from service.live.hub import Hub
from service.live.lifts import Lifts
from service.live.orphans import Collector
from service.live.registry import HubLimits
from service.live.retention import Expiring
from service.live.terms import Terms
from service.storage import schema
from service.storage.blobs import DiskBlobs
from service.storage.database import SqlDatabase
from service.storage.engine import open_engine
from service.storage.exports import SqlSources
from service.storage.pictures import WorkerPictures
from service.storage.search.index import SqliteSearchIndex
from service.text.formatter import MarkdownFormatter
from service.text.patterns import Patterns
from service.watch.metrics import Exposition, Metrics

DATABASE_FILE = "folkmoot.db"
FILES = "files"  # the directory of uploads, beside it
NS_PER_MS = 1_000_000
NODE_BYTES = 4  # of chance: a process's own name, which a client is told

log = logging.getLogger("folkmoot.app")


def now_ms() -> int:
    """The wall clock, in Unix milliseconds."""
    return time.time_ns() // NS_PER_MS


@dataclass(frozen=True, slots=True)
class Step:
    """Something that runs while the server does. Either half may have something to wait for."""

    name: str
    start: Callable[[], Awaitable[object] | None]
    stop: Callable[[], Awaitable[object] | None] = lambda: None


async def _call(half: Callable[[], Awaitable[object] | None]) -> None:
    waiting = half()
    if waiting is not None:
        await waiting


@asynccontextmanager
async def running(steps: Sequence[Step]) -> AsyncIterator[None]:
    """Start in order; stop what was started, in the reverse order."""
    async with AsyncExitStack() as started:
        for step in steps:
            log.debug("starting", extra={"part": step.name})
            await _call(step.start)
            started.push_async_callback(_call, step.stop)
        yield


class Application:
    """The ASGI application. Sockets go their own way, past everything that HTTP needs and they would pay for."""

    def __init__(self, parts: Parts, http: ASGIApp, lifespan: ASGIApp, sockets: ASGIApp, drain_seconds: float) -> None:
        self.parts = parts
        self._ways = {"http": http, "lifespan": lifespan, "websocket": sockets}
        self._drain_seconds = drain_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one socket, or the server's life from start to stop."""
        await self._ways[scope["type"]](scope, receive, send)

    async def drain(self) -> None:
        """Take nobody in any more, and send those who are here away one after another."""
        await self.parts.hub.drain(self._drain_seconds)


def create_app(settings: Settings) -> Application:
    """The whole server for these settings; nothing runs until it is started."""
    metrics = Metrics()
    path = settings.data / DATABASE_FILE
    engine = open_engine(f"sqlite:///{path.absolute()}")
    index = SqliteSearchIndex(settings.data, path)
    screen = Screen(Patterns(), Effort(time.monotonic))
    database = SqlDatabase(engine, now_ms, metrics.committed, screen)
    formatter = MarkdownFormatter(metrics)
    blobs = DiskBlobs(settings.data / FILES, settings.disk_bytes_spared)
    pictures = WorkerPictures()
    sources = SqlSources(engine, blobs, now_ms)
    orphans = Orphans(database, blobs, now_ms)
    eraser = Eraser(Erasing(database, orphans, database.shed))
    parts = _parts(settings, database, index, screen, formatter, blobs, pictures, sources, eraser, metrics, now_ms)
    lifts = Lifts(database, now_ms)
    collector = Collector(orphans)
    expiring = Expiring(database, Retention(settings.retention_days, settings.retention_days_max))
    steps = [
        Step("schema", lambda: asyncio.to_thread(schema.migrate, engine)),
        Step("database", lambda: database.start(parts.hub.deliver), database.stop),
        Step("formatter", formatter.start, formatter.stop),
        Step("passwords", parts.passwords.start, lambda: asyncio.to_thread(parts.passwords.stop)),
        Step("pictures", lambda: None, pictures.stop),
        Step("exports", lambda: None, lambda: asyncio.to_thread(parts.own_exports.stop)),
        Step("uploads", parts.uploads.start, lambda: asyncio.to_thread(parts.uploads.stop)),
        Step("search", index.start, index.stop),
        Step("hub", parts.hub.start, parts.hub.stop),
        Step("lifts", lifts.start, lifts.stop),
        Step("orphans", collector.start, collector.stop),
        Step("retention", expiring.start, expiring.stop),
        Step("erasures", eraser.start, eraser.stop),
    ]
    http = http_side(lambda _: running(steps))
    http.state.parts = parts
    framed = surround(
        http,
        origins=parts.origins,
        metrics=metrics,
        body_bytes=settings.body_bytes,
        body_seconds=settings.body_seconds,
        upload_bytes=settings.file_bytes,
        upload_seconds=settings.upload_seconds,
        https=parts.choices.https,
    )
    return Application(parts, framed, http, Sockets(parts), settings.drain_seconds)


def _parts(
    settings: Settings,
    database: SqlDatabase,
    index: SearchIndex,
    screen: Screen,
    formatter: Formatter,
    blobs: Blobs,
    pictures: Pictures,
    sources: Sources,
    eraser: Eraser,
    metrics: Metrics,
    clock: Clock,
) -> Parts:
    name = issuer_name(settings.public_url, settings.host, settings.port)
    keyring = open_keyring(settings.data, settings.signing_keys)
    issuer = Issuer(name, keyring, settings.access_token_seconds, clock)
    verifier = Verifier(name, keyring, clock)
    refresh_tokens = open_refresh_tokens(settings.data)
    passwords = Passwords(
        at_once=settings.hashes_at_once or _spare_processors(),
        waiting=settings.hashes_waiting,
        shortest=settings.password_min,
    )
    buckets = Buckets(settings.commands_per_second, time.monotonic)
    door = Door(database, database, buckets, formatter, screen, Windows(settings.edit_seconds, settings.delete_seconds))
    hub = Hub(database, door, _terms(settings, verifier, clock), _limits(settings), metrics)
    accounts = Accounts(database, passwords)
    attempts = Attempts(LimitedCounts(clock))
    sign_in = SignIn(
        database,
        passwords,
        attempts,
        clock,
        per_account=settings.sign_ins_per_account,
        per_address=settings.sign_ins_per_address,
    )
    return Parts(
        clock=clock,
        choices=Choices(name, settings.query_token, settings.password_grant),
        origins=Origins.of(settings.host, settings.public_url, settings.allowed_hosts, settings.allowed_origins),
        metrics=metrics,
        exposition=Exposition(metrics),
        database=database,
        readiness=Readiness(database, lambda: hub.draining, time.monotonic),
        door=door,
        hub=hub,
        keyring=keyring,
        issuer=issuer,
        verifier=verifier,
        refresh_tokens=refresh_tokens,
        tickets=MemoryTickets(clock),
        screen=screen,
        searches=Searches(door, index),
        own_exports=OwnExports(sources),
        eraser=eraser,
        uploads=Uploads(door, blobs, pictures, _quota(settings), clock, at_once=settings.uploads_at_once),
        passwords=passwords,
        setup=Setup(database, passwords),
        accounts=accounts,
        sign_ups=SignUps(accounts, door, SignUp(settings.sign_up), attempts, per_address=settings.sign_ups_per_address),
        profiles=Profiles(door, passwords, sign_in),
        resets=Resets(database, passwords),
        bots=Bots(database),
        grants=Grants(
            database,
            sign_in,
            issuer,
            refresh_tokens,
            session_days=settings.session_days,
            password_grant=settings.password_grant,
        ),
        introspection=Introspection(database, verifier, refresh_tokens),
    )


def _terms(settings: Settings, verifier: Verifier, clock: Clock) -> Terms:
    return Terms(
        verify=verifier.verify,
        now=clock,
        rooms=settings.rooms_per_connection,
        frame_bytes=settings.frame_bytes,
        commands_per_second=settings.commands_per_second,
        heartbeat_seconds=settings.heartbeat_seconds,
        slow_reader_seconds=settings.slow_reader_seconds,
        version=__version__,
        node=secrets.token_hex(NODE_BYTES),
        file_bytes=settings.file_bytes,
    )


def _quota(settings: Settings) -> Quota:
    return Quota(
        file_bytes=settings.file_bytes,
        stored_bytes=settings.file_bytes_per_user,
        bytes_per_day=settings.file_bytes_per_day,
        files_per_day=settings.files_per_day,
    )


def _spare_processors() -> int:
    """All but the one that the event loop needs: who signs in may take what is left, not what messages wait for."""
    return max(1, (os.cpu_count() or 1) - 1)


def _limits(settings: Settings) -> HubLimits:
    return HubLimits(settings.connections, settings.connections_per_user, settings.connections_per_address)
