"""Arguments that several commands share."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import typer

RoleWord: TypeAlias = Literal["guest", "member", "moderator", "admin"]
"""A role as it is written at the command line."""

RoleOption = Annotated[RoleWord, typer.Option("--role", help="The role on this server.")]
RoleArgument = Annotated[RoleWord, typer.Argument(help="The role on this server.")]
Username = Annotated[str, typer.Argument(metavar="NAME", help="The username.")]
