"""The scenario of those who are sent away: while a full room talks, sessions are revoked, people log out, and accounts
are suspended, one after another; and the clock runs until the close frame is read."""

from __future__ import annotations

import functools
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from .bench import Bench, Side
from .condemned import Condemned
from .connection import Connection
from .crowd import Crowd
from .dialects import BadFrame, Seat
from .histogram import Histogram, read
from .house import HALL, MEMBERS, User
from .outcome import Better, Closes, Outcome, Target
from .pace import Silence, Steady
from .request import Request
from .storm import FORM
from .talking import figures
from .window import Window, share_ms, watch

SEATS = 1_000
TALKERS = 20
MESSAGES_PER_SECOND = 2.5  # of each of them: 50 in the room, 50,000 deliveries
INTERVAL_SECONDS = 0.04  # between two who are sent away
TURNS = (*("session", "log-out", "session") * 3, "suspension")
FINISH_SECONDS = 10.0
MS_PER_SECOND = 1_000

SESSION_REVOKED, SUSPENDED = 4101, 4201  # close codes

METRIC = "folkmoot_revocations_seconds"
TARGET = Target(100, Better.LOWER, " ms")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is asked of the server, and with which code it closes the connection then."""

    line: str
    headers: dict[str, str]
    body: bytes
    code: int


def sentences(
    doomed: Iterator[User], suspendable: Iterator[User], owners: Mapping[str, User], admin: User
) -> Iterator[tuple[User, Sentence]]:
    """Who is sent away, and how. Where nobody is left who can be suspended, one more session is revoked."""
    for how in itertools.cycle(TURNS):
        suspended = next(suspendable, None) if how == "suspension" else None
        if suspended is not None:
            yield suspended, _suspension(suspended, admin)
            continue
        user = next(doomed, None)
        if user is None:
            return
        yield user, _log_out(user) if how == "log-out" else _revocation(user, owners[user.username])


def _revocation(user: User, owner: User) -> Sentence:
    return Sentence(f"DELETE /api/me/sessions/{user.sid}", owner.bearer, b"", SESSION_REVOKED)


def _log_out(user: User) -> Sentence:
    return Sentence("POST /oauth/revoke", FORM, urlencode({"token": user.refresh}).encode(), SESSION_REVOKED)


def _suspension(user: User, admin: User) -> Sentence:
    body = json.dumps({"user": user.username, "kind": "suspend"}).encode()
    return Sentence("POST /api/sanctions", {**admin.bearer, "Content-Type": "application/json"}, body, SUSPENDED)


class SendingAway(Silence):
    """The room talks at its pace, and from `begin` on one after another is sent away. `took` is how long each lived on
    (ns), from sending the request to reading the close frame."""

    def __init__(self, talk: Steady, condemned: Crowd, sentenced: Iterator[tuple[Connection, Sentence]]) -> None:
        self._talk = talk
        self._condemned = condemned
        self._sentenced = sentenced
        self._due = float("inf")
        self._pending: set[str] = set()
        self.took: list[int] = []

    def start(self, talkers: Sequence[Connection], now: float) -> None:
        self._talk.start(talkers, now)

    def turn(self, now: float) -> None:
        self._talk.turn(now)
        if now >= self._due and not self._pending:
            self._due = max(now, self._due + INTERVAL_SECONDS)
            self._send_away(*next(self._sentenced))

    def begin(self, now: float) -> None:
        self._due = now

    def finish(self) -> None:
        """Nobody more is sent away; who is on their way out is waited for."""
        self._due = float("inf")
        if not self._condemned.loop.turn_until(lambda: not self._pending, FINISH_SECONDS, time.monotonic):
            raise BadFrame(f"somebody was sent away, and there is no {' and no '.join(self._pending)}")

    def _send_away(self, connection: Connection, sentence: Sentence) -> None:
        crowd = self._condemned

        def answered(request: Request) -> None:
            crowd.loop.remove(request)
            if not request.succeeded:
                raise BadFrame(f"nobody was sent away: {request.told}")
            self._pending.remove("answer")

        def closed(code: int, at: int) -> None:
            crowd.lose(connection)
            if code != sentence.code:
                raise BadFrame(f"closed with {code}, and not with {sentence.code}, upon {sentence.line}")
            self.took.append(at - request.sent_at)
            self._pending.remove("close")

        assert isinstance(connection, Condemned)  # noqa: S101  all of that crowd are
        connection.on_closed = closed
        request = Request(crowd.port, sentence.line, sentence.headers, sentence.body, answered)
        self._pending = {"answer", "close"}
        crowd.loop.add(request)


@dataclass(frozen=True, slots=True)
class Round:
    """One window, how long those lived on who were sent away in it (ns, sorted), and what the server says to that."""

    window: Window
    took: Sequence[int]
    observed: Histogram


@dataclass(frozen=True, slots=True)
class Revocations:
    """All on our server: the textbook one has nobody who could be sent away."""

    name: str = "revocations"
    title: str = f"{SEATS:,} in one room, {TALKERS} talk, and one after another is sent away"
    target: Target = TARGET

    def steps(self, rounds: int) -> int:
        return 2 + rounds

    def run(self, bench: Bench) -> Outcome:
        with bench.folkmoot() as side:
            condemned = Crowd(bench.loop, side.dialect, side.server.port, Condemned)
            sentenced = self._sentence(bench, side, condemned)
            bench.progress.step(f"{self.title}: connecting")
            users = bench.house.users[:MEMBERS]
            side.crowd.sit([Seat(HALL, users[at % MEMBERS].access, talks=at < TALKERS) for at in range(SEATS)])
            side.server.wait_until_idle()
            rounds = []
            for number in range(bench.scale.rounds):
                bench.progress.step(f"{self.title}: round {number + 1}")
                rounds.append(self._round(bench, side, condemned, sentenced))
            side.crowd.leave()
            condemned.leave()
        return self._outcome(rounds)

    def _sentence(self, bench: Bench, side: Side, condemned: Crowd) -> Iterator[tuple[Connection, Sentence]]:
        """As many sessions as can be needed, each with a connection in the room, in the order of their turns."""
        house = bench.house
        bench.progress.step(f"{self.title}: signing in")
        count = bench.scale.rounds * (int(bench.scale.window_seconds / INTERVAL_SECONDS) + 1)
        owners = {user.username: user for user in house.users[:MEMBERS]}
        names = itertools.islice(itertools.cycle(owners), count)
        doomed, suspendable = house.sign_in(side.server, list(names)), house.users[MEMBERS:]
        condemned.sit([Seat(HALL, user.access) for user in (*doomed, *suspendable)])
        by_token = {connection.seat.token: connection for connection in condemned.connections}
        turns = sentences(iter(doomed), iter(suspendable), owners, house.admin)
        return ((by_token[user.access], sentence) for user, sentence in turns)

    @staticmethod
    def _round(bench: Bench, side: Side, condemned: Crowd, sentenced: Iterator[tuple[Connection, Sentence]]) -> Round:
        before = read(side.server.metrics(), METRIC)
        pace = SendingAway(Steady(MESSAGES_PER_SECOND), condemned, sentenced)
        side.crowd.start(pace)
        side.crowd.run(bench.scale.warm_up_seconds)
        pace.begin(time.monotonic())
        window = watch(side.crowd, side.server.pid, bench.cores.both, bench.scale.window_seconds)
        pace.finish()
        side.crowd.hush()
        observed = read(side.server.metrics(), METRIC).since(before)
        if observed.total != len(pace.took):
            raise BadFrame(f"{len(pace.took)} were sent away, and the server has measured {observed.total}")
        side.server.wait_until_idle()
        return Round(window, sorted(pace.took), observed)

    def _outcome(self, rounds: Sequence[Round]) -> Outcome:
        took = sorted(itertools.chain.from_iterable(one.took for one in rounds))
        observed = functools.reduce(Histogram.plus, (one.observed for one in rounds))
        closes = Closes(
            count=len(took),
            p50_ms=share_ms(took, 0.5),
            p99_ms=share_ms(took, 0.99),
            longest_ms=share_ms(took, 1),
            server_p99_ms=observed.bound(0.99) * MS_PER_SECOND,
        )
        return Outcome(
            name=self.name,
            title=self.title,
            figures=(replace(figures("folkmoot", [one.window for one in rounds]), closes=closes),),
            measure=f"p99 of {len(took):,}, from the request to the close frame",
            figure=closes.p99_ms,
            target=self.target,
            rounds=tuple(share_ms(one.took, 0.99) for one in rounds),
        )
