"""What a reader has to know to read the tables, and to believe them."""

from __future__ import annotations

from datetime import datetime

from .bench import Scale


def caption(now: datetime, machine: str, filesystem: str, scale: Scale) -> str:
    """A paragraph for under the tables."""
    rounds = "one round" if scale.rounds == 1 else f"medians of {scale.rounds} rounds"
    return (
        f"{now:%Y-%m-%d}, {machine}; {rounds} of {scale.window_seconds:g} s, both servers in turn on one core, loaded "
        f"from another. Ours checks a token at each connection and commits each message to disk ({filesystem}) before "
        "it is acknowledged; the textbook does neither. CPU is the server's, user and kernel, all threads. Stolen is "
        "what the host took away, others what further programs used of the two cores (100 % is one core). Latency is "
        "from sending to receiving, at receivers spread over the room. Only messages delivered are counted, not their "
        "acknowledgements; every receiver got every one once and in order, compared byte by byte. The load generator's "
        "share of its core stands beside: near 100 % (marked) it may be the limit."
    )


def caption_of_pages(now: datetime, machine: str, browser: str, scale: Scale) -> str:
    """The same for the tables of the page."""
    rounds = "one round" if scale.rounds == 1 else f"medians of {scale.rounds} rounds, beside the round in the middle"
    return (
        f"{now:%Y-%m-%d}, {machine}; {browser} without a screen and without a graphics processor, on the same two "
        f"cores as the server; {rounds}, each in a profile that knows nothing. A time ends with the frame that shows "
        "what was waited for; bytes are those of the answers, compressed, with their heads."
    )
