"""What the endpoints below ``/oauth`` are sent: a form and perhaps a client's id and secret (RFC 6749, sections 2.3 and
3.2). Read strictly: of a request that two readers could understand differently, nobody should get a token."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request

from service.api.caller import address_of
from service.chat.grants import Caller, ClientSecret, GrantError, GrantRefused
from service.chat.tokens import FIRST_PARTY

FIELDS_MAX = 32  # parameters of one request

_FORM = re.compile(r'application/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?\s*\Z', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request that was read. A parameter without a value counts as left out (RFC 6749, section 3.2)."""

    parameters: dict[str, str]
    proof: ClientSecret | None
    caller: Caller

    def get(self, name: str) -> str | None:
        """The parameter's value, if it has one."""
        return self.parameters.get(name) or None

    def require(self, name: str) -> str:
        """The parameter's value, or ``invalid_request``. ``name`` is ours, so it may be told."""
        value = self.get(name)
        if value is None:
            raise bad_request(f"The parameter {name} is missing.")
        return value

    def require_proof(self) -> ClientSecret:
        """The client's id and secret, or ``invalid_client``."""
        if self.proof is None:
            raise GrantRefused(GrantError.INVALID_CLIENT, "A client id and secret are needed, by HTTP Basic.")
        return self.proof


async def read(request: Request) -> TokenRequest:
    """The request, or ``GrantRefused``."""
    if request.url.query:
        raise bad_request("Parameters belong into the body, where no log has them.")
    body = await request.body()
    if body and not _FORM.match(request.headers.get("content-type", "").strip()):
        raise bad_request("Send a form, as application/x-www-form-urlencoded.")
    parameters = _parameters(body)
    caller = Caller(address_of(request.scope), request.headers.get("user-agent", ""))
    return TokenRequest(parameters, _proof(request, parameters), caller)


def bad_request(description: str) -> GrantRefused:
    """``invalid_request``."""
    return GrantRefused(GrantError.INVALID_REQUEST, description)


def _parameters(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body), errors="strict",
            max_num_fields=FIELDS_MAX,
        )  # fmt: skip
    except ValueError:
        raise bad_request("The form can't be read.") from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise bad_request("A parameter is there more than once.")
    if any("\0" in value for value in parameters.values()):
        raise bad_request("A parameter holds a NUL.")
    return parameters


def _proof(request: Request, parameters: dict[str, str]) -> ClientSecret | None:
    """The client's id and secret; None for the first-party client, which has no secret to show."""
    brought = request.headers.getlist("authorization")
    if len(brought) > 1:
        raise bad_request("There is more than one Authorization header.")
    if parameters.get("client_secret"):
        raise _bad_client("Send the client's secret by HTTP Basic.")
    named = parameters.get("client_id") or None
    proof = _basic(brought[0]) if brought else ClientSecret("", "")
    if named is not None and proof.client_id not in ("", named):
        raise bad_request("Two different clients are named.")
    client_id = proof.client_id or named
    if not proof.secret:
        # Libraries that insist on a client id name the first party's, and some send it as a pair with no secret. An
        # empty pair is what the page at /docs sends.
        if client_id not in (None, FIRST_PARTY):
            raise _bad_client("The client is unknown, or its secret is missing.")
        return None
    if client_id is None:
        raise _bad_client("There is a secret, but no client id.")
    return ClientSecret(client_id, proof.secret)


def _basic(header: str) -> ClientSecret:
    """The pair in an ``Authorization: Basic`` header; both halves are form-encoded (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        client_id, colon, secret = b64decode(encoded.strip(" "), validate=True).decode("utf-8").partition(":")
        if not colon:
            raise ValueError(encoded)
        return ClientSecret(unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict"))
    except (ValueError, binascii.Error):
        raise _bad_client("The Authorization header does not hold a client id and secret as HTTP Basic.") from None


def _bad_client(description: str) -> GrantRefused:
    return GrantRefused(GrantError.INVALID_CLIENT, description)
