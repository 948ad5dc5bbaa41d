"""``folkmoot user erase``: to its end, without a server; asked about, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.app import DATABASE_FILE
from service.chat.members import JoinRoom
from service.chat.messages import PostMessage
from service.chat.records import Asker, Credential, Session
from service.chat.roles import SCOPES_OF
from service.storage import posting
from service.storage.engine import open_engine
from service.storage.search.file import SEARCH_FILE
from service.storage.transaction import SqlTransaction
from tests.cli.conftest import Folkmoot

ZOE = "zoe-quillfeather"
NOW = 1_790_000_000_000  # Unix ms
HOUR_MS = 3_600_000
DATA = Path("data")


@pytest.fixture
def said(folkmoot: Folkmoot) -> Path:
    """A data directory in which somebody has said something three times; where it is."""
    folkmoot("user", "add", "ann", "--role", "admin", "--generate", "--data", str(DATA))
    folkmoot("user", "add", ZOE, "--name", "Zoe Quillfeather", "--generate", "--data", str(DATA))
    folkmoot("room", "add", "lobby", "--owner", "ann", "--data", str(DATA))
    engine = open_engine(f"sqlite:///{(DATA / DATABASE_FILE).absolute()}")
    with engine.begin() as connection:
        tx = SqlTransaction(connection, NOW)
        zoe = tx.users.by_username(ZOE)
        assert zoe is not None
        scope = SCOPES_OF[zoe.role]
        session = Session("s-zoe", zoe.id, "folkmoot", "", "", scope, NOW, NOW, NOW + HOUR_MS, 0, NOW, None)
        tx.sessions.add(session)
        JoinRoom("lobby").run(tx, Asker(zoe, session, scope))
        credential = Credential(zoe.uid, session.sid, "folkmoot", scope, session.expires_at // 1000)
        posting.store(tx, [PostMessage(credential, "lobby", f"a plumtree, {number}") for number in range(3)])
    engine.dispose()
    (DATA / SEARCH_FILE).write_bytes(b"words of a plumtree")
    return DATA


def found(folder: Path, word: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and word in path.read_bytes().lower()]


def test_nothing_is_left_in_the_data_directory(folkmoot: Folkmoot, said: Path) -> None:
    assert found(said, b"plumtree")
    assert found(said, b"quillfeather")
    outcome = folkmoot("user", "erase", ZOE, "--yes", "--data", str(said))
    assert outcome.status == 0, outcome.err
    assert outcome.out == ""
    assert outcome.err.startswith("Erased. Messages deleted: 3. What is left is shown as deleted-")
    assert found(said, b"plumtree") == found(said, b"quillfeather") == []
    again = folkmoot("user", "add", ZOE, "--generate", "--data", str(said))
    assert (again.status, "names are never given out twice" in again.err) == (1, True)
    audited = folkmoot("audit", "export", "--data", str(said)).out
    assert '"what":"user.erased"' in audited


def test_messages_can_be_detached_from_who_said_them(folkmoot: Folkmoot, said: Path) -> None:
    outcome = folkmoot("user", "erase", ZOE, "--messages", "detach", "--yes", "--data", str(said))
    assert "Messages detached: 3." in outcome.err
    assert found(said, b"plumtree")
    assert found(said, b"quillfeather") == []


def test_it_is_asked_about_on_a_terminal_and_refused_without_one(
    folkmoot: Folkmoot, said: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = folkmoot("user", "erase", ZOE, "--data", str(said))
    assert (outcome.status, "say so with --yes" in outcome.err) == (1, True)
    monkeypatch.setattr("service.cli.console.on_a_terminal", lambda: True)
    outcome = folkmoot("user", "erase", ZOE, "--data", str(said), stdin="n\n")
    assert outcome.status == 1
    assert f"Erase {ZOE}, and delete all that they said? This can't be undone." in outcome.err
    assert found(said, b"quillfeather")
    assert folkmoot("user", "erase", ZOE, "--data", str(said), stdin="y\n").status == 0
    assert not found(said, b"quillfeather")


def test_what_cannot_be_erased_is_told_in_a_sentence(folkmoot: Folkmoot, said: Path) -> None:
    nobody = folkmoot("user", "erase", "yan", "--yes", "--data", str(said))
    assert (nobody.status, nobody.err.startswith("folkmoot: ")) == (1, True)
    last = folkmoot("user", "erase", "ann", "--yes", "--data", str(said))
    assert "the last active admin" in last.err
    elsewhere = folkmoot("user", "erase", ZOE, "--yes", "--data", "nowhere")
    assert "There is no database" in elsewhere.err
    assert not Path("nowhere").exists()
    wrong = folkmoot("user", "erase", ZOE, "--messages", "burn", "--yes", "--data", str(said))
    assert wrong.status == 2


def test_who_was_erased_is_as_nameless_in_another_server(folkmoot: Folkmoot, said: Path) -> None:
    folkmoot("user", "erase", ZOE, "--messages", "detach", "--yes", "--data", str(said))
    assert folkmoot("export", "--output", "all.zip", "--data", str(said)).status == 0
    outcome = folkmoot("import", "all.zip", "--data", "other")
    assert outcome.status == 0, outcome.err
    assert found(Path("other"), b"a plumtree, 2")
    again = folkmoot("user", "add", "deleted-0123456789", "--generate", "--data", "other")
    assert (again.status, "belong to accounts that were erased" in again.err) == (1, True)
