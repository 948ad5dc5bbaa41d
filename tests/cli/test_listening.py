"""What keeps a server from listening is said in a sentence that helps."""

from __future__ import annotations

import pytest

from service.cli.console import Failure
from service.cli.listening import is_loopback, listen, origin


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=f"127.0.0.1:{port} is in use by another program. .*--port 0"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(Failure, match=r"192\.0\.2\.1:0 is no address of this machine"):
        listen("192.0.2.1", 0)


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(Failure, match="no address called no such host"):
        listen("no such host", 0)


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.8.8.8", True)]
    + [(host, False) for host in ("0.0.0.0", "::", "192.0.2.1", "moot.example", "localhost.example", "")],
)
def test_only_loopback_is_loopback(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


def test_a_url_can_be_connected_to_whatever_is_listened_on() -> None:
    assert origin("0.0.0.0", 8000) == "http://127.0.0.1:8000"
    assert origin("::", 8000) == "http://[::1]:8000"
    assert origin("192.0.2.1", 80) == "http://192.0.2.1:80"
