"""Routes of reports: show a message to the moderators, and the queue in which they handle what was reported."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field

from service.api.acting import Acting
from service.api.answers import Answer, MessageAnswer, PageAnswer, Time
from service.api.bearer import Asking
from service.api.fields import Body, ReasonText
from service.api.pages import Cursor, position
from service.api.parts import TheParts
from service.api.rooms import RoomSlug
from service.chat.records import Report, ReportState
from service.chat.reports import HandleReport, ListOwnReports, ListReports, ReportMessage, SeeReport
from service.wire import shapes

router = APIRouter(tags=["moderation"])

ReportId = Annotated[str, Path(description="A report's id.")]
StateWord = Literal["open", "taken", "closed"]
State = Annotated[StateWord | None, Query(description="Those in this state alone.")]


class NewReport(Body):
    """What is wrong with a message."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "insults cyn"}]})

    reason: ReasonText


class ReportChange(Body):
    """How far a report has come."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "closed", "resolution": "muted for a day"}]})

    state: StateWord
    resolution: ReasonText | None = Field(None, description="When it is closed: what was done. For moderators.")
    take_over: bool = Field(False, description="Also if somebody else has it, who is not of higher rank.")


class OwnReportAnswer(Answer):
    """A report, as who made it sees it."""

    id: str
    room: str = Field(description="The room's slug.", examples=["lobby"])
    message_id: str
    reason: str = Field(examples=["insults cyn"])
    at: Time
    state: StateWord
    changed_at: Time


class ReportAnswer(OwnReportAnswer):
    """A report, as who may handle it sees it."""

    message: MessageAnswer = Field(description="As it was when it was reported.")
    now: MessageAnswer = Field(description="As it is now.")
    reporter: str = Field(description="A username, or `system` for a filter.", examples=["bob"])
    handler: str | None = Field(None, description="Who has taken or closed it.", examples=["mo"])
    resolution: str | None = Field(None, examples=["muted for a day"])


REPORTED_BEFORE: dict[int | str, dict[str, Any]] = {
    200: {"model": OwnReportAnswer, "description": "You have reported it before: that report, as it is now."}
}


@router.post("/api/messages/{id}/reports", status_code=201, response_model=OwnReportAnswer, responses=REPORTED_BEFORE)
async def report_message(
    parts: TheParts,
    asking: Asking,
    id: Annotated[str, Path(description="A message's id.")],
    body: NewReport,
    response: Response,
) -> dict[str, Any]:
    """Show a message to who moderates its room; one in a direct room, to who moderates the server."""
    reported = await parts.door.do(asking, ReportMessage(id, body.reason))
    response.status_code = 200 if reported.again else 201
    return shapes.own_report(reported.report)


@router.get("/api/me/reports", response_model=PageAnswer[OwnReportAnswer])
async def list_own_reports(parts: TheParts, asking: Asking, cursor: Cursor) -> dict[str, Any]:
    """What you have reported, newest first."""
    found = await parts.door.ask(asking, ListOwnReports(position(cursor.key), cursor.page.limit))
    return cursor.render(found, key=_id_of, shape=shapes.own_report)


@router.get("/api/reports", response_model=PageAnswer[ReportAnswer], response_model_exclude_unset=True)
async def list_reports(parts: TheParts, asking: Asking, cursor: Cursor, state: State = None) -> dict[str, Any]:
    """All reports that you may handle, newest first."""
    question = ListReports(None, _state(state), position(cursor.key), cursor.page.limit)
    return cursor.render(await parts.door.ask(asking, question), key=_id_of, shape=shapes.report)


@router.get("/api/rooms/{slug}/reports", response_model=PageAnswer[ReportAnswer], response_model_exclude_unset=True)
async def list_room_reports(
    parts: TheParts, asking: Asking, slug: RoomSlug, cursor: Cursor, state: State = None
) -> dict[str, Any]:
    """A room's reports, newest first, for who moderates it."""
    question = ListReports(slug, _state(state), position(cursor.key), cursor.page.limit)
    return cursor.render(await parts.door.ask(asking, question), key=_id_of, shape=shapes.report)


@router.get("/api/reports/{id}", response_model=ReportAnswer, response_model_exclude_unset=True)
async def see_report(parts: TheParts, asking: Asking, id: ReportId) -> dict[str, Any]:
    """One report, for who may handle it."""
    return shapes.report(await parts.door.ask(asking, SeeReport(id)))


@router.patch("/api/reports/{id}", response_model=ReportAnswer, response_model_exclude_unset=True)
async def handle_report(parts: TheParts, acting: Acting, id: ReportId, body: ReportChange) -> dict[str, Any]:
    """Take a report, close it, or open it again. What somebody else has is a `conflict` that names them."""
    command = HandleReport(id, ReportState(body.state), body.resolution, body.take_over)
    return shapes.report(await parts.door.do(acting, command))


def _state(word: StateWord | None) -> ReportState | None:
    return None if word is None else ReportState(word)


def _id_of(report: Report) -> str:
    return str(report.id)
