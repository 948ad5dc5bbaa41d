"""The fields of bodies: every mistake is told at once, in a sentence, by the rule that the domain has too."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from service.api.members import Membership
from service.api.messages import NewMessage
from service.api.rooms import NewRoom, RoomChange


def mistakes(model: type[Any], **body: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(body)
    return {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = mistakes(NewRoom, slug="The Garden", name="", topic="a\nb", slow_mode=-1, join_role="king", locked=1)
    assert set(found) == {"slug", "name", "topic", "slow_mode", "join_role", "locked"}
    assert found["slug"].startswith("use 1 to 64 of a-z")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("slug", None),
        ("slug", 7),
        ("name", ["a"]),
        ("visibility", "direct"),
        ("visibility", "PUBLIC"),
        ("post_role", 2),
        ("post_role", "owner"),
        ("locked", "true"),
        ("slow_mode", "5"),
        ("slow_mode", 5.5),
        ("slow_mode", True),
        ("slow_mode", 10**30),
        ("topic", "\ud800"),
        ("topic", "\0"),
    ],
)
def test_types_are_strict_and_words_exact(field: str, wrong: object) -> None:
    assert set(mistakes(NewRoom, **{"slug": "garden", field: wrong})) == {field}


def test_what_nobody_asked_for_is_not_looked_at() -> None:
    body = {"slug": "garden", "id": 1, "epoch": "mine", "members": 99, "owner": "cyn", "created_at": 0}
    command = NewRoom.model_validate(body).command()
    assert command.slug == "garden"
    assert command.epoch != "mine"


def test_null_leaves_a_setting_as_it_is() -> None:
    command = RoomChange.model_validate({"name": None, "topic": ""}).command("garden")
    assert (command.name, command.topic, command.locked) == (None, "", None)


@pytest.mark.parametrize("role", ["admin", "guest", "", "OWNER", 1])
def test_a_room_role_is_one_of_three_words(role: object) -> None:
    assert set(mistakes(Membership, role=role)) == {"role"}


def test_a_message_is_trimmed_and_has_something_in_it() -> None:
    assert NewMessage.model_validate({"text": "  hello\n"}).text == "hello"
    assert NewMessage.model_validate({"text": "🎉" * 4_000}).text == "🎉" * 4_000
    for text in ("x" * 4_001, "\ud800", "a\0b", None, 7):
        assert set(mistakes(NewMessage, text=text)) == {"text"}
    for text in ("", " \n\t"):
        assert NewMessage.model_validate({"text": text}).text == "", "with files there need be no text"
    assert set(mistakes(NewMessage, text="x", nonce="", reply_to="")) == {"nonce", "reply_to"}
    assert set(mistakes(NewMessage, text="x", nonce="n" * 65, reply_to="m" * 65)) == {"nonce", "reply_to"}
