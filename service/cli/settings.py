"""The settings of one run: flags over environment over ``.env`` over defaults, and which of them each came from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import SettingsError

from service.cli.console import Failure
from service.config import Settings

PREFIX = "FOLKMOOT_"
ENV_FILE = ".env"

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Directory of all state; ./data without this or a setting.")
]


def load(**flags: object) -> Settings:
    """The settings; a flag that is None was not given."""
    try:
        return Settings(**_given(flags))
    except ValidationError as error:
        raise Failure(_sentences(error)) from error
    except SettingsError as error:
        raise Failure(f'The settings can\'t be read: {error}; lists are written as JSON, ["one", "two"].') from error
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{ENV_FILE} can't be read: {error}.") from error


def sources(**flags: object) -> dict[str, str]:
    """Where the value of each setting comes from."""
    environment = _names(os.environ)
    file = _names(_env_file())
    found: dict[str, str] = {}
    for name in Settings.model_fields:
        if name in _given(flags):
            found[name] = "flag"
        elif name in environment:
            found[name] = "environment"
        else:
            found[name] = ENV_FILE if name in file else "default"
    return found


def unknown() -> list[str]:
    """Variables that look like settings and are none: most likely a slip of the pen, silently without effect."""
    seen = {name.upper() for name in (*os.environ, *_env_file()) if name.upper().startswith(PREFIX)}
    return sorted(seen - {variable(name) for name in Settings.model_fields})


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def _given(flags: Mapping[str, object]) -> dict[str, Any]:
    return {name: value for name, value in flags.items() if value is not None}


def _env_file() -> Mapping[str, str | None]:
    return dotenv_values(ENV_FILE) if Path(ENV_FILE).is_file() else {}


def _names(variables: Mapping[str, Any]) -> set[str]:
    return {name.upper().removeprefix(PREFIX).lower() for name in variables if name.upper().startswith(PREFIX)}


def _sentences(error: ValidationError) -> str:
    """What is wrong, setting by setting. The value itself is left out: it may be a secret in the wrong place."""
    found = ((variable(str(one["loc"][0])), one["msg"].removeprefix("Value error, ")) for one in error.errors())
    wrong = (f"{name}: {message.rstrip('.')}." for name, message in found)
    return "The settings are not valid. " + " ".join(wrong)
