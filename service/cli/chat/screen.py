"""Where lines are shown and typed: a terminal, in which new lines appear above the one being typed; or plain streams,
for scripts and for terminals that cannot do that."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from io import TextIOWrapper
from typing import Protocol, TextIO

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style

from service.cli.chat import printable
from service.cli.chat.conversation import Conversation
from service.cli.chat.effects import Effect
from service.cli.chat.lines import Kind, Line
from service.cli.chat.transcript import STYLES, Transcript, plain

NAMES_SHOWN = 6  # in the line of state

Tell = Callable[[Callable[[], list[Effect]]], None]


class Screen(Protocol):
    """What a :class:`Link` shows lines on, and where a person types."""

    def show(self, line: Line) -> None: ...

    async def read(self, tell: Tell) -> None:
        """Tell the conversation what is typed, until there is no more."""
        ...


def open_screen(conversation: Conversation) -> Screen:
    """The screen that suits what stdin and stdout are."""
    if not sys.stdin.isatty():
        return Script(conversation)
    return Terminal(conversation) if sys.stdout.isatty() else Plain(conversation)


class Terminal:
    """A terminal. A line that was typed is taken away: the message shows when it has its place in the room."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._transcript = Transcript()
        self._style = Style.from_dict({**STYLES, "bottom-toolbar": "noreverse"})
        self._prompt: PromptSession[str] = PromptSession(
            message=f"{printable.one_line(conversation.room)}> ",
            bottom_toolbar=lambda: FormattedText([("class:state", state(conversation))]),
            style=self._style,
            erase_when_done=True,
        )

    def show(self, line: Line) -> None:
        """Print above the line being typed."""
        for pieces in self._transcript.render(line, self._conversation.me):
            print_formatted_text(FormattedText(pieces), style=self._style)
        self._prompt.app.invalidate()

    async def read(self, tell: Tell) -> None:
        """Each line that is typed, until Ctrl-D or Ctrl-C."""
        with patch_stdout():
            while True:
                try:
                    text = await self._prompt.prompt_async()
                except (EOFError, KeyboardInterrupt):
                    tell(self._conversation.quit)
                    return
                tell(lambda text=text: self._conversation.typed(text))  # type: ignore[misc]


class Plain:
    """A person whose terminal cannot show lines above the one being typed, or whose output goes into a file."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._transcript = Transcript()

    def show(self, line: Line) -> None:
        """Print it, without any styling."""
        for pieces in self._transcript.render(line, self._conversation.me):
            sys.stdout.write(_encodable(plain(pieces), sys.stdout) + "\n")
        sys.stdout.flush()

    async def read(self, tell: Tell) -> None:
        """Each line that is typed, until the end."""
        conversation = self._conversation
        await _each_line(lambda text: tell(lambda: conversation.typed(text)))
        tell(conversation.quit)


class Script:
    """A pipe: every line of it is a message as it stands, the program ends when all are stored, and only what went
    wrong is shown."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def show(self, line: Line) -> None:
        """Warnings go to stderr; the room's talk is not what was asked for."""
        if line.kind is Kind.WARNING:
            sys.stderr.write(_encodable(printable.one_line(line.text), sys.stderr) + "\n")

    async def read(self, tell: Tell) -> None:
        """Each line of the pipe, until its end."""
        conversation = self._conversation

        def say(text: str) -> None:
            if text.strip():
                tell(lambda: conversation.say(text))

        await _each_line(say)
        tell(conversation.input_ended)


def state(conversation: Conversation) -> str:
    """The line below the one being typed."""
    waiting = f"{conversation.waiting} to be sent · " if conversation.waiting else ""
    if not conversation.connected:
        return f"{waiting}connecting …"
    muted = "you are muted · " if conversation.muted else ""
    names = sorted(conversation.online)
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return printable.one_line(f"{waiting}{muted}here: {', '.join(names[:NAMES_SHOWN])}{more} · /help")


async def _each_line(take: Callable[[str], None]) -> None:
    """Every line of stdin. It is read by a thread of its own, because a file is no pipe and has no readiness; the
    thread is a daemon, because nothing can interrupt a read, and the program must be able to end before stdin does."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def post(call: Callable[..., None], *args: str) -> None:
        # The loop may be gone by the time the read comes back.
        if not loop.is_closed():
            loop.call_soon_threadsafe(call, *args)

    def read() -> None:
        try:
            # A byte that is no text must not end the program.
            if isinstance(sys.stdin, TextIOWrapper):
                sys.stdin.reconfigure(encoding="utf-8", errors="replace")
            for line in sys.stdin:
                post(take, line.rstrip("\r\n"))
        finally:
            post(ended.set)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    await ended.wait()


def _encodable(text: str, stream: TextIO) -> str:
    """``text`` with what the stream's encoding cannot say replaced: a letter must not end the program."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
