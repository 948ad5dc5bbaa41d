"""The rows of files: found by an index whatever there is, and given up without being forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select

from service.chat.files import AddFile, Quota
from service.chat.messages import Posted, PostMessage
from service.chat.records import File, Message, StoredFile
from service.chat.roles import Role
from service.storage import files, posting
from tests.stage import Stage
from tests.stage_door import sign_in
from tests.storage.plans import plan, scans

MUCH = Quota(2**40, 2**40, 2**40, 1_000)


@pytest.fixture
def stage() -> Stage:
    stage = Stage(["ann", "bob"])
    stage.room("lobby", join_role=Role.GUEST)
    return stage


def bring(stage: Stage, id: str = "f1", size: int = 7) -> File:
    file = File(id, f"{id}.png", "image/png", size, 640, 480, (480, 360))
    return stage.do("ann", AddFile("lobby", file, f"{id:0>16}".replace("f", "a"), b"digest", 99, MUCH))


def say(stage: Stage, *ids: str) -> Message:
    credential = sign_in(stage, "ann", device="".join(ids))
    post = PostMessage(credential, "lobby", "look", files=ids)
    (outcome,) = stage.run(lambda tx: posting.store(tx, [post]))
    assert isinstance(outcome, Posted), outcome
    return outcome.message


def stored(stage: Stage, id: str = "f1") -> StoredFile:
    found = stage.run(lambda tx: tx.files.get(id))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("statement", "bound"),
    [
        (files.GET, {"of_uid": "f1"}),
        (files.STORED, {"of_author": 1}),
        (files.SINCE, {"of_author": 1, "since": 1}),
        (files.WAITING, {"before": 1, "most": 9}),
        (files.LOOKED_AT, {"before": 1, "after_id": 1, "most": 9}),
        (files.SHARD, {"first": "ab", "last": "abg"}),
    ],
)
def test_every_question_is_answered_by_an_index(stage: Stage, statement: Select[Any], bound: dict[str, object]) -> None:
    assert scans(plan(stage, statement, **bound)) == []


@pytest.mark.parametrize("statement", [files.STORED, files.SINCE])
def test_what_somebodys_files_take_is_read_from_the_index_alone(stage: Stage, statement: Select[Any]) -> None:
    (line,) = plan(stage, statement, of_author=1, since=1)
    assert "COVERING INDEX ix_files_usage" in line


def test_a_file_is_kept_as_it_was_brought(stage: Stage) -> None:
    file = bring(stage)
    found = stored(stage)
    assert (found.file, found.seq, found.gone) == (file, None, False)
    assert (found.digest, found.thumbnail_bytes, found.at) == (b"digest", 99, stage.now - 1_000)


def test_what_is_given_up_is_known_by_its_name_alone(stage: Stage) -> None:
    """As retention and erasing do it: without a deletion, and without a day's grace."""
    bring(stage, "f1"), bring(stage, "f2")
    message, other = say(stage, "f1"), say(stage, "f2")
    room = stage.seen("lobby")
    before = stage.run(lambda tx: tx.files.usage(1, 0))
    assert stage.run(lambda tx: tx.files.release(room, [message.seq])) == 1
    assert stage.run(lambda tx: tx.files.release(room, [message.seq])) == 0
    assert stored(stage, "f1").gone
    after = stage.run(lambda tx: tx.files.usage(1, 0))
    assert (before.stored - after.stored, after.files_since) == (7, 2)
    shown = stage.run(lambda tx: tx.log.messages_at(room, [message.seq, other.seq]))
    assert [len(shown[seq].files) for seq in (message.seq, other.seq)] == [0, 1]
    keys = [stored(stage, id).key for id in ("f1", "f2")]
    assert stage.run(lambda tx: tx.files.given_up(keys)) == {keys[0]}


def test_files_are_gone_through_a_shard_at_a_time(stage: Stage) -> None:
    bring(stage, "f1"), bring(stage, "f2")
    key = stored(stage, "f1").key
    assert set(stage.run(lambda tx: tx.files.kept("00"))) == {key, stored(stage, "f2").key}
    assert stage.run(lambda tx: tx.files.kept("ab")) == {}
