"""People take turns: nobody waits for more than one text of each of the others."""

from __future__ import annotations

from service.text.turns import Turns


def drained(turns: Turns[str]) -> list[str]:
    found = []
    while turns:
        found.append(turns.take())
    return found


def test_each_has_their_turn_and_ones_own_stay_in_order() -> None:
    turns: Turns[str] = Turns(10, 5)
    for number in range(4):
        assert turns.put("bob", f"bob {number}")
    assert turns.put("cyn", "cyn 0")
    assert turns.take() == "bob 0"
    assert turns.put("mo", "mo 0")
    assert turns.put("cyn", "cyn 1")
    assert drained(turns) == ["cyn 0", "bob 1", "mo 0", "cyn 1", "bob 2", "bob 3"]
    assert not turns


def test_there_is_room_for_so_much_of_one_and_so_much_of_all() -> None:
    turns: Turns[str] = Turns(3, 2)
    assert [turns.put("bob", one) for one in ("a", "b", "c")] == [True, True, False]
    assert turns.put("cyn", "d"), "what one of them brings too many of is nothing to the others"
    assert not turns.put("mo", "e")
    assert drained(turns) == ["a", "d", "b"]
    assert turns.put("bob", "f"), "what was taken makes room"
