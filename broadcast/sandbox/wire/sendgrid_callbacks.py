"""SendGrid's event webhook: a mail was delivered, signed by ECDSA over time and body.

Written from https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event (2026-11-29).
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from functools import cache
from typing import Any

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import JSON, Callback

#: The sandbox's key pair is always the same, so that it need not be kept. It proves nothing outside.
_SEED = b"broadcast sandbox"
VERIFICATION_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQaQBzJ0aL4kE1U6pghS8AMVNsaWuXgImvCzwgaipC+TXEoxUWMSj1P7eBc4Z"
    "UYMubNKWsXLC8fgpiedR12YMdg=="
)


def delivered(received: Received, url: str) -> Callback:
    """Return the event of a mail that arrived."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    timestamp = str(int(received.at.timestamp()))
    names = {name.lower(): value for name, value in received.extra["headers"].items()}
    # One id for each mail, however often the event is posted.
    identity = hashlib.sha256(f"{received.ref} {received.to}".encode()).hexdigest()[:22]
    event = {
        **received.extra["custom_args"],
        "email": received.to,
        "timestamp": int(timestamp),
        "event": "delivered",
        "smtp-id": names.get("message-id", ""),
        "sg_event_id": identity,
        "response": "250 OK",
        "sg_message_id": f"{received.ref}.recvd-0",
    }
    body = json.dumps([event]).encode() + b"\r\n"
    made = _private_key().sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    headers = {
        "Content-Type": JSON,
        "X-Twilio-Email-Event-Webhook-Signature": b64encode(made).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }
    return Callback(url=url, body=body, headers=headers)


@cache
def _private_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.derive_private_key(int.from_bytes(hashlib.sha256(_SEED).digest(), "big"), ec.SECP256R1())
