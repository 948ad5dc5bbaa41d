"""The settings: one frozen object, read from the environment (``FOLKMOOT_…``) and from ``.env`` in the data directory's
checkout. Only ``app`` and ``cli`` read it; everything else is given what it needs.

Every field has a type, a default, a unit and a sentence; ``.env.example`` and the README list them all, and the laws
hold all three together.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SignUp(StrEnum):
    """Who may make an account."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(
        env_prefix="FOLKMOOT_", env_file=".env", env_file_encoding="utf-8", frozen=True, extra="ignore"
    )

    # Where
    data: Path = Field(Path("data"), description="Directory of all state: database, secrets, uploads.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field("", description="The URL under which people reach the server, if it is another one.")
    allowed_origins: tuple[str, ...] = Field(
        (), description="Further web origins that may use the API and sockets (JSON list)."
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description=(
            "Host names that are answered, beside loopback and that of the public URL (JSON list). "
            "With neither, a server that listens to a network answers to any name."
        ),
    )
    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="Addresses or networks of proxies whose X-Forwarded-For and -Proto are believed (JSON list).",
    )

    # Identity
    sign_up: SignUp = Field(SignUp.INVITE, description="Who may make an account: open, invite or closed.")
    password_grant: bool = Field(True, description="Whether the token endpoint takes usernames and passwords.")
    query_token: bool = Field(True, description="Whether a socket may bring its access token as ?token= in the URL.")
    access_token_seconds: int = Field(900, ge=30, le=86_400, description="Lifetime of an access token, in seconds.")
    session_days: int = Field(30, ge=1, le=3650, description="Days without use after which a session ends.")
    password_min: int = Field(8, ge=8, le=64, description="Shortest password, in characters; 15 is better.")
    signing_keys: tuple[Path, ...] = Field(
        (),
        description="PEM files of ES256 or RS256 private keys (JSON list): the first signs, all verify. Empty: HS256.",
    )
    hashes_at_once: int = Field(
        0, ge=0, le=64, description="Password hashes computed at once (threads); 0: one less than there are processors."
    )
    hashes_waiting: int = Field(64, ge=1, le=10_000, description="Password checks that may wait; beyond: 503.")
    sign_ups_per_address: int = Field(
        200, ge=1, description="Sign-ups from one network address in an hour, also those that are refused."
    )
    sign_ins_per_account: int = Field(10, ge=1, description="Failed sign-ins per account in five minutes.")
    sign_ins_per_address: int = Field(30, ge=1, description="Failed sign-ins per network address in five minutes.")

    # Limits
    frame_bytes: int = Field(65_536, ge=1024, le=16_777_216, description="Largest frame a client may send, in bytes.")
    body_bytes: int = Field(131_072, ge=1024, description="Largest HTTP request body, in bytes.")
    body_seconds: float = Field(15.0, gt=0, description="Seconds in which a request's body must have come.")
    rooms_per_connection: int = Field(100, ge=1, description="Rooms that one connection may have joined.")
    connections_per_user: int = Field(100, ge=1, description="Open sockets of one user.")
    connections_per_address: int = Field(500, ge=1, description="Open sockets from one network address.")
    connections: int = Field(20_000, ge=1, description="Open sockets in all.")
    commands_per_second: int = Field(
        100, ge=1, description="Commands and requests per second of one user; twice that in a burst."
    )
    heartbeat_seconds: int = Field(
        25, ge=1, le=600, description="Seconds between pings; two unanswered close a socket."
    )
    handshake_seconds: float = Field(10.0, gt=0, description="Seconds in which a handshake must be complete.")
    slow_reader_seconds: float = Field(30.0, gt=0, description="Seconds a reader may lag behind before it is closed.")
    write_buffer_bytes: int = Field(
        131_072, ge=16_384, description="Bytes waiting for a reader before it counts as slow."
    )
    drain_seconds: float = Field(5.0, ge=0, description="Seconds over which sockets are told to reconnect at a stop.")

    # Messages
    edit_seconds: int = Field(0, ge=0, description="Seconds in which the author of a message can edit it; 0: no limit.")
    delete_seconds: int = Field(
        0, ge=0, description="Seconds in which the author of a message can delete it; 0: no limit."
    )
    retention_days: int = Field(
        0, ge=0, le=36_500, description="Days for which messages are kept in rooms that do not say; 0: for ever."
    )
    retention_days_max: int = Field(
        0, ge=0, le=36_500, description="Days for which a room may keep messages at most; 0: no limit."
    )

    # Files
    file_bytes: int = Field(26_214_400, ge=1024, description="Largest file that may be uploaded, in bytes.")
    upload_seconds: float = Field(600.0, gt=0, description="Seconds in which a file must have come.")
    uploads_at_once: int = Field(32, ge=1, le=1000, description="Files that come in at once; beyond: 503.")
    file_bytes_per_user: int = Field(
        1_073_741_824, ge=0, description="Bytes that the files of one user may take in all."
    )
    file_bytes_per_day: int = Field(
        268_435_456, ge=0, description="Bytes that one user may upload in 24 hours; 0: nobody uploads."
    )
    files_per_day: int = Field(500, ge=0, description="Files that one user may upload in 24 hours.")
    disk_bytes_spared: int = Field(
        268_435_456,
        ge=0,
        description="Bytes of the disk that uploads leave to the database; with less free, they are refused with 503.",
    )

    # Watching
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged: debug, info, warning or error."
    )
    log_json: bool = Field(False, description="Log as JSON lines rather than for people.")

    @field_validator("public_url", "allowed_origins")
    @classmethod
    def _are_origins(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        """Scheme, host and port: the pages have absolute paths, so there can be nothing behind them."""
        if isinstance(value, str):
            return _origin(value) if value else value
        return tuple(_origin(origin) for origin in value)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare:
        raise ValueError(f"{url!r} is no web origin: write it as https://chat.example.org, with the port if it has one")
    _ = parts.port  # raises ValueError where it is no number
    return f"{parts.scheme}://{parts.netloc.lower()}"
