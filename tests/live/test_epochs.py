"""A room whose log becomes another one: who listens to it is sent off, to begin anew, and nobody else is."""

from __future__ import annotations

import pytest

from service.chat import epochs
from service.chat.deeds import OPERATOR
from service.live.subscription import Subscription
from tests.live.hall import Hall
from tests.live.virtual import later

pytestmark = pytest.mark.anyio

SENT_OFF_S = 8.0  # a look at the database, and the time over which they are sent off


async def test_listeners_of_a_room_with_a_new_epoch_are_told_to_come_back(hall: Hall) -> None:
    bob, one_room = await hall.joined("bob"), await hall.chat("cyn", "lobby")
    gus = await hall.connect("gus")
    before = hall.stage.seen("lobby").epoch
    hall.elsewhere(lambda tx: epochs.renew(tx, OPERATOR, "lobby"))
    await later(SENT_OFF_S)
    assert [client.closed for client in (bob, one_room, gus)] == [1012, 1012, None]
    assert bob.types()[-1] == "restart"
    again = await hall.connect("bob")
    answer = await again.ask("join", room="lobby", since=1, epoch=before)
    assert (answer["reset"], answer["epoch"] != before) == (True, True)
    await later(SENT_OFF_S)
    assert again.closed is None, "once is enough"


async def test_who_came_in_with_what_was_there_before_is_sent_off_too(hall: Hall) -> None:
    """Their snapshot was read before the epoch was renewed, and they listen after that was noticed."""
    bob = await hall.joined("bob")
    hall.elsewhere(lambda tx: epochs.renew(tx, OPERATOR, None))
    await later(SENT_OFF_S)
    cyn = await hall.joined("cyn")
    late = await hall.joined("gus")
    manager = hall.hub.room("lobby")
    assert manager is not None
    entered = late.connection.subs["lobby"]
    manager.attach(Subscription(late.connection, entered.position, "the one before"), hall.stage.seen("lobby").id)
    await later(SENT_OFF_S)
    assert [client.closed for client in (bob, cyn, late)] == [1012, None, 1012]
