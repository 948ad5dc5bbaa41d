"""What the tests of the HTTP side share."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.api.house import open_house


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a server with the demonstration's users and rooms; to be copied and left as it is."""
    folder = tmp_path_factory.mktemp("furnished")

    async def furnish() -> None:
        async with open_house(folder):
            pass

    asyncio.run(furnish())
    return folder
