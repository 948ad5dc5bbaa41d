"""The command line: the program ``folkmoot``."""

from __future__ import annotations

from service.cli.program import main

__all__ = ["main"]
