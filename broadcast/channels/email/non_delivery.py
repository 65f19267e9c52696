"""Mails that came back to a mailbox of Exchange Online: its own reports, and those of other servers.

A report is known by its class, and its message by the headers that answer it; never by words, which are
translated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from broadcast.channels.responses import json_object, objects, text_of
from broadcast.channels.transport import Reply
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.suppression import SuppressionReason

#: The class of a message, and that of a report that a mail was not delivered
#: (https://learn.microsoft.com/office/vba/outlook/concepts/forms/item-types-and-message-classes, 2026-11-30).
#: A report of a delay has another class: the mail may still arrive.
_CLASS, _NON_DELIVERY = "String 0x001A", "REPORT.IPM.Note.NDR"
#: An SMTP reply with its enhanced code: `550 5.1.10`. An IP address has no reply before it.
_CODE = re.compile(r"\b[45]\d\d[ \-#]+([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
#: There is no such mailbox (RFC 3463; Exchange Online says 5.1.10).
_NO_MAILBOX = frozenset({"5.1.1", "5.1.10"})
#: How much later than Exchange's our clock may be.
_APART = timedelta(hours=1)
#: A message id, in the headers that name the message which a mail answers.
_ID = re.compile(r"<[^<>\s]+>")
_ANSWERING = frozenset({"in-reply-to", "references"})


def reports_since(since: datetime) -> dict[str, str]:
    """Return the query for the reports that a mailbox received since that time, by our clock."""
    after = (since.astimezone(UTC) - _APART).strftime("%Y-%m-%dT%H:%M:%SZ")
    of_class = f"p/id eq '{_CLASS}' and p/value eq '{_NON_DELIVERY}'"
    return {
        "$filter": f"receivedDateTime ge {after} and singleValueExtendedProperties/any(p:{of_class})",
        "$select": "id,bodyPreview,receivedDateTime,internetMessageHeaders",
        "$top": "100",
    }


def returned(answer: Reply, awaited: Collection[str]) -> Iterator[Receipt]:
    """Yield a receipt for each awaited message, by its `Message-ID`, that a list of reports is about."""
    for report in objects(json_object(answer).get("value")) or ():
        code = found[1] if (found := _CODE.search(text_of(report, "bodyPreview"))) else None
        for ref in _answered(report) & set(awaited):
            yield Receipt(
                ref=ref,
                state=ReceiptState.FAILED,
                event="non-delivery report",
                reason="the mail came back as undeliverable",
                code=code,
                suppress=SuppressionReason.BOUNCED if code in _NO_MAILBOX else None,
            )


def _answered(report: Mapping[str, object]) -> set[str]:
    """Return the ids of the messages that a report answers."""
    headers = objects(report.get("internetMessageHeaders")) or ()
    values = [text_of(header, "value") for header in headers if text_of(header, "name").lower() in _ANSWERING]
    return {one for value in values for one in _ID.findall(value)}
