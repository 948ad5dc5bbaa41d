"""Speaking to the person at the terminal: results on stdout, everything else on stderr, failures as one sentence."""

from __future__ import annotations

import sys

import typer
from rich.console import Console


class Failure(Exception):
    """Something that was to be expected to fail and did: told in a sentence, without a traceback, with status 1."""


def out() -> Console:
    """Where results go. Made anew for each use, so that it is the stdout of the moment."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """Where prompts, hints and failures go."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A line of result, as it is: no markup, nothing wrapped, so that programs can read it."""
    typer.echo(text)


def hint(text: str) -> None:
    """A line for the person, beside the result."""
    typer.echo(text, err=True)


def read_password(stdin: bool, confirm: bool = False) -> str:
    """A password: the first line of stdin, or typed without an echo."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Failure("There is no terminal to ask for a password on: pipe it in, or set it in the environment.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=confirm, err=True))
