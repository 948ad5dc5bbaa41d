"""Flags win over the environment, that over .env, that over the defaults; and one can see which it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from service.cli.check_config import shown
from service.config import Settings
from service.storage.search import file as index_file
from tests.cli.conftest import Folkmoot


def lines(out: str) -> dict[str, tuple[str, str]]:
    rows = (line.split() for line in out.splitlines())
    return {row[0]: (" ".join(row[1:-1]), row[-1]) for row in rows}


def test_every_setting_is_shown_with_its_value_and_its_source(
    folkmoot: Folkmoot, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / ".env").write_text("FOLKMOOT_PORT=1\nFOLKMOOT_SESSION_DAYS=7\n")
    monkeypatch.setenv("FOLKMOOT_PORT", "2")
    monkeypatch.setenv("FOLKMOOT_DATA", "elsewhere")
    found = lines(folkmoot("check-config", "--data", "here").out)
    assert len(found) == len(Settings.model_fields)
    assert found["FOLKMOOT_DATA"] == ("here", "flag")
    assert found["FOLKMOOT_PORT"] == ("2", "environment")
    assert found["FOLKMOOT_SESSION_DAYS"] == ("7", ".env")
    assert found["FOLKMOOT_HOST"] == ("127.0.0.1", "default")


def test_checking_changes_nothing(folkmoot: Folkmoot, place: Path) -> None:
    assert folkmoot("check-config").status == 0
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "99999", "FOLKMOOT_PORT: "),
        ("SIGN_UP", "perhaps", "FOLKMOOT_SIGN_UP: "),
        ("ALLOWED_ORIGINS", "http://x", '["one", "two"]'),
        ("DATA", "/etc/passwd", "/etc/passwd is not a directory."),
        ("SIGNING_KEYS", '["no.pem"]', "The key file no.pem can't be read"),
    ],
)
def test_settings_that_the_server_would_not_start_with_are_failures(
    folkmoot: Folkmoot, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"FOLKMOOT_{name}", value)
    outcome = folkmoot("check-config")
    assert outcome.status == 1
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_a_wrong_value_is_not_repeated(folkmoot: Folkmoot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_PORT", "a-secret-in-the-wrong-place")
    assert "a-secret" not in folkmoot("check-config").err


def test_a_slip_of_the_pen_is_pointed_out_and_a_clients_variables_are_not(
    folkmoot: Folkmoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLKMOOT_PROT", "80")
    monkeypatch.setenv("FOLKMOOT_PASSWORD", "x")
    outcome = folkmoot("check-config")
    assert outcome.err == "Warning: FOLKMOOT_PROT is no setting of this version and has no effect.\n"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"HOST": "0.0.0.0"}, ["FOLKMOOT_PUBLIC_URL", "FOLKMOOT_QUERY_TOKEN"]),
        ({"PUBLIC_URL": "http://moot.example"}, ["not encrypted", "FOLKMOOT_QUERY_TOKEN"]),
        ({"PUBLIC_URL": "https://moot.example", "QUERY_TOKEN": "false"}, []),
        ({"PUBLIC_URL": "https://moot.example", "QUERY_TOKEN": "false", "SIGN_UP": "open"}, ["FOLKMOOT_SIGN_UP"]),
        ({}, []),
    ],
)
def test_what_is_risky_beyond_this_machine_is_warned_of(
    folkmoot: Folkmoot, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: list[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"FOLKMOOT_{name}", value)
    outcome = folkmoot("check-config")
    assert outcome.status == 0
    warnings = outcome.err.splitlines()
    assert len(warnings) == len(words)
    assert all(word in warning for word, warning in zip(words, warnings, strict=True))


def test_a_server_that_could_not_be_searched_is_warned_of(folkmoot: Folkmoot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_file, "missing", lambda: "this SQLite has no FTS5")
    outcome = folkmoot("check-config")
    assert outcome.status == 0
    assert outcome.err == "Warning: messages can't be searched: this SQLite has no FTS5.\n"


def test_secrets_are_masked() -> None:
    assert "hush" not in shown((SecretStr("hush"),))
