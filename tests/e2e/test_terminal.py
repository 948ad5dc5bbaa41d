"""People talk with one another in real terminals over a real server, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.programs import PASSWORD, Server, run


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", "--demo") as started:
        yield started


def login(server: Server, user: str) -> dict[str, str]:
    return {"FOLKMOOT_URL": server.url, "FOLKMOOT_USER": user, "FOLKMOOT_PASSWORD": PASSWORD}


def history(server: Server, room: str = "lobby") -> list[tuple[str, str]]:
    """Who said what, as a program that has a token sees it."""
    token = run("token", **login(server, "ann")).stdout.strip()
    answer = httpx.get(
        f"{server.url}/api/rooms/{room}/messages?limit=200", headers={"Authorization": f"Bearer {token}"}
    )
    return [(message["author"]["username"], message["text"]) for message in answer.json()["items"]]


def test_two_people_talk_and_see_each_other_come_and_go(server: Server) -> None:
    with server.terminal("ann") as ann, server.terminal("bob") as bob:
        ann.expect("You are in lobby as ann")
        bob.expect("You are in lobby as bob")
        ann.expect("bob joined the room")
        bob.type("half a thou")
        ann.enter("hello bob")
        bob.expect("ann: hello bob")
        bob.enter("ght")
        ann.expect("bob: half a thought")
        ann.enter("/who")
        ann.expect("here: ann, bob")
        bob.enter("/quit")
        assert bob.wait() == 0
        ann.expect("bob went away")
    assert history(server) == [("ann", "hello bob"), ("bob", "half a thought")]


def test_who_comes_later_sees_what_was_said_and_asks_for_more(server: Server) -> None:
    said = [f"message number {n:03}" for n in range(1, 71)]
    assert run("chat", "lobby", stdin="\n".join(said), **login(server, "ann")).returncode == 0
    with server.terminal("bob") as bob:
        bob.expect("You are in lobby as bob")
        assert said[-1] in bob.text
        assert said[0] not in bob.text
        bob.enter("/older")
        bob.expect("the room begins here")
        assert [bob.text.count(line) for line in said] == [1] * 70


def test_a_restarted_server_is_found_again_without_loss_or_doubling(tmp_path: Path) -> None:
    with Server(tmp_path / "data", "--demo") as first, first.terminal("ann") as ann, first.terminal("bob") as bob:
        ann.expect("You are in lobby as ann")
        bob.expect("You are in lobby as bob")
        ann.enter("before the storm")
        bob.expect("ann: before the storm")
        first.process.kill()
        first.process.wait()
        ann.expect("Connecting again.")
        bob.expect("Connecting again.")
        ann.enter("into the storm")
        with Server(tmp_path / "data", "--demo", port=first.port) as second:
            bob.expect("ann: into the storm")
            bob.enter("after the storm")
            ann.expect("bob: after the storm")
            assert history(second) == [
                ("ann", "before the storm"),
                ("ann", "into the storm"),
                ("bob", "after the storm"),
            ]
            assert [bob.text.count(f"ann: {what} the storm") for what in ("before", "into")] == [1, 1]


def test_each_line_of_a_pipe_is_a_message_in_order(server: Server) -> None:
    lines = ["one", "/quit is no command here", "  three  ", "", "fünf"]
    outcome = run("chat", "lobby", stdin="\n".join(lines), **login(server, "gus"))
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    assert history(server) == [
        ("gus", "one"),
        ("gus", "/quit is no command here"),
        ("gus", "three"),
        ("gus", "fünf"),
    ]


def test_a_pipe_of_which_something_is_refused_fails_and_says_what(server: Server) -> None:
    outcome = run("chat", "news", stdin="may I?\n", **login(server, "bob"))
    assert outcome.returncode == 1
    assert "Not sent: " in outcome.stderr
    assert "may I?" in outcome.stderr


@pytest.mark.parametrize(("user", "room"), [("bob", "staff"), ("cyn", "den"), ("bob", "nowhere")])
def test_a_room_that_one_may_not_enter_is_a_sentence(server: Server, user: str, room: str) -> None:
    outcome = run("chat", room, stdin="hello\n", **login(server, user))
    assert outcome.returncode == 1
    assert "Traceback" not in outcome.stderr
    assert outcome.stderr.splitlines()[-1] == "1 message was not sent, or not known to be."


def test_a_wrong_password_is_a_sentence(server: Server) -> None:
    outcome = run("chat", "lobby", **{**login(server, "bob"), "FOLKMOOT_PASSWORD": "wrong"})
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("folkmoot: Not signed in: ")


def test_what_others_write_does_nothing_to_ones_terminal(server: Server) -> None:
    attack = "\x1b]0;owned\x07\x1b[2J\x1b[41mforged"
    assert run("chat", "lobby", stdin=attack + "\n", **login(server, "gus")).returncode == 0
    with server.terminal("bob") as bob:
        bob.expect("forged")
        assert "gus: ␛]0;owned␇␛[2J␛[41mforged" in bob.text
        assert not any(part in bob.raw for part in ("\x1b]0;owned", "\x1b[41m"))


def test_colours_are_shown_unless_they_are_not_wanted(server: Server) -> None:
    run("chat", "lobby", stdin="hello\n", **login(server, "gus"))
    with server.terminal("bob") as bob, server.terminal("cyn", NO_COLOR="1") as cyn:
        bob.expect("You are in lobby as bob")
        cyn.expect("You are in lobby as cyn")
        assert "\x1b[0;3" in bob.raw or "\x1b[0;9" in bob.raw
        assert "\x1b[0;3" not in cyn.raw
        assert "\x1b[0;9" not in cyn.raw


def test_leaving_gives_up_the_membership(server: Server) -> None:
    with server.terminal("ann") as ann, server.terminal("bob") as bob:
        ann.expect("You are in lobby as ann")
        bob.expect("You are in lobby as bob")
        bob.enter("/leave")
        assert bob.wait() == 0
        ann.expect("bob left the room")


def test_a_suspension_by_the_operator_ends_the_conversation(server: Server) -> None:
    with server.terminal("bob") as bob:
        bob.expect("You are in lobby as bob")
        assert run("user", "suspend", "bob", "--data", str(server.data)).returncode == 0
        assert bob.wait() == 1
        assert "suspended" in bob.text


def test_a_session_ends_with_the_program(server: Server) -> None:
    with server.terminal("bob") as bob:
        bob.expect("You are in lobby as bob")
        bob.enter("/quit")
        assert bob.wait() == 0
    token = run("token", **login(server, "bob")).stdout.strip()
    answer = httpx.get(f"{server.url}/api/me/sessions", headers={"Authorization": f"Bearer {token}"})
    assert [session["current"] for session in answer.json()["items"]] == [True]


def test_a_bot_talks_with_its_secret(server: Server) -> None:
    made = run("bot", "add", "deploys", "--data", str(server.data)).stdout
    client = dict(line.split("=", 1) for line in made.splitlines())
    secrets = {"FOLKMOOT_CLIENT_ID": client["client_id"], "FOLKMOOT_CLIENT_SECRET": client["client_secret"]}
    assert run("chat", "lobby", "--url", server.url, stdin="deployed\n", **secrets).returncode == 0
    assert history(server) == [("deploys", "deployed")]
