"""What people say on a socket of messages that are there, and what moderators do: the same commands as by HTTP, through
the same door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from service.chat.deeds import Done
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


async def carry_out(
    door: Door, credential: Credential, address: str, order: Order, ok: Callable[[Shape], None]
) -> None:
    """Do it. ``ok`` is called with what the reply carries, before the events of it are delivered: whoever asked hears
    those after the reply. The audit log knows the request by the command's id."""
    acting = replace(credential, source=Source(address, order.id))
    match order:
        case commands.Edit():
            await door.edit(acting, order.message, order.text, then=lambda m: ok({"message": shapes.message(m)}))
        case commands.React():
            react = React(order.message, order.emoji, order.on)
            await door.do(acting, react, then=lambda m: ok({"message": shapes.message(m)}))
        case commands.Sanction():
            kind = SanctionKind(order.kind)
            impose = Impose(order.room, order.user, kind, _time(order.until), order.reason)
            await door.do(acting, impose, then=lambda done: ok(_done("sanction", shapes.sanction(done.value), done)))
        case commands.Lift():
            lift = Lift(order.sanction, anywhere=True)
            await door.do(acting, lift, then=lambda lifted: ok({"sanction": shapes.sanction(lifted)}))
        case commands.Delete():
            delete = DeleteMessage(order.message, order.reason, door.windows.delete_seconds)
            await door.do(acting, delete, then=lambda done: ok(_done("message", shapes.message(done.value), done)))
        case commands.Undo():
            await door.do(acting, Undo(order.action), then=lambda undone: ok({"undone": shapes.action(undone)}))
        case commands.Report():
            report = ReportMessage(order.message, order.reason)
            await door.do(acting, report, then=lambda made: ok({"report": shapes.own_report(made.report)}))


def _time(raw: str | None) -> int | None:
    if raw is None:
        return None
    at = times.parse(raw)
    if at is None:
        raise invalid("until", "use a time of RFC 3339, such as 2030-01-01T12:00:00Z")
    return at


def _done(name: str, shape: Shape, done: Done[Any]) -> Shape:
    """What was done, and the id by which it is undone, if it can be."""
    return {name: shape} if done.action is None else {name: shape, "action": done.action.uid}
