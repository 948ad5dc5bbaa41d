"""Who may do what, as a table for the README, made from the lines that stand beside the policy's own table."""

from __future__ import annotations

from service.chat.policy import SUMMARY


def rights_table() -> str:
    """The rights as a table in Markdown."""
    rows = [f"| {what} | {who} |" for what, who in SUMMARY]
    return "\n".join(["| to | one has to be |", "|---|---|", *rows])
