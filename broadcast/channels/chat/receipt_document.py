"""Receipts and confirmations from your own machine: `broadcast.receipt/1`, signed as our notices are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from broadcast.channels.chat.document import signed
from broadcast.channels.receiving import json_object_body, require_equal, require_recent
from broadcast.channels.responses import text_of
from broadcast.model.inbound import Inbound, InboundRequest, KeyPress, Malformed, Receipt, ReceiptState

SCHEMA = "broadcast.receipt/1"
#: How far the signed time may be from ours; receivers of our notices use the same.
WITHIN = timedelta(minutes=5)
_TIMESTAMP, _SIGNATURE = "broadcast-timestamp", "broadcast-signature"


def read_receipt(request: InboundRequest, secret: str) -> Inbound:
    """Return the receipt or the confirmation in a request.

    Raises:
        Forged: The signature is missing or wrong, or more than five minutes old or new.
        Malformed: The body is no document of this schema. A notice of ours that is sent back is none,
            although its signature is right.
    """
    _verify(request, secret)
    document = json_object_body(request)
    ref, key = text_of(document, "ref"), text_of(document, "key")
    if document.get("schema") != SCHEMA or not (ref or key):
        raise Malformed(f"the body is no {SCHEMA} with ref or key")
    pressed = text_of(document, "pressed")
    if pressed:
        return KeyPress(ref=ref, key=key, pressed=pressed, sender=text_of(document, "by"))
    return _receipt(document, ref, key)


def sample_receipt(url: str, secret: str, at: datetime) -> InboundRequest:
    """Return a signed receipt about a message that does not exist."""
    document = {"schema": SCHEMA, "ref": "broadcast-doctor", "state": ReceiptState.ACCEPTED}
    body = json.dumps(document).encode()
    headers = {name.lower(): value for name, value in signed(body, secret, at).items()}
    headers["content-type"] = "application/json"
    return InboundRequest(method="POST", url=url, headers=headers, body=body, at=at)


def _receipt(document: Mapping[str, object], ref: str, key: str) -> Receipt:
    said = text_of(document, "state")
    try:
        state = ReceiptState(said)
    except ValueError:
        raise Malformed("the state is none of accepted, delivered, failed") from None
    return Receipt(
        ref=ref,
        state=state,
        event=text_of(document, "id") or said,
        key=key,
        reason=text_of(document, "reason") or None,
        code=text_of(document, "code") or None,
        at=_moment(text_of(document, "at")),
    )


def _verify(request: InboundRequest, secret: str) -> None:
    timestamp = request.headers.get(_TIMESTAMP, "")
    require_recent(timestamp, request.at, WITHIN)
    made = signed(request.body, secret, datetime.fromtimestamp(int(timestamp), UTC))
    require_equal(made["Broadcast-Signature"].encode(), request.headers.get(_SIGNATURE, ""))


def _moment(spelled: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(spelled)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
