"""What a person does to others from the terminal, and takes back: kicks, mutes, bans, deletions, reports.

The server decides who may; here a typed line becomes the contract's command, and its answer a line on the screen. What
an act looks like to everybody comes as an event, so an answer only adds what the event does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from service.cli.chat import lines
from service.cli.chat.effects import Effect, FetchSanctions, Frame, Show
from service.cli.chat.replies import Replies
from service.cli.chat.typed import Call, Typed
from service.cli.chat.view import View
from service.cli.spans import SPAN_MAX

LIFTED_BY = {Typed.UNMUTE: ("mute",), Typed.UNBAN: ("ban",), Typed.LIFT: ("mute", "ban")}


class Moderating:
    """The acts of one person in one room. ``wall`` answers the time of day, in UTC."""

    def __init__(self, room: str, replies: Replies, view: View, wall: Callable[[], datetime]) -> None:
        self._room = room
        self._replies = replies
        self._view = view
        self._wall = wall
        self._actions: list[str] = []  # what can be undone, the last one last

    def sanction(self, call: Call) -> list[Effect]:
        """Kick, mute or ban somebody."""
        span, reason = (None, call.rest) if call.command is Typed.KICK else call.term()
        frame: Frame = {"type": "sanction", "room": self._room, "user": call.name, "kind": call.command.value}
        if span is not None and span <= SPAN_MAX:
            frame["until"] = _rfc3339(self._wall() + span)
        if reason:
            frame["reason"] = reason
        return [self._replies.ask(frame, self._done)]

    def find_sanctions(self, call: Call) -> list[Effect]:
        """Ask which of somebody's sanctions are in force, in order to end them."""
        return [FetchSanctions(call.name, LIFTED_BY[call.command])]

    def lift(self, user: str, kinds: tuple[str, ...], sanctions: Sequence[Mapping[str, Any]]) -> list[Effect]:
        """End those of ``sanctions`` that were meant."""
        meant = [one for one in sanctions if one["user"] == user and one["kind"] in kinds]
        if not meant:
            return [Show(lines.warning(f"There is no {' or '.join(kinds)} of {user} in {self._room}."))]
        return [self._replies.ask({"type": "lift", "sanction": one["id"]}, self._lifted(one)) for one in meant]

    def delete(self, call: Call) -> list[Effect]:
        """Delete somebody's last message, or one's own."""
        shown = self._view.scrollback.last_of(call.name or self._view.roster.me)
        if shown is None:
            return [Show(lines.warning(_no_message(call.name)))]
        return [self._replies.ask({"type": "delete", "message": shown.id}, self._done)]

    def report(self, call: Call) -> list[Effect]:
        """Tell the moderators about somebody's last message."""
        shown = self._view.scrollback.last_of(call.name)
        if shown is None:
            return [Show(lines.warning(_no_message(call.name)))]
        return [self._replies.ask({"type": "report", "message": shown.id, "reason": call.rest}, self._reported)]

    def undo(self, call: Call) -> list[Effect]:
        """Take back the last act."""
        if not self._actions:
            return [Show(lines.warning("There is nothing here to take back."))]
        action = self._actions[-1]
        return [self._replies.ask({"type": "undo", "action": action}, self._undone(action))]

    def _done(self, answer: Frame) -> list[Effect]:
        if answer["type"] == "error":
            return _refused(answer)
        action = answer.get("action")
        if action is None:
            return []
        self._actions.append(action)
        return [Show(lines.notice(f"{_told(answer)}/undo takes it back, for a quarter of an hour."))]

    def _undone(self, action: str) -> Callable[[Frame], list[Effect]]:
        def answered(answer: Frame) -> list[Effect]:
            # Refused or not, it is not there to be undone once more.
            self._actions = [one for one in self._actions if one != action]
            return _refused(answer) if answer["type"] == "error" else [Show(lines.notice("It is taken back."))]

        return answered

    def _lifted(self, sanction: Mapping[str, Any]) -> Callable[[Frame], list[Effect]]:
        def answered(answer: Frame) -> list[Effect]:
            if answer["type"] == "error":
                return _refused(answer)
            return [Show(lines.notice(f"The {sanction['kind']} of {sanction['user']} is lifted."))]

        return answered

    def _reported(self, answer: Frame) -> list[Effect]:
        if answer["type"] == "error":
            return _refused(answer)
        return [Show(lines.notice("Reported. Somebody who moderates this room will look at it."))]


def _refused(answer: Frame) -> list[Effect]:
    return [Show(lines.warning(lines.because(answer)))]


def _told(answer: Frame) -> str:
    """A ban of somebody who is not in the room is no event that anybody there sees."""
    sanction = answer.get("sanction")
    return f"{lines.sanctioned(sanction)} " if sanction and sanction["kind"] == "ban" else ""


def _no_message(name: str) -> str:
    return f"There is no message {f'of {name}' if name else 'of yours'} on the screen; /older shows more."


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
