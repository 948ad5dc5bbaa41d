"""The operator changes the secret that signs, and nobody is signed out by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.chat.keyring import open_keyring
from tests.cli.conftest import Folkmoot


def test_a_new_secret_signs_and_the_old_one_still_verifies(folkmoot: Folkmoot, place: Path) -> None:
    data = place / "data"
    folkmoot("migrate")
    before = open_keyring(data, ())
    token = before.signer.sign({"sub": "ann"})

    said = folkmoot("keys", "rotate")

    after = open_keyring(data, ())
    assert said.status == 0
    assert said.out == f"{after.signer.kid} signs from the next start on.\n"
    assert after.signer.kid != before.signer.kid
    superseded = after.find(before.signer.kid, "HS256")
    assert superseded is not None
    assert b"ann" in superseded.verify(token)


def test_keys_from_files_are_the_operators_to_rotate(folkmoot: Folkmoot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_SIGNING_KEYS", '["one.pem"]')

    said = folkmoot("keys", "rotate")

    assert said.status == 1
    assert "FOLKMOOT_SIGNING_KEYS" in said.err
