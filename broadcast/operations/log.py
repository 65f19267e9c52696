"""The story of an incident, line by line: what was said, to how many, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import DeliveryLine, Notice
from broadcast.model.mask import mask


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `kind` is `notice`, `channel`, `delivery`, `failover`, `breaker` or `recovery`.

    `contact` and addresses are masked.
    """

    at: datetime
    kind: str
    text: str
    notice: int | None = None
    channel: str | None = None
    contact: str | None = None
    state: str | None = None
    ref: str | None = None


def log(ledger: Ledger, ref: str | None) -> tuple[Entry, ...]:
    """Everything the ledger knows about an incident, in order; raises `UnknownIncident`."""
    incident = ledger.incidents.find(ref, closed=True)
    entries = [
        Entry(event.at, event.kind, event.detail, channel=event.channel)
        for event in ledger.history.events(incident)
    ]
    for notice in ledger.incidents.notices(incident):
        entries.append(_notice(notice))
        entries += _channels(ledger, notice)
        entries += (_delivery(notice, line) for line in ledger.history.lines(notice))
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _notice(notice: Notice) -> Entry:
    said = notice.facts.message or notice.facts.title
    text = f"{notice.kind} ({notice.phase}) by {notice.author}: {said}"
    return Entry(notice.created_at, "notice", text, notice.sequence)


def _channels(ledger: Ledger, notice: Notice) -> Iterator[Entry]:
    for attempt in ledger.history.attempts(notice.id):
        text = f"{attempt.accepted} accepted, {attempt.failed} failed, {attempt.unknown} unknown"
        reason = f"; {attempt.reason}" if attempt.reason else ""
        yield Entry(attempt.first_at, "channel", text + reason, notice.sequence, attempt.channel)


def _delivery(notice: Notice, line: DeliveryLine) -> Entry:
    return Entry(
        line.updated_at,
        "delivery",
        line.reason or "",
        notice.sequence,
        line.channel,
        mask(line.address) if line.address else line.contact,
        line.state,
        line.ref,
    )
