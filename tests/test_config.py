"""Settings that are wrong are told when they are read, and not by the first person who meets them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from service.config import Settings


def _read(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ""),
        ("https://chat.example.org", "https://chat.example.org"),
        ("https://Chat.Example.org/", "https://chat.example.org"),
        ("http://192.0.2.7:8000", "http://192.0.2.7:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_public_url_is_kept_as_browsers_write_an_origin(given: str, read: str) -> None:
    assert _read(public_url=given).public_url == read


@pytest.mark.parametrize(
    "url",
    [
        "chat.example.org",
        "ftp://chat.example.org",
        "https://",
        "https://chat.example.org/moot",
        "https://chat.example.org?x=1",
        "https://chat.example.org#x",
        "https://user@chat.example.org",
        "https://chat.example.org:port",
        "*",
        "null",
    ],
)
def test_what_is_no_origin_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValidationError):
        _read(public_url=url)
    with pytest.raises(ValidationError):
        _read(allowed_origins=("https://friend.example.org", url))


def test_settings_do_not_change_while_the_server_runs() -> None:
    with pytest.raises(ValidationError):
        _read().port = 80  # type: ignore[misc]


def test_no_forwarded_header_is_believed_unless_a_proxy_is_named() -> None:
    assert _read().trusted_proxies == ()
