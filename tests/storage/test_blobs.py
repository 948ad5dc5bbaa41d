"""Blobs on a disk: under a blob's own name there is a whole one, or none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from service.chat.stores.files import BlobMissing, NoRoom
from service.storage.blobs import UNFINISHED, DiskBlobs

KEY = "ab" * 16
ALL_OF_A_DISK = 2**62


@pytest.fixture
def blobs(tmp_path: Path) -> DiskBlobs:
    return DiskBlobs(tmp_path / "files", spare=0)


def store(blobs: DiskBlobs, key: str = KEY, content: bytes = b"hello") -> None:
    draft = blobs.create(key)
    draft.write(content)
    draft.keep()


def read(blobs: DiskBlobs, key: str = KEY, start: int = 0) -> bytes:
    with blobs.open(key, start) as blob:
        return blob.read()


def test_what_is_kept_is_read_from_any_offset(blobs: DiskBlobs) -> None:
    store(blobs)
    assert read(blobs) == b"hello"
    assert read(blobs, start=3) == b"lo"
    assert [key for key, _ in blobs.keys("ab")] == [KEY]
    assert list(blobs.keys("cd")) == []


def test_nobody_sees_what_is_not_kept(blobs: DiskBlobs, tmp_path: Path) -> None:
    draft = blobs.create(KEY)
    draft.write(b"half")
    with pytest.raises(BlobMissing):
        blobs.open(KEY)
    assert list(blobs.keys("ab")) == []
    draft.discard()
    assert list((tmp_path / "files" / UNFINISHED).iterdir()) == []


def test_what_is_kept_is_not_discarded_any_more(blobs: DiskBlobs) -> None:
    draft = blobs.create(KEY)
    draft.write(b"hello")
    draft.keep()
    draft.discard()
    assert read(blobs) == b"hello"


def test_a_discarded_draft_takes_nothing_more(blobs: DiskBlobs) -> None:
    """Its descriptor's number may be another file's by then."""
    draft = blobs.create(KEY)
    draft.discard()
    for late in (lambda: draft.write(b"late"), draft.keep):
        with pytest.raises(NoRoom):
            late()


def test_a_process_that_ended_leaves_nothing_behind(blobs: DiskBlobs, tmp_path: Path) -> None:
    draft = blobs.create(KEY)
    draft.write(b"half")
    again = DiskBlobs(tmp_path / "files", spare=0)
    assert (again.tidy(), again.tidy()) == (1, 0)
    draft.discard()
    store(again)
    assert read(again) == b"hello"


def test_a_blob_is_removed_once_and_its_absence_is_no_trouble(blobs: DiskBlobs) -> None:
    store(blobs)
    blobs.delete(KEY)
    blobs.delete(KEY)
    with pytest.raises(BlobMissing):
        blobs.open(KEY)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "AB" * 16, "ab" * 16 + "/x", "ab\0" * 8, "short", "ab" * 40])
def test_a_key_that_is_not_ours_is_no_path(blobs: DiskBlobs, key: str) -> None:
    with pytest.raises(BlobMissing):
        blobs.open(key)
    with pytest.raises(BlobMissing):
        blobs.create(key)


def test_one_key_is_written_by_one(blobs: DiskBlobs) -> None:
    draft = blobs.create(KEY)
    with pytest.raises(NoRoom):
        blobs.create(KEY)
    draft.discard()


def test_nothing_is_written_through_a_link(blobs: DiskBlobs, tmp_path: Path) -> None:
    store(blobs, "cd" * 16)
    target = tmp_path / "elsewhere"
    (tmp_path / "files" / UNFINISHED / KEY).symlink_to(target)
    with pytest.raises(NoRoom):
        blobs.create(KEY)
    assert not target.exists()


def test_a_disk_without_the_space_that_is_to_be_spared_takes_no_files(tmp_path: Path) -> None:
    with pytest.raises(NoRoom):
        DiskBlobs(tmp_path / "files", spare=ALL_OF_A_DISK).create(KEY)


def test_a_disk_that_fails_takes_no_files(blobs: DiskBlobs, tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(NoRoom):
        blobs.create(KEY)


def test_what_is_stored_is_its_owners_alone(blobs: DiskBlobs, tmp_path: Path) -> None:
    os.umask(0)
    try:
        store(blobs)
    finally:
        os.umask(0o022)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "files").rglob("*")}
    assert modes
    assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in modes.items()), modes
