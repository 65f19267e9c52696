"""E-mail through SendGrid: up to a thousand people per request, each alone in their own `to`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from broadcast.channels.email.headers import OPTIONS, SHAPES, Identity, Sender, refusal
from broadcast.channels.email.personalizations import request_body
from broadcast.channels.email.sendgrid_events import events
from broadcast.channels.options import Shapes, matching, token
from broadcast.channels.responses import failure, health, json_object, objects, text_of, unreadable
from broadcast.channels.sdk_logging import silence
from broadcast.channels.transport import Answer, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind, Threading
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import Inbound, InboundRequest
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Probe, Rejected, Scope
from broadcast.model.outgoing import Outgoing
from broadcast.model.suppression import SuppressionReason

# SendGrid names the offending field of a 400; the first pattern that fits decides
# (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors, 2026-11-29).
FIELDS: Sequence[tuple[re.Pattern[str], Scope]] = (
    (re.compile(r"personalizations\.([0-9]{1,4})\.(to|cc|bcc)\b"), Scope.RECIPIENT),
    (re.compile(r"from\b|reply_to\b"), Scope.CHANNEL),
)
# 413 is from the proxy in front, as HTML; 406 means that a header was wrong. SendGrid's own list calls 403 a
# temporary block after too many bad requests
# (https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors, 2026-11-29).
STATUSES: Mapping[int, tuple[Scope, str]] = {
    401: (Scope.CHANNEL, "the API key is wrong, or its credits are used up"),
    403: (Scope.CHANNEL, "the API key may not send, or the sender is not verified"),
    406: (Scope.CHANNEL, "SendGrid did not understand the request"),
    413: (Scope.MESSAGE, "the message is too large"),
}

#: A public key on the curve P-256, in DER and base64: the first 36 letters are the same for every one.
VERIFICATION_KEY = matching(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==",
    "SendGrid's verification key",
    "copy it from Settings, Mail Settings, Event Webhook, Security features; it begins with MFkw",
)

_BASE_URL = "https://api.sendgrid.com"
_PEOPLE = 1000


class SendGrid:
    """SendGrid's v3 Mail Send."""

    name: ClassVar[str] = "sendgrid"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.EMAIL,
        address=AddressKind.EMAIL,
        max_batch=_PEOPLE,
        threading=Threading.REPLY,
        concurrency=4,  # requests for a thousand people each; more would only use memory
        fate=("sendgrid", "twilio"),
    )
    options: ClassVar[frozenset[str]] = OPTIONS | {"api_key", "verification_key"}
    shapes: ClassVar[Shapes] = {"api_key": token, "verification_key": VERIFICATION_KEY, **SHAPES}
    #: SendGrid posts a batch every 30 seconds, or once it has 768 kilobytes
    #: (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event, 2026-11-29).
    largest_body: ClassVar[int] = 1024 * 1024
    identifiers: ClassVar[Shapes] = {
        "api_key": matching(
            r"SG\.[\w-]+\.[\w-]+", "an API key of SendGrid", "it begins with SG. and has two dots"
        )
    }

    def __init__(self, client: Any, sender: Sender, transport: Transport, verification_key: str) -> None:
        self._sender = sender
        self._transport = transport
        self._verification_key = verification_key
        self._mail = _endpoint(client, "mail", "send")
        self._scopes = _endpoint(client, "scopes")

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs api_key and from."""
        key, sender = settings.required("api_key"), Sender.from_settings(settings)
        from sendgrid import SendGridAPIClient

        silence("python_http_client")
        base_url = (settings.base_url or _BASE_URL).rstrip("/")
        client = SendGridAPIClient(key, host=base_url).client
        return cls(client, sender, transport, settings.text("verification_key"))

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send one text to everybody in the batch."""
        refused = [refusal(outgoing) for outgoing in batch]
        people = [outgoing for outgoing, reason in zip(batch, refused, strict=True) if reason is None]
        outcomes = iter(await self._post(people) if people else ())
        return [reason or next(outcomes) for reason in refused]

    async def probe(self) -> Probe:
        """Ask for the permissions of the API key."""
        answer = await self._carry(self._scopes.get())
        if isinstance(answer, Reply) and answer.success:
            scopes = json_object(answer).get("scopes")
            if isinstance(scopes, list) and "mail.send" not in scopes:
                return Probe(Health.UNAUTHORISED, "the API key may not send mail")
        return health(answer)

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Read what became of mails; without `verification_key`, nothing is believed."""
        return list(events(request, self._verification_key, self._sender.domain))

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _post(self, people: Sequence[Outgoing]) -> list[Outcome]:
        domain = self._sender.domain
        identities = [Identity.of(outgoing, domain) for outgoing in people]
        body = request_body(people, identities, self._sender)
        answer = await self._carry(self._mail.post(request_body=body))
        if isinstance(answer, Reply) and answer.success:
            if not answer.headers.get("X-Message-Id"):
                return [unreadable(answer, "X-Message-Id")] * len(people)
            return [Accepted(identity.own, identity.thread) for identity in identities]
        return _refused(answer, len(people))

    async def _carry(self, built: Any) -> Answer:
        """Send the request that the SDK built; its own client has no timeout and follows redirects as GET."""
        request = built.body
        return await self._transport.exchange(
            request.get_method(), request.full_url, headers=request.headers, body=request.data
        )


def _refused(answer: Answer, people: int) -> list[Outcome]:
    if not isinstance(answer, Reply):
        return [failure(answer)] * people
    if answer.status in STATUSES:
        scope, reason = STATUSES[answer.status]
        return [Rejected(reason, scope, str(answer.status))] * people
    errors = objects(json_object(answer).get("errors")) or []
    detail = text_of(errors[0], "message") if errors else ""
    everybody = failure(answer, detail=detail)
    if answer.status != 400:
        return [everybody] * people
    return _blamed(errors, people) or [everybody] * people


def _blamed(errors: Sequence[Mapping[str, object]], people: int) -> list[Outcome] | None:
    """Return outcomes by the field that was refused; one wrong address refuses the whole request."""
    wrong: set[int] = set()
    for error in errors:
        for pattern, scope in FIELDS:
            found = pattern.match(text_of(error, "field"))
            if found and scope is Scope.CHANNEL:
                return [Rejected(f"SendGrid refused the field {found[0]}", scope, "400")] * people
            if found and int(found[1]) < people:
                wrong.add(int(found[1]))
    if not wrong:
        return None
    others = NotSent("another address in the same request was refused")
    refused = Rejected("SendGrid does not take this address", Scope.RECIPIENT, "400", _suppress(errors))
    return [refused if index in wrong else others for index in range(people)]


def _suppress(errors: Sequence[Mapping[str, object]]) -> SuppressionReason | None:
    """Return `INVALID` if SendGrid says `Does not contain a valid address.`; other errors do not suppress."""
    said = (text_of(error, "message").lower() for error in errors)
    return SuppressionReason.INVALID if all("valid address" in message for message in said) else None


class _Built:
    """Replaces urllib's answer and returns the request that the SDK would have sent."""

    def __init__(self, request: Any) -> None:
        self._request = request

    def getcode(self) -> int:
        return 0

    def read(self) -> Any:
        return self._request

    def info(self) -> dict[str, str]:
        return {}


def _endpoint(client: Any, *path: str) -> Any:
    for name in path:
        client = client._(name)
    client._make_request = _build  # noqa: SLF001 - the seam the SDK itself names for tests
    return client


def _build(_opener: object, request: object, **_timeout: object) -> _Built:
    return _Built(request)
