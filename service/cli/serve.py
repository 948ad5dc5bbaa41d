"""``folkmoot serve``: run the server."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
from typing import Annotated

import typer
import uvloop

from service.app import Application, create_app
from service.chat import demo as demonstration
from service.cli import console, house, lock, server, settings
from service.cli.console import Failure
from service.cli.house import House
from service.cli.listening import is_loopback, listen, origin, raise_file_limit
from service.config import Settings
from service.storage import schema
from service.watch.logs import configure_logs

# Threads that hash or write to the database let go of the interpreter soon enough for the event loop, and it for them.
SWITCH_SECONDS = 0.0005

# Each message leaves a few hundred objects, none of them in cycles, and a collection walks those of all connections: at
# Python's own thresholds (700, 10, 10) an eighth of the processor goes into finding nothing.
GC_THRESHOLDS = (50_000, 20, 50)


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Add users and rooms to look around with. Loopback only.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 without this or a setting.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one; 8000 without this.")
    ] = None,
    data: settings.Data = None,
    log_level: Annotated[
        str | None, typer.Option(metavar="debug|info|warning|error", help="Least level logged.")
    ] = None,
    log_json: Annotated[bool | None, typer.Option("--log-json", help="Log as JSON lines.")] = None,
) -> None:
    """Run the server, until Ctrl-C or SIGTERM.

    Flags win over environment variables (FOLKMOOT_PORT and so on), those over .env in the current directory.

    Examples: folkmoot serve --demo ; folkmoot serve --host 0.0.0.0 --port 80 --data /var/lib/folkmoot
    """
    current = settings.load(host=host, port=port, data=data, log_level=log_level, log_json=log_json)
    if demo and not is_loopback(current.host):
        raise Failure(
            f"--demo is for this machine alone: its passwords are public, and {current.host} is not loopback."
        )
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*GC_THRESHOLDS)
    raise_file_limit()
    configure_logs(current.log_level, as_json=current.log_json)
    with lock.hold(current) as held:
        _prepare(current, demo)
        listener = listen(current.host, current.port)
        current = current.model_copy(update={"port": listener.getsockname()[1]})
        lock.say_where(held, origin(current.host, current.port))
        with house.expected_failures():
            app = create_app(current)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(app, current, listener, demo))


async def _run(app: Application, current: Settings, listener: socket.socket, demo: bool) -> None:
    async def announce() -> None:
        await _announce(app, current, demo)

    config = server.configure(app, current)
    await server.ChatServer(config, announce=announce, drain=app.drain).serve(sockets=[listener])


def _prepare(current: Settings, demo: bool) -> None:
    """Bring the database up to date, and see to the users of the demonstration."""
    with house.engine(current) as engine, house.expected_failures():
        schema.migrate(engine)
    if demo:
        house.visit(current, _seed)
    elif not is_loopback(current.host) and (exposed := house.visit(current, _exposed)):
        raise Failure(
            f"The public password of the demonstration still opens {', '.join(exposed)}. Before others can reach this "
            f"server, give each another one (folkmoot user password NAME) or suspend them (folkmoot user suspend NAME)."
        )


async def _seed(at: House) -> None:
    await demonstration.seed(at.database, at.passwords)


async def _exposed(at: House) -> list[str]:
    return await demonstration.exposed(at.database, at.passwords)


async def _announce(app: Application, current: Settings, demo: bool) -> None:
    url = origin(current.host, current.port)
    console.say(f"Folkmoot is at {current.public_url or url}")
    if demo:
        _announce_demo()
    elif (token := await app.parts.setup.open()) is not None:
        _announce_setup(current.public_url or url, url, token)
    sys.stdout.flush()


def _announce_setup(public: str, local: str, token: str) -> None:
    # A placeholder that the server refuses: a good password printed here would be everybody's.
    body = json.dumps({"token": token, "username": "ann", "password": "PASSWORD"})
    console.say("There are no users yet. Whoever opens this link becomes the first admin; it works once:")
    console.say(f"  {public}/setup#token={token}")
    console.say("or, without a browser:")
    console.say(f"  curl {local}/api/setup -H 'Content-Type: application/json' -d '{body}'")


def _announce_demo() -> None:
    users = ", ".join(f"{name} ({role.word})" for name, role in demonstration.USERS.items())
    console.say("THIS IS A DEMONSTRATION: everybody on this machine can sign in as anybody.")
    console.say(f"  users:    {users}")
    console.say(f"  password: {demonstration.PASSWORD}")
    console.say(f"  rooms:    {', '.join(room.slug for room in demonstration.ROOMS)}")
