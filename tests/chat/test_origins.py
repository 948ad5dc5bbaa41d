"""Which hosts are ours, and which origins are allowed: the same rule for pages, the API and sockets."""

from __future__ import annotations

import pytest

from service.chat.origins import Origins, is_loopback

AT_HOME = Origins.of("127.0.0.1", "", (), ())
ON_THE_NETWORK = Origins.of("0.0.0.0", "", (), ())
PUBLIC = Origins.of(
    "0.0.0.0", "https://chat.example.org", ("chat.lan", "192.0.2.7"), ("https://friend.example.org:8443",)
)


def test_a_server_on_loopback_answers_to_loopback_alone() -> None:
    assert AT_HOME.answers("localhost:8000")
    assert AT_HOME.answers("[::1]")
    assert not AT_HOME.answers("chat.lan")
    assert not AT_HOME.answers("192.0.2.7")


def test_a_server_on_the_network_answers_to_any_name_until_it_is_told_its_own() -> None:
    assert ON_THE_NETWORK.answers("whatever.lan:8000")
    assert PUBLIC.answers("chat.example.org")
    assert PUBLIC.answers("chat.lan:8000")
    assert PUBLIC.answers("192.0.2.7")
    assert PUBLIC.answers("localhost")
    assert not PUBLIC.answers("whatever.lan")


def test_a_host_may_be_set_with_its_port_or_in_brackets() -> None:
    origins = Origins.of("0.0.0.0", "", ("Chat.LAN:8000", "[2001:db8::7]"), ())
    assert origins.answers("chat.lan")
    assert origins.answers("[2001:db8::7]:8000")
    assert not origins.answers("other.lan")


@pytest.mark.parametrize(
    "host", ["", "a b", "user@localhost", "localhost/x", "localhost:port", "localhost:99999", "[::1", "a,b"]
)
def test_what_is_no_host_is_not_answered(host: str) -> None:
    assert not ON_THE_NETWORK.answers(host)


def test_a_page_of_this_server_is_its_own() -> None:
    assert AT_HOME.is_own("http://127.0.0.1:8000", "http", "127.0.0.1:8000")
    assert AT_HOME.is_own("http://localhost:8000", "ws", "LOCALHOST:8000"), "a socket has a scheme of its own"
    assert AT_HOME.is_own("http://localhost", "http", "localhost:80"), "browsers leave a default port out"
    assert AT_HOME.is_own("https://localhost", "wss", "localhost:443")
    assert AT_HOME.is_own("http://[::1]:8000", "http", "[::1]:8000")


def test_another_port_scheme_or_name_is_another_origin() -> None:
    for origin in ("http://127.0.0.1:3000", "https://127.0.0.1:8000", "http://localhost:8000", "null", ""):
        assert not AT_HOME.allow(origin, "http", "127.0.0.1:8000")


def test_a_host_that_is_not_ours_makes_no_origin_our_own() -> None:
    assert not AT_HOME.allow("http://evil.example", "http", "evil.example")


def test_the_public_origin_is_our_own_also_behind_a_proxy_that_takes_off_tls() -> None:
    assert PUBLIC.is_own("https://chat.example.org", "http", "127.0.0.1:8000")
    assert not PUBLIC.allow("http://chat.example.org", "http", "127.0.0.1:8000")


def test_a_listed_origin_is_allowed_but_not_our_own() -> None:
    """Its pages may use the API with a token; the cookie of a signed-in browser is not for them."""
    friend = "https://friend.example.org:8443"
    assert PUBLIC.allow(friend, "https", "chat.example.org")
    assert not PUBLIC.is_own(friend, "https", "chat.example.org")


@pytest.mark.parametrize("origin", ["friend.example.org", "ftp://friend.example.org", "*", "null", "https://"])
def test_a_setting_that_is_no_origin_is_told_so(origin: str) -> None:
    with pytest.raises(ValueError, match="not a web origin"):
        Origins.of("127.0.0.1", "", (), (origin,))


def test_loopback_is_more_than_one_address() -> None:
    assert [
        name for name in ("localhost", "127.0.0.1", "127.1.2.3", "::1", "10.0.0.1", "chat.lan") if is_loopback(name)
    ] == [
        "localhost",
        "127.0.0.1",
        "127.1.2.3",
        "::1",
    ]
