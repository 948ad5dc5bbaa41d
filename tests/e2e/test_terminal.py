"""People talk with one another in real terminals over a real server, and nothing is lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.programs import PASSWORD, Server, run


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "data", "--demo") as started:
        yield started


@pytest.fixture
def room(server: Server, request: pytest.FixtureRequest) -> str:
    """A room of the test's own, for everybody."""
    slug = re.sub("[^a-z]+", "-", request.node.name)[:60]
    wanted = {"slug": slug, "join_role": "guest", "post_role": "guest"}
    assert httpx.post(f"{server.url}/api/rooms", json=wanted, headers=bearer(server, "ann")).status_code == 201
    return slug


def bearer(server: Server, user: str) -> dict[str, str]:
    form = {"grant_type": "password", "username": user, "password": PASSWORD}
    token = httpx.post(f"{server.url}/oauth/token", data=form).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def login(server: Server, user: str) -> dict[str, str]:
    return {"FOLKMOOT_URL": server.url, "FOLKMOOT_USER": user, "FOLKMOOT_PASSWORD": PASSWORD}


def history(server: Server, room: str) -> list[tuple[str, str]]:
    """Who said what, as a program that has a token sees it."""
    answer = httpx.get(f"{server.url}/api/rooms/{room}/messages?limit=200", headers=bearer(server, "ann"))
    return [(message["author"]["username"], message["text"]) for message in answer.json()["items"]]


def test_two_people_talk_and_see_each_other_come_and_go(server: Server, room: str) -> None:
    with server.terminal("ann", room) as ann:
        ann.expect(f"You are in {room} as ann")
        with server.terminal("bob", room) as bob:
            bob.expect(f"You are in {room} as bob")
            ann.expect("bob joined the room")
            bob.type("half a thou")
            ann.enter("hello bob")
            bob.expect("ann: hello bob")
            bob.enter("ght")
            ann.expect("bob: half a thought")
            ann.ask("/who", "here: ann, bob")  # presence is gathered for a moment before it is told
            bob.enter("/quit")
            assert bob.wait() == 0
        ann.expect("bob went away")
    assert history(server, room) == [("ann", "hello bob"), ("bob", "half a thought")]
    sessions = httpx.get(f"{server.url}/api/me/sessions", headers=bearer(server, "bob")).json()["items"]
    assert all(session["client"].startswith("python-httpx") for session in sessions), "bob's ended with the program"


def test_who_comes_later_sees_what_was_said_and_asks_for_more(server: Server, room: str) -> None:
    said = [f"message number {n:03}" for n in range(1, 71)]
    assert run("chat", room, stdin="\n".join(said), **login(server, "ann")).returncode == 0
    with server.terminal("bob", room) as bob:
        bob.expect(f"You are in {room} as bob")
        assert said[-1] in bob.text
        assert said[0] not in bob.text
        bob.enter("/older")
        bob.expect("the room begins here")
        assert [bob.text.count(line) for line in said] == [1] * 70


def test_a_server_that_was_killed_is_found_again_without_loss_or_doubling(tmp_path: Path) -> None:
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
            said = [("ann", "before the storm"), ("ann", "into the storm"), ("bob", "after the storm")]
            assert history(second, "lobby") == said
            assert [bob.text.count(f"ann: {what} the storm") for what in ("before", "into")] == [1, 1]


def test_each_line_of_a_pipe_is_a_message_in_order(server: Server, room: str) -> None:
    lines = ["one", "/quit is no command here", "  three  ", "", "fünf"]
    outcome = run("chat", room, stdin="\n".join(lines), **login(server, "gus"))
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    assert [text for _, text in history(server, room)] == ["one", "/quit is no command here", "three", "fünf"]


def test_a_pipe_of_which_something_is_refused_fails_and_says_what(server: Server) -> None:
    outcome = run("chat", "news", stdin="may I?\n", **login(server, "bob"))
    assert outcome.returncode == 1
    rule, set_by, text = (
        "Only the role moderator and above may post here.",
        r"Set by ann at \d\d:\d\d on \d+ \w+\.",
        "may I?",
    )
    assert re.fullmatch(rf"Not sent: {re.escape(rule)} {set_by} It was: {re.escape(text)}\n", outcome.stderr)


@pytest.mark.parametrize(("user", "where"), [("bob", "staff"), ("cyn", "den")])
def test_a_room_that_one_may_not_enter_is_a_sentence(server: Server, user: str, where: str) -> None:
    outcome = run("chat", where, stdin="hello\n", **login(server, user))
    assert outcome.returncode == 1
    assert "Traceback" not in outcome.stderr
    assert outcome.stderr.splitlines()[-1] == "1 message was not sent, or not known to be."


def test_a_wrong_password_is_a_sentence(server: Server) -> None:
    outcome = run("token", **{**login(server, "bob"), "FOLKMOOT_PASSWORD": "wrong"})
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith("folkmoot: Not signed in: ")


def test_a_token_is_all_that_is_printed_and_is_good(server: Server) -> None:
    outcome = run("token", "--password-stdin", "--user", "mo", "--url", server.url, stdin=f"{PASSWORD}\n")
    headers = {"Authorization": f"Bearer {outcome.stdout.strip()}"}
    assert httpx.get(f"{server.url}/api/me", headers=headers).json()["username"] == "mo"


def test_what_others_write_does_nothing_to_ones_terminal(server: Server, room: str) -> None:
    attack = "\x1b]0;owned\x07\x1b[2J\x1b[41mforged"
    wanted = {"text": attack}
    headers = bearer(server, "gus")
    assert httpx.put(f"{server.url}/api/rooms/{room}/members/gus", headers=headers).is_success
    assert httpx.post(f"{server.url}/api/rooms/{room}/messages", json=wanted, headers=headers).status_code == 201
    with server.terminal("bob", room) as bob, server.terminal("cyn", room, NO_COLOR="1") as cyn:
        bob.expect("gus: ␛]0;owned␇␛[2J␛[41mforged")
        assert not any(part in bob.raw for part in ("\x1b]0;owned", "\x1b[41m"))
        cyn.expect(f"You are in {room} as cyn")
        coloured = re.compile(r"\x1b\[(\d+;)*[39][0-7]m")
        assert coloured.search(bob.raw), "names have colours"
        assert not coloured.search(cyn.raw), "but not for who wants none"


def test_leaving_gives_up_the_membership(server: Server, room: str) -> None:
    with server.terminal("ann", room) as ann, server.terminal("bob", room) as bob:
        ann.expect(f"You are in {room} as ann")
        bob.expect(f"You are in {room} as bob")
        bob.enter("/leave")
        assert bob.wait() == 0
        ann.expect("bob left the room")


def test_a_suspension_by_the_operator_ends_the_conversation(server: Server, room: str) -> None:
    data = ("--data", str(server.data))
    with server.terminal("cyn", room) as cyn:
        cyn.expect(f"You are in {room} as cyn")
        try:
            assert run("user", "suspend", "cyn", *data).returncode == 0
            assert cyn.wait() == 1
            assert "suspended" in cyn.text
        finally:
            run("user", "restore", "cyn", *data)


def test_a_moderator_acts_by_typing_and_everybody_reads_what_was_done_and_why(server: Server, room: str) -> None:
    with server.terminal("mo", room) as mo, server.terminal("bob", room) as bob, server.terminal("cyn", room) as cyn:
        for somebody, name in ((mo, "mo"), (bob, "bob"), (cyn, "cyn")):
            somebody.expect(f"You are in {room} as {name}")
        mo.enter("/mute bob 10m spam")
        mo.expect("/undo takes it back")
        bob.expect("by mo: spam.")
        assert "You are muted until " in bob.text
        cyn.expect("bob is muted until ")
        bob.enter("may I?")
        bob.expect("It was: may I?")
        assert "Not sent: You are muted until " in bob.text
        mo.enter("/unmute bob")
        mo.expect("The mute of bob is lifted.")
        bob.expect("You may speak again.")
        bob.enter("buy pears")
        cyn.expect("bob: buy pears")
        cyn.enter("/report bob he sells fruit")
        cyn.expect("Reported.")
        mo.expect("cyn reported a message of bob: he sells fruit")
        mo.enter("/delete bob")
        cyn.expect("mo deleted a message of bob")
        mo.enter("/undo")
        cyn.expect("what bob said is back:")
        mo.enter("/ban cyn 1d too keen")
        cyn.expect("You were banned until ")
        assert cyn.wait() == 1
        assert "by mo: too keen." in cyn.text
        mo.enter("/unban cyn")
        mo.expect("The ban of cyn is lifted.")
        mo.enter("/kick ann")
        mo.expect("You may act only on people of lower rank than your own.")
    assert history(server, room) == [("bob", "buy pears")]


def test_a_bot_talks_with_its_secret(server: Server, room: str) -> None:
    made = run("bot", "add", "deploys", "--data", str(server.data)).stdout
    client = dict(line.split("=", 1) for line in made.splitlines())
    secrets = {"FOLKMOOT_CLIENT_ID": client["client_id"], "FOLKMOOT_CLIENT_SECRET": client["client_secret"]}
    assert run("chat", room, "--url", server.url, stdin="deployed\n", **secrets).returncode == 0
    assert history(server, room) == [("deploys", "deployed")]
