"""The metrics as a page, made from the one table that holds them."""

from __future__ import annotations

from pathlib import Path

from service.watch.metrics import METRICS, PREFIX

PAGE = Path(__file__).parents[2] / "service" / "watch" / "METRICS.md"


def metrics_page() -> str:
    """All metrics, by name."""
    rows = [f"| `{PREFIX}{name}` | {meaning} |" for name, meaning in METRICS.items()]
    return "\n".join(
        [
            "# Metrics",
            "",
            "What `/metrics` tells Prometheus, beside the process's own figures (`process_…`): to whoever asks from",
            "loopback, or with a token whose scope is `admin`. Written by `scripts/document`.",
            "",
            "| metric | what it counts |",
            "|---|---|",
            *rows,
            "",
        ]
    )
