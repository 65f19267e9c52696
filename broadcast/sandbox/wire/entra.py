"""Microsoft Entra's token endpoint (OAuth 2.0 client credentials)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Account, Refusal, WireAnswer, WireRequest, answer_json, retry_header

_ROUTE = re.compile(r"[^/]+/oauth2/v2\.0/token")
_NEEDED = ("client_id", "client_secret", "grant_type", "scope")


class Entra:
    """Gives a token for every correct request."""

    name: ClassVar[str] = "entra"
    accounts: ClassVar[Mapping[str, Account]] = {}

    def answer(self, request: WireRequest) -> WireAnswer:
        """Sign a client in."""
        if not _ROUTE.fullmatch(request.path):
            return _error(404, "invalid_request", "AADSTS90002: Tenant not found.")
        form = request.form()
        missing = next((name for name in _NEEDED if not form.get(name)), None)
        if request.method != "POST" or missing:
            text = f"AADSTS900144: The request body must contain the following parameter: '{missing}'."
            return _error(400, "invalid_request", text)
        if form["grant_type"] != "client_credentials" or not form["scope"].endswith("/.default"):
            return _error(400, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid.")
        if form["client_secret"] == "wrong":  # noqa: S105 - the sandbox's word for a secret that is none
            return _error(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        token = {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599}
        return answer_json(200, {**token, "access_token": f"sandbox.{secrets.token_urlsafe(24)}"})

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return Entra's error document."""
        answer = _error(refusal.status, "temporarily_unavailable", "AADSTS90033: A transient error.")
        return WireAnswer(status=answer.status, body=answer.body, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Do nothing: no messages are received here."""

    def forget(self) -> None:
        """Do nothing: there is no state."""


def _error(status: int, error: str, description: str) -> WireAnswer:
    return answer_json(status, {"error": error, "error_description": description})
