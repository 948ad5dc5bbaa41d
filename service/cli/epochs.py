"""``folkmoot epoch``: the names of the rooms' logs, for who has put another state in place by themselves."""

from __future__ import annotations

from typing import Annotated

import typer

from service.chat import epochs
from service.chat.deeds import OPERATOR
from service.cli import console, house, settings

app = typer.Typer(no_args_is_help=True, help="Name the rooms' logs anew, after a restore of your own.")


@app.command()
def renew(
    room: Annotated[
        str | None, typer.Argument(metavar="[ROOM]", help="The room's slug; without it, all rooms.")
    ] = None,
    data: settings.Data = None,
) -> None:
    """Give rooms a new epoch, so that every client begins anew there.

    Do it when the database was put back to an earlier state by anything but folkmoot restore: a copy, a snapshot of
    the disk. Else clients go on from positions that mean something else now. Do it before the server starts; on one
    that runs, those who are connected to these rooms are told to connect again, over five seconds.

    Examples: folkmoot epoch renew ; folkmoot epoch renew lobby
    """
    current = settings.load(data=data)
    house.require_database(current)
    renewed = house.change(current, lambda tx: epochs.renew(tx, OPERATOR, room))
    console.hint(f"{renewed} {'room begins' if renewed == 1 else 'rooms begin'} anew.")
