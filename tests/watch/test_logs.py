"""One pipeline for all records: one line each, with nothing secret in it, whoever wrote it."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog

from service.watch.logs import BAR, configure_logs, in_request

Configure = Callable[..., io.StringIO]


@pytest.fixture
def configure() -> Iterator[Configure]:
    """Logging into a text; afterwards everything is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    levels = {
        name: logger.level for name, logger in root.manager.loggerDict.items() if isinstance(logger, logging.Logger)
    }

    def to_text(level: str = "info", *, as_json: bool = False) -> io.StringIO:
        stream = io.StringIO()
        configure_logs(level, as_json=as_json, stream=stream)
        return stream

    yield to_text
    logging.captureWarnings(False)
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def test_a_record_is_one_line_with_its_fields(configure: Configure) -> None:
    stream = configure()
    logging.getLogger("folkmoot.test").info("answered", extra={"route": "/healthz", "note": "two words"})
    (line,) = stream.getvalue().splitlines()
    assert line.endswith('info    answered route=/healthz note="two words" (folkmoot.test)')


def test_as_json_it_is_one_object(configure: Configure) -> None:
    stream = configure(as_json=True)
    logging.getLogger("folkmoot.test").warning("slow", extra={"ms": 12.5})
    record = json.loads(stream.getvalue())
    assert record.pop("timestamp").endswith("Z")
    assert record == {"event": "slow", "ms": 12.5, "level": "warning", "logger": "folkmoot.test"}


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("name", ["uvicorn.error", "uvicorn.access", "somebody.elses"])
def test_what_libraries_print_goes_the_same_way(configure: Configure, name: str, as_json: bool) -> None:
    """uvicorn writes the query string of every socket to its error log, with or without an access log."""
    stream = configure(as_json=as_json)
    logging.getLogger(name).info('%s - "WebSocket %s" [accepted]', "127.0.0.1:1", "/ws?token=hunter2&codec=json")
    assert "hunter2" not in stream.getvalue()
    assert "token=[redacted]&codec=json" in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_an_exception_is_told_without_its_secrets_and_cannot_forge_a_record(
    configure: Configure, as_json: bool
) -> None:
    stream = configure(as_json=as_json)
    try:
        raise ValueError("password=hunter2 \n2026-11-22T00:00:00Z info    ann is an admin now\x1b[2J")
    except ValueError:
        logging.getLogger("folkmoot.test").exception("failed")
    text = stream.getvalue()
    assert "hunter2" not in text.replace('raise ValueError("password=hunter2', "")
    assert "\x1b" not in text
    first, *rest = text.splitlines()
    assert all(line.startswith(BAR) for line in rest), "no further line looks like a record"
    assert ("Traceback" in "".join(rest)) is not as_json
    assert ("Traceback" in first) is as_json


def test_a_text_cannot_forge_a_record(configure: Configure) -> None:
    stream = configure()
    logging.getLogger("folkmoot.test").info(
        "hello %s", "you\n2026-11-22T00:00:00Z error   forged", extra={"a": 'x" b="y'}
    )
    (line,) = stream.getvalue().splitlines()
    assert "you\\x0a2026" in line
    assert r'a="x\" b=\"y"' in line, "nor a field"


def test_a_record_belongs_to_its_request(configure: Configure) -> None:
    stream = configure()
    log = logging.getLogger("folkmoot.test")
    with in_request("r1"):
        log.info("within")
    log.info("after")
    within, after = stream.getvalue().splitlines()
    assert "request=r1" in within
    assert "request=" not in after


@pytest.mark.parametrize("name", ["websockets.server", "uvicorn.error", "asyncio", "multipart.multipart"])
def test_what_libraries_say_while_debugging_is_never_logged(configure: Configure, name: str) -> None:
    """These print whole frames and headers then."""
    stream = configure("debug")
    logging.getLogger(name).debug("< TEXT 'what ann said'")
    logging.getLogger("folkmoot.test").debug("ours")
    assert "ann" not in stream.getvalue()
    assert "ours" in stream.getvalue()


@pytest.mark.parametrize("name", ["sqlalchemy.engine.Engine", "alembic.runtime", "httpx"])
def test_statements_with_their_parameters_are_never_logged(configure: Configure, name: str) -> None:
    stream = configure("debug")
    logging.getLogger(name).info("[generated in 0.1s] ('what ann said',)")
    assert stream.getvalue() == ""


def test_the_level_is_the_least_that_is_logged(configure: Configure) -> None:
    stream = configure("warning")
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("folkmoot.test").info("answered")
    logging.getLogger("folkmoot.test").warning("slow")
    assert [line.split()[2] for line in stream.getvalue().splitlines()] == ["slow"]


def test_a_record_that_cannot_be_formatted_does_not_spill_its_arguments(
    configure: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    """The standard handler prints them to standard error, past all redaction."""
    stream = configure()
    logging.getLogger("folkmoot.test").info("%d tokens", "hunter2")
    assert "hunter2" not in stream.getvalue() + capsys.readouterr().err
    assert "could not be written" in stream.getvalue()


def test_a_log_that_nobody_reads_any_more_stops_nothing(
    configure: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = configure()
    stream.close()
    logging.getLogger("folkmoot.test").info("token=%s", "hunter2")
    assert capsys.readouterr().err == ""


def test_of_each_socket_there_is_one_line(configure: Configure) -> None:
    stream = configure()
    log = logging.getLogger("uvicorn.error")
    log.info('%s - "WebSocket %s" [accepted]', "127.0.0.1:1", "/ws")
    log.info("connection open")
    log.info("connection closed")
    assert len(stream.getvalue().splitlines()) == 1


def test_warnings_are_logged(configure: Configure) -> None:
    stream = configure()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert "DeprecationWarning: old" in stream.getvalue()


def test_configuring_twice_logs_once(configure: Configure) -> None:
    configure()
    stream = configure()
    logging.getLogger("uvicorn.error").info("started")
    assert len(stream.getvalue().splitlines()) == 1
