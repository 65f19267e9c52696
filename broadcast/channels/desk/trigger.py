"""What a trigger of Zendesk posts to us: a comment of a requester, as the webhook's template writes it.

Zendesk signs time and body, and writes no schema of its own: docs/how-to/serve.md has the template.
Source: https://developer.zendesk.com/documentation/webhooks/verifying/ (2026-11-29). An older copy of that
page puts the time after the body; the present one puts it before.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime, timedelta

from broadcast.channels.receiving import json_object_body, require_equal
from broadcast.channels.responses import text_of
from broadcast.model.inbound import Forged, InboundMessage, InboundRequest, Malformed

SIGNATURE, TIMESTAMP = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"
#: Zendesk repeats a request within seconds, and then gives up.
WITHIN = timedelta(minutes=5)


def comments(request: InboundRequest, signing_secret: str, own: str) -> list[InboundMessage]:
    """Return the comment in a request; none if we wrote it, so that we do not answer ourselves.

    Args:
        request: The request as it arrived.
        signing_secret: The secret of the webhook; empty if there is none.
        own: The address that we sign in to Zendesk with.

    Raises:
        Forged: The signature is missing or wrong, more than five minutes old, or there is no secret.
        Malformed: The body is not JSON with `ticket`, `at`, `author` and `text`.
    """
    _verify(request, signing_secret)
    document = json_object_body(request)
    ticket, at, author, text = (text_of(document, name) for name in ("ticket", "at", "author", "text"))
    if not (ticket and at and author and text):
        raise Malformed("a comment has ticket, at, author and text")
    if author.casefold() == own.casefold():
        return []
    # Zendesk's times have minutes only, and two comments may be written in one.
    ref = f"{ticket}/{at}/{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return [InboundMessage(ref=ref, sender=author, text=text, recipient=ticket, proved=False)]


def sign(body: bytes, timestamp: str, signing_secret: str) -> bytes:
    """Return Zendesk's signature of a body."""
    secret = signing_secret.encode("utf-8", "surrogatepass")
    return b64encode(hmac.digest(secret, timestamp.encode("utf-8", "replace") + body, hashlib.sha256))


def _verify(request: InboundRequest, signing_secret: str) -> None:
    timestamp = request.headers.get(TIMESTAMP, "")
    if not signing_secret or abs(request.at - _moment(timestamp)) > WITHIN:
        raise Forged
    require_equal(sign(request.body, timestamp, signing_secret), request.headers.get(SIGNATURE, ""))


def _moment(timestamp: str) -> datetime:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        raise Forged from None
    if moment.tzinfo is None:
        raise Forged
    return moment
