"""Routes of files: bring one, and have one, or a small picture of it.

A body is the file itself and nothing else, so that it goes from the line to the disk as it comes: a form (multipart)
would have to be taken apart, and a browser's upload tells its progress just as well without one. A download needs the
same access token as everything else, in its header: an address that works by itself would outlive the right to it, and
end up in histories and logs. A page fetches the file and shows what it got (``blob:``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from service.api import ranges
from service.api.answers import FileAnswer
from service.api.bearer import Asking
from service.api.dispositions import disposition, name_in
from service.api.fields import ID_MAX
from service.api.parts import TheParts
from service.api.problems import problem
from service.api.rooms import RoomSlug
from service.chat import filenames
from service.chat.errors import invalid
from service.chat.filetypes import BYTES, SHOWN
from service.chat.records import StoredFile
from service.chat.uploads import Announced, Content, Uploads
from service.wire import shapes

router = APIRouter(tags=["rooms"])

NAME_MAX = 1_024  # characters of ?name=; of a longer one the ends are kept
TAG_CHARS = 32  # hexadecimal digits of a digest, in an entity tag
THUMBNAIL_TYPE = "image/webp"
CSP = "sandbox; default-src 'none'"
# Kept by the browser, and asked about each time: it must not show what one may no longer see.
CACHING = "private, no-cache"

FileId = Annotated[str, Path(max_length=ID_MAX, description="A file's id.")]
FileName = Annotated[
    str | None, Query(max_length=NAME_MAX, description="What the file is called, if no Content-Disposition says it.")
]
_RAW: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself. Its type is what Content-Type says, if its content and its name say the same.",
        "content": {BYTES: _RAW},
    }
}
SENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file.", "content": {"*/*": _RAW}},
    206: {"description": "The range that was asked for.", "content": {"*/*": _RAW}},
    304: {"description": "The asker has it already."},
}


@router.post(
    "/api/rooms/{slug}/files",
    status_code=201,
    response_model=FileAnswer,
    response_model_exclude_unset=True,
    openapi_extra=UPLOAD,
)
async def upload_file(
    parts: TheParts, asking: Asking, slug: RoomSlug, request: Request, name: FileName = None
) -> dict[str, Any]:
    """Bring a file that a message of yours in this room is to carry. Until then nobody else can have it; after a day
    without a message it is removed."""
    brought = request.headers.getlist("content-disposition")
    called = name if name is not None else name_in(brought[0]) if len(brought) == 1 else None
    if called is None:
        raise invalid("name", "say what the file is called: by Content-Disposition, or as ?name=")
    length = request.headers.get("content-length", "0")
    announced = Announced(slug, filenames.clean(called), request.headers.get("content-type"), int(length))
    try:
        return shapes.file(await parts.uploads.receive(asking, announced, request.stream()))
    except ClientDisconnect:
        raise HTTPException(400, "The upload broke off.") from None


@router.get("/api/files/{id}", response_class=Response, responses=SENT)
async def download_file(parts: TheParts, asking: Asking, id: FileId, request: Request) -> Response:
    """A file, for whoever may read its message now; its author's alone, as long as it has none. Takes ranges."""
    stored = await parts.uploads.see(asking, id)
    file = stored.file
    headers = {"Content-Disposition": disposition(file.name, shown=file.type in SHOWN)}
    return await _sent(parts.uploads, stored, request, headers, file.type, file.size, thumbnail=False)


@router.get("/api/files/{id}/thumbnail", response_class=Response, responses=SENT)
async def download_thumbnail(parts: TheParts, asking: Asking, id: FileId, request: Request) -> Response:
    """A small picture of a file that is a large one, as WebP."""
    stored = await parts.uploads.see(asking, id)
    if stored.file.thumbnail is None:
        raise HTTPException(404, "There is no thumbnail of this file.")
    headers = {"Content-Disposition": "inline"}
    return await _sent(parts.uploads, stored, request, headers, THUMBNAIL_TYPE, stored.thumbnail_bytes, thumbnail=True)


async def _sent(
    uploads: Uploads,
    stored: StoredFile,
    request: Request,
    headers: dict[str, str],
    type: str,
    size: int,
    *,
    thumbnail: bool,
) -> Response:
    tag = f'"{stored.digest.hex()[:TAG_CHARS]}{"-t" if thumbnail else ""}"'
    headers |= {
        "ETag": tag,
        "Cache-Control": CACHING,
        "Content-Security-Policy": CSP,
        "Accept-Ranges": "bytes",
        "Vary": "Authorization",
    }
    if ranges.has_it(request.headers, tag):
        return Response(status_code=304, headers=headers)
    try:
        span = ranges.asked(request.headers, size, tag)
    except ranges.Unsatisfiable:
        return problem(416, "The range lies behind the end of the file.", headers={"Content-Range": f"bytes */{size}"})
    start, length = (0, size) if span is None else (span.start, span.length)
    if span is not None:
        headers["Content-Range"] = span.content_range(size)
    headers["Content-Length"] = str(length)
    content = await uploads.open(stored, start, thumbnail=thumbnail)
    wanted = 0 if request.state.bodiless else length
    return SentContent(content, wanted, 200 if span is None else 206, headers, type)


class SentContent(StreamingResponse):
    """A file on its way, which is closed however that ends."""

    def __init__(self, content: Content, length: int, status: int, headers: Mapping[str, str], type: str) -> None:
        self._content = content
        pieces: AsyncIterator[bytes] = content.pieces(length)
        super().__init__(pieces, status, headers)
        self.headers["Content-Type"] = type  # as it is: the framework would add a charset to a text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._content.close()
