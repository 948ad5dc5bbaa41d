"""What the tests of the storage share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.storage.kept import Kept, opened, seed


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the cast and its rooms; to be copied and left as it is."""
    path = tmp_path_factory.mktemp("seeded") / "folkmoot.db"
    seed(path)
    return path


@pytest.fixture
async def kept(seeded: Path, tmp_path: Path) -> AsyncIterator[Kept]:
    """A running database of the test's own."""
    async with opened(seeded, tmp_path) as running:
        yield running
