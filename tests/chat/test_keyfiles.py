"""Secrets in files: made so that nobody else has them, refused where somebody may."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from service.chat import keyfiles
from service.chat.keyfiles import KeyFileError

NOW = 1_790_000_000_000  # Unix ms
GOOD = "pZ8w3kQ0vR5tYx2LmN7cB4dF6gH1jS9aUeIoKqWzXy0"


def write(path: Path, content: str | bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


def test_the_first_start_makes_a_secret_that_only_its_owner_can_read(tmp_path: Path) -> None:
    (made,) = keyfiles.ring(tmp_path / "keys")
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert len(made.secret) >= keyfiles.SECRET_CHARS_MIN
    assert repr(made) == "KeyFile('first')"


def test_the_mode_is_right_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keyfiles.ring(tmp_path / "keys")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys" / "first.key").stat().st_mode) == 0o600


def test_the_next_start_finds_the_same_secret_and_another_server_has_another(tmp_path: Path) -> None:
    first = keyfiles.ring(tmp_path / "keys")
    assert keyfiles.ring(tmp_path / "keys") == first
    assert keyfiles.ring(tmp_path / "other") != first


def test_of_two_that_start_at_once_both_have_the_same_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "keys"
    others: list[keyfiles.KeyFile] = []
    link = os.link

    def late(*args: object, **kwargs: object) -> None:
        # Between the moment in which we saw no key and the one in which we give ours its name, the other one does so.
        monkeypatch.setattr(os, "link", link)
        others.extend(keyfiles.ring(directory))
        link(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "link", late)
    assert list(keyfiles.ring(directory)) == others
    assert [path.name for path in directory.iterdir()] == ["first.key"], "no draft is left"


def test_rotation_puts_a_new_secret_first_and_believes_the_old_one_on(tmp_path: Path) -> None:
    (first,) = keyfiles.ring(tmp_path)
    second = keyfiles.rotate(tmp_path, NOW)
    third = keyfiles.rotate(tmp_path, NOW + 1)
    assert [file.name for file in keyfiles.ring(tmp_path)] == [third, second, first.name]


def test_a_superseded_secret_goes_when_nothing_it_vouched_for_is_alive(tmp_path: Path) -> None:
    keyfiles.ring(tmp_path)
    second = keyfiles.rotate(tmp_path, NOW)
    third = keyfiles.rotate(tmp_path, NOW + 1_000)
    assert keyfiles.prune(tmp_path, NOW) == []
    assert keyfiles.prune(tmp_path, NOW + 1_000) == ["first"]
    assert keyfiles.prune(tmp_path, NOW + 1_001) == [second]
    assert keyfiles.prune(tmp_path, NOW + 10_000) == [], "the newest stays, however old"
    assert [file.name for file in keyfiles.ring(tmp_path)] == [third]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_secret_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "a.key", GOOD, mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        keyfiles.ring(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "one line of letters"),
        ("short", "too short"),
        (GOOD[:42], "too short"),
        ("a" * 64, "placeholder"),
        ("changeme-" * 8, "placeholder"),
        ("this-is-an-example-of-a-secret-of-enough-length", "placeholder"),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----", "one line of letters"),
        (b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" * 8, "one line of letters"),
        (GOOD + "\n" + GOOD, "one line of letters"),
        ("x" * 20_000, "longer than any key"),
    ],
)
def test_what_is_no_good_secret_is_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    write(tmp_path / "a.key", content)
    with pytest.raises(KeyFileError, match=said) as refused:
        keyfiles.ring(tmp_path)
    assert str(tmp_path / "a.key") in str(refused.value)


def test_a_good_secret_of_the_operators_own_is_taken_without_its_newline(tmp_path: Path) -> None:
    write(tmp_path / "ours-2026.key", GOOD + "\n")
    assert [(file.name, file.secret) for file in keyfiles.ring(tmp_path)] == [("ours-2026", GOOD.encode())]


def test_a_name_that_could_not_stand_in_a_token_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "my key.key", GOOD)
    with pytest.raises(KeyFileError, match="needs a name"):
        keyfiles.ring(tmp_path)


def test_links_and_pipes_in_the_directory_are_not_followed(tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere", GOOD)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "a.key").symlink_to(elsewhere)
    with pytest.raises(KeyFileError, match="can't be read"):
        keyfiles.ring(tmp_path / "keys")
    (tmp_path / "pipes").mkdir()
    os.mkfifo(tmp_path / "pipes" / "a.key", 0o600)
    with pytest.raises(KeyFileError, match="not a regular file"):
        keyfiles.ring(tmp_path / "pipes")


def test_a_link_that_the_operator_named_is_followed_for_that_is_how_secrets_are_mounted(tmp_path: Path) -> None:
    write(tmp_path / "mounted", GOOD)
    (tmp_path / "named").symlink_to(tmp_path / "mounted")
    assert keyfiles.read(tmp_path / "named", follow=True) == GOOD.encode()
