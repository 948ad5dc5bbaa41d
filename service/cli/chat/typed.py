"""What a person typed: a message, or a command of the terminal client."""

from __future__ import annotations

from enum import StrEnum

COMMAND_MARK = "/"  # twice, it begins a message with one


class Typed(StrEnum):
    """The commands, each with what /help says of it."""

    WHO = "who"
    OLDER = "older"
    LEAVE = "leave"
    HELP = "help"
    QUIT = "quit"


HELP = (
    "/who      who is here",
    "/older    messages from before those on the screen",
    "/leave    give up membership in the room, and end",
    "/quit     end; so does Ctrl-D",
    "/help     this list",
    "//text    a message that begins with a slash",
)


def parse(line: str) -> Typed | str | None:
    """The command or the message in a typed line; None if it is blank. An unknown command is ``ValueError``."""
    text = line.strip()
    if not text:
        return None
    if not text.startswith(COMMAND_MARK):
        return text
    if text.startswith(COMMAND_MARK * 2):
        return text[1:]
    word = text[1:].lower()
    try:
        return Typed(word)
    except ValueError:
        raise ValueError(f"There is no command {text.split()[0]}; /help lists those that there are.") from None
