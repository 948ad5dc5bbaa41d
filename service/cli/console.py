"""Speaking to the person at the terminal: results on stdout, everything else on stderr, failures as one sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text


class Failure(Exception):
    """Something that was to be expected to fail and did: told in a sentence, without a traceback, with status 1."""


def say(text: str) -> None:
    """A line of result, as it is: no markup, nothing wrapped, so that programs can read it."""
    typer.echo(text)


def hint(text: str) -> None:
    """A line for the person, beside the result."""
    typer.echo(text, err=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A result of several columns: for a person a table, for a pipe a line of tab-separated values each."""
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        shown.add_column(heading)
    for row in rows:
        shown.add_row(*map(Text, row))  # as Text: what users wrote is no markup
    Console(highlight=False).print(shown)


def read_password(stdin: bool, confirm: bool = False) -> str:
    """A password: the first line of stdin, or typed without an echo."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Failure("There is no terminal to ask for a password on: pipe it in, or set it in the environment.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=confirm, err=True))


def confirmed(question: str) -> bool:
    """Whether somebody at the terminal means what can't be undone."""
    if not on_a_terminal():
        raise Failure("There is no terminal to ask on whether that is meant: say so with --yes.")
    return typer.confirm(f"{question} This can't be undone.", err=True)


def on_a_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()
