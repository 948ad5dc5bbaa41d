"""How the server and the process that formats speak: a length, and then so many bytes, each text answered by one
answer, in turn."""

from __future__ import annotations

import struct

LENGTH = struct.Struct(">I")

READY = b"r"  # the first answer, to no text: the process has started
# How the answer to a text begins. Behind the first stands HTML, behind the last the kind of error.
FORMATTED = b"h"
PLAIN = b"p"
FAILED = b"f"


def packed(message: bytes) -> bytes:
    """A message as it goes over."""
    return LENGTH.pack(len(message)) + message
