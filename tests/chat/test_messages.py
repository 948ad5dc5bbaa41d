"""Messages: what a post brings along, and who may read. Storing them is tried in ``tests/storage/test_posting``."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.errors import Refusal
from service.chat.messages import DIGEST_BYTES, ListMessages, Posted, PostMessage, rule, seen
from service.chat.records import Credential
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.threads import root_of
from service.storage import posting
from tests.stage import Stage
from tests.stage_door import sign_in

NOBODY = Credential("u", "s", "folkmoot", frozenset(Scope), 0)


def digest(text: str, reply_to: str | None = None, nonce: str | None = "n") -> bytes | None:
    return PostMessage(NOBODY, "lobby", text, nonce, reply_to).digest()


def test_only_a_post_with_a_nonce_has_something_to_be_compared_with() -> None:
    assert digest("x", nonce=None) is None
    assert len(digest("x") or b"") == DIGEST_BYTES


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
_ID = st.none() | st.text("m0123456789abcdef-", min_size=1, max_size=9)


@given(text=_TEXT, other=_TEXT, reply_to=_ID, elsewhere=_ID)
def test_other_content_has_another_digest(text: str, other: str, reply_to: str | None, elsewhere: str | None) -> None:
    same = (text, reply_to) == (other, elsewhere)
    assert (digest(text, reply_to) == digest(other, elsewhere)) is same


@pytest.fixture
def stage() -> Stage:
    staged = Stage()
    staged.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST, slow_mode=30)
    staged.room("den", visibility=Visibility.PRIVATE)
    staged.room("staff", join_role=Role.MODERATOR)
    for username in ("mo", "bob"):
        staged.place("lobby", username, RoomRole.MEMBER)
    return staged


def test_a_ruling_says_what_the_next_post_needs(stage: Stage) -> None:
    post = PostMessage(sign_in(stage, "bob"), "lobby", "x")
    ruling = stage.run(lambda tx: rule(tx, post, 7))
    assert not isinstance(ruling, Posted)
    assert (ruling.version, ruling.room.slug, ruling.author.username) == (7, "lobby", "bob")
    assert (ruling.sid, ruling.slow_mode) == (post.credential.sid, 30)
    moderates = PostMessage(sign_in(stage, "mo"), "lobby", "x")
    spared = stage.run(lambda tx: rule(tx, moderates, 7))
    assert not isinstance(spared, Posted)
    assert spared.slow_mode == 0


def test_a_token_that_is_only_for_writing_is_enough_to_post(stage: Stage) -> None:
    writing = sign_in(stage, "bob", frozenset({Scope.WRITE}))
    post = PostMessage(writing, "lobby", "x", "n")
    for duplicate in (False, True):
        (posted,) = stage.run(lambda tx: posting.store(tx, [post]))
        assert isinstance(posted, Posted)
        assert posted.duplicate is duplicate
    reading = sign_in(stage, "mo", frozenset({Scope.READ}), device="reads")
    with pytest.raises(Refusal) as caught:
        stage.run(lambda tx: rule(tx, PostMessage(reading, "lobby", "x"), 7))
    assert caught.value.code == "insufficient_scope"


def test_a_nonce_of_somebody_else_is_nothing(stage: Stage) -> None:
    first = PostMessage(sign_in(stage, "bob"), "lobby", "x", "n")
    stage.run(lambda tx: posting.store(tx, [first]))
    room, bob, mo = stage.seen("lobby"), stage.who("bob"), stage.who("mo")
    retry = PostMessage(NOBODY, "lobby", "x", "n")
    assert stage.run(lambda tx: seen(tx, room, mo.id, retry)) is None
    assert stage.run(lambda tx: seen(tx, room, bob.id, retry)) is not None
    with pytest.raises(Refusal) as caught:
        stage.run(lambda tx: seen(tx, room, bob.id, replace(retry, text="y")))
    assert caught.value.code == "conflict"


def test_a_reply_to_what_is_no_message_is_refused(stage: Stage) -> None:
    room = stage.seen("lobby")
    for wrong in ("", "m1", "x" * 200, "m" + "f" * 11 + "f" * 12 + "-" + "f" * 12):
        with pytest.raises(Refusal) as caught:
            stage.run(lambda tx, wrong=wrong: root_of(tx, room, wrong))
        assert (caught.value.code, caught.value.errors[0].field) == ("invalid", "reply_to")


@pytest.mark.parametrize(
    ("username", "room", "code"),
    [
        ("gus", "lobby", "ok"),
        ("bob", "den", "not_found"),
        ("mo", "den", "not_found"),
        ("ann", "den", "ok"),
        ("bob", "staff", "role_too_low"),
        ("mo", "staff", "ok"),
        ("bob", "no-such-room", "not_found"),
    ],
)
def test_who_may_read_reads_without_joining(stage: Stage, username: str, room: str, code: str) -> None:
    question = ListMessages(room, 10)
    if code == "ok":
        assert stage.do(username, question) == []
    else:
        assert stage.refusal(username, question).code == code
