"""What one sees of the room: its log as far as it was shown, the people in it, and what stands on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.cli.chat import lines
from service.cli.chat.lines import Line
from service.cli.chat.roster import Roster
from service.cli.chat.scrollback import Scrollback
from service.cli.chat.timeline import Timeline

Shape = Mapping[str, Any]


class View:
    """One room as one client sees it, through all of its connections: what it is told becomes lines."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.roster = Roster()
        self.scrollback = Scrollback()

    def caught_up(self, answer: Shape) -> list[Line]:
        """One is in the room, maybe again: what was said that is not on the screen yet."""
        if "events" in answer:
            new = self.timeline.replay(answer["events"], answer["epoch"])
            return [line for event in new for line in self._told(event)]
        messages, missing = self.timeline.start_over(answer["messages"], answer["seq"], answer["epoch"])
        shown = self.scrollback.messages(messages)
        if missing:
            shown.insert(0, lines.notice("some messages in between are not shown; /older shows them"))
        return shown

    def arrived(self, answer: Shape) -> list[Line]:
        """One is in the room, maybe again: who else is, and whether one may speak."""
        return self.roster.joined(answer["online"], answer["room"].get("you") or {})

    def event(self, frame: Shape) -> list[Line]:
        """What an event puts on the screen, if it is new. :class:`~service.cli.chat.timeline.Gap` if one is missing."""
        return self._told(frame) if self.timeline.accept(frame) else []

    def older(self, page: Shape) -> list[Line]:
        """A page of older messages that was asked for."""
        messages, more = page["items"], page.get("next") is not None
        self.timeline.older(messages, more)
        if not messages:
            return [lines.notice("There is nothing older.")]
        end = "the newer ones are above" if more else "the room begins here"
        shown = self.scrollback.messages(messages)
        return [lines.notice("older messages"), *shown, lines.notice(f"end of the older messages; {end}")]

    def _told(self, event: Shape) -> list[Line]:
        """An event as a thing said, as news of somebody, or by itself."""
        told = self.scrollback.event(event)
        if told is None:
            told = self.roster.event(event)
        if told is None:
            line = lines.event(event)
            told = [] if line is None else [line]
        return told
