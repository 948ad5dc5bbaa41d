"""Reading JSON without its dialects.

Python's parser takes ``NaN``, ``1e999``, repeated names and lone surrogates. Each of them means something else, or
breaks something, in the next program that reads it; so they end here, as ``bad_frame``.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from service.chat.errors import Code, Refusal

NESTING_MAX = 64  # levels; nothing that we read has more than three

_ESCAPED_UNSTORABLE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def check(body: bytes) -> None:
    """Raise ``bad_frame`` unless the body is one JSON value (RFC 8259) that every reader understands alike."""
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_constant, parse_float=_number, object_pairs_hook=_object)
    except UnicodeDecodeError:
        raise _bad("The body is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise _bad("The body is not JSON.") from None
    # Only an escape can bring in NUL or half a surrogate pair: as they are, neither is valid in JSON's UTF-8.
    _walk(value, strings=_ESCAPED_UNSTORABLE.search(body) is not None)


def _walk(value: Any, *, strings: bool) -> None:
    """Level by level, so that no nesting can exhaust the stack."""
    level = [value]
    for _ in range(NESTING_MAX):
        if strings and any(isinstance(item, str) and _UNSTORABLE.search(item) for item in level):
            raise _bad("NUL and lone surrogates are not allowed.")
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return
    raise _bad("The body is nested too deeply.")


def _inside(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return [*item.keys(), *item.values()]
    return item if isinstance(item, list) else []


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("out of range")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated name")
    return found


def _bad(message: str) -> Refusal:
    return Refusal(Code.BAD_FRAME, message)
