"""What may happen once happens once, however many ask for it at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from threading import Barrier

import pytest

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS
from tests.e2e.stranger import Stranger

AT_ONCE = 8  # who ask together

_numbers = count(1)
Together = Callable[[Callable[[int], object]], list[object]]


@pytest.fixture
def together() -> Iterator[Together]:
    """``together(ask)``: the answers of many who call ``ask(number)`` when all of them are ready."""
    ready = Barrier(AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as threads:

        def run(ask: Callable[[int], object]) -> list[object]:
            def one(number: int) -> object:
                ready.wait(PATIENCE_SECONDS)
                return ask(number)

            return list(threads.map(one, range(AT_ONCE)))

        yield run


def test_a_refresh_token_has_one_successor(house: House, together: Together) -> None:
    """Two tabs, or an answer that got lost and was asked for again: neither may throw the user out."""
    form = {"grant_type": "refresh_token", "refresh_token": house.sign_in("bob")["refresh_token"]}
    answers = together(lambda _: house.ask(None, "POST", "/oauth/token", data=form).json().get("refresh_token"))
    assert len(set(answers)) == 1
    assert answers[0] not in (None, form["refresh_token"])


def test_a_name_is_given_once(house: House, together: Together) -> None:
    body = {"username": f"wanted-{next(_numbers)}", "password": "an owl at the moot"}
    statuses = together(lambda _: house.ask("ann", "POST", "/api/users", body).status_code)
    assert Counter(statuses) == {201: 1, 409: AT_ONCE - 1}


def test_a_room_is_made_once(house: House, together: Together) -> None:
    body = {"slug": f"wanted-{next(_numbers)}"}
    statuses = together(lambda _: house.ask("bob", "POST", "/api/rooms", body).status_code)
    assert Counter(statuses) == {201: 1, 409: AT_ONCE - 1}


def test_an_invite_for_two_lets_two_in(house: House, together: Together) -> None:
    invite = house.do("ann", "POST", "/api/invites", {"uses": 2})["code"]
    batch = next(_numbers)

    def sign_up(number: int) -> int:
        body = {"username": f"comer-{batch}-{number}", "password": "an owl at the moot", "invite": invite}
        return house.ask(None, "POST", "/api/users", body).status_code

    statuses = Counter(together(sign_up))
    assert statuses == {201: 2, 403: AT_ONCE - 2}


def test_a_ticket_opens_one_socket(house: House, together: Together) -> None:
    ticket = house.ask("bob", "POST", "/api/tickets").json()["ticket"]

    def enter(_: int) -> int:
        with Stranger(house) as stranger:
            stranger.handshake(f"/ws?ticket={ticket}")
            return stranger.status()

    assert Counter(together(enter)) == {101: 1, 401: AT_ONCE - 1}


def test_joining_at_once_is_joining_once(house: House, together: Together) -> None:
    slug, cyn = house.room(f"wanted-{next(_numbers)}"), house.token("cyn")

    def enter(_: int) -> int:
        with Stranger(house) as stranger:
            stranger.handshake(f"/chat/{slug}", cyn)
            return stranger.status()

    assert together(enter) == [101] * AT_ONCE
    room = house.do("ann", "GET", f"/api/rooms/{slug}")
    assert (room["members"], room["seq"]) == (2, 2), "ann, who made it, and cyn, with an event each"


def test_when_all_admins_step_down_at_once_one_remains(tmp_path_factory: pytest.TempPathFactory) -> None:
    with House(tmp_path_factory.mktemp("admins")) as house, house.unshaken(), ThreadPoolExecutor(2) as threads:
        house.do("ann", "PATCH", "/api/users/mo", {"role": "admin"})
        for name in ("ann", "mo"):
            house.token(name)

        def demote(pair: tuple[str, str]) -> int:
            by, whom = pair
            return house.ask(by, "PATCH", f"/api/users/{whom}", {"role": "member"}).status_code

        statuses = sorted(threads.map(demote, [("ann", "mo"), ("mo", "ann")]))
        assert statuses[0] == 200
        assert statuses[1] in (403, 409)
        roles = [user["role"] for user in house.do("bob", "GET", "/api/users")["items"]]
        assert roles.count("admin") == 1


def test_sockets_are_counted_by_address_and_in_all(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whoever has many accounts, or many addresses, has no more of the server for it."""
    limits = {"connections_per_user": 2, "connections_per_address": 3, "connections": 4}
    with House(tmp_path_factory.mktemp("full"), **limits) as house, house.unshaken(), ExitStack() as open_sockets:

        def another(username: str, *more: bytes) -> int:
            stranger = open_sockets.enter_context(Stranger(house))
            stranger.handshake("/ws", house.token(username), *more)
            return stranger.status()

        assert [another("bob") for _ in range(3)] == [101, 101, 429]
        assert [another("cyn") for _ in range(2)] == [101, 429]
        assert another("gus", b"X-Forwarded-For: 203.0.113.7") == 429, "a stranger's word for an address is nothing"
        with Stranger(house) as page:
            page.handshake("/ws", house.token("gus"), b"Origin: " + house.url.encode())
            assert page.status() == 101
            assert page.close_code() == 4002, "a page learns of it by the code"
        open_sockets.close()
        status = 429
        for _ in range(100):  # until the server has seen them go
            with Stranger(house) as again:
                again.handshake("/ws", house.token("bob"))
                if (status := again.status()) == 101:
                    break
        assert status == 101
