"""``GET /metrics``: for Prometheus on this machine, or for whoever holds a token with the scope ``admin``."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from service.api.bearer import bearer
from service.chat.errors import Code, Refusal
from service.chat.origins import is_loopback
from service.chat.ports import Transaction
from service.chat.records import Asker
from service.chat.roles import Scope
from service.watch.metrics import CONTENT_TYPE

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

router = APIRouter(tags=["watching"])


@dataclass(frozen=True, slots=True)
class WatchServer:
    """Whether the asker may read what is counted."""

    def run(self, _tx: Transaction, asker: Asker) -> None:
        """Return if so."""
        if Scope.ADMIN not in asker.scope:
            raise Refusal(Code.INSUFFICIENT_SCOPE, "Reading the metrics from elsewhere needs the scope admin.")


@router.get(
    "/metrics",
    summary="Metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format"}},
)
async def metrics(request: Request) -> Response:
    """Counts, gauges and histograms in Prometheus' text format. Without a token from loopback only."""
    parts = request.app.state.parts
    if not _from_here(request):
        await parts.door.ask(bearer(request), WatchServer())
    return Response(parts.exposition.text(), media_type=CONTENT_TYPE)


def _from_here(request: Request) -> bool:
    """Whether a program on this machine asks for itself: what a proxy here hands on comes from somewhere else, and a
    page whose name was pointed at this machine names a host that is not loopback."""
    client = request.client
    if client is None or not is_loopback(client.host):
        return False
    return is_loopback(request.url.hostname or "") and not any(name in request.headers for name in FORWARDED)
