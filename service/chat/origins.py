"""Which hosts are ours and which web origins may speak to us: one pure rule for pages, the API and sockets.

A browser tells where a page came from (``Origin``) and which name it used for us (``Host``). Checking the host stops
DNS rebinding, where a stranger's name is pointed at a server in the reader's own network; checking the origin stops a
stranger's page from acting through the reader's browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
WEB_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True)
class Origins:
    """The hosts that are answered and the origins that are let in. ``any_host``: nothing was said about hosts, and the
    server listens to a network, where it cannot know by which names it is called.

    Letting any host be its own origin then is bearable because nothing here comes with the browser by itself: tokens
    are kept by the page, and a cookie belongs to the host that set it.
    """

    hosts: frozenset[str]
    public: str | None
    listed: frozenset[str]
    any_host: bool = False

    @classmethod
    def of(cls, bound_to: str, public_url: str, hosts: tuple[str, ...], origins: tuple[str, ...]) -> Origins:
        """The rule that follows from the settings; ``ValueError`` names the origin that is none."""
        public = _origin(public_url) if public_url else None
        given = (*hosts, urlsplit(public).netloc) if public else hosts
        named = {name for name in map(_hostname, given) if name}
        return cls(
            hosts=LOOPBACK_NAMES | named,
            public=public,
            listed=frozenset(_origin(url) for url in origins),
            any_host=not named and not is_loopback(bound_to),
        )

    def answers(self, host: str) -> bool:
        """Whether a request for this ``Host`` is meant for us."""
        name = _hostname(host)
        return name is not None and (self.any_host or name in self.hosts or is_loopback(name))

    def allow(self, origin: str, scheme: str, host: str) -> bool:
        """Whether a page of ``origin`` may use the server that it reached by ``scheme`` and ``host``.

        Origins are compared as a whole: ``null``, a prefix, a suffix or another port is another origin.
        """
        return origin in self.listed or self.is_own(origin, scheme, host)

    def is_own(self, origin: str, scheme: str, host: str) -> bool:
        """Whether the page came from this very server: by that scheme and host, or by the public URL's."""
        if origin == self.public:
            return True
        if not self.answers(host):
            return False
        try:
            return origin == _origin(f"{WEB_SCHEMES[scheme]}://{host}")
        except (KeyError, ValueError):
            return False


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine as seen by itself."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _hostname(host: str) -> str | None:
    """The name in a ``Host`` header, without its port; None if it is not one (RFC 9112, section 3.2)."""
    if not host or any(mark in host for mark in "/@?#\\ \t,"):
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname


def _origin(url: str) -> str:
    """The origin of a URL as a browser writes it (RFC 6454, section 6.2): lower case, without the default port."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not a web origin: write it as https://chat.example.org")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{name}{port}"
