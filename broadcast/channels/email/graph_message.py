"""A message in the form of Microsoft Graph."""

from __future__ import annotations

from broadcast.channels.email.headers import Identity, Sender, ascii_address, display_name, subject_of
from broadcast.model.outgoing import Outgoing

# Our own property (with our own GUID), by which the mailbox can be searched.
KEY_PROPERTY = "String {6d1c1f0e-6d3a-4d0c-9a52-5f3b2a7d9c41} Name broadcast-key"
# Graph takes only headers that begin with x-. Exchange makes the others from these two properties.
_IN_REPLY_TO = "String 0x1042"
_REFERENCES = "String 0x1039"


def draft(outgoing: Outgoing, identity: Identity, sender: Sender) -> dict[str, object]:
    """Return the draft of a message to one person; Exchange adds the plain text to HTML when sending."""
    message, headers = outgoing.message, identity.headers
    document: dict[str, object] = {
        "subject": subject_of(outgoing),
        "body": {
            "contentType": "html" if message.html else "text",
            "content": message.html or message.text,
        },
        "toRecipients": [_recipient(outgoing.address or "", display_name(outgoing.name))],
        "internetMessageId": identity.own,
        "internetMessageHeaders": [
            {"name": "x-broadcast-key", "value": outgoing.key},
            {"name": "x-auto-response-suppress", "value": "All"},
        ],
        "singleValueExtendedProperties": [
            {"id": KEY_PROPERTY, "value": outgoing.key},
            {"id": _IN_REPLY_TO, "value": headers["In-Reply-To"]},
            {"id": _REFERENCES, "value": headers["References"]},
        ],
    }
    if sender.reply_to:
        document["replyTo"] = [_recipient(sender.reply_to, "")]
    return document


def _recipient(address: str, name: str) -> dict[str, object]:
    mailbox = {"address": ascii_address(address) or address}
    return {"emailAddress": {**mailbox, "name": name} if name else mailbox}
