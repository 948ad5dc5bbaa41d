"""OAuth clients that have a secret, in the database. Only the digest of a secret ever comes here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from service.chat.records import Client
from service.storage.tables import clients
from service.storage.unit import Unit

_CLIENT = (clients.c.client_id, clients.c.user_id, clients.c.secret_digest, clients.c.created_at)

GET = select(*_CLIENT).where(clients.c.client_id == bindparam("client_id"))
_ALL = select(*_CLIENT).order_by(clients.c.created_at, clients.c.client_id)
_DELETE_OF = delete(clients).where(clients.c.user_id == bindparam("of_user"))


class SqlClients:
    """The OAuth clients, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection

    def get(self, client_id: str) -> Client | None:
        """The client of that id."""
        row = self._connection.execute(GET, {"client_id": client_id}).one_or_none()
        return None if row is None else _client(row)

    def add(self, client: Client) -> None:
        """A new client."""
        self._connection.execute(
            insert(clients),
            {
                "client_id": client.client_id,
                "user_id": client.user_id,
                "secret_digest": client.secret_digest,
                "created_at": client.created_at,
            },
        )

    def all(self) -> list[Client]:
        """All clients, oldest first."""
        return [_client(row) for row in self._connection.execute(_ALL)]

    def delete_of(self, user_id: int) -> None:
        """Delete all clients of a user: their secrets stop working."""
        self._connection.execute(_DELETE_OF, {"of_user": user_id})


def _client(row: Sequence[Any]) -> Client:
    client_id, user_id, digest, created_at = row
    return Client(client_id, user_id, bytes(digest), created_at)
