"""The operator backs up, verifies, restores, and names the rooms' logs anew; and is told what is wrong with a file."""

from __future__ import annotations

import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from service.cli import lock
from service.config import Settings
from service.storage.drafts import PREFIX, drafts
from tests.cli.conftest import Folkmoot


@pytest.fixture
def data(folkmoot: Folkmoot, place: Path) -> Path:
    """A directory with ann, and her room."""
    folkmoot("user", "add", "ann", "--role", "admin", "--generate")
    folkmoot("room", "add", "lobby", "--owner", "ann")
    folkmoot("invite")
    folkmoot("keys", "rotate")
    return place / "data"


@pytest.fixture
def monday(folkmoot: Folkmoot, data: Path, place: Path) -> Path:
    """A backup of it."""
    assert folkmoot("backup", "--output", "monday.tar").status == 0
    return place / "monday.tar"


def rows(data: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "folkmoot.db")) as database:
        return database.execute(query).fetchall()


def rewritten(backup: Path, **changes: object) -> Path:
    """The same backup, with another manifest."""
    other = backup.with_name("other.tar")
    with tarfile.open(backup) as source, tarfile.open(other, "w") as to:
        for member in source.getmembers():
            content = source.extractfile(member)
            assert content is not None
            raw = content.read()
            if member.name == "manifest.json":
                raw = json.dumps({**json.loads(raw), **changes}).encode()
                member.size = len(raw)
            path = backup.with_name("part")
            path.write_bytes(raw)
            with path.open("rb") as part:
                to.addfile(member, part)
    return other


def test_a_backup_is_its_owners_alone_and_says_what_is_in_it(folkmoot: Folkmoot, data: Path, place: Path) -> None:
    outcome = folkmoot("backup", "--output", "monday.tar")
    assert outcome.status == 0
    assert "rooms=1\n" in outcome.out
    assert "keys=no\n" in outcome.out
    assert (place / "monday.tar").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in place.iterdir()) == ["data", "monday.tar"], "and nothing is left beside it"
    with tarfile.open(place / "monday.tar") as tar:
        assert tar.getnames() == ["folkmoot.db", "manifest.json"]


def test_without_a_name_it_is_called_by_its_time(folkmoot: Folkmoot, data: Path, place: Path) -> None:
    assert folkmoot("backup").status == 0
    assert len(list(place.glob("folkmoot-*Z.tar"))) == 1


def test_keys_are_in_it_if_they_are_asked_for(folkmoot: Folkmoot, data: Path, place: Path) -> None:
    assert "keys=yes\n" in folkmoot("backup", "--with-keys", "--output", "keys.tar").out
    assert folkmoot("restore", "keys.tar", "--data", "again").status == 0
    kept = sorted(path.relative_to(data) for path in data.rglob("*.key"))
    assert kept, "there are some"
    again = place / "again"
    assert sorted(path.relative_to(again) for path in again.rglob("*.key")) == kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in again.rglob("*.key"))


def test_a_backup_takes_nobodys_place(folkmoot: Folkmoot, monday: Path) -> None:
    before = monday.read_bytes()
    outcome = folkmoot("backup", "--output", "monday.tar")
    assert (outcome.status, monday.read_bytes()) == (1, before)
    assert "already" in outcome.err


def test_what_a_killed_backup_left_is_cleared_away_but_not_what_another_makes(
    folkmoot: Folkmoot, data: Path, place: Path
) -> None:
    (place / f"{PREFIX}left").mkdir()
    with drafts(place) as others:
        assert not (place / f"{PREFIX}left").exists()
        (place / f"{PREFIX}left").mkdir()
        assert folkmoot("backup", "--output", "monday.tar").status == 0
        assert others.exists()
    assert not list(place.glob(f"{PREFIX}*"))


@pytest.mark.parametrize("command", [("backup",), ("export",), ("epoch", "renew")])
def test_a_directory_without_a_database_is_not_filled(
    folkmoot: Folkmoot, place: Path, command: tuple[str, ...]
) -> None:
    outcome = folkmoot(*command, "--data", "elsewhere")
    assert (outcome.status, outcome.err) == (1, "folkmoot: There is no database in elsewhere.\n")
    assert list(place.iterdir()) == []


def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(folkmoot: Folkmoot, data: Path, place: Path) -> None:
    with closing(sqlite3.connect(data / "folkmoot.db")) as disk:
        disk.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = disk.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit'").fetchone()
        (size,) = disk.execute("PRAGMA page_size").fetchone()
    raw = bytearray((data / "folkmoot.db").read_bytes())
    raw[(page - 1) * size : page * size] = b"\xff" * size
    (data / "folkmoot.db").write_bytes(raw)
    outcome = folkmoot("backup", "--output", "monday.tar")
    assert outcome.status == 1
    assert outcome.err.startswith("folkmoot: The database can't be copied: ")
    assert [path.name for path in place.iterdir()] == ["data"]


def test_a_backup_is_verified_by_itself(folkmoot: Folkmoot, monday: Path) -> None:
    assert folkmoot("backup", "--verify", "monday.tar").status == 0
    assert folkmoot("backup", "--verify", "monday.tar", "--with-keys").status == 2


@pytest.mark.parametrize("part", [0.0, 0.0001, 0.01, 0.5, 0.9, 0.97])
def test_a_backup_that_was_cut_is_none(folkmoot: Folkmoot, monday: Path, place: Path, part: float) -> None:
    whole = monday.read_bytes()
    (place / "cut.tar").write_bytes(whole[: int(len(whole) * part)])
    for command in (("backup", "--verify", "cut.tar"), ("restore", "cut.tar", "--data", "again")):
        outcome = folkmoot(*command)
        assert outcome.status == 1
        assert outcome.err.count("\n") == 1
    assert not (place / "again" / "folkmoot.db").exists()


def test_a_byte_that_changed_is_found(folkmoot: Folkmoot, monday: Path, place: Path) -> None:
    raw = bytearray(monday.read_bytes())
    raw[len(raw) // 2] ^= 1
    monday.write_bytes(raw)
    outcome = folkmoot("restore", "monday.tar", "--data", "again")
    assert outcome.status == 1
    assert "folkmoot.db is not what the manifest says" in outcome.err
    assert "Nothing was touched." in outcome.err
    assert not (place / "again" / "folkmoot.db").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "folkmoot-backup-9"}, "of another version of Folkmoot"),
        ({"revision": "9999"}, "does not know"),
        ({"files": {}}, "does not hold the files"),
        ({"files": {"../../etc/passwd": [1, "0"]}}, "does not hold the files"),
        ({"made_at": "yesterday"}, "can't be read"),
        ({"counts": 7}, "can't be read"),
    ],
)
def test_what_is_wrong_with_a_backup_is_told(
    folkmoot: Folkmoot, monday: Path, place: Path, changes: dict[str, object], said: str
) -> None:
    outcome = folkmoot("restore", rewritten(monday, **changes).name, "--data", "again")
    assert (outcome.status, outcome.out) == (1, "")
    assert said in outcome.err
    assert not (place / "again" / "folkmoot.db").exists()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "files/../../evil", "keys/evil", "folkmoot.db-wal"])
def test_no_name_in_an_archive_becomes_a_path_that_is_not_ours(
    folkmoot: Folkmoot, monday: Path, place: Path, name: str
) -> None:
    with tarfile.open(monday) as tar, tarfile.open(place / "evil.tar", "w") as to:
        database, manifest = tar.getmembers()
        to.addfile(database, tar.extractfile(database))
        to.addfile(tarfile.TarInfo(name))
        to.addfile(manifest, tar.extractfile(manifest))
    outcome = folkmoot("restore", "evil.tar", "--data", "again")
    assert outcome.status == 1
    assert "holds what no backup holds" in outcome.err


def test_a_restore_ends_sessions_and_invites_and_renews_epochs(folkmoot: Folkmoot, data: Path, place: Path) -> None:
    with closing(sqlite3.connect(data / "folkmoot.db")) as database, database:
        database.execute(
            "INSERT INTO sessions VALUES ('s1', 1, 'folkmoot', 'x', 'y', '', 1, 1, 9999999999999, 0, 1, 0, NULL, 0)"
        )
        database.execute("UPDATE users SET reset_digest = x'00', reset_expires_at = 9999999999999")
    assert folkmoot("backup", "--output", "monday.tar").status == 0
    epoch = rows(data, "SELECT epoch FROM rooms")
    outcome = folkmoot("restore", "monday.tar", "--data", "again")
    assert outcome.status == 0
    assert "Sessions ended: 1. Invites void: 1." in outcome.err
    again = place / "again"
    assert rows(again, "SELECT count(*) FROM sessions WHERE ended_at IS NULL") == [(0,)]
    assert rows(again, "SELECT count(*) FROM invites") == [(0,)]
    assert rows(again, "SELECT reset_digest FROM users") == [(None,)]
    assert rows(again, "SELECT epoch FROM rooms") != epoch
    kept = folkmoot("restore", "monday.tar", "--data", "kept", "--keep-sessions")
    assert "Sessions ended: 0. Invites void: 0." in kept.err
    assert rows(place / "kept", "SELECT count(*) FROM sessions WHERE ended_at IS NULL") == [(1,)]
    last = json.loads(folkmoot("audit", "export", "--data", "again").out.splitlines()[-2])
    assert (last["what"], last["detail"]["sessions"]) == ("server.restored", 1)
    assert folkmoot("audit", "verify", "--data", "again").status == 0


def test_a_directory_that_is_not_empty_is_moved_aside_or_left(folkmoot: Folkmoot, monday: Path, data: Path) -> None:
    folkmoot("room", "add", "den", "--owner", "ann")
    refused = folkmoot("restore", "monday.tar")
    assert (refused.status, "not empty" in refused.err) == (1, True)
    assert rows(data, "SELECT count(*) FROM rooms") == [(2,)]
    assert folkmoot("restore", "monday.tar", "--force").status == 0
    assert rows(data, "SELECT count(*) FROM rooms") == [(1,)]
    (aside,) = data.glob("before-restore-*")
    assert rows(aside, "SELECT count(*) FROM rooms") == [(2,)]
    assert list(aside.rglob("*.key")), "the keys of before are there"
    assert folkmoot("restore", "monday.tar").status == 1


def test_nothing_is_restored_under_a_server_that_runs(folkmoot: Folkmoot, monday: Path, data: Path) -> None:
    with lock.hold(Settings(data=data)):
        outcome = folkmoot("restore", "monday.tar", "--force")
    assert outcome.status == 1
    assert "Another server" in outcome.err


def test_a_backup_of_a_newer_version_is_made_and_not_restored(folkmoot: Folkmoot, data: Path, place: Path) -> None:
    with closing(sqlite3.connect(data / "folkmoot.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0099'")
    outcome = folkmoot("backup", "--output", "newer.tar")
    assert outcome.status == 0, "whatever its schema is: backups are for upgrades"
    assert "whose database this version does not know" in folkmoot("restore", "newer.tar", "--data", "again").err


def test_an_epoch_is_renewed_of_one_room_or_of_all(folkmoot: Folkmoot, data: Path) -> None:
    folkmoot("room", "add", "den", "--owner", "ann")

    def epochs() -> dict[object, object]:
        return dict(rows(data, "SELECT slug, epoch FROM rooms"))  # type: ignore[arg-type]

    before = epochs()
    assert folkmoot("epoch", "renew", "lobby").err == "1 room begins anew.\n"
    one = epochs()
    assert (one["lobby"] != before["lobby"], one["den"] == before["den"]) == (True, True)
    assert folkmoot("epoch", "renew").err == "2 rooms begin anew.\n"
    assert all(epochs()[slug] != epoch for slug, epoch in one.items())
    assert folkmoot("epoch", "renew", "nowhere").status == 1
