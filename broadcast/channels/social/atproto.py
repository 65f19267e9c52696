"""A session at a Bluesky server (AT Protocol): created when first needed, and kept while it is valid."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from broadcast.channels.responses import failure, json_object, text_of
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.model.outcome import NotSent, Outcome, Rejected, Scope

#: Values of `error` about the account, possible in every answer. The first two are in the lexicon of
#: `createSession`, at https://github.com/bluesky-social/atproto/tree/main/lexicons (2026-11-29).
ACCOUNT_ERRORS: Mapping[str, str] = {
    "AuthFactorTokenRequired": "Bluesky asks for a second factor: use an app password",
    "AccountTakedown": "the account was taken down",
    "AccountDeactivated": "the account is deactivated",
}


@dataclass(frozen=True, slots=True)
class Login:
    """Our identity (`did`) and its token."""

    did: str
    token: str = field(repr=False)


class Session:
    """The connection of the account to its server."""

    def __init__(self, root: str, credentials: Mapping[str, str], transport: Transport) -> None:
        self._root = root
        self._credentials = credentials
        self._transport = transport
        self._login: Login | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> Login | Answer:
        """Return the present login; the server's answer if there is none."""
        async with self._opening:
            if self._login is not None:
                return self._login
            body = json.dumps(self._credentials).encode()
            headers = {"Content-Type": "application/json"}
            url = self._url("server.createSession")
            answer = await self._transport.exchange("POST", url, headers=headers, body=body, signing_in=True)
            self._login = _login(answer)
            return self._login or answer

    async def create(self, login: Login, record: Mapping[str, object]) -> Answer:
        """Create a record that does not exist yet."""
        headers = {"Authorization": f"Bearer {login.token}", "Content-Type": "application/json"}
        body = json.dumps({"repo": login.did, **record}).encode()
        url = self._url("repo.createRecord")
        answer = await self._transport.exchange("POST", url, headers=headers, body=body)
        if error_of(answer) == "ExpiredToken":
            self._login = None
        return answer

    async def ask(self, login: Login, what: str, **about: str) -> Answer:
        """Read from the account's records."""
        url = f"{self._url(f'repo.{what}')}?{urlencode({'repo': login.did, **about})}"
        return await self._transport.exchange("GET", url, headers={"Authorization": f"Bearer {login.token}"})

    def _url(self, method: str) -> str:
        return f"{self._root}/xrpc/com.atproto.{method}"


def error_of(answer: Answer) -> str:
    """Return the name of the error in the answer, or ""."""
    return "" if isinstance(answer, NoReply) or answer.success else text_of(json_object(answer), "error")


def refusal(answer: Answer) -> Outcome:
    """Return the outcome of an answer that is not a success."""
    if answer_says := ACCOUNT_ERRORS.get(error_of(answer)):
        return Rejected(answer_says, Scope.CHANNEL, error_of(answer))
    detail = "" if isinstance(answer, NoReply) else text_of(json_object(answer), "message")
    return failure(answer, detail=detail)


def locked_out(answer: Answer) -> Outcome:
    """Return the outcome of a message that was not tried, because there is no login."""
    outcome = refusal(answer)
    match outcome:
        case Rejected():
            return replace(outcome, scope=Scope.CHANNEL)
        case NotSent(reason=reason, retry_after=retry_after):
            return NotSent(f"no login: {reason}", retry_after)
        case _:
            return NotSent("no login: the server did not answer it")


def _login(answer: Answer) -> Login | None:
    if isinstance(answer, NoReply) or not answer.success:
        return None
    document = json_object(answer)
    did, token = text_of(document, "did"), text_of(document, "accessJwt")
    return Login(did, token) if did and token else None
