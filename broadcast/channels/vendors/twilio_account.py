"""One Twilio account: its resources, and the meaning that all of their answers share."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import quote

from broadcast.channels.options import Shapes, matching, token
from broadcast.channels.responses import failure, health, json_object, text_of, unreadable
from broadcast.channels.transport import Answer, NoReply, Reply, Transport
from broadcast.channels.vendors.twilio_client import twilio_client
from broadcast.config.settings import ChannelSettings
from broadcast.model.outcome import Accepted, Health, Outcome, Probe, Rejected, Scope
from broadcast.model.suppression import SuppressionReason

Codes: TypeAlias = Mapping[str, tuple[Scope, str]]
#: Errors of the account; Twilio lists all codes at https://www.twilio.com/docs/api/errors (2026-11-29).
ACCOUNT_CODES: Codes = {
    "20003": (Scope.CHANNEL, "the account SID or the auth token is wrong"),
    "20005": (Scope.CHANNEL, "the Twilio account is not active"),
    "20404": (Scope.CHANNEL, "the Twilio account does not exist"),
}
#: After these errors, the number is suppressed.
SUPPRESSED: Mapping[str, SuppressionReason] = {
    "13223": SuppressionReason.INVALID,
    "21211": SuppressionReason.INVALID,
    "21217": SuppressionReason.INVALID,
    "21610": SuppressionReason.OPTED_OUT,
    "30005": SuppressionReason.BOUNCED,
}

_BASE_URL = "https://api.twilio.com"

#: The form of Twilio's ids (`^AC[0-9a-fA-F]{32}$` and so on in its OpenAPI description, read 2026-11-29).
ACCOUNT_IDENTIFIERS: Shapes = {
    "account_sid": matching(
        "AC[0-9a-fA-F]{32}",
        "an account SID",
        "it begins with AC and has 34 characters: see the console's first page",
    ),
    "auth_token": token,
}
SERVICE_SID = matching(
    "MG[0-9a-fA-F]{32}", "the SID of a messaging service", "it begins with MG and has 34 characters"
)


class TwilioAccount:
    """An account with its resources: create, list and look up."""

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        """Read account_sid and auth_token; raises `ConfigError` if one is missing."""
        account = settings.required("account_sid")
        root = (settings.base_url or _BASE_URL).rstrip("/")
        self._root = f"{root}/2010-04-01/Accounts/{quote(account, safe='')}"
        self._client = twilio_client(account, settings.required("auth_token"), transport)
        self._transport = transport

    async def create(self, resource: str, form: Mapping[str, str]) -> Answer:
        """Create one of `Messages` or `Calls`."""
        return await self._ask("POST", f"/{resource}.json", data=form)

    async def listed(self, resource: str, query: Mapping[str, str]) -> Answer:
        """List the resources that match `query`."""
        return await self._ask("GET", f"/{resource}.json", params=query)

    async def fetched(self, path: str, most: int) -> Answer:
        """Return what lies at a path below the account, of at most that many bytes."""
        login = b64encode(f"{self._client.username}:{self._client.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}"}
        return await self._transport.exchange("GET", self._root + path, headers=headers, most=most)

    async def deleted(self, path: str) -> Answer:
        """Delete what lies at a path below the account."""
        return await self._ask("DELETE", path)

    async def shown(self, resource: str, sid: str) -> Answer:
        """Ask for one of the resources."""
        return await self._ask("GET", f"/{resource}/{quote(sid, safe='')}.json")

    async def probe(self) -> Probe:
        """Ask for the account itself."""
        answer = await self._ask("GET", ".json")
        if isinstance(answer, Reply) and answer.success:
            status = text_of(json_object(answer), "status")
            if status != "active":
                return Probe(Health.DEGRADED, f"the Twilio account is {status or 'unreadable'}")
        return health(answer)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _ask(self, method: str, path: str, **parts: Mapping[str, str]) -> Answer:
        answer: Answer = await self._client.request_async(method, self._root + path, **parts)
        return answer


def created(answer: Answer, codes: Codes) -> Outcome:
    """Return the outcome of a `create`; `codes` are the resource's own."""
    if isinstance(answer, NoReply):
        return failure(answer)
    document = json_object(answer)
    if answer.success:
        sid = text_of(document, "sid")
        return Accepted(sid) if sid else unreadable(answer, "SID")
    code = text_of(document, "code")
    known = {**ACCOUNT_CODES, **codes}.get(code) if answer.status < 500 else None
    if known is not None:
        scope, reason = known
        return Rejected(reason, scope, code, SUPPRESSED.get(code))
    return failure(answer, detail=text_of(document, "message"), code=code or None)


def referring(url: str, key: str) -> str:
    """Return a callback's URL with our reference in its query, which Twilio's signature covers."""
    return f"{url}{'&' if '?' in url else '?'}ref={key}"
