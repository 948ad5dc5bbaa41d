"""What a person typed: a message, or a command of the terminal client with what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from service.cli.spans import span_of

COMMAND_MARK = "/"  # twice, it begins a message with one

_AROUND_NAMES = "@,:"  # people write @bob, and bob: at the beginning of a line


class Typed(StrEnum):
    """The commands, as they are typed."""

    WHO = "who"
    OLDER = "older"
    DELETE = "delete"
    REPORT = "report"
    KICK = "kick"
    MUTE = "mute"
    BAN = "ban"
    UNMUTE = "unmute"
    UNBAN = "unban"
    LIFT = "lift"
    UNDO = "undo"
    LEAVE = "leave"
    QUIT = "quit"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Usage:
    """How a command is written, what /help says of it, and how many words it needs and takes behind it."""

    arguments: str
    help: str
    needs: int = 0
    takes: int = 0  # the last one takes all that is left

    def line(self, command: Typed) -> str:
        """The command as one writes it."""
        return f"{COMMAND_MARK}{command} {self.arguments}".rstrip()


USAGES = {
    Typed.WHO: Usage("", "who is here"),
    Typed.OLDER: Usage("", "messages from before those on the screen"),
    Typed.DELETE: Usage("[NAME]", "delete your last message, or that of NAME", takes=1),
    Typed.REPORT: Usage("NAME REASON", "show their last message to the moderators", needs=2, takes=2),
    Typed.KICK: Usage("NAME [REASON]", "remove somebody, who may come back", needs=1, takes=2),
    Typed.MUTE: Usage("NAME [SPAN] [REASON]", "let them only read, for 10m, 2h, 1d, or for good", 1, 3),
    Typed.BAN: Usage("NAME [SPAN] [REASON]", "keep them out, for as long", needs=1, takes=3),
    Typed.UNMUTE: Usage("NAME", "end a mute", needs=1, takes=1),
    Typed.UNBAN: Usage("NAME", "end a ban", needs=1, takes=1),
    Typed.LIFT: Usage("NAME", "end a mute and a ban at once", needs=1, takes=1),
    Typed.UNDO: Usage("", "take back the last thing that you did here"),
    Typed.LEAVE: Usage("", "give up membership in the room, and end"),
    Typed.QUIT: Usage("", "end; so does Ctrl-D"),
    Typed.HELP: Usage("", "this list"),
}
OTHER_NAMES = {"names": Typed.WHO, "part": Typed.LEAVE, "exit": Typed.QUIT}  # what other clients have taught people
_COMMANDS = {command.value: command for command in Typed} | OTHER_NAMES


@dataclass(frozen=True, slots=True)
class Call:
    """A command and the words behind it."""

    command: Typed
    words: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The first word, as a username."""
        return self.words[0].strip(_AROUND_NAMES).lower() if self.words else ""

    @property
    def rest(self) -> str:
        """All that stands behind the name."""
        return " ".join(self.words[1:])

    def term(self) -> tuple[timedelta | None, str]:
        """The span and the reason behind the name, if they are there."""
        if len(self.words) > 1 and (span := span_of(self.words[1])) is not None:
            return span, " ".join(self.words[2:])
        return None, self.rest


def help_lines() -> list[str]:
    """What /help shows."""
    written = {usage.line(command): usage.help for command, usage in USAGES.items()}
    written[f"{COMMAND_MARK * 2}text"] = "a message that begins with a slash"
    width = max(map(len, written))
    return [f"{line:<{width}}  {what}" for line, what in written.items()]


def parse(line: str) -> Call | str | None:
    """The command or the message in a typed line; None if it is blank. A command that there is not, or that is written
    in another way, is ``ValueError``: it was hardly meant for the room to read."""
    text = line.strip()
    if not text:
        return None
    if not text.startswith(COMMAND_MARK):
        return text
    if text.startswith(COMMAND_MARK * 2):
        return text[1:]
    first, *_ = text.split(maxsplit=1)
    command = _COMMANDS.get(first[1:].lower())
    if command is None:
        raise ValueError(f"There is no command {first}; /help lists those that there are, and // begins a message.")
    usage = USAGES[command]
    # A reason is several words; a name is one, and what stands behind it is a mistake.
    call = Call(command, tuple((text.split(maxsplit=usage.takes) if usage.takes > 1 else text.split())[1:]))
    if not usage.needs <= len(call.words) <= usage.takes or (call.words and not call.name):
        raise ValueError(f"It is written so: {usage.line(command)}")
    return call
