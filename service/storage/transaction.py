"""One transaction, as the use cases know it: a store for each noun over one connection."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection

from service.chat.events import Event, Told
from service.storage.actions import SqlActions
from service.storage.audit import SqlAudit
from service.storage.authority import SqlAuthority
from service.storage.blocks import SqlBlocks
from service.storage.clients import SqlClients
from service.storage.erasures import SqlErasures
from service.storage.expiry import SqlExpiry
from service.storage.files import SqlFiles
from service.storage.filters import SqlFilters
from service.storage.invites import SqlInvites
from service.storage.log import SqlLog
from service.storage.members import SqlMembers
from service.storage.mentions import SqlMentions
from service.storage.pins import SqlPins
from service.storage.reactions import SqlReactions
from service.storage.reports import SqlReports
from service.storage.rooms import SqlRooms
from service.storage.sanctions import SqlSanctions
from service.storage.sessions import SqlSessions
from service.storage.threads import SqlThreads
from service.storage.unit import Unit
from service.storage.users import SqlUsers


class SqlTransaction:
    """Everything readable and changeable at ``now`` (Unix ms)."""

    def __init__(self, connection: Connection, now: int) -> None:
        self.now = now
        self.authority = SqlAuthority(connection, now)
        self._unit = Unit(connection, now, self.authority)

    @property
    def connection(self) -> Connection:
        """The connection, for what speaks SQL itself."""
        return self._unit.connection

    @property
    def appended(self) -> list[Event]:
        """The events that this transaction appended, in their order."""
        return self._unit.appended

    @property
    def told(self) -> list[Told]:
        """What some users are to be told, in its order."""
        return self._unit.told

    def tell(self, told: Told) -> None:
        """Tell some users of something, once this is committed."""
        self._unit.told.append(told)

    @cached_property
    def users(self) -> SqlUsers:
        """Accounts."""
        return SqlUsers(self._unit)

    @cached_property
    def sessions(self) -> SqlSessions:
        """Logins."""
        return SqlSessions(self._unit)

    @cached_property
    def invites(self) -> SqlInvites:
        """Invitations to sign up."""
        return SqlInvites(self._unit)

    @cached_property
    def clients(self) -> SqlClients:
        """OAuth clients."""
        return SqlClients(self._unit)

    @cached_property
    def blocks(self) -> SqlBlocks:
        """Who does not want to hear from whom."""
        return SqlBlocks(self._unit)

    @cached_property
    def rooms(self) -> SqlRooms:
        """Rooms."""
        return SqlRooms(self._unit)

    @cached_property
    def members(self) -> SqlMembers:
        """Users in rooms."""
        return SqlMembers(self._unit)

    @cached_property
    def reactions(self) -> SqlReactions:
        """Emoji under messages."""
        return SqlReactions(self._unit)

    @cached_property
    def pins(self) -> SqlPins:
        """Messages that everybody should find."""
        return SqlPins(self._unit)

    @cached_property
    def threads(self) -> SqlThreads:
        """Replies under messages."""
        return SqlThreads(self._unit)

    @cached_property
    def mentions(self) -> SqlMentions:
        """Who was called."""
        return SqlMentions(self._unit)

    @cached_property
    def expiry(self) -> SqlExpiry:
        """What has been taken out of the logs for good."""
        return SqlExpiry(self._unit)

    @cached_property
    def erasures(self) -> SqlErasures:
        """People who are erased."""
        return SqlErasures(self._unit)

    @cached_property
    def files(self) -> SqlFiles:
        """What was uploaded."""
        return SqlFiles(self._unit)

    @cached_property
    def sanctions(self) -> SqlSanctions:
        """Measures against users."""
        return SqlSanctions(self._unit)

    @cached_property
    def actions(self) -> SqlActions:
        """What can be undone."""
        return SqlActions(self._unit)

    @cached_property
    def filters(self) -> SqlFilters:
        """Rules about what is said."""
        return SqlFilters(self._unit)

    @cached_property
    def reports(self) -> SqlReports:
        """What a moderator is to look at."""
        return SqlReports(self._unit)

    @cached_property
    def audit(self) -> SqlAudit:
        """The audit log."""
        return SqlAudit(self._unit)

    @cached_property
    def log(self) -> SqlLog:
        """The rooms' logs."""
        return SqlLog(self._unit)
