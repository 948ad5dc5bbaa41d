"""What every test may rely on. Fixtures of one part of the house stand in the `conftest.py` of its own folder."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Async tests (`@pytest.mark.anyio`) run on asyncio, which is what the server runs on."""
    return "asyncio"
