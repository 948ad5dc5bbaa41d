"""The scenario of those who are sent away: whom, how, and what the clock measures."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode

from scripts.benchmark import house, sending_away
from scripts.benchmark.bench import Bench, Scale
from scripts.benchmark.condemned import Condemned
from scripts.benchmark.dialects import FolkmootDialect, Seat
from scripts.benchmark.histogram import Histogram, read
from scripts.benchmark.house import User
from scripts.benchmark.loop import Loop
from scripts.benchmark.machine import Cores
from scripts.benchmark.sending_away import SESSION_REVOKED, SUSPENDED, TURNS, Revocations, sentences
from scripts.benchmark.servers import free_port
from scripts.benchmark.tape import Tape
from service.watch.metrics import Exposition, Metrics

SMALL = Scale(rounds=1, warm_up_seconds=0.1, window_seconds=0.8, idle_connections=0, connects=0)


def user(username: str, sid: str = "s1") -> User:
    claims = urlsafe_b64encode(json.dumps({"sid": sid}).encode()).rstrip(b"=").decode()
    return User(username, f"head.{claims}.signature", f"rt_{sid}")


# Whom, and how


def test_a_user_knows_the_session_of_their_token() -> None:
    for sid in ("s", "s1", "s12", "s123"):
        assert user("bob", sid).sid == sid


def test_sessions_are_revoked_by_their_owner_logged_out_of_and_suspended_in_turn() -> None:
    doomed = [user("bob", f"s{number}") for number in range(30)]
    found = list(sentences(iter(doomed), iter([user("cyn")]), {"bob": user("bob", "owner")}, user("ann", "admin")))
    assert len(found) == len(doomed) + 1
    asked = [(who, sentence.line.split()[0], sentence.code) for who, sentence in found[: len(TURNS)]]
    kinds = {"session": "DELETE", "log-out": "POST", "suspension": "POST"}
    assert [line for _, line, _ in asked] == [kinds[how] for how in TURNS]
    assert asked[-1][0].username == "cyn"
    assert {code for who, _, code in asked} == {SESSION_REVOKED, SUSPENDED}
    of_bob = [(who.sid, sentence) for who, sentence in found if who.username == "bob"]
    assert [sid for sid, _ in of_bob] == [one.sid for one in doomed], "each once"
    for sid, sentence in of_bob:
        if sentence.line.startswith("DELETE"):
            assert sentence.line == f"DELETE /api/me/sessions/{sid}"
            assert sentence.headers == user("bob", "owner").bearer, "from another session, which goes on"
        else:
            assert sentence.body == f"token=rt_{sid}".encode()


# When the clock stops


def condemned() -> tuple[Condemned, list[int]]:
    connection = Condemned(FolkmootDialect(), free_port(), Seat("hall"), 0, Tape(FolkmootDialect()))
    closed: list[int] = []
    connection.on_closed = lambda code, at: closed.append(code) if at > 0 else None
    connection.take = connection._waiting
    return connection, closed


def server_frame(payload: bytes, opcode: Opcode = Opcode.TEXT) -> bytes:
    return Frame(opcode, payload).serialize(mask=False)


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_the_clock_stops_at_the_close_frame_whatever_comes_before_it(size: int) -> None:
    connection, closed = condemned()
    stream = server_frame(b'{"type":"removed"}') + server_frame(b"x" * 300) + server_frame(b"", Opcode.PONG)
    close = server_frame((4201).to_bytes(2, "big") + b"suspended", Opcode.CLOSE)
    for at in range(0, len(stream), size):
        connection.take(stream[at : at + size])
    connection.take(close[:-1])
    assert closed == []
    connection.take(close[-1:])
    assert closed == [4201]
    connection.close()


# What the server says


def test_the_servers_histogram_is_read_between_two_looks() -> None:
    metrics = Metrics()
    exposition = Exposition(metrics)
    metrics.revocation_seconds.observe(5.0)
    before = read(exposition.text().decode(), sending_away.METRIC)
    for seconds in (0.001, *[0.004] * 97, 0.02, 0.3):
        metrics.revocation_seconds.observe(seconds)
    since = read(exposition.text().decode(), sending_away.METRIC).since(before)
    assert since.total == 100
    assert [since.bound(share) for share in (0.01, 0.5, 0.98, 0.99, 1.0)] == [0.001, 0.005, 0.005, 0.025, 0.5]
    assert since.plus(since).total == 200


def test_a_metric_that_is_not_there_is_no_figure() -> None:
    assert read("# nothing", sending_away.METRIC) == Histogram((), ())


# All of it, small


class Quiet:
    def step(self, what: str) -> None:
        """Nobody looks."""


def test_a_small_house_is_emptied_and_every_close_is_measured_on_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, value in (
        (house, "USERS", 8),
        (house, "MEMBERS", 3),
        (house, "ROOMS", 1),
        (sending_away, "MEMBERS", 3),
        (sending_away, "SEATS", 6),
        (sending_away, "TALKERS", 2),
    ):
        monkeypatch.setattr(module, name, value)
    usable = sorted(os.sched_getaffinity(0))
    cores = Cores(usable[0], usable[-1])
    built = house.build(tmp_path, cores.both)
    outcome = Revocations().run(Bench(built, tmp_path, cores, SMALL, Quiet(), Loop()))
    (figures,) = outcome.figures
    closes = figures.closes
    assert closes is not None
    # Fewer than would fit where the machine is slow; a wrong code, a lost event, or a close that the server did not
    # measure would have ended the run.
    assert 1 <= closes.count <= SMALL.window_seconds / sending_away.INTERVAL_SECONDS + 1
    assert 0 < closes.p50_ms <= closes.p99_ms <= closes.longest_ms
    assert outcome.figure == closes.p99_ms
    assert figures.deliveries_per_second
