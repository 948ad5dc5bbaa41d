"""Finding a message by its id, as somebody who may read its room."""

from __future__ import annotations

from service.chat import standing
from service.chat.errors import not_found
from service.chat.ids import parse_message_id
from service.chat.policy import Action, Standing
from service.chat.ports import Transaction
from service.chat.records import Asker, Message


def located(tx: Transaction, asker: Asker, id: str) -> tuple[Standing, Message]:
    """The message, and the asker before its room; ``not_found`` where they may not see that room, and the refusal to
    read where they see but may not enter it."""
    parts = parse_message_id(id)
    room = None if parts is None else tx.rooms.get(parts[1])
    if parts is None or room is None:
        raise not_found("message")
    reader = standing.of_asker(tx, asker, room.slug, "message")
    standing.require(tx, Action.READ, reader)
    message = tx.log.message(room, parts[2])
    if message is None or message.id != id:
        raise not_found("message")
    return reader, message


def whole(tx: Transaction, asker: Asker, id: str) -> tuple[Standing, Message]:
    """``located``, of a message that is not deleted: there is nothing more to be done to one that is."""
    reader, message = located(tx, asker, id)
    if message.deleted is not None:
        raise not_found("message")
    return reader, message
