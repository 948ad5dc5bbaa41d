"""Reports: what somebody wants a moderator to look at, and the queue in which moderators do.

A report keeps the message as it was, for it may be deleted, or edited, before anybody looks. One from a direct room
shows that one message to who moderates the server, and opens nothing else of the room.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import names, standing
from service.chat.deeds import REASON_MAX, Actor, Deed, What, actor_of
from service.chat.errors import Code, Refusal, Why, invalid, not_found
from service.chat.events import ReportChanged, ReportOpened, Told
from service.chat.located import located
from service.chat.policy import Action, Rank, entitled, may_list, may_moderate_users
from service.chat.ports import Transaction
from service.chat.reasons import reason_of
from service.chat.records import Asker, Filter, Message, Report, ReportState, Room, SanctionKind, Source, User
from service.chat.roles import Role, Scope, Visibility

OPEN_MAX = 20  # reports of one user that nobody has closed
OPEN_BY_FILTERS_MAX = 200  # the same of a room's filters: past that, one more tells nobody anything new

_DONE = {
    ReportState.OPEN: What.REPORT_OPENED,
    ReportState.TAKEN: What.REPORT_TAKEN,
    ReportState.CLOSED: What.REPORT_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Reported:
    """The report; ``again`` if its reporter had made it before."""

    report: Report
    again: bool = False


@dataclass(frozen=True, slots=True)
class ReportMessage:
    """Show a message to who moderates its room; also a deleted one, for its author may have deleted it to escape."""

    message: str
    reason: str

    def run(self, tx: Transaction, asker: Asker) -> Reported:
        """By whoever may read it, once."""
        reader, message = located(tx, asker, self.message)
        reason = reason_of(self.reason)
        if reason is None:
            raise invalid("reason", "say what is wrong with the message")
        if message.author.username == asker.user.username:
            raise invalid("message", "this is your own: delete it instead")
        earlier = tx.reports.of_reporter(reader.room.id, message.seq, asker.user.id)
        if earlier is not None:
            return Reported(earlier, again=True)
        if tx.reports.unclosed(asker.user.id, OPEN_MAX) >= OPEN_MAX:
            text = f"{OPEN_MAX} of your reports wait for a moderator; one more can't be made now."
            raise Refusal(Code.LIMIT, text, why=Why("open_reports"))
        return Reported(_open(tx, reader.room, message, asker.user, reason))


@dataclass(frozen=True, slots=True)
class ListReports:
    """The reports of a room, or (``room`` is None) all that the asker may handle; newest first, below the id
    ``before``."""

    room: str | None
    state: ReportState | None
    before: int | None
    limit: int

    def run(self, tx: Transaction, asker: Asker) -> list[Report]:
        """Those about the asker's own messages are not shown: who reported them is not for them to know."""
        room = None if self.room is None else self._moderated(tx, asker, self.room)
        if room is None and Scope.MODERATE not in asker.scope:
            raise Refusal(Code.INSUFFICIENT_SCOPE, "This needs a token with the scope moderate.")
        banned = [s.room for s in tx.sanctions.in_force(asker.user.id) if s.kind is SanctionKind.BAN and s.room]
        return tx.reports.page(asker.user, room, banned, self.state, self.before, self.limit)

    @staticmethod
    def _moderated(tx: Transaction, asker: Asker, slug: str) -> Room:
        place = standing.of_asker(tx, asker, slug)
        standing.require(tx, Action.MODERATE, place)
        if place.room.visibility is Visibility.DIRECT:
            text = "Reports from a direct room go to who moderates the server."
            raise Refusal(Code.FORBIDDEN, text, why=Why("direct_room"))
        return place.room


@dataclass(frozen=True, slots=True)
class ListOwnReports:
    """What the asker has reported; newest first, below the id ``before``."""

    before: int | None
    limit: int

    def run(self, tx: Transaction, asker: Asker) -> list[Report]:
        """Whatever has become of their right to read the room: the report is theirs."""
        may_list(asker.scope).require()
        return tx.reports.page_of(asker.user.id, self.before, self.limit)


@dataclass(frozen=True, slots=True)
class SeeReport:
    """One report."""

    report: str

    def run(self, tx: Transaction, asker: Asker) -> Report:
        """For who may handle it."""
        return _handled(tx, asker, self.report)[0]


@dataclass(frozen=True, slots=True)
class HandleReport:
    """Take a report, close it, or open it again. ``take_over``: also one that somebody else has."""

    report: str
    state: ReportState
    resolution: str | None = None
    take_over: bool = False

    def run(self, tx: Transaction, asker: Asker) -> Report:
        """The report as it is then; unchanged, and without a row in the audit log, if it is so already."""
        report, room, rank = _handled(tx, asker, self.report)
        resolution = self._resolution()
        mine = report.handler is not None and report.handler.id == asker.user.id
        same = self.state is report.state and (mine or report.handler is None)
        if same and resolution in (None, report.resolution):
            return report
        if report.handler is not None and not mine:
            self._require_yielding(tx, report, report.handler, room, rank)
        if self.state is ReportState.TAKEN and report.state is ReportState.CLOSED:
            raise Refusal(Code.CONFLICT, "This report is closed; open it again first.")
        handler = None if self.state is ReportState.OPEN else asker.user
        changed = tx.reports.change(report, self.state, handler, resolution)
        deed = Deed(actor_of(asker), _DONE[self.state], rank, on=report.author, room=room, reason=resolution)
        deed.done(tx, report=report.uid)
        _tell(tx, room, ReportChanged(changed))
        return changed

    def _resolution(self) -> str | None:
        if self.resolution is None or not self.resolution.strip():
            return None
        if self.state is not ReportState.CLOSED:
            raise invalid("resolution", "say it when you close the report")
        return names.line("resolution", self.resolution, REASON_MAX)

    def _require_yielding(self, tx: Transaction, report: Report, handler: User, room: Room, rank: Rank) -> None:
        """What somebody has taken or closed is theirs, but for who is not below them and says so. To open a closed
        one again says so already."""
        why = Why("report_handler", handler.username, report.changed_at)
        if not self.take_over and not (self.state is ReportState.OPEN and report.state is ReportState.CLOSED):
            done = "has closed" if report.state is ReportState.CLOSED else "has"
            raise Refusal(
                Code.CONFLICT, f"{handler.username} {done} this report; say take_over to go on with it.", why=why
            )
        if rank < _rank(tx, room, handler):
            raise Refusal(Code.FORBIDDEN, f"{handler.username} has this report, and is of higher rank.", why=why)


def open_for_filter(tx: Transaction, room: Room, message: Message, met: Filter) -> None:
    """A filter found something in a message that was just stored."""
    if tx.reports.unclosed_by_filters(room.id, OPEN_BY_FILTERS_MAX) < OPEN_BY_FILTERS_MAX:
        _open(tx, room, message, None, met.reason or "a filter of the room")


def _open(tx: Transaction, room: Room, message: Message, reporter: User | None, reason: str) -> Report:
    report = tx.reports.add(room, message.seq, reporter, reason)
    _tell(tx, room, ReportOpened(report))
    return report


def _tell(tx: Transaction, room: Room, news: ReportOpened | ReportChanged) -> None:
    """Tell those who may handle it, but not who it is about."""
    users = frozenset(
        user.id
        for user, role in tx.reports.candidates(room.id)
        if user.id != news.report.author.id
        and (_is_direct(room) or entitled(Action.MODERATE, standing.of_user(tx, room, user, role)).allowed)
        and (not _is_direct(room) or user.role >= Role.MODERATOR)
    )
    if users:
        tx.tell(Told(users, room.slug, Scope.MODERATE, news))


def _handled(tx: Transaction, asker: Asker, uid: str) -> tuple[Report, Room, Rank]:
    """A report, its room, and the rank in which the asker handles it."""
    report = tx.reports.get(uid)
    room = None if report is None else tx.rooms.get(report.room_id)
    if report is None or room is None or room.deleted or report.author.id == asker.user.id:
        raise not_found("report")
    if _is_direct(room):
        if asker.user.role < Role.MODERATOR:
            raise not_found("report")
        may_moderate_users(asker.user, asker.scope).require()
        return report, room, actor_of(asker).server_rank
    place = standing.of_asker(tx, asker, room.slug, "report")
    standing.require(tx, Action.MODERATE, place)
    return report, room, place.rank


def _rank(tx: Transaction, room: Room, handler: User) -> Rank:
    """The handler's rank as it is now: who can't act any more holds nobody up."""
    if handler.deleted or handler.suspended:
        return Rank.STRANGER
    if _is_direct(room):
        return Actor(handler, Source()).server_rank
    return standing.of_user(tx, room, handler, tx.members.role(room.id, handler.id)).rank


def _is_direct(room: Room) -> bool:
    return room.visibility is Visibility.DIRECT
