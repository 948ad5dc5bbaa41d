"""Who is in the room: who is connected right now, and what is known of each one's place in it.

An event says how a member is now, not what changed: so what was known before decides what is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.cli.chat import lines
from service.cli.chat.lines import Line

Shape = Mapping[str, Any]


class Roster:
    """The people of one room, as far as one client has heard of them."""

    def __init__(self) -> None:
        self.online: set[str] = set()
        self.me = ""
        self._members: dict[str, tuple[str, str | None]] = {}  # room role, and the end of a mute
        self._arrived = ""

    @property
    def muted(self) -> bool:
        """Whether oneself may not speak, as far as one was told."""
        return self._members.get(self.me, ("", None))[1] is not None

    def joined(self, online: list[str], you: Shape) -> list[Line]:
        """One is in the room: who else is, and how one stands there."""
        self.online = {*online, self.me}
        was_muted, until = self.muted, you.get("muted_until")
        self._members[self.me] = (str(you.get("role")), until)
        if until is not None and not was_muted:
            return [lines.warning(lines.muted({"until": until}))]
        return [lines.notice("You may speak again.")] if was_muted and until is None else []

    def left(self) -> None:
        """One is not connected: nobody is known to be here."""
        self.online.clear()

    def presence(self, frame: Shape) -> list[Line]:
        """Somebody's first connection in the room, or their last."""
        user, online = frame["user"], frame["state"] == "online"
        (self.online.add if online else self.online.discard)(user)
        # Who joins for the first time also comes online: one line says it.
        just_joined, self._arrived = online and user == self._arrived, ""
        return [] if just_joined else [lines.presence(frame)]

    def event(self, frame: Shape) -> list[Line] | None:
        """The lines of an event about a member; None for one about something else."""
        if frame["type"] == "member.joined":
            self._arrived = frame["member"]["user"]
            self._know(frame["member"])
        elif frame["type"] == "member.changed":
            return [self._changed(frame)]
        elif frame["type"] == "member.left":
            self._members.pop(frame["user"], None)
        return None

    def _know(self, member: Shape) -> tuple[str, str | None] | None:
        before = self._members.get(member["user"])
        self._members[member["user"]] = (member["role"], member.get("muted_until"))
        return before

    def _changed(self, frame: Shape) -> Line:
        member = frame["member"]
        role, until = member["role"], member.get("muted_until")
        before = self._know(member)
        me = member["user"] == self.me
        if until is not None and (before is None or before[1] != until):
            why = {"by": frame["by"], "until": until, "reason": frame.get("reason")}
            return (
                lines.warning(lines.muted(why)) if me else lines.notice(lines.muted(why, member["user"]), frame["at"])
            )
        if until is None and before is not None and before[1] is not None and before[0] == role:
            return lines.notice("You may speak again." if me else f"{member['user']} may speak again", frame["at"])
        return lines.notice(lines.role_given(frame, known=before is not None), frame["at"])
