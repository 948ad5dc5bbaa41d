"""Events are encoded once for all who speak the same codec, and nothing is kept for longer than it is needed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgpack
import pytest

from service.chat.events import Event
from service.chat.messages import Posted
from service.chat.records import Deletion
from service.live import encoder as encoders
from service.live.encoder import Encoder, LineEncoder
from service.wire import codecs, frames, lines
from service.wire.codecs import payloads
from tests.wire.said import EVENTS, MESSAGE, POSTED


def said(encoded: bytes) -> list[bytes]:
    return [payload for _, payload in payloads(encoded)]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{type(event).__name__} {EVENTS.index(event)}")
def test_every_event_says_the_same_in_every_codec(event: Event) -> None:
    shape = frames.event(event)
    assert [json.loads(text) for text in said(Encoder(codecs.JSON).event(event))] == [shape]
    assert [msgpack.unpackb(packed) for packed in said(Encoder(codecs.MSGPACK).event(event))] == [shape]
    line = lines.event(event)
    assert said(LineEncoder().event(event)) == ([] if line is None else [line.encode()])


def test_several_events_are_several_frames() -> None:
    frames_ = said(Encoder(codecs.JSON).events(EVENTS))
    assert [json.loads(frame)["type"] for frame in frames_] == [frames.event(event)["type"] for event in EVENTS]
    assert Encoder(codecs.JSON).events([]) == b""


def test_a_message_is_encoded_once_for_its_reply_and_its_event(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    message = encoders.shapes.message
    monkeypatch.setattr(encoders.shapes, "message", lambda m: made.append(m.id) or message(m))
    encoder = Encoder(codecs.JSON)
    reply = json.loads(said(encoder.posted("7", Posted(MESSAGE)))[0])
    event = json.loads(said(encoder.event(POSTED))[0])
    assert reply == {"type": "ok", "id": "7", "message": event["message"], "duplicate": False}
    assert made == ["m1"]
    encoder.forget()
    encoder.event(POSTED)
    assert made == ["m1", "m1"], "a message may be another one in another turn"


@pytest.mark.parametrize("codec", [codecs.JSON, codecs.MSGPACK])
def test_what_was_deleted_in_the_same_turn_is_shown_without_its_text(codec: codecs.Codec) -> None:
    encoder = encoders.JsonEncoder() if codec is codecs.JSON else Encoder(codec)
    encoder.event(POSTED)
    gone = replace(MESSAGE, text="", deleted=Deletion("mo", MESSAGE.at))
    assert b"hello" not in encoder.posted("7", Posted(gone, duplicate=True))
    assert b"hello" not in encoder.event(replace(POSTED, message=gone))
    assert b"hello" in encoder.event(POSTED), "and what was not, with it"


def test_a_replay_without_end_keeps_a_bounded_number_of_messages() -> None:
    encoder = Encoder(codecs.JSON)
    for n in range(encoders.KEPT_MAX * 3):
        encoder.event(replace(POSTED, message=replace(MESSAGE, id=f"m{n}")))
        assert len(encoder._messages) <= encoders.KEPT_MAX


def test_lines_leave_out_what_says_only_that_all_went_well() -> None:
    lined = LineEncoder()
    assert lined.ok("1") == lined.posted("1", Posted(MESSAGE)) == lined.notice({"type": "hello"}) == b""
    assert said(lined.notice(frames.restart(1500))) == [b"! the server restarts; come back in 1500 ms"]
    assert said(lined.presence("lobby", "bob", False, False)) == [b"* bob left"]
    assert lined.presence("lobby", "bob", False, True) == b"", "the event has said so already"
