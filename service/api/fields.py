"""The fields of request bodies: strict types, and the rules of ``chat.names`` as validators, so that all that is wrong
with a body is told in one answer. What a body holds beyond its fields is ignored, never taken over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from service.chat import names
from service.chat.deeds import REASON_MAX
from service.chat.errors import Refusal
from service.chat.files import PER_MESSAGE
from service.wire import times

ID_MAX = 64  # characters of a message's id
TIME_MAX = 40  # characters of a time


class Body(BaseModel):
    """A JSON object sent to us: ``"1"`` is no number, and what nobody asked for is not looked at."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


def checked(clean: Callable[[str], str]) -> AfterValidator:
    """A rule of ``chat.names`` as a validator of one field."""

    def validate(raw: str) -> str:
        try:
            return clean(raw)
        except Refusal as refusal:
            sentence = refusal.errors[0].message if refusal.errors else refusal.message
            raise PydanticCustomError("rule", "{sentence}", {"sentence": sentence}) from refusal

    return AfterValidator(validate)


def _time(raw: object) -> int:
    if isinstance(raw, str) and len(raw) <= TIME_MAX and (at := times.parse(raw)) is not None:
        return at
    raise PydanticCustomError("rule", "use a time of RFC 3339, such as 2030-01-01T12:00:00Z")


RoleWord = Literal["guest", "member", "moderator", "admin"]
RoomRoleWord = Literal["member", "moderator", "owner"]
NewUsername = Annotated[
    str,
    checked(names.username),
    Field(
        description="`[a-z0-9][a-z0-9._-]{1,31}` after NFKC and lower case; given out once, for ever.", examples=["zoe"]
    ),
]
DisplayName = Annotated[
    str,
    checked(lambda raw: names.line("name", raw, names.NAME_MAX)),
    Field(description=f"What others see: 1 to {names.NAME_MAX} characters in one line.", examples=["Zoe"]),
]
# How long it must be and what is too easy is said by the check itself, which knows the server's settings.
NewPassword = Annotated[
    str,
    Field(
        description="8 to 256 characters of any kind; what is guessed easily is refused.",
        examples=["gravel orbit walnut"],
        json_schema_extra={"format": "password"},
    ),
]
Slug = Annotated[
    str,
    checked(names.slug),
    Field(description="The room's name in addresses: `[a-z0-9][a-z0-9-]{0,63}`; never changes.", examples=["lobby"]),
]
RoomName = Annotated[
    str,
    checked(lambda raw: names.line("name", raw, names.ROOM_NAME_MAX)),
    Field(description=f"1 to {names.ROOM_NAME_MAX} characters in one line.", examples=["The lobby"]),
]
Topic = Annotated[
    str,
    checked(lambda raw: names.line("topic", raw, names.TOPIC_MAX, empty=True)),
    Field(description=f"At most {names.TOPIC_MAX} characters in one line.", examples=["Come in, sit down"]),
]
Text = Annotated[
    str,
    checked(lambda raw: names.text(raw, empty=True)),
    Field(
        description=f"At most {names.TEXT_MAX:,} code points after trimming; empty only beside files.",
        examples=["Hello, everyone."],
    ),
]
Nonce = Annotated[
    str,
    checked(names.nonce),
    Field(
        description="The client's own name for this message: sent again with it, the message is posted once.",
        examples=["0193f0c2-5d7e"],
    ),
]
FileIds = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=ID_MAX)]],
    Field(max_length=PER_MESSAGE, description="The ids of files that you have uploaded into the room."),
]
MessageId = Annotated[str, Field(min_length=1, max_length=ID_MAX, description="A message's id.")]
ReasonText = Annotated[
    str,
    checked(lambda raw: names.line("reason", raw, REASON_MAX, empty=True)),
    Field(description=f"Why: at most {REASON_MAX} characters in one line.", examples=["spam"]),
]
TimeText = Annotated[
    int,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2030-01-01T12:00:00Z"]}),
]
"""A time of RFC 3339, as Unix milliseconds."""
