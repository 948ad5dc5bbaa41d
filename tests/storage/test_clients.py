"""How OAuth clients are kept."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from service.chat.records import Client
from service.storage import clients
from tests.stage import Stage
from tests.storage.plans import plan, scans


def test_clients_come_back_as_they_were_put_in_and_go_with_their_user() -> None:
    stage = Stage()
    bob, cyn = stage.who("bob"), stage.who("cyn")
    made = [Client("bot-2", bob.id, b"\0\xff", 1), Client("bot-1", bob.id, b"b", 2), Client("bot-3", cyn.id, b"c", 2)]
    for client in made:
        stage.run(lambda tx, client=client: tx.clients.add(client))
    assert stage.run(lambda tx: tx.clients.all()) == made
    assert stage.run(lambda tx: tx.clients.get("bot-2")) == made[0]
    assert stage.run(lambda tx: tx.clients.get("BOT-2")) is None
    with pytest.raises(IntegrityError):
        stage.run(lambda tx: tx.clients.add(made[0]))
    stage.run(lambda tx: tx.clients.delete_of(bob.id))
    assert stage.run(lambda tx: tx.clients.all()) == made[2:]


def test_a_client_is_found_by_an_index() -> None:
    assert not scans(plan(Stage(), clients.GET, client_id="bot-1"))
