"""Twilio's Messages: texts to phones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.sms_parts import sms_parts
from broadcast.sandbox.wire.twilio_rules import PHONE, first, reference

_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
#: Twilio's magic test numbers. In the sandbox, every number that ends in 0004 has opted out.
_MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
_MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}


class Messages:
    """Text messages."""

    plural: ClassVar[str] = "messages"
    prefix: ClassVar[str] = "SM"
    fields: ClassVar[frozenset[str]] = frozenset({"To", "From", "Body"})
    over: ClassVar[str] = "delivered"

    def refused(self, form: Mapping[str, str], suppressed: AbstractSet[str]) -> tuple[int, str]:
        """Return the error if the number, the sender or the text is not accepted."""
        to, number, body = form.get("To", ""), form.get("From"), form.get("Body", "")
        sender = number or form.get("MessagingServiceSid", "")
        return first((
            (not to, 21604, ""),
            (not sender, 21603, ""),
            (not body, 21602, ""),
            (to in _MAGIC_TO, _MAGIC_TO.get(to, 0), to),
            (number in _MAGIC_FROM, _MAGIC_FROM.get(number or "", 0), sender),
            (not PHONE.fullmatch(to), 21211, to),
            (number is not None and not _SENDER.fullmatch(number), 21212, sender),
            (to.endswith("0004") or to in suppressed, 21610, to),
            (len(body) > 1600, 21617, ""),
        ))  # fmt: skip

    def taken(self, form: Mapping[str, str], ref: str, at: datetime, account: str) -> Received:
        """Return the text on the phone."""
        body = form["Body"]
        extra = {name: value for name, value in form.items() if name not in self.fields}
        return Received(
            provider="twilio", at=at, to=form["To"], sender=form.get("From") or form["MessagingServiceSid"],
            subject=None, text=body, html=None, key=reference(form.get("StatusCallback", "")), ref=ref,
            thread=None, extra={"account": account, "parts": sms_parts(body), **extra},
        )  # fmt: skip

    def shown(self, received: Received, account: str, status: str) -> dict[str, Any]:
        """Return one message."""
        at = format_datetime(received.at)
        uri = f"/2010-04-01/Accounts/{account}/Messages/{received.ref}"
        service = received.sender if received.sender.startswith("MG") else None
        return {
            "sid": received.ref, "account_sid": account, "api_version": "2010-04-01",
            "direction": "outbound-api", "to": received.to, "from": None if service else received.sender,
            "messaging_service_sid": service, "body": received.text,
            "num_segments": str(received.extra.get("parts", 1)), "num_media": "0", "status": status,
            "error_code": None, "error_message": None, "price": None, "price_unit": "USD",
            "date_created": at, "date_updated": at, "date_sent": at if status == self.over else None,
            "uri": uri + ".json", "subresource_uris": {"media": uri + "/Media.json"},
        }  # fmt: skip
