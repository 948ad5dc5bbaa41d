"""The server starts from nothing by one command, says where it is, keeps to its directory, and stops when told."""

from __future__ import annotations

import json
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.programs import Server, run


def test_an_empty_directory_becomes_a_server_whose_first_admin_comes_by_the_printed_line(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        link = server.read("  http").strip()
        curl = server.read("  curl").strip()
        assert link.startswith(f"{server.url}/setup#token=")
        arguments = shlex.split(curl)
        body = json.loads(arguments[arguments.index("-d") + 1])
        assert body["token"] == link.partition("#token=")[2]
        # What curl would do, without needing curl: the address and the words are the ones printed.
        assert httpx.post(arguments[1], json=body).status_code == 422, "nobody keeps the password that is printed"
        answer = httpx.post(arguments[1], json={**body, "password": "an owl at the moot"})
        assert (answer.status_code, answer.json()["role"]) == (201, "admin")
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        secret = body["token"]
        assert secret not in server.log()
    with Server(tmp_path / "data") as again:
        assert again.stop() == 0
        assert not any("setup" in line for line in again.said), "once there is an admin, no link is printed"


def test_all_state_is_below_the_data_directory(tmp_path: Path) -> None:
    places = {name: tmp_path / name for name in ("home", "cwd", "tmp")}
    for place in places.values():
        place.mkdir()
    (tmp_path / "state").mkdir()
    xdg = {f"XDG_{kind}_HOME": str(places["home"]) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    with Server(
        tmp_path / "state" / "data",
        "--demo",
        cwd=places["cwd"],
        HOME=str(places["home"]),
        TMPDIR=str(places["tmp"]),
        **xdg,
    ) as server:
        assert httpx.get(f"{server.url}/").status_code == 200
        assert server.stop() == 0
    assert {name: list(place.rglob("*")) for name, place in places.items()} == {"home": [], "cwd": [], "tmp": []}
    made = sorted(path for path in (tmp_path / "state" / "data").rglob("*"))
    assert made, "there is state"
    assert all(path.stat().st_mode & 0o077 == 0 for path in made), "and it is its owner's alone"


def test_ctrl_c_asks_for_an_orderly_end_too(tmp_path: Path) -> None:
    with Server(tmp_path / "data", "--demo") as server:
        assert server.stop(signal.SIGINT) == 0
        assert "Traceback" not in server.log()


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "data", "--demo") as started:
        yield started


def test_the_demonstration_says_loudly_what_it_is(demonstration: Server) -> None:
    demonstration.read("THIS IS A DEMONSTRATION")
    assert "gus (guest)" in demonstration.read("  users:")
    assert "folkmoot-demo" in demonstration.read("  password:")
    assert demonstration.read("  rooms:").split()[1:] == ["lobby,", "staff,", "news,", "den"]


def test_a_second_server_on_the_same_directory_is_refused(demonstration: Server) -> None:
    outcome = run("serve", "--port", "0", "--data", str(demonstration.data))
    assert outcome.returncode == 1
    assert f"(process {demonstration.process.pid}) is running on" in outcome.stderr


def test_a_port_in_use_is_a_sentence(demonstration: Server, tmp_path: Path) -> None:
    outcome = run("serve", "--port", str(demonstration.port), "--data", str(tmp_path / "other"))
    assert outcome.returncode == 1
    assert f"127.0.0.1:{demonstration.port} is in use by another program" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_the_demonstration_is_for_loopback_alone(tmp_path: Path) -> None:
    outcome = run("serve", "--demo", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path / "data"))
    assert outcome.returncode == 1
    assert "its passwords are public" in outcome.stderr
    assert not (tmp_path / "data").exists(), "it was refused before anything was made"


def test_the_demonstrations_users_are_not_opened_to_others_later(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Server(data, "--demo") as server:
        assert server.stop() == 0
    outcome = run("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(data))
    assert outcome.returncode == 1
    assert "ann, mo, bob, cyn, gus" in outcome.stderr


def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    key = tmp_path / "data" / "keys" / "access" / "first.key"
    key.parent.mkdir(parents=True)
    key.write_text("kJ4mVYw0cQmJ2l9Xq3vN7sT1uB5eR8aZxWcFhGdLpOi")
    key.chmod(0o644)
    outcome = run("serve", "--port", "0", "--data", str(tmp_path / "data"))
    assert outcome.returncode == 1
    assert f"chmod 600 {key}" in outcome.stderr
    assert "Traceback" not in outcome.stderr
