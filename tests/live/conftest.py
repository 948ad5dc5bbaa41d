"""What the tests of the live side share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.live.hall import Hall, opened
from tests.live.virtual import VirtualLoop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Here time passes when a test says so."""
    return "asyncio", {"loop_factory": VirtualLoop}


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """A running hub."""
    async with opened() as running:
        yield running
