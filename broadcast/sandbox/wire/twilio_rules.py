"""Common to Twilio's resources: error documents, magic numbers, and the interface of a resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urlsplit

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import WireAnswer, answer_json

PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_TEXTS = {
    20001: "{0}",
    20003: "Authenticate",
    20404: "The requested resource {0} was not found",
    21201: "No 'To' number is specified",
    21205: "Url parameter is required.",
    21210: "The source phone number provided, {0}, is not yet verified for your account.",
    21211: "Invalid 'To' Phone Number: {0}",
    21212: "Invalid 'From' Number: {0}",
    21213: "No 'From' number is specified",
    21214: "'To' phone number cannot be reached: {0}",
    21215: "Account not authorized to call {0}.",
    21216: "Call blocked: account not allowed to call {0}",
    21217: "Phone number does not appear to be valid: {0}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {0}",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number {0} is not a valid, message-capable Twilio phone number.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number {0} has exceeded the maximum number of queued messages",
    21612: "Message cannot be sent with the current combination of 'To' ({0}) and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number: {0}",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


class Resource(Protocol):
    """A list below an account: what creates one of it, and how one is shown."""

    plural: ClassVar[str]
    prefix: ClassVar[str]
    fields: ClassVar[frozenset[str]]
    over: ClassVar[str]

    def refused(self, form: Mapping[str, str], suppressed: AbstractSet[str]) -> tuple[int, str]:
        """Return the error's code and the value it names; (0, "") where there is none."""
        ...

    def taken(self, form: Mapping[str, str], ref: str, at: datetime, account: str) -> Received:
        """Return what a person received because of it."""
        ...

    def shown(self, received: Received, account: str, status: str) -> dict[str, Any]:
        """Return its document."""
        ...


def error(status: int, code: int, value: str = "") -> WireAnswer:
    """Return an error document."""
    return answer_json(status, error_document(status, code, _TEXTS[code].format(value)))


def error_document(status: int, code: int, text: str) -> dict[str, Any]:
    """Return an error document's fields."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": text, "more_info": more, "status": status}


def first(checks: tuple[tuple[bool, int, str], ...]) -> tuple[int, str]:
    """Return the first error that applies."""
    return next(((code, value) for applies, code, value in checks if applies), (0, ""))


def reference(callback: str) -> str | None:
    """Return the sender's own reference, if its callback has one."""
    return dict(parse_qsl(urlsplit(callback).query)).get("ref")
