"""Calls through Twilio: one person per request, with the whole call inline, so that we need no server.

Twilio lists who was called and when, but neither the text nor our reference. A call whose answer was lost
cannot be told from another call to the same person, so there is no look-up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Self

from broadcast.channels.options import Shapes, phone_number, table, token, web_address, words
from broadcast.channels.polling import LATE, SOON, ask_each
from broadcast.channels.responses import json_object, text_of
from broadcast.channels.transport import Reply, Transport
from broadcast.channels.vendors.twilio_account import (
    ACCOUNT_IDENTIFIERS,
    SUPPRESSED,
    Codes,
    TwilioAccount,
    created,
    referring,
)
from broadcast.channels.vendors.twilio_numbers import lead_number, number_route
from broadcast.channels.vendors.twilio_recordings import delete_recording, fetch_recording
from broadcast.channels.vendors.twilio_signature import TwilioSigner, reference, signed_form, twiml_answer
from broadcast.channels.voice.call_form import call_request
from broadcast.channels.voice.call_twiml import Url, call_twiml
from broadcast.channels.voice.dialling import call_form, find_call
from broadcast.channels.voice.twiml import MOST, Keys, call, spoken_answer, spoken_question
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.call_document import CallDocument
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import (
    AwaitedReceipt,
    Inbound,
    InboundAnswer,
    InboundRequest,
    KeyPress,
    Malformed,
    Receipt,
    ReceiptState,
)
from broadcast.model.number_route import NumberRoute
from broadcast.model.outbound_call import CallQuestion, FoundCall, OutboundCall
from broadcast.model.outcome import NotSent, Outcome, Probe, Rejected, Scope, Unknown
from broadcast.model.outgoing import Outgoing
from broadcast.model.phone_call import CallRequest

_RECIPIENT, _CHANNEL = Scope.RECIPIENT, Scope.CHANNEL
#: Errors of a call; Twilio lists all codes at https://www.twilio.com/docs/api/errors (2026-11-29).
CODES: Codes = {
    "13223": (_RECIPIENT, "not a valid phone number"),
    "13224": (_RECIPIENT, "Twilio cannot call this number"),
    "13225": (_RECIPIENT, "Twilio does not call this number"),
    "13227": (_CHANNEL, "calling this country is switched off in the Twilio account"),
    "21201": (_RECIPIENT, "no phone number"),
    "21202": (_RECIPIENT, "a premium or emergency number, which Twilio does not call"),
    "21210": (_CHANNEL, "the caller's number is not verified in the Twilio account"),
    "21211": (_RECIPIENT, "not a valid phone number"),
    "21212": (_CHANNEL, "the caller's number is not a valid number"),
    "21213": (_CHANNEL, "the caller's number is missing"),
    "21214": (_RECIPIENT, "the number cannot be reached"),
    "21215": (_CHANNEL, "calling this country is switched off in the Twilio account"),
    "21216": (_RECIPIENT, "Twilio may not call this number"),
    "21217": (_RECIPIENT, "not a valid phone number"),
    "21219": (_RECIPIENT, "a trial account may only call verified numbers"),
}
DETECTION = frozenset({"Enable", "DetectMessageEnd"})
#: Why a call reached nobody, by its final state. Twilio reports the final state, and only that, unless a call
#: subscribes more (https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent, 2026-11-29).
NOT_CONNECTED: Mapping[str, str] = {
    "busy": "the line was busy",
    "no-answer": "the call was not answered",
    "canceled": "the call was cancelled",
    "failed": "the call could not be connected",
}
_COMPLETED, _FAX, _MACHINE = "completed", "fax", "machine"
#: Tells a status callback from the other requests of a call
#: (https://www.twilio.com/docs/voice/twiml#callbacksource, 2026-11-29).
_STATUS_CALLBACK = "call-progress-events"


class TwilioVoice:
    """Twilio's Calls resource."""

    name: ClassVar[str] = "twilio-voice"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.VOICE,
        address=AddressKind.PHONE,
        rate=1.0,
        concurrency=8,
        fate=("twilio",),
    )
    posts_once: ClassVar[bool] = True
    options: ClassVar[frozenset[str]] = frozenset(
        {
            *("account_sid", "auth_token", "shared_key", "from", "voices"),
            *("machine_detection", "action_url", "status_callback"),
        }
    )
    shapes: ClassVar[Shapes] = {
        "from": phone_number,
        "action_url": web_address,
        "status_callback": web_address,
        **dict.fromkeys(("account_sid", "auth_token", "machine_detection"), words),
        "voices": table,
        "shared_key": token,
    }
    identifiers: ClassVar[Shapes] = ACCOUNT_IDENTIFIERS

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        self._account = TwilioAccount(settings, transport)
        self._caller = settings.required("from")
        self._voices = _voices(settings)
        self._detection = _detection(settings)
        self._action = settings.text("action_url")
        self._callback = settings.text("status_callback")
        self._signer = TwilioSigner.from_settings(settings)

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs account_sid, auth_token and from, a number owned or verified in the account."""
        return cls(settings, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Start one call."""
        return [await self._call(outgoing) for outgoing in batch]

    async def probe(self) -> Probe:
        """Ask for the account."""
        return await self._account.probe()

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Read how a call ended, or the key that a person pressed."""
        form, key = self._signer.form(request), reference(request)
        sid = form.get("CallSid", "")
        if not sid:
            return []
        if form.get("Digits") and form.get("CallbackSource") != _STATUS_CALLBACK:
            return [KeyPress(ref=sid, key=key, pressed=form["Digits"], sender=form.get("To", ""))]
        receipt = _receipt(form, sid, key)
        return [receipt] if receipt else []

    @classmethod
    def asked_after(cls, settings: ChannelSettings) -> timedelta | None:
        """Return a longer span if Twilio has an address for status callbacks; it does not repeat them."""
        return LATE if settings.text("status_callback") else SOON

    async def poll(self, awaited: Sequence[AwaitedReceipt]) -> Sequence[Receipt]:
        """Fetch each call (https://www.twilio.com/docs/voice/api/call-resource, 2026-11-30)."""
        return await ask_each(awaited, self._news)

    def sample_receipt(self, url: str, at: datetime) -> InboundRequest:
        """Return a signed receipt about a call that does not exist."""
        return signed_form(self._signer, url, {"CallSid": f"CA{0:032}", "CallStatus": "queued"}, at)

    def answer(self, text: str, locale: str) -> InboundAnswer:
        """Return the TwiML that says `text` and ends the call."""
        return twiml_answer(spoken_answer(text, locale, self._voices))

    def ask_again(self, text: str, locale: str) -> InboundAnswer:
        """Return the TwiML that says `text` and waits for another key."""
        return twiml_answer(spoken_question(text, locale, self._voices))

    def read_call(self, request: InboundRequest) -> CallRequest:
        """Read a request about a live call."""
        found = call_request(self._signer.form(request))
        if found is None:
            raise Malformed("the form names no call")
        return found

    def write_call(self, document: CallDocument, url: Url) -> InboundAnswer:
        """Return the TwiML of a document."""
        return twiml_answer(call_twiml(document, url, self._voices))

    async def fetch_recording(self, address: str) -> bytes | Rejected | NotSent | Unknown:
        """Return what a caller recorded."""
        return await fetch_recording(self._account, address)

    async def delete_recording(self, address: str) -> Outcome:
        """Delete what a caller recorded."""
        return await delete_recording(self._account, address)

    async def dial(self, call: OutboundCall) -> Outcome:
        """Ask for a call whose words our own routes say."""
        return created(await self._account.create("Calls", call_form(call, self._caller)), CODES)

    async def find_call(self, asked: CallQuestion) -> FoundCall:
        """Ask what became of such a call."""
        return await find_call(self._account, asked, self._caller)

    async def number_route(self, number: str) -> NumberRoute | Rejected | NotSent | Unknown:
        """Return where the calls of a number lead."""
        return await number_route(self._account, number)

    async def lead_number(self, route: NumberRoute) -> Outcome:
        """Lead the calls of a number elsewhere."""
        return await lead_number(self._account, route)

    async def close(self) -> None:
        """Close all connections."""
        await self._account.close()

    async def _news(self, sid: str) -> Receipt | None:
        answer = await self._account.shown("Calls", sid)
        document = json_object(answer) if isinstance(answer, Reply) and answer.success else {}
        if text_of(document, "sid") != sid:
            return None
        form = {
            "CallStatus": text_of(document, "status"),
            "AnsweredBy": text_of(document, "answered_by"),
        }
        return _receipt(form, sid, "")

    async def _call(self, outgoing: Outgoing) -> Outcome:
        action = referring(self._action, outgoing.key) if self._action else None
        twiml = call(
            outgoing.message, self._voices, action, keys=Keys(outgoing.question, may_leave=outgoing.may_leave)
        )
        if len(twiml) > MOST:
            reason = f"said twice, the text takes {len(twiml):,} of {MOST:,} characters"
            return Rejected(reason, Scope.MESSAGE)
        form = {"To": outgoing.address or "", "From": self._caller, "Twiml": twiml}
        if self._detection:
            form["MachineDetection"] = self._detection
        if self._callback:
            form["StatusCallback"] = referring(self._callback, outgoing.key)
        return created(await self._account.create("Calls", form), CODES)


def _receipt(form: Mapping[str, str], sid: str, key: str) -> Receipt | None:
    """Return how a call ended; None if it has not ended.

    A call that a mailbox answered is delivered: the text is there to be heard. Only a key confirms it.
    """
    status, by = form.get("CallStatus", ""), form.get("AnsweredBy", "")
    if status == _COMPLETED and by != _FAX:
        reason = "a mailbox answered" if by.startswith(_MACHINE) else None
        return Receipt(ref=sid, state=ReceiptState.DELIVERED, event=status, key=key, reason=reason)
    reason = "a fax machine answered" if status == _COMPLETED else NOT_CONNECTED.get(status)
    if reason is None:
        return None
    code = form.get("ErrorCode") or None
    _, explained = CODES.get(code or "", (_RECIPIENT, reason))
    return Receipt(
        ref=sid,
        state=ReceiptState.FAILED,
        event=status,
        key=key,
        reason=explained,
        code=code,
        suppress=SUPPRESSED.get(code or ""),
    )


def _voices(settings: ChannelSettings) -> Mapping[str, str]:
    table = settings.options.get("voices", {})
    if isinstance(table, Mapping) and all(isinstance(value, str) for value in table.values()):
        return {str(locale).replace("_", "-"): voice for locale, voice in table.items()}
    raise ConfigError(
        f"{settings.place('voices')}: voices must be a table of voices by language",
        hint='write voices = { de = "Polly.Vicki-Neural" }',
    )


def _detection(settings: ChannelSettings) -> str:
    detection = settings.text("machine_detection")
    if not detection or detection in DETECTION:
        return detection
    raise ConfigError(
        f"{settings.place('machine_detection')}: machine_detection cannot be {detection!r}",
        hint='write "DetectMessageEnd" to speak after the tone, "Enable" to have it reported, or nothing',
    )
