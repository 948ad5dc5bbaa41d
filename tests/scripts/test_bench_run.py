"""The load generator against the real textbook server: a short talk, counted to the last delivery."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.benchmark.crowd import Crowd
from scripts.benchmark.dialects import BadFrame, Seat, TextbookDialect
from scripts.benchmark.loop import Loop
from scripts.benchmark.pace import InFlight
from scripts.benchmark.servers import Server, free_port, textbook
from scripts.benchmark.window import watch

TALK_SECONDS = 0.3


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return textbook(tmp_path, os.sched_getaffinity(0))


def test_everyone_in_the_room_gets_every_message_once(server: Server) -> None:
    with server:
        crowd = Crowd(Loop(), TextbookDialect(), server.port)
        crowd.sit([Seat(room, talks=place < 2) for room in ("lobby", "den") for place in range(5)])
        crowd.start(InFlight(3))
        window = watch(crowd, server.pid, os.sched_getaffinity(0), TALK_SECONDS)
        crowd.hush()
        assert crowd.posts == crowd.said == crowd.answered > 0
        assert crowd.deliveries == 5 * crowd.posts
        assert 0 < window.deliveries <= crowd.deliveries
        assert window.latencies
        crowd.leave()


def test_a_server_that_goes_away_is_no_figure(server: Server) -> None:
    with server:
        crowd = Crowd(Loop(), TextbookDialect(), server.port)
        crowd.sit([Seat("lobby", talks=True)])
        server.stop()
        with pytest.raises(BadFrame, match=r"closed a connection|broke"):
            crowd.run(TALK_SECONDS)
        crowd.leave()


def test_nobody_is_there(tmp_path: Path) -> None:
    crowd = Crowd(Loop(), TextbookDialect(), free_port())
    with pytest.raises(BadFrame, match=r"could not be made|broke"):
        crowd.sit([Seat("lobby")])
    crowd.leave()
