"""What people say on a socket of messages that are there, and what moderators do: the same commands as by HTTP, through
the same door."""

from __future__ import annotations

from dataclasses import replace

from service.chat.deeds import Action
from service.chat.deletions import DeleteMessage
from service.chat.door import Door
from service.chat.errors import invalid
from service.chat.reactions import React
from service.chat.records import Credential, SanctionKind, Source
from service.chat.reports import ReportMessage
from service.chat.sanctions import Impose, Lift
from service.chat.undo import Undo
from service.wire import commands, shapes, times
from service.wire.shapes import Shape

Order = (
    commands.Edit
    | commands.React
    | commands.Sanction
    | commands.Lift
    | commands.Delete
    | commands.Undo
    | commands.Report
)


async def carry_out(door: Door, credential: Credential, address: str, order: Order) -> Shape:
    """Do it; what the ``ok`` carries. The audit log knows the request by the command's id."""
    acting = replace(credential, source=Source(address, order.id))
    match order:
        case commands.Edit():
            return {"message": shapes.message(await door.edit(acting, order.message, order.text))}
        case commands.React():
            return {"message": shapes.message(await door.do(acting, React(order.message, order.emoji, order.on)))}
        case commands.Sanction():
            kind = SanctionKind(order.kind)
            impose = Impose(order.room, order.user, kind, _time(order.until), order.reason)
            sanctioned = await door.do(acting, impose)
            return {"sanction": shapes.sanction(sanctioned.value), **_action(sanctioned.action)}
        case commands.Lift():
            return {"sanction": shapes.sanction(await door.do(acting, Lift(order.sanction, anywhere=True)))}
        case commands.Delete():
            deleted = await door.do(acting, DeleteMessage(order.message, order.reason, door.windows.delete_seconds))
            return {"message": shapes.message(deleted.value), **_action(deleted.action)}
        case commands.Undo():
            return {"action": shapes.action(await door.do(acting, Undo(order.action)))}
        case commands.Report():
            reported = await door.do(acting, ReportMessage(order.message, order.reason))
            return {"report": shapes.own_report(reported.report)}


def _time(raw: str | None) -> int | None:
    if raw is None:
        return None
    at = times.parse(raw)
    if at is None:
        raise invalid("until", "use a time of RFC 3339, such as 2030-01-01T12:00:00Z")
    return at


def _action(action: Action | None) -> Shape:
    return {} if action is None else {"action": action.uid}
