"""A person's talk in a room goes on through every accident of a network, without loss and without doubling."""

from __future__ import annotations

import pytest

from service.cli.chat.effects import Connect, FetchOlder, Leave, Renew, Wake
from tests.cli.chat.room import EPOCH, Desk, event, message, posted


def test_the_first_join_shows_the_latest_messages_in_order() -> None:
    desk = Desk()
    desk.arrive([message(1, "one"), message(2, "two")])
    assert desk.shown == ["ann: one", "ann: two", "You are in lobby as bob"]
    assert desk.talk.online == {"ann", "bob"}


def test_live_messages_are_shown_each_once() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    for frame in (posted(4, "four"), posted(4, "four"), posted(5, "five"), posted(2, "two")):
        desk.hear(frame)
    assert desk.shown[1:] == ["ann: four", "ann: five"]


def test_events_of_another_room_are_not_shown() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    desk.hear({**posted(4, "elsewhere"), "room": "den"})
    desk.hear(posted(4, "here"))
    assert desk.shown[1:] == ["ann: here"]


def test_an_event_of_an_unknown_kind_has_its_place_in_the_log() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    desk.hear(event("poll.opened", 4))
    desk.hear(posted(5, "five"))
    assert desk.shown[1:] == ["ann: five"]
    assert desk.connects == [Connect()], "nothing seemed to be missing"


def test_a_missing_event_is_fetched_by_a_new_connection() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    desk.hear(posted(5, "five"))
    assert "ann: five" not in desk.shown
    assert len(desk.connects) == 2
    join = desk.join(events=[posted(4, "four"), posted(5, "five")], seq=5)
    assert (join["since"], join["epoch"]) == (3, EPOCH)
    assert desk.shown[-2:] == ["ann: four", "ann: five"]


def test_after_a_break_the_room_is_resumed_where_it_was_left() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    desk.hear(posted(4, "four"))
    desk.do(desk.talk.closed(1006))
    join = desk.join(events=[posted(5, "five")], seq=5)
    assert (join["since"], join["epoch"]) == (4, EPOCH)
    desk.hear(posted(6, "six"))
    assert desk.shown[1:] == [
        "ann: four",
        "The connection broke. Connecting again.",
        "ann: five",
        "Connected again.",
        "ann: six",
    ]


def test_too_far_behind_the_latest_messages_are_shown_and_what_is_missing_is_said() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    desk.do(desk.talk.closed(1006))
    desk.join(reset=True, messages=[message(2000, "late")], seq=2000)
    assert "some messages in between are not shown; /older shows them" in desk.shown
    desk.do(desk.talk.typed("/older"))
    assert desk.others == [FetchOlder(2000)]


def test_a_reset_does_not_show_again_what_is_on_the_screen() -> None:
    desk = Desk()
    desk.arrive([message(2, "two"), message(3, "three")], seq=3)
    desk.do(desk.talk.closed(1006))
    desk.join(reset=True, messages=[message(3, "three"), message(4, "four")], seq=4)
    assert desk.shown.count("ann: three") == 1
    assert "ann: four" in desk.shown


def test_another_epoch_is_another_log() -> None:
    desk = Desk()
    desk.arrive([message(3, "lost in the fire")], seq=3)
    desk.do(desk.talk.closed(1006))
    desk.join(reset=True, messages=[message(2, "restored")], seq=2, epoch="e2")
    desk.hear(posted(3, "anew"))
    assert desk.shown[-1] == "ann: anew"
    assert "ann: restored" in desk.shown


def test_a_message_of_ones_own_is_shown_where_the_room_has_it() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    desk.do(desk.talk.typed("hello"))
    assert desk.texts_sent() == [("n1", "hello")]
    desk.ok(message=message(5, "hello", "bob"), duplicate=False)
    desk.hear(posted(4, "me first"))
    desk.hear(posted(5, "hello", "bob"))
    assert desk.shown[1:] == ["ann: me first", "bob: hello"]
    assert desk.talk.waiting == 0


def test_what_is_not_known_to_be_stored_is_sent_again_under_its_nonce() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    for text in ("one", "two"):
        desk.do(desk.talk.typed(text))
    desk.do(desk.talk.closed(1006))
    desk.do(desk.talk.typed("three"))
    # The first attempt was stored after all, and comes with the replay: it is shown, and then answered as a duplicate.
    desk.join(events=[posted(4, "one", "bob")], seq=4)
    assert desk.texts_sent() == [("n1", "one"), ("n1", "one")]
    desk.ok(message=message(4, "one", "bob"), duplicate=True)
    desk.ok(message=message(5, "two", "bob"), duplicate=False)
    desk.ok(message=message(6, "three", "bob"), duplicate=False)
    assert desk.texts_sent()[2:] == [("n2", "two"), ("n3", "three")]
    assert desk.shown.count("bob: one") == 1
    assert desk.talk.waiting == 0


def test_one_message_is_under_way_at_a_time_so_none_overtakes_another() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("one"))
    desk.do(desk.talk.typed("two"))
    assert desk.texts_sent() == [("n1", "one")]
    desk.error("rate_limited", retry_after=2)
    assert desk.others == [Wake(2)]
    desk.do(desk.talk.typed("three"))
    assert len(desk.texts_sent()) == 1, "typing on does not cut the wait short"
    desk.do(desk.talk.woken())
    assert desk.texts_sent() == [("n1", "one"), ("n1", "one")]


def test_a_refused_message_is_given_back_with_the_rule_that_decided() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("hello"))
    desk.do(desk.talk.typed("again"))
    desk.error("muted", why={"rule": "mute", "by": "mo", "reason": "spam"})
    assert desk.shown[-1] == "Not sent: It is muted by mo: spam. It was: hello"
    assert desk.texts_sent()[-1] == ("n2", "again"), "the next one is tried all the same"


def test_a_long_slow_mode_is_told_rather_than_waited_for() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("hello"))
    desk.error("slow_mode", retry_after=3600)
    assert desk.others == []
    assert desk.talk.waiting == 0


def test_a_text_that_no_frame_holds_is_refused_here() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("x" * 4001))
    desk.do(desk.talk.typed("short"))
    assert [text for _, text in desk.texts_sent()] == ["short"]
    assert "at most 4,000 characters" in desk.shown[-1]


def test_a_pipe_ends_when_all_is_stored() -> None:
    desk = Desk()
    desk.do(desk.talk.say("/not a command"))
    desk.do(desk.talk.input_ended())
    assert desk.stopped is None, "nothing is connected yet"
    desk.arrive()
    desk.ok(message=message(4, "/not a command", "bob"), duplicate=False)
    assert desk.stopped == 0


def test_a_pipe_of_which_something_was_refused_ends_with_failure() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.say("hello"))
    desk.do(desk.talk.input_ended())
    desk.error("locked")
    assert desk.stopped == 1


def test_leaving_with_unsent_messages_says_so() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("hello"))
    desk.do(desk.talk.typed("/quit"))
    assert desk.shown[-1] == "1 message was not sent, or not known to be."
    assert desk.stopped == 1


def test_presence_tells_who_comes_and_goes() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    desk.hear({"type": "presence", "room": "lobby", "user": "cyn", "state": "online"})
    desk.do(desk.talk.typed("/who"))
    desk.hear({"type": "presence", "room": "lobby", "user": "ann", "state": "offline"})
    assert desk.shown[1:] == ["cyn is here", "here: ann, bob, cyn", "ann went away"]
    assert desk.talk.online == {"bob", "cyn"}


def test_who_joins_for_the_first_time_gets_one_line() -> None:
    desk = Desk()
    desk.arrive(seq=3)
    desk.hear(event("member.joined", 4, member={"user": "cyn", "role": "member"}))
    desk.hear({"type": "presence", "room": "lobby", "user": "cyn", "state": "online"})
    assert desk.shown[1:] == ["cyn joined the room"]
    assert "cyn" in desk.talk.online


def test_an_expiring_token_is_renewed_on_the_open_connection() -> None:
    desk = Desk()
    desk.arrive()
    desk.hear({"type": "auth.expiring", "expires_at": "2026-11-03T14:06:00.000Z"})
    assert desk.others == [Renew()]
    desk.do(desk.talk.renewed("t2"))
    assert (desk.sent[-1]["type"], desk.sent[-1]["token"]) == ("auth", "t2")
    desk.ok(expires_at="2026-11-03T14:20:00.000Z")
    assert desk.stopped is None


def test_an_expired_token_is_renewed_first_and_at_once() -> None:
    desk = Desk()
    desk.arrive()
    desk.ms = 900_000
    desk.do(desk.talk.closed(4100))
    assert desk.connects[-1] == Connect(0.0, renew=True)
    desk.join(events=[], seq=3)
    assert desk.shown[1:] == [], "nobody has to know"
    # A server that refuses each new token is not hammered.
    desk.do(desk.talk.closed(4101))
    desk.do(desk.talk.closed(4101))
    assert desk.connects[-1].renew
    assert desk.connects[-1].seconds > 0


def test_a_session_that_was_ended_elsewhere_ends_the_program() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.closed(4101))
    desk.do(desk.talk.not_renewed("The session has ended."))
    assert desk.stopped == 1


@pytest.mark.parametrize("code", [1001, 1006, 1011, 1012, 1013, 4000, 4001, 4002, 4099])
def test_passing_troubles_are_waited_out(code: int) -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.closed(code))
    assert desk.stopped is None
    assert not desk.connects[-1].renew


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1009, 4200, 4201, 4202, 4203, 4299])
def test_a_close_that_says_stay_away_ends_the_program(code: int) -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.closed(code))
    assert desk.stopped == 1
    assert len(desk.connects) == 1


@pytest.mark.parametrize(("status", "stops"), [(400, True), (403, True), (404, True), (429, False), (503, False)])
def test_a_refused_handshake_is_obeyed(status: int, stops: bool) -> None:
    desk = Desk()
    desk.do(desk.talk.start())
    desk.do(desk.talk.refused(status, "No.", retry_after=7))
    assert desk.stopped == (1 if stops else None)
    if not stops:
        assert desk.connects[-1].seconds >= 7, "no sooner than the server asked for"


def test_a_room_that_one_may_not_enter_ends_the_program_with_the_reason() -> None:
    desk = Desk()
    desk.do(desk.talk.start())
    desk.hear({"type": "hello", "user": {"username": "gus"}, "limits": {"text": 4000}})
    desk.error("role_too_low")
    assert desk.shown == ["It is role_too_low."]
    assert desk.stopped == 1


def test_an_address_at_which_there_never_was_a_server_is_not_tried_for_ever() -> None:
    desk = Desk()
    desk.do(desk.talk.start())
    desk.do(desk.talk.unreachable("There is no connection."))
    assert desk.stopped == 1


def test_a_close_is_told_in_the_servers_words_if_it_has_any() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.closed(4202, "you were removed by mo"))
    assert desk.shown[-1] == "You were removed by mo."


def test_a_server_that_is_away_for_long_is_asked_ever_less_often_and_told_of_once() -> None:
    desk = Desk()
    desk.arrive()
    desk.ms = 60_000
    desk.do(desk.talk.closed(1006))
    for _ in range(7):
        desk.do(desk.talk.unreachable("There is no connection."))
    assert [connect.seconds for connect in desk.connects[1:]] == [0.5, 1, 2, 4, 8, 15, 15, 15]
    assert len(desk.shown) == 2, "the room's greeting, and one line of trouble"


def test_a_restart_is_waited_for_as_the_server_asks() -> None:
    desk = Desk()
    desk.arrive()
    desk.hear({"type": "restart", "reconnect_in_ms": 3000})
    desk.do(desk.talk.closed(1012))
    assert desk.connects[-1].seconds == 3.5


def test_being_removed_ends_the_program_with_who_and_why() -> None:
    desk = Desk()
    desk.arrive()
    desk.hear({"type": "removed", "room": "lobby", "code": "kicked", "by": "mo", "reason": "spam"})
    assert desk.shown[-1] == "You were removed by mo: spam. You may come back."
    assert desk.stopped == 1


def test_leaving_gives_up_the_membership_and_is_no_failure() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("/leave"))
    assert desk.others == [Leave("bob")]
    desk.hear({"type": "removed", "room": "lobby", "code": "left"})
    assert desk.stopped == 0


def test_older_messages_are_asked_for_page_by_page_until_there_are_none() -> None:
    desk = Desk()
    desk.arrive([message(50, "fifty")], seq=50)
    desk.do(desk.talk.typed("/older"))
    desk.do(desk.talk.typed("/older"))
    assert desk.others == [FetchOlder(50)], "one request at a time"
    desk.do(desk.talk.older({"items": [message(48, "old"), message(49, "less old")], "next": 48}))
    desk.do(desk.talk.typed("/older"))
    assert desk.others[-1] == FetchOlder(48)
    desk.do(desk.talk.older({"items": [message(1, "first")], "next": None}))
    desk.do(desk.talk.typed("/older"))
    assert desk.shown[-1] == "There is nothing older."
    assert len(desk.others) == 2


def test_a_mistyped_command_is_no_message() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("/qiut"))
    assert desk.texts_sent() == []
    assert desk.shown[-1] == "There is no command /qiut; /help lists those that there are, and // begins a message."


def test_two_slashes_begin_a_message_with_one() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("//etc/motd is funny"))
    assert desk.texts_sent() == [("n1", "/etc/motd is funny")]


def test_an_answer_to_a_command_of_an_earlier_connection_means_nothing() -> None:
    desk = Desk()
    desk.arrive()
    desk.do(desk.talk.typed("hello"))
    late = desk.sent[-1]["id"]
    desk.do(desk.talk.closed(1006))
    desk.hear({"type": "ok", "id": late, "message": message(4, "hello", "bob"), "duplicate": False})
    assert desk.talk.waiting == 1
