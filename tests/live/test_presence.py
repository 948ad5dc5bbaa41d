"""Who is in a room: users, counted by connection, and only what has really changed is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.live.presence import Presence


def test_only_the_first_to_come_and_the_last_to_go_are_news() -> None:
    presence = Presence()
    assert [presence.came("bob"), presence.came("bob"), presence.came("ann")] == [True, False, True]
    assert presence.online() == ["ann", "bob"]
    assert presence.changes() == [("bob", True, False), ("ann", True, False)]
    assert presence.changes() == []
    assert [presence.went("bob", False), presence.went("bob", False)] == [False, True]
    assert presence.changes() == [("bob", False, False)]
    assert len(presence) == 1


def test_a_blink_is_nothing() -> None:
    presence = Presence()
    presence.came("bob")
    assert presence.changes()
    presence.went("bob", False)
    presence.came("bob")
    assert presence.changes() == []
    presence.came("ann")
    presence.went("ann", False)
    assert presence.changes() == []


def test_who_left_for_good_is_known_to_have_left() -> None:
    presence = Presence()
    presence.came("bob")
    presence.changes()
    presence.went("bob", True)
    assert presence.changes() == [("bob", False, True)]
    presence.came("bob")
    assert presence.changes() == [("bob", True, False)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["came", "went", "told"]))))
def test_what_is_told_adds_up_to_who_is_there(steps: list[tuple[str, str]]) -> None:
    presence, counts, believed = Presence(), dict.fromkeys("abc", 0), set[str]()

    def tell() -> None:
        for user, online, _ in presence.changes():
            assert online is (user not in believed), "only changes are told"
            (believed.add if online else believed.discard)(user)

    for user, step in steps:
        if step == "came":
            counts[user] += 1
            presence.came(user)
        elif step == "went" and counts[user]:
            counts[user] -= 1
            presence.went(user, False)
        elif step == "told":
            tell()
    tell()
    assert sorted(believed) == presence.online() == [user for user, count in counts.items() if count]
