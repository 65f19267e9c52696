"""What Twilio posts to the addresses of a message, signed with the token of the sandbox's account.

Form and signature are written from https://www.twilio.com/docs/usage/security and
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status (2026-11-29).
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from hmac import digest
from urllib.parse import urlencode
from xml.etree.ElementTree import ParseError, fromstring

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Callback

TOKEN = "sandbox"  # noqa: S105 - the stand-in token of every account in the sandbox
_FORM = "application/x-www-form-urlencoded"
_VERSION = "2010-04-01"


def receipt(received: Received) -> Callback | None:
    """Return the status callback of a message that arrived or a call that ended; None if it asks for none."""
    url = received.extra.get("StatusCallback")
    if not url:
        return None
    common = {"AccountSid": received.extra["account"], "To": received.to, "From": received.sender}
    if received.ref.startswith("CA"):
        return signed(url, {**common, **_ended(received)})
    states = {"MessageStatus": "delivered", "SmsStatus": "delivered", "ApiVersion": _VERSION}
    return signed(url, {**common, **states, "MessageSid": received.ref, "SmsSid": received.ref})


def reply(url: str, latest: Received, text: str) -> Callback:
    """Return the request for a text that a person sends back to the sender of `latest`."""
    sid = "SM" + secrets.token_hex(16)
    form = {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "AccountSid": latest.extra["account"],
        "From": latest.to,
        "To": latest.sender,
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
        "ApiVersion": _VERSION,
    }
    return signed(url, form)


def press(call: Received, key: str) -> Callback:
    """Return the request for a key that a person presses during a call."""
    common = {"AccountSid": call.extra["account"], "CallSid": call.ref, "To": call.to, "From": call.sender}
    state = {"CallStatus": "in-progress", "Direction": "outbound-api", "ApiVersion": _VERSION}
    return signed(str(call.extra["keys"]), {**common, **state, "Digits": key, "msg": "Gather End"})


def words(twiml: bytes, tag: str) -> str:
    """Return the text of the first `Message` or `Say` in an answer; "" if there is none."""
    try:
        root = fromstring(twiml) if b"<!DOCTYPE" not in twiml else None  # noqa: S314 - no type, no entities
    except ParseError:
        return ""
    found = None if root is None else root.find(f".//{tag}")
    return "" if found is None else "".join(found.itertext())


def signed(url: str, form: Mapping[str, str]) -> Callback:
    """Return a form with Twilio's signature: the address, then each field's name and value, sorted."""
    text = url + "".join(name + form[name] for name in sorted(form))
    made = b64encode(digest(TOKEN.encode(), text.encode(), "sha1")).decode()
    headers = {"Content-Type": _FORM, "X-Twilio-Signature": made, "User-Agent": "TwilioProxy/1.1"}
    return Callback(url=url, body=urlencode(form).encode(), headers=headers)


def _ended(received: Received) -> dict[str, str]:
    detected = {"AnsweredBy": "human"} if received.extra.get("MachineDetection") else {}
    return {
        "CallSid": received.ref,
        "CallStatus": "completed",
        "CallDuration": "30",
        "Duration": "1",
        "Direction": "outbound-api",
        "ApiVersion": _VERSION,
        "SequenceNumber": "0",
        "CallbackSource": "call-progress-events",
        **detected,
    }
