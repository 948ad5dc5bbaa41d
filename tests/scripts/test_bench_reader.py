"""What makes the benchmark's figures worth anything: a delivery that is lost, doubled, changed or out of order is
found, however the bytes were cut on their way.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from scripts.benchmark.dialects import BadFrame, Dialect, FolkmootDialect, Kind, TextbookDialect, text_of
from scripts.benchmark.reader import Reader
from scripts.benchmark.tape import Tape

BOB = 3
CYN = 7


def frame(payload: bytes, opcode: Opcode = Opcode.TEXT) -> bytes:
    return Frame(opcode, payload).serialize(mask=False)


def posted(seq: int, sender: int = BOB, number: int | None = None, spaces: bool = False) -> bytes:
    """An event as our server sends it; `spaces` is the same JSON in another spelling."""
    text = text_of(1_000 + seq, sender, seq - 1 if number is None else number).decode()
    message = {"id": f"m{seq}", "room": "lobby", "seq": seq, "author": {"username": "bob"}, "text": text}
    event = {
        "type": "message.posted",
        "room": "lobby",
        "seq": seq,
        "at": "2026-11-22T12:00:00.000Z",
        "message": message,
    }
    return frame(json.dumps(event, separators=None if spaces else (",", ":")).encode())


def ok(number: int) -> bytes:
    """The reply to a send: it carries the message, so who counts texts counts it as a delivery."""
    message = {"seq": number, "text": text_of(1, BOB, number).decode()}
    reply = {"type": "ok", "id": str(number), "message": message, "duplicate": False}
    return frame(json.dumps(reply, separators=(",", ":")).encode())


def left(seq: int, user: str = "cyn") -> bytes:
    """An event that is no message."""
    event = {"type": "member.left", "room": "lobby", "seq": seq, "at": "2026-11-22T12:00:00.000Z", "user": user}
    return frame(json.dumps(event, separators=(",", ":")).encode())


PRESENCE = frame(b'{"type":"presence","room":"lobby","user":"cyn","state":"online"}')


def reader(tape: Tape, pings: list[bytes] | None = None) -> Reader:
    return Reader(tape, (pings if pings is not None else []).append)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[begin:end] for begin, end in itertools.pairwise(edges) if begin < end]


def feed(to: Reader, chunks: Sequence[bytes]) -> None:
    for chunk in chunks:
        to.read(memoryview(chunk))


CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@given(CUTS, CUTS)
def test_two_receivers_of_the_same_bytes_have_heard_the_same_however_the_bytes_were_cut(
    bobs: list[int], cyns: list[int]
) -> None:
    tape = Tape(FolkmootDialect())
    bob, cyn = reader(tape), reader(tape)
    stream = b"".join(posted(seq) for seq in range(1, 6))
    feed(bob, cut(stream, bobs))
    assert (bob.delivered, cyn.delivered, cyn.behind) == (5, 0, 5)
    feed(cyn, cut(stream, cyns))
    assert (cyn.delivered, cyn.behind, tape.readers) == (5, 0, 2)
    assert tape.sent == [1_001, 1_002, 1_003, 1_004, 1_005]


@given(CUTS, CUTS, st.booleans())
def test_replies_pings_and_notices_are_no_deliveries(bobs: list[int], cyns: list[int], sender_first: bool) -> None:
    tape, pings = Tape(FolkmootDialect()), []
    bob, cyn = reader(tape, pings), reader(tape)
    ping = frame(b"still there?", Opcode.PING)
    of_bob = posted(1) + ok(1) + ping + posted(2) + PRESENCE + posted(3) + ok(2) + ok(3)
    of_cyn = posted(1) + posted(2) + posted(3)
    turns = [(bob, cut(of_bob, bobs)), (cyn, cut(of_cyn, cyns))]
    for who, chunks in turns if sender_first else reversed(turns):
        feed(who, chunks)
    assert (bob.delivered, bob.acks, pings) == (3, 3, [b"still there?"])
    assert (cyn.delivered, cyn.acks) == (3, 0)


@given(CUTS)
def test_another_spelling_of_the_same_event_is_a_delivery_too(cuts: list[int]) -> None:
    tape = Tape(FolkmootDialect())
    bob, cyn = reader(tape), reader(tape)
    feed(bob, [posted(1) + posted(2)])
    feed(cyn, cut(posted(1, spaces=True) + posted(2), cuts))
    assert (cyn.delivered, cyn.behind) == (2, 0)


def test_another_text_under_the_same_seq_is_found() -> None:
    tape = Tape(FolkmootDialect())
    feed(reader(tape), [posted(1) + posted(2)])
    with pytest.raises(BadFrame, match="something else"):
        feed(reader(tape), [posted(1) + posted(2, sender=CYN)])


@pytest.mark.parametrize("first", [True, False], ids=["read first", "compared"])
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ((1, 3), "after seq 1 came 3|others that come first"),
        ((1, 1, 2), "delivered twice"),
        ((2, 1, 3), "after seq 0 came 2|others that come first"),
    ],
    ids=["lost", "doubled", "out of order"],
)
def test_what_must_not_happen_is_found(first: bool, wrong: tuple[int, ...], says: str) -> None:
    tape = Tape(FolkmootDialect())
    if not first:
        feed(reader(tape), [posted(1) + posted(2) + posted(3)])
    with pytest.raises(BadFrame, match=says):
        feed(reader(tape), [b"".join(map(posted, wrong))])


def test_the_last_message_lost_is_seen_as_being_behind() -> None:
    tape = Tape(FolkmootDialect())
    feed(reader(tape), [posted(1) + posted(2)])
    cyn = reader(tape)
    feed(cyn, [posted(1) + posted(2)[:-1]])
    assert (cyn.delivered, cyn.behind) == (1, 1)


@given(CUTS, CUTS, st.booleans())
def test_an_event_that_is_no_message_has_its_place_among_them_for_all(
    bobs: list[int], cyns: list[int], sender_first: bool
) -> None:
    tape = Tape(FolkmootDialect())
    bob, cyn = reader(tape), reader(tape)
    of_bob = posted(1) + ok(1) + left(2) + left(3) + ok(2) + posted(4, number=1) + left(5) + ok(3)
    of_cyn = posted(1) + left(2) + PRESENCE + left(3) + posted(4, number=1) + left(5)
    turns = [(bob, cut(of_bob, bobs)), (cyn, cut(of_cyn, cyns))]
    for who, chunks in turns if sender_first else reversed(turns):
        feed(who, chunks)
    assert (bob.delivered, bob.acks, cyn.delivered, len(tape)) == (2, 3, 2, 2)
    assert (bob.offset, cyn.offset, tape.readers) == (len(tape.data), len(tape.data), 2)
    assert tape.ends[1] < len(tape.data), "the last event is on the tape, too"


@pytest.mark.parametrize("first", [True, False], ids=["read first", "compared"])
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (posted(1) + posted(3, number=1), "after seq 1 came 3|without the events that come before"),
        (posted(1) + left(2, user="gus") + left(2), "after seq 2 came 2|came elsewhere"),
        (left(2) + posted(1), "after seq 0 came 2|came elsewhere"),
        (posted(1) + left(2) + left(2), "after seq 2 came 2|came elsewhere"),
    ],
    ids=["lost", "another", "out of order", "doubled"],
)
def test_an_event_that_is_lost_doubled_or_elsewhere_is_found(first: bool, wrong: bytes, says: str) -> None:
    tape = Tape(FolkmootDialect())
    if not first:
        feed(reader(tape), [posted(1) + left(2) + posted(3, number=1)])
    with pytest.raises(BadFrame, match=says):
        feed(reader(tape), [wrong])


def test_a_message_that_its_sender_never_numbered_so_is_found() -> None:
    with pytest.raises(BadFrame, match="after message 0 of sender 3 came 2"):
        feed(reader(Tape(FolkmootDialect())), [posted(1, number=0) + posted(2, number=2)])


def test_who_sits_down_later_than_the_others_is_not_compared_with_them() -> None:
    tape = Tape(FolkmootDialect())
    tape.follow(41)
    tape.follow(41)
    with pytest.raises(BadFrame, match="sat down at 42"):
        tape.follow(42)
    feed(reader(tape), [posted(42, number=0)])
    assert len(tape) == 1


@pytest.mark.parametrize("kind", ["error", "lagging", "removed", "restart"])
def test_a_refusal_ends_the_run(kind: str) -> None:
    with pytest.raises(BadFrame, match=kind):
        feed(reader(Tape(FolkmootDialect())), [frame(json.dumps({"type": kind, "id": "1"}).encode())])


def test_a_close_ends_the_run() -> None:
    with pytest.raises(BadFrame, match="closed a connection"):
        feed(reader(Tape(FolkmootDialect())), [frame(b"\x0f\xa0too slow", Opcode.CLOSE)])


@given(CUTS)
def test_the_textbook_may_mix_the_senders_as_it_likes_but_must_deliver_each_message_once(cuts: list[int]) -> None:
    tape = Tape(TextbookDialect())
    bobs = [frame(text_of(number, BOB, number)) for number in range(3)]
    cyns = [frame(text_of(number, CYN, number)) for number in range(3)]
    one, other = reader(tape), reader(tape)
    feed(one, [b"".join(bobs + cyns)])
    feed(other, cut(b"".join(cyns[:2] + bobs[:1] + cyns[2:] + bobs[1:]), cuts))
    assert (one.behind, other.behind) == (0, 0)
    with pytest.raises(BadFrame, match="twice"):
        feed(other, [bobs[0]])


@pytest.mark.parametrize("dialect", [FolkmootDialect(), TextbookDialect()], ids=["folkmoot", "textbook"])
def test_a_message_says_the_same_of_itself_read_quickly_and_read_properly(dialect: Dialect) -> None:
    payload = text_of(123, BOB, 9) if dialect.name == "textbook" else posted(10)[4:]
    assert dialect.kind(payload) is Kind.EVENT
    assert dialect.stamp(payload) == dialect.stamp_slowly(payload)
    assert (dialect.stamp(payload).sender, dialect.stamp(payload).number) == (BOB, 9)


def test_a_text_has_120_bytes_and_needs_no_escaping_in_json() -> None:
    text = text_of(2**62, 99_999, 99_999_999)
    assert len(text) == 120
    assert re.fullmatch(rb"[a-z0-9 ]+", text)
