"""Routes of users: sign up; list, see, change and delete accounts; reset a password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import ConfigDict, Field

from service.api import erasures
from service.api.acting import Acting, acted
from service.api.answers import Answer, PageAnswer, Time, UserAnswer
from service.api.bearer import Asking, bearer
from service.api.caller import address_of
from service.api.fields import Body, DisplayName, NewPassword, NewUsername, ReasonText, RoleWord
from service.api.pages import Cursor
from service.api.parts import TheParts
from service.chat.accounts import NewAccount
from service.chat.erasures import EraseUser
from service.chat.invites import CODE_MAX
from service.chat.records import Credential, User
from service.chat.resets import IssueReset
from service.chat.roles import Role
from service.chat.users import ChangeUser, DeleteUser, ListUsers, Seen, SeeUser
from service.wire import shapes

router = APIRouter(prefix="/api/users", tags=["accounts"])

Username = Annotated[str, Path(description="Whose account it is.", examples=["bob"])]


async def _asking_if_any(request: Request) -> Credential | None:
    return bearer(request) if "authorization" in request.headers else None


MaybeAsking = Annotated[Credential | None, Depends(_asking_if_any)]


class NewUser(Body):
    """An account to be made. The role is not for the asker to say: it is `member`, or that of the invite."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"username": "zoe", "password": "gravel orbit walnut", "invite": "9f86d081884c7d659a2feaa0c55ad015"}
            ]
        }
    )

    username: NewUsername
    password: NewPassword = Field(repr=False)
    name: DisplayName | None = Field(None, description="The username, if left out.")
    invite: Annotated[str, Field(max_length=CODE_MAX)] | None = Field(None, repr=False, description="An invite's code.")


class UserChange(Body):
    """What is to be another in an account. What is left out, or null, stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "moderator"}]})

    role: RoleWord | None = None
    suspended: bool | None = None
    name: DisplayName | None = None
    reason: ReasonText | None = None


class ResetAnswer(Answer):
    """A link for a new password."""

    link: str = Field(
        description="Good once; hand it over to the user.", examples=["https://chat.example.org/reset#token=…"]
    )
    expires_at: Time


@router.post("", status_code=201, summary="Sign up", response_model=UserAnswer, response_model_exclude_unset=True)
async def sign_up(
    parts: TheParts, asking: MaybeAsking, body: NewUser, request: Request, response: Response
) -> dict[str, Any]:
    """Make an account: your own, if the server is open or you have an invite; somebody else's with an admin's token."""
    wanted = NewAccount(body.username, body.password, body.name, body.invite)
    ups, address = parts.sign_ups, address_of(request.scope)
    made = await (ups.sign_up(wanted, address) if asking is None else ups.create(asking, wanted, address))
    response.headers["Location"] = f"{router.prefix}/{made.username}"
    return shapes.user(made)


@router.get("", response_model=PageAnswer[UserAnswer], response_model_exclude_unset=True)
async def list_users(parts: TheParts, asking: Asking, cursor: Cursor) -> dict[str, Any]:
    """Who has an account, by username."""
    seen = await parts.door.ask(asking, ListUsers(cursor.page))
    return cursor.render(seen.users, key=_username_of, shape=lambda user: shapes.user(user, suspended=seen.suspended))


@router.get("/{username}", response_model=UserAnswer, response_model_exclude_unset=True)
async def see_user(parts: TheParts, asking: Asking, username: Username) -> dict[str, Any]:
    """One account. Moderators and admins are told whether it is suspended."""
    return _shape(await parts.door.ask(asking, SeeUser(username)))


@router.patch("/{username}", response_model=UserAnswer, response_model_exclude_unset=True)
async def change_user(
    parts: TheParts, acting: Acting, username: Username, body: UserChange, response: Response
) -> dict[str, Any]:
    """Change an account, as an admin. A lost gate ends memberships; a suspension ends them all, and the sessions, until
    it is lifted. A role and a suspension can be undone."""
    role = None if body.role is None else Role.parse(body.role)
    command = ChangeUser(username, role, body.suspended, body.name, body.reason)
    return _shape(acted(response, await parts.door.do(acting, command)))


@router.delete("/{username}", status_code=204, response_model=None, responses=erasures.BEGUN)
async def delete_user(
    parts: TheParts,
    acting: Acting,
    username: Username,
    messages: Annotated[erasures.MessagesWord, Query(description=erasures.ABOUT_MESSAGES)] = "keep",
) -> Response | None:
    """Delete an account for good, as an admin. Its name is never given out again. Who is erased is gone through in all
    rooms, which goes on after the answer."""
    what = erasures.messages_of(messages)
    if what is None:
        await parts.door.do(acting, DeleteUser(username))
        return None
    return erasures.begun(parts, await erasures.do(parts, acting, EraseUser(username, what), username))


@router.post("/{username}/password-reset", summary="Reset a password", response_model=ResetAnswer)
async def reset_password(parts: TheParts, acting: Acting, username: Username) -> dict[str, Any]:
    """A link by which the user chooses a new password, as an admin. The old one and all sessions end at once."""
    issued = await parts.door.do(acting, IssueReset(username))
    # In the fragment, which no browser sends and no proxy logs.
    link = f"{parts.choices.public_url}/reset#token={issued.token}"
    return {"link": link, "expires_at": shapes.time(issued.expires_at)}


def _username_of(user: User) -> str:
    return user.username


def _shape(seen: Seen) -> dict[str, Any]:
    (user,) = seen.users
    return shapes.user(user, suspended=seen.suspended)
