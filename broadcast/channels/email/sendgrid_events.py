"""SendGrid's signed event webhook: what became of the mails.

One request carries events of many mails, and of other programs with the same account. Ours carry our
reference, because SendGrid copies `custom_args` into every event.
Sources: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event and
.../getting-started-event-webhook-security-features (2026-11-29).
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from broadcast.channels.receiving import json_body
from broadcast.channels.responses import text_of
from broadcast.model.inbound import Forged, InboundRequest, Malformed, Receipt, ReceiptState
from broadcast.model.suppression import SuppressionReason

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

_DELIVERED, _FAILED = ReceiptState.DELIVERED, ReceiptState.FAILED
#: Events that change something. The person who complains or unsubscribes has the mail.
_STATES: Mapping[str, ReceiptState] = {
    "delivered": _DELIVERED,
    "bounce": _FAILED,
    "dropped": _FAILED,
    "spamreport": _DELIVERED,
    "unsubscribe": _DELIVERED,
    "group_unsubscribe": _DELIVERED,
}
_SUPPRESSES: Mapping[str, SuppressionReason] = {
    "spamreport": SuppressionReason.COMPLAINED,
    "unsubscribe": SuppressionReason.OPTED_OUT,
    "group_unsubscribe": SuppressionReason.OPTED_OUT,
}
#: Why SendGrid dropped a mail, in its words and in ours. Other reasons are about the message.
_DROPPED: Mapping[str, tuple[SuppressionReason, str]] = {
    "Unsubscribed Address": (SuppressionReason.OPTED_OUT, "the person has unsubscribed at SendGrid"),
    "Spam Reporting Address": (SuppressionReason.COMPLAINED, "the person has complained of spam"),
    "Bounced Address": (SuppressionReason.BOUNCED, "an earlier mail to this address bounced"),
    "Invalid": (SuppressionReason.INVALID, "SendGrid does not take this address"),
}
_REFUSED = "the mailbox does not exist, or its server refuses the mail"
_BLOCKED = "the server of the mailbox refused this mail"


def events(request: InboundRequest, verification_key: str, domain: str) -> Iterator[Receipt]:
    """Yield the receipts in a request, in its order.

    An event that is not ours, changes nothing or cannot be read is skipped, and the others count.
    Old requests are believed: SendGrid repeats events for a day, and the ledger counts each once.

    Args:
        request: The request as it arrived.
        verification_key: SendGrid's public key, as its settings show it; empty if there is none.
        domain: The domain of our sender, for the id of our mails.

    Raises:
        Forged: The signature is missing or wrong, or there is no key to check it with.
        Malformed: The body is not a list.
    """
    _verify(request, verification_key)
    listed = json_body(request)
    if not isinstance(listed, list):
        raise Malformed("the body is not a list of events")
    for event in listed:
        receipt = _receipt(event, domain) if isinstance(event, Mapping) else None
        if receipt is not None:
            yield receipt


def _verify(request: InboundRequest, verification_key: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    signed = request.headers.get(TIMESTAMP, "").encode("utf-8", "replace") + request.body
    try:
        signature = b64decode(request.headers.get(SIGNATURE, ""), validate=True)
        _public_key(verification_key).verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise Forged from None


@lru_cache(maxsize=8)
def _public_key(verification_key: str) -> Any:
    """Return the key; raises `ValueError` if it is none, or not of the kind that SendGrid has."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = load_der_public_key(b64decode(verification_key, validate=True))
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError  # noqa: TRY004 - one kind of error for everything that is not the key
    return key


def _receipt(event: Mapping[str, object], domain: str) -> Receipt | None:
    kind, key, identity = (text_of(event, name) for name in ("event", "key", "sg_event_id"))
    state = _STATES.get(kind)
    if state is None or not key or not identity:
        return None
    suppress, reason = _why(event, kind)
    return Receipt(
        ref=_own_id(event, key, domain),
        state=state,
        event=identity,
        key=key,
        reason=reason,
        code=text_of(event, "status") or None if state is _FAILED else None,
        suppress=suppress,
        at=_moment(event),
    )


def _own_id(event: Mapping[str, object], key: str, domain: str) -> str:
    """Return the message id that we gave the mail, which the ledger has as its reference.

    SendGrid repeats it in `smtp-id`; that holds also after the sender's domain was changed.
    """
    named = text_of(event, "smtp-id")
    return named if named.startswith(f"<{key}@") else f"<{key}@{domain}>"


def _why(event: Mapping[str, object], kind: str) -> tuple[SuppressionReason | None, str | None]:
    """Return why the address is suppressed, and the reason in our words.

    The words of other mail servers are not repeated: they often hold the address.
    """
    if kind == "dropped":
        return _DROPPED.get(text_of(event, "reason"), (None, "SendGrid dropped the mail"))
    if kind == "bounce":
        blocked = text_of(event, "type") == "blocked"
        return (None, _BLOCKED) if blocked else (SuppressionReason.BOUNCED, _REFUSED)
    return _SUPPRESSES.get(kind), None


def _moment(event: Mapping[str, object]) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text_of(event, "timestamp")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
