"""Getting access tokens from a server by its token endpoint, as any OAuth 2 client does (RFC 6749)."""

from __future__ import annotations

from typing import Any, Protocol

import httpx

TIMEOUT_SECONDS = 10.0


class SignInFailed(Exception):
    """The server gives no token, and asking again in the same way will not help."""


class Unreachable(Exception):
    """There was no answer, or none that means anything about the credentials."""


class Account(Protocol):
    """Whose access token it is, and how to get the next one."""

    @property
    def access_token(self) -> str: ...

    async def sign_in(self) -> None:
        """Get the first token."""
        ...

    async def renew(self) -> None:
        """Get another one."""
        ...

    async def sign_out(self) -> None:
        """End the session, if this program began it."""
        ...


class TokenEndpoint:
    """``/oauth/token`` and ``/oauth/revoke`` of one server."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def grant(self, form: dict[str, str], client: tuple[str, str] | None = None) -> dict[str, Any]:
        """The answer to a token request."""
        auth = httpx.USE_CLIENT_DEFAULT if client is None else httpx.BasicAuth(*client)
        try:
            response = await self._http.post("/oauth/token", data=form, auth=auth)
        except httpx.HTTPError as error:
            raise Unreachable(f"No answer from {self._http.base_url}: {_cause(error)}.") from error
        if response.status_code == httpx.codes.OK:
            answer = _json(response)
            if isinstance(answer.get("access_token"), str):
                return answer
        raise _refusal(response)

    async def revoke(self, token: str, client: tuple[str, str] | None = None) -> None:
        """End the session that the token belongs to. A server that is away forgets it by itself in time."""
        auth = httpx.USE_CLIENT_DEFAULT if client is None else httpx.BasicAuth(*client)
        try:
            await self._http.post("/oauth/revoke", data={"token": token}, auth=auth)
        except httpx.HTTPError:
            return


class PasswordAccount:
    """A person, who signs in once and stays signed in by refresh tokens; the password is not kept."""

    def __init__(self, endpoint: TokenEndpoint, username: str, password: str, scope: str | None = None) -> None:
        self.access_token = ""
        self._endpoint = endpoint
        self._form = {"grant_type": "password", "username": username, "password": password}
        if scope is not None:
            self._form["scope"] = scope
        self._refresh_token = ""

    async def sign_in(self) -> None:
        """Trade the password for a session."""
        form, self._form = self._form, {}
        self._keep(await self._endpoint.grant(form))

    async def renew(self) -> None:
        """Trade the refresh token for the next pair. If the answer is lost, the same one may be used again for a
        moment and has the same successor."""
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        self._keep(await self._endpoint.grant(form))

    async def sign_out(self) -> None:
        """End the session."""
        await self._endpoint.revoke(self._refresh_token or self.access_token)

    def _keep(self, answer: dict[str, Any]) -> None:
        self.access_token = answer["access_token"]
        self._refresh_token = answer.get("refresh_token", self._refresh_token)


class ClientAccount:
    """A bot, that has an id and a secret."""

    def __init__(self, endpoint: TokenEndpoint, client_id: str, secret: str, scope: str | None = None) -> None:
        self.access_token = ""
        self._endpoint = endpoint
        self._client = (client_id, secret)
        self._form = {"grant_type": "client_credentials"} | ({} if scope is None else {"scope": scope})

    async def sign_in(self) -> None:
        """Get a token for the client itself."""
        self.access_token = (await self._endpoint.grant(self._form, self._client))["access_token"]

    async def renew(self) -> None:
        """Clients have no refresh token (RFC 6749, section 4.4.3): they ask anew."""
        await self.sign_in()

    async def sign_out(self) -> None:
        """End the session."""
        await self._endpoint.revoke(self.access_token, self._client)


class GivenToken:
    """A token that was given to this program, and cannot be renewed by it."""

    def __init__(self, token: str) -> None:
        self.access_token = token

    async def sign_in(self) -> None:
        """There is nothing to do."""

    async def renew(self) -> None:
        """There is nothing to renew it with."""
        raise SignInFailed("The given token is not valid, or no longer.")

    async def sign_out(self) -> None:
        """The session is somebody else's."""


def _refusal(response: httpx.Response) -> Exception:
    answer = _json(response)
    said = answer.get("error_description") or answer.get("detail") or answer.get("error")
    wait = response.headers.get("retry-after")
    sentence = f"{said or f'The server answered with status {response.status_code}'}".rstrip(".")
    sentence += f" (try again in {wait} s)." if wait else "."
    if response.status_code in (400, 401, 403) and answer.get("error"):
        return SignInFailed(sentence)
    return Unreachable(sentence)


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _cause(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
