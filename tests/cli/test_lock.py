"""One server on a data directory, which others find by its lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.cli import lock
from service.cli.console import Failure
from service.config import Settings
from tests.cli.conftest import Folkmoot


def test_an_invite_names_the_server_that_runs_and_no_other(folkmoot: Folkmoot, place: Path) -> None:
    current = Settings(data=place / "data")

    with lock.hold(current) as held:
        lock.say_where(held, "http://127.0.0.1:8421")
        while_it_runs = folkmoot("invite").out
    afterwards = folkmoot("invite").out

    assert while_it_runs.startswith("http://127.0.0.1:8421/signup#invite=")
    assert afterwards.startswith("http://127.0.0.1:8000/signup#invite=")


def test_a_second_server_hears_of_the_first(place: Path) -> None:
    current = Settings(data=place / "data")

    with lock.hold(current), pytest.raises(Failure, match="Another server"):
        lock.hold(current)
