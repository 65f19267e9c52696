"""An incident line by line: the notices, their numbers, and what happened to the messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from broadcast.channels import registry
from broadcast.config.settings import Settings
from broadcast.errors import ConfigError
from broadcast.ledger.confirmations import Confirmation, OtherAnswer
from broadcast.ledger.counts import Counts, counts_of_channel
from broadcast.ledger.inbox import RecordedMessage
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import DeliveryLine, Notice
from broadcast.ledger.schedules import Schedule
from broadcast.model.contact import AddressKind
from broadcast.model.incident import Incident
from broadcast.model.mask import mask
from broadcast.model.question import AnswerMeans
from broadcast.model.zone import with_zone
from broadcast.reports.proposals import history_of
from broadcast.reports.status import is_reopening

#: Between the names of people who share a number, as the inbox writes them.
_OR = " or "
_FURTHER = ("delivered", "confirmed", "unknown", "failed", "held", "suppressed")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line; `contact` and addresses are masked.

    `kind` is `notice`, `channel`, `delivery`, `failover`, `breaker`, `recovery`, `warning`, `finding`,
    `erasure`, `escalation`, `reminder`, `confirmation`, `opt-out`, `schedule`, `proposal`, `line` (a backup
    line of the hotline), or `message`: what a person wrote to us, as it was typed. The number of an
    escalation is below zero. An entry `channel` has the `counts` of the notice there.
    """

    at: datetime
    kind: str
    text: str
    notice: int | None = None
    channel: str | None = None
    contact: str | None = None
    state: str | None = None
    ref: str | None = None
    counts: Counts | None = None


def address_kinds(settings: Settings) -> dict[str, AddressKind | None]:
    """Return the kind of address that each channel uses; adapters that cannot be loaded are left out."""
    kinds = {}
    for name, channel in settings.channels.items():
        with suppress(ConfigError):
            kinds[name] = registry.capabilities(channel.adapter).address
    return kinds


def log(
    ledger: Ledger, ref: str | None, kinds: Mapping[str, AddressKind | None], zone: tzinfo = UTC
) -> tuple[LogEntry, ...]:
    """Return everything that the ledger knows about an incident, in order; raises `UnknownIncident`.

    `kinds` has the kind of address of each channel; for other channels, every address is shown. Times inside
    a text are in `zone`.
    """
    incident = ledger.incidents.find(ref, closed=True)
    entries = [
        LogEntry(at=event.at, kind=event.kind, text=event.detail, channel=event.channel)
        for event in ledger.history.events(incident)
    ]
    for notice in ledger.incidents.notices(incident):
        entries.append(_notice(notice))
        entries += _channels(ledger, notice)
        entries += (_delivery(notice, line, kinds) for line in ledger.history.lines(notice))
        entries += _answers(ledger, notice)
    for escalation in ledger.escalations.of(incident):
        notice = ledger.escalations.notice(escalation.notice)
        entries += _channels(ledger, notice)
        entries += (_delivery(notice, line, kinds) for line in ledger.history.lines(notice))
        entries += _answers(ledger, notice)
    entries += map(_message, _written(ledger, incident))
    entries += _backup_lines(ledger, incident)
    for scheduled in ledger.schedules.all():
        if scheduled.incident == incident.ref or scheduled.detail.startswith(f"{incident.ref}/"):
            entries += _schedule(scheduled, zone)
    for proposal in ledger.proposals.of(incident.ref):
        entries += (LogEntry(at=at, kind="proposal", text=text) for at, text in history_of(ledger, proposal))
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _written(ledger: Ledger, incident: Incident) -> list[RecordedMessage]:
    """Return what people wrote in answer, and all that answers no notice while the incident was open."""
    until = incident.ended_at or datetime.max.replace(tzinfo=UTC)
    return [*ledger.inbox.of(incident), *ledger.inbox.unasked(incident.opened_at, until)]


def _backup_lines(ledger: Ledger, incident: Incident) -> Iterator[LogEntry]:
    """Yield which numbers began or ceased to stand in for the hotline while the incident was open."""
    until = incident.ended_at or datetime.max.replace(tzinfo=UTC)
    for one in ledger.lines.between(incident.opened_at, until):
        why = f": {one.note}" if one.note else ""
        if incident.opened_at <= one.at <= until:
            text = f"{one.line} stands in for the hotline, set by {one.author}{why}"
            yield LogEntry(at=one.at, kind="line", text=text, state="active")
        if one.ended_at and incident.opened_at <= one.ended_at <= until:
            by = f"set by {one.ended_by}" if one.ended_by else f"{one.incident} is over"
            yield LogEntry(
                at=one.ended_at, kind="line", text=f"{one.line} stands in no more: {by}", state="ended"
            )


def _message(message: RecordedMessage) -> LogEntry:
    return LogEntry(
        at=message.at,
        kind="message",
        text=message.text,
        notice=message.sequence,
        channel=message.channel,
        contact=mask(message.sender),
        state=message.meaning,
    )


def _schedule(scheduled: Schedule, zone: tzinfo) -> Iterator[LogEntry]:
    """Yield when it was scheduled, and what became of it; a notice that it led to has its own line."""
    then = with_zone(scheduled.due_at.astimezone(zone))
    what = f"schedule {scheduled.id} ({scheduled.does})"
    yield LogEntry(at=scheduled.created_at, kind="schedule", text=f"{what} for {then} by {scheduled.author}")
    if scheduled.settled_at is not None:
        yield LogEntry(
            at=scheduled.settled_at,
            kind="schedule",
            text=f"{what}: {scheduled.detail}" if scheduled.detail else what,
            state=scheduled.state,
        )


def _answers(ledger: Ledger, notice: Notice) -> Iterator[LogEntry]:
    """Yield every answer to a notice, and what those mean that do not count."""
    for answer in ledger.confirmations.of(notice.id):
        yield _answer(notice, answer, ", late" if answer.late else "")
    for other in ledger.confirmations.others(notice.id):
        yield _answer(notice, other, ", until another answer" if other.counted else ", does not count")


def _answer(notice: Notice, answer: Confirmation | OtherAnswer, remark: str) -> LogEntry:
    shared = answer.means is AnswerMeans.REPLY and _OR in answer.author
    by = f"by {answer.means}"
    if answer.author and (shared or answer.means in {AnswerMeans.COMMAND, AnswerMeans.BUTTON}):
        by += f" of {answer.author}"
    note = f": {answer.note}" if answer.note else ""
    return LogEntry(
        at=answer.at,
        kind="confirmation",
        text=f"{by}{remark}{note}",
        notice=notice.sequence,
        channel=answer.channel,
        contact=answer.contact,
        state=answer.answer,
    )


def _notice(notice: Notice) -> LogEntry:
    said = notice.facts.correction or notice.facts.message or notice.facts.title
    again = ", open again" if is_reopening(notice) else ", correction" if notice.facts.correction else ""
    text = f"{notice.kind} ({notice.phase}{again}) by {notice.author}: {said}"
    return LogEntry(at=notice.created_at, kind="notice", text=text, notice=notice.sequence)


def _channels(ledger: Ledger, notice: Notice) -> Iterator[LogEntry]:
    """Yield the messages of each channel that was tried, counted as the result counts them."""
    entries, failovers = ledger.history.delivery_counts(notice.id), ledger.history.failovers(notice.id)
    for attempt in ledger.history.attempts(notice.id):
        counts = counts_of_channel(attempt.channel, entries, failovers)
        text = f"{counts.accepted:,} of {counts.planned:,} accepted"
        further = ((name, getattr(counts, name)) for name in _FURTHER)
        text += "".join(f", {count:,} {name}" for name, count in further if count)
        reason = f"; {attempt.reason}" if attempt.reason else ""
        yield LogEntry(
            at=attempt.first_at,
            kind="channel",
            text=text + reason,
            notice=notice.sequence,
            channel=attempt.channel,
            counts=counts,
        )


def _delivery(notice: Notice, line: DeliveryLine, kinds: Mapping[str, AddressKind | None]) -> LogEntry:
    return LogEntry(
        at=line.updated_at,
        kind="delivery",
        text=line.reason or "",
        notice=notice.sequence,
        channel=line.channel,
        contact=_whom(line, kinds),
        state=line.state,
        ref=line.ref,
    )


def _whom(line: DeliveryLine, kinds: Mapping[str, AddressKind | None]) -> str:
    """Return the address that the channel uses, masked; the contact if there is none."""
    addresses = {AddressKind.PHONE: line.phone, AddressKind.EMAIL: line.email}
    if line.channel in kinds:
        kind = kinds[line.channel]
        used = [addresses.get(kind)] if kind else []
    else:
        used = list(addresses.values())
    return " ".join(mask(address) for address in used if address) or line.contact
