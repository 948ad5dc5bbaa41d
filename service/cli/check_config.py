"""``folkmoot check-config``: what the server would run with, and what one may not have meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from service.chat.keyfiles import KeyFileError
from service.chat.keyring import pem_key
from service.cli import console, settings, sign_in
from service.cli.console import Failure
from service.config import Settings, SignUp
from service.storage.search import file as index_file


def check_config(data: settings.Data = None) -> None:
    """Print every setting, its value and where it comes from, and what looks wrong.

    Ends with status 1 if the server would not start with these settings.

    Example: folkmoot check-config --data /var/lib/folkmoot
    """
    current = settings.load(data=data)
    origin = settings.sources(data=data)
    rows = [(settings.variable(name), shown(getattr(current, name)), origin[name]) for name in Settings.model_fields]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for variable, value, source in rows:
        console.say(f"{variable:<{widths[0]}}  {value:<{widths[1]}}  {source}")
    for warning in warnings(current):
        console.hint(f"Warning: {warning}")
    problems = list(obstacles(current))
    if problems:
        raise Failure(" ".join(problems))


def shown(value: object) -> str:
    """A value as it may be shown. A secret (``SecretStr``) masks itself."""
    if isinstance(value, tuple):
        return ", ".join(map(shown, value)) or "-"
    return str(value) or "-"


def warnings(current: Settings) -> Iterator[str]:
    """What is allowed and probably not meant."""
    for name in settings.unknown():
        if name not in sign_in.VARIABLES:
            yield f"{name} is no setting of this version and has no effect."
    no_search = index_file.missing()
    if no_search is not None:
        yield f"messages can't be searched: {no_search}."
    public = urlsplit(current.public_url)
    remote = (public.hostname or current.host) not in sign_in.LOOPBACK
    if not remote:
        return
    if not current.public_url:
        yield (
            "the server listens beyond this machine and does not know its own address: links will not work, and every "
            "Host is answered. Set FOLKMOOT_PUBLIC_URL."
        )
    elif public.scheme == "http":
        yield "FOLKMOOT_PUBLIC_URL is not encrypted: passwords and messages can be read on the way. Use https."
    if current.query_token:
        yield (
            "access tokens are accepted in URLs (?token=), which proxies write to their logs. "
            "Set FOLKMOOT_QUERY_TOKEN=false if no client needs it."
        )
    if current.sign_up is SignUp.OPEN:
        yield "FOLKMOOT_SIGN_UP is open: whoever finds this server can make an account."


def obstacles(current: Settings) -> Iterator[str]:
    """What would keep the server from starting."""
    for path in current.signing_keys:
        try:
            pem_key(path)
        except KeyFileError as error:
            yield str(error)
    place = current.data if current.data.exists() else _existing_parent(current.data)
    if not place.is_dir():
        yield f"{place} is not a directory."
    elif not os.access(place, os.W_OK | os.X_OK):
        yield f"Nothing can be written in {place}."


def _existing_parent(path: Path) -> Path:
    return next(parent for parent in path.absolute().parents if parent.exists())
