"""A notice for machines: the schema `broadcast.webhook/1`, and its signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from broadcast.model.outgoing import Outgoing

SCHEMA = "broadcast.webhook/1"


def document(outgoing: Outgoing) -> bytes:
    """Return the body of a request, JSON in UTF-8. Only fields are ever added to a version of the schema."""
    headline, message, thread = outgoing.headline, outgoing.message, outgoing.thread
    fields: Mapping[str, object] = {
        "schema": SCHEMA,
        "key": outgoing.key,
        "thread": thread.root if thread else None,
        "in_reply_to": thread.last if thread else None,
        "incident": headline.incident,
        "incident_identity": headline.identity or None,
        "sequence": headline.sequence,
        "kind": headline.kind,
        "phase": headline.phase,
        "severity": headline.severity,
        "severity_before": headline.severity_before,
        "drill": headline.drill,
        "organisation": headline.organisation,
        "title": headline.title,
        "services": [{"name": each.name_in("en"), "component": each.component} for each in headline.services],
        "as_of": _spelled(headline.as_of),
        "started": _spelled(headline.started),
        "ended": _spelled(headline.ended),
        "next_update": _spelled(headline.next_update),
        "window_starts": _spelled(headline.window_starts),
        "window_ends": _spelled(headline.window_ends),
        "former_starts": _spelled(headline.former_starts),
        "former_ends": _spelled(headline.former_ends),
        "expires_at": _spelled(outgoing.expires_at),
        "link": headline.link,
        "hotline": headline.hotline,
        "locale": message.locale,
        "text": message.text,
    }
    return json.dumps(fields, ensure_ascii=False).encode()


def signed(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """Return the headers that prove the origin of `body`, and that it is not a replay."""
    timestamp = str(int(at.timestamp()))
    # A variable may hold bytes that are no UTF-8; they come as surrogates, and no secret may stop a message.
    digest = hmac.new(
        secret.encode(errors="surrogatepass"), timestamp.encode() + b"." + body, hashlib.sha256
    ).hexdigest()
    return {"Broadcast-Timestamp": timestamp, "Broadcast-Signature": f"v1={digest}"}


def _spelled(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
