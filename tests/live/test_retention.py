"""The task that takes away what is over: through all rooms, span by span, and on from where it was."""

from __future__ import annotations

import pytest

from service.chat.members import JoinRoom
from service.chat.retention import DAY_MS, SPAN, Retention
from service.live import retention
from service.live.retention import Expiring
from tests.stage import Stage
from tests.stage_door import StageDatabase, say


@pytest.mark.anyio
async def test_a_look_goes_through_all_rooms_until_nothing_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROOMS_AT_ONCE", 2)
    stage = Stage()
    for slug in ("lobby", "staff", "news", "den"):
        stage.room(slug)
    stage.do("bob", JoinRoom("lobby"))
    for number in range(SPAN):
        say(stage, "bob", f"{number}")
    say(stage, "ann", "last", "den")
    stage.now += 8 * DAY_MS
    expiring = Expiring(StageDatabase(stage), Retention(default_days=7), pause_seconds=0)
    assert await expiring.expire() == 5, "two spans in the lobby, and one in each of the others"
    for slug in ("lobby", "den"):
        room = stage.seen(slug)
        messages = stage.run(lambda tx, room=room: tx.log.messages(room, SPAN))  # type: ignore[misc]
        assert {message.text for message in messages} == {""}
    assert await expiring.expire() == 0
