"""Moderators act by typing, as in any chat of a terminal; and everybody reads who did what to whom, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from service.cli.chat.effects import FetchSanctions
from service.cli.chat.scrollback import REMEMBERED
from tests.cli.chat.room import AT, Desk, Frame, event, message, posted, room


def moment(text: str) -> str:
    """``text`` with the moment AT as it is written here, in this machine's zone."""
    at = datetime.fromisoformat(AT).astimezone()
    return text.replace("AT", f"{at:%H:%M} on {at.day} {at:%B}")


def desk_with(*frames: Frame, seq: int = 3) -> Desk:
    desk = Desk()
    desk.arrive(seq=seq)
    for frame in frames:
        desk.hear(frame)
    return desk


def changed(seq: int, user: str, *, by: str = "mo", role: str = "member", **fields: Any) -> Frame:
    reason = {"reason": fields.pop("reason")} if "reason" in fields else {}
    return event("member.changed", seq, member={"user": user, "role": role, "joined_at": AT, **fields}, by=by, **reason)


def deleted(seq: int, message_id: str, by: str = "mo") -> Frame:
    return event("message.deleted", seq, message_id=message_id, by=by)


def told(desk: Desk) -> list[str]:
    """What was shown after the greeting."""
    return desk.shown[desk.shown.index("You are in lobby as bob") + 1 :]


# What a moderator types


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("/kick cyn", {"kind": "kick"}),
        ("/kick cyn 10m is enough", {"kind": "kick", "reason": "10m is enough"}),
        ("/mute cyn", {"kind": "mute"}),
        ("/mute cyn 10m spam", {"kind": "mute", "until": "2026-11-03T12:10:00.000Z", "reason": "spam"}),
        ("/ban cyn 1d", {"kind": "ban", "until": "2026-11-04T12:00:00.000Z"}),
        ("/ban cyn for good", {"kind": "ban", "reason": "for good"}),
        ("/ban cyn 999999w", {"kind": "ban"}),
    ],
)
def test_a_sanction_is_sent_as_it_was_typed(line: str, sent: Frame) -> None:
    desk = desk_with()
    desk.do(desk.talk.typed(line))
    frame = desk.sent[-1]
    assert frame == {"type": "sanction", "room": "lobby", "user": "cyn", "id": frame["id"], **sent}
    assert desk.texts_sent() == []


def test_what_was_done_can_be_taken_back_the_last_first() -> None:
    desk = desk_with(posted(4, "spam", "cyn"))
    desk.do(desk.talk.typed("/mute cyn"))
    desk.ok(sanction={"id": "s1", "user": "cyn", "kind": "mute", "by": "bob"}, action="a1")
    desk.do(desk.talk.typed("/delete cyn"))
    assert desk.sent[-1]["message"] == "m4"
    desk.ok(message=message(4, "", "cyn"), action="a2")
    assert told(desk)[-1] == "/undo takes it back, for a quarter of an hour."
    for action in ("a2", "a1"):
        desk.do(desk.talk.typed("/undo"))
        assert (desk.sent[-1]["type"], desk.sent[-1]["action"]) == ("undo", action)
        desk.ok()
    desk.do(desk.talk.typed("/undo"))
    assert told(desk)[-1] == "There is nothing here to take back."


def test_an_undo_whose_answer_was_lost_can_be_asked_for_again() -> None:
    desk = desk_with()
    desk.do(desk.talk.typed("/kick cyn"))
    desk.ok(sanction={"id": "s1", "user": "cyn", "kind": "kick", "by": "bob"}, action="a1")
    desk.do(desk.talk.typed("/undo"))
    desk.do(desk.talk.closed(1006))
    desk.join(events=[], seq=3)
    desk.do(desk.talk.typed("/undo"))
    assert desk.sent[-1]["action"] == "a1"
    desk.error("conflict")
    desk.do(desk.talk.typed("/undo"))
    assert told(desk)[-2:] == ["It is conflict.", "There is nothing here to take back."]


def test_a_ban_of_somebody_who_is_not_here_is_told_to_who_imposed_it() -> None:
    desk = desk_with()
    desk.do(desk.talk.typed("/ban gus"))
    desk.ok(sanction={"id": "s1", "user": "gus", "kind": "ban", "by": "bob"}, action="a1")
    assert told(desk)[-1] == "gus is banned. /undo takes it back, for a quarter of an hour."


def test_a_refusal_says_which_rule_decided() -> None:
    desk = desk_with()
    desk.do(desk.talk.typed("/kick ann"))
    desk.error("forbidden", why={"rule": "rank"})
    assert told(desk) == ["It is forbidden."]
    desk.do(desk.talk.typed("hello"))
    desk.error("locked", why={"rule": "locked", "by": "ann", "since": AT, "reason": "exams"})
    assert told(desk)[-1] == moment("Not sent: It is locked. Set by ann at AT: exams. It was: hello")


def test_lifting_finds_what_there_is_to_lift() -> None:
    desk = desk_with()
    desk.do(desk.talk.typed("/lift @cyn"))
    assert desk.others == [FetchSanctions("cyn", ("mute", "ban"))]
    in_force = [
        {"id": "s1", "user": "cyn", "kind": "mute"},
        {"id": "s2", "user": "gus", "kind": "ban"},
        {"id": "s3", "user": "cyn", "kind": "ban"},
    ]
    desk.do(desk.talk.sanctions("cyn", ("mute", "ban"), in_force))
    assert [frame["sanction"] for frame in desk.sent if frame["type"] == "lift"] == ["s1", "s3"]
    desk.ok()
    assert told(desk)[-1] == "The ban of cyn is lifted."
    desk.do(desk.talk.sanctions("cyn", ("ban",), in_force[:2]))
    assert told(desk)[-1] == "There is no ban of cyn in lobby."


def test_unmute_and_unban_lift_only_what_they_are_called_after() -> None:
    desk = desk_with()
    desk.do(desk.talk.typed("/unmute cyn"))
    desk.do(desk.talk.typed("/unban cyn"))
    assert desk.others == [FetchSanctions("cyn", ("mute",)), FetchSanctions("cyn", ("ban",))]


def test_without_a_connection_nothing_is_done_and_nothing_is_kept_for_later() -> None:
    desk = desk_with()
    desk.do(desk.talk.closed(1006))
    before = len(desk.sent)
    for line in ("/kick cyn", "/lift cyn", "/delete", "/undo", "/report cyn spam"):
        desk.do(desk.talk.typed(line))
        assert told(desk)[-1] == "Not connected right now."
    desk.do(desk.talk.sanctions("cyn", ("ban",), [{"id": "s1", "user": "cyn", "kind": "ban"}]))
    assert len(desk.sent) == before


# Messages


def test_deleting_without_a_name_is_about_ones_own_last_message() -> None:
    desk = desk_with(posted(4, "oops", "bob"), posted(5, "what?", "ann"))
    desk.do(desk.talk.typed("/delete"))
    assert desk.sent[-1] == {"type": "delete", "message": "m4", "id": desk.sent[-1]["id"]}
    desk.ok(message=message(4, "", "bob"), action="a1")
    desk.hear(deleted(6, "m4", "bob"))
    assert told(desk)[-1] == moment("bob deleted a message of their own, from AT")
    desk.do(desk.talk.typed("/delete"))
    assert told(desk)[-1] == "There is no message of yours on the screen; /older shows more."


def test_the_last_message_is_the_rooms_and_not_the_screens() -> None:
    desk = Desk()
    desk.arrive([message(50, "new", "cyn")], seq=50)
    desk.do(desk.talk.typed("/older"))
    desk.do(desk.talk.older({"items": [message(49, "old", "cyn")], "next": None}))
    desk.do(desk.talk.typed("/report cyn look at this"))
    assert (desk.sent[-1]["message"], desk.sent[-1]["reason"]) == ("m50", "look at this")
    desk.ok(report={"id": "r1"})
    assert told(desk)[-1] == "Reported. Somebody who moderates this room will look at it."


def test_a_flood_that_is_deleted_is_two_lines_and_not_a_hundred() -> None:
    flood = [posted(seq, "spam", "cyn") for seq in range(4, 24)]
    desk = desk_with(*flood, *(deleted(20 + seq, f"m{seq}") for seq in range(4, 24)))
    assert told(desk)[20:] == [moment("mo deleted a message of cyn, from AT"), "mo deleted more of them"]


def test_who_was_erased_is_spoken_of_by_the_name_that_is_left() -> None:
    desk = desk_with(posted(4, "sense", "cyn"), posted(5, "more of it", "cyn"))
    author = {"username": "deleted-1", "name": "deleted-1", "role": "guest", "bot": False}
    desk.hear({**deleted(6, "m4", "system"), "author": author})
    desk.hear(event("message.edited", 7, message={**message(5, "more of it", "cyn"), "author": author}))
    assert told(desk)[-1] == moment("the server deleted a message of deleted-1, from AT")
    desk.do(desk.talk.typed("/delete deleted-1"))
    assert desk.sent[-1]["message"] == "m5"


def test_what_is_restored_is_shown_again_and_can_be_spoken_of() -> None:
    desk = desk_with(posted(4, "sense", "cyn"), deleted(5, "m4"))
    desk.hear(event("message.restored", 6, message=message(4, "sense", "cyn")))
    assert told(desk)[-2:] == ["what cyn said is back:", "cyn: sense"]
    desk.do(desk.talk.typed("/delete cyn"))
    assert desk.sent[-1]["message"] == "m4"


def test_a_deleted_message_is_in_its_place_without_its_text() -> None:
    gone = {**message(3, "", "cyn"), "deleted": {"by": "mo", "at": AT}}
    desk = Desk()
    desk.arrive([message(2, "two"), gone])
    assert desk.shown[:2] == ["ann: two", "cyn: (deleted by mo)"]
    desk.hear(deleted(4, "m1"))
    assert told(desk) == ["mo deleted a message from before those on the screen"]


def test_what_scrolled_away_long_ago_is_forgotten() -> None:
    desk = desk_with(*(posted(seq, "x", "cyn" if seq == 4 else "ann") for seq in range(4, 5 + REMEMBERED)))
    desk.do(desk.talk.typed("/delete cyn"))
    assert told(desk)[-1] == "There is no message of cyn on the screen; /older shows more."


# The people concerned


def test_who_is_muted_reads_by_whom_until_when_and_why_and_that_it_is_over() -> None:
    desk = desk_with(changed(4, "bob", muted_until=AT, reason="spam"))
    assert told(desk) == [moment("You are muted until AT by mo: spam.")]
    assert desk.talk.muted
    desk.hear(changed(5, "bob", by="system"))
    assert told(desk)[-1] == "You may speak again."
    assert not desk.talk.muted


def test_a_mute_without_an_end_has_no_end_in_words() -> None:
    desk = desk_with(changed(4, "cyn", muted_until="9999-12-31T23:59:59.999Z"))
    assert told(desk) == ["cyn is muted by mo"]


def test_who_comes_in_muted_is_told_so() -> None:
    desk = Desk()
    desk.do(desk.talk.start())
    desk.join(reset=True, messages=[], seq=3, room={**room(), "you": {"role": "member", "can": [], "muted_until": AT}})
    assert told(desk) == [moment("You are muted until AT.")]
    desk.do(desk.talk.closed(1006))
    desk.join(events=[changed(4, "bob")], seq=4, room={**room(), "you": {"role": "member", "can": ["post"]}})
    assert told(desk).count("You may speak again.") == 1


def test_others_mutes_and_roles_are_told_apart() -> None:
    desk = desk_with(
        changed(4, "cyn", muted_until=AT),
        changed(5, "cyn"),
        changed(6, "cyn", role="moderator", by="ann"),
        changed(7, "cyn", role="member", by="ann"),
        changed(8, "gus"),
    )
    assert told(desk) == [
        moment("cyn is muted until AT by mo"),
        "cyn may speak again",
        "ann made cyn moderator of the room",
        "ann made cyn member of the room",
        "gus is a member of the room, and may speak",
    ]


def test_everybody_reads_who_had_to_go() -> None:
    desk = desk_with(
        event("member.left", 4, user="cyn", code="kicked", by="mo", reason="too loud"),
        event("member.left", 5, user="gus", code="banned", by="mo", until=AT),
        event("member.left", 6, user="max", code="suspended", by="system"),
    )
    assert told(desk) == [
        "cyn was removed by mo: too loud",
        moment("gus was banned until AT by mo"),
        "max was suspended by the server",
    ]


def test_a_ban_ends_the_program_and_says_until_when() -> None:
    desk = desk_with()
    desk.hear({"type": "removed", "room": "lobby", "code": "banned", "by": "mo", "until": AT, "reason": "spam"})
    assert told(desk) == [moment("You were banned until AT by mo: spam.")]
    assert desk.stopped == 1


def test_a_report_is_news_for_who_moderates_this_room_and_no_other() -> None:
    desk = desk_with()
    report = {"id": "r1", "room": "lobby", "message": message(3, "spam", "cyn"), "reporter": "gus", "reason": "rude"}
    desk.hear({"type": "report.opened", "report": report})
    desk.hear({"type": "report.opened", "report": {**report, "reporter": "system", "reason": "no insults"}})
    desk.hear({"type": "report.opened", "report": {**report, "room": "den"}})
    assert told(desk) == ["gus reported a message of cyn: rude", "a filter reported a message of cyn: no insults"]
