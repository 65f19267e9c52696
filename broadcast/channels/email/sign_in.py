"""Access tokens from Microsoft Entra (OAuth 2.0 client credentials)."""

from __future__ import annotations

import asyncio
from urllib.parse import quote, urlencode, urlsplit

from broadcast.channels.responses import failure, json_object, text_of
from broadcast.channels.transport import Answer, NoReply, Reply, Transport, refuse_clear_text
from broadcast.config.settings import ChannelSettings
from broadcast.model.domain import ascii_url
from broadcast.model.outcome import NotSent, Rejected, Scope, Unknown

_LOGIN = "https://login.microsoftonline.com"
_EARLY = 120.0  # seconds before its expiry at which a token is replaced
_LONGEST = 86_400  # seconds; no token of Entra lives longer than a day
_LIFETIME = 3600.0  # seconds, if the answer has none

Refused = NotSent | Rejected


class SignIn:
    """Requests a token when one is needed, and keeps it until shortly before its expiry."""

    def __init__(self, settings: ChannelSettings, transport: Transport, api: str) -> None:
        tenant = quote(settings.required("tenant"), safe="")
        self._url = ascii_url(settings.text("token_url")) or f"{_LOGIN}/{tenant}/oauth2/v2.0/token"
        refuse_clear_text(self._url, settings.place("token_url"), "token_url")
        parts = urlsplit(api)
        self._form = urlencode(
            {
                "client_id": settings.required("client_id"),
                "client_secret": settings.required("client_secret"),
                "grant_type": "client_credentials",
                "scope": f"{parts.scheme}://{parts.netloc}/.default",
            }
        ).encode()
        self._transport = transport
        self._clock = transport.clock
        self._fetching = asyncio.Lock()
        self._token, self._ends, self._worked = "", 0.0, False

    async def token(self) -> str | Refused:
        """Return a token, or the refusal. Without a token nothing can have been sent."""
        async with self._fetching:
            if not self._token or self._clock.monotonic() >= self._ends:
                headers = {"Content-Type": "application/x-www-form-urlencoded"}
                answer = await self._transport.exchange(
                    "POST", self._url, headers=headers, body=self._form, signing_in=True
                )
                return self._read(answer)
            return self._token

    def judge(self, token: str, answer: Answer) -> Answer | Refused:
        """Return the answer; a 401 for a token that has worked before only means that a new one is needed."""
        if isinstance(answer, NoReply) or answer.status != 401:
            self._worked = self._worked or (isinstance(answer, Reply) and token == self._token)
            return answer
        if token == self._token and not self._worked:
            return answer
        if token == self._token:
            self._token = ""
        return NotSent("the access token is no longer taken")

    def _read(self, answer: Answer) -> str | Refused:
        document = json_object(answer) if isinstance(answer, Reply) else {}
        token = text_of(document, "access_token")
        if isinstance(answer, Reply) and answer.success and token:
            lifetime = document.get("expires_in")
            seconds = float(min(lifetime, _LONGEST)) if isinstance(lifetime, int) else _LIFETIME
            self._token, self._worked = token, False
            self._ends = self._clock.monotonic() + max(seconds - _EARLY, 0.0)
            return token
        return _unsigned(answer, text_of(document, "error_description") or text_of(document, "error"))


def _unsigned(answer: Answer, detail: str) -> Refused:
    outcome = failure(answer, detail=detail)
    if isinstance(outcome, Rejected):
        return Rejected(f"signing in failed: {outcome.reason}", Scope.CHANNEL, outcome.code)
    if isinstance(outcome, NotSent):
        return NotSent(f"signing in failed: {outcome.reason}", outcome.retry_after)
    reason = outcome.reason if isinstance(outcome, Unknown) else "unreadable"
    return NotSent(f"signing in failed: {reason}")
