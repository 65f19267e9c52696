"""SMS through Twilio: one person per request, looked up by number and mark."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from broadcast.channels.lookup import Listed, ListPage, likeness, look_through, moment
from broadcast.channels.options import Shapes, between, sms_sender, token, web_address, words
from broadcast.channels.polling import LATE, SOON, ask_each
from broadcast.channels.responses import json_object, objects, text_of
from broadcast.channels.transport import Answer, Reply, Transport
from broadcast.channels.validity import USUAL, seconds_valid
from broadcast.channels.vendors.twilio_account import (
    ACCOUNT_IDENTIFIERS,
    SERVICE_SID,
    SUPPRESSED,
    Codes,
    TwilioAccount,
    created,
    referring,
)
from broadcast.channels.vendors.twilio_signature import TwilioSigner, message_answer, reference, signed_form
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import (
    AwaitedReceipt,
    Inbound,
    InboundAnswer,
    InboundMessage,
    InboundRequest,
    Receipt,
    ReceiptState,
)
from broadcast.model.outcome import Accepted, NotSent, Outcome, Probe, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted, Outgoing

_RECIPIENT, _MESSAGE, _CHANNEL = Scope.RECIPIENT, Scope.MESSAGE, Scope.CHANNEL
#: Errors of a message; Twilio lists all codes at https://www.twilio.com/docs/api/errors (2026-11-29).
CODES: Codes = {
    "21211": (_RECIPIENT, "not a valid phone number"),
    "21212": (_CHANNEL, "the sender is not a valid number"),
    "21408": (_CHANNEL, "sending to this country is switched off in the Twilio account"),
    "21606": (_CHANNEL, "the sender cannot send SMS"),
    "21608": (_RECIPIENT, "a trial account may only send to verified numbers"),
    "21610": (_RECIPIENT, "the person has opted out (STOP)"),
    "21612": (_RECIPIENT, "no route from this sender to this number"),
    "21614": (_RECIPIENT, "not a mobile number"),
    "21617": (_MESSAGE, "the text is longer than 1,600 characters"),
    "30003": (_RECIPIENT, "the phone is unreachable"),
    "30004": (_RECIPIENT, "the message was blocked for this number"),
    "30005": (_RECIPIENT, "the number does not exist"),
    "30006": (_RECIPIENT, "a landline, or the carrier is unreachable"),
    "30007": (_MESSAGE, "the carrier filtered the message"),
    "30034": (_CHANNEL, "the sender is not registered for this country"),
    "30036": (_RECIPIENT, "it became too old before Twilio could deliver it"),
    "30450": (_CHANNEL, "blocked by Twilio's SMS pumping protection"),
}
# Refused before processing because a queue is full: the same request may succeed later.
NOT_YET: Mapping[str, float] = {"21611": 60.0, "30001": 60.0}  # seconds to wait
UNDELIVERABLE = frozenset({"failed", "undelivered", "canceled"})
#: Twilio's word for the state of a message (https://www.twilio.com/docs/messaging/guides/track-outbound-message-status,
#: 2026-11-29). The states before `sent` say nothing that the answer to the request did not say.
RECEIPTS: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.ACCEPTED,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    **dict.fromkeys(UNDELIVERABLE, ReceiptState.FAILED),
}

#: Words that Twilio answers itself, unless the account does otherwise
#: (https://support.twilio.com/hc/en-us/articles/223134027, 2026-11-29). It also answers YES of a person
#: who had opted out; but YES is how people confirm.
ANSWERED_BY_TWILIO = frozenset(
    (
        *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        *("START", "UNSTOP", "HELP", "INFO"),
    )
)
_PAGE = 100
_LONGEST = 36_000  # seconds (https://www.twilio.com/docs/api/errors/90007, 2026-11-29); also Twilio's default


class TwilioSms:
    """Twilio's Messages resource."""

    name: ClassVar[str] = "twilio-sms"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.SMS,
        address=AddressKind.PHONE,
        idempotency=Idempotency.LOOKUP,
        lookup_delay=10.0,
        rate=80.0,  # that of a short code; for a slower sender, Twilio queues messages for up to ten hours
        concurrency=64,
        fate=("twilio",),
    )
    posts_once: ClassVar[bool] = True
    options: ClassVar[frozenset[str]] = frozenset(
        {
            *("account_sid", "auth_token", "shared_key", "from", "messaging_service_sid"),
            *("validity", "status_callback"),
        }
    )
    shapes: ClassVar[Shapes] = {
        "from": sms_sender,
        "validity": between(1, _LONGEST, "write validity = 3600 for an hour"),
        "status_callback": web_address,
        **dict.fromkeys(("account_sid", "auth_token", "messaging_service_sid"), words),
        "shared_key": token,
    }
    defaults: ClassVar[Mapping[str, object]] = {"validity": USUAL}
    identifiers: ClassVar[Shapes] = {**ACCOUNT_IDENTIFIERS, "messaging_service_sid": SERVICE_SID}

    def __init__(self, settings: ChannelSettings, transport: Transport, sender: Mapping[str, str]) -> None:
        self._account = TwilioAccount(settings, transport)
        self._sender = sender
        self._settings = settings
        self._callback = settings.text("status_callback")
        self._signer = TwilioSigner.from_settings(settings)

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs account_sid, auth_token, and either from or messaging_service_sid."""
        pooled = "messaging_service_sid" in settings.options
        field, option = ("MessagingServiceSid", "messaging_service_sid") if pooled else ("From", "from")
        return cls(settings, transport, {field: settings.required(option)})

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post one message."""
        return [await self._post(outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for each attempt among the messages to its recipient."""
        return await asyncio.gather(*(self._look_up(attempt) for attempt in attempts))

    async def probe(self) -> Probe:
        """Ask for the account."""
        return await self._account.probe()

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Read a status callback, or a message that a person sent to our number."""
        form = self._signer.form(request)
        sid = form.get("MessageSid", "")
        if sid and form.get("MessageStatus", "") in RECEIPTS:
            return [_receipt(form, sid, reference(request))]
        if sid and "Body" in form and "MessageStatus" not in form:
            return [_message(form, sid)]
        return []

    @classmethod
    def asked_after(cls, settings: ChannelSettings) -> timedelta | None:
        """Return a longer span if Twilio has an address for status callbacks; it does not repeat them."""
        return LATE if settings.text("status_callback") else SOON

    async def poll(self, awaited: Sequence[AwaitedReceipt]) -> Sequence[Receipt]:
        """Fetch each message (https://www.twilio.com/docs/messaging/api/message-resource, 2026-11-30)."""
        return await ask_each(awaited, self._news)

    def sample_receipt(self, url: str, at: datetime) -> InboundRequest:
        """Return a signed receipt about a message that does not exist."""
        form = {"MessageSid": f"SM{0:032}", "MessageStatus": "sent"}
        return signed_form(self._signer, url, form, at)

    def answer(self, text: str, locale: str) -> InboundAnswer:
        """Return the TwiML that sends `text` back; an empty text sends nothing."""
        del locale
        return message_answer(text)

    async def close(self) -> None:
        """Close all connections."""
        await self._account.close()

    async def _post(self, outgoing: Outgoing) -> Outcome:
        form = {
            "To": outgoing.address or "",
            "Body": outgoing.message.text,
            **self._sender,
            "ValidityPeriod": str(seconds_valid(outgoing, self._settings, SystemClock().now(), _LONGEST)),
        }
        if self._callback:
            form["StatusCallback"] = referring(self._callback, outgoing.key)
        return _outcome(await self._account.create("Messages", form))

    async def _news(self, sid: str) -> Receipt | None:
        answer = await self._account.shown("Messages", sid)
        document = json_object(answer) if isinstance(answer, Reply) and answer.success else {}
        if text_of(document, "sid") != sid or text_of(document, "status") not in RECEIPTS:
            return None
        form = {
            "MessageStatus": text_of(document, "status"),
            "ErrorCode": text_of(document, "error_code"),
        }
        return _receipt(form, sid, "")

    async def _look_up(self, attempt: Attempted) -> Outcome:
        # No dates in the query: they would be by our clock, and a queued message has no DateSent.
        query = {"To": attempt.outgoing.address or "", "PageSize": str(_PAGE)}
        if "From" in self._sender:
            query["From"] = self._sender["From"]

        async def ask(following: str) -> Answer:
            return await self._account.listed("Messages", query | dict(parse_qsl(following)))

        def read(answer: Answer) -> ListPage | None:
            return _listed(answer, attempt.outgoing)

        found = await look_through(attempt, ask, read, "Twilio has no such message")
        return _state(found.document) if isinstance(found, Listed) else found


def _message(form: Mapping[str, str], sid: str) -> InboundMessage:
    # Advanced Opt-Out names what it has answered; the default handling only knows single words.
    answered = "OptOutType" in form or form["Body"].strip().upper() in ANSWERED_BY_TWILIO
    return InboundMessage(
        ref=sid,
        sender=form.get("From", ""),
        text=form["Body"],
        recipient=form.get("To", ""),
        answered=answered,
    )


def _receipt(form: Mapping[str, str], sid: str, key: str) -> Receipt:
    status, code = form["MessageStatus"], form.get("ErrorCode") or None
    state = RECEIPTS[status]
    if state is not ReceiptState.FAILED:
        return Receipt(ref=sid, state=state, event=status, key=key)
    _, reason = CODES.get(code or "", (_RECIPIENT, "Twilio could not deliver it"))
    suppress = SUPPRESSED.get(code or "")
    return Receipt(ref=sid, state=state, event=status, key=key, reason=reason, code=code, suppress=suppress)


def _outcome(answer: Answer) -> Outcome:
    code = text_of(json_object(answer), "code") if isinstance(answer, Reply) and answer.status < 500 else ""
    if code in NOT_YET:
        return NotSent("the sender's queue at Twilio is full", NOT_YET[code])
    return created(answer, CODES)


def _listed(answer: Answer, outgoing: Outgoing) -> ListPage | None:
    """Return a page of messages to one number.

    Twilio does not keep our reference and, depending on the account, not the text.
    """
    document = json_object(answer) if isinstance(answer, Reply) and answer.success else {}
    messages = objects(document.get("messages"))
    if messages is None:
        return None
    listed = [
        Listed(one, moment(one, "date_created"), likeness(outgoing, text_of(one, "body"), keeps_words=False))
        for one in messages
    ]
    following = text_of(document, "next_page_uri")
    return ListPage(listed, urlsplit(following).query or following)


def _state(message: Mapping[str, object]) -> Outcome:
    sid, code = text_of(message, "sid"), text_of(message, "error_code")
    if not sid:
        return Unknown("look-up failed: a message without SID")
    if text_of(message, "status") in UNDELIVERABLE:
        scope, reason = CODES.get(code, (_RECIPIENT, "Twilio could not deliver it"))
        return Rejected(reason, scope, code or None, SUPPRESSED.get(code))
    return Accepted(sid, detail="found at Twilio")
