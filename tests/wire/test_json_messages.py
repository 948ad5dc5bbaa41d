"""What is spelled out byte by byte says the same as the shapes do, whatever people write."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from service.chat.events import MessagePosted
from service.chat.ids import message_id
from service.chat.records import Author, Deletion, File, Message
from service.chat.roles import Role
from service.wire import frames, json_messages, shapes

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
MESSAGES = st.builds(
    Message,
    id=st.just(message_id(1_780_000_000_123, 7, 12)),
    room=st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True),
    seq=st.integers(1, 2**40),
    author=st.builds(Author, username=st.just("ann"), name=TEXTS, role=st.sampled_from(Role), bot=st.booleans()),
    text=TEXTS,
    at=st.integers(0, 4_000_000_000_000),
    reply_to=st.none() | st.just(message_id(1_780_000_000_000, 7, 3)),
    nonce=st.none() | TEXTS,
    deleted=st.none() | st.just(Deletion("mo", 1_780_000_000_124)),
    files=st.just(()) | st.builds(lambda name: (File("f1", name, "image/png", 7, 3, 4, (3, 4)),), TEXTS),
)


@given(MESSAGES)
def test_a_message_is_what_its_shape_says(message: Message) -> None:
    assert json.loads(json_messages.message(message)) == shapes.message(message)


@given(MESSAGES)
def test_a_posted_event_is_what_its_frame_says(message: Message) -> None:
    event = MessagePosted(7, message.room, message.seq, message.at, message, author_id=1)

    spelled = json.loads(json_messages.posted(event, json_messages.message(message)))

    assert spelled == frames.event(event)


@given(MESSAGES, TEXTS, st.booleans())
def test_the_reply_to_a_send_is_what_its_frame_says(message: Message, id: str, duplicate: bool) -> None:
    spelled = json.loads(json_messages.ok(id, json_messages.message(message), duplicate))

    assert spelled == frames.ok(id, message=shapes.message(message), duplicate=duplicate)


def test_an_author_who_takes_another_name_is_shown_by_it_at_once() -> None:
    # The JSON of authors is kept by the object's identity, which is not enough to tell one author from the next.
    for number in range(10):
        author = Author("bob", f"Bob the {number}th", Role.MEMBER, False)
        message = Message(message_id(1, 1, 1), "lobby", 1, author, "hi", 1)

        assert json.loads(json_messages.message(message))["author"]["name"] == f"Bob the {number}th"
