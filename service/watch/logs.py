"""The log: every record, also uvicorn's and the libraries', goes through one pipeline to one stream.

A record is an event in a few words and its fields, in one line, for people or as JSON. Tracebacks follow in lines that
are set off by a bar, so that no text inside one can pass for a record.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any, TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from service.watch.redaction import encode_controls, hidden, redact

LEVELS = ("debug", "info", "warning", "error")
BAR = "    | "
# At DEBUG these print frames and headers, and SQLAlchemy prints every statement with its parameters at INFO: what
# people say, and their credentials.
NEVER_BELOW_INFO = (
    "asyncio",
    "multipart",
    "python_multipart",
    "uvicorn",
    "uvicorn.access",
    "uvicorn.asgi",
    "uvicorn.error",
    "websockets",
)
# What uvicorn says of each socket beside the line with its address and answer: one line is enough.
CHATTER = frozenset({"connection open", "connection closed", "connection rejected (%d %s)"})
OURS = frozenset({"level", "logger", "timestamp"})  # fields that the pipeline itself adds
NEVER_BELOW_WARNING = ("alembic", "httpcore", "httpx", "sqlalchemy")


class Handler(logging.StreamHandler[TextIO]):
    """Writes records. One that cannot be written is told by its place in the code alone: the standard handler would
    print its arguments, which nothing has redacted."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Called with a record that could not be formatted, or for which there is no stream any more."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"error   a log record could not be written ({record.pathname}:{record.lineno})\n")


def configure_logs(level: str = "info", *, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to ``stream`` (standard error). May be called again."""
    handler = Handler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_common(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                clean,
                _render_json if as_json else render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    floors = dict.fromkeys(NEVER_BELOW_INFO, logging.INFO) | dict.fromkeys(NEVER_BELOW_WARNING, logging.WARNING)
    for name, floor in floors.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(max(floor, root.level))
    logging.getLogger("uvicorn.error").addFilter(_not_chatter)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_common(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _not_chatter(record: logging.LogRecord) -> bool:
    return record.msg not in CHATTER


def in_request(request_id: str) -> AbstractContextManager[None]:
    """While it is entered, every record of this task says to which request it belongs."""
    return structlog.contextvars.bound_contextvars(request=request_id)


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def clean(_logger: WrappedLogger, _method: str, record: EventDict) -> EventDict:
    """Redact every field, and turn an exception into its redacted text. The last step before rendering."""
    error = record.pop("exc_info", None)
    stack = record.pop("stack_info", None) or record.pop("stack", None)
    for internal in ("positional_args", "color_message"):
        record.pop(internal, None)
    record["event"] = str(record.get("event", "")).rstrip()
    cleaned: MutableMapping[str, Any] = {
        name: value if name in OURS else hidden(name, value) for name, value in record.items()
    }
    if error:
        cleaned["exception"] = redact(_format_exception(error))
    elif stack:
        cleaned["exception"] = redact(str(stack))
    return cleaned


def _format_exception(error: Any) -> str:
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    elif not isinstance(error, tuple):
        error = sys.exc_info()
    if error[0] is None:
        return ""
    text = io.StringIO()
    traceback.print_exception(*error, file=text)
    return text.getvalue().rstrip("\n")


def render(_logger: WrappedLogger, _method: str, record: EventDict) -> str:
    """For people: time, level, event, fields, and where it comes from."""
    exception = record.pop("exception", None)
    time, level = record.pop("timestamp", ""), str(record.pop("level", "info"))
    source, event = record.pop("logger", None), record.pop("event", "")
    fields = "".join(f" {name}={_field(value)}" for name, value in record.items())
    line = f"{time} {level:<7} {event}{fields}" + (f" ({source})" if source else "")
    if not exception:
        return line
    return "\n".join([line, *(BAR + encode_controls(part) for part in exception.split("\n"))])


def _field(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    plain_word = text and not any(mark in text for mark in ' ="')
    return text if plain_word else json.dumps(text, ensure_ascii=False)


_render_json = structlog.processors.JSONRenderer(sort_keys=False)
