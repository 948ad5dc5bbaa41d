"""One house for the tests of a module: the real server, which has to be calm again after each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.house import House


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The server, for as long as the module's tests run."""
    with House(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def house(open_house: House) -> Iterator[House]:
    """The server, for one test, which must not shake it: no traceback, no 500, and it still answers afterwards."""
    with open_house.unshaken():
        yield open_house
