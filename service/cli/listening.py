"""What the operating system gives a server: a socket to listen on, and as many files as it may have open."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import resource
import socket

from service.cli.console import Failure

BACKLOG = 2048  # connections that wait to be accepted; the kernel may cap it at net.core.somaxconn

_SENTENCES = {
    errno.EADDRINUSE: "{place} is in use by another program. Choose another port; --port 0 takes a free one.",
    errno.EACCES: "You may not listen on {place}: ports below 1024 belong to root.",
    errno.EADDRNOTAVAIL: "{place} is no address of this machine.",
}


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on ``host`` and ``port`` (0: any free one)."""
    place = authority(host, port)
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise Failure(f"There is no address called {host}.") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A restart must not wait until the kernel has forgotten the connections of the last run.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        sentence = _SENTENCES.get(error.errno or 0, "{place} can't be listened on: {error}.")
        raise Failure(sentence.format(place=place, error=error.strerror)) from error
    return listener


def authority(host: str, port: int) -> str:
    """Host and port as a URL writes them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def raise_file_limit() -> None:
    """Allow this process as many open files as it may have: each connection is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems name a limit that they then do not grant; the one that is there goes on to hold.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def origin(host: str, port: int) -> str:
    """The URL under which a server that listens on ``host`` is reached from this machine."""
    # A wildcard is no address that one could connect to.
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"http://{authority(reachable, port)}"
