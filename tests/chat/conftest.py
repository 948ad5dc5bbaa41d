"""What the tests of the rules share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.chat.passwords import Passwords


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    """Real hashing: what it costs (30 ms) is part of what is tested."""
    pool = Passwords(at_once=2, waiting=64)
    yield pool
    pool.stop()
